"""Checks days by everything that is known to be wrong with timetables: what cannot be, and what should not be.

A hard finding keeps a day from being approved; a soft one is listed with names and left to people. What is counted
by the week is told of weeks that lie within the days as a whole.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from server.services.days.checks import away, norms, placing, screens, windows, workload
from server.services.days.checks.standards import Standards, read_standards
from server.services.days.checks.streams import streams
from server.services.days.clashes import GROUP, ROOM, Clash, clashes
from server.services.days.finding import Finding
from server.services.days.reading import Days, Held, read_days

BELLS = "bell_overlap"
__all__ = ["BELLS", "Finding", "check", "check_days"]


def check(session: Session, first: date, last: date) -> list[Finding]:
    """All findings of the days from first to last, the hard ones first."""
    days = read_days(session, first, last)
    return check_days(days, read_standards(session, days))


def check_days(days: Days, standards: Standards | None = None) -> list[Finding]:
    """The same of days that were read already; without standards only what the days themselves tell."""
    known = {lesson.id: lesson for lesson in days.lessons}
    standards = standards or Standards()
    hard = [_hard(clash, known) for clash in clashes(days.lessons, days.facts)]
    hard += away.of_teachers(days, standards)
    return [*hard, *sorted(_soft(days, standards), key=lambda one: (one.on, one.code, one.who))]


def _soft(days: Days, standards: Standards) -> Iterator[Finding]:
    own = streams(days)
    yield from windows.of_classes(own)
    yield from windows.of_teachers(days)
    yield from workload.of_schedules(days, standards)
    yield from norms.of_days(days, own, standards)
    yield from norms.of_weeks(days, own, standards)
    yield from norms.of_difficulty(days, own, standards)
    yield from screens.of_classes(days, own, standards)
    yield from screens.of_families(days, standards)
    yield from away.on_free_days(days, standards)
    yield from placing.without_bell(days)
    yield from placing.without_teacher(days)
    yield from placing.without_room(days)


def _hard(clash: Clash, known: dict[str, Held]) -> Finding:
    """Lessons of one place clash by what they share; of two places because the bells run into each other."""
    one, other = known[clash.one], known[clash.other]
    if not clash.by_bells:
        return Finding(clash.kind, True, one.on, (one.id, other.id), clash.who)
    early, late = sorted((one, other), key=lambda lesson: (lesson.starts, lesson.shift, lesson.n))
    what = {ROOM: "room", GROUP: "group"}.get(clash.kind, "teacher")
    return Finding(BELLS, True, one.on, (early.id, late.id), clash.who, {
        "what": what, "places": [[early.shift, early.n], [late.shift, late.n]],
        "times": [f"{early.starts}-{early.ends}", f"{late.starts}-{late.ends}"],
    })  # fmt: skip
