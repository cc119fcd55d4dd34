"""Everybody who should have a work has one with a code of its own, and a code leads to what stands about it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from apiflask import APIFlask

from server import models, store
from server.errors import DomainError
from server.extensions import db
from server.services import works
from sync.codes import complete, make_label
from sync.decide import Scale
from sync.errors import SyncError
from tests.server import factory
from tests.server.factory import SINCE, TODAY
from tests.server.logbook import hand_in, mark

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)


@pytest.fixture
def task(app: APIFlask) -> str:
    """A task of a class of two."""
    factory.school()
    group = factory.group()
    for last in ("Veslov", "Yakornaya"):
        factory.student(group, last)
    return factory.task(factory.lesson(factory.course(group)).lesson_course)


def class_of(task: str) -> models.Group:
    return db.session.get_one(models.Course, db.session.get_one(models.Task, task).course_id).group


def create(task: str, day: date = TODAY, randbelow: Callable[[int], int] | None = None) -> int:
    numbers = iter(range(4_000_000, 5_000_000))
    return store.write(
        lambda session: works.create_missing(session, [task], day, NOW, randbelow or (lambda n: next(numbers)))
    )


def codes_of(task: str) -> dict[str, str]:
    rows = db.session.execute(db.select(models.Work.student_id, models.Work.code).filter_by(task_id=task))
    return dict(rows.all())


# Who gets a work


def test_every_member_gets_one_work(task: str):
    assert create(task) == 2
    first = codes_of(task)
    assert len(set(first.values())) == 2
    assert create(task) == 0
    assert codes_of(task) == first


def test_a_late_joiner_gets_theirs_and_nobody_elses_changes(task: str):
    create(task)
    before = codes_of(task)
    late = factory.person("Bortov")
    factory.membership(late, class_of(task).id, since=TODAY + timedelta(days=1))
    assert create(task, TODAY) == 0
    assert create(task, TODAY + timedelta(days=1), lambda n: 1_234_567) == 1
    assert codes_of(task) == {**before, late: complete("1234567")}


def test_joiners_get_only_what_is_published_and_not_yet_due(task: str):
    lesson = db.session.get_one(models.Task, task).lesson_course_id
    over = factory.task(lesson, due_on=TODAY - timedelta(days=1))
    unpublished = factory.task(lesson, published_at=None)
    withdrawn = factory.task(lesson, withdrawn=True)
    open_end = factory.task(lesson, due_on=None)
    numbers = iter(range(10**6))
    added = store.write(lambda session: works.give_to_joiners(session, TODAY, NOW, lambda n: next(numbers)))
    assert added == 4
    assert [len(codes_of(each)) for each in (task, over, unpublished, withdrawn, open_end)] == [2, 0, 0, 0, 2]


def test_a_task_without_a_date_of_control_is_over_with_its_year(task: str):
    lesson = db.session.get_one(models.Task, task).lesson_course_id
    open_end = factory.task(lesson, due_on=None)
    summer = factory.ENDS + timedelta(days=1)
    numbers = iter(range(10**6))
    assert store.write(lambda session: works.give_to_joiners(session, summer, NOW, lambda n: next(numbers))) == 0
    assert codes_of(open_end) == {}


def test_a_withdrawn_task_gets_no_works(task: str):
    def withdraw(session: object) -> None:
        session.get_one(models.Task, task).withdrawn = True

    store.write(withdraw)
    assert create(task) == 0


def test_a_code_is_never_given_twice(task: str):
    other = factory.task(db.session.get_one(models.Task, task).lesson_course_id)
    numbers = iter([7, 8, 7, 7, 8, 9, 9, 10])
    assert create(task, randbelow=lambda n: next(numbers)) == 2
    assert create(other, randbelow=lambda n: next(numbers)) == 2
    assert sorted([*codes_of(task).values(), *codes_of(other).values()]) == [
        complete(f"{n:07d}") for n in (7, 8, 9, 10)
    ]  # fmt: skip


def test_members_are_those_of_the_day(app: APIFlask):
    group = factory.group()
    gone = factory.student(group, "Bortov")
    stays = factory.student(group, "Veslov")

    def leave(session: object) -> None:
        [row] = session.scalars(db.select(models.Membership).filter_by(person_id=gone))
        row.until = TODAY

    store.write(leave)
    row = db.session.get_one(models.Group, group)
    assert works.members(db.session, row, TODAY) == sorted([gone, stays])
    assert works.members(db.session, row, TODAY + timedelta(days=1)) == [stays]
    assert works.members(db.session, row, SINCE - timedelta(days=1)) == []


def test_a_student_whose_subgroup_is_unknown_gets_all_divisions(app: APIFlask):
    group = factory.group()
    placed, unplaced, elsewhere = (factory.student(group, last) for last in ("Bortov", "Veslov", "Yakornaya"))
    first, second, other = (
        factory.group(name, slug, kind="subgroup", parent_id=group, division=division)
        for name, slug, division in (("1", "7a-1", "english"), ("2", "7a-2", "english"), ("b", "7a-b", "sport"))
    )
    factory.membership(placed, first)
    factory.membership(elsewhere, second)
    found = {id_: set(works.members(db.session, db.session.get_one(models.Group, id_), TODAY)) for id_ in
             (first, second, other)}  # fmt: skip
    assert found == {first: {placed, unplaced}, second: {elsewhere, unplaced}, other: {placed, unplaced, elsewhere}}


# What a code leads to


def test_a_code_is_found_as_people_type_it(task: str):
    create(task)
    student, code = next(iter(codes_of(task).items()))
    for typed in (code, f" {code[:3]} {code[3:6]}-{code[6:]} ", make_label("TEST", "W", code, 2).text):
        view = works.find(db.session, typed, "TEST")
        assert (view.code, view.student_id, view.task_id, view.title) == (code, student, task, "No. 412–415")
        assert (view.rule, view.subject, view.group_name, view.set_on) == (
            Scale("values", ("5", "4", "3", "2")), "algebra", "7 «А»", TODAY,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "code_format"), ("12345678", "code_format"), ("482170318", "code_check"), ("482170317", "code_unknown"),
        ("https://example.org/W1", "code_format"), ("K1nonsense", "qr_foreign"),
        (make_label("ABCD", "W", "482170317", 1).text, "qr_other_school"),
        (make_label("TEST", "P", "482170317", 1).text, "qr_not_work"),
    ],
)  # fmt: skip
def test_a_wrong_code_is_refused_with_its_reason(task: str, typed: str, reason: str):
    with pytest.raises(SyncError) as caught:
        works.find(db.session, typed, "TEST")
    assert caught.value.code == reason
    assert reason != "code_unknown" or isinstance(caught.value, DomainError)


def view(task: str) -> works.WorkView:
    create(task)
    return works.find(db.session, min(codes_of(task).values()), "TEST")


def test_returns_are_told_in_the_order_received(task: str):
    work = view(task)
    teacher = factory.person("Parusova", "Nina", "Pavlovna")
    hand_in(work.code, teacher, comment="page 1 only", on=TODAY - timedelta(days=1), channel="photo")
    hand_in(work.code, comment="the rest")
    assert [(each.returned_on, each.channel, each.comment) for each in works.returns_of(db.session, work.id)] == [
        (TODAY - timedelta(days=1), "photo", "page 1 only"), (TODAY, "paper", "the rest"),
    ]  # fmt: skip
    first, second = works.returns_of(db.session, work.id)
    assert "Parusova" in first.logged_by
    assert second.logged_by == ""


def test_marks_are_told_with_who_stands_now(task: str):
    work = view(task)
    first = mark(work.code, "4", comment="slips")
    again = mark(work.code, "4", comment="agreed")
    assert first.revision == again.revision
    mark(work.code, "5", base=(first.revision,), comment="corrected")
    told = [(each.value, each.comment, each.is_head) for each in works.marks_of(db.session, work.id)]
    assert told == [("4", "slips", False), ("4", "agreed", False), ("5", "corrected", True)]


def state(work: works.WorkView) -> tuple[str, bool, int]:
    found = works.states(db.session, [work.id])[work.id]
    return found.state, found.conflict, found.returns


def test_a_work_goes_through_its_states(task: str):
    work = view(task)
    assert state(work) == ("issued", False, 0)
    hand_in(work.code)
    assert state(work) == ("returned", False, 1)
    redo = mark(work.code, verdict="redo", comment="once more")
    assert state(work) == ("redo", False, 1)
    hand_in(work.code)
    assert state(work) == ("returned", False, 2)
    five = mark(work.code, "5", base=(redo.revision,))
    assert state(work) == ("marked", False, 2)
    mark(work.code, "4", base=(redo.revision,))
    assert state(work) == ("marked", True, 2)
    four = works.states(db.session, [work.id])[work.id].heads
    assert five.revision in four
    mark(work.code, verdict="cleared", base=four)
    assert state(work) == ("returned", False, 2)


def test_a_return_that_repeats_the_mark_is_marked(task: str):
    work = view(task)
    hand_in(work.code, mark="5")
    hand_in(work.code, mark="5")
    assert state(work) == ("marked", False, 2)
    hand_in(work.code)
    assert state(work) == ("returned", False, 3)


def test_states_of_no_works_are_none(app: APIFlask):
    assert works.states(db.session, []) == {}
