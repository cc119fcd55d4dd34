"""Two shifts: numbers that programs count through become lessons of a shift, bells first or timetable first."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from apiflask import APIFlask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from server import models
from server.extensions import db
from server.importers.rows import PeriodRow
from server.services import freezing, imports, lesson_list
from server.services.imports.periods import Hour, hours_of, renumbered
from server.services.timetable_view import grid

DATA = Path(__file__).parents[2] / "data"
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
MONDAY = date(2026, 12, 7)
TOWN = {1: {0: "07:40", 1: "08:30", 2: "09:20", 3: "10:15"}, 2: {1: "14:00", 2: "14:50", 3: "15:45"}}


def bring(place: str, kind: str, file: str) -> imports.ImportReport:
    data = (DATA / place / file).read_bytes()
    report = imports.run(kind, [(file, data)], actor_id=None, dry_run=False, now=NOW)
    assert not report.errors, [finding.text() for finding in report.findings][:3]
    db.session.remove()
    return report


def periods(*starts: str, first: int = 1, names: tuple[str, ...] = ()) -> tuple[PeriodRow, ...]:
    called = names or tuple(map(str, range(first, first + len(starts))))
    return tuple(PeriodRow(first + at, name, starts[at], "") for at, name in enumerate(called))


def shifts() -> dict[str, int]:
    rows = db.session.execute(select(models.Group.name, models.Group.shift).where(models.Group.kind == "class"))
    return dict(rows.all())


# --- numbers ---------------------------------------------------------------------------------------------------


def test_times_say_which_bell_is_meant() -> None:
    found = hours_of(periods("07:40", "08:30", "09:25", "10:15", "14:00", first=0), (), TOWN)
    assert found == {0: Hour(1, 0), 1: Hour(1, 1), 2: Hour(1, 2), 3: Hour(1, 3), 4: Hour(2, 1)}


def test_names_say_it_where_there_are_no_bells() -> None:
    found = hours_of(periods("", "", "", names=("1 см. 1", "1 см. 2", "2-я смена, 1 урок")), (), {})
    assert found == {1: Hour(1, 1), 2: Hour(1, 2), 3: Hour(2, 1)}


def test_numbers_beyond_the_first_shift_are_the_second() -> None:
    assert hours_of((), [1, 3, 4, 6], TOWN) == {1: Hour(1, 1), 3: Hour(1, 3), 4: Hour(2, 1), 6: Hour(2, 3)}


def test_a_long_day_is_parted_at_its_longest_break_near_the_middle() -> None:
    starts = "08:00 08:50 09:45 10:45 11:40 12:30 13:20 14:20 15:10 16:05 17:05 17:55"
    found = hours_of(periods(*starts.split()), (), {})
    assert (found[7], found[8], found[12]) == (Hour(1, 7), Hour(2, 1), Hour(2, 5))


@given(st.lists(st.integers(0, 9), unique=True, max_size=8))
def test_one_shift_keeps_its_numbers(numbers: list[int]) -> None:
    assert hours_of((), numbers, {1: {n: f"{8 + n:02d}:00" for n in range(10)}}) == {}
    assert hours_of((), numbers, {}) == {}


def test_bells_that_come_later_number_anew() -> None:
    used = {Hour(None, n) for n in range(1, 7)}
    assert renumbered(used, TOWN) == {Hour(None, 4): Hour(2, 1), Hour(None, 5): Hour(2, 2), Hour(None, 6): Hour(2, 3)}
    parted = {*(Hour(1, n) for n in range(1, 5)), Hour(2, 1), Hour(2, 2)}  # at another break than the bells
    assert renumbered(parted, TOWN) == {Hour(1, 4): Hour(2, 1), Hour(2, 1): Hour(2, 2), Hour(2, 2): Hour(2, 3)}
    assert renumbered({Hour(1, 1), Hour(2, 3)}, TOWN) == {}


# --- schools ---------------------------------------------------------------------------------------------------


@pytest.fixture
def kazakh(school: APIFlask) -> Iterator[APIFlask]:
    """A school with terms and staff; bells and timetable come in the tests."""
    for kind, file in (("terms", "terms.csv"), ("staff", "staff.xlsx")):
        bring("kazakh", kind, file)
    yield school


@pytest.mark.large
def test_a_class_of_the_second_shift_has_its_first_lesson_when_that_shift_begins(listed: Callable) -> None:
    listed("kazakh")
    check_second_shift()


@pytest.mark.large
@pytest.mark.parametrize("file", ["timetable_fet.csv", "timetable.xlsx"])
def test_the_second_shift_of_other_programs(kazakh: APIFlask, file: str) -> None:
    bring("kazakh", "bells", "bells.csv")
    bring("kazakh", "timetable", file)
    check_second_shift()


def check_second_shift() -> None:
    assert {name for name, shift in shifts().items() if shift == 2} >= {"2А", "2Ә", "3А"}
    group = db.session.scalars(select(models.Group).where(models.Group.name == "2Ә")).one()
    lines = lesson_list.lessons_between(db.session, MONDAY, MONDAY, lesson_list.of_group(group.id))
    assert (lines[0].n, lines[0].start) == (1, "14:20")
    views = freezing.views_of(db.session, [MONDAY], [group])
    assert min(row["start"] for row in views.lessons.values()) == "14:20"
    assert freezing.group_view(db.session, group, MONDAY)["bells"][0]["start"] == "14:20"
    parts = set(db.session.scalars(select(models.Group.shift).where(models.Group.parent_id == group.id)))
    assert parts <= {2}


def _stored() -> list[tuple[object, ...]]:
    """Everything that shifts decide, in the order of ids."""
    rows = db.session.execute(select(models.Slot.id, models.Slot.n, models.Slot.shift).order_by(models.Slot.id)).all()
    lessons = select(models.Lesson.on, models.Lesson.n, models.Lesson.shift, func.count())
    counted = db.session.execute(lessons.group_by(models.Lesson.on, models.Lesson.n, models.Lesson.shift)).all()
    return [*map(tuple, rows), *sorted(map(repr, counted)), *sorted(shifts().items())]


@pytest.mark.large
def test_bells_and_timetable_come_in_any_order(kazakh: APIFlask) -> None:
    """Also from a drawn sheet, which is numbered by what it says and put right by the bells."""
    bring("kazakh", "timetable", "timetable.xlsx")
    bring("kazakh", "bells", "bells.csv")
    first = _stored()
    assert not bring("kazakh", "timetable", "timetable.xlsx").changed
    assert _stored() == first
    report = bring("kazakh", "timetable", "timetable_fet.csv")  # names subjects in full, and the teachers
    assert not {"created", "withdrawn", "lessons_created", "lessons_withdrawn"} & report.counts.keys()
    assert _stored() == first
    assert db.session.scalar(select(func.count()).select_from(models.LessonChange)) == 0


@pytest.mark.large
def test_a_teacher_of_both_shifts_sees_two_first_lessons(listed: Callable) -> None:
    listed("kazakh")
    rows = db.session.execute(
        select(models.LessonTeacher.person_id, func.min(models.Group.shift), func.max(models.Group.shift))
        .join(models.Lesson, models.Lesson.id == models.LessonTeacher.lesson_id)
        .join(models.LessonCourse, models.LessonCourse.lesson_id == models.Lesson.id)
        .join(models.Course, models.Course.id == models.LessonCourse.course_id)
        .join(models.Group, models.Group.id == models.Course.group_id).group_by(models.LessonTeacher.person_id)
    ).all()  # fmt: skip
    shown = [grid(db.session, MONDAY, "teacher", id) for id, low, high in rows if (low, high) == (1, 2)]
    starts = [[row.start for row in one.rows if row.start] for one in shown]
    assert starts and all(one == sorted(one) for one in starts)
    assert ["08:00", "14:20"] in [[row.start for row in one.rows if row.n == 1] for one in shown]
