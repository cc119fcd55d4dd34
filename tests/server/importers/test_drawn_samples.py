"""The sample schools' drawn timetables say the same as their aSc exports, and meet counts.json."""

import json
from collections import Counter

import pytest

from server.importers.asc import read_timetable
from server.importers.registry import read
from tests.server.importers.drawing import cards, sketch, told, workbook

SCHOOLS = ["village", "town", "kazakh"]
# What no drawn sheet can know: lessons that were never placed, and teachers.
KNOWN = [
    "classes", "cards", "cards_without_room", "lessons_joined_classes", "lessons_numerator", "lessons_denominator",
    "double_lessons", "period0_cards",
]  # fmt: skip


@pytest.fixture(scope="module", params=SCHOOLS)
def school(request, sample):
    """(drawn result, the timetable that aSc exports, counts.json)"""
    drawn = read("timetable", "timetable.xlsx", sample(f"{request.param}/timetable.xlsx"))
    asc = read_timetable("timetable_asc.xml", sample(f"{request.param}/timetable_asc.xml"))
    return drawn, asc, json.loads(sample(f"{request.param}/counts.json"))


def names_of(drawn, asc):
    """Subject's full name → as the sheet writes it: in full, or short."""
    written = {lesson.subject for lesson in drawn.rows[0].lessons}
    return {row.name: row.name if row.name in written else row.short for row in asc.rows[0].subjects}


def test_every_hour_is_the_one_that_asc_states(school):
    drawn, asc, _ = school
    names = names_of(drawn, asc)
    stated = {(*card[:5], names[card[5]], card[6]) for card in cards(asc)}
    assert cards(drawn) == stated
    assert drawn.findings == ()


def test_lessons_have_the_keys_that_asc_gives_them(school):
    drawn, asc, _ = school
    names = names_of(drawn, asc)
    placed = [lesson for lesson in asc.rows[0].lessons if lesson.cards]
    expected = {
        lesson.key.replace(lesson.subject, names[lesson.subject], 1): (lesson.hours_per_week, lesson.periods_per_card)
        for lesson in placed
    }
    lessons = drawn.rows[0].lessons
    assert {lesson.key: (lesson.hours_per_week, lesson.periods_per_card) for lesson in lessons} == expected


def test_the_totals_are_met(school):
    drawn, asc, counts = school
    assert {name: drawn.counts[name] for name in KNOWN} == {name: counts[name] for name in KNOWN}
    placed = [lesson for lesson in asc.rows[0].lessons if lesson.cards]
    assert drawn.counts["lessons"] == counts["lessons"] - counts["unplaced_lessons"] == len(placed)
    assert drawn.counts["subjects"] == len({lesson.subject for lesson in placed})
    assert drawn.counts["rooms"] == len({room for lesson in placed for card in lesson.cards for room in card.rooms})


def test_periods_are_numbered_through_as_in_asc(school):
    drawn, asc, _ = school
    times = [[(row.n, row.start, row.end) for row in result.rows[0].periods] for result in (drawn, asc)]
    assert times[0] == times[1]


def test_every_cell_of_the_tables_is_a_heading_or_read(school):
    drawn, _, _ = school
    states = Counter(cell.state for sheet in drawn.grid for row in sheet.rows for cell in row if cell.text)
    assert states["odd"] == 0
    plain = [cell.text for sheet in drawn.grid for row in sheet.rows for cell in row if cell.text and not cell.state]
    assert all("Директор" in text or "2026/2027" in text for text in plain)


def test_shifts_on_sheets_of_their_own_without_times_are_told_by_the_sheets_names():
    first = "День | № | 5А | 5Б\nПн | 1 | Алгебра | Физика\n^ | 2 | Физика | Алгебра"
    second = "День | № | 6А | 6Б\nПн | 1 | Химия | Физика\n^ | 2 | Физика | Химия"
    result = read("timetable", "x.xlsx", workbook({"1 смена": sketch(first), "2-я смена": sketch(second)}))
    assert told(result)[4:] == ["6А пн3 Химия", "6А пн4 Физика", "6Б пн3 Физика", "6Б пн4 Химия"]
    assert [row.name for row in result.rows[0].periods] == ["1 см. 1", "1 см. 2", "2 см. 1", "2 см. 2"]


def test_other_bells_of_small_children_are_the_same_shift():
    older = "День | № | Время | 5А | 5Б\nПн | 1 | 8.30-9.10 | Алгебра | Физика\n^ | 2 | 9.20-10.00 | Физика | Алгебра"
    small = "День | № | Время | 1А | 1Б\nПн | 1 | 8.30-9.05 | Азбука | Азбука\n^ | 2 | 9.25-10.00 | Пение | Пение"
    result = read("timetable", "x.xlsx", workbook({"5 кл": sketch(older), "1 классы": sketch(small)}))
    assert [row.n for row in result.rows[0].periods] == [1, 2]


def test_a_sheet_for_every_class():
    week = "№ | Понедельник | Вторник\n1 | Алгебра | Физика\n2 | Физика | Алгебра"
    other = "№ | Понедельник | Вторник\n1 | Химия | Физика\n2 | | Химия"
    result = read("timetable", "x.xlsx", workbook({"5 «А»": sketch(week), "11": sketch(other)}))
    assert told(result) == [
        "11 вт1 Физика", "11 вт2 Химия", "11 пн1 Химия",
        "5А вт1 Физика", "5А вт2 Алгебра", "5А пн1 Алгебра", "5А пн2 Физика",
    ]  # fmt: skip


def test_a_class_list_says_what_it_looks_like(sample):
    (finding,) = read("timetable", "classes.xlsx", sample("village/classes.xlsx")).findings
    assert (finding.code, finding.data["kind"], finding.refuses) == ("looks_like", "people", True)
