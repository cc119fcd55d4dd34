"""Tasks agreed between deputy and teacher: the table of states, what is odd, words that are kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import AssessmentPlan, AuditEntry, Lesson, LessonAgreement, Task
from server.services import content
from server.services.agreed_works import deciding, reading, standing, states
from server.services.agreed_works.states import Around, Given, Said
from server.services.content import Author
from tests.server import apps, factory

MON = date(2026, 12, 7)
TUE, WED, SUN = MON + timedelta(days=1), MON + timedelta(days=2), MON + timedelta(days=6)
NOW = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("answer", "hash", "version", "works", "expected"), [
    (None, "a", 1, 0, states.NONE),
    (None, "a", 1, 2, states.OPEN),
    ("agreed", "a", 1, 2, states.AGREED),
    ("agreed", "a", 9, 2, states.AGREED),  # the text alone was changed: kinds and dates stand
    ("agreed", "b", 1, 2, states.CHANGED),
    ("agreed", "b", 1, 0, states.CHANGED),  # all tasks were withdrawn
    ("returned", "a", 1, 2, states.RETURNED),
    ("returned", "a", 2, 2, states.ANSWERED),  # saved, with other words
    ("returned", "b", 1, 2, states.ANSWERED),
    ("returned", "b", 2, 0, states.ANSWERED),
])  # fmt: skip
def test_states(answer, hash, version, works, expected):
    said = Said(answer, "a", 1) if answer else None
    assert states.state(hash, version, works, said) == expected


def test_the_hash_names_kinds_dates_and_titles_in_any_order():
    one, two = Given("homework", "No. 1", TUE), Given("control", "Equations", None)
    hash = states.works_hash(MON, [one, two])
    assert hash == states.works_hash(MON, [two, one])
    others = [(TUE, [one, two]), (MON, [one]), (MON, [one, two, two]), (MON, [one, replace(two, due_on=TUE)]),
              (MON, [one, replace(two, kind="test")]), (MON, [one, replace(two, title="")])]  # fmt: skip
    assert hash not in {states.works_hash(*other) for other in others}


AROUND = Around(
    courses={"algebra": {MON, WED}}, classes={"7a": {MON, TUE, WED}}, counted={"7a": {"control"}},
    planned={("7a", "algebra", "control"): {WED}},
)  # fmt: skip


@pytest.mark.parametrize(("kind", "due", "on", "expected"), [
    ("homework", WED, MON, []),
    ("homework", None, MON, ["due"]),
    ("homework", MON, WED, ["early"]),
    ("homework", SUN, MON, ["free"]),
    ("homework", TUE, MON, ["no_lesson"]),
    ("control", MON, MON, ["unplanned"]),
    ("control", WED, WED, []),
    ("control", WED, MON, []),  # handed in on the planned day
    ("control", None, MON, ["due", "unplanned"]),
])  # fmt: skip
def test_what_is_odd(kind, due, on, expected):
    assert states.odd(Given(kind, "", due), on, "algebra", "7a", "algebra", AROUND) == expected


def test_of_parts_in_one_subject_the_fullest_counts():
    rows = [("algebra", "7a", False, 2), ("english", "one", True, 1), ("english", "two", True, 3),
            ("labour", "one", True, 1)]  # fmt: skip
    assert states.load(rows) == 2 + 3 + 1


@pytest.fixture
def school(app):
    return _school()


def _school() -> tuple[str, str, str, Author, str]:
    """A class with algebra on Monday and Wednesday, a task on Monday; the deputy and the teacher."""
    factory.school()
    factory.bells()
    group = factory.group()
    course = factory.course(group)
    teacher = factory.teacher(course)
    lesson = factory.lesson(course, MON, teacher_id=teacher).lesson_course
    factory.lesson(course, WED, teacher_id=teacher)
    task = factory.task(lesson, due_on=WED)
    account = factory.account("deputy", "deputy_studies")
    return group, lesson, task, Author(factory.person_of(account), account, NOW, MON), teacher


def _line(group: str) -> reading.Line:
    db.session.rollback()
    [line] = reading.read(db.session, MON).lines
    assert line.lesson.group_id == group
    return line


def _set(task: str, **values: object) -> None:
    def save(session):
        row = session.get_one(Task, task)
        for name, value in values.items():
            setattr(row, name, value)

    store.write(save)


def _save_text(lesson: str, by: Author) -> None:
    """As the teacher saves the lesson with other words."""
    db.session.rollback()
    draft = content.read(db.session, content.lesson_course(db.session, lesson))
    content.save(lesson, replace(draft, body="Read paragraph 12."), draft.mark(), by)


def _walk(group: str, lesson: str, task: str, by: Author, teacher: str) -> None:
    """Agreed, changed, returned, answered, agreed again: every word is kept."""
    line = _line(group)
    assert (line.standing.state, line.ready) == (states.OPEN, True)
    seen = {lesson: line.standing.mark}
    assert deciding.agree(seen, by) == deciding.Settled(1, 0)
    assert deciding.agree(seen, by) == deciding.Settled(0, 0)  # the same form again
    assert _line(group).standing.state == states.AGREED
    assert standing.open_by_day(db.session, [MON, WED]) == {}
    _set(task, due_on=TUE)
    assert deciding.agree(seen, by) == deciding.Settled(0, 1)  # not what was looked at
    line = _line(group)
    assert (line.standing.state, line.works[0][1], line.ready) == (states.CHANGED, ("free",), False)
    with pytest.raises(DomainError, match="tasks_changed"):
        deciding.give_back(lesson, seen[lesson], "Another day.", by)
    for remark, code in ((" ", "remark_needed"), ("x" * 301, "text_long")):
        with pytest.raises(DomainError, match=code):
            deciding.give_back(lesson, line.standing.mark, remark, by)
    for _twice in range(2):
        deciding.give_back(lesson, line.standing.mark, "Another  day.", by)
    db.session.rollback()
    [back] = standing.returned_to(db.session, teacher, MON)
    assert (back.id, back.remark, back.state) == (lesson, "Another day.", states.RETURNED)
    assert standing.returned_to(db.session, by.person_id, MON) == []
    assert standing.open_by_day(db.session, [MON]) == {MON: 1}
    _save_text(lesson, by)
    assert _line(group).standing.state == states.ANSWERED
    assert standing.returned_to(db.session, teacher, MON) == []
    assert deciding.agree({lesson: _line(group).standing.mark}, by).agreed == 1
    db.session.rollback()
    rows = db.session.execute(
        select(LessonAgreement.n, LessonAgreement.answer, LessonAgreement.remark, LessonAgreement.by_id)
        .order_by(LessonAgreement.n)
    )  # fmt: skip
    kept = [(1, "agreed", ""), (2, "returned", "Another day."), (3, "agreed", "")]
    assert [tuple(row) for row in rows] == [(*row, by.person_id) for row in kept]
    assert db.session.query(AuditEntry).filter(AuditEntry.action.like("tasks.%")).count() == 3


def test_agreed_changed_returned_answered_and_agreed_again(school):
    _walk(*school)


@pytest.mark.postgres
def test_the_same_on_postgres(tmp_path: Path, pg_url: str):
    with apps.on_postgres(tmp_path / "home", pg_url) as app, app.test_request_context():
        _walk(*_school())


def test_a_lesson_without_tasks_is_not_agreed_to(school):
    _group, _lesson, task, by, _teacher = school
    _set(task, withdrawn=True)
    assert reading.read(db.session, MON).lines == ()
    found = standing.of_lesson(db.session, school[1])
    assert deciding.agree({school[1]: found.mark}, by) == deciding.Settled(0, 1)
    assert deciding.agree({"0" * 32: "x"}, by) == deciding.Settled(0, 1)


def test_a_moved_lesson_is_changed_and_a_cancelled_one_owes_nothing(school):
    group, lesson, _task, by, _teacher = school
    deciding.agree({lesson: _line(group).standing.mark}, by)

    def first(session) -> Lesson:
        return session.scalars(select(Lesson).where(Lesson.on.in_([MON, TUE]))).one()

    store.write(lambda session: setattr(first(session), "on", TUE))
    assert _line(group).standing.state == states.CHANGED
    store.write(lambda session: setattr(first(session), "state", "cancelled"))
    db.session.rollback()
    assert reading.read(db.session, MON).lines == ()


def test_control_works_outside_the_published_plan_and_full_days(school):
    group, lesson, task, by, _teacher = school
    _set(task, kind="control")
    assert _line(group).works[0][1] == ("unplanned",)
    entry = {"date": "2026-12-09", "subject": "algebra", "kind": "control", "topic": "", "number": 1}
    factory.add(AssessmentPlan(id=factory.new_id(), group_id=group, year_id=factory.year(), term_number=2, hash="x",
                               entries=[entry], published_at=NOW, published_by=by.person_id))  # fmt: skip
    assert _line(group).works[0][1] == ()
    assert reading.read(db.session, MON).full == ()
    for number in range(4):
        factory.task(lesson, f"More {number}", due_on=WED)
    db.session.rollback()
    assert reading.read(db.session, MON).full == (reading.FullDay("7 «А»", WED, 5),)


def test_classes_and_teachers_are_counted(school):
    group, lesson, task, by, teacher = school
    _set(task, due_on=None)
    line = _line(group)
    assert reading.by_class([line], [("8b", "8 «Б»"), ("7a", "7 «А»")]) == [reading.Tally("7a", "7 «А»", 1, 0, 1, 0)]
    [one] = reading.by_teacher([line])
    assert (one.key, one.lessons, one.odd) == (teacher, 1, 1)
    deciding.give_back(lesson, line.standing.mark, "Until when?", by)
    assert reading.by_teacher([_line(group)])[0].returned == 1
