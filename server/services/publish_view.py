"""What the publishing page shows: the days of this week and the next, what they lack, and what is out already."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import Config
from server.models import Day, Person
from server.services import publishing, sitebuild
from server.services.freezing import Window
from server.services.lesson_list import LessonLine, lessons_between
from server.services.people import short_name
from server.services.weeks import week_days, week_name
from sync.edition import read_edition
from sync.errors import SyncError


@dataclass(frozen=True)
class DayView:
    """A day with lessons, one for each class of a joined lesson; incomplete ones go out as they are.

    ``approved_at`` None: the day does not go out yet. ``version`` names what was shown to who approves; ``state``,
    ``remark``, ``published_at`` as in models.Day.
    """

    on: date
    lessons: int
    incomplete: tuple[LessonLine, ...]
    version: int = 0
    state: str = "draft"
    remark: str = ""
    approved_at: datetime | None = None
    approved_by: str = ""
    published_at: datetime | None = None

    @property
    def looked(self) -> str:
        """How a form names the day as it was shown."""
        return f"{self.on.isoformat()}:{self.version}"


@dataclass(frozen=True)
class WeekView:
    """A week of the window, its days with lessons only."""

    name: str
    first: date
    last: date
    days: tuple[DayView, ...]

    @property
    def open(self) -> list[DayView]:
        """Days that are not approved yet."""
        return [day for day in self.days if day.approved_at is None]


@dataclass(frozen=True)
class Site:
    """A class's site: ``built`` is false while its pages are older than the edition."""

    slug: str
    name: str
    built: bool


@dataclass(frozen=True)
class Out:
    """The edition that is published. ``sites`` is empty when its folder is gone from the disk."""

    number: int
    issued_at: datetime
    issued_by: str
    sites: tuple[Site, ...]

    @property
    def waiting(self) -> int:
        """Sites that are still to be built."""
        return sum(not site.built for site in self.sites)


def weeks(session: Session, window: Window) -> list[WeekView]:
    """The weeks of a window."""
    lines = lessons_between(session, window.first, window.last, by_plan=False)
    rows = {
        day.on: (day, short_name(person) if person else "")
        for day, person in session.execute(
            select(Day, Person).outerjoin(Person, Person.id == Day.approved_by)
            .where(Day.on.between(window.first, window.last))
        )
    }  # fmt: skip
    mondays = [window.first, week_days(window.last)[0]]
    return [_week(monday, lines, rows) for monday in mondays]


def _week(monday: date, lines: Iterable[LessonLine], rows: dict[date, tuple[Day, str]]) -> WeekView:
    by_day: dict[date, list[LessonLine]] = {}
    days = week_days(monday)
    for line in lines:
        if line.on in days and line.state == "planned":
            by_day.setdefault(line.on, []).append(line)
    views = tuple(_day(on, own, *rows.get(on, (None, ""))) for on, own in sorted(by_day.items()))
    return WeekView(week_name(monday), days[0], days[-1], views)


def _day(on: date, lines: list[LessonLine], row: Day | None, approved_by: str) -> DayView:
    view = DayView(on, len(lines), tuple(line for line in lines if not line.complete))
    if row is None:
        return view
    return replace(view, version=row.version, state=row.state, remark=row.remark, approved_at=row.approved_at,
                   approved_by=approved_by, published_at=row.published_at)  # fmt: skip


def published(session: Session, config: Config) -> Out | None:
    """What is out now, or None before the first edition."""
    row = publishing.newest(session)
    if row is None:
        return None
    person = session.get(Person, row.issued_by) if row.issued_by else None
    return Out(row.number, row.issued_at, short_name(person) if person else "", _sites(config, row.id))


def _sites(config: Config, edition_id: str) -> tuple[Site, ...]:
    folder = config.editions / edition_id
    try:
        groups = read_edition(folder).content["groups"]
    except SyncError:
        return ()
    waiting = set(sitebuild.groups_to_build(folder, config.public, sitebuild.look_digest(publishing.LOCALES), True))
    ordered = sorted(groups.items(), key=lambda item: (item[1]["grade"] or 99, item[1]["name"]))
    return tuple(Site(slug, group["name"], slug not in waiting) for slug, group in ordered)
