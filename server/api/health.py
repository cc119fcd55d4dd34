"""Whether the office answers and its database does: for whoever watches over it."""

from apiflask import APIBlueprint
from sqlalchemy import text

from server.extensions import db

blueprint = APIBlueprint("health", __name__, url_prefix="/api/v1")


@blueprint.get("/health")
def health() -> dict[str, str]:
    """``{"status": "ok"}`` when the database answers."""
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}
