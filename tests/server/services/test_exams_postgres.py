"""Plans of control works and attestation on PostgreSQL: planned, agreed, published, held, corrected, in debt."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from server.extensions import db
from server.models import Group
from server.policy import Realm
from server.services.attestation import debts, planning, protocols, reading
from server.services.attestation.planning import ExamDraft
from server.services.attestation.protocols import Entry
from server.services.content import Author
from server.services.works_plan import changing
from server.services.works_plan import reading as plans
from server.services.works_plan.changing import WorkDraft
from tests.server import apps, factory
from tests.server.factory import TODAY

NOW = datetime(2026, 12, 7, 5, 0, tzinfo=UTC)
ALL = Realm(True, frozenset(), frozenset())


@pytest.mark.postgres
def test_plans_and_exams_on_postgres(tmp_path: Path, pg_url: str):
    with apps.on_postgres(tmp_path / "home", pg_url) as app, app.test_request_context():
        _plans(*_school())
        _exams(*_school())


def _school() -> tuple[str, str, Author]:
    factory.school()
    found = db.session.query(Group).filter_by(slug="7a").one_or_none()
    if found is None:
        group = factory.group()
        for last in ("Veslov", "Yakornaya"):
            factory.student(group, last)
        factory.teacher(factory.course(group), factory.person_of(factory.account("teacher", "deputy_studies")))
        db.session.rollback()
        found = db.session.query(Group).filter_by(slug="7a").one()
    course = plans.of_class(db.session, found, factory.year(), TODAY)[0].consents[0]
    account = db.session.query(factory.models.Account).filter_by(login="teacher").one()
    return found.id, course.course, Author(account.person_id, account.id, NOW, TODAY)


def _plan(group: str) -> plans.TermPlan:
    db.session.rollback()
    return plans.of_class(db.session, db.session.get_one(Group, group), factory.year(), TODAY)[0]


def _plans(group: str, course: str, by: Author) -> None:
    draft = WorkDraft(course, "control", None, date(2026, 12, 9), "Equations", None)
    work = changing.as_planned(_plan(group), draft, changing.new_id(draft, 2, "k"))
    changing.add(work, 2, by)
    changing.consent(course, 2, "yes", "", plans.plan_hash([work]), by)
    plan = _plan(group)
    assert not plan.open_consents
    changing.publish(group, factory.year(), 2, plan.hash, False, by)
    changing.change(work, changing.mark(work), by)
    assert not _plan(group).published.changed
    changing.remove(work.id, changing.mark(work), by)
    assert _plan(group).published.changed


def _exams(group: str, course: str, by: Author) -> None:
    days = planning.session_draft("interim", "May", "2026-12-14", "2026-12-26", "")
    session = planning.save_session(None, days, "k", by)
    subject = db.session.get_one(factory.models.Course, course).subject_id
    draft = ExamDraft("exam", None, subject, (course,), "", "five", None, date(2026, 12, 15), "10:00", 90, "", "",
                      ((by.person_id, "examiner"),))  # fmt: skip
    exam = planning.save_exam(session, None, draft, "k", "", by)
    planning.publish(session, by)
    db.session.rollback()
    students = sorted(reading.read(db.session, session).exam(exam).students)
    entries = [Entry(students[0], 0, "2", False, ""), Entry(students[1], 0, "", True, "ill")]
    assert protocols.enter(session, exam, entries, students, by) == 2
    assert protocols.enter(session, exam, entries, students, by) == 0
    protocols.close(session, exam, "1", "", by)
    assert protocols.enter(session, exam, [Entry(students[0], 1, "3", False, "appeal")], students, by) == 1
    db.session.rollback()
    assert [one.student for one in debts.listed(db.session, ALL, "", TODAY)] == [students[1]]
