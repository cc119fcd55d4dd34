"""A term's sheet: hints from the journal, decisions and conflicts, who has no mark and why; oral answers."""

import itertools
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import create_app, models, store
from server.config import make_config
from server.errors import DomainError
from server.extensions import db
from server.models import KindWeight, MarkRevision, Task, TermMark, Work
from server.policy import Realm
from server.services import (
    courses,
    journal,
    logging_work,
    mark_rules,
    oral,
    outside_marks,
    returns,
    schema,
    student_works,
    term_closing,
    term_sheet,
    works,
)
from server.services.logging_work import Line
from server.services.outside_marks import Author
from server.services.returns import Delivery
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.logbook import NOW

_origins = itertools.count(90_000)


class Class:
    """Two students in a course with a quarter from 5 November on."""

    def __init__(self, country: str = "RU", grade: int = 7, subject: str = "algebra") -> None:
        factory.school(country=country)
        self.group = factory.group(f"{grade} «А»", f"{grade}a", grade)
        self.vera = factory.student(self.group, "Yakornaya", "Vera")
        self.yegor = factory.student(self.group, "Veslov", "Yegor")
        self.course = factory.course(self.group, subject)
        self.teacher = factory.teacher(self.course)
        self.n = 0

    def task(self, **values: Any) -> dict[str, str]:
        self.n += 1
        lesson = factory.lesson(self.course, TODAY - timedelta(days=self.n), n=1).lesson_course
        return factory.works(factory.task(lesson, **{"title": f"Task {self.n}", **values}))

    def give(self, student: str, *values: str, **task: Any) -> None:
        for value in values:
            logbook.mark(self.task(**task)[student], value)

    def sheet(self, asked: str = "") -> term_sheet.TermSheet:
        db.session.rollback()
        head = courses.course(db.session, self.course, TODAY)
        return term_sheet.sheet(db.session, head, asked, TODAY)

    def line(self, student: str, asked: str = "") -> term_sheet.Line:
        return next(line for line in self.sheet(asked).lines if line.student_id == student)

    def decide(self, student: str, value: str | None, base: tuple[str, ...] | None = None, asked: str = "") -> Any:
        found = self.sheet(asked)
        line = next(line for line in found.lines if line.student_id == student)
        heads = line.state.heads if base is None else base
        draft = logging_work.make_draft(
            next(_origins).to_bytes(8, "big"), NOW, "Asia/Yekaterinburg", self.teacher, [Line(student, heads)]
        )
        envelope = term_sheet.op_about_term(draft, 0, found, line, value)
        return returns.receive(Delivery([envelope], NOW, TODAY))[0]


@pytest.fixture
def russian(app: APIFlask) -> Class:
    return Class()


@pytest.fixture
def kazakh(app: APIFlask) -> Class:
    return Class("KZ")


def test_the_hint_is_the_weighted_mean(russian: Class) -> None:
    russian.give(russian.vera, "5", "4")
    russian.give(russian.vera, "3", kind="control")
    store.write(lambda session: setattr(session.get_one(KindWeight, "control"), "weight", 2))
    line = russian.line(russian.vera)
    assert (line.hint.value, line.hint.shown, line.why) == ("4", "3.75", "open")
    assert {one["title"] for one in line.hint.trace["counted"]} == {"Task 1", "Task 2", "Task 3"}
    assert russian.line(russian.yegor).why == "no_marks"


def test_the_journals_average_counts_the_same_way(russian: Class) -> None:
    russian.give(russian.vera, "5", "4")
    russian.give(russian.vera, "3", kind="control")
    store.write(lambda session: setattr(session.get_one(KindWeight, "control"), "weight", 2))
    db.session.rollback()
    head = courses.course(db.session, russian.course, TODAY)
    rows = journal.grid(db.session, head, head.starts_on, head.ends_on, TODAY).rows
    [row] = [row for row in rows if row.student_id == russian.vera]
    assert row.average == 3.75


def test_the_teacher_decides_against_the_hint(russian: Class) -> None:
    russian.give(russian.vera, "4", "4")
    assert russian.decide(russian.vera, "5").outcome == "accepted"
    line = russian.line(russian.vera)
    assert (line.state.values, line.hint.value, line.why) == (("5",), "4", "")
    row = db.session.scalars(select(TermMark)).one()
    assert row.decided == "teacher"
    assert row.trace["value"] == "4" and len(row.trace["counted"]) == 2


