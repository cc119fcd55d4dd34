"""The printed packs that lie ready: which class's file, how large, when and from which edition."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import Config
from server.errors import DomainError
from server.models import Day, Group, Membership, Pack
from server.services import pack_reasons, pack_stops, publishing, requests
from server.services.weeks import parse_week, rest_of_week, week_days, week_name
from server.services.works import current


@dataclass(frozen=True)
class PackFile:
    """A class's packs of a week. ``bytes`` None: not printed. ``edition`` is the one it was printed from.

    ``students``: all of them; ``paper``: those who learn from paper; ``promised``: those for whom a pack was promised
    that is not printed yet, ``asked`` of them who do not learn from paper; ``answers``: those who get nothing but what
    teachers answered. ``stale``: students whose pack is from an
    older edition. ``more``: the sizes of a supplement's file and of the rest of a file, by part.
    """

    slug: str
    name: str
    students: int
    bytes: int | None = None
    packs: int = 0
    pages: int = 0
    printed_at: datetime | None = None
    edition: int = 0
    paper: int = 0
    promised: int = 0
    asked: int = 0
    answers: int = 0
    stale: int = 0
    more: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class StopFile:
    """A stop's packs of a week, for those who need paper. ``bytes`` None: not printed; ``more`` as of a class."""

    key: str
    name: str
    packs: int
    families: int
    bytes: int | None
    more: Mapping[str, int]


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
    everybody = {student for own in students.values() for student in own}
    why, wanted = pack_reasons.reasons(session, everybody, week_name(monday)), requests.who_wants_paper(session)
    paper = {student for student, reason in why.items() if reason == pack_reasons.CHANNEL}
    answers = {student for student, reason in why.items() if reason == pack_reasons.ANSWER}
    rows: dict[str, list[Pack]] = {}
    for pack in session.scalars(
        select(Pack).where(Pack.week == week_name(monday), Pack.printed_at.is_not(None),
                           Pack.student_id.in_(everybody))
    ):  # fmt: skip
        rows.setdefault(pack.student_id, []).append(pack)
    edition = publishing.newest(session)
    found = []
    for group in known:
        own = set(students.get(group.id, []))
        packs = [pack for student in own for pack in rows.get(student, ())]
        line = PackFile(group.slug, group.name, len(own), paper=len(own & paper), promised=len(own & wanted),
                        asked=len((own & wanted) - paper), answers=len(own & answers),
                        stale=_stale(packs, edition.number if edition else 0),
                        more=_more(path_of(config, monday, group.slug)))  # fmt: skip
        found.append(_printed(line, packs, path_of(config, monday, group.slug)))
    return found


def _printed(line: PackFile, packs: list[Pack], path: Path) -> PackFile:
    """The line with what its file holds: the packs that have a place in it."""
    if not path.is_file():
        return line
    whole = [pack for pack in packs if not pack.supplement]
    edition = max((pack.edition_number for pack in whole), default=0)
    inside = [pack for pack in whole if pack.number is not None] or [
        pack for pack in whole if pack.edition_number == edition
    ]
    return replace(
        line, bytes=path.stat().st_size, packs=len(inside), pages=sum(pack.pages or 0 for pack in inside),
        printed_at=max((pack.printed_at for pack in inside if pack.printed_at), default=None), edition=edition,
    )  # fmt: skip


def _stale(packs: Iterable[Pack], edition: int) -> int:
    """Of how many students the last pack is from an edition before this one."""
    last: dict[str, int] = {}
    for pack in packs:
        if pack.reason == pack_reasons.ANSWER:
            continue
        last[pack.student_id] = max(last.get(pack.student_id, 0), pack.edition_number)
    return sum(number < edition for number in last.values())


def _more(path: Path) -> dict[str, int]:
    found = {}
    for part in PARTS[1:]:
        file = path.with_name(path.name.removesuffix("pdf") + f"{part}.pdf")
        if file.is_file():
            found[part] = file.stat().st_size
    return found


def stop_files(session: Session, config: Config, monday: date, today: date) -> list[StopFile]:
    """A line for each place where packs are handed over, for those of the school who need paper."""
    since, last = rest_of_week(monday, today)
    groups = session.scalars(select(Group).where(Group.kind == "class", Group.closed_on.is_(None))).all()
    students = _students(session, groups, since, last)
    slugs = {group.id: group.slug for group in groups}
    everybody = {student for own in students.values() for student in own}
    wanted = pack_reasons.reasons(session, everybody, week_name(monday))
    classes = {slugs[id]: [student for student in own if student in wanted] for id, own in students.items()}
    found = []
    for place in pack_stops.places(session, classes):
        path = stop_file(config, monday, place.key)
        size = path.stat().st_size if path.is_file() else None
        families = sum(len(family.students) > 1 for family in place.families)
        found.append(StopFile(place.key, place.name, len(place.students), families, size, _more(path)))
    return found


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


PARTS = ("", "supplement", "rest", "supplement.rest")  # what of a place's packs a file holds
STUDENTS, STOPS = "students", "stops"  # folders of files that are no class's
_KEY = re.compile(r"class-[a-z0-9-]{1,40}|[0-9a-f]{32}")


def path_of(config: Config, monday: date, slug: str, part: str = "") -> Path:
    """Where a class's file lies or would lie."""
    return config.packs / week_name(monday) / _named(slug, part)


def student_file(config: Config, monday: date, slug: str, part: str = "") -> Path:
    """Where the file of one student lies or would lie; ``slug``: the person's."""
    return config.packs / week_name(monday) / STUDENTS / _named(slug, part)


def stop_file(config: Config, monday: date, key: str, part: str = "") -> Path:
    """Where a stop's file lies or would lie (pack_stops.Place.key)."""
    return config.packs / week_name(monday) / STOPS / _named(key, part)


def rest_of(file: Path) -> Path:
    """Where the rest of a file lies that was printed once more."""
    return file.with_name(file.name.removesuffix(".pdf") + ".rest.pdf")


def _named(slug: str, part: str) -> str:
    return ".".join(filter(None, (slug, part, "pdf")))


def printed_file(config: Config, week: str, slug: str, part: str = "") -> Path:
    """The file of a week and an existing class. Raises DomainError week_invalid, pack_missing."""
    return _there(path_of(config, parse_week(week), slug, part), part)


def printed_for_student(config: Config, week: str, slug: str, part: str = "") -> Path:
    """The file of a week and an existing person. Raises DomainError week_invalid, pack_missing."""
    return _there(student_file(config, parse_week(week), slug, part), part)


def printed_for_stop(config: Config, week: str, key: str, part: str = "") -> Path:
    """The file of a week and a stop. Raises DomainError week_invalid, pack_missing, also for a key that is none."""
    if not _KEY.fullmatch(key):
        raise DomainError("pack_missing")
    return _there(stop_file(config, parse_week(week), key, part), part)


def _there(path: Path, part: str) -> Path:
    if part not in PARTS or not path.is_file():
        raise DomainError("pack_missing")
    return path


def class_of(session: Session, slug: str) -> Group:
    """An open class by its slug. Raises DomainError group_unknown."""
    group = session.scalar(select(Group).where(Group.slug == slug, Group.kind == "class", Group.closed_on.is_(None)))
    if group is None:
        raise DomainError("group_unknown", name=slug[:40])
    return group
