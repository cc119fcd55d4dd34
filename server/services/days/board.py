"""The board of a school day: classes, teachers or rooms against the places of the day, as plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, or_, select
from sqlalchemy.orm import Session

from server.models import Lesson, LessonAct, LessonChange, Person
from server.services.bell_times import Bells, bell_of
from server.services.days.reading import Days, Facts, Held
from server.services.people import short_name

GROUP, TEACHER, ROOM = BY = ("group", "teacher", "room")
NOBODY = ""  # the line of lessons without teacher, or without room
FEW = 8  # lesson numbers offered where no bells are known
SHOWN_KINDS = ("substituted", "moved", "cancelled", "reassigned", "added", "adjusted")


@dataclass(frozen=True, slots=True)
class Place:
    """A lesson number of a shift with its times that day, "" where no bell is known."""

    shift: int
    n: int
    starts: str = ""
    ends: str = ""

    @property
    def key(self) -> str:
        """As forms and pages name it: "1-3"."""
        return f"{self.shift}-{self.n}"


@dataclass(frozen=True, slots=True)
class Head:
    """Whose lessons a line of the board holds. ``key``: slug of a group, id of a teacher or a room, or NOBODY."""

    key: str
    name: str


@dataclass(frozen=True)
class Sheet:
    """A table of the board: the classes of one shift, or all teachers or rooms. ``shift`` 0: of all shifts."""

    shift: int
    places: tuple[Place, ...]
    heads: tuple[Head, ...]


@dataclass(frozen=True)
class Board:
    """``cells``: lessons by (key of the head, key of the place); a joined lesson stands in several."""

    by: str
    sheets: tuple[Sheet, ...]
    cells: Mapping[tuple[str, str], tuple[Held, ...]]

    @property
    def heads(self) -> tuple[Head, ...]:
        """All heads, those of the first shift first."""
        return tuple(dict.fromkeys(head for sheet in self.sheets for head in sheet.heads))


def places_of(days: Days, on: date) -> tuple[Place, ...]:
    """The places of a day: every number that has a bell, and those that have lessons."""
    held = days.on(on)
    shifts = {group.shift for group in days.facts.groups.values()} | {lesson.shift for lesson in held}
    return places(days.bells, shifts, held, on)


def places(bells: Bells, shifts: Iterable[int], held: Sequence[Held], on: date) -> tuple[Place, ...]:
    """The same from bells that were read. A shift without bells has the numbers of its lessons and some more."""
    found = []
    for shift in sorted(shifts):
        used = {lesson.n for lesson in held if lesson.shift == shift}
        rung = {n for _since, _until, own in bells.get(shift, ()) for n in own if bell_of(bells, shift, on, n)}
        numbers = used | (rung or set(range(min(used, default=1), max(used, default=0) + 2)) if used or rung else set())
        if not numbers and shift == 1:
            numbers = set(range(1, FEW + 1))
        found += [Place(shift, n, *(bell_of(bells, shift, on, n) or ("", ""))) for n in sorted(numbers)]
    return tuple(found)


def lay_out(days: Days, on: date, places: Sequence[Place], by: str, names: Mapping[str, str] = {}) -> Board:
    """Put the lessons of a day into lines. ``names``: of groups of home-taught students, for who may read them."""
    held = days.on(on)
    cells: dict[tuple[str, str], list[Held]] = {}
    heads: dict[str, Head] = {}
    for lesson in held:
        place = f"{lesson.shift}-{lesson.n}"
        for head in _heads_of(lesson, days.facts, by, names):
            heads[head.key] = head
            cells.setdefault((head.key, place), []).append(lesson)
    done = {key: tuple(lessons) for key, lessons in cells.items()}
    if by == GROUP:
        sheets = _by_shift(days.facts, places, heads, done)
    else:
        ordered = sorted(heads.values(), key=lambda head: (head.key == NOBODY, _natural(head.name)))
        used = {place for _head, place in done}
        shown = {place.shift for place in places if place.key in used}
        sheets = (Sheet(0, tuple(place for place in places if place.shift in shown), tuple(ordered)),)
    return Board(by, sheets, done)


def narrowed(board: Board, key: str) -> Board:
    """The board with one line only."""
    sheets = tuple(
        Sheet(sheet.shift, sheet.places, heads)
        for sheet in board.sheets if (heads := tuple(head for head in sheet.heads if head.key == key))
    )  # fmt: skip
    return Board(board.by, sheets, board.cells)


def _heads_of(lesson: Held, facts: Facts, by: str, names: Mapping[str, str]) -> Iterable[Head]:
    if by == TEACHER:
        return [Head(id, facts.people[id]) for id in lesson.teachers] or [Head(NOBODY, "")]
    if by == ROOM:
        return [Head(lesson.room, facts.rooms[lesson.room]) if lesson.room else Head(NOBODY, "")]
    return [group_head(facts, id, names) for id in dict.fromkeys(lesson.groups)]


def group_head(facts: Facts, id: str, names: Mapping[str, str]) -> Head:
    """A class, for its subgroups too; a study group or a home-taught student stands for itself."""
    group = facts.class_of(id)
    return Head(group.slug, names.get(group.id) or facts.group_name(group.id))


def _by_shift(
    facts: Facts, places: Sequence[Place], heads: Mapping[str, Head], cells: Mapping[tuple[str, str], tuple[Held, ...]]
) -> tuple[Sheet, ...]:
    groups = {group.slug: group for group in facts.groups.values()}
    taught: dict[int, set[str]] = {}
    for slug, place in cells:
        taught.setdefault(int(place.split("-")[0]), set()).add(slug)
    for group in groups.values():
        if group.kind == "class" and facts.students[group.id]:
            taught.setdefault(group.shift, set()).add(group.slug)
    return tuple(
        Sheet(shift, tuple(place for place in places if place.shift == shift),
              tuple(heads.get(slug) or group_head(facts, groups[slug].id, {})
                    for slug in sorted(slugs, key=lambda slug: _school_order(facts, groups[slug].id))))
        for shift, slugs in sorted(taught.items())
    )  # fmt: skip


def _school_order(facts: Facts, id: str) -> tuple[int, int, str, str]:
    """Classes by grade, a home-taught student after the class, study groups last."""
    group = facts.groups[id]
    apart = group.kind not in ("class", "individual")
    return apart, group.grade or 99, facts.group_name(id), group.slug


def _natural(name: str) -> tuple[int, str]:
    """Rooms by number, others by name after them."""
    digits = name[: len(name) - len(name.lstrip("0123456789"))]
    return (int(digits) if digits else 10**6), name


# --- what happened to the day ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LastAct:
    """The newest deed that touched a day and was not taken back."""

    act: LessonAct
    author: str


def last_act(session: Session, on: date) -> LastAct | None:
    """Whoever made it; an undo is no deed of its own."""
    day = on.isoformat()
    row = session.execute(
        select(LessonAct, Person).outerjoin(Person, Person.id == LessonAct.made_by)
        .where(
            LessonAct.kind != "undone", LessonAct.undone_by_id.is_(None),
            select(LessonChange.id).where(
                LessonChange.act_id == LessonAct.id,
                or_(LessonChange.before["on"].as_string() == day, LessonChange.after["on"].as_string() == day),
            ).exists(),
        ).order_by(LessonAct.made_at.desc(), _in_order_of_writing(session)).limit(1)
    ).first()  # fmt: skip
    return LastAct(row[0], short_name(row[1]) if row[1] else "") if row else None


def _in_order_of_writing(session: Session) -> ColumnElement[Any]:
    """Newest first. A clock that stands still, as in a trial (always on SQLite), gives all deeds one time."""
    if session.get_bind().dialect.name == "sqlite":
        return literal_column("lesson_act.rowid").desc()
    return LessonAct.id.desc()


def changed(session: Session, on: date) -> dict[str, str]:
    """Of the day's lessons that are otherwise than planned: the kind of the newest change that stands."""
    rows = session.execute(
        select(LessonChange.lesson_id, LessonChange.kind).join(Lesson, Lesson.id == LessonChange.lesson_id)
        .where(Lesson.on == on, LessonChange.undone.is_(False), LessonChange.kind.in_(SHOWN_KINDS))
        .order_by(LessonChange.changed_at, LessonChange.id)
    )  # fmt: skip
    return dict(rows.all())


def next_day_with_lessons(session: Session, on: date) -> date | None:
    """The nearest day from ``on``, itself included, on which lessons stand."""
    query = select(Lesson.on).where(Lesson.state != "withdrawn", Lesson.on >= on)
    return session.scalar(query.order_by(Lesson.on).limit(1))


def days_beside(session: Session, on: date) -> tuple[date | None, date | None]:
    """The nearest days with lessons before and after a day. One query."""
    before = select(func.max(Lesson.on)).where(Lesson.state != "withdrawn", Lesson.on < on).scalar_subquery()
    after = select(func.min(Lesson.on)).where(Lesson.state != "withdrawn", Lesson.on > on).scalar_subquery()
    row = session.execute(select(before, after)).one()
    return row[0], row[1]
