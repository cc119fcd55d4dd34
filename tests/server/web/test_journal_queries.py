"""How many queries the journal's pages need: at most twenty, and not one more for more students, lessons or marks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from server import models
from server.extensions import db
from tests.server import factory, logbook
from tests.server.factory import TODAY

MOST = 20


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the application's readers run meanwhile."""
    found: list[str] = []

    def note(connection, cursor, statement, parameters, context, many) -> None:
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def grow(course: str, group: str, lessons: int, students: int) -> None:
    """More lessons, each with a marked task, and more students; one of them with two values, one absent."""
    added = [factory.student(group, f"Student{n}", "Ivan") for n in range(students)]
    moved = factory.person("Moved", "Ivan")
    before = factory.group(f"7 «{lessons}»", f"7-{lessons}")
    factory.membership(moved, before, until=TODAY - timedelta(days=20))
    factory.membership(moved, group, since=TODAY - timedelta(days=19))
    old = factory.lesson(factory.course(before), TODAY - timedelta(days=25)).lesson_course
    logbook.hand_in(factory.works(factory.task(old))[moved], mark="3")
    factory.add(models.CoursePlanTopic(id=factory.new_id(), course_id=course, position=lessons, topic="Planned"))
    for n in range(lessons):
        lesson = factory.lesson(course, TODAY - timedelta(days=n + 1), n=2, topic="").lesson_course
        codes = factory.works(factory.task(lesson, f"Task {n}"))
        for code in codes.values():
            logbook.hand_in(code, mark="4")
        logbook.mark(codes[added[0]], "5")
        logbook.absent(added[0], lesson)


@pytest.mark.parametrize("page", ["/journal/{course}", "/journal/{course}?term=year", "/journal/{course}/terms",
                                  "/journal/{course}/terms?term=year"])  # fmt: skip
def test_a_journal_page_asks_little_however_much_there_is(app, world, page: str) -> None:
    course, group = world.near.course, world.near.id
    teacher = factory.signed_in(app, world.accounts["subject_teacher"])
    address = page.format(course=course)
    grow(course, group, 2, 2)
    teacher.get(address)
    with counted() as few:
        assert teacher.get(address).status_code == 200
    grow(course, group, 6, 5)
    with counted() as many:
        assert teacher.get(address).status_code == 200
    assert len(many) == len(few)
    assert len(many) <= MOST, "\n".join(many)
