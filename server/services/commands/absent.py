"""`korablik timetable absent`: which lessons a teacher's absence touches, and who could hold them."""

from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from server.errors import DomainError
from server.extensions import db
from server.naming import klasses
from server.services.commands.console import Call, Console, place
from server.services.days.reading import Days, Held
from server.services.people import full_name
from server.services.substitution import asking, words
from server.services.substitution.away import LONGEST
from server.services.substitution.proposing import Case
from server.services.weeks import parse_day
from sync.wording import inside

SHOWN = 3  # proposals a line names; the document has all


def list_absent(call: Call, console: Console) -> dict[str, Any]:
    """Nothing is stored: the absence is only supposed."""
    today = place().today
    person = asking.teacher(db.session, call.options["teacher"])
    first = parse_day(call.options["from"])
    last = parse_day(call.options["to"]) if call.options.get("to") else first
    if last < first or last - first > LONGEST:
        raise DomainError("date_order")
    days, cases = asking.affected(db.session, person.id, first, last, today)
    name = full_name(person)
    for case in cases:
        console.say(f"{format_date(case.lesson.on, 'd MMM')}, {_('lesson %(n)s', n=case.lesson.n)}: "
                    f"{_lesson(case.lesson, days)}")  # fmt: skip
        for one in case.proposals[:SHOWN]:
            console.say(f"    {one.name}: {words.why(one, words.subjects(case.lesson, days.facts))}")
        if not case.proposals:
            console.say("    " + _("No teacher is free at this time."))
    if not cases:
        console.say(_("%(name)s has no lessons in these days.", name=name))
    return {"teacher": name, "from": first.isoformat(), "to": last.isoformat(),
            "lessons": [_plain(case, days) for case in cases]}  # fmt: skip


def _lesson(lesson: Held, days: Days) -> str:
    return f"{klasses(words.groups(lesson, days.facts))}, {inside(words.subjects(lesson, days.facts))}"


def _plain(case: Case, days: Days) -> dict[str, Any]:
    lesson = case.lesson
    return {
        "id": lesson.id, "date": lesson.on.isoformat(), "n": lesson.n, "shift": lesson.shift, "start": lesson.starts,
        "groups": words.groups(lesson, days.facts), "subject": words.subjects(lesson, days.facts),
        "also_held_by": list(case.alone),
        "proposals": [
            {"name": one.name, "score": one.score, "teaches": one.teaches, "knows_class": one.knows or one.leads,
             "lessons_that_day": one.day, "lessons_that_week": one.week, "over_schedule": one.is_over}
            for one in case.proposals
        ],
        "swaps": [{"id": one.id, "date": one.on.isoformat(), "n": one.n, "subject": words.subjects(one, days.facts)}
                  for one in case.swaps],
        "joins": [{"id": one.id, "groups": words.groups(one, days.facts)} for one in case.joins],
        "best": {"what": case.best[0], "who": case.best[1]} if case.best[0] else None,
    }  # fmt: skip
