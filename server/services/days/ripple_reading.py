"""Reads from the database what a deed touches: its lessons before and after, their pages, students, teachers, packs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from server.errors import DomainError
from server.models import (
    Broadcast,
    Course,
    Day,
    Group,
    LessonAct,
    LessonChange,
    LessonCourse,
    Material,
    Pack,
    Person,
    Resource,
    Room,
    Subject,
    Task,
)
from server.services import course_plan
from server.services.aside import asides, with_the_class
from server.services.days import ripple
from server.services.days.ripple import Around, Carried, Change, Moment, Taught, Turn
from server.services.days.state import LessonState, state_from
from server.services.exemptions import exempt
from server.services.freezing import (
    PUBLIC_CHANGES,
    Window,
    approved_days,
    bells_of,
    group_view,
    shown_change,
    shown_of,
)
from server.services.people import full_name
from server.services.weeks import week_name, window_of
from server.services.works import members, to_be_done

State = tuple[str, LessonState, LessonState]  # a lesson's id, as it was, as it became


@dataclass(frozen=True)
class Stale:
    """A printed pack that shows what is not so any more. ``edition``: from which it was printed."""

    student: str
    week: str
    edition: int


@dataclass(frozen=True)
class Ripple:
    """All that a deed touches.

    ``turns``: what people notice of it, with the ids of the students whom each concerns; ``out``: the days of it that
    families know; ``pages``: paths by site. ``packs``: those whose timetable is not right any more. ``staff``: who
    holds its lessons or held them, by id; ``shows``: its broadcasts.
    """

    act: str
    kind: str
    turns: tuple[Turn, ...]
    students: Mapping[str, frozenset[str]]  # by the turn's key
    pages: Mapping[str, frozenset[str]]
    days: frozenset[date]
    out: frozenset[date]
    packs: tuple[Stale, ...]
    around: Around
    staff: Mapping[str, Person]
    shows: Mapping[str, Broadcast]

    @property
    def told(self) -> tuple[Turn, ...]:
        """What families must hear: turns of a day that is out."""
        return tuple(turn for turn in self.turns if turn.days & self.out)

    @property
    def groups(self) -> frozenset[str]:
        """Ids of the groups that are taught otherwise."""
        return frozenset(self.around.courses[turn.course].group for turn in self.turns)

    @property
    def all_students(self) -> frozenset[str]:
        """Everybody whose lessons it changes."""
        return frozenset(id for turn in self.turns for id in self.students[turn.key])

    @property
    def teachers(self) -> tuple[str, ...]:
        """Ids of those who hold a changed lesson, or held it."""
        return tuple(sorted({id for turn in self.turns for id in ripple.teachers_of(turn)}))


def of_act(session: Session, act_id: str, today: date) -> Ripple:
    """What the deed touches, seen on a day. Raises DomainError ``not_found``."""
    act = session.get(LessonAct, act_id)
    if act is None:
        raise DomainError("not_found")
    rows = session.scalars(select(LessonChange).where(LessonChange.act_id == act_id).order_by(LessonChange.id)).all()
    states = [(row.lesson_id, state_from(row.before), state_from(row.after)) for row in rows]
    window = window_of(today)
    both = [state for _lesson, before, after in states for state in (before, after)]
    ids = {id for state in both for id in state.teachers}
    staff = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}
    shows = _shows(session, both)
    around, keys = _around(session, states, window, staff, shows)
    histories = _histories(session, {lesson for lesson, _before, _after in states})
    changes = []
    for (lesson, before, after), (_lesson, first, then) in zip(states, ripple.pair(states, keys), strict=True):
        was, now = _said(histories.get(lesson, ()), act)
        changes.append(Change(Moment(lesson, before, first, shown_change(before.state, was)),
                              Moment(lesson, after, then, shown_change(after.state, now))))  # fmt: skip
    turns = ripple.turns(around, changes)
    days = frozenset(day for turn in turns for day in turn.days)
    known = select(Day.on).where(Day.on.in_(days), Day.published_at <= act.made_at)  # later it went out with the deed
    students = _students(session, around, turns)
    told = {id for turn in turns for id in students[turn.key]}
    return Ripple(act.id, act.kind, turns, students, ripple.touched_pages(around, changes), days,
                  frozenset(session.scalars(known)), _packs(session, told, days), around, staff, shows)  # fmt: skip


def _around(
    session: Session, states: Sequence[State], window: Window, staff: Mapping[str, Person],
    shows: Mapping[str, Broadcast],
) -> tuple[Around, dict[tuple[str, str], str]]:  # fmt: skip
    both = [state for _lesson, before, after in states for state in (before, after)]
    courses = {part.course for state in both for part in state.parts}
    lessons = {lesson for lesson, _before, _after in states}
    taught, sites = _courses(session, both, window)
    plans = course_plan.plans_of(session, courses)
    rows = session.execute(
        select(LessonCourse.id, LessonCourse.lesson_id, LessonCourse.course_id, LessonCourse.topic)
        .where(LessonCourse.lesson_id.in_(lessons))
    ).all()  # fmt: skip
    mine = {row.id for row in rows}
    others = {
        course: [one for one in found if one.id not in mine]
        for course, found in course_plan.lessons_of(session, plans).items()
    }  # fmt: skip
    near = {one.id for found in others.values() for one in found if window.first <= one.on <= window.last}
    days = frozenset(approved_days(session, window))
    rooms = {state.room for state in both if state.room}
    released = {id: full_name(person) for id, person in staff.items() if "name" in person.released}
    around = Around(
        window.first, window.last, days, taught, sites, rooms_of(session, rooms), released,
        bells_of(session, _rung(both, taught)), _broadcasts(session, shows, window, sites),
        _carried(session, {row.id: row.topic for row in rows}, near), plans, others,
    )  # fmt: skip
    return around, {(row.lesson_id, row.course_id): row.id for row in rows}


def noticed(
    session: Session, acts: Iterable[Sequence[State]]
) -> tuple[Around, list[tuple[Turn, ...]], dict[str, Broadcast]]:  # fmt: skip
    """What people notice of deeds, each given by its lessons with the states before and after, and the broadcasts;
    nothing of pages. A handful of queries for all of them."""
    acts = list(acts)
    both = [state for states in acts for _lesson, before, after in states for state in (before, after)]
    taught = {id: one for id, (one, _group) in _taught(session, both).items()}
    rooms = rooms_of(session, {state.room for state in both if state.room})
    bells = bells_of(session, _rung(both, taught))
    around = Around(date.min, date.max, frozenset(), taught, rooms=rooms, bells=bells)
    turns = [
        ripple.turns(around, [
            Change(Moment(lesson, before, first), Moment(lesson, after, then))
            for (lesson, before, after), (_lesson, first, then) in zip(states, ripple.pair(states, {}), strict=True)
        ])
        for states in acts
    ]  # fmt: skip
    return around, turns, _shows(session, both)


def _rung(both: Iterable[LessonState], taught: Mapping[str, Taught]) -> set[tuple[int, date]]:
    return {(state.shift or taught[part.course].shift, state.on) for state in both for part in state.parts}


def _courses(
    session: Session, states: Iterable[LessonState], window: Window
) -> tuple[dict[str, Taught], dict[str, dict[str, Any]]]:  # fmt: skip
    rows = _taught(session, states)
    groups = {group.id: group for _one, group in rows.values()}
    groups |= {group.parent_id: group.parent for group in groups.values() if group.parent}
    shown = {group.id for group in shown_of(session, window, groups.values())}
    pages = [group for group in groups.values() if group.id in shown and group.kind != "subgroup"]
    return (
        {id: replace(one, shown=group.id in shown) for id, (one, group) in rows.items()},
        {group.slug: group_view(session, group, window.first) for group in pages},
    )  # fmt: skip


def _taught(session: Session, states: Iterable[LessonState]) -> dict[str, tuple[Taught, Group]]:
    """The courses of some states; whether an edition shows them is not asked here."""
    ids = {part.course for state in states for part in state.parts}
    rows = session.execute(
        select(Course.id, Group, Subject.name, Subject.short).join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id).where(Course.id.in_(ids)).options(selectinload(Group.parent))
    )  # fmt: skip
    found = {}
    for id, group, subject, short in rows:
        klass = group.parent or group
        name = f"{klass.name}, {group.name}" if group.parent else group.name
        found[id] = Taught(group.id, group.slug, klass.slug, group.name if group.parent else None, group.shift, subject,
                           short, name, False), group  # fmt: skip
    return found


def rooms_of(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Names of rooms by id."""
    if not ids:
        return {}
    return dict(session.execute(select(Room.id, Room.name).where(Room.id.in_(ids))).all())


