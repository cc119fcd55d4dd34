"""The journal's pages: own courses, the grid, absences of a lesson, files for Excel."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from server import models, policy
from server.extensions import db
from server.policy import Action
from server.services import absences
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.web.forms import form_of
from tests.server.web.world import World


@pytest.fixture
def teacher(app: APIFlask, world: World) -> FlaskClient:
    return factory.signed_in(app, world.accounts["subject_teacher"])


def cell(client: FlaskClient, world: World, code: str) -> str:
    """The words of a work's cell."""
    page = client.get(f"/journal/{world.near.course}").text
    return re.search(rf'href="/works/{code}" title="([^"]*)"', page)[1]


def test_teachers_see_their_courses_with_what_waits_and_the_office_sees_all(app, world, teacher):
    logbook.hand_in(world.near.code)
    mine = teacher.get("/journal/").text
    assert f"/journal/{world.near.course}" in mine and f"/journal/{world.far.course}" not in mine
    assert "1 to check" in mine
    everything = factory.signed_in(app, world.accounts["director"]).get("/journal/").text
    assert f"/journal/{world.near.course}" in everything and f"/journal/{world.far.course}" in everything
    assert "to check" not in everything


def test_the_grid_says_every_state_in_words(app, world, teacher):
    code, other = world.near.code, world.near.codes[world.near.sibling]
    assert cell(teacher, world, code) == "not yet handed in"
    logbook.hand_in(code)
    assert cell(teacher, world, code) == "to check"
    first = logbook.mark(code, verdict="redo")
    assert cell(teacher, world, code) == "sent back"
    second = logbook.mark(code, "4")
    assert cell(teacher, world, code) == "two values: sent back, 4"
    logbook.mark(code, "4", base=(first.revision, second.revision))
    assert cell(teacher, world, code) == "4"
    assert cell(teacher, world, other) == "not yet handed in"


def test_points_and_passes_and_overdue_works(app, world, teacher):
    lesson = world.near.lesson.lesson_course
    points = factory.works(factory.task(lesson, "Test", scale="points", max_points=20))[world.near.student]
    passes = factory.works(factory.task(lesson, "Run", scale="pass"))[world.near.student]
    late = factory.works(factory.task(lesson, "Late", due_on=TODAY - timedelta(days=1)))[world.near.student]
    logbook.hand_in(points, mark="12")
    logbook.hand_in(passes, mark="pass")
    assert [cell(teacher, world, code) for code in (points, passes, late)] == ["12 of 20", "passed", "not handed in"]


def test_a_term_or_the_year_is_shown(app, world, teacher):
    factory.lesson(world.near.course, date(2026, 9, 2), topic="Before the term")
    page = f"/journal/{world.near.course}"
    assert "Before the term" not in teacher.get(page).text
    assert "Before the term" in teacher.get(f"{page}?term=year").text


def test_how_many_came_is_drawn_without_inline_style(app, world, teacher):
    logbook.hand_in(world.near.code)
    page = teacher.get(f"/journal/{world.near.course}").text
    assert "1 of 2" in page and '<rect class="came" width="1"' in page
    assert " style=" not in page and "<style" not in page


def test_markup_in_titles_and_names_is_text(app, world, teacher):
    factory.works(factory.task(world.near.lesson.lesson_course, "<script>x</script>"))
    assert "<script>x" not in teacher.get(f"/journal/{world.near.course}").text


def test_who_sees_a_journal_sees_its_marks():
    for role, rights in policy.TABLE.items():
        assert rights.get(Action.JOURNAL_VIEW) in (None, rights.get(Action.MARK_VIEW)), role


# absences


def lesson_form(client: FlaskClient, world: World) -> tuple[str, dict[str, str]]:
    address = f"/journal/lesson/{world.near.lesson.lesson_course}"
    return address, form_of(client.get(address).text)


