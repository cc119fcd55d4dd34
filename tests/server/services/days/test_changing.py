"""Deeds on dated lessons: whole or not at all, kept, taken back, and whose day they may touch."""

from dataclasses import replace
from datetime import timedelta

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.errors import DomainError
from server.extensions import db
from server.models import Day, DayStep, Lesson, LessonAct, LessonChange, LessonCourse
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed, Rights
from server.services.days.reading import read_days
from server.services.days.state import LessonState, PartState, state_of
from tests.server import factory
from tests.server.village import NOW

TODAY = factory.TODAY


class Place:
    """Two lessons of a class, and one of another, on one day; two teachers."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        self.teacher, self.other = factory.person("Lodkin"), factory.person("Parusov")
        self.by = Author(self.teacher, factory.account("lodkin", person_id=self.teacher), NOW, TODAY)
        first, second = factory.group(), factory.group("7 «Б»", "7b")
        self.courses = [factory.course(first), factory.course(first, "physics"), factory.course(second)]
        self.lessons = [
            factory.lesson(course, on=TODAY + timedelta(days=1), n=number).lesson
            for number, course in enumerate(self.courses, 1)
        ]

    def state(self, number: int) -> LessonState:
        db.session.remove()
        return state_of(db.session.get_one(Lesson, self.lessons[number]))

    def everything(self) -> list[tuple[str, LessonState]]:
        """How all lessons stand; one that is not there is as good as one that never was."""
        db.session.remove()
        rows = db.session.scalars(select(Lesson).where(Lesson.state != "withdrawn").order_by(Lesson.id))
        return [(row.id, state_of(row)) for row in rows]

    def deed(self, number: int, kind: str = "moved", **values: object) -> Deed:
        state = self.state(number)
        return Deed(kind, replace(state, **values), self.lessons[number], state.mark())


@pytest.fixture
def place(app: APIFlask) -> Place:
    return Place()


def code(error: pytest.ExceptionInfo[DomainError]) -> str:
    return error.value.code


def test_a_deed_is_kept_whole_and_taken_back_whole(place: Place) -> None:
    before = place.everything()
    deeds = [place.deed(0, n=5), place.deed(1, "substituted", teachers=(place.other,))]
    act = changing.save("moved", deeds, place.by, reason="ill")
    assert place.state(0).n == 5
    assert place.state(1).teachers == (place.other,)
    changes = db.session.scalars(select(LessonChange).order_by(LessonChange.kind)).all()
    assert [(row.kind, row.act_id, row.reason, row.changed_by) for row in changes] == [
        ("moved", act, "ill", place.teacher), ("substituted", act, "ill", place.teacher)
    ]  # fmt: skip
    changing.undo(act, place.by)
    assert place.everything() == before
    assert all(row.undone for row in db.session.scalars(select(LessonChange).where(LessonChange.kind != "undone")))
    with pytest.raises(DomainError) as error:
        changing.undo(act, place.by)
    assert code(error) == "act_undone"


def test_one_bad_deed_spoils_all_of_them(place: Place) -> None:
    before = place.everything()
    stale = replace(place.deed(1, n=7), seen="0" * 16)
    with pytest.raises(DomainError) as error:
        changing.save("moved", [place.deed(0, n=5), stale], place.by)
    assert code(error) == "lesson_changed"
    assert place.everything() == before
    assert db.session.scalar(select(LessonAct.id)) is None


def test_what_stands_so_already_is_no_deed(place: Place) -> None:
    with pytest.raises(DomainError) as error:
        changing.save("moved", [place.deed(0)], place.by)
    assert code(error) == "nothing_to_change"


def test_a_later_change_must_be_taken_back_first(place: Place) -> None:
    first = changing.save("moved", [place.deed(0, n=5)], place.by)
    second = changing.save("moved", [place.deed(0, n=6)], place.by)
    with pytest.raises(DomainError) as error:
        changing.undo(first, place.by)
    assert code(error) == "act_overtaken"
    changing.undo(second, place.by)
    changing.undo(first, place.by)
    assert place.state(0).n == 1


def test_lessons_swap_their_places(place: Place) -> None:
    one, other = place.state(0), place.state(1)
    deeds = [place.deed(0, n=other.n), place.deed(1, n=one.n)]
    changing.save("swapped", deeds, place.by)
    assert (place.state(0).n, place.state(1).n) == (other.n, one.n)


def test_a_class_joins_another_and_its_tasks_go_along(place: Place) -> None:
    view = db.session.scalar(select(LessonCourse.id).where(LessonCourse.lesson_id == place.lessons[0]))
    factory.task(view)
    mine, theirs = place.state(0), place.state(2)
    joined = [
        place.deed(0, "substituted", state="withdrawn", parts=()),
        place.deed(2, "substituted", parts=(*theirs.parts, *mine.parts)),
    ]
    act = changing.save("joined", joined, place.by)
    db.session.remove()
    assert db.session.get_one(LessonCourse, view).lesson_id == place.lessons[2]
    changing.undo(act, place.by)
    db.session.remove()
    assert db.session.get_one(LessonCourse, view).lesson_id == place.lessons[0]
    assert (place.state(0), place.state(2)) == (mine, theirs)


def test_a_course_with_tasks_does_not_fall_out(place: Place) -> None:
    factory.task(db.session.scalar(select(LessonCourse.id).where(LessonCourse.lesson_id == place.lessons[0])))
    with pytest.raises(DomainError) as error:
        changing.save("adjusted", [place.deed(0, "adjusted", parts=())], place.by)
    assert code(error) == "course_in_use"


def test_a_new_lesson_comes_and_goes(place: Place) -> None:
    before = place.everything()
    after = LessonState(TODAY + timedelta(days=2), 3, None, None, "planned", (place.other,),
                        (PartState(place.courses[0], "live"),))  # fmt: skip
    act = changing.save("added", [Deed("added", after)], place.by)
    [held] = read_days(db.session, after.on, after.on).lessons
    assert held.as_state() == after
    changing.undo(act, place.by)
    assert place.everything() == before


def test_days_that_are_over_only_take_what_really_happened(place: Place) -> None:
    later = replace(place.by, today=TODAY + timedelta(days=3))
    with pytest.raises(DomainError) as error:
        changing.save("moved", [place.deed(0, n=5)], later)
    assert code(error) == "day_over"
    held = place.deed(0, "substituted", teachers=(place.other,))
    with pytest.raises(DomainError) as error:
        changing.save("substituted", [held], later)
    assert code(error) == "past_reason_needed"
    changing.save("substituted", [held], later, reason="came instead")
    assert place.state(0).teachers == (place.other,)


def test_a_day_that_is_out_asks_for_the_right_to_correct_it(place: Place) -> None:
    day = TODAY + timedelta(days=1)
    factory.add(Day(on=day, approved_at=NOW, published_at=NOW))
    with pytest.raises(DomainError) as error:
        changing.save("moved", [place.deed(0, n=5)], place.by)
    assert code(error) == "day_is_out"
    assert place.state(0).n == 1
    changing.save("moved", [place.deed(0, n=5)], place.by, Rights(may_correct=True))
    assert [(step.state, step.by_id) for step in db.session.scalars(select(DayStep))] == [("corrected", place.teacher)]
    assert db.session.get_one(Day, day).state == "approved"


@pytest.mark.parametrize(("may_approve", "state"), [(False, "draft"), (True, "approved")])
def test_an_approved_day_is_approved_anew_after_a_change(place: Place, may_approve: bool, state: str) -> None:
    day = TODAY + timedelta(days=1)
    factory.add(Day(on=day, approved_at=NOW))
    changing.save("moved", [place.deed(0, n=5)], place.by, Rights(may_approve=may_approve))
    db.session.remove()
    row = db.session.get_one(Day, day)
    assert (row.state, row.version) == (state, 1)


SIMPLE = st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(1, 8), st.sampled_from(("none", "own", "other")))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(SIMPLE, st.just("undo")), max_size=12))
def test_any_changes_and_undos_lead_back_to_the_same_day(place: Place, steps: list[object]) -> None:
    before, acts = place.everything(), []
    for step in steps:
        if step == "undo":
            if acts:
                changing.undo(acts.pop(), place.by)
            continue
        number, days, n, who = step
        teachers = {"none": (), "own": (place.teacher,), "other": (place.other,)}[who]
        deed = place.deed(number, on=TODAY + timedelta(days=days), n=n, teachers=teachers)
        try:
            acts.append(changing.save("moved", [deed], place.by))
        except DomainError as error:
            assert error.code == "nothing_to_change"
    while acts:
        changing.undo(acts.pop(), place.by)
    assert place.everything() == before
