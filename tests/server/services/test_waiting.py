"""What waits for somebody: works to check, marks that disagree, students who sent nothing."""

from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.extensions import db
from server.models import Membership
from server.policy import Realm
from server.services import courses, journal, student_works, waiting
from tests.server import factory, logbook
from tests.server.web.world import World, build

DAY = timedelta(days=1)
TODAY = factory.TODAY
EVERYTHING = Realm(True, frozenset(), frozenset())


@pytest.fixture
def world(app: APIFlask) -> World:
    return build()


def _near(world: World) -> Realm:
    return Realm(False, frozenset(), frozenset({world.near.course}))


def test_works_that_came_back_wait_by_task_with_the_oldest_first(world: World) -> None:
    near = world.near
    newer = factory.works(factory.task(near.lesson.lesson_course, "Newer"))
    logbook.hand_in(newer[near.student], on=TODAY)
    logbook.hand_in(near.codes[near.student], on=TODAY - 4 * DAY, channel="photo")
    logbook.hand_in(near.codes[near.sibling], on=TODAY - DAY, channel="photo")
    lines = waiting.to_check(db.session, _near(world))
    assert [(line.title, line.count, line.oldest, line.channel) for line in lines] == [
        ("No. 412–415", 2, TODAY - 4 * DAY, "photo"), ("Newer", 1, TODAY, "paper")
    ]  # fmt: skip


def test_marked_works_do_not_wait_and_corrected_ones_wait_again(world: World) -> None:
    code = world.near.code
    sent_back = logbook.hand_in(code, verdict="redo")
    assert waiting.to_check(db.session, _near(world)) == []
    logbook.hand_in(code, base=(sent_back.revision,) if sent_back.revision else ())
    [line] = waiting.to_check(db.session, _near(world))
    assert (line.count, line.again) == (1, True)


def test_works_of_other_courses_are_not_shown(world: World) -> None:
    logbook.hand_in(world.far.code)
    assert waiting.to_check(db.session, _near(world)) == []
    assert len(waiting.to_check(db.session, EVERYTHING)) == 1


def test_nothing_is_missing_on_the_day_itself(world: World) -> None:
    assert waiting.missing(db.session, _near(world), TODAY) == []
    assert len(waiting.missing(db.session, _near(world), TODAY + DAY)) == 2


def test_missing_works_stand_by_student_with_connection_and_silence(world: World) -> None:
    near = world.near
    early = factory.works(factory.task(near.lesson.lesson_course, "Early", TODAY - 3 * DAY))
    logbook.hand_in(early[near.sibling], on=TODAY - 2 * DAY)
    lines = waiting.missing(db.session, _near(world), TODAY + DAY)
    assert [(line.student.id, line.count, line.oldest_due, line.last) for line in lines] == [
        (near.student, 2, TODAY - 3 * DAY, None), (near.sibling, 1, TODAY, TODAY - 2 * DAY)
    ]  # fmt: skip
    assert lines[0].link is not None
    assert lines[0].link.internet == "none"
    assert {line.group for line in lines} == {"7 «А»"}


def test_what_came_was_marked_or_was_withdrawn_is_not_missing(world: World) -> None:
    near = world.near
    logbook.hand_in(near.codes[near.student], on=TODAY)
    logbook.mark(near.codes[near.sibling], "4")
    factory.works(factory.task(near.lesson.lesson_course, "Withdrawn", TODAY, withdrawn=True))
    factory.works(factory.task(near.lesson.lesson_course, "Not out yet", TODAY, published_at=None))
    assert waiting.missing(db.session, _near(world), TODAY + DAY) == []


def test_a_removed_mark_makes_the_work_missing_again(world: World) -> None:
    near = world.near
    logbook.hand_in(near.codes[near.sibling])
    marked = logbook.mark(near.code, "4")
    logbook.mark(near.code, verdict="cleared", base=(marked.revision or "",))
    assert [line.student.id for line in waiting.missing(db.session, _near(world), TODAY + DAY)] == [near.student]


def test_a_known_reason_stands_beside_and_comes_last(world: World) -> None:
    near = world.near
    logbook.absent(near.student, near.lesson.lesson_course, "Б")
    lines = waiting.missing(db.session, _near(world), TODAY + DAY)
    assert [(line.student.id, line.reason) for line in lines] == [(near.sibling, ""), (near.student, "ill")]
    assert {line.reason for line in waiting.missing(db.session, _near(world), TODAY + 9 * DAY)} == {""}


