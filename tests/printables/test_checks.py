"""Nothing is printed for a roster with a mistake, and the mistake is named."""

from dataclasses import replace

import pytest

from printables.checks import check_roster
from printables.errors import PrintError
from printables.pack import print_group
from tests.editions import sample_content
from tests.printables.rosters import sample_roster


def refusal(roster):
    with pytest.raises(PrintError) as caught:
        check_roster(roster, sample_content())
    return caught.value.code, caught.value.data


def with_last(roster, **changes):
    return replace(roster, students=(*roster.students[:-1], replace(roster.students[-1], **changes)))


@pytest.fixture
def roster():
    return sample_roster(sample_content())


def test_every_name_of_the_fixture_can_be_written(roster):
    check_roster(roster, sample_content())


@pytest.mark.parametrize(
    ("name", "letters"), [("李明 Иванов", "李明"), ("Иванов \N{GRINNING FACE}", "\N{GRINNING FACE}")]
)
def test_a_letter_that_the_font_lacks_is_named_with_its_student(roster, name, letters):
    assert refusal(with_last(roster, name=name)) == ("font_lacks", {"name": name, "letters": letters})


def test_a_name_in_pieces_is_put_together(roster):
    check_roster(with_last(roster, name="Андреи\u0306 Е\u0308лкин"), sample_content())


def test_a_refused_name_leaves_the_old_file_and_nothing_else(edition, tmp_path, roster):
    out = tmp_path / "7.pdf"
    out.write_bytes(b"old")
    with pytest.raises(PrintError):
        print_group(edition, with_last(roster, name="李明"), out, tmp_path / "cache", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["7.pdf"]
    assert out.read_bytes() == b"old"


def test_codes_are_checked(roster):
    task = next(iter(roster.students[-1].works))
    name = roster.students[-1].name
    mistyped = {"field": "code", "name": name}
    assert refusal(with_last(roster, pack_code="482170318")) == ("roster_invalid", mistyped)
    assert refusal(with_last(roster, works={task: "12345"})) == ("roster_invalid", mistyped)
    assert refusal(with_last(roster, pack_code=roster.students[0].pack_code)) == ("roster_invalid", mistyped)


def test_the_group_must_be_in_the_edition(roster):
    assert refusal(replace(roster, group="12")) == ("group_unknown", {"name": "12"})
    assert refusal(replace(roster, students=())) == ("roster_invalid", {"field": "students"})
