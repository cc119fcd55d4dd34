"""Questions as they are typed: options and keys from a line of text, rows added and moved, mistakes named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import DomainError
from server.importers.answer_rows import AnswerRow, key_of, key_text, options_of
from server.services.answers.draft import FieldDraft, after, checked, typed


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("А, Б, В, Г", ("А", "Б", "В", "Г")), ("АБВГ", ("А", "Б", "В", "Г")), ("да\nнет\n", ("да", "нет")),
        ("лёд; вода ;пар", ("лёд", "вода", "пар")), ("", ()), ("Москва", ("Москва",)),
    ],
)  # fmt: skip
def test_options_are_read_from_a_line(text, options):
    assert options_of(text) == options


@pytest.mark.parametrize(
    ("text", "kind", "options", "key"),
    [
        ("Б", "one", "АБВГ", (1,)), ("B", "one", "АБВГ", (2,)), ("б.", "one", "АБВГ", (1,)), ("", "one", "АБВГ", ()),
        ("АБ", "one", "АБВГ", None), ("Д", "one", "АБВГ", None), ("АВ", "several", "АБВГ", (0, 2)),
        ("в, а", "several", "АБВГ", (0, 2)), ("А А", "several", "АБВГ", (0,)), ("нет", "one", ["да", "нет"], (1,)),
        ("Б", "one", ["Волга", "Лена"], (1,)), ("Лена", "one", ["Волга", "Лена"], (1,)),
        ("В", "one", ["да", "нет"], None),
    ],
)  # fmt: skip
def test_what_is_right_is_named_by_letter_or_word(text, kind, options, key):
    assert key_of(text, kind, options, 0) == key


@pytest.mark.parametrize(("text", "key"), [("42", ("042",)), ("0 42", ("042",)), ("1000", None), ("4,2", None)])
def test_a_number_fills_its_digits(text, key):
    assert key_of(text, "number", (), 3) == key


ROWS = st.one_of(
    st.builds(
        lambda kind, options, places, points: AnswerRow(
            kind, "label", tuple(options), 0, tuple(sorted(places))[: 1 if kind == "one" else 9], points),
        st.sampled_from(["one", "several"]), st.just(["Волга", "Лена, Амур", "Обь"]) | st.just(list("АБВ")),
        st.sets(st.integers(0, 2)), st.integers(1, 100),
    ),
    st.builds(lambda digits, points: AnswerRow("number", "", (), digits, ("7".zfill(digits),), points),
              st.integers(1, 6), st.integers(1, 100)),
)  # fmt: skip


@given(st.lists(ROWS, max_size=8))
def test_what_stands_is_typed_and_read_again_as_the_same(rows):
    found, wrong = checked([typed(row) for row in rows])
    assert (found, wrong) == (rows, {})


def test_many_questions_are_added_from_their_keys():
    rows = after([], "many", ("", "А, Б, В, Г", "баГ"))
    assert [row.key for row in rows] == ["б", "а", "Г"]
    assert [row.key for row in checked(rows)[0]] == [(1,), (0,), (3,)]
    assert len(after(rows, "many", ("5", "АБ", ""))) == 8


@pytest.mark.parametrize(
    "many",
    [("0", "АБ", ""), ("", "АБ", ""), ("61", "АБ", ""), ("2", "АБ", "АБА"), ("", "АБ", "Я"), ("x", "АБ", "А")],
)
def test_many_that_make_no_sense_are_refused(many):
    with pytest.raises(DomainError) as caught:
        after([], "many", many)
    assert caught.value.code == "value_invalid"


def test_rows_move_and_go():
    rows = [FieldDraft(label=name) for name in "abc"]
    assert [row.label for row in after(rows, "up-2")] == ["a", "c", "b"]
    assert [row.label for row in after(rows, "down-2")] == ["a", "b", "c"]
    assert [row.label for row in after(rows, "remove-0")] == ["b", "c"]
    assert len(after(rows, "add")) == 4
    for act in ("up-3", "up-x", "fly-1", "remove-"):
        with pytest.raises(DomainError):
            after(rows, act)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (FieldDraft(options="А"), "options"), (FieldDraft(options="А, А"), "options"), (FieldDraft(key="Я"), "key"),
        (FieldDraft(kind="number", digits="7"), "digits"), (FieldDraft(kind="number", digits=""), "digits"),
        (FieldDraft(points="0"), "points"), (FieldDraft(kind="essay"), "kind"), (FieldDraft(label="x" * 201), "label"),
        (FieldDraft(options="а, " + "б" * 101), "options"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_field(draft, field):
    _rows, wrong = checked([FieldDraft(), draft])
    assert f"field-1-{field}" in wrong


def test_more_than_sixty_do_not_fit():
    assert "whole" in checked([FieldDraft()] * 61)[1]


def test_keys_are_told_as_they_are_typed():
    assert key_text((0, 2), ("А", "Б", "В")) == "А, В"
    assert key_text((1,), ("Волга", "Лена")) == "Б"
    assert key_text(("042",), ()) == "42"
