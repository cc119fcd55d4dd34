"""The checks of the timetable: what is wrong with a week, kind by kind, each line one tap from its day."""

from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import render_template, request, url_for

from server.extensions import db
from server.policy import Action
from server.services.days import week_findings
from server.services.days.finding_words import explained, title
from server.services.weeks import monday, parse_week, week_name
from server.web import access, day_board, drafts
from server.web.access import needs

blueprint = APIBlueprint("checks", __name__, url_prefix="/checks", enable_openapi=False)
FEW = 20  # lines that are shown at once; longer lists of soft findings are opened


@blueprint.get("/")
@needs(Action.LESSON_VIEW)
def home() -> str:
    """A week's findings, of all or of a class or a teacher; without a wish this week, at its end the next."""
    asked = request.args.get("week", "").strip()
    first = parse_week(asked) if asked else monday(drafts.moment().today + timedelta(days=2))
    klass, teacher = request.args.get("group", ""), request.args.get("teacher", "")
    found = week_findings.of_week(db.session, first, klass, teacher, access.may(Action.PEOPLE_VIEW))

    def here(**other: Any) -> str:
        asked = {"week": week_name(first), "group": klass, "teacher": teacher, **other}
        return url_for("checks.home", **{name: value for name, value in asked.items() if value})

    return render_template(
        "checks/home.html", found=found, klass=klass, teacher=teacher, title=title, explained=explained, few=FEW,
        before=here(week=week_name(first - timedelta(days=7))), after=here(week=week_name(first + timedelta(days=7))),
        whole=here(group="", teacher=""), day_of=_day_of, week=week_name(first), way_out=day_board.way_out,
    )  # fmt: skip


def _day_of(day: date) -> str:
    """The board of a day."""
    return url_for("days.page", on=day.isoformat())
