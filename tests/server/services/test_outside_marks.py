"""Marks from elsewhere: from files and study groups, offered, decided by the subject teacher, never overwriting."""

import itertools
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import models
from server.errors import DomainError
from server.extensions import db
from server.models import MarkAct, OutsideMark, Task
from server.policy import Realm
from server.services import courses, imports, logging_work, outside_marks, returns, term_sheet, works
from server.services.imports import ImportReport
from server.services.logging_work import Line
from server.services.outside_marks import DECLINED, NOTED, TAKEN, Author
from server.services.returns import Delivery
from tests.server import factory, logbook, village
from tests.server.factory import TODAY
from tests.server.logbook import NOW

ALL = Realm(True, frozenset(), frozenset())
HEAD = "Класс;ФИО;Предмет;Дата;Вид работы;Тема;Отметка;Макс. балл;Платформа;Курс;Учитель;Комментарий"
_origins = itertools.count(70_000)


class School:
    """7А with two students and algebra; its teacher decides."""

    def __init__(self) -> None:
        self.group = factory.group("7А", "7a")
        self.yegor = factory.student(self.group, "Веслов", "Егор")
        self.vera = factory.student(self.group, "Якорная", "Вера")
        self.course = factory.course(self.group, "Алгебра")
        self.teacher = factory.teacher(self.course)
        self.lesson = factory.lesson(self.course, TODAY - timedelta(days=3)).lesson_course
        self.by = Author(self.teacher, NOW, TODAY)

    def offers(self) -> list[outside_marks.Offer]:
        db.session.rollback()
        return outside_marks.offers(db.session, ALL, TODAY)

    def take(self, offer_id: str, origin: int | None = None) -> returns.Outcome:
        place = outside_marks.prepare(offer_id, self.by)
        draft = logging_work.make_draft((origin or next(_origins)).to_bytes(8, "big"), NOW, "Asia/Yekaterinburg",
                                        self.teacher, [Line(offer_id)])  # fmt: skip
        outcome = returns.receive(Delivery([outside_marks.envelope(draft, 0, place)], NOW, TODAY))[0]
        outside_marks.settle(offer_id, TAKEN, self.by)
        return outcome

    def line(self, student: str) -> term_sheet.Line:
        db.session.rollback()
        sheet = term_sheet.sheet(db.session, courses.course(db.session, self.course, TODAY), "", TODAY)
        return next(line for line in sheet.lines if line.student_id == student)


@pytest.fixture
def school7(school: APIFlask) -> School:
    return School()


def bring(*rows: str, head: str = HEAD) -> ImportReport:
    return village.bring("outside_marks", ("network.csv", "\n".join([head, *rows]).encode("utf-8")))


ROW = "7А;Веслов Егор;алгебра;05.12.2026;контрольная работа;Уравнения;5;;Телешкола;Алгебра 7;Тьюторова А. П.;Молодец"


def test_a_file_is_offered_once(school7: School) -> None:
    assert bring(ROW).counts == {"created": 1}
    assert bring(ROW).counts == {"unchanged": 1}
    [offer] = school7.offers()
    assert (offer.student, offer.value, offer.topic, offer.given_on) == (
        "Веслов Егор", "5", "Уравнения", date(2026, 12, 5))  # fmt: skip
    assert (offer.source, offer.sender, offer.comment, offer.file_name) == (
        "Телешкола: Алгебра 7", "Тьюторова А. П.", "Молодец", "network.csv")  # fmt: skip


