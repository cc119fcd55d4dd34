"""The journal of substituted lessons and the month's sheet: true also when a lesson was given to others twice."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from python_calamine import CalamineWorkbook

from server.extensions import db
from server.models import School
from server.services import export
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed, Rights
from server.services.substitution import away, documents, given, journal
from server.services.substitution.journal import Account, Entry, SheetLine
from tests.server import factory
from tests.server.services.substitution.place import TODAY, TUESDAY, Place
from tests.server.village import NOW

MONTH = date(2026, 12, 1)


@pytest.fixture
def place(app: APIFlask) -> Place:
    return Place()


def entries() -> list[Entry]:
    db.session.remove()
    return journal.entries(db.session, *journal.month_of(MONTH))


def told(found: list[Entry]) -> list[tuple[object, ...]]:
    return [(one.on.day, one.n, one.subject, one.absent, one.reason, tuple(name for _id, name in one.holders), one.kind)
            for one in found]  # fmt: skip


def test_a_month_has_all_its_days() -> None:
    assert journal.month_of(date(2027, 2, 17)) == (date(2027, 2, 1), date(2027, 2, 28))
    assert journal.month_of(date(2026, 12, 31)) == (date(2026, 12, 1), date(2026, 12, 31))


def test_every_way_of_providing_for_a_lesson_stands_in_the_journal(place: Place) -> None:
    place.lessons["third"] = place.lesson("algebra-b", 6, place.ann)
    place.lessons["fourth"] = place.lesson("algebra", 7, place.ann)
    absence = place.absence(order="12")
    place.confirm(absence, place.choice("algebra", "teacher", place.cat), place.choice("third", "self"),
                  place.choice("english-1", "join", "english-2"), place.choice("fourth", "cancel"))  # fmt: skip
    found = entries()
    assert told(found) == [
        (8, 1, "algebra", "Annina S.", "illness", ("Catkin S.",), "substituted"),
        (8, 2, "English", "Annina S.", "illness", ("Evina S.",), "joined"),
        (8, 6, "algebra", "Annina S.", "illness", (), "self_study"),
        (8, 7, "algebra", "Annina S.", "illness", (), "cancelled"),
    ]  # fmt: skip
    assert {one.decided for one in found} == {"Rulev P."}
    assert [one.groups for one in found][:2] == [("7 «А»",), ("7 «А», Группа 1",)]
    assert journal.accounts(found, TODAY) == []  # none was held yet
    assert journal.accounts(found, TUESDAY) == [
        Account("Catkin S.", (SheetLine(("7 «А»",), "algebra", "Annina S.", "illness", 1, 0),), 1, 0),
        Account("Evina S.", (SheetLine(("7 «А», Группа 1",), "English", "Annina S.", "illness", 0, 1),), 0, 1),
    ]  # fmt: skip


def test_a_lesson_that_was_given_twice_counts_once_for_the_last(place: Place) -> None:
    place.confirm(place.absence(), place.choice("algebra", "teacher", place.cat))
    place.confirm(place.absence(place.cat, reason="trip"), place.choice("algebra", "teacher", place.dan))
    found = entries()
    assert told(found) == [(8, 1, "algebra", "Annina S.", "illness", ("Danov S.",), "substituted")]
    assert [(one.name, one.substituted) for one in journal.accounts(found, TUESDAY)] == [("Danov S.", 1)]


def test_what_was_undone_or_given_back_is_no_line(place: Place) -> None:
    absence = place.absence()
    act = place.confirm(absence, place.choice("algebra", "teacher", place.cat), place.choice("english-1", "self"))
    given.take_back(away.get(db.session, absence), [place.lessons["english-1"]], place.by, Rights())
    assert [one[2] for one in told(entries())] == ["algebra"]
    changing.undo(act, place.by)
    assert entries() == []
    place.confirm(absence, place.choice("algebra", "teacher", place.cat))
    back = replace(place.state("algebra"), teachers=(place.ann,))
    changing.save("adjusted", [Deed("adjusted", back, place.lessons["algebra"])], place.by)
    assert entries() == []


def test_a_swap_is_told_apart_and_paid_to_nobody(place: Place) -> None:
    place.confirm(place.absence(first=1, last=1), place.choice("algebra", "swap", "physics"))
    [one] = entries()
    assert (one.kind, one.n, one.moved_from, one.absent) == ("swapped", 4, (TUESDAY, 1), "Annina S.")
    assert journal.accounts([one], TUESDAY) == []


def test_a_swapped_lesson_that_is_then_given_away_is_paid(place: Place) -> None:
    place.confirm(place.absence(first=1, last=1), place.choice("algebra", "swap", "physics"))
    place.confirm(place.absence(first=3, last=5), place.choice("algebra", "teacher", place.dan))
    assert told(entries()) == [(8, 4, "algebra", "Annina S.", "illness", ("Danov S.",), "substituted")]


def test_a_moved_lesson_stands_in_the_month_in_which_it_is_held(place: Place) -> None:
    place.confirm(place.absence(), place.choice("algebra", "teacher", place.cat))
    moved = replace(place.state("algebra"), on=date(2027, 1, 12))
    changing.save("moved", [Deed("moved", moved, place.lessons["algebra"])], place.by)
    assert entries() == []
    [one] = journal.entries(db.session, *journal.month_of(date(2027, 1, 1)))
    assert (one.on, [name for _id, name in one.holders]) == (date(2027, 1, 12), ["Catkin S."])


def test_what_happened_afterwards_without_an_absence_counts_too(place: Place) -> None:
    later = Author(place.by.person_id, place.by.account_id, NOW, TUESDAY + timedelta(days=1))
    held = replace(place.state("physics"), teachers=(place.dan,))
    changing.save("substituted", [Deed("substituted", held, place.lessons["physics"])], later, reason="late bus")
    assert told(entries()) == [(8, 4, "physics", "Bobrov S.", "late bus", ("Danov S.",), "substituted")]


def test_a_move_and_a_cancellation_of_the_board_are_no_substitutions(place: Place) -> None:
    changing.save("moved", [Deed("moved", replace(place.state("physics"), n=3), place.lessons["physics"])], place.by)
    gone = replace(place.state("algebra"), state="cancelled")
    changing.save("cancelled", [Deed("cancelled", gone, place.lessons["algebra"])], place.by)
    assert entries() == []


def test_a_joined_lesson_follows_the_one_that_took_it_in(place: Place) -> None:
    place.confirm(place.absence(), place.choice("english-1", "join", "english-2"))
    place.confirm(place.absence(place.eve, reason="child"), place.choice("english-2", "teacher", place.dan))
    assert told(entries()) == [
        (8, 2, "English", "Annina S.", "illness", ("Danov S.",), "joined"),
        (8, 2, "English", "Evina S.", "child's illness", ("Danov S.",), "substituted"),
    ]  # fmt: skip


def test_namesakes_are_counted_apart(place: Place) -> None:
    twin = factory.person("Catkin", "Stepan")
    found = [
        Entry(TUESDAY, n, ("7 «А»",), "algebra", "Annina S.", "illness", ((who, "Catkin S."),), "substituted", "")
        for n, who in enumerate((place.cat, place.cat, twin), 1)
    ]
    assert [(one.name, one.substituted) for one in sorted(journal.accounts(found, TUESDAY), key=lambda a: a.substituted)
            ] == [("Catkin S.", 1), ("Catkin S.", 2)]  # fmt: skip


def test_the_workbook_has_texts_as_texts_and_hours_as_numbers(place: Place) -> None:
    evil = factory.person("=cmd", "Eva")
    found = [Entry(TUESDAY, 1, ("7 «А»",), "algebra", "=1+1", "illness", ((evil, "=cmd E."),), "substituted", "Rulev")]
    data = export.write_xlsx(documents.workbook(found, MONTH, TUESDAY))
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    lines, sheet = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert lines[1][:7] == ["08.12", "1", "7А", "algebra", "=1+1", "illness", "=cmd E."]
    assert sheet[1] == ["=cmd E.", "7А", "algebra", "=1+1", "illness", 1.0, 0.0]
    assert sheet[-1][0] == "All together" and sheet[-1][5:] == [1.0, 0.0]


def test_totals_of_the_sheet_are_the_sums_of_its_lines(place: Place) -> None:
    place.confirm(place.absence(), *(place.choice(key, "teacher", place.dan) for key in ("algebra", "english-1")))
    rows, bold = documents.sheet_rows(journal.accounts(entries(), TUESDAY))
    lines = [row for number, row in enumerate(rows) if number not in bold]
    assert [row[5] for row in lines] == [1, 1]
    assert [rows[number][5:] for number in bold] == [(2, 0), (2, 0)]
    register = documents.sheet(entries(), MONTH, TUESDAY, db.session.get_one(School, "TEST"), "en")
    assert register.tables[0].rows[-1][5] == "2"
