"""What the reader's site costs a student: bytes of each class's site at each publication, and a day's share of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import Edition, Group, Membership, School, SiteFigure
from server.services.material_reach import offline_by_class
from server.services.sitebuild import BuildReport
from server.services.works import current

BACK = timedelta(days=14)  # days whose updates are looked at
LINK_BITS, LINK_WAIT = 50_000, 2.4  # of a 2G link: bits a second, and seconds before the first byte (3 × 800 ms)


@dataclass(frozen=True)
class SiteLine:
    """A class's site in one language, in bytes: today's part, all of it, and what an update a day was on average.

    ``daily`` is None where the site did not change yet; ``online``: students of the class known to have internet.
    """

    slug: str
    name: str
    language: str
    pages: int
    first: int
    whole: int
    daily: int | None
    students: int
    online: int

    @property
    def for_class(self) -> int:
        """Bytes a day of all who read online together."""
        return (self.daily or 0) * self.online


@dataclass(frozen=True)
class SchoolSize:
    """Of all classes together, bytes a day: a student who reads online on average, and all of them at once."""

    lines: tuple[SiteLine, ...]
    students: int
    online: int
    each: int | None
    all: int


def seconds(size: int) -> float:
    """How long a download of so many bytes takes on a 2G link."""
    return LINK_WAIT + size * 8 / LINK_BITS


def keep(session: Session, number: int, reports: Iterable[BuildReport], today: date) -> None:
    """Store what each site that was built with an edition weighs; a second build of it replaces the first's."""
    groups = dict(session.execute(select(Group.slug, Group.id)).all())
    students = _students(session, today)
    for report in reports:
        for size in report.sizes if report.slug in groups else ():
            session.merge(SiteFigure(
                edition_number=number, group_id=groups[report.slug], language=size.language, pages=size.pages,
                first_bytes=size.today, whole_bytes=size.whole,
                update_bytes=size.update, students=students.get(groups[report.slug], 0),
            ))  # fmt: skip


def _students(session: Session, today: date) -> dict[str, int]:
    return dict(session.execute(
        select(Membership.group_id, func.count()).where(current(Membership.since, Membership.until, today))
        .group_by(Membership.group_id)
    ).all())  # fmt: skip


def school_size(session: Session, today: date) -> SchoolSize:
    """The newest figures of each open class; the average counts each class by its students who read online."""
    lines = _lines(session, today)
    own = {}  # of a class with several languages the first: who reads which is not known
    for line in lines:
        own.setdefault(line.slug, line)
    told = [line for line in own.values() if line.daily is not None and line.online]
    readers, total = sum(line.online for line in told), sum(line.for_class for line in told)
    students, online = (sum(getattr(line, name) for line in own.values()) for name in ("students", "online"))
    return SchoolSize(tuple(lines), students, online, round(total / readers) if readers else None, total)


def _lines(session: Session, today: date) -> list[SiteLine]:
    school = session.scalars(select(School)).one()
    first = datetime.combine(today - BACK, datetime.min.time(), ZoneInfo(school.timezone))
    rows = session.execute(
        select(SiteFigure, Edition.issued_at, Group.slug, Group.name)
        .join(Edition, Edition.number == SiteFigure.edition_number).join(Group, Group.id == SiteFigure.group_id)
        .where(Group.closed_on.is_(None)).order_by(Group.grade, Group.name, SiteFigure.edition_number)
    ).all()  # fmt: skip
    newest, updates = {}, {}
    for figure, issued_at, slug, name in rows:
        key = (figure.group_id, figure.language)
        newest[key] = (figure, slug, name)
        if figure.update_bytes is not None and issued_at >= first:
            day = issued_at.astimezone(first.tzinfo).date()
            updates.setdefault(key, {}).setdefault(day, []).append(figure.update_bytes)
    students, offline = _students(session, today), offline_by_class(session, today)
    found = [
        SiteLine(slug, name, figure.language, figure.pages, figure.first_bytes, figure.whole_bytes,
                 daily(updates.get(key, {})), students.get(figure.group_id, 0),
                 students.get(figure.group_id, 0) - len(offline.get(figure.group_id, ())))
        for key, (figure, slug, name) in newest.items()
    ]  # fmt: skip
    order = {slug: place for place, slug in enumerate(dict.fromkeys(row.slug for row in rows))}
    own_first = [school.locale, *school.languages]
    return sorted(found, key=lambda line: (order[line.slug], _place(own_first, line.language)))


def daily(updates: Mapping[date, Collection[int]]) -> int | None:
    """What the update of a day was on average: of several publications on one day a phone takes the sum at most."""
    return round(fmean(sum(sizes) for sizes in updates.values())) if updates else None


def _place(languages: list[str], language: str) -> int:
    return languages.index(language) if language in languages else len(languages)
