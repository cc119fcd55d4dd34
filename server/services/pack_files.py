"""The printed packs that lie ready: which class's file, how large, when and from which edition."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.config import Config
from server.errors import DomainError
from server.models import Day, Group, Membership, Pack
from server.services import publishing, requests
from server.services.weeks import parse_week, rest_of_week, week_days, week_name
from server.services.works import current


@dataclass(frozen=True)
class PackFile:
    """A class's packs of a week. ``bytes`` None: not printed. ``edition`` is the one it was printed from.

    ``asked``: students for whom a pack was promised that is not printed yet.
    """

    slug: str
    name: str
    students: int
    bytes: int | None = None
    packs: int = 0
    pages: int = 0
    printed_at: datetime | None = None
    edition: int = 0
    asked: int = 0


def printable_weeks(session: Session) -> list[date]:
    """Mondays of the current edition's weeks that have approved days."""
    row = publishing.newest(session)
    if row is None:
        return []
    approved = set(session.scalars(
        select(Day.on).where(Day.on.between(row.window_from, row.window_to), Day.approved_at.is_not(None))
    ))  # fmt: skip
    return sorted({week_days(day)[0] for day in approved})


def files(session: Session, config: Config, monday: date, today: date, groups: Iterable[Group]) -> list[PackFile]:
    """A line for each class, printed or not; its students are those who would get a pack today."""
    known = list(groups)
    students = _students(session, known, *rest_of_week(monday, today))
    wanted = requests.who_wants_paper(session)
    return [_file(session, config, monday, group, wanted, students.get(group.id, [])) for group in known]


def _students(session: Session, groups: Iterable[Group], since: date, last: date) -> dict[str, list[str]]:
    """The students of classes who belong to them on one of these days."""
    rows = session.execute(
        select(Membership.group_id, Membership.person_id).distinct().where(
            Membership.group_id.in_([group.id for group in groups]),
            current(Membership.since, Membership.until, since, last),
        )
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for group_id, person_id in rows:
        found.setdefault(group_id, []).append(person_id)
    return found


def _file(
    session: Session, config: Config, monday: date, group: Group, wanted: frozenset[str], students: list[str]
) -> PackFile:
    asked = len(wanted.intersection(students))
    path = path_of(config, monday, group.slug)
    if not path.is_file():
        return PackFile(group.slug, group.name, len(students), asked=asked)
    own = (Pack.week == week_name(monday), Pack.student_id.in_(students), Pack.printed_at.is_not(None))
    edition = session.scalar(select(func.max(Pack.edition_number)).where(*own)) or 0
    packs, pages, printed = session.execute(
        select(func.count(), func.coalesce(func.sum(Pack.pages), 0), func.max(Pack.printed_at))
        .where(*own, Pack.edition_number == edition)
    ).one()  # fmt: skip
    return PackFile(group.slug, group.name, len(students), path.stat().st_size, packs, pages, printed, edition, asked)


def path_of(config: Config, monday: date, slug: str) -> Path:
    """Where a class's file lies or would lie."""
    return config.packs / week_name(monday) / f"{slug}.pdf"


def printed_file(config: Config, week: str, slug: str) -> Path:
    """The file of a week and an existing class. Raises DomainError week_invalid, pack_missing."""
    path = path_of(config, parse_week(week), slug)
    if not path.is_file():
        raise DomainError("pack_missing")
    return path


def class_of(session: Session, slug: str) -> Group:
    """An open class by its slug. Raises DomainError group_unknown."""
    group = session.scalar(select(Group).where(Group.slug == slug, Group.kind == "class", Group.closed_on.is_(None)))
    if group is None:
        raise DomainError("group_unknown", name=slug[:40])
    return group
