"""The list of works that wait: whose, in which order, and where one stands in it."""

from datetime import date, timedelta

import pytest

from server.extensions import db
from server.policy import Realm
from server.services.marking import queue
from server.services.marking.queue import Queued, Wish, place
from tests.server import factory, logbook

ALL = Wish()
EVERYTHING = Realm(True, frozenset(), frozenset())
DAY = timedelta(days=1)


def item(code: str, done: bool = False) -> Queued:
    return Queued(code, "t", "", "", "", date(2026, 12, 7), "paper", 1, False, done)


def test_the_next_is_the_next_that_waits_and_after_the_last_the_list_begins_anew():
    works = [item("a"), item("b", done=True), item("c"), item("d", done=True)]
    assert (place(works, "a").next, place(works, "c").next, place(works, "d").next) == ("c", "a", "a")
    third = place(works, "c")
    assert (third.number, third.total, third.before, third.after) == (3, 4, "b", "d")


def test_the_last_that_waits_has_no_next_and_a_stranger_begins_with_the_first():
    works = [item("a", done=True), item("b")]
    assert place(works, "b").next == ""
    assert (place(works, "x").number, place(works, "x").next) == (0, "b")
    assert place([], "x").total == 0


@pytest.fixture
def school(school) -> tuple[str, str, dict[str, str]]:
    """A teacher, a course's task and codes by student; one more task in another class."""
    teacher, group = factory.person("Nivina", "Olga"), factory.group()
    for name in ("Berezkin", "Gorevaya", "Ivushkin"):
        factory.student(group, name, "Gleb")
    course = factory.course(group)
    task = factory.task(factory.lesson(course).lesson_course)
    return teacher, task, factory.works(task)


def listed(teacher: str, wish: Wish = ALL, realm: Realm = EVERYTHING) -> list[Queued]:
    db.session.rollback()
    return queue.queue(db.session, realm, wish, teacher, logbook.NOW)


def test_the_oldest_comes_first_and_a_decided_one_keeps_its_place(school):
    teacher, task, works = school
    one, two, three = works.values()
    logbook.hand_in(one, on=factory.TODAY)
    logbook.hand_in(two, on=factory.TODAY - 2 * DAY)
    logbook.hand_in(three, on=factory.TODAY - DAY)
    assert [each.code for each in listed(teacher)] == [two, three, one]
    logbook.mark(three, "4", teacher)
    logbook.mark(one, "5", factory.person("Parusova", "Nina"))
    assert [(each.code, each.done) for each in listed(teacher)] == [(two, False), (three, True)]
    [line] = queue.by_task(listed(teacher))
    assert (line.task_id, line.count, line.oldest) == (task, 1, factory.TODAY - 2 * DAY)


def test_a_corrected_work_waits_again(school):
    teacher, _task, works = school
    code = next(iter(works.values()))
    logbook.hand_in(code)
    logbook.mark(code, None, teacher, verdict="redo")
    assert [each.done for each in listed(teacher)] == [True]
    logbook.hand_in(code)
    assert [(each.done, each.again) for each in listed(teacher)] == [(False, True)]


def test_a_wish_narrows_the_list_and_what_is_not_ones_own_is_not_in_it(school):
    teacher, task, works = school
    logbook.hand_in(next(iter(works.values())))
    course = listed(teacher)[0]
    assert len(listed(teacher, Wish("task", task))) == 1
    assert listed(teacher, Wish("task", "other")) == listed(teacher, Wish("group", "other")) == []
    assert listed(teacher, realm=Realm(False, frozenset(), frozenset({"another"}))) == []
    assert course.title == "No. 412–415"