def test_a_mark_keeps_the_trace_of_the_day_on_which_it_was_decided(russian: Class) -> None:
    russian.give(russian.vera, "4", "4")
    russian.decide(russian.vera, "4")
    line = russian.line(russian.vera)
    assert line.stands and line.stands.trace["shown"] == "4.00" and not line.changed_since
    russian.give(russian.vera, "2")
    line = russian.line(russian.vera)
    assert line.changed_since
    assert (line.stands.trace["shown"], line.hint.shown) == ("4.00", "3.33")


def test_nothing_is_decided_without_a_person(russian: Class) -> None:
    russian.give(russian.vera, "5")
    russian.sheet()
    assert db.session.scalar(select(TermMark.id)) is None


def test_two_people_who_decide_at_once_are_both_kept_until_one_settles_it(russian: Class) -> None:
    russian.give(russian.vera, "4")
    first = russian.decide(russian.vera, "4", ())
    second = russian.decide(russian.vera, "5", ())
    assert (first.outcome, second.outcome) == ("accepted", "conflict")
    line = russian.line(russian.vera)
    assert line.why == "conflict" and set(line.state.values) == {"4", "5"}
    assert len(line.history) == 2
    assert russian.decide(russian.vera, "5").outcome == "accepted"
    assert russian.line(russian.vera).state.values == ("5",)
    assert russian.decide(russian.vera, None).outcome == "accepted"
    line = russian.line(russian.vera)
    assert line.state.values == () and line.why == "open" and len(line.history) == 4


def test_a_mark_that_no_rule_allows_is_refused(russian: Class) -> None:
    for value in ("6", "na", "pass", "1"):
        outcome = russian.decide(russian.vera, value)
        assert (outcome.outcome, outcome.reason) == ("rejected", "mark_invalid"), value
    store.write(lambda session: setattr(session.get_one(models.GradingRule, "ru_term"), "not_attested", True))
    assert russian.decide(russian.vera, "na").outcome == "accepted"


def test_the_year_is_hinted_from_its_terms(russian: Class) -> None:
    third = factory.new_id()
    factory.add(models.Term(id=third, year_id=factory.year(), kind="quarter", number=3, name="3",
                            starts_on=date(2027, 1, 10), ends_on=date(2027, 3, 20)))  # fmt: skip
    russian.give(russian.vera, "4")
    russian.decide(russian.vera, "4")
    assert russian.line(russian.vera, "year").hint.value is None
    assert russian.line(russian.vera, "year").hint.lacks == ("3",)
    russian.decide(russian.vera, "5", asked=third)
    hint = russian.line(russian.vera, "year").hint
    assert (hint.value, hint.shown) == ("5", "4.50")
    russian.decide(russian.vera, "5", asked="year")
    assert russian.line(russian.vera, "year").state.values == ("5",)


def test_the_kazakh_formula_is_confirmed_by_the_teacher(kazakh: Class) -> None:
    kazakh.give(kazakh.vera, "8", kind="formative", scale="points", max_points=10)
    kazakh.give(kazakh.vera, "12", kind="sor", scale="points", max_points=20)
    kazakh.give(kazakh.vera, "18", kind="soch", scale="points", max_points=25, title="SOCh for quarter 2")
    line = kazakh.line(kazakh.vera)
    assert (line.hint.value, line.hint.shown) == ("4", "69 %")  # 20/30 and 18/25: 33.33 + 36
    kazakh.decide(kazakh.vera, "4")
    row = db.session.scalars(select(TermMark)).one()
    assert row.decided == "formula"
    assert {"sor", "soch"} <= {one["kind"] for one in row.trace["counted"]}
    assert row.trace["row"]["from"] == 65
    kazakh.decide(kazakh.vera, "5")
    assert kazakh.line(kazakh.vera).history[-1].decided == "teacher"


def test_a_planned_term_assessment_is_waited_for(kazakh: Class) -> None:
    kazakh.give(kazakh.vera, "9", kind="formative", scale="points", max_points=10)
    assert kazakh.line(kazakh.vera).hint.value == "5"
    factory.add(models.Assessment(id=factory.new_id(), course_id=kazakh.course, kind="soch", term_number=2, number=1))
    line = kazakh.line(kazakh.vera)
    assert line.hint.value is None and line.hint.lacks == ("soch",) and line.why == "lacks"


