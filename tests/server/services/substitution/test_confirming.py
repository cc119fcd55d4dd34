"""Giving an absent teacher's lessons to others: all at once, seen as shown, kept as one act and taken back whole."""

from dataclasses import replace
from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server.errors import DomainError
from server.extensions import db
from server.models import LessonAct, LessonChange, LessonCourse, Room, Task, WorkDay, WorkSchedule
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed, Rights
from server.services.days.checking import check
from server.services.days.clashes import TEACHER as TWICE
from server.services.substitution import away, given, proposing
from server.services.substitution.choosing import Choice
from tests.server import factory
from tests.server.services.substitution.place import TODAY, TUESDAY, Place
from tests.server.village import NOW

WEEK = timedelta(days=7)


@pytest.fixture
def place(app: APIFlask) -> Place:
    return Place()


def code(error: pytest.ExceptionInfo[DomainError]) -> str:
    return error.value.code


def test_every_lesson_of_the_absence_stands_on_the_page_with_the_best_marked(place: Place) -> None:
    found = place.cases(place.absence())
    assert list(found) == ["algebra", "english-1"]
    assert found["algebra"].best == ("teacher", place.cat)
    assert [one.name for one in found["algebra"].proposals] == ["Catkin S.", "Danov S.", "Bobrov S.", "Evina S."]
    assert [one.id for one in found["algebra"].swaps] == []
    assert [one.id for one in found["english-1"].joins] == [place.lessons["english-2"]]
    assert found["english-1"].best == ("join", place.lessons["english-2"])


def test_all_is_confirmed_as_one_act_and_taken_back_whole(place: Place) -> None:
    before, absence = place.everything(), place.absence(order="12-к")
    act = place.confirm(absence, place.choice("algebra", "teacher", place.cat), place.choice("english-1", "self"))
    assert place.state("algebra").teachers == (place.cat,)
    assert (place.state("english-1").teachers, place.state("english-1").parts[0].form) == ((), "self")
    row = db.session.get_one(LessonAct, act)
    assert (row.kind, row.teacher_absence_id, row.reason) == ("substituted", absence, "illness, order 12-к")
    assert place.changes() == [("substituted", False)] * 2
    assert place.work(absence).cases == ()
    [listed] = away.listing(db.session, TODAY)
    assert (listed.open, listed.covered) == (0, 2)
    changing.undo(act, place.by)
    assert place.everything() == before
    assert len(place.work(absence).cases) == 2


def test_a_joined_subgroup_takes_its_tasks_along_and_comes_back(place: Place) -> None:
    view = place.view("english-1")
    factory.task(view)
    before, absence = place.everything(), place.absence()
    act = place.confirm(absence, place.choice("english-1", "join", "english-2"))
    db.session.remove()
    assert db.session.get_one(LessonCourse, view).lesson_id == place.lessons["english-2"]
    assert place.state("english-1").state == "withdrawn"
    assert place.state("english-2").teachers == (place.eve,)
    changing.undo(act, place.by)
    assert place.everything() == before
    assert db.session.get_one(LessonCourse, view).lesson_id == place.lessons["english-1"]
    assert db.session.scalar(select(Task.lesson_course_id)) == view


def test_a_parallel_class_is_joined_at_the_same_time_only(place: Place) -> None:
    place.lessons["algebra-at-once"] = place.lesson("algebra-b", 1, place.cat)
    assert [one.id for one in place.cases(place.absence())["algebra"].joins] == [place.lessons["algebra-at-once"]]


def test_lessons_are_swapped_mutually(place: Place) -> None:
    """Ann is away for the first lesson only: she holds algebra fourth, and Bob physics first."""
    absence = place.absence(first=1, last=1)
    [other] = place.cases(absence)["algebra"].swaps
    assert other.id == place.lessons["physics"]
    act = place.confirm(absence, place.choice("algebra", "swap", "physics"))
    assert (place.state("algebra").n, place.state("physics").n) == (4, 1)
    assert (place.state("algebra").teachers, place.state("physics").teachers) == ((place.ann,), (place.bob,))
    assert place.work(absence).cases == ()
    changing.undo(act, place.by)
    assert (place.state("algebra").n, place.state("physics").n) == (1, 4)


