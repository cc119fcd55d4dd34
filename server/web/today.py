"""The home of every role: what this person owes today, oldest first."""

from apiflask import APIBlueprint
from flask import render_template

from server.clock import local_date, now
from server.security import choose_timezone, config
from server.web.access import signed_in

blueprint = APIBlueprint("today", __name__, enable_openapi=False)


@blueprint.get("/")
@signed_in
def home() -> str:
    """Today."""
    zone = choose_timezone()
    return render_template("today/home.html", day=local_date(now(config(), zone), zone))
