"""A roster travels to the print process as JSON and back."""

import json
from dataclasses import replace

import pytest

from printables.errors import PrintError
from printables.roster import LessonView, Roster
from tests.editions import lesson_of, sample_content
from tests.printables.rosters import sample_roster


def test_a_roster_survives_json():
    content = sample_content()
    key = lesson_of(content, "7", "2026-12-07", 3)
    lesson = content["lessons"][key]
    extra = LessonView(key, lesson, content["materials"][lesson["material"]], {})
    roster = sample_roster(content)
    first = replace(roster.students[0], extra=(extra,), subgroups=("Группа 1",))
    roster = replace(roster, students=(first, *roster.students[1:]), key_fingerprint="A1B2 C3D4")
    assert Roster.from_json(json.loads(json.dumps(roster.to_json()))) == roster


@pytest.mark.parametrize("missing", ["group", "week", "students", "edition_number"])
def test_a_roster_with_a_gap_names_it(missing):
    value = sample_roster(sample_content()).to_json()
    del value[missing]
    with pytest.raises(PrintError) as caught:
        Roster.from_json(value)
    assert caught.value.code == "roster_invalid"
    assert missing in caught.value.data["field"]
