"""Marks without anything handed in: no list asks a family for such a work, and the mark is told and counts."""

from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import models, store
from server.extensions import db
from server.policy import Realm
from server.services import (
    absence_evidence,
    absence_proposals,
    compulsory,
    family_works,
    feedback,
    oral,
    silence,
    student_progress,
    student_works,
    waiting,
    week_results,
)
from server.services.measures import Span
from server.services.messages import first_moment
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.logbook import NOW

ALL = Realm(True, frozenset(), frozenset())
DAY = timedelta(days=1)
ZONE = "Asia/Yekaterinburg"
MONDAY = TODAY


class Class:
    """A student with a column of oral answers of today, and one work of a week ago."""

    def __init__(self) -> None:
        factory.school()
        self.group = factory.group()
        self.vera = factory.student(self.group, "Yakornaya", "Vera")
        self.course = factory.course(self.group)
        factory.teacher(self.course)
        self.lesson = factory.lesson(self.course, TODAY).lesson_course
        self.task = oral.open_column(self.lesson, TODAY, NOW)
        work = db.session.scalars(select(models.Work).where(models.Work.task_id == self.task)).one()
        self.code, self.work = work.code, work.id

    def family(self) -> family_works.FamilyWorks:
        db.session.rollback()
        return family_works.works_for_families(db.session, [self.vera], TODAY)[self.vera]

    def progress(self) -> student_progress.Progress:
        db.session.rollback()
        return student_progress.progress(db.session, self.vera, Span("", "", TODAY - 30 * DAY, TODAY + DAY), TODAY)


@pytest.fixture
def at(app: APIFlask):
    with app.test_request_context():
        yield Class()


def test_no_family_is_asked_to_hand_in_an_oral_answer(at: Class):
    assert at.family() == family_works.FamilyWorks()
    assert student_works.of_student(db.session, at.vera, TODAY) == []
    later = TODAY + 3 * DAY
    assert waiting.missing(db.session, ALL, later) == []
    since = first_moment(MONDAY, ZONE)
    assert week_results.of_week(db.session, [at.vera], MONDAY, later, since)[at.vera].is_quiet
    matrix = compulsory.matrix(
        db.session, db.session.get_one(models.Group, at.group), ["oral"], Span("", "", TODAY - DAY, TODAY + DAY), TODAY
    )
    assert matrix.columns == ()


def test_an_oral_mark_is_a_result_of_the_week_and_no_feedback_on_a_work(at: Class):
    logbook.mark(at.code, "5")
    db.session.rollback()
    [told] = week_results.of_week(db.session, [at.vera], MONDAY, TODAY, first_moment(MONDAY, ZONE))[at.vera].given
    assert (told.verdict, told.value) == ("mark", "5")
    assert feedback.waiting_feedback(db.session, realm=ALL) == []
    assert feedback.waiting_feedback(db.session, students=[at.vera]) == []
    assert [work.value for work in at.family().marked] == [("mark", "5")]


def test_an_oral_mark_counts_as_a_mark_but_not_as_a_work_handed_in(at: Class):
    logbook.mark(at.code, "4")
    [line] = at.progress().subjects
    assert (line.mean, line.owed, line.done) == (0.8, 0, 0)
    assert all(week.owed == 0 for week in at.progress().weeks)


def test_a_mark_that_was_cleared_leaves_nothing_to_do(at: Class):
    mark = logbook.mark(at.code, "4")
    logbook.mark(at.code, None, verdict="cleared", base=(mark.revision or "",))
    assert at.family() == family_works.FamilyWorks()
    assert student_works.of_student(db.session, at.vera, TODAY) == []


@pytest.mark.parametrize(("kind", "verdict"), [("oral", "not_absent"), ("elsewhere", "none")])
def test_who_answered_was_there_and_a_mark_from_elsewhere_shows_nothing(at: Class, kind: str, verdict: str):
    store.write(lambda session: setattr(session.get_one(models.Task, at.task), "kind", kind))
    logbook.mark(at.code, "5")
    db.session.rollback()
    found = absence_evidence.Found()
    for row in db.session.execute(
        absence_evidence.of_lesson(
            select(*absence_evidence.HEAD).select_from(models.Work)
            .join(models.Task, models.Task.id == models.Work.task_id)
            .join(models.LessonCourse, models.LessonCourse.id == models.Task.lesson_course_id)
            .join(models.Person, models.Person.id == models.Work.student_id)
        )
    ):  # fmt: skip
        found.add(row)
    told, _stands = absence_evidence.evidence(db.session, found, found.pairs, TODAY, ZONE)
    [evidence] = told.values()
    decided = absence_proposals.decide(evidence, absence_proposals.Letters("Н", "ОП"), TODAY)
    assert decided.verdict == verdict


def test_an_oral_answer_is_a_sign(at: Class):
    begun = factory.lesson(at.course, TODAY - DAY).lesson_course
    factory.task(begun, due_on=None, published_at=NOW - DAY)
    for n in range(1, 6):
        factory.lesson(at.course, TODAY + n * DAY)

    def days() -> list[int]:
        db.session.rollback()
        return [line.days for line in silence.silent(db.session, ALL, TODAY + 10 * DAY, ZONE)[0]]

    assert days() == [7]
    logbook.mark(at.code, "5")
    assert days() == [5]