def test_no_swap_where_one_of_the_two_is_not_free(place: Place) -> None:
    absence = place.absence(first=1, last=1)
    place.lessons["busy"] = place.lesson("algebra-b", 1, place.bob)
    assert place.cases(absence)["algebra"].swaps == ()
    with pytest.raises(DomainError) as error:
        place.confirm(absence, place.choice("algebra", "swap", "physics"))
    assert code(error) == "choice_clash"


def test_swapped_lessons_take_each_others_room_only_where_their_own_is_taken(place: Place) -> None:
    rooms = []
    for name in ("1", "2"):
        rooms.append(factory.new_id())
        factory.add(Room(id=rooms[-1], name=name))
    absence = place.absence(first=6, last=6)
    place.lessons["x"] = place.lesson("algebra", 6, place.ann, room_id=rooms[0])
    place.lessons["y"] = place.lesson("physics", 7, place.bob, room_id=rooms[1])
    place.lessons["z"] = place.lesson("algebra-b", 7, place.cat, room_id=rooms[0])
    place.confirm(absence, place.choice("x", "swap", "y"))
    assert (place.state("x").n, place.state("x").room) == (7, rooms[1])
    assert (place.state("y").n, place.state("y").room) == (6, rooms[1])


def test_one_teacher_is_not_given_two_lessons_at_once(place: Place) -> None:
    place.lessons["same-time"] = place.lesson("algebra-b", 1, place.ann)
    absence = place.absence()
    found = place.cases(absence)
    one, other = (found[key] for key in sorted(("algebra", "same-time"), key=place.lessons.get))
    assert one.best == ("teacher", place.cat)
    assert place.cat not in [each.person for each in other.proposals]
    before = place.everything()
    with pytest.raises(DomainError) as error:
        place.confirm(absence, place.choice("algebra", "teacher", place.cat),
                      place.choice("same-time", "teacher", place.cat))  # fmt: skip
    assert code(error) == "choice_clash"
    assert "Catkin S." in error.value.data["what"]
    assert place.everything() == before


def test_nobody_is_given_a_lesson_who_is_away_too(place: Place) -> None:
    absence = place.absence()
    place.absence(place.cat)
    assert place.cat not in [one.person for one in place.cases(absence)["algebra"].proposals]
    with pytest.raises(DomainError) as error:
        place.confirm(absence, place.choice("algebra", "teacher", place.cat))
    assert code(error) == "substitute_away"


def test_a_methodical_day_is_kept(place: Place) -> None:
    schedule = WorkSchedule(id=factory.new_id(), person_id=place.cat, since=factory.SINCE)
    schedule.days = [WorkDay(weekday=TUESDAY.isoweekday(), kind="methodical")]
    factory.add(schedule)
    case = place.cases(place.absence())["algebra"]
    assert place.cat not in [one.person for one in case.proposals]
    assert [(one.person, one.why) for one in case.doubtful] == [(place.cat, "methodical")]


def test_the_second_click_of_a_double_click_is_the_same_act(place: Place) -> None:
    absence, seen = place.absence(), place.marks()
    choices = (place.choice("algebra", "teacher", place.cat), place.choice("english-1", "join", "english-2"))
    act = place.confirm(absence, *choices, seen=seen)
    assert place.confirm(absence, *choices, seen=seen) == act
    assert db.session.scalars(select(LessonAct.id)).all() == [act]


def test_of_two_deputies_the_second_sees_what_the_first_gave(place: Place) -> None:
    absence, seen = place.absence(), place.marks()
    place.confirm(absence, place.choice("algebra", "teacher", place.cat), seen=seen)
    other = factory.person("Second")
    second = Author(other, factory.account("second", person_id=other), NOW, TODAY)
    with pytest.raises(DomainError) as error:
        place.confirm(absence, place.choice("algebra", "teacher", place.dan), by=second, seen=seen)
    assert code(error) == "lesson_changed"
    assert place.state("algebra").teachers == (place.cat,)


