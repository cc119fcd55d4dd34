"""Slips to parents on paper: which class, which week, for everybody or for families reached on paper alone."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from apiflask import APIBlueprint
from flask import render_template, request, send_file

from server.extensions import db
from server.models import Group
from server.policy import Action, Scope
from server.services import lesson_list, pack_files, people, scopes, weekly_slip
from server.services.weeks import monday, parse_week, week_name
from server.web import access, drafts
from server.web.access import ANYWHERE, needs
from server.web.deeds import starter

blueprint = APIBlueprint("weekly_slips", __name__, url_prefix="/weekly-slips", enable_openapi=False)


def _scope(week: str, slug: str) -> Scope:
    return scopes.of_group(db.session, pack_files.class_of(db.session, slug).id)


@blueprint.get("/")
@needs(Action.MARK_VIEW, scope=ANYWHERE)
def home() -> str:
    """A week's classes; ``group``: this one alone."""
    today, slug = drafts.moment().today, request.args.get("group", "")
    asked = request.args.get("week", "").strip()
    week = parse_week(asked) if asked else weekly_slip.usual_week(today)
    realm = access.realm(Action.MARK_VIEW)
    seen = None if realm.everything else realm.groups
    groups = [group for group in lesson_list.classes(db.session, Group.kind == "class")
              if (seen is None or group.id in seen) and slug in ("", group.slug)]  # fmt: skip
    weeks = sorted({monday(today), weekly_slip.usual_week(today), monday(today) - timedelta(days=7), week})
    return render_template("round/paper.html", groups=groups, week=week, weeks=weeks, week_name=week_name, slug=slug,
                           shares=weekly_slip.shares(db.session, groups, week, today), six_days=timedelta(days=6),
                           today=today)  # fmt: skip


@blueprint.get("/<week>/<slug>.pdf")
@needs(Action.MARK_VIEW, scope=_scope)
def download(week: str, slug: str) -> Any:
    """A class's slips as one PDF; it is kept in no cache, and who took it is recorded."""
    moment, first = drafts.moment(), parse_week(week)
    group = people.group_by_slug(db.session, slug)
    made = weekly_slip.print_slips(db.session, group, first, today=moment.today, only_paper="paper" in request.args)
    weekly_slip.note_download(week_name(first), slug, starter())
    answer = send_file(BytesIO(made.pdf), mimetype="application/pdf", as_attachment=True, etag=False,
                       download_name=f"weekly-{slug}-{week_name(first)}.pdf")  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer
