"""Words that files use for subjects, and how programs number the parts of a class: pure decisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.imports.aliases import is_short_for
from server.services.imports.divisions import adopt
from server.services.imports.lesson_match import Kept, Stated, match
from server.services.imports.subject_match import match as match_subjects


@pytest.mark.parametrize(
    ("written", "name", "fits"),
    [
        ("Лит. чт.", "Литературное чтение", True), ("Лит.чт.", "Литературное чтение", True),
        ("Рус. яз.", "Русский язык", True), ("Рус. язык", "Русский язык", True),
        ("Русский", "Русский язык", False), ("Р. я.", "Русский язык", False), ("Физ-ра", "Физическая культура", False),
        ("Рус. лит.", "Русский язык", False), ("Музыка", "Музыка", False),
    ],
)  # fmt: skip
def test_words_that_are_cut_off(written: str, name: str, fits: bool) -> None:
    assert is_short_for(written, name) is fits


HOURS = frozenset((("7а", 1, 1), ("7а", 2, 3), ("7б", 1, 2), ("7б", 4, 1)))


def test_a_subject_is_known_by_its_hours() -> None:
    known = {"p": ("Физическая культура", HOURS), "m": ("Музыка", frozenset((("7а", 5, 1),)))}
    assert match_subjects({"Спорт": HOURS}, known) == {"Спорт": "p"}
    assert match_subjects({"Спорт": HOURS | {("8а", n, 1) for n in range(1, 3)}}, known) == {}


def test_one_hour_alone_tells_nothing_of_other_words() -> None:
    """Another subject may have taken the place."""
    one = frozenset((("7а", 1, 7),))
    assert match_subjects({"Разговоры о важном": one}, {"k": ("Классный час", one)}) == {}
    assert match_subjects({"Кл. час": one}, {"k": ("Классный час", one)}) == {"Кл. час": "k"}


PARTS = st.dictionaries(st.sampled_from("абвгд"), st.sampled_from(["1", "2", "3"]), min_size=1)


def together(divisions: dict[str, str]) -> set[frozenset[str]]:
    """Which parts are one division."""
    return {frozenset(part for part in divisions if divisions[part] == own) for own in divisions.values()}


@given(PARTS, st.permutations(["1", "2", "3"]))
def test_other_numbers_for_the_same_divisions_change_nothing(known: dict[str, str], others: list[str]) -> None:
    renamed = dict(zip(["1", "2", "3"], others, strict=True))
    assert adopt(known, {part: renamed[division] for part, division in known.items()}) == known


@given(PARTS, PARTS)
def test_what_a_file_states_as_one_division_is_one(known: dict[str, str], stated: dict[str, str]) -> None:
    assert together(adopt(known, stated)) == together(stated)


def test_a_file_that_names_no_division_leaves_them() -> None:
    assert adopt({"а": "1"}, {"а": "", "б": ""}) == {"а": "1", "б": ""}


MON, TUE, WED = (1, 1, "1"), (2, 1, "1"), (3, 1, "1")


def test_lessons_are_known_by_their_hours_then_by_teachers_then_by_key() -> None:
    kept = [Kept("a", frozenset({MON}), frozenset({"t"}), "k"), Kept("b", frozenset({TUE}), frozenset({"u"}), "k|2")]
    swapped = [Stated(0, frozenset({TUE}), frozenset({"u"}), "k"), Stated(1, frozenset({MON}), frozenset({"t"}), "k|2")]
    assert match(swapped, kept).same == {0: "b", 1: "a"}
    moved = [Stated(0, frozenset({WED}), frozenset({"u"}), "k")]
    assert match(moved, kept).same == {0: "b"}


def test_what_one_program_writes_as_one_lesson_stays_two() -> None:
    kept = [Kept("a", frozenset({MON}), frozenset(), "k"), Kept("b", frozenset({TUE}), frozenset(), "k|2")]
    found = match([Stated(0, frozenset({MON, TUE}), frozenset(), "k")], kept)
    assert (found.same, found.parts) == ({0: "a"}, {"b": (0, frozenset({TUE}))})
    dropped = match([Stated(0, frozenset({MON}), frozenset(), "k")], kept)
    assert (dropped.same, dropped.parts) == ({0: "a"}, {})


def test_a_lesson_that_was_withdrawn_comes_back() -> None:
    kept = [Kept("a", frozenset(), frozenset(), "k", withdrawn=True)]
    assert match([Stated(0, frozenset({MON}), frozenset(), "k")], kept).same == {0: "a"}
