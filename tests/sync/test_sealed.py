"""Private pages sealed: a key opens only its own file, whole; names say nothing; what is typed badly is told."""

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import sealed
from sync.errors import SyncError

MASTER = bytes(range(32))
KEY = sealed.derive_key(MASTER, "0198d3a0c0de", 1)
TEXT = {"name": "Егор", "marks": [{"title": "№ 412", "mark": "5"}]}
keys = st.binary(min_size=16, max_size=16)


def closed(key: bytes = KEY, edition: int = 41, size: int = 1024) -> bytes:
    return sealed.seal(key, edition, TEXT, size, os.urandom(12))


def test_a_known_key_stays_what_it_was():
    """Printed addresses live as long as paper: a change here would close all of them."""
    assert sealed.write_key(KEY) == "YK65LIOJ7DTX4HUHQPGMNQJA3E"
    assert sealed.file_name(KEY, 41) == "zmmf2ln7ixx2ucw4stedbnxw.js"
    nonce = bytes(12)
    assert sealed.seal(KEY, 41, {"v": 1}, 16, nonce) == (
        b'sealed("AAAAAAAAAAAAAAAAlyNcjzP4+JfrXQ4Ww6ZIqnd6SqyckmVUQ9rkrmZ2C9E=")\n'
    )


def test_each_student_and_each_version_has_a_key_of_its_own():
    made = {sealed.derive_key(MASTER, student, version) for student in ("a", "b", "a1") for version in (1, 2, 11)}
    assert len(made) == 9


@given(keys)
def test_a_key_is_read_as_it_was_written_however_it_is_typed(key):
    letters = sealed.write_key(key)
    assert len(letters) == 26 and set(letters) <= set(sealed.ALPHABET)
    sloppy = sealed.group_key(letters).lower().replace("o", "0").replace("i", "1")
    for typed in (letters, sealed.group_key(letters), sloppy, sealed.group_key(letters).replace(" ", "-")):
        assert sealed.read_key(typed) == key


def test_letters_of_a_cyrillic_keyboard_are_taken_for_what_they_look_like():
    letters = sealed.write_key(KEY)
    assert sealed.read_key(letters.translate(str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ"))) == KEY


@pytest.mark.parametrize("typed", ["", "A" * 25, "A" * 27, "Ж" * 26, "A" * 25 + "!"])
def test_what_is_no_key_is_refused(typed):
    with pytest.raises(SyncError, match="private_key_invalid"):
        sealed.read_key(typed)


def test_most_slips_of_the_pen_are_told():
    letters, told = sealed.write_key(KEY), 0
    slips = [letters[:at] + other + letters[at + 1 :] for at in range(26) for other in sealed.ALPHABET
             if other != letters[at]]  # fmt: skip
    for slip in slips:
        try:
            assert sealed.read_key(slip) != KEY
        except SyncError:
            told += 1
    assert 0.7 < told / len(slips) < 0.8


@given(keys, keys, st.integers(1, 9999), st.integers(1, 9999))
def test_only_the_key_and_the_edition_open_a_file(one, other, edition, another):
    script = closed(one, edition)
    assert sealed.unseal(one, edition, script) == TEXT
    for key, number in ((other, edition), (one, another)):
        if (key, number) != (one, edition):
            with pytest.raises(SyncError, match="private_page_sealed"):
                sealed.unseal(key, number, script)


@given(st.data())
def test_one_changed_byte_fails(data):
    script = closed()
    raw = bytearray(base64.b64decode(script[8:-3]))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SyncError, match="private_page_sealed"):
        sealed.unseal(KEY, 41, b'sealed("' + base64.b64encode(raw) + b'")\n')


@given(st.data())
def test_a_file_cut_short_fails(data):
    script = closed()
    with pytest.raises(SyncError, match="private_page_sealed"):
        sealed.unseal(KEY, 41, script[: data.draw(st.integers(0, len(script) - 2))])


@given(st.lists(keys, min_size=2, max_size=20, unique=True))
def test_names_of_two_editions_share_nothing(some):
    names = [sealed.file_name(key, edition) for key in some for edition in (41, 42)]
    assert len(set(names)) == len(names)
    for name in names:
        assert len(name) == 27 and set(name[:-3]) <= set(sealed.ALPHABET.lower())


def test_the_same_text_is_never_the_same_bytes():
    assert closed() != closed()


@given(st.lists(st.text(max_size=3000), min_size=1, max_size=10))
def test_all_files_have_one_size_on_the_ladder(texts):
    pages = [{"text": text} for text in texts]
    size = sealed.common_size(pages)
    files = [sealed.seal(KEY, 41, page, size, os.urandom(12)) for page in pages]
    assert len({len(file) for file in files}) == 1
    assert [sealed.unseal(KEY, 41, file) for file in files] == pages
    factor = size / 1024
    while factor > 1.5:
        factor /= 2
    assert factor in (1, 1.5)


def test_a_text_too_long_for_the_size_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        sealed.seal(KEY, 41, {"text": "x" * 2000}, 1024, bytes(12))
