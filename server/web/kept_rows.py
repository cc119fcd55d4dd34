"""Rows that a request has read stay in its session until it ends, so that the same row is not asked for again.

SQLAlchemy's session forgets a row as soon as nobody holds it: the guard reads a course, the view reads it once more.
"""

from apiflask import APIFlask
from flask import g, has_request_context
from sqlalchemy import event
from sqlalchemy.orm import Session

from server.extensions import db


def _keep(session: Session, row: object) -> None:
    if has_request_context():
        g.setdefault("kept_rows", []).append(row)


def init_app(app: APIFlask) -> None:
    """Keep rows of the sessions of requests; those of the writer's thread are none of them."""
    with app.app_context():
        if not event.contains(db.session, "loaded_as_persistent", _keep):
            event.listen(db.session, "loaded_as_persistent", _keep)
