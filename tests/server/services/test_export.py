"""Exports hold what the journal shows, open in Excel as they are, and start no formula."""

import csv
import io
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from server import models
from server.errors import DomainError
from server.extensions import db
from server.services.export import Table, export_journal, neutral, write_csv, write_xlsx
from tests.server import factory, logbook
from tests.server.factory import TODAY


def journal(format: str, slug: str = "7a", since: date = factory.SINCE, until: date = factory.ENDS) -> bytes:
    return export_journal(db.session, slug, since, until, format, "en", TODAY)


@pytest.fixture
def marked(app: APIFlask) -> None:
    """A class with a work in every state, and a student whose name looks like a formula."""
    factory.school()
    group = factory.group()
    names = ("=Formulov", "Belov", "Conov", "Dorov", "Erov", "Fomov")
    students = [factory.student(group, name, "A") for name in names]
    course = factory.course(group)
    lesson = factory.lesson(course, teacher_id=factory.teacher(course)).lesson_course
    codes = factory.works(factory.task(lesson, "+Numbers", TODAY - timedelta(days=1)))
    points = factory.works(factory.task(lesson, "Test", scale="points", max_points=20))
    logbook.hand_in(codes[students[0]], mark="5")
    logbook.hand_in(codes[students[1]])
    logbook.hand_in(codes[students[2]], verdict="redo")
    logbook.mark(codes[students[4]], "4")
    logbook.mark(codes[students[4]], "3")
    logbook.hand_in(points[students[0]], mark="12")
    logbook.absent(students[5], lesson, "Б")


EXPECTED = [
    ["Student", "07.12.2026 +Numbers", "07.12.2026 Test (of 20)", "07.12.2026 absences"],
    ["=Formulov A", 5, 12, ""],
    ["Belov A", "to check", "", ""],
    ["Conov A", "sent back", "", ""],
    ["Dorov A", "not handed in", "", ""],
    ["Erov A", "two values: 4, 3", "", ""],
    ["Fomov A", "not handed in", "", "Б"],
]


def test_a_workbook_has_a_sheet_per_course_with_numbers_as_numbers(marked):
    book = CalamineWorkbook.from_filelike(io.BytesIO(journal("xlsx")))
    assert book.sheet_names == ["7А, algebra"]
    assert book.get_sheet_by_index(0).to_python() == EXPECTED


def test_csv_is_what_russian_excel_opens_by_double_click(marked):
    data = journal("csv")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == len(EXPECTED)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1][0] == "'=Formulov A"
    assert [row[1:] for row in rows] == [[str(value) for value in row[1:]] for row in EXPECTED]


def test_several_courses_follow_each_other_under_their_names(marked):
    group = db.session.scalars(db.select(models.Group.id)).one()
    factory.lesson(factory.course(group, "=biology"))
    lines = journal("csv").decode("utf-8-sig").splitlines()
    assert lines[0] == "7А, =biology"
    assert lines[len(lines) - len(EXPECTED) - 2 :][:2] == ["", "7А, algebra"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(journal("xlsx")))
    assert book.sheet_names == ["7А, =biology", "7А, algebra"]


def test_only_the_days_asked_for(marked):
    day = TODAY + timedelta(days=1)
    assert journal("csv", since=day).decode("utf-8-sig").splitlines()[0] == "Student"


@pytest.mark.parametrize(
    ("values", "code"),
    [({"format": "pdf"}, "value_invalid"), ({"format": "csv", "slug": "9z"}, "group_unknown"),
     ({"format": "csv", "since": TODAY, "until": factory.SINCE}, "date_invalid")],
)  # fmt: skip
def test_a_wrong_wish_is_refused(marked, values, code):
    with pytest.raises(DomainError) as refused:
        journal(**values)
    assert refused.value.code == code


def test_without_days_the_whole_year_is_written(marked):
    assert export_journal(db.session, "7a", None, None, "csv", "en", TODAY) == journal("csv")


def test_a_group_without_courses_gives_a_file_that_opens(app: APIFlask):
    factory.school()
    factory.group()
    factory.year()
    assert CalamineWorkbook.from_filelike(io.BytesIO(journal("xlsx"))).sheet_names == ["–"]
    assert journal("csv") == b"\xef\xbb\xbf"


@given(st.text(max_size=12), st.integers(-99, 99))
def test_no_text_begins_like_a_formula(text, number):
    shown = neutral(text)
    assert not str(shown).lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert shown in (text, "'" + text)
    assert neutral(number) == number


@pytest.mark.parametrize("text", ["=1+1", "+7", "-5", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_dangerous_cells_are_neutralised_in_csv_and_texts_in_xlsx(text):
    table = Table("x", (("a",), (text,)))
    rows = list(csv.reader(io.StringIO(write_csv([table]).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1] == ["'" + text]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(write_xlsx([table]))).get_sheet_by_index(0)
    assert sheet.to_python()[1][0] == text


def test_sheets_get_names_that_excel_allows():
    title = "5 «А» [1/2]: родной язык и литература"
    book = CalamineWorkbook.from_filelike(io.BytesIO(write_xlsx([Table(title, (("a",),)), Table(title.upper(), ())])))
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheet_names)
    assert len({name.casefold() for name in book.sheet_names}) == 2
