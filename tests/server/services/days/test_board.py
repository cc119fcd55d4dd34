"""The board of real days: two shifts, A/B weeks, a period 0, joined classes, lessons that would clash."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask

from server.extensions import db
from server.services import imports, setup
from server.services.days import board, trying
from server.services.days.board import GROUP, ROOM, TEACHER, Board, Place
from server.services.days.clashes import clashes
from server.services.days.reading import Days, Held, read_days
from tests.server.conftest import office_on_copy

TOWN = Path(__file__).parents[3] / "data" / "town"
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
MONDAY = date(2026, 12, 7)
FILES = (("terms", "terms.csv"), ("bells", "bells.csv"), ("people", "classes.xlsx"), ("staff", "staff.xlsx"),
         ("timetable", "timetable_asc.xml"))  # fmt: skip


@pytest.fixture(scope="module")
def town(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[APIFlask]:
    """The town with its timetable; only read."""
    home = tmp_path_factory.mktemp("town") / "home"
    with office_on_copy(blank_home, home) as app:
        setup.create(setup.NewSchool("Town", "admin"), now=NOW)
        for kind, name in FILES:
            imports.run(kind, [(name, (TOWN / name).read_bytes())], actor_id=None, dry_run=False, now=NOW)
        yield app


def laid_out(on: date, by: str = GROUP) -> tuple[Days, Board]:
    db.session.remove()
    days = read_days(db.session, on, on)
    return days, board.lay_out(days, on, board.places_of(days, on), by)


def shown(found: Board) -> set[str]:
    return {lesson.id for lessons in found.cells.values() for lesson in lessons}


def test_the_towns_classes_stand_in_their_shifts_with_every_lesson_once(town: APIFlask) -> None:
    days, found = laid_out(MONDAY)
    first, second = found.sheets
    assert (first.shift, second.shift) == (1, 2) and len(first.heads) + len(second.heads) == 33
    assert {head.key for head in first.heads}.isdisjoint(head.key for head in second.heads)
    assert (first.places[0].n, first.places[0].starts) == (0, "07:40")
    assert second.places[0].starts == "14:00"
    assert sum(map(len, found.cells.values())) == len(days.lessons)  # the town joins no classes
    lines = {(head.key, place.key) for sheet in found.sheets for head in sheet.heads for place in sheet.places}
    assert found.cells.keys() <= lines


def test_the_towns_period_0_and_parts_of_classes_are_shown(town: APIFlask) -> None:
    week = [laid_out(MONDAY + timedelta(days=n))[1] for n in range(6)]
    assert any(place == "1-0" for found in week for _head, place in found.cells)
    parts = [lessons for found in week for lessons in found.cells.values() if len(lessons) == 2]
    assert parts and all(len({id for lesson in lessons for id in lesson.groups}) == 2 for lessons in parts)


def test_lessons_of_alternating_weeks_stand_every_other_week(town: APIFlask) -> None:
    def pattern(first: date) -> set[tuple[int, str, str, str]]:
        return {
            (n, key, place, lesson.parts[0].course) for n in range(6)
            for (key, place), lessons in laid_out(first + timedelta(days=n))[1].cells.items() for lesson in lessons
        }  # fmt: skip

    one, other, again = (pattern(MONDAY - timedelta(days=7 * weeks)) for weeks in (0, 1, 2))
    assert one == again and one != other
    assert one - other and other - one


@pytest.mark.parametrize("by", [TEACHER, ROOM])
def test_every_lesson_of_the_town_is_found_by_teacher_and_by_room(town: APIFlask, by: str) -> None:
    days, found = laid_out(MONDAY, by)
    assert shown(found) == {lesson.id for lesson in days.lessons}
    [sheet] = found.sheets
    assert sheet.heads[-1].key == board.NOBODY or all(head.key for head in sheet.heads)
    assert {place.shift for place in sheet.places} == {1, 2}
    key = sheet.heads[0].key
    assert [head.key for one in board.narrowed(found, key).sheets for head in one.heads] == [key]


def test_the_villages_joined_classes_are_one_lesson_in_two_columns(here: APIFlask) -> None:
    joined: list[tuple[Board, Held]] = []
    for n in range(5):
        days, found = laid_out(MONDAY + timedelta(days=n))
        joined += [(found, lesson) for lesson in days.lessons if len(lesson.parts) > 1]
    assert joined
    for found, lesson in joined:
        columns = {key for (key, _place), lessons in found.cells.items() if lesson in lessons}
        assert len(columns) == len(lesson.parts)


# --- trying ---------------------------------------------------------------------------------------------------------


def test_what_is_shown_beforehand_is_what_is_found_afterwards(town: APIFlask) -> None:
    """For lessons of the town and all places: clashes that a move would bring are those of the day after it."""
    days, _board = laid_out(MONDAY)
    places = board.places_of(days, MONDAY)
    assert clashes(days.lessons, days.facts) == []
    free = 0
    for lesson in days.lessons[::12]:
        told = trying.at_places(lesson, places, days.lessons, days.facts)
        assert told[f"{lesson.shift}-{lesson.n}"] == ()
        for place in places:
            moved = trying.placed(lesson, place, days.facts)
            after = [moved if one.id == lesson.id else one for one in days.lessons]
            assert sorted(one.clash for one in told[place.key]) == clashes(after, days.facts)
            free += not told[place.key]
    assert free > len(days.lessons[::12])  # somewhere else is free, too


def test_a_swap_tells_both_sides(town: APIFlask) -> None:
    days, _board = laid_out(MONDAY)
    for lesson in days.lessons[::25]:
        for other_id, told in trying.at_swaps(lesson, days.lessons, days.facts).items():
            [other] = [one for one in days.lessons if one.id == other_id]
            pair = {one.id: one for one in trying.swapped(lesson, other, days.facts)}
            after = [pair.get(one.id, one) for one in days.lessons]
            mine = [one for one in clashes(after, days.facts) if {one.one, one.other} != {lesson.id, other_id}]
            assert sorted(one.clash for one in told) == mine


def test_a_lesson_in_another_shift_says_so_and_back_in_its_own_says_nothing(town: APIFlask) -> None:
    days, _board = laid_out(MONDAY)
    lesson = next(one for one in days.lessons if one.shift == 1 and one.own_shift is None)
    there = trying.placed(lesson, Place(2, 7, "14:00", "14:40"), days.facts)
    assert (there.shift, there.own_shift) == (2, 2)
    back = trying.placed(there, Place(1, 1), days.facts)
    assert back.own_shift is None
    assert trying.placed(replace(lesson, state="cancelled"), Place(1, 1), days.facts).is_held