def _shows(session: Session, states: Iterable[LessonState]) -> dict[str, Broadcast]:
    ids = {part.broadcast for state in states for part in state.parts if part.broadcast}
    return {row.id: row for row in session.scalars(select(Broadcast).where(Broadcast.id.in_(ids)))} if ids else {}


def _broadcasts(
    session: Session, shows: Mapping[str, Broadcast], window: Window, sites: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Those that an edition shows: of its window, and of a grade of which a class is shown."""
    rows = [row for row in shows.values() if window.first <= row.on <= window.last]
    grades = {site["grade"] for site in sites.values() if site["kind"] == "class"}
    missing = {row.grade for row in rows} - grades
    if missing:
        classes = session.scalars(select(Group).where(Group.kind == "class", Group.grade.in_(missing)))
        grades |= {group.grade for group in shown_of(session, window, classes)}
    return {
        row.id: {"date": row.on.isoformat(), "start": row.starts, "minutes": row.minutes, "channel": row.channel,
                 "subject": row.subject, "topic": row.topic, "groups": []}
        for row in rows if row.grade in grades
    }  # fmt: skip


def _carried(session: Session, own: Mapping[str, str], near: Collection[str]) -> dict[str, Carried]:
    """Topics, texts and tasks of the deed's views, and texts and tasks of those whose topic may shift."""
    ids = [*own, *near]
    has = exists().where(Resource.material_id == Material.id)
    materials = dict(session.execute(
        select(Material.lesson_course_id, Material.id)
        .where(Material.lesson_course_id.in_(ids), or_(func.trim(Material.body, " \n\t\r") != "", has))
    ).all())  # fmt: skip
    tasks: dict[str, list[tuple[str, str | None]]] = {}
    for view, task, due in session.execute(
        select(Task.lesson_course_id, Task.id, Task.due_on).where(Task.lesson_course_id.in_(ids), to_be_done())
        .order_by(Task.due_on, Task.id)
    ):  # fmt: skip
        tasks.setdefault(view, []).append((task, due.isoformat() if due else None))
    return {id: Carried(own.get(id, ""), materials.get(id), tuple(tasks.get(id, ()))) for id in ids}


@dataclass(frozen=True)
class _Said:
    """A public change of a lesson: which deed made it and which took it back, and when."""

    kind: str
    before: Mapping[str, Any]
    act: str | None
    at: datetime
    undone: bool
    undone_by: str | None
    undone_at: datetime | None


def _histories(session: Session, lessons: Collection[str]) -> dict[str, list[_Said]]:
    undoing = aliased(LessonAct)
    rows = session.execute(
        select(LessonChange, LessonAct.undone_by_id, undoing.made_at)
        .outerjoin(LessonAct, LessonAct.id == LessonChange.act_id).outerjoin(undoing, undoing.id ==
                                                                              LessonAct.undone_by_id)
        .where(LessonChange.lesson_id.in_(lessons), LessonChange.kind.in_(PUBLIC_CHANGES))
        .order_by(LessonChange.changed_at, LessonChange.id)
    )  # fmt: skip
    found: dict[str, list[_Said]] = {}
    for row, undone_by, undone_at in rows:
        found.setdefault(row.lesson_id, []).append(
            _Said(row.kind, row.before, row.act_id, row.changed_at, row.undone, undone_by, undone_at)
        )
    return found


def _said(
    history: Iterable[_Said], act: LessonAct
) -> tuple[list[tuple[str, Mapping[str, Any]]], list[tuple[str, Mapping[str, Any]]]]:  # fmt: skip
    """The public changes that stood before the deed and after it; what came later counts neither time."""
    before, after = [], []
    for one in history:
        if one.at > act.made_at:
            continue
        later = one.undone_at is not None and one.undone_at > act.made_at
        change = (one.kind, one.before)
        if one.act != act.id and (not one.undone or later or one.undone_by == act.id):
            before.append(change)
        if not one.undone or later:
            after.append(change)
    return before, after


def _students(session: Session, around: Around, turns: Iterable[Turn]) -> dict[str, frozenset[str]]:
    """By the turn's key the students whom it concerns: members on its days who learn the subject there."""
    turns = list(turns)
    groups = {
        group.id: group for group in session.scalars(
            select(Group).where(Group.id.in_({around.courses[turn.course].group for turn in turns}))
        )
    }  # fmt: skip
    here = {
        (group, day): members(session, groups[group], day)
        for group, day in {(around.courses[turn.course].group, day) for turn in turns for day in turn.days}
    }  # fmt: skip
    everybody = {id for ids in here.values() for id in ids}
    apart, freed = asides(session, everybody), exempt(session, everybody)
    found = {}
    for turn in turns:
        taught = around.courses[turn.course]
        found[turn.key] = frozenset(
            id for day in turn.days
            for id in with_the_class(apart, here[taught.group, day], groups[taught.group], taught.subject, day)
            if not freed.on(id, taught.subject, day)
        )  # fmt: skip
    return found


def _packs(session: Session, students: Collection[str], days: Collection[date]) -> tuple[Stale, ...]:
    rows = session.execute(
        select(Pack.student_id, Pack.week, func.max(Pack.edition_number))
        .where(Pack.student_id.in_(students), Pack.week.in_({week_name(day) for day in days}),
               Pack.printed_at.is_not(None))
        .group_by(Pack.student_id, Pack.week).order_by(Pack.week, Pack.student_id)
    )  # fmt: skip
    return tuple(Stale(*row) for row in rows)
