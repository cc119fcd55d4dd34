"""Findings of several weeks, told once where the same thing is wrong every week. Pure but for the span of a cycle."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import Lesson, School
from server.services.calendar import monday
from server.services.days.checks.placing import NO_BELL
from server.services.days.finding import Finding
from server.services.days.reading import Days, Held

DATED = ("day", "sums")  # what a finding's data says of one week only


@dataclass(frozen=True)
class Told:
    """A finding as it is first met, and all days on which it is so (of a week: the first day of each)."""

    finding: Finding
    days: tuple[date, ...]


def told_once(findings: Iterable[Finding], days: Days) -> list[Told]:
    """The same people, groups or rooms, the same lessons by weekday, shift, number and courses: one thing."""
    held = {lesson.id: lesson for lesson in days.lessons}
    first: dict[object, Finding] = {}
    when: dict[object, list[date]] = {}
    for finding in findings:
        key = _key(finding, held)
        first.setdefault(key, finding)
        when.setdefault(key, []).append(finding.on)
    return [Told(finding, tuple(sorted(set(when[key])))) for key, finding in first.items()]


def _key(finding: Finding, held: dict[str, Held]) -> object:
    if finding.code == NO_BELL:  # it is the bells that are wrong, whatever lessons a week has
        return finding.code, finding.on.weekday(), finding.data["shift"]
    lessons = [
        (one.on.weekday(), one.shift, one.n, tuple(part.course for part in one.parts))
        for one in (held[id] for id in finding.lessons if id in held)
    ]
    lasting = {name: value for name, value in finding.data.items() if name not in DATED}
    return finding.code, finding.on.weekday(), finding.who, tuple(sorted(lessons)), repr(sorted(lasting.items()))


def next_cycle(session: Session, today: date) -> tuple[date, date]:
    """First and last day of a whole cycle of weeks: from the next Monday whose week has lessons (today, if it is
    one); without lessons to come from the next Monday on."""
    coming = monday(today + timedelta(days=6))
    lesson = session.scalar(select(func.min(Lesson.on)).where(Lesson.on >= coming, Lesson.state == "planned"))
    first = monday(lesson) if lesson else coming
    return first, first + timedelta(days=7 * (session.scalar(select(School.week_cycle)) or 1) - 1)