def test_what_was_looked_at_must_still_stand(place: Place) -> None:
    absence, seen = place.absence(), place.marks()
    state = place.state("english-2")
    changing.save("moved", [Deed("adjusted", _with(state, form="tv"), place.lessons["english-2"])], place.by)
    with pytest.raises(DomainError) as error:
        place.confirm(absence, place.choice("english-1", "join", "english-2"), seen=seen)
    assert code(error) == "lesson_changed"


def _with(state, form: str):
    return replace(state, parts=tuple(part._replace(form=form) for part in state.parts))


def test_a_task_for_self_study_is_kept_with_the_lesson(place: Place) -> None:
    absence = place.absence()
    place.confirm(absence, place.choice("algebra", "self", task="Read § 5, do No. 12."))
    db.session.remove()
    task = db.session.scalars(select(Task)).one()
    assert (task.lesson_course_id, task.text, task.due_on) == (place.view("algebra"), "Read § 5, do No. 12.", TUESDAY)


def test_a_second_teacher_holds_the_lesson_alone(place: Place) -> None:
    place.lessons["two"] = place.lesson("physics", 6, place.bob)
    state = place.state("two")
    both = replace(state, teachers=(place.ann, place.bob))
    changing.save("adjusted", [Deed("adjusted", both, place.lessons["two"])], place.by)
    absence = place.absence()
    assert place.cases(absence)["two"].best == ("alone", "")
    place.confirm(absence, place.choice("two", "alone"))
    assert place.state("two").teachers == (place.bob,)


def test_an_absence_of_several_days_takes_lessons_of_both_shifts(place: Place) -> None:
    evening = factory.group("8 «В»", "8v", 8, shift=2)
    place.courses["late"] = factory.course(evening)
    place.lessons["late"] = place.lesson("late", 1, place.ann, TUESDAY + timedelta(days=1))
    place.lessons["after"] = place.lesson("late", 1, place.ann, TUESDAY + timedelta(days=3))
    absence = place.absence(until=TUESDAY + timedelta(days=2))
    assert list(place.cases(absence)) == ["algebra", "english-1", "late"]


def test_of_a_long_absence_a_fortnight_is_shown(place: Place) -> None:
    place.lessons["later"] = place.lesson("algebra", 1, place.ann, TUESDAY + 3 * WEEK)
    absence = place.absence(until=TUESDAY + 5 * WEEK)
    assert "later" not in place.cases(absence)
    work = proposing.open_work(db.session, absence, TODAY, TUESDAY + 3 * WEEK)
    assert [case.lesson.id for case in work.cases] == [place.lessons["later"]]
    assert away.listing(db.session, TODAY)[0].open == 3


def test_a_moved_lesson_keeps_its_substitute_and_what_is_wrong_then_is_told(place: Place) -> None:
    absence = place.absence()
    place.confirm(absence, place.choice("algebra", "teacher", place.cat))
    state = place.state("algebra")
    changing.save("moved", [Deed("moved", replace(state, n=5), place.lessons["algebra"])], place.by)
    assert (place.state("algebra").n, place.state("algebra").teachers) == (5, (place.cat,))
    twice = [finding for finding in check(db.session, TUESDAY, TUESDAY) if finding.code == TWICE]
    assert [finding.who for finding in twice] == [(place.cat,)]
    [one] = given.given(db.session, away.get(db.session, absence), TODAY)
    assert (one.lesson_id, one.as_decided) == (place.lessons["algebra"], False)


def test_a_day_that_is_over_takes_what_really_happened(place: Place) -> None:
    absence = place.absence()
    later = Author(place.by.person_id, place.by.account_id, NOW, TUESDAY + timedelta(days=2))
    assert {case.best for case in place.work(absence, later.today).cases} == {("", "")}
    place.confirm(absence, place.choice("algebra", "teacher", place.bob), by=later)
    assert place.state("algebra").teachers == (place.bob,)


