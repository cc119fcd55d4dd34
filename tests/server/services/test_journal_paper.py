"""The printed journal: what the grid says stands on paper, lessons beside their topics, a page for remarks."""

from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask

from server.errors import DomainError
from server.extensions import db
from server.services import courses, journal_paper
from tests.printables.paper import whole
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.press import Press

pytestmark = pytest.mark.pdf


class School:
    """A class with two students, a lesson with a task and one without, marks, an absence and a work sent back."""

    def __init__(self) -> None:
        factory.school(locale="ru")
        self.group = factory.group()
        self.first = factory.student(self.group, "Аққу", "Ұлан")
        self.second = factory.student(self.group, "Ёлкин", "Ян")
        self.course = factory.course(self.group, "алгебра")
        lesson = factory.lesson(self.course, topic="Квадратные корни")
        due = TODAY + timedelta(days=7)
        self.codes = factory.works(factory.task(lesson.lesson_course, "№ 412–415", due))
        logbook.hand_in(self.codes[self.first], mark="4")
        logbook.hand_in(self.codes[self.second], verdict="redo")
        logbook.absent(self.second, lesson.lesson_course, "Н")

    @property
    def head(self) -> courses.CourseHead:
        db.session.rollback()
        return courses.course(db.session, self.course, TODAY)

    def page(self) -> journal_paper.CourseJournal:
        head = self.head
        return journal_paper.course_journal(db.session, head, journal_paper.span_of(head, (), None), "Школа", TODAY)


@pytest.fixture
def at(app: APIFlask):
    app.extensions["child"] = Press()
    with app.test_request_context(headers={"Accept-Language": "ru"}):
        yield School()


def test_cells_have_letters_before_marks_and_lessons_their_homework(at: School):
    page = at.page()
    assert {row.name: row.cells for row in page.rows} == {"Аққу Ұлан": ("4",), "Ёлкин Ян": ("Н ↩",)}
    [lesson] = page.lessons
    assert lesson.topic == "Квадратные корни" and lesson.homework[0].startswith("№ 412–415 (")
    assert {row.name: row.totals[:2] for row in page.rows} == {"Аққу Ұлан": ("", "4"), "Ёлкин Ян": ("Н 1", "")}


def test_the_paper_is_whole_and_ends_with_remarks(at: School, tmp_path: Path):
    head = at.head
    file = tmp_path / "journal.pdf"
    file.write_bytes(
        journal_paper.print_pages(db.session, [(head, journal_paper.span_of(head, (), None))], "ru", TODAY)
    )
    texts = whole(file, tmp_path, names=("Аққу Ұлан", "Ёлкин Ян"))
    assert len(texts) == 3
    assert "Квадратные корни" in texts[1] and "№ 412–415" in texts[1] and "Аққу" not in texts[1]


def test_a_course_without_lessons_has_its_page_of_remarks_alone(at: School, tmp_path: Path):
    head = at.head
    early = journal_paper.Span(TODAY - timedelta(days=60), TODAY - timedelta(days=50))
    file = tmp_path / "journal.pdf"
    file.write_bytes(journal_paper.print_pages(db.session, [(head, early)], "ru", TODAY))
    assert len(whole(file, tmp_path)) == 1


def test_a_term_that_is_not_there_is_refused(at: School):
    with pytest.raises(DomainError) as refused:
        journal_paper.span_of(at.head, (), 5)
    assert refused.value.code == "term_unknown"
