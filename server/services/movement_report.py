"""Movement of a stretch of days for people who report it: class by class, so that start + in − out = end."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from babel.dates import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Group, Membership, Term, Year
from server.naming import klass_short
from server.services.courses import TAUGHT
from server.services.export import Table
from server.services.movement import Fact

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stay:
    """A student's time in a class. ``begins`` and ``ends`` are days of movement: the first in, the first out."""

    person_id: str
    group_id: str
    begins: date
    ends: date | None

    def is_there(self, evening: date) -> bool:
        """Whether the class has the student at the end of a day."""
        return self.begins <= evening and (self.ends is None or self.ends > evening)


@dataclass(frozen=True)
class Numbers:
    """Students at the start and at the end, and what came between. ``at_home``: of those at the end, taught at home."""

    start: int = 0
    arrived: int = 0
    moved_in: int = 0
    left: int = 0
    moved_out: int = 0
    end: int = 0
    at_home: int = 0

    def plus(self, other: "Numbers") -> "Numbers":
        """Both together."""
        return Numbers(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True)
class Span:
    """A stretch of days that people report on, with its name ("" for days of one's own choice)."""

    first: date
    last: date
    name: str = ""


def balance(session: Session, span: Span, groups: Collection[str] | None) -> list[tuple[Group, Numbers]]:
    """Every class that had students in these days, the lowest grade first; ``groups``: only these, None means all."""
    classes = [
        row for row in session.scalars(select(Group).where(Group.kind == "class"))
        if groups is None or row.id in groups
    ]  # fmt: skip
    known = stays(session)
    home = _taught_at_home(session, span.last)
    found = [(group, count(known, group.id, span, home)) for group in classes]
    ordered = sorted(found, key=lambda pair: (pair[0].grade or 99, pair[0].name))
    return [(group, numbers) for group, numbers in ordered if numbers != Numbers() or group.closed_on is None]


def total(numbers: Iterable[Numbers]) -> Numbers:
    """The sum; transfers between the classes stand on both sides."""
    found = Numbers()
    for one in numbers:
        found = found.plus(one)
    return found


def stays(session: Session) -> list[Stay]:
    """Who was in which class. Membership since a year's first day counts as there when the year begins."""
    begins = set(session.scalars(select(Year.starts_on)))
    rows = session.execute(
        select(Membership.person_id, Membership.group_id, Membership.since, Membership.until)
        .join(Group, Group.id == Membership.group_id).where(Group.kind == "class")
        .order_by(Membership.person_id, Membership.since)
    )  # fmt: skip
    found: list[Stay] = []
    for person_id, group_id, since, until in rows:
        ends = until + DAY if until else None
        before = found[-1] if found else None
        if before and (before.person_id, before.group_id, before.ends) == (person_id, group_id, since):
            found[-1] = Stay(person_id, group_id, before.begins, ends)
        else:
            found.append(Stay(person_id, group_id, since - DAY if since in begins else since, ends))
    return found


def count(known: Sequence[Stay], group_id: str, span: Span, home: Collection[str] = ()) -> Numbers:
    """The numbers of one class. Pure."""
    mine = [stay for stay in known if stay.group_id == group_id]
    begun = {(stay.person_id, stay.begins) for stay in known if stay.group_id != group_id}
    ended = {(stay.person_id, stay.ends) for stay in known if stay.group_id != group_id}
    came = [stay for stay in mine if span.first <= stay.begins <= span.last]
    went = [stay for stay in mine if stay.ends is not None and span.first <= stay.ends <= span.last]
    moved_in = sum((stay.person_id, stay.begins) in ended for stay in came)
    moved_out = sum((stay.person_id, stay.ends) in begun for stay in went)
    end = [stay for stay in mine if stay.is_there(span.last)]
    return Numbers(
        sum(stay.is_there(span.first - DAY) for stay in mine), len(came) - moved_in, moved_in, len(went) - moved_out,
        moved_out, len(end), sum(stay.person_id in home for stay in end),
    )  # fmt: skip


def _taught_at_home(session: Session, day: date) -> set[str]:
    rows = session.execute(
        select(Membership.person_id, Membership.since, Membership.until)
        .join(Group, Group.id == Membership.group_id)
        .where(Group.kind == "individual")
    )
    return {person_id for person_id, since, until in rows if since <= day and (until is None or until >= day)}


def spans(session: Session, today: date) -> list[Span]:
    """What is reported on: this month and the one before (without names), the terms of the year that runs."""
    month = today.replace(day=1)
    before = (month - DAY).replace(day=1)
    found = [Span(month, _last_of(month)), Span(before, month - DAY)]
    year = session.scalars(select(Year).where(Year.starts_on <= today).order_by(Year.starts_on.desc()).limit(1)).first()
    if year is None:
        return found
    terms = session.scalars(
        select(Term).where(Term.year_id == year.id, Term.kind.in_(TAUGHT)).order_by(Term.starts_on, Term.name)
    )
    found += [Span(term.starts_on, term.ends_on, term.name) for term in terms]
    return [*found, Span(year.starts_on, year.ends_on, year.name)]


def _last_of(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY


def tables(
    lines: Sequence[tuple[Group, Numbers]], facts: Sequence[Fact], names: dict[str, str], locale: str
) -> list[Table]:
    """The report as a file has it; needs an application context for the texts. ``names``: kinds of movement."""
    head = (_("Class"), _("At the start"), _("Arrived"), _("From other classes"), _("Left"), _("To other classes"),
            _("At the end"), _("Of them at home"))  # fmt: skip
    rows = [(klass_short(group.name), *_cells(numbers)) for group, numbers in lines]
    rows.append((_("Together"), *_cells(total(numbers for _group, numbers in lines))))

    def day(value: date | None) -> str:
        return format_date(value, "dd.MM.yyyy", locale=locale) if value else ""

    told = [
        (
            day(fact.on),
            day(fact.until),
            fact.name,
            names[fact.kind],
            fact.before,
            fact.after,
            fact.order_no,
            fact.reason,
        )
        for fact in facts
    ]
    columns = (
        _("Day"), _("Until"), _("Student"), _("What"), _("Class before"), _("Class after"), _("Order"), _("Reason"),
    )  # fmt: skip
    return [Table(_("Movement"), (head, *rows)), Table(_("By day"), (columns, *told))]


def _cells(numbers: Numbers) -> tuple[int, ...]:
    return tuple(getattr(numbers, one.name) for one in fields(numbers))
