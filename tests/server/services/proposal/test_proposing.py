"""A day of the village proposed, taken over in part, and taken back."""

from datetime import date, datetime, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select, update

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import LeaveReason, Lesson, LessonCourse, TeacherAbsence
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Rights
from server.services.days.reading import read_days
from server.services.days.state import LessonState
from server.services.proposal import proposing, solving
from tests.server import factory, village

DAY = date(2026, 12, 9)
NOW = datetime(2026, 12, 7, 8, 0)
SECONDS = 4.0


@pytest.fixture
def by(here: APIFlask) -> Author:
    person = factory.person("Parusov")
    return Author(person, factory.account("parusov", person_id=person), village.NOW, NOW.date())


def everything() -> dict[str, LessonState]:
    db.session.remove()
    return {one.id: one.as_state() for one in read_days(db.session, DAY, DAY).lessons}


def send_home(person: str) -> None:
    reason = db.session.scalars(select(LeaveReason.code).limit(1)).one()
    factory.add(TeacherAbsence(id=factory.new_id(), person_id=person, since=DAY, until=DAY, reason=reason,
                               noted_at=village.NOW))  # fmt: skip


def test_an_absent_teacher_is_stood_in_for_and_the_deed_can_be_taken_back(by: Author) -> None:
    before = everything()
    lessons = read_days(db.session, DAY, DAY).lessons
    absent = next(one.teachers[0] for one in lessons if len(one.teachers) == 1)
    send_home(absent)
    found = proposing.propose(db.session, DAY, NOW, SECONDS)
    held = sum(absent in one.teachers for one in lessons)
    assert found.before["uncovered"] == held
    assert found.after["uncovered"] < held
    assert found.after["clashes"] == 0
    assert found.gain > 0
    assert all(absent not in move.after.teachers for move in found.moves if move.substitute)
    some = {move.lesson.id for move in found.moves if move.substitute}
    act = proposing.accept(found, some, by, Rights())
    after = everything()
    assert {id for id in before if after[id] != before[id]} == some
    with pytest.raises(DomainError, match="lesson_changed"):
        proposing.accept(found, some, by, Rights())
    changing.undo(act, by)
    assert everything() == before


def test_lessons_at_a_screen_are_moved_apart_for_siblings(here: APIFlask) -> None:
    ids = select(LessonCourse.id).join(Lesson).where(Lesson.on == DAY)
    store.write(lambda session: session.execute(
        update(LessonCourse).where(LessonCourse.id.in_(ids)).values(form="live")) and None)  # fmt: skip
    found = proposing.propose(db.session, DAY, NOW, SECONDS)
    assert found.before["siblings"] > 0
    assert found.after["siblings"] < found.before["siblings"]
    assert found.after["clashes"] <= found.before["clashes"]


def test_what_has_begun_today_stays(here: APIFlask) -> None:
    now = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=23)
    assert proposing.propose(db.session, DAY, now, SECONDS).moves == ()


def test_days_without_lessons_or_a_solver_are_refused(here: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DomainError, match="day_over"):
        proposing.propose(db.session, NOW.date() - timedelta(days=1), NOW)
    with pytest.raises(DomainError, match="no_lessons"):
        proposing.propose(db.session, date(2026, 12, 13), NOW)
    monkeypatch.setattr(solving, "is_there", lambda: False)
    with pytest.raises(DomainError, match="solver_missing"):
        solving.solve(proposing.read_day(db.session, DAY, NOW).problem)
