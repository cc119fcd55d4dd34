"""The packs of a week as the office follows them: which were handed over, of which works came back; and one by one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Group, Manifest, Membership, Pack, PackSheet, Person, Stop, Work
from server.services import pack_steps
from server.services.courses import alphabetical
from server.services.pack_rosters import full_name
from server.services.pack_steps import Standing, Step
from server.services.weeks import parse_week, week_days
from server.services.works import VIEW, WorkView, current, states, view_of

ALL, UNHANDED, NOTHING_BACK, LOST = "all", "unhanded", "nothing_back", "lost"
SHOWN = (ALL, UNHANDED, NOTHING_BACK, LOST)


@dataclass(frozen=True)
class Line:
    """A printed pack. ``group``: the class; ``replaced``: a later whole pack of the week took its place;
    ``reason``: why there is one (pack_reasons)."""

    code: str
    name: str
    slug: str
    group: str
    supplement: bool
    edition: int
    pages: int | None
    printed_at: datetime
    where: Standing
    replaced: bool
    reason: str | None


@dataclass(frozen=True)
class PackPage:
    """One pack with its history. ``works``: what is in it, each with its state; ``adds_to``: code of the pack before a
    supplement; ``stop``: where it is handed over, "" at school; ``register``: the code of the register it is on."""

    pack: Pack
    name: str
    slug: str
    group: str
    stop: str
    register: str
    adds_to: str
    steps: Sequence[Step]
    where: Standing
    works: Sequence[tuple[WorkView, str]]


def weeks(session: Session) -> list[str]:
    """Weeks of which packs were printed, the last one first."""
    return list(session.scalars(
        select(Pack.week).where(Pack.printed_at.is_not(None)).distinct().order_by(Pack.week.desc())
    ))  # fmt: skip


def of_week(
    session: Session, week: str, groups: Collection[str], show: str, today: date
) -> list[Line]:  # fmt: skip
    """The printed packs of a week of these classes' students, class by class. Raises DomainError week_invalid."""
    days = week_days(parse_week(week))
    rows = session.execute(
        select(Pack, Person, Group).join(Person, Person.id == Pack.student_id)
        .join(Membership, Membership.person_id == Person.id).join(Group, Group.id == Membership.group_id)
        .where(Pack.week == week, Pack.printed_at.is_not(None), Group.id.in_(list(groups)), Group.kind == "class",
               current(Membership.since, Membership.until, days[0], days[-1]))
    ).all()  # fmt: skip
    one_each = {pack.id: (pack, person, group) for pack, person, group in rows}
    where = pack_steps.standings(session, one_each)
    whole: dict[str, int] = {}
    for pack, _person, _group in one_each.values():
        if not pack.supplement:
            whole[pack.student_id] = max(whole.get(pack.student_id, 0), pack.edition_number)
    ordered = sorted(one_each.values(), key=lambda row: (row[2].grade or 99, row[2].name,
        *alphabetical(row[1].last_name, row[1].first_name), row[0].edition_number))  # fmt: skip
    lines = [
        Line(pack.code, full_name(person), person.slug, group.name, pack.supplement, pack.edition_number, pack.pages,
             pack.printed_at, where.get(pack.id, Standing()), pack.edition_number < whole.get(pack.student_id, 0),
             pack.reason)
        for pack, person, group in ordered
    ]  # fmt: skip
    return [line for line in lines if shows(line, show, over=days[-1] < today)]


def shows(line: Line, show: str, over: bool) -> bool:
    """Whether a filter shows a pack. ``over``: its week is over, so that works should have come back."""
    if show == LOST:
        return line.where.lost
    open_ = not line.where.lost and not line.where.back
    if show == UNHANDED:
        return open_ and not line.where.handed and not line.replaced
    if show == NOTHING_BACK:
        return open_ and (line.where.handed is not None or (over and not line.replaced))
    return True


def owner(session: Session, code: str) -> str:
    """Id of the student whose pack it is. Raises DomainError not_found."""
    return _pack(session, code).student_id


def _pack(session: Session, code: str) -> Pack:
    pack = session.scalar(select(Pack).where(Pack.code == code))
    if pack is None:
        raise DomainError("not_found")
    return pack


def page(session: Session, code: str, today: date) -> PackPage:
    """One pack with everything that is known of it. Raises DomainError not_found."""
    pack = _pack(session, code)
    person = session.get_one(Person, pack.student_id)
    group = session.scalar(
        select(Group.name).join(Membership, Membership.group_id == Group.id)
        .where(Membership.person_id == person.id, Group.kind == "class",
               current(Membership.since, Membership.until, today))
    )  # fmt: skip
    stop = session.get(Stop, person.stop_id) if person.stop_id else None
    register = session.get(Manifest, pack.manifest_id) if pack.manifest_id else None
    before = session.scalar(
        select(Pack.code).where(Pack.student_id == pack.student_id, Pack.week == pack.week,
                                Pack.edition_number < pack.edition_number, Pack.printed_at.is_not(None))
        .order_by(Pack.edition_number.desc()).limit(1)
    ) if pack.supplement else None  # fmt: skip
    return PackPage(
        pack, full_name(person), person.slug, group or "", stop.name if stop else "", register.code if register else "",
        before or "", pack_steps.history(session, pack.id),
        pack_steps.standings(session, [pack.id]).get(pack.id, Standing()), _works(session, pack.id),
    )  # fmt: skip


def _works(session: Session, pack_id: str) -> list[tuple[WorkView, str]]:
    rows: Any = session.execute(
        VIEW.where(Work.id.in_(select(PackSheet.work_id).where(PackSheet.pack_id == pack_id)))
    )
    views = sorted(map(view_of, rows), key=lambda view: (view.due_on or date.max, view.subject, view.title))
    known = states(session, [view.id for view in views])
    return [(view, known[view.id].state) for view in views]
