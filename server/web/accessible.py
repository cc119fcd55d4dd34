"""Tagged copies of the classes' weeks for screen readers: nothing personal is in them."""

from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import Response, render_template, request

from server.extensions import db
from server.models import Group
from server.policy import Action, Scope
from server.services import accessible_copy, lesson_list, pack_files, people, scopes
from server.services.weeks import parse_week, week_name
from server.web import access, drafts
from server.web.access import ANYWHERE, needs

blueprint = APIBlueprint("accessible", __name__, url_prefix="/accessible", enable_openapi=False)


def _scope(week: str, slug: str) -> Scope:
    return scopes.of_group(db.session, pack_files.class_of(db.session, slug).id)


@blueprint.get("/")
@needs(Action.PACKS_PRINT, scope=ANYWHERE)
def home() -> str:
    """The classes of a published week."""
    weeks, asked = pack_files.printable_weeks(db.session), request.args.get("week", "").strip()
    today = drafts.moment().today
    week = parse_week(asked) if asked else next((one for one in weeks if (today - one).days < 5), None)
    seen = people.reachable(db.session, access.realm(Action.PACKS_PRINT))
    groups = [group for group in lesson_list.classes(db.session, Group.kind == "class")
              if seen is None or group.id in seen]  # fmt: skip
    return render_template("packs/accessible.html", weeks=weeks, week=week, groups=groups, week_name=week_name,
                           six_days=timedelta(days=6))  # fmt: skip


@blueprint.get("/<week>/<slug>.pdf")
@needs(Action.PACKS_PRINT, scope=_scope)
def download(week: str, slug: str) -> Any:
    """A class's copy."""
    first = parse_week(week)
    made = accessible_copy.make(db.session, pack_files.class_of(db.session, slug), first)
    headers = {"Content-Disposition": f'attachment; filename="accessible-{slug}-{week_name(first)}.pdf"'}
    return Response(made.pdf, mimetype="application/pdf", headers=headers)
