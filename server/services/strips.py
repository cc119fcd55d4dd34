"""Corrections for families on paper: whose printed timetable is not right any more, and the strips to paste over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from printables.errata import ErrataReport, Printed, changed_days
from server import store
from server.config import Config
from server.errors import DomainError
from server.models import Course, Edition, Group, LessonChange, LessonCourse, Manifest, Membership, Pack
from server.services.aside import INDIVIDUAL
from server.services.pack_reasons import ANSWER, CHANNEL
from server.services.pack_rosters import make_roster
from server.services.publishing import LOCALES, newest
from server.services.weeks import rest_of_week, week_name
from server.services.works import current
from sync.edition import read_edition
from sync.errors import SyncError


@dataclass(frozen=True)
class Outdated:
    """A class of which packs were printed from an older edition. ``days``: that its timetable shows otherwise now.

    ``lost``: that edition is not on the disk any more, so nobody can say what changed. ``apart``: students with lessons
    of their own, which no edition holds.
    """

    slug: str
    name: str
    packs: int
    edition: int
    days: tuple[date, ...]
    lost: bool
    apart: int


@dataclass(frozen=True)
class Strips:
    """A file of strips; ``file`` None: nothing has to be corrected. ``lost``: editions that are not there any more."""

    file: Path | None
    report: ErrataReport
    lost: tuple[int, ...]


def outdated(
    session: Session, config: Config, monday: date, today: date, groups: Sequence[Group]
) -> list[Outdated]:  # fmt: skip
    """Of these classes those with packs of the week from an older edition, edition by edition."""
    row = newest(session)
    if row is None:
        return []
    week, since = week_name(monday), rest_of_week(monday, today)[0]
    stale, names = _stale(session, week, row.number), {group.slug: group for group in groups}
    folders = folders_of(session, config, {number for _slug, number in stale} | {row.number})
    content = {number: _content(folder) for number, folder in folders.items()}
    apart = set(session.scalars(
        select(Membership.person_id).join(Group, Group.id == Membership.group_id)
        .where(Group.kind == INDIVIDUAL, current(Membership.since, Membership.until, since))
    ))  # fmt: skip
    found = []
    for (slug, number), students in sorted(stale.items(), key=lambda item: (_order(names.get(item[0][0])), item[0][1])):
        if slug not in names:
            continue
        old, new = content.get(number), content.get(row.number)
        days = changed_days(old, new, slug, week, since) if old and new else []
        found.append(Outdated(slug, names[slug].name, len(students), number,
                              tuple(date.fromisoformat(day) for day in days), not (old and new),
                              len(apart & students)))  # fmt: skip
    return found


def _order(group: Group | None) -> tuple[int, str]:
    return (group.grade or 99, group.name) if group is not None else (99, "")


def make(monday: date, slugs: Sequence[str] | None, out: Path, *, today: date) -> Strips:
    """Write the strips of a week for these classes (None: all) to ``out``. Raises DomainError ``not_published``,
    ``group_unknown``; PrintError ``font_lacks``."""
    config: Config = current_app.extensions["korablik"]
    with store.snapshot() as session:
        row = newest(session)
        if row is None:
            raise DomainError("not_published", week=week_name(monday))
        known = {group.slug: group for group in session.scalars(select(Group).where(Group.kind == "class"))}
        for slug in slugs or ():
            if slug not in known:
                raise DomainError("group_unknown", name=slug)
        classes, lost = _printed(session, config, monday, today, row, known, slugs)
        folder = config.editions / row.id
    if not classes:
        return Strips(None, ErrataReport(0, 0, 0), lost)
    out.parent.mkdir(parents=True, exist_ok=True)
    report: ErrataReport = current_app.extensions["child"].call(
        "printables.errata:print_strips", classes, folder, out, LOCALES
    )
    return Strips(out if report.strips else None, report, lost)


def _printed(
    session: Session, config: Config, monday: date, today: date, row: Edition, known: dict[str, Group],
    slugs: Sequence[str] | None,
) -> tuple[list[Printed], tuple[int, ...]]:  # fmt: skip
    week, since = week_name(monday), rest_of_week(monday, today)[0]
    stale = _stale(session, week, row.number)
    folders = folders_of(session, config, {number for _slug, number in stale})
    classes, lost = [], set()
    for (slug, number), students in sorted(stale.items(), key=lambda item: (_order(known.get(item[0][0])), item[0][1])):
        if (slugs is not None and slug not in slugs) or slug not in known:
            continue
        if number not in folders or _content(folders[number]) is None:
            lost.add(number)
            continue
        roster = make_roster(session, slug, since, number, "")
        own = tuple(student for student in roster.students if student.id in students)
        if own:
            roster = type(roster)(roster.group, roster.group_name, roster.week, number, own, "", roster.own)
            classes.append(Printed(roster, folders[number], since, touched_days(session, students, week, number),
                                   _stops(session, students, week, number)))  # fmt: skip
    return classes, tuple(sorted(lost))


def _stale(session: Session, week: str, number: int) -> dict[tuple[str, int], set[str]]:
    """(class, edition) → students whose last printed pack of the week is from that edition, older than ``number``."""
    last = (
        select(Pack.student_id, func.max(Pack.edition_number).label("edition"))
        .where(Pack.week == week, Pack.printed_at.is_not(None), func.coalesce(Pack.reason, CHANNEL) != ANSWER)
        .group_by(Pack.student_id).subquery()
    )  # fmt: skip
    rows = session.execute(
        select(Group.slug, last.c.edition, last.c.student_id)
        .join(Membership, Membership.person_id == last.c.student_id).join(Group, Group.id == Membership.group_id)
        .where(Group.kind == "class", Membership.until.is_(None) | (Membership.until >= date.fromisocalendar(
            int(week[:4]), int(week[6:]), 1)), last.c.edition < number)
    )  # fmt: skip
    found: dict[tuple[str, int], set[str]] = {}
    for slug, edition, student in rows:
        found.setdefault((slug, edition), set()).add(student)
    return found


def folders_of(session: Session, config: Config, numbers: set[int]) -> dict[int, Path]:
    """Edition number → the folder of its content; one that is not kept any more is left out."""
    rows = session.execute(select(Edition.number, Edition.id).where(Edition.number.in_(numbers)))
    return {number: config.editions / id for number, id in rows if (config.editions / id).is_dir()}


def _content(folder: Path) -> dict | None:
    try:
        return read_edition(folder).content
    except SyncError:
        return None


def touched_days(session: Session, students: set[str], week: str, number: int) -> dict[str, set[str]]:
    """By student the days on which lessons of their own were changed since their pack was printed."""
    rows = session.execute(
        select(Pack.student_id, LessonChange.before, LessonChange.after)
        .join(Membership, Membership.person_id == Pack.student_id).join(Group, Group.id == Membership.group_id)
        .join(Course, Course.group_id == Group.id).join(LessonCourse, LessonCourse.course_id == Course.id)
        .join(LessonChange, LessonChange.lesson_id == LessonCourse.lesson_id)
        .where(Pack.student_id.in_(students), Pack.week == week, Pack.edition_number == number,
               Group.kind == INDIVIDUAL, LessonChange.changed_at > Pack.printed_at)
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for student, *states in rows:
        days = {state["on"] for state in states if "on" in state}
        found.setdefault(student, set()).update(day for day in days if week_name(date.fromisoformat(day)) == week)
    return found


def _stops(session: Session, students: set[str], week: str, number: int) -> dict[str, str]:
    rows = session.execute(
        select(Pack.student_id, Manifest.stop).join(Manifest, Manifest.id == Pack.manifest_id)
        .where(Pack.student_id.in_(students), Pack.week == week, Pack.edition_number == number)
    )  # fmt: skip
    return dict(rows.all())
