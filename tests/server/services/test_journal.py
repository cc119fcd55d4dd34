"""The journal's grid shows every state of a work, absences, term marks and what waits."""

from datetime import date, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import update

from server import models
from server.errors import DomainError
from server.extensions import db
from server.services import absences, courses, export, journal, student_works
from tests.server import factory, logbook
from tests.server.factory import TODAY

YESTERDAY = TODAY - timedelta(days=1)


class Class7a:
    """Two students, one course, a lesson today."""

    def __init__(self) -> None:
        factory.school()
        self.group = factory.group()
        self.vera = factory.student(self.group, "Yakornaya", "Vera")
        self.yegor = factory.student(self.group, "Veslov", "Yegor")
        self.course = factory.course(self.group)
        self.teacher = factory.teacher(self.course)
        self.lesson = factory.lesson(self.course, teacher_id=self.teacher).lesson_course

    def task(self, **values: Any) -> dict[str, str]:
        return factory.works(factory.task(self.lesson, **values))

    def grid(self) -> journal.Grid:
        head = courses.course(db.session, self.course, TODAY)
        return journal.grid(db.session, head, head.starts_on, head.ends_on, TODAY)

    def cell(self, student: str, place: int = 0) -> journal.Cell:
        return {row.student_id: row.cells[place] for row in self.grid().rows}[student]


@pytest.fixture
def school(app: APIFlask) -> Class7a:
    return Class7a()


def test_rows_are_in_the_order_of_a_class_list(school):
    school.task()
    factory.student(school.group, "Ёлкин", "Ян")
    factory.student(school.group, "Жуков", "Ян")
    factory.student(school.group, "Ежов", "Ян")
    assert [row.last_name for row in school.grid().rows] == ["Veslov", "Yakornaya", "Ежов", "Ёлкин", "Жуков"]


def test_a_work_goes_from_issued_to_marked(school):
    code = school.task()[school.vera]
    assert school.cell(school.vera).state == "issued"
    logbook.hand_in(code)
    assert school.cell(school.vera).state == "returned"
    redo = logbook.mark(code, verdict="redo")
    assert (school.cell(school.vera).state, school.cell(school.vera).values) == ("redo", (("redo", None),))
    logbook.hand_in(code)
    assert school.cell(school.vera).state == "returned"
    logbook.mark(code, "4", base=(redo.revision,))
    assert school.cell(school.vera) == journal.Cell(code, "marked", (("mark", "4"),), 2)
    assert school.cell(school.yegor).state == "issued"


def test_a_work_is_missing_after_its_date_only(school):
    school.task(title="A", due_on=YESTERDAY)
    school.task(title="B", due_on=TODAY)
    school.task(title="C", due_on=None)
    assert [cell.state for cell in school.grid().rows[0].cells] == ["overdue", "issued", "issued"]


def test_two_people_at_once_are_both_shown_until_one_decides(school):
    code = school.task()[school.vera]
    first, second = logbook.hand_in(code, mark="5"), logbook.mark(code, "4")
    assert second.outcome == "conflict"
    cell = school.cell(school.vera)
    assert cell.conflict
    assert cell.values == (("mark", "5"), ("mark", "4"))
    logbook.mark(code, "4", base=(first.revision, second.revision))
    assert school.cell(school.vera).values == (("mark", "4"),)


def test_several_works_of_a_day_stand_beside_each_other_and_a_lesson_without_task_has_one_column(school):
    school.task(title="B")
    school.task(title="A")
    earlier = factory.lesson(school.course, YESTERDAY, topic="Fractions")
    factory.lesson(school.course, TODAY + timedelta(days=1))
    shown = [(column.on, column.title, column.first) for column in school.grid().columns]
    assert shown == [(YESTERDAY, "", True), (TODAY, "A", True), (TODAY, "B", False)]
    assert school.grid().columns[0].lesson_course_id == earlier.lesson_course


def test_a_cancelled_lesson_keeps_its_marked_work(school):
    code = school.task()[school.vera]
    logbook.hand_in(code, mark="5")
    lesson_id = db.session.get(models.LessonCourse, school.lesson).lesson_id
    factory._found(lambda session: setattr(session.get(models.Lesson, lesson_id), "state", "cancelled"))
    db.session.expire_all()
    assert school.cell(school.vera).values == (("mark", "5"),)


def test_withdrawn_tasks_leave_the_journal(school):
    school.task(withdrawn=True)
    assert [column.task_id for column in school.grid().columns] == [None]


def test_of_a_withdrawn_task_what_came_back_stays(school):
    codes = school.task()
    logbook.hand_in(codes[school.vera], mark="5")
    factory._found(lambda session: session.execute(update(models.Task).values(withdrawn=True)) and None)
    db.session.expire_all()
    assert school.cell(school.vera).values == (("mark", "5"),)
    assert school.cell(school.yegor) is None
    [column] = school.grid().columns
    assert column.withdrawn and "withdrawn" in export.journal_table(school.grid(), "en").rows[0][1]
    assert [work.view.code for work in student_works.of_student(db.session, school.vera, TODAY)] == [codes[school.vera]]
    assert student_works.of_student(db.session, school.yegor, TODAY) == []


