"""What people said about columns is remembered by the file's shape and used by the next file of that source."""

import pytest
from apiflask import APIFlask
from flask_babel import force_locale
from sqlalchemy import func, select

from server import models
from server.errors import DomainError
from server.extensions import db
from server.importers.mapping import Mapping
from server.services import imports
from server.services.imports.mapping_file import read_mapping
from tests.server import village
from tests.server.village import bring, codes

HEADER = "Класс;Фамилия;Имя;Дата рождения;Улица"
ROWS = ["7;Лодкин;Иван;03.07.2013;Речная, 5", "7;Чайкина;Анна;05.08.2013;Лесная, 8"]
SAID = Mapping(sheets={"*": {"E": "siblings", "D": "birth_date"}})


def source(*rows: str, name: str = "odd.csv") -> tuple[str, bytes]:
    """A list of a source whose last column is not what it is called."""
    return name, "\r\n".join([HEADER, *(rows or ROWS)]).encode()


def test_a_mapping_is_taught_by_the_file_that_was_taken_with_it(school: APIFlask) -> None:
    (view,) = imports.look("people", *source())
    assert view.columns[4].field != "siblings"
    report = bring("people", source(), mapping=SAID)
    assert (codes(report), report.counts) == ([], {"created": 2})
    later = source("7;Якорев;Пётр;01.02.2013;сестра Анна", name="next year.csv")
    (view,) = imports.look("people", *later)
    assert (view.columns[4].field, view.columns[4].reason) == ("siblings", "mapping")
    assert bring("people", later).counts["created"] == 1
    again = bring("people", source(), mapping=SAID)
    assert not again.changed


def test_a_trial_and_a_refused_file_teach_nothing(school: APIFlask) -> None:
    bring("people", source(), mapping=SAID, dry_run=True)
    assert bring("people", source("7;Лодкин;Иван;31.02.2013;"), mapping=SAID).refused
    assert db.session.scalar(select(func.count()).select_from(models.ImportMapping)) == 0


def test_only_what_a_person_said_is_kept(school: APIFlask) -> None:
    """Columns that were guessed stay guesses, so that a better guess later can win."""
    bring("people", source(), mapping=Mapping(sheets={"*": {"E": "siblings"}}))
    (row,) = db.session.scalars(select(models.ImportMapping))
    assert (row.kind, row.columns) == ("people", {"E": "siblings"})


def test_a_correction_goes_before_what_is_remembered(school: APIFlask) -> None:
    (view,) = imports.look("people", *source(), SAID)
    assert imports.remember("people", view.shape, {"E": "siblings", "A": "class"}, None, village.NOW)
    assert not imports.remember("people", view.shape, {"E": "siblings"}, None, village.NOW)
    assert imports.remember("people", view.shape, {"E": ""}, None, village.NOW)
    (view,) = imports.look("people", *source())
    assert view.columns[4].field == ""
    (view,) = imports.look("people", *source(), Mapping(shapes={view.shape: {"E": "phone"}}))
    assert view.columns[4].field == "phone"


def test_the_form_of_a_mapping_file() -> None:
    told = read_mapping('{"kind": "people", "sheets": {"*": {"a": "class", "D": ""}}, "shapes": {"x": {"B": "last"}}}',
                        "people")  # fmt: skip
    assert told == Mapping(shapes={"x": {"B": "last"}}, sheets={"*": {"A": "class", "D": ""}})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "mapping_unreadable"),
        ("[]", "mapping_unreadable"),
        ("{}", "mapping_unreadable"),
        ("[" * 100_000, "mapping_unreadable"),
        ('{"sheets": ["A"]}', "mapping_unreadable"),
        ('{"sheets": {"*": {"1": "class"}}}', "mapping_unreadable"),
        ('{"sheets": {"*": {"A": 7}}}', "mapping_field"),
        ('{"sheets": {"*": {"A": "shoe_size"}}}', "mapping_field"),
        ('{"kind": "staff", "sheets": {}}', "mapping_kind"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(app: APIFlask, text: str, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        read_mapping(text, "people")
    assert refusal.value.code == code
    with force_locale("en"):
        assert "%(" not in refusal.value.sentence()


# --- decisions -------------------------------------------------------------------------------------------------


def test_probable_twins_are_decided_by_the_row(here: APIFlask) -> None:
    header, first, *_ = village.read("classes.csv").decode("cp1251").splitlines()
    cells = first.split(";")
    married = ";".join([cells[0], "Другова", *cells[2:]])
    data = ("new.csv", f"{header}\r\n{married}".encode("cp1251"))
    before = village.fingerprint()
    assert codes(bring("people", data)) == ["student_perhaps_known"]
    assert village.fingerprint() == before
    report = bring("people", data, decisions={"2": "same"})
    (change,) = [change for change in report.changes if change.what == "changed"]
    assert ("last_name", cells[1], "Другова") in change.details
    assert db.session.scalar(select(func.count()).where(models.Person.last_name == "Другова")) == 1


# --- what is told ----------------------------------------------------------------------------------------------


def test_changes_are_told_as_people_say_them(here: APIFlask) -> None:
    header, *rows = village.read("classes.csv").decode("cp1251").splitlines()
    moved, gone, *rest = rows
    moved = ";".join(["3", *moved.split(";")[1:]])
    new = ";".join(["1", "Новичков", "Пётр", "", "01.02.2019", *[""] * 7])
    data = ("list.csv", "\r\n".join([header, moved, *rest, new]).encode("cp1251"))
    trial = bring("people", data, dry_run=True)
    with force_locale("ru"):
        report = bring("people", data)
    told = {(change.what, change.table) for change in report.changes}
    assert {("moved", "person"), ("created", "person"), ("absent", "person")} <= told
    by_what = {change.what: change for change in report.changes if change.table == "person"}
    assert by_what["moved"].label.startswith(moved.split(";")[1]) and ("class", "1", "3") in by_what["moved"].details
    assert by_what["created"].label == "Новичков Пётр" and ("class", "", "1") in by_what["created"].details
    assert gone.split(";")[1] in by_what["absent"].label
    assert [change.label for change in trial.changes] == [change.label for change in report.changes]
    assert trial.runs == () and len(report.runs) == 1


def test_places_and_days_are_told_in_the_language(here: APIFlask) -> None:
    text = village.read("timetable_asc.xml").decode()
    card = '<card lessonid="*1" classroomids="*2" period="1" weeks="1" terms="1" days="10000"/>'
    data = ("timetable.xml", text.replace(card, card.replace('period="1"', 'period="7"')).encode())
    for language, day in (("en", "Mon"), ("ru", "пн")):
        with force_locale(language):
            (change,) = bring("timetable", data, dry_run=True).changes
        (detail,) = change.details
        assert (detail[0], detail[1].split("; ")[0], f"{day} 7" in detail[2]) == ("place", f"{day} 1", True)
