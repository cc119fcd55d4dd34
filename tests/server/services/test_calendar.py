"""The calendar's plan: which lessons are wanted, and that ids are few, stable and never shared."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services import calendar
from server.services.calendar import Known, Pattern, Placed, Plan, Stretch, Wanted, Weeks

FIRST, LAST = date(2026, 11, 30), date(2026, 12, 27)
QUARTER = Stretch("quarter", FIRST, LAST)
WEEKS = Weeks(FIRST, 2)


def pattern(*hours: Placed, courses: tuple[tuple[str, int | None], ...] = (("c5", 5),)) -> Pattern:
    return Pattern("w", "maths|5", hours, courses, ("t",))


def wanted(found: Pattern, *stretches: Stretch) -> list[Wanted]:
    return calendar.wanted_lessons([found], [QUARTER, *stretches], WEEKS, FIRST, LAST)


def carried_out(plan: Plan, known: list[Known]) -> list[Known]:
    """What the database holds after a plan."""
    rows = {lesson.id: lesson for lesson in known}
    for id, want in plan.create:
        rows[id] = Known(id, want.weekly, want.on, want.n, want.room, want.courses, want.teachers)
    for lesson, want in plan.update:
        courses = tuple(set(want.courses) | set(lesson.bound))
        rows[lesson.id] = replace(lesson, on=want.on, n=want.n, room=want.room, courses=courses,
                                  teachers=want.teachers, withdrawn=False)  # fmt: skip
    for lesson in plan.withdraw:
        rows[lesson.id] = replace(lesson, withdrawn=True)
    return list(rows.values())


def make(found: Pattern, known: list[Known] | None = None, from_day: date | None = None) -> Plan:
    return calendar.plan(wanted(found), known or [], "TEST", from_day)


def test_a_lesson_is_held_on_its_weekday_all_term_long() -> None:
    assert [want.on for want in wanted(pattern(Placed(2, 3)))] == [FIRST + timedelta(days=1 + 7 * k) for k in range(4)]


def test_weeks_alternate_from_the_anchor() -> None:
    assert [want.on.day for want in wanted(pattern(Placed(1, 1, "10")))] == [30, 14]
    assert [want.on.day for want in wanted(pattern(Placed(1, 1, "01")))] == [7, 21]
    assert Weeks(FIRST, 2).index(FIRST - timedelta(days=1)) == 1


def test_free_days_have_no_lessons() -> None:
    holiday = Stretch("public_holiday", date(2026, 12, 7), date(2026, 12, 7))
    vacation = Stretch("vacation", date(2026, 12, 20), date(2026, 12, 31))
    assert [want.on.day for want in wanted(pattern(Placed(1, 1)), holiday, vacation)] == [30, 14]


def test_no_term_no_lessons() -> None:
    found = pattern(Placed(1, 1))
    assert calendar.wanted_lessons([found], [], WEEKS, FIRST, LAST) == []


def test_a_joined_lesson_goes_on_for_the_grade_that_has_school() -> None:
    extra = Stretch("vacation", date(2026, 12, 7), date(2026, 12, 13), (1,))
    joined = pattern(Placed(1, 1), courses=(("c1", 1), ("c3", 3)))
    by_day = {want.on.day: want.courses for want in wanted(joined, extra)}
    assert by_day[7] == ("c3",)
    assert by_day[14] == ("c1", "c3")


def test_a_term_of_some_grades_is_theirs_only() -> None:
    half = Stretch("half", FIRST, LAST, (10, 11))
    assert calendar.is_school_day([half], FIRST, 10)
    assert not calendar.is_school_day([half], FIRST, 5)
    assert not calendar.is_school_day([half], FIRST, None)


def test_a_moved_hour_keeps_the_lesson() -> None:
    known = carried_out(make(pattern(Placed(1, 1), Placed(3, 2))), [])
    plan = make(pattern(Placed(1, 1), Placed(5, 4)), known)
    assert not plan.create and not plan.withdraw
    assert [(lesson.on.isoweekday(), want.on.isoweekday(), want.n) for lesson, want in plan.update] == [(3, 5, 4)] * 4
    after = {lesson.id for lesson in carried_out(plan, known)}
    assert after == {lesson.id for lesson in known}


def test_a_dropped_hour_withdraws_the_lesson_without_content() -> None:
    known = carried_out(make(pattern(Placed(1, 1), Placed(3, 2))), [])
    known = [replace(lesson, bound=lesson.courses) if lesson.on.isoweekday() == 3 else lesson for lesson in known]
    plan = make(pattern(Placed(5, 1)), known)
    assert {lesson.on.isoweekday() for lesson in plan.withdraw} == {1}
    assert {lesson.on.isoweekday() for lesson, _ in plan.update} == {3}


def test_what_bears_tasks_is_never_withdrawn() -> None:
    known = [replace(lesson, bound=lesson.courses) for lesson in carried_out(make(pattern(Placed(1, 1))), [])]
    plan = make(pattern(), known)
    assert not plan.withdraw
    assert len(plan.orphans) == 4


def test_the_past_stays() -> None:
    known = carried_out(make(pattern(Placed(1, 1))), [])
    plan = make(pattern(Placed(2, 5)), known, date(2026, 12, 15))
    assert {want.on.day for _, want in plan.create} == {15}  # this week's Monday is over: its lesson was held
    assert {lesson.on.day for lesson, _ in plan.update} == {21}
    assert not plan.withdraw


def test_what_the_office_moved_stays_and_is_not_made_again() -> None:
    known = carried_out(make(pattern(Placed(1, 1))), [])
    known[1] = replace(known[1], on=date(2026, 12, 9), n=6, locked=True, home=(date(2026, 12, 7), 1))
    assert make(pattern(Placed(1, 1)), known) == Plan()


def test_a_withdrawn_lesson_comes_back_under_its_id() -> None:
    known = carried_out(make(pattern(Placed(1, 1))), [])
    gone = carried_out(make(pattern(), known), known)
    assert all(lesson.withdrawn for lesson in gone)
    back = make(pattern(Placed(1, 1)), gone)
    assert not back.create
    assert {lesson.id for lesson, _ in back.update} == {lesson.id for lesson in known}


HOURS = st.lists(
    st.builds(Placed, st.integers(1, 6), st.integers(0, 7), st.sampled_from(["11", "10", "01"])), max_size=5
)
DAYS = st.none() | st.dates(FIRST - timedelta(days=3), LAST + timedelta(days=3))


@st.composite
def known_lessons(draw: st.DrawFn) -> list[Known]:
    """Lessons of an earlier timetable, some with tasks, some changed by the office."""
    rows = carried_out(make(pattern(*draw(HOURS))), [])
    changed = []
    for lesson in rows:
        what = draw(st.sampled_from(["plain", "plain", "bound", "moved", "cancelled", "withdrawn"]))
        if what == "bound":
            lesson = replace(lesson, bound=lesson.courses)
        elif what == "moved":
            other = lesson.on + timedelta(days=draw(st.integers(-5, 5)))
            lesson = replace(lesson, on=other, locked=True, home=(lesson.on, lesson.n))
        elif what == "cancelled":
            lesson = replace(lesson, locked=True)
        elif what == "withdrawn":
            lesson = replace(lesson, withdrawn=True)
        changed.append(lesson)
    return changed


@given(known_lessons(), HOURS, DAYS)
def test_planning_twice_changes_nothing_more(known: list[Known], hours: list[Placed], from_day: date | None) -> None:
    plan = make(pattern(*hours), known, from_day)
    again = make(pattern(*hours), carried_out(plan, known), from_day)
    assert (again.create, again.update, again.withdraw) == ((), (), ())


@given(known_lessons(), HOURS, DAYS)
def test_every_wanted_lesson_has_exactly_one_id(known: list[Known], hours: list[Placed], from_day: date | None) -> None:
    plan = make(pattern(*hours), known, from_day)
    new = [id for id, _ in plan.create]
    used = [lesson.id for lesson, _ in plan.update] + [lesson.id for lesson in (*plan.withdraw, *plan.orphans)]
    assert len({*new, *used}) == len(new) + len(used)
    assert not set(new) & {lesson.id for lesson in known}
    after = carried_out(plan, known)
    open_wants = [want for want in wanted(pattern(*hours)) if from_day is None or want.on >= from_day]
    held = [lesson for lesson in after if not lesson.withdrawn and (from_day is None or lesson.place()[0] >= from_day)]
    free = {lesson.place() for lesson in held if not lesson.locked}
    locked = sum(lesson.locked for lesson in held)
    assert sum((want.on, want.n) not in free for want in open_wants) <= locked


@given(known_lessons(), HOURS, DAYS)
def test_plans_touch_neither_the_past_nor_the_office(
    known: list[Known], hours: list[Placed], from_day: date | None
) -> None:
    plan = make(pattern(*hours), known, from_day)
    for lesson in [*(old for old, _ in plan.update), *plan.withdraw, *plan.orphans]:
        assert not lesson.locked
        assert from_day is None or lesson.on >= from_day


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 7)), min_size=1, max_size=4, unique=True), st.data())
def test_moving_hours_makes_no_new_lessons(places: list[tuple[int, int]], data: st.DataObject) -> None:
    known = carried_out(make(pattern(*(Placed(*place) for place in places))), [])
    moved = data.draw(
        st.lists(
            st.tuples(st.integers(1, 5), st.integers(1, 7)), min_size=len(places), max_size=len(places), unique=True
        )
    )
    plan = make(pattern(*(Placed(*place) for place in moved)), known)
    assert not plan.create and not plan.withdraw


@pytest.mark.parametrize(("day", "week"), [(date(2027, 1, 3), "2026-W53"), (date(2027, 1, 4), "2027-W01")])
def test_weeks_are_iso_weeks(day: date, week: str) -> None:
    assert calendar.iso_week(day) == week