def test_a_student_who_left_keeps_the_works(school):
    left = factory.person("Burov", "Ilya")
    factory.membership(left, school.group, until=YESTERDAY)
    school.task()
    [row] = [row for row in school.grid().rows if row.student_id == left]
    assert (row.last_day, row.cells[0].state) == (YESTERDAY, "issued")


def test_a_student_who_left_before_the_days_of_the_page_is_not_on_it(school):
    left = factory.person("Burov", "Ilya")
    factory.membership(left, school.group, until=YESTERDAY)
    head = courses.course(db.session, school.course, TODAY)

    def shown(since: date) -> list[str]:
        return [row.student_id for row in journal.grid(db.session, head, since, TODAY, TODAY).rows]

    assert left in shown(YESTERDAY) and left not in shown(TODAY)


def test_a_student_who_left_keeps_the_absences(school):
    left = factory.person("Burov", "Ilya")
    membership = factory.membership(left, school.group, until=TODAY)
    assert logbook.absent(left, school.lesson).outcome == "accepted"
    factory._found(lambda session: setattr(session.get(models.Membership, membership), "until", YESTERDAY))
    db.session.expire_all()
    [row] = [row for row in school.grid().rows if row.student_id == left]
    assert row.absences[school.lesson].letters == ("Н",)


def test_tallies_compare_handed_in_with_expected(school):
    codes = school.task()
    logbook.hand_in(codes[school.vera])
    logbook.hand_in(codes[school.yegor], mark="3")
    [tally] = school.grid().tallies
    assert (tally.expected, tally.handed_in, tally.decided) == (2, 2, 1)
    assert courses.to_check(db.session, [school.course]) == {school.course: 1}


def test_absences_are_heads_and_can_be_taken_back(school):
    first = logbook.absent(school.vera, school.lesson, "Н", reason="no answer")
    [row] = [row for row in school.grid().rows if row.student_id == school.vera]
    assert row.absences[school.lesson] == absences.AbsenceState(("Н",), (first.revision,), "no answer")
    second = logbook.absent(school.vera, school.lesson, "Б")
    page = absences.lesson(db.session, school.lesson, TODAY)
    assert page.absences[school.vera].letters == ("Н", "Б")
    assert page.absences[school.vera].conflict
    logbook.absent(school.vera, school.lesson, None, base=(first.revision, second.revision))
    assert absences.lesson(db.session, school.lesson, TODAY).absences[school.vera].letters == (None,)


def test_term_marks_show_the_latest_decision_and_the_year_comes_last(school):
    [term] = courses.terms(db.session, courses.course(db.session, school.course, TODAY))
    code = school.task()[school.vera]
    logbook.hand_in(code)
    values = {"student_id": school.vera, "course_id": school.course, "decided": "teacher", "first_seq": 1}
    factory.add(models.TermMark(id="1" * 64, term_id=term.id, base=[], value="3", **values))
    factory.add(models.TermMark(id="2" * 64, term_id=term.id, base=["1" * 64], value="4", **values))
    factory.add(models.TermMark(id="3" * 64, term_id=None, base=[], value="5", **values))
    grid = school.grid()
    assert grid.term_columns == ((term.id, "2"), (None, ""))
    assert [row.terms for row in grid.rows if row.terms] == [{term.id: ("4",), None: ("5",)}]


def test_terms_of_other_grades_are_not_offered(school):
    values = {"year_id": factory.year(), "starts_on": date(2026, 9, 1), "ends_on": date(2026, 12, 31), "name": "I"}
    factory.add(models.Term(id=factory.new_id(), kind="half", grades=[10, 11], **values))
    assert [term.name for term in courses.terms(db.session, courses.course(db.session, school.course, TODAY))] == ["2"]


def test_courses_are_listed_by_class_and_subgroups_belong_to_theirs(school):
    half = factory.group("7 «А» 1", "7a1", grade=None, kind="subgroup", parent_id=school.group, division="English")
    english, other = factory.course(half, "English"), factory.course(factory.group("5", "5", 5), "music")
    everything = [head.id for head in courses.courses(db.session, TODAY)]
    assert everything == [other, school.course, english]
    assert [head.id for head in courses.courses(db.session, TODAY, ((school.group,), ()))] == [school.course, english]
    assert [head.id for head in courses.courses(db.session, TODAY, ((), (other,)))] == [other]
    assert courses.course(db.session, school.course, TODAY).teachers == ("Parusova Nina Pavlovna",)


def test_what_is_not_there_is_refused_with_its_reason(school):
    for call, code in (
        (lambda: courses.course(db.session, "x", TODAY), "course_unknown"),
        (lambda: courses.of_group(db.session, "x", TODAY), "group_unknown"),
        (lambda: absences.lesson(db.session, "x", TODAY), "lesson_unknown"),
        (lambda: journal.task_table(db.session, "x", TODAY), "not_found"),
    ):
        with pytest.raises(DomainError) as refused:
            call()
        assert refused.value.code == code