def test_what_was_given_is_taken_back_lesson_by_lesson_when_the_teacher_comes(place: Place) -> None:
    absence = place.absence()
    before = place.everything()
    place.confirm(absence, place.choice("algebra", "teacher", place.cat),
                  place.choice("english-1", "join", "english-2"))  # fmt: skip
    away.end(absence, place.by)
    one = away.get(db.session, absence)
    assert one.ended_at is not None
    found = given.given(db.session, one, TODAY)
    assert [(each.lesson_id, each.with_lessons, each.can_go_back) for each in found] == [
        (place.lessons["algebra"], (), True), (place.lessons["english-1"], (place.lessons["english-2"],), True)
    ]  # fmt: skip
    assert given.take_back(one, [place.lessons["english-1"]], place.by, Rights()) == 1
    assert place.state("algebra").teachers == (place.cat,)
    assert place.state("english-1").state == "planned"
    assert given.take_back(one, [each.lesson_id for each in found], place.by, Rights()) == 1
    assert place.everything() == before
    assert all(row.undone for row in db.session.scalars(select(LessonChange).where(LessonChange.kind != "undone")))
    with pytest.raises(DomainError) as error:
        given.take_back(one, [place.lessons["algebra"]], place.by, Rights())
    assert code(error) == "nothing_to_change"


def test_the_rest_of_a_partly_taken_back_act_can_be_undone(place: Place) -> None:
    absence, before = place.absence(), place.everything()
    act = place.confirm(absence, place.choice("algebra", "teacher", place.cat), place.choice("english-1", "cancel"))
    given.take_back(away.get(db.session, absence), [place.lessons["algebra"]], place.by, Rights())
    changing.undo(act, place.by)
    assert place.everything() == before


@pytest.mark.parametrize(("choice", "wanted"), [
    (Choice("x", "teacher", "y"), "lesson_changed"), (Choice("", "self"), "lesson_changed"),
])  # fmt: skip
def test_what_is_not_there_is_refused(place: Place, choice: Choice, wanted: str) -> None:
    with pytest.raises(DomainError) as error:
        place.confirm(place.absence(), choice, seen={"x": "0", "": "0"})
    assert code(error) == wanted


def test_the_absent_teacher_is_no_substitute(place: Place) -> None:
    with pytest.raises(DomainError) as error:
        place.confirm(place.absence(), place.choice("algebra", "teacher", place.ann))
    assert code(error) == "bad_request"


def test_leaving_all_open_is_told(place: Place) -> None:
    with pytest.raises(DomainError) as error:
        place.confirm(place.absence(), place.choice("algebra", ""))
    assert code(error) == "nothing_chosen"


def test_absences_of_one_teacher_do_not_overlap(place: Place) -> None:
    first = place.absence(first=1, last=2)
    assert place.absence(first=1, last=2) == first
    place.absence(first=3, last=4)
    with pytest.raises(DomainError) as error:
        place.absence()
    assert code(error) == "absence_overlaps"
    away.end(first, place.by)
    place.absence(first=1, last=1)


@pytest.mark.parametrize(("values", "wanted"), [
    ({"until": TODAY}, "date_order"), ({"until": TUESDAY + 30 * WEEK}, "date_order"),
    ({"reason": "fun"}, "field_needed"), ({"first": 2}, "value_invalid"), ({"first": 3, "last": 2}, "value_invalid"),
    ({"first": -1, "last": 2}, "value_invalid"), ({"first": 1, "last": 2, "until": TUESDAY + WEEK}, "value_invalid"),
    ({"order": "1" * 61}, "text_long"), ({"who": "nobody"}, "person_unknown"),
])  # fmt: skip
def test_an_absence_is_checked(place: Place, values: dict[str, object], wanted: str) -> None:
    with pytest.raises(DomainError) as error:
        place.absence(**values)
    assert code(error) == wanted
