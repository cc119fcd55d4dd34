"""An edition is named by its content: it comes back whole, or the reader says what is wrong with it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical import canonical
from sync.edition import Edition, read_edition, write_edition
from sync.errors import SyncError

CONTENT = {"v": 1, "school": {"id": "ABCD", "name": "Школа № 5"}, "days": ["2026-12-07"], "tasks": {}}


def edition(**changes):
    usual = {"content": CONTENT, "number": 2, "issued_at": "2026-12-04T10:00:00Z", "replaces": "a" * 64}
    return Edition(**usual | changes)


@pytest.fixture
def folder(tmp_path):
    """A written edition, ready to be spoilt."""
    write_edition(edition(), tmp_path)
    return tmp_path


def refusal(folder):
    with pytest.raises(SyncError) as caught:
        read_edition(folder)
    assert caught.value.data == {"name": folder.name}
    return caught.value.code


def test_an_edition_comes_back_whole(folder):
    assert read_edition(folder) == edition()


def test_the_first_edition_replaces_none(tmp_path):
    write_edition(edition(number=1, replaces=None), tmp_path)
    assert read_edition(tmp_path).replaces is None


def test_the_files_hold_canonical_bytes(folder):
    assert (folder / "edition.json").read_bytes() == canonical(CONTENT)
    assert (folder / "envelope.json").read_bytes() == canonical(edition().envelope())


def test_the_envelope_names_the_school_and_the_content():
    assert edition().envelope() == {
        "v": 1,
        "id": edition().id,
        "number": 2,
        "issued_at": "2026-12-04T10:00:00Z",
        "replaces": "a" * 64,
        "school": "ABCD",
    }


@given(st.integers(1, 10**6), st.text(max_size=30), st.none() | st.text(max_size=64))
def test_the_same_content_has_the_same_id_whenever_it_is_issued(number, issued_at, replaces):
    assert edition(number=number, issued_at=issued_at, replaces=replaces).id == edition().id


def test_other_content_has_another_id():
    assert edition(content=CONTENT | {"days": []}).id != edition().id


@pytest.mark.parametrize("name", ["edition.json", "envelope.json"])
@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"\xff\xfe", b"null", b"[]", b'"text"', b"7", b"{}", b'{"v": 1e999}', b"[" * 100_000, None],
    ids=["empty", "cut", "bytes", "null", "list", "text", "number", "bare", "infinite", "deep", "missing"],
)
def test_a_broken_file_is_called_that(folder, name, damage):
    if damage is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(damage)
    assert refusal(folder) == "edition_unreadable"


def test_no_folder_is_called_unreadable(tmp_path):
    assert refusal(tmp_path / "nowhere") == "edition_unreadable"


@pytest.mark.parametrize("number", [2**60, "NaN"])
def test_a_number_that_json_cannot_hold_is_no_traceback(folder, number):
    (folder / "edition.json").write_bytes(canonical(CONTENT)[:-1] + f',"x":{number}}}'.encode())
    assert refusal(folder) == "edition_unreadable"


@pytest.mark.parametrize("change", [{"days": []}, {"school": {"id": "ABCE"}}])
def test_altered_content_is_found(folder, change):
    (folder / "edition.json").write_bytes(canonical(CONTENT | change))
    assert refusal(folder) == "edition_altered"


@pytest.mark.parametrize("change", [{"school": "ABCE"}, {"id": "b" * 64}, {"extra": 1}])
def test_an_envelope_that_contradicts_its_content_is_found(folder, change):
    envelope = json.loads((folder / "envelope.json").read_bytes())
    (folder / "envelope.json").write_bytes(canonical(envelope | change))
    assert refusal(folder) == "edition_altered"


def test_a_newer_form_is_not_read_by_guess(tmp_path):
    write_edition(edition(content=CONTENT | {"v": 2}), tmp_path)
    assert refusal(tmp_path) == "edition_unreadable"


def test_the_order_of_keys_in_the_file_does_not_matter(folder):
    (folder / "edition.json").write_text(json.dumps(dict(reversed(CONTENT.items())), indent=1), encoding="utf-8")
    assert read_edition(folder) == edition()