@pytest.mark.parametrize(
    ("mark", "most", "expected"),
    [
        ("5", "", ("five", "5", None)), ("хорошо", "", ("five", "4", None)), ("17", "20", ("points", "17", 20)),
        ("17/20", "", ("points", "17", 20)), ("85 %", "", ("points", "85", 100)), ("зачёт", "", ("pass", "pass", None)),
        ("не зачтено", "", ("pass", "fail", None)), ("17 из 20", "", ("points", "17", 20)),
    ],
)  # fmt: skip
def test_marks_as_schools_write_them(school7: School, mark: str, most: str, expected: tuple) -> None:
    report = bring(f"7А;Веслов Егор;алгебра;05.12.2026;;;{mark};{most};Телешкола;;;")
    assert report.findings == ()
    row = db.session.scalars(select(OutsideMark)).one()
    assert (row.scale, row.value, row.max_points, row.kind) == (*expected, "elsewhere")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("7А;Веслов Егор;алгебра;05.12.2026;;;9;;Т;;;", "mark_unreadable"),
        ("7А;Веслов Егор;алгебра;05.12.2026;;;21;20;Т;;;", "points_over"),
        ("7А;Веслов Егор;алгебра;05.12.2026;;;;;Т;;;", "value_missing"),
        ("7А;Веслов Егор;алгебра;05.12.2027;;;5;;Т;;;", "date_future"),
        ("7А;Веслов Егор;химия;05.12.2026;;;5;;Т;;;", "subject_unknown_near"),
        ("7А;Незнакомов Егор;алгебра;05.12.2026;;;5;;Т;;;", "student_unknown"),
        ("9Я;Веслов Егор;алгебра;05.12.2026;;;5;;Т;;;", "group_unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_and_nothing_is_stored(school7: School, row: str, code: str) -> None:
    report = bring(ROW, row)
    assert code in village.codes(report)
    assert db.session.scalar(select(OutsideMark.id)) is None


def test_a_taken_mark_stands_in_the_journal_with_its_source(school7: School) -> None:
    bring(ROW)
    [offer] = school7.offers()
    assert school7.take(offer.id).outcome == "accepted"
    assert school7.offers() == []
    task = db.session.scalars(select(Task)).one()
    assert (task.title, task.kind, task.scale, task.marks_only) == (
        "Уравнения (Телешкола: Алгебра 7)", "control", "five", True)  # fmt: skip
    assert task.lesson_course_id == school7.lesson
    act = db.session.scalars(select(MarkAct)).one()
    assert act.author_id == school7.teacher
    assert "Телешкола" in act.comment and "Молодец" in act.comment and "network.csv" in act.comment
    assert school7.line(school7.yegor).hint.value == "5"
    assert bring(ROW).counts == {"unchanged": 1}
    assert school7.offers() == []


def test_students_of_one_work_share_a_column(school7: School) -> None:
    bring(ROW, ROW.replace("Веслов Егор", "Якорная Вера").replace(";5;", ";4;"))
    for offer in school7.offers():
        school7.take(offer.id)
    assert len(db.session.scalars(select(Task)).all()) == 1
    assert school7.line(school7.vera).hint.value == "4"


def test_a_second_click_changes_nothing(school7: School) -> None:
    bring(ROW)
    [offer] = school7.offers()
    place = outside_marks.prepare(offer.id, school7.by)
    draft = logging_work.make_draft(b"12345678", NOW, "Asia/Yekaterinburg", school7.teacher, [Line(offer.id)])
    first, second = (outside_marks.envelope(draft, 0, outside_marks.prepare(offer.id, school7.by)) for _ in range(2))
    assert first == second == outside_marks.envelope(draft, 0, place)
    outcomes = [returns.receive(Delivery([one], NOW, TODAY))[0].outcome for one in (first, second)]
    assert outcomes == ["accepted", "duplicate"]
    outside_marks.settle(offer.id, TAKEN, school7.by)
    assert outside_marks.is_done(db.session, offer.id, TAKEN, school7.teacher)
    with pytest.raises(DomainError, match="outside_decided"):
        outside_marks.prepare(offer.id, school7.by)


def test_a_mark_that_stands_is_shown_and_never_overwritten(school7: School) -> None:
    codes = factory.works(factory.task(factory.lesson(school7.course, date(2026, 12, 5)).lesson_course, "Own work"))
    logbook.hand_in(codes[school7.yegor], mark="3", on=date(2026, 12, 5))
    bring(ROW)
    [offer] = school7.offers()
    assert offer.there == (("Own work", "3", None),)
    school7.take(offer.id)
    marks = {one["title"]: one["value"] for one in school7.line(school7.yegor).hint.trace["counted"]}
    assert marks == {"Own work": "3", "Уравнения (Телешкола: Алгебра 7)": "5"}


def test_a_newer_file_changes_an_offer_but_not_what_was_decided(school7: School) -> None:
    bring(ROW)
    assert bring(ROW.replace(";5;", ";4;")).counts == {"updated": 1}
    [offer] = school7.offers()
    assert offer.value == "4"
    school7.take(offer.id)
    report = bring(ROW.replace(";5;", ";3;"))
    assert report.counts == {"created": 1}
    assert [finding.code for finding in report.findings] == ["outside_mark_again"]
    [again] = school7.offers()
    assert again.value == "3" and again.there
    assert bring(ROW.replace(";5;", ";3;")).changed is False
    assert school7.take(again.id).outcome == "conflict"  # both are kept, a person decides
    assert school7.line(school7.yegor).hint.trace["left_out"][0]["why"] == "disputed"


def test_noted_for_the_term_is_told_and_not_counted(school7: School) -> None:
    bring(ROW)
    [offer] = school7.offers()
    outside_marks.settle(offer.id, NOTED, school7.by)
    line = school7.line(school7.yegor)
    assert line.hint.value is None
    assert [(one.value, one.source) for one in line.noted] == [("5", "Телешкола: Алгебра 7")]
    assert term_sheet.told(line)["elsewhere"][0]["value"] == "5"


def test_declined_with_a_reason(school7: School) -> None:
    bring(ROW)
    [offer] = school7.offers()
    with pytest.raises(DomainError, match="field_needed"):
        outside_marks.settle(offer.id, DECLINED, school7.by)
    outside_marks.settle(offer.id, DECLINED, school7.by, "not our programme")
    assert school7.offers() == []
    [past] = outside_marks.decided(db.session, ALL)
    assert (past.state, past.reason) == (DECLINED, "not our programme")


def test_no_figures_in_grade_1(school: APIFlask) -> None:
    group = factory.group("1А", "1a", 1)
    factory.student(group, "Веслов", "Егор")
    course = factory.course(group, "Алгебра")
    factory.lesson(course, TODAY - timedelta(days=3))
    bring(ROW.replace("7А", "1А"))
    [offer] = outside_marks.offers(db.session, ALL, TODAY)
    with pytest.raises(DomainError, match="grade_without_marks"):
        outside_marks.prepare(offer.id, Author(factory.person(), NOW, TODAY))
    assert db.session.scalar(select(Task.id)) is None


def test_marks_of_a_study_group_are_offered_to_the_class(school7: School) -> None:
    study = factory.group("Алгебра, сеть", "net", None, "study")
    factory.membership(school7.yegor, study)
    network = factory.course(study, "Алгебра")
    codes = factory.works(factory.task(factory.lesson(network, TODAY - timedelta(days=1)).lesson_course, "Test 1"))
    assert school7.offers() == []
    logbook.hand_in(codes[school7.yegor], mark="4")
    [offer] = school7.offers()
    assert (offer.value, offer.source, offer.course_id, offer.topic) == ("4", "Алгебра, сеть", school7.course, "Test 1")
    school7.take(offer.id)
    assert school7.offers() == []
    assert school7.line(school7.yegor).hint.value == "4"
    state = works.states(db.session, db.session.scalars(select(models.Work.id)).all())
    assert sum(one.state == "marked" for one in state.values()) == 2  # the tutor's own stays


def test_a_study_groups_mark_that_changes_is_offered_again(school7: School) -> None:
    study = factory.group("Алгебра, сеть", "net", None, "study")
    factory.membership(school7.yegor, study)
    network = factory.course(study, "Алгебра")
    codes = factory.works(factory.task(factory.lesson(network, TODAY - timedelta(days=1)).lesson_course, "Test 1"))
    first = logbook.hand_in(codes[school7.yegor], mark="4")
    outside_marks.settle(school7.offers()[0].id, DECLINED, school7.by, "later")
    assert school7.offers() == []
    logbook.mark(codes[school7.yegor], "5", base=(first.revision,))
    assert [one.value for one in school7.offers()] == ["5"]


def test_an_import_can_be_undone_until_somebody_decided(school7: School) -> None:
    report = bring(ROW)
    done = imports.undo(report.runs[0], None, NOW)
    assert done.undone and db.session.scalar(select(OutsideMark.id)) is None
    report = bring(ROW)
    outside_marks.settle(school7.offers()[0].id, DECLINED, school7.by, "no")
    assert not imports.undo(report.runs[0], None, NOW).undone


def test_what_was_declined_is_offered_again_but_not_what_was_taken(school7: School) -> None:
    bring(ROW)
    [offer] = school7.offers()
    outside_marks.settle(offer.id, DECLINED, school7.by, "no")
    outside_marks.reopen(offer.id)
    assert [one.id for one in school7.offers()] == [offer.id]
    school7.take(offer.id)
    with pytest.raises(DomainError, match="outside_decided"):
        outside_marks.reopen(offer.id)