def test_an_unexcused_absence_explains_nothing(world: World) -> None:
    logbook.absent(world.near.student, world.near.lesson.lesson_course, "Н")
    assert {line.reason for line in waiting.missing(db.session, _near(world), TODAY + DAY)} == {""}


def test_the_whole_school_is_told_by_class(world: World) -> None:
    logbook.hand_in(world.far.code)
    lines = waiting.missing_by_class(db.session, TODAY + DAY)
    assert [(line.slug, line.works, line.students) for line in lines] == [("7a", 2, 2), ("8b", 1, 1)]


def test_works_of_a_subgroup_count_with_its_class(world: World) -> None:
    half = factory.group("1", "7a-1", None, "subgroup", parent_id=world.near.id, division="English")
    factory.membership(world.near.student, half)
    lesson = factory.lesson(factory.course(half, "English"))
    factory.works(factory.task(lesson.lesson_course, "Words", TODAY))
    own = Realm(False, frozenset({world.near.id}), frozenset())
    counted = {line.student.id: line.count for line in waiting.missing(db.session, own, TODAY + DAY)}
    assert counted == {world.near.student: 2, world.near.sibling: 1}
    assert {line.group for line in waiting.missing(db.session, own, TODAY + DAY)} == {"7 «А»"}


def _moves(student: str, old: str, new: str, on: date) -> None:
    def move(session: Session) -> None:
        row = session.scalars(select(Membership).filter_by(person_id=student, group_id=old)).one()
        row.until = on - DAY

    store.write(move)
    factory.membership(student, new, since=on)
    db.session.rollback()


def test_who_moved_to_another_class_owes_only_what_was_due_before(world: World) -> None:
    near = world.near
    factory.works(factory.task(near.lesson.lesson_course, "Before", TODAY - 3 * DAY))
    _moves(near.student, near.id, world.far.id, TODAY - DAY)
    counted = {line.student.id: line.count for line in waiting.missing(db.session, _near(world), TODAY + DAY)}
    assert counted == {near.student: 1, near.sibling: 2}
    assert sum(line.works for line in waiting.missing_by_class(db.session, TODAY + DAY) if line.slug == "7a") == 3
    told = {work.view.title: work.name for work in student_works.of_student(db.session, near.student, TODAY + DAY)}
    assert told == {"Before": "overdue", "No. 412–415": "issued"}
    head = courses.course(db.session, near.course, TODAY + DAY)
    [row] = [one for one in journal.grid(db.session, head, TODAY, TODAY, TODAY + DAY).rows
             if one.student_id == near.student]  # fmt: skip
    assert [cell.state for cell in row.cells if cell] == ["overdue", "issued"]


def test_a_part_that_became_known_ends_the_debts_of_the_other_part(world: World) -> None:
    near = world.near
    parts = [factory.group(str(n), f"7a-{n}", None, "subgroup", parent_id=near.id, division="English") for n in (1, 2)]
    for n, part in enumerate(parts):
        task = factory.task(factory.lesson(factory.course(part, f"English {n}")).lesson_course, f"Words {n}", TODAY)
        factory.work_for(task, near.student)
    own = Realm(False, frozenset({near.id}), frozenset())
    assert [line.count for line in waiting.missing(db.session, own, TODAY + DAY)] == [3, 1]
    factory.membership(near.student, parts[0], since=TODAY + DAY)
    db.session.rollback()
    assert [line.count for line in waiting.missing(db.session, own, TODAY + DAY)] == [2, 1]


def test_a_students_works_begin_with_what_is_missing(world: World) -> None:
    near = world.near
    for title, due in (("Later", TODAY + DAY), ("Missed", TODAY - DAY), ("Missed first", TODAY - 2 * DAY)):
        factory.works(factory.task(near.lesson.lesson_course, title, due))
    logbook.hand_in(near.code, mark="5")
    found = student_works.of_student(db.session, near.student, TODAY)
    assert [(work.view.title, work.name) for work in found] == [
        ("Missed first", "overdue"), ("Missed", "overdue"), ("Later", "issued"), ("No. 412–415", "marked")
    ]  # fmt: skip
