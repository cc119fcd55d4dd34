"""Paper packs of a week: who gets which codes, the print in a child process, and the record of what was printed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import SystemRandom

from flask import current_app
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from printables.report import PackInfo, PrintReport
from printables.roster import LessonView, Roster, Student
from server import clock, store
from server.config import Config
from server.errors import DomainError
from server.models import (
    Course,
    Edition,
    Group,
    Lesson,
    LessonCourse,
    Membership,
    Pack,
    PackSheet,
    Person,
    School,
    Sheet,
    Subject,
    Work,
)
from server.services import feedback, keys, pack_feedback, requests
from server.services.aside import Aside, asides
from server.services.freezing import Window, group_view, private_notices, private_views
from server.services.publishing import LOCALES, Progress, newest
from server.services.weeks import rest_of_week, week_days, week_name
from server.services.works import current, members
from sync import codes
from sync.ids import content_id


@dataclass(frozen=True)
class Printed:
    """One group's file and what it took."""

    group: str
    file: Path
    packs: int
    pages: int
    bytes: int
    rendered: int
    from_cache: int
    lacking: dict[str, str]


def print_packs(
    monday: date, slugs: list[str] | None, *, now: datetime, progress: Progress = lambda what, done, total: None
) -> list[Printed]:
    """Print the packs of a week for the groups named (None: every class). One PDF per group in ``packs/<week>/``.

    Every name is looked at before anything is written: one that the paper's font cannot write stops the print with
    PrintError ``font_lacks``. Raises DomainError ``not_published``, ``week_not_in_edition``, ``group_unknown``,
    ``class_empty``. ``progress`` counts packs.
    """
    config: Config = current_app.extensions["korablik"]
    week = week_name(monday)
    with store.snapshot() as session:
        row = newest(session)
        if row is None:
            raise DomainError("not_published", week=week)
        if not row.window_from <= monday <= row.window_to:
            raise DomainError("week_not_in_edition", week=week)
        edition_id, number = row.id, row.number
        today = clock.local_date(now, session.scalars(select(School.timezone)).one())
        since, _last = rest_of_week(monday, today)
        names = {slug: _names(session, slug, since) for slug in _groups(session, slugs)}
    if empty := [slug for slug, students in names.items() if not students and slugs]:
        raise DomainError("class_empty", name=empty[0], week=week)
    for student in (student for students in names.values() for student in students):
        current_app.extensions["child"].call("printables.checks:check_letters", student)
    return _print_groups(_Print(config, since, edition_id, number, now), names, progress)


@dataclass(frozen=True)
class _Print:
    """All circumstances of a print but the group.

    ``since``: the week's Monday, or today in a week that runs; who left the class before it gets no pack.
    """

    config: Config
    since: date
    edition_id: str
    number: int
    now: datetime


def _print_groups(order: _Print, names: dict[str, list[Student]], progress: Progress) -> list[Printed]:
    total, before, printed = sum(len(students) for students in names.values()), 0, []
    progress("packs", 0, total)
    for slug, students in names.items():
        if students:
            done = before  # of the groups before this one

            def of_group(packs: int, of: int, done: int = done) -> None:
                progress("packs", min(done + packs, total), total)

            printed.append(_print_group(order, slug, of_group))
            before += len(students)
    return printed


def _names(session: Session, slug: str, since: date) -> list[Student]:
    """The members of a class with their names only."""
    group = session.scalars(select(Group).where(Group.slug == slug)).one()
    people = session.scalars(
        select(Person).where(Person.id.in_(members(session, group, since, week_days(since)[-1]))).order_by(Person.id)
    )
    return [Student(person.id, _name(person), _short(person), group.name, "") for person in people]


def _groups(session: Session, slugs: list[str] | None) -> list[str]:
    classes = session.scalars(select(Group).where(Group.kind == "class", Group.closed_on.is_(None))).all()
    ordered = [group.slug for group in sorted(classes, key=lambda group: (group.grade or 99, group.name))]
    for slug in slugs or []:
        if slug not in ordered:
            raise DomainError("group_unknown", name=slug)
    return [slug for slug in ordered if slugs is None or slug in slugs]


def _print_group(order: _Print, slug: str, progress: Callable[[int, int], None]) -> Printed:
    config, since, number = order.config, order.since, order.number
    store.write(lambda session: _ensure_packs(session, slug, since, number))
    with store.snapshot() as session:
        roster = make_roster(session, slug, since, number, keys.printed(config.keys))
    out = config.packs / week_name(since) / f"{slug}.pdf"
    out.parent.mkdir(parents=True, exist_ok=True)
    report: PrintReport = current_app.extensions["child"].call(
        "printables.pack:print_group", config.editions / order.edition_id, roster, out, config.cache / "sheets",
        LOCALES, progress=progress,
    )  # fmt: skip
    told = {one.pack_code: [line.decision for line in one.feedback if line.decision] for one in roster.students}
    store.write(lambda session: _record(session, report, told, order.now))
    return Printed(slug, out, len(report.packs), report.pages, report.bytes, report.rendered, report.from_cache,
                   report.lacking)  # fmt: skip


def _ensure_packs(session: Session, slug: str, since: date, number: int) -> None:
    """A pack with a code for every student of the class from a day of the week on, for this edition."""
    group = session.scalars(select(Group).where(Group.slug == slug)).one()
    week = week_name(since)
    have = set(session.scalars(select(Pack.student_id).where(Pack.week == week, Pack.edition_number == number)))
    taken = {*session.scalars(select(Pack.code)), *session.scalars(select(Work.code))}  # nine digits name one thing
    for student_id in members(session, group, since, week_days(since)[-1]):
        if student_id in have:
            continue
        while (code := codes.new_code(SystemRandom().randrange)) in taken:
            pass
        taken.add(code)
        session.add(
            Pack(id=content_id("pack", student_id, week, str(number)), code=code, student_id=student_id, week=week,
                 edition_number=number)
        )  # fmt: skip


