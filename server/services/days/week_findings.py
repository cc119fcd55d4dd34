"""A week's findings as a page shows them: kind by kind, of the whole school, of a class or of a teacher."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Person
from server.services.days.checking import BELLS, check_days
from server.services.days.checks import norms, placing, screens
from server.services.days.checks.standards import read_standards
from server.services.days.clashes import GROUP, ROOM, TEACHER
from server.services.days.finding import Finding
from server.services.days.finding_words import KINDS, WEEKLY, lessons_told, sentence
from server.services.days.reading import Days, Held, read_days

TEACHERS_TOO = (TEACHER, GROUP, ROOM, BELLS, screens.SHARED, placing.NO_ROOM, norms.EDGES)  # whoever holds its lessons


@dataclass(frozen=True)
class Line:
    """A finding in words. ``lessons``: of a hard one; ``weekly``: it is of the whole week."""

    finding: Finding
    text: str
    lessons: str
    weekly: bool


@dataclass(frozen=True)
class WeekFindings:
    """``kinds``: code → lines, in the order in which they are gone through; ``classes``: (slug, name), ``teachers``:
    (id, name) of those who have lessons."""

    first: date
    last: date
    lessons: int
    kinds: dict[str, list[Line]]
    classes: list[tuple[str, str]]
    teachers: list[tuple[str, str]]

    @property
    def hard(self) -> int:
        """How many keep lessons from being held."""
        return sum(line.finding.hard for lines in self.kinds.values() for line in lines)

    @property
    def soft(self) -> int:
        """How many are left to people."""
        return sum(len(lines) for lines in self.kinds.values()) - self.hard


def of_week(session: Session, first: date, klass: str = "", teacher: str = "", named: bool = False) -> WeekFindings:
    """The findings of the week from a Monday on; ``klass``: slug; ``named``: siblings may be told by their names."""
    last = first + timedelta(days=6)
    days = read_days(session, first, last)
    findings = check_days(days, read_standards(session, days))
    shown = [one for one in findings if _is_about(one, days, klass, teacher)]
    if named:
        days = with_students(session, days, shown)
    kinds: dict[str, list[Line]] = {code: [] for code in KINDS}
    for one in shown:
        told = lessons_told(one, days) if one.hard else ""
        kinds[one.code].append(Line(one, sentence(one, days), told, one.code in WEEKLY))
    classes = {days.facts.class_of(group) for lesson in days.lessons for group in lesson.groups}
    return WeekFindings(
        first, last, len(days.lessons), {code: lines for code, lines in kinds.items() if lines},
        [(one.slug, one.name) for one in sorted(classes, key=lambda one: (one.grade or 99, one.name))],
        _by_name((id, days.facts.people[id]) for lesson in days.lessons for id in lesson.teachers),
    )  # fmt: skip


def _is_about(finding: Finding, days: Days, klass: str, teacher: str) -> bool:
    if not klass and not teacher:
        return True
    facts, own = days.facts, _own(finding, days)
    if klass:
        about = {facts.class_of(id).slug for id in finding.who if id in facts.groups}
        about |= {facts.class_of(group).slug for lesson in own for group in lesson.groups}
        if klass not in about:
            return False
    holds = finding.code in TEACHERS_TOO and any(teacher in lesson.teachers for lesson in own)
    return not teacher or teacher in finding.who or holds


def _own(finding: Finding, days: Days) -> list[Held]:
    ids = set(finding.lessons)
    return [lesson for lesson in days.lessons if lesson.id in ids]


def with_students(session: Session, days: Days, findings: Iterable[Finding]) -> Days:
    """The names of siblings beside those of the staff."""
    ids = {id for one in findings if one.code == screens.SHARED for id in one.who}
    if not ids:
        return days
    rows = session.execute(
        select(Person.id, Person.last_name, Person.first_name).where(Person.id.in_(ids))
    )
    names = {**days.facts.people, **{row.id: f"{row.last_name} {row.first_name}" for row in rows}}
    return replace(days, facts=replace(days.facts, people=names))


def _by_name(people: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(set(people), key=lambda one: one[1])
