"""What is typed into a lesson: cleaned the same way twice, compared fairly, refused with the place that is wrong."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.content_draft import (
    BODY,
    RESOURCES,
    LessonDraft,
    ResourceDraft,
    Rules,
    TaskDraft,
    normal,
    problems,
)

RULES = Rules(date(2026, 12, 7), ("tv", "self"), ("homework", "sor"), ("five", "points", "none"))
TASK = TaskDraft("", "No. 412", "Solve.", "homework", "five", "", "2026-12-09")
LESSON = LessonDraft("Equations", "self", "# Text", (ResourceDraft("Textbook", "p. 41"),), (TASK,))
texts = st.text(st.characters(codec="utf-8"), max_size=40)
drafts = st.builds(
    LessonDraft, topic=texts, form=texts, body=texts,
    resources=st.lists(st.builds(ResourceDraft, texts, texts, texts, texts), max_size=3).map(tuple),
    tasks=st.lists(st.builds(TaskDraft, texts, texts, texts, texts, st.sampled_from(["five", "points", "?"]), texts,
                             texts, st.booleans()), max_size=3).map(tuple),
)  # fmt: skip


def wrong(**values: object) -> list[str]:
    return sorted(problems(normal(replace(LESSON, **values)), RULES))


@given(drafts)
def test_what_is_clean_stays_as_it_is(draft):
    once = normal(draft)
    assert normal(once) == once
    assert once.says_nothing_new(once)
    assert normal(once).mark() == once.mark()


@given(drafts)
def test_anything_typed_is_judged_without_breaking(draft):
    for error in problems(normal(draft), RULES).values():
        assert error.code != "internal"


def test_a_good_lesson_has_no_problem():
    assert problems(normal(LESSON), RULES) == {}


def test_browsers_line_ends_and_invisible_characters_do_not_count():
    typed = replace(LESSON, body="# Text\r\n\r\nMore\x00\x0b", topic="  Two\twords ")
    assert normal(typed).body == "# Text\n\nMore"
    assert normal(typed).topic == "Two words"


def test_the_indent_of_the_first_line_stays():
    assert normal(replace(LESSON, body="\n\n    code\n")).body == "    code"


def test_empty_rows_are_left_out():
    typed = replace(LESSON, resources=(ResourceDraft(), ResourceDraft(" ", "", "", "")),
                    tasks=(TaskDraft(due="2026-12-09"),))  # fmt: skip
    assert normal(typed).resources == () and normal(typed).tasks == ()


def test_a_task_without_a_title_is_called_by_the_topic_or_its_words():
    untitled = replace(TASK, title="")
    assert normal(replace(LESSON, tasks=(untitled,))).tasks[0].title == "Equations"
    assert normal(replace(LESSON, topic="", tasks=(untitled,))).tasks[0].title == "Solve."


def test_points_go_with_the_scale_of_points_alone():
    assert normal(replace(LESSON, tasks=(replace(TASK, points="20"),))).tasks[0].points == ""
    assert wrong(tasks=(replace(TASK, scale="points", points="20"),)) == []
    for typed in ("", "0", "1001", "-5", "five", "²"):
        assert wrong(tasks=(replace(TASK, scale="points", points=typed),)) == ["task-0-points"], typed


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "example.org", "http://a b", 'https://x"onclick', "data:,x"])
def test_an_address_must_be_one_of_the_web(typed):
    assert wrong(resources=(ResourceDraft("Video", "TV", typed),)) == ["resource-0-url"]


@pytest.mark.parametrize(("due", "is_wrong"), [
    ("2026-12-07", False), ("09.12.2026", False), ("2026-12-06", True), ("2028-01-01", True), ("soon", True),
    ("", False),
])  # fmt: skip
def test_the_date_of_control_is_not_before_the_lesson(due, is_wrong):
    assert wrong(tasks=(replace(TASK, due=due),)) == (["task-0-due"] if is_wrong else [])


def test_kinds_scales_and_forms_are_the_schools_own():
    assert wrong(form="telepathy") == ["form"]
    assert wrong(tasks=(replace(TASK, kind="?"),)) == ["task-0-kind"]
    assert wrong(tasks=(replace(TASK, scale="pass"),)) == ["task-0-scale"]
    assert wrong(tasks=(replace(TASK, scale="pass", withdrawn=True),)) == [], "a withdrawn one owes nothing"


def test_lengths_and_numbers_of_rows_are_limited():
    assert wrong(body="x" * (BODY + 1), topic="y" * 301) == ["body", "topic"]
    assert wrong(resources=(ResourceDraft("Book", "shelf"),) * (RESOURCES + 1)) == ["resources"]
    assert wrong(resources=(ResourceDraft("", "shelf", "", "12 KB"),)) == ["resource-0-size", "resource-0-title"]


def test_a_second_click_says_nothing_new_but_another_task_does():
    stored = normal(replace(LESSON, tasks=(replace(TASK, id="t1"),)))
    assert normal(LESSON).says_nothing_new(stored), "the same new task, stored by the first click"
    twice = replace(LESSON, tasks=(replace(TASK, id="t1"), TASK))
    assert not normal(twice).says_nothing_new(stored), "the same task again on purpose"
    assert normal(replace(LESSON, tasks=())).says_nothing_new(stored), "tasks that are not named stay"
