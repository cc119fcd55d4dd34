"""`korablik publish --day`: the home's owner is trusted, and told of clashes."""

from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select

from server import store
from server.cli import local
from server.config import make_config
from server.extensions import db
from server.models import Day, DayStep, Lesson, LessonTeacher
from server.services import publishing
from tests.server import factory
from tests.server.terminal import Korablik

NEXT = factory.TODAY + timedelta(days=7)  # the week of the sample is published already


def overlap() -> None:
    """One teacher in two lessons at once."""

    def save(session):
        teacher = session.scalars(select(LessonTeacher.person_id)).first()
        course = session.scalars(select(Lesson).where(Lesson.state == "planned")).first().courses[0].course_id
        for room in (None, None):
            lesson = Lesson(id=factory.new_id(), on=NEXT, n=9, state="planned", room_id=room)
            lesson.courses, lesson.teachers = [], [LessonTeacher(person_id=teacher)]
            session.add(lesson)
            session.flush()
            lesson.courses = [factory.models.LessonCourse(id=factory.new_id(), course_id=course, topic="Once")]

    store.write(save)


def test_clashes_are_told_and_the_day_goes_out_all_the_same(korablik: Korablik, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(publishing, "build_site", lambda *args: [])
    with local.office(make_config(korablik.home)) as app, closing(app.extensions["store"]):
        overlap()
        db.session.remove()
    answer = korablik.run("publish", "--day", NEXT.isoformat())
    assert answer.code == 0 and "14.12.2026" in answer.err, answer
    with local.office(make_config(korablik.home)):
        assert db.session.get_one(Day, NEXT).published_at is not None
        assert sorted(db.session.scalars(select(DayStep.state).where(DayStep.on == NEXT))) == ["approved", "published"]
    quiet = korablik.run("publish", "--day", (NEXT + timedelta(days=1)).isoformat())
    assert quiet.code == 0 and not quiet.err.strip()
