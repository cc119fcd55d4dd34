"""Whose pack a lesson and a task belong to."""

from dataclasses import replace

import pytest

from printables.errors import PrintError
from printables.roster import LessonView
from printables.views import days_of, student_lessons, week_lessons
from tests.editions import lesson_of, sample_content
from tests.printables.rosters import sample_roster

WEEK = "2026-W50"


@pytest.fixture
def content():
    return sample_content()


@pytest.fixture
def roster(content):
    return sample_roster(content)


def test_a_week_holds_the_groups_lessons_in_order(content, roster):
    lessons = [view.lesson for view in week_lessons(content, roster)]
    assert {lesson["group"] for lesson in lessons} == {"7"}
    assert [lesson["date"] for lesson in lessons] == sorted(lesson["date"] for lesson in lessons)
    assert max(lesson["date"] for lesson in lessons) == "2026-12-11"  # the edition also has the Monday after


@pytest.mark.parametrize("week", ["2026-W54", "2026-50", "", "2026-W00"])
def test_what_is_no_week_is_refused(week):
    with pytest.raises(PrintError) as caught:
        days_of(week)
    assert (caught.value.code, caught.value.data) == ("roster_invalid", {"field": "week"})


def test_a_task_without_a_code_is_not_printed(content, roster):
    student = roster.students[0]
    kept = next(iter(student.works))
    lessons = student_lessons(week_lessons(content, roster), replace(student, works={kept: "x"}), WEEK)
    assert [task for view in lessons for task in view.tasks] == [kept]


def test_a_cancelled_lesson_stays_in_the_timetable_and_brings_nothing(content, roster):
    key = lesson_of(content, "7", "2026-12-07", 3)
    content["lessons"][key]["change"] = {"kind": "cancelled", "from": None}
    view = next(
        view for view in student_lessons(week_lessons(content, roster), roster.students[0], WEEK) if view.id == key
    )
    assert (view.material, dict(view.tasks)) == (None, {})


def test_known_subgroups_choose_the_lessons(content, roster):
    key = lesson_of(content, "7", "2026-12-07", 3)
    content["lessons"][key]["subgroup"] = "Группа 1"
    common = week_lessons(content, roster)
    student = roster.students[0]

    def has(subgroups):
        return key in {view.id for view in student_lessons(common, replace(student, subgroups=subgroups), WEEK)}

    assert has(("Группа 1",))
    assert not has(("Группа 2",))
    assert not has(())


def test_unknown_subgroups_get_every_lesson_but_those_whose_tasks_are_others(content, roster):
    with_task, without = lesson_of(content, "7", "2026-12-07", 3), lesson_of(content, "7", "2026-12-07", 4)
    for key in (with_task, without):
        content["lessons"][key]["subgroup"] = "Группа 1"
    common = week_lessons(content, roster)
    student = roster.students[0]
    works = {task: code for task, code in student.works.items() if task not in content["lessons"][with_task]["tasks"]}
    assert {with_task, without} <= {view.id for view in student_lessons(common, student, WEEK)}
    kept = {view.id for view in student_lessons(common, replace(student, works=works), WEEK)}
    assert (with_task in kept, without in kept) == (False, True)


def test_a_task_of_two_lessons_is_printed_once(content, roster):
    first, second = lesson_of(content, "7", "2026-12-07", 3), lesson_of(content, "7", "2026-12-08", 4)
    task = content["lessons"][first]["tasks"][0]
    content["lessons"][second]["tasks"].append(task)
    lessons = student_lessons(week_lessons(content, roster), roster.students[0], WEEK)
    assert [view.id for view in lessons if task in view.tasks] == [first]


def test_an_own_lesson_joins_in_at_its_hour(content, roster):
    lesson = content["lessons"][lesson_of(content, "7", "2026-12-08", 1)] | {"n": 9, "tasks": ["own"]}
    task = next(iter(content["tasks"].values()))
    extra = LessonView("extra", lesson, None, {"own": task})
    late = LessonView("late", lesson | {"date": "2026-12-21"}, None, {})
    student = replace(roster.students[0], extra=(extra, late), works={"own": "x"})
    lessons = student_lessons(week_lessons(content, roster), student, WEEK)
    tuesday = [view.id for view in lessons if view.lesson["date"] == "2026-12-08"]
    assert tuesday[-1] == "extra"
    assert "late" not in {view.id for view in lessons}


def test_what_is_decided_is_not_asked_for_again(content, roster):
    student = roster.students[0]
    lessons = week_lessons(content, roster)
    before = student_lessons(lessons, student, roster.week)
    done = next(key for view in before for key in view.tasks)
    after = student_lessons(lessons, replace(student, done=frozenset({done})), roster.week)
    assert [view.id for view in after] == [view.id for view in before], "the lessons stay"
    assert [key for view in after for key in view.tasks] == [
        key for view in before for key in view.tasks if key != done
    ]