def make_roster(session: Session, slug: str, since: date, number: int, fingerprint: str) -> Roster:
    """The students of a class in the order of its list, with the codes of their works and packs.

    Whoever belongs to it from that day to the end of its week is on it.
    """
    group = session.scalars(select(Group).where(Group.slug == slug)).one()
    edition = session.scalars(select(Edition).where(Edition.number == number)).one()
    window = Window(edition.window_from, edition.window_to)
    week, days = week_name(since), week_days(since)
    ids = members(session, group, since, days[-1])
    people = session.execute(
        select(Person, Pack.code).join(Pack, Pack.student_id == Person.id)
        .where(Pack.week == week, Pack.edition_number == number, Person.id.in_(ids))
    ).all()  # fmt: skip
    codes_of: dict[str, dict[str, str]] = {}
    ids = [person.id for person, _ in people]
    for student_id, task_id, code in session.execute(
        select(Work.student_id, Work.task_id, Work.code).where(Work.student_id.in_(ids))
    ):
        codes_of.setdefault(student_id, {})[task_id] = code
    carried = pack_feedback.for_packs(session, ids, week, since)
    placed, apart = _subgroups(session, group, since, ids), asides(session, set(ids))
    students = tuple(
        Student(
            id=person.id, name=_name(person), short=_short(person),
            group_name=group.name, pack_code=code, works=codes_of.get(person.id, {}),
            extra=_extra(session, window, days, group, person.id), subgroups=placed.get(person.id),
            without=_without(session, group, days, apart.get(person.id, ())),
            feedback=tuple(carried[person.id].lines), again=tuple(carried[person.id].again),
        )
        for person, code in sorted(people, key=lambda pair: (pair[0].last_name, pair[0].first_name, pair[0].id))
    )  # fmt: skip
    own = group_view(session, group, window.first)
    notices = private_notices(session, window, group)
    return Roster(slug, group.name, week, number, students, fingerprint, own, notices)


def _name(person: Person) -> str:
    return f"{person.last_name} {person.first_name}".strip()


def _short(person: Person) -> str:
    return f"{person.last_name} {person.first_name[:1]}.".strip() if person.first_name else person.last_name


def _subgroups(session: Session, group: Group, day: date, students: list[str]) -> dict[str, tuple[str, ...]]:
    """Student → names of subgroups; a student who is in none of some division is left out (gets all)."""
    parts = (Group.parent_id == group.id, Group.kind == "subgroup", Group.closed_on.is_(None))
    children = session.scalars(select(Group).where(*parts)).all()
    if not children:
        return dict.fromkeys(students, ())
    divisions = {child.division for child in children}
    found: dict[str, list[Group]] = {student: [] for student in students}
    for child in children:
        own = session.scalars(
            select(Membership.person_id).where(
                Membership.group_id == child.id, current(Membership.since, Membership.until, day)
            )
        )
        for student in own:
            if student in found:
                found[student].append(child)
    return {
        student: tuple(child.name for child in own)
        for student, own in found.items()
        if {child.division for child in own} == divisions
    }


def _without(session: Session, group: Group, days: list[date], apart: Sequence[Aside]) -> tuple[str, ...]:
    """Lessons of the class on these days that the student has at home instead."""
    if not apart:
        return ()
    rows = session.execute(
        select(LessonCourse.id, Subject.name, Lesson.on).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(Course, Course.id == LessonCourse.course_id).join(Subject, Subject.id == Course.subject_id)
        .join(Group, Group.id == Course.group_id)
        .where(Lesson.on.in_(days), or_(Group.id == group.id, Group.parent_id == group.id),
               Group.kind.in_(("class", "subgroup")))
    )  # fmt: skip
    return tuple(sorted(id_ for id_, subject, on in rows if any(one.covers(group.id, subject, on) for one in apart)))


def _extra(session: Session, window: Window, days: list[date], group: Group, student_id: str) -> tuple[LessonView, ...]:
    views = private_views(session, window, days, group, student_id)
    return tuple(
        LessonView(key, lesson, views.materials.get(lesson["material"] or ""),
                    {task: views.tasks[task] for task in lesson["tasks"]})
        for key, lesson in views.lessons.items()
    )  # fmt: skip


def _record(session: Session, report: PrintReport, told: dict[str, list[int]], now: datetime) -> None:
    """Store what was printed: pages, page totals of sheets, the feedback it carries and the promises it keeps."""
    printed = []
    for info in report.packs:
        pack = session.scalars(select(Pack).where(Pack.code == info.pack_code)).one()
        printed.append(pack)
        pack.pages, pack.printed_at = info.pages, now
        session.execute(delete(PackSheet).where(PackSheet.pack_id == pack.id))
        _record_sheets(session, pack, info)
        feedback.give_with_pack(session, pack.id, told.get(info.pack_code, ()), now)
    requests.keep_by_packs(session, printed, now)


def _record_sheets(session: Session, pack: Pack, info: PackInfo) -> None:
    works = dict(session.execute(select(Work.task_id, Work.id).where(Work.student_id == pack.student_id)).all())
    for position, sheet in enumerate(info.sheets):
        if not sheet.hash:
            continue
        if session.get(Sheet, sheet.hash) is None:
            session.add(Sheet(hash=sheet.hash, pages=sheet.pages))
            session.flush()
        work_id = works.get(sheet.id) if sheet.kind in ("task", "again") else None
        session.add(PackSheet(pack_id=pack.id, position=position, sheet_hash=sheet.hash, work_id=work_id))