def standing(world: World) -> absences.AbsenceState | None:
    db.session.rollback()
    found = absences.absences(db.session, {world.near.lesson.lesson_course})
    return found.get((world.near.student, world.near.lesson.lesson_course))


def test_a_letter_is_set_changed_and_taken_back(app, world, teacher):
    student = world.near.student
    for letter, reason, kept in (("Н", "", ("Н",)), ("Б", "mother called", ("Б",)), ("", "", (None,))):
        address, form = lesson_form(teacher, world)
        answer = teacher.post(address, data={**form, f"letter-{student}": letter, f"reason-{student}": reason})
        assert answer.status_code == 303
        assert "1 change saved." in teacher.get(answer.location).text
        assert (standing(world).letters, standing(world).reason) == (kept, reason)
    assert db.session.scalar(db.select(db.func.count()).select_from(models.Op)) == 3


def test_the_letter_stands_in_the_grid_with_its_reason(app, world, teacher):
    logbook.absent(world.near.student, world.near.lesson.lesson_course, "Б", reason="mother called")
    page = teacher.get(f"/journal/{world.near.course}").text
    assert '<abbr class="letter" title="ill: mother called">Б</abbr>' in page


def test_saving_without_a_change_says_nothing_new(app, world, teacher):
    logbook.absent(world.near.student, world.near.lesson.lesson_course, "Б", reason="mother called")
    address, form = lesson_form(teacher, world)
    assert teacher.post(address, data=form).status_code == 303
    assert db.session.scalar(db.select(db.func.count()).select_from(models.Op)) == 1


def test_two_letters_at_once_are_shown_and_decided(app, world, teacher):
    student = world.near.student
    address, stale = lesson_form(teacher, world)
    logbook.absent(student, world.near.lesson.lesson_course, "Н")
    answer = teacher.post(address, data={**stale, f"letter-{student}": "Б"})
    assert answer.status_code == 409
    assert "two values: Н, Б" in answer.text and "Somebody else saved another value" in answer.text
    form = form_of(answer.text)
    assert f"letter-{student}" not in form  # nobody's letter is preferred
    teacher.post(address, data=form)
    assert standing(world).conflict
    teacher.post(address, data={**form, f"letter-{student}": "Б"})
    assert standing(world).letters == ("Б",)


def test_a_double_click_and_a_damaged_form(app, world, teacher):
    student = world.near.student
    address, form = lesson_form(teacher, world)
    for _ in range(2):
        assert teacher.post(address, data={**form, f"letter-{student}": "Н"}).status_code == 303
    assert db.session.scalar(db.select(db.func.count()).select_from(models.Op)) == 1
    assert teacher.post(address, data={**form, "draft": "x"}).status_code == 400
    unknown = teacher.post(address, data={**lesson_form(teacher, world)[1], f"letter-{student}": "Щ"})
    assert (unknown.status_code, "There is no absence letter" in unknown.text) == (409, True)


def test_support_staff_note_absences_without_seeing_the_journal(app, world):
    client = factory.signed_in(app, world.accounts["support_staff"])
    address, form = lesson_form(client, world)
    assert client.post(address, data={**form, f"letter-{world.near.student}": "ОП"}).status_code == 303
    assert standing(world).letters == ("ОП",)
    assert f"/journal/{world.near.course}" not in client.get(address).text


# files


def test_files_hold_the_shown_days_and_tell_their_name_without_a_childs(app, world, teacher):
    logbook.hand_in(world.near.code, mark="4")
    answer = teacher.get(f"/journal/{world.near.course}/export.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="journal-7a-2026-11-05-2026-12-27.csv"'
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[1:] == [["Veslov Yegor", "4"], ["Yakornaya Vera", ""]]
    book = teacher.get(f"/journal/{world.near.course}/export.xlsx?term=year")
    assert CalamineWorkbook.from_filelike(io.BytesIO(book.data)).sheet_names == ["7А, algebra"]
    assert teacher.get(f"/journal/{world.near.course}/export.pdf").status_code == 404