def test_who_missed_the_assessment_that_others_wrote_waits_for_it(kazakh: Class) -> None:
    codes = kazakh.task(kind="soch", scale="points", max_points=25, title="SOCh")
    logbook.mark(codes[kazakh.vera], "20")
    kazakh.give(kazakh.yegor, "9", kind="formative", scale="points", max_points=10)
    line = kazakh.line(kazakh.yegor)
    assert (line.hint.value, line.hint.lacks, line.why) == (None, ("SOCh",), "lacks")


def test_grade_1_in_kazakhstan_has_its_own_table(app: APIFlask) -> None:
    first = Class("KZ", 1)
    first.give(first.vera, "7", kind="formative", scale="points", max_points=10)
    assert first.line(first.vera).hint.value == "4"


def test_grade_1_in_russia_gets_no_term_mark(app: APIFlask) -> None:
    first = Class("RU", 1)
    assert first.sheet().rule.formula == "none"
    outcome = first.decide(first.vera, "5")
    assert (outcome.outcome, outcome.reason) == ("rejected", "mark_invalid")


def test_pass_and_fail(russian: Class) -> None:
    store.write(lambda session: setattr(session.scalar(select(models.Subject)), "scale", "pass"))
    russian.give(russian.vera, "pass", "pass", "fail", scale="pass")
    assert russian.line(russian.vera).hint.value == "pass"
    assert russian.decide(russian.vera, "5").reason == "mark_invalid"
    assert russian.decide(russian.vera, "pass").outcome == "accepted"


def test_the_eldest_are_marked_by_half_years(app: APIFlask) -> None:
    tenth = Class("RU", 10)
    for number, (first, last) in enumerate([((2026, 9, 1), (2026, 12, 27)), ((2027, 1, 11), (2027, 5, 25))], 1):
        factory.add(models.Term(id=factory.new_id(), year_id=factory.year(), kind="half", number=number,
                                name=f"half {number}", starts_on=date(*first), ends_on=date(*last)))  # fmt: skip
    assert [term.name for term in tenth.sheet().terms] == ["half 1", "half 2"]


def test_a_school_with_trimesters_is_marked_by_them(russian: Class) -> None:
    factory.add(models.Term(id=factory.new_id(), year_id=factory.year(), kind="trimester", number=1, name="first",
                            starts_on=date(2026, 9, 1), ends_on=date(2026, 11, 30), grades=[7]))  # fmt: skip
    store.write(lambda session: session.query(models.Term).filter_by(kind="quarter").delete())
    assert [term.name for term in russian.sheet().terms] == ["first"]


def test_who_has_no_mark_and_why(russian: Class) -> None:
    russian.give(russian.vera, "5")
    freed = factory.student(russian.group, "Belov", "Ivan")
    gone = factory.person("Chernov", "Petr")
    factory.membership(gone, russian.group, until=TODAY - timedelta(days=5))
    subject = db.session.scalar(select(models.Subject.id))
    factory.add(models.Exemption(id=factory.new_id(), student_id=freed, subject_id=subject, since=date(2026, 9, 1)))
    why = {line.last_name: line.why for line in russian.sheet().lines}
    assert why == {"Belov": "exempt", "Chernov": "gone", "Veslov": "no_marks", "Yakornaya": "open"}


def test_missed_lessons_are_told(russian: Class) -> None:
    lesson = factory.lesson(russian.course, TODAY).lesson_course
    factory.lesson(russian.course, TODAY - timedelta(days=1))
    logbook.absent(russian.vera, lesson)
    sheet = russian.sheet()
    assert (russian.line(russian.vera).missed, sheet.lessons) == (1, 2)


@pytest.mark.parametrize(
    ("typed", "value"),
    [("5", ("5",)), (" 4 ", ("4",)), ("", None), ("-", (None,)), ("н/а", ("na",)), ("НА", ("na",))],
)
def test_what_is_typed(typed: str, value: Any) -> None:
    rule = term_sheet.Rule("r", "mean", "teacher", "", {"values": ["5", "4", "3", "2"]}, not_attested=True)
    assert term_sheet.read_typed(typed, rule) == value
    with pytest.raises(DomainError, match="mark_invalid"):
        term_sheet.read_typed("7", rule)


def test_a_trace_that_is_too_long_is_cut_to_what_counts() -> None:
    one = {"kind": "homework", "title": "T" * 80, "on": "2026-12-07", "value": "5", "maximum": None, "weight": 1}
    for counted, left in ((40, 200), (110, 0), (400, 400)):
        trace = {"counted": [one] * counted, "left_out": [{**one, "value": None, "why": "none"}] * left, "value": "5"}
        assert len(term_sheet.packed(trace)) <= 16000


# oral answers


def test_oral_answers_are_one_column_however_often_it_is_asked_for(russian: Class) -> None:
    lesson = factory.lesson(russian.course, TODAY).lesson_course
    task = oral.open_column(lesson, TODAY, NOW)
    assert oral.open_column(lesson, TODAY, NOW) == task
    rows = db.session.scalars(select(Work).where(Work.task_id == task)).all()
    assert {row.student_id for row in rows} == {russian.vera, russian.yegor}
    row = db.session.get_one(Task, task)
    assert (row.kind, row.scale, row.marks_only, row.due_on) == ("oral", "five", True, None)
    code = next(row.code for row in rows if row.student_id == russian.vera)
    logbook.mark(code, "5")
    assert russian.line(russian.vera).hint.value == "5"


def test_oral_answers_in_kazakhstan_are_points_of_formative_work(kazakh: Class) -> None:
    lesson = factory.lesson(kazakh.course, TODAY).lesson_course
    row = db.session.get_one(Task, oral.open_column(lesson, TODAY, NOW))
    assert (row.scale, row.max_points) == ("points", 10)


def test_no_oral_answers_before_the_lesson(russian: Class) -> None:
    lesson = factory.lesson(russian.course, TODAY + timedelta(days=1)).lesson_course
    with pytest.raises(DomainError, match="date_in_future"):
        oral.open_column(lesson, TODAY, NOW)


def test_an_oral_answer_is_owed_by_nobody(russian: Class) -> None:
    lesson = factory.lesson(russian.course, TODAY - timedelta(days=3)).lesson_course
    oral.open_column(lesson, TODAY, NOW)
    assert student_works.of_student(db.session, russian.vera, TODAY) == []
    late = factory.student(russian.group, "Novikov", "Oleg")
    store.write(lambda session: works.give_to_joiners(session, TODAY, NOW, lambda n: 1))
    assert db.session.scalar(select(Work.id).where(Work.student_id == late)) is None
    assert db.session.scalar(select(MarkRevision.id)) is None


# the end of a term


def test_today_says_which_courses_are_not_closed(russian: Class) -> None:
    factory.lesson(russian.course, TODAY)
    assert term_closing.closing(db.session, russian.teacher, TODAY) == []  # the quarter ends in twenty days
    soon = date(2026, 12, 23)
    [line] = term_closing.closing(db.session, russian.teacher, soon)
    assert (line.group, line.subject, line.term, line.decided, line.students) == ("7 «А»", "algebra", "2", 0, 2)
    russian.decide(russian.vera, "5")
    [line] = term_closing.closing(db.session, russian.teacher, soon)
    assert line.decided == 1
    russian.decide(russian.yegor, "4")
    assert term_closing.closing(db.session, russian.teacher, soon) == []
    assert term_closing.closing(db.session, factory.person(), soon) == []


def test_today_asks_nobody_for_marks_in_grade_1(app: APIFlask) -> None:
    first = Class("RU", 1)
    factory.lesson(first.course, TODAY)
    assert term_closing.closing(db.session, first.teacher, date(2026, 12, 23)) == []


@pytest.mark.postgres
def test_sheets_journals_and_offers_are_read_on_postgres_too(tmp_path: Path, pg_url: str) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    app = create_app(make_config(tmp_path / "home", testing=True, database_url=pg_url))
    with app.app_context():
        schema.prepare()
        here = Class("KZ")
        here.give(here.vera, "8", kind="formative", scale="points", max_points=10)
        lesson = factory.lesson(here.course, TODAY).lesson_course
        assert oral.open_column(lesson, TODAY, NOW) == oral.open_column(lesson, TODAY, NOW)
        study = factory.group("Net", "net", None, "study")
        factory.membership(here.yegor, study)
        codes = factory.works(factory.task(factory.lesson(factory.course(study), TODAY).lesson_course))
        logbook.hand_in(codes[here.yegor], mark="4")
        assert here.line(here.vera).hint.value == "4"
        assert here.decide(here.vera, "4").outcome == "accepted"
        everything = Realm(True, frozenset(), frozenset())
        [offer] = outside_marks.offers(db.session, everything, TODAY)
        outside_marks.settle(offer.id, "noted", Author(here.teacher, NOW, TODAY))
        assert len(here.line(here.yegor).noted) == 1
        assert len(outside_marks.decided(db.session, everything)) == 1
        assert term_closing.closing(db.session, here.teacher, date(2026, 12, 23))[0].decided == 1
        assert mark_rules.read(db.session, TODAY).tables
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
