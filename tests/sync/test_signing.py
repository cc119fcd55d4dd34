"""Our signatures are minisign's: the vectors below were made and accepted by Debian's minisign 0.11."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import SyncError
from sync.signing import fingerprint, new_keypair, sign, verify

SECRET = b"""\
untrusted comment: minisign secret key 0706050403020100
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\
ISIjJCUmJ0vd7lUO9zTK4E7uQq5jo3nTEStrpzr1NWiNcsmagoRgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
"""
PUBLIC = """\
untrusted comment: minisign public key 0706050403020100
RWQAAQIDBAUGB0vd7lUO9zTK4E7uQq5jo3nTEStrpzr1NWiNcsmagoRg
"""
DATA = "Кораблик плывёт\n".encode()
# minisign -S -l -W -s SECRET -m DATA -t "выпуск 12"
BY_THE_TOOL = """\
untrusted comment: signature from minisign secret key
RWQAAQIDBAUGB2P7sD4zRkxubzsaDWOLsgjjD7FrjfkRu2Y4xDRNtnfHp5Ey8h4o+e7st2yhdlTfIqhhaZxkTk011IJM4UijwgE=
trusted comment: выпуск 12
mXcMIuuy90ZnO6yQm9mR9gju1wPhgg1HNnm9PKN96Jl0o6UrFP/r6j/ygi2TIvLQSuNXfmAWoM7DLiV8N/2DBQ==
"""
# the same without -l: algorithm ED
PREHASHED = """\
untrusted comment: signature from minisign secret key
RUQAAQIDBAUGB9NI0iKAsO4ZZ5Ut/laYbxx8FXuPxCYDcQ+TdXgczODQO9+2b5ohkpkJ8LaYd81OMMEO28BkoAYVSmpjOKExEAw=
trusted comment: выпуск 12
KN5H6hGzaVTEyeB93tLCFvDLMw3srr0ghdpDCL/2zZ45cJF+6L4hLTzTASiTfNXBgyAaVAhOF03fF/h7YHGDBQ==
"""


def the_code(public, data, signature):
    with pytest.raises(SyncError) as caught:
        verify(public, data, signature)
    return caught.value.code


def test_a_key_is_written_as_minisign_writes_it():
    numbers = iter(range(40))
    assert new_keypair(lambda n: bytes(next(numbers) for _ in range(n))) == (SECRET, PUBLIC)


def test_we_sign_the_same_bytes_as_the_tool():
    """Ed25519 is deterministic: all but the untrusted comment is equal."""
    assert sign(SECRET, DATA, "выпуск 12").splitlines()[1:] == BY_THE_TOOL.splitlines()[1:]


def test_we_accept_what_the_tool_signed():
    assert verify(PUBLIC, DATA, BY_THE_TOOL) == "выпуск 12"


def test_the_public_key_may_come_without_its_comment():
    assert verify(PUBLIC.splitlines()[1], DATA, BY_THE_TOOL) == "выпуск 12"


def test_windows_line_ends_do_no_harm():
    assert verify(PUBLIC.replace("\n", "\r\n"), DATA, BY_THE_TOOL.replace("\n", "\r\n")) == "выпуск 12"


@given(st.binary(max_size=200), st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=50))
def test_what_is_signed_verifies_and_gives_its_comment_back(data, comment):
    secret, public = new_keypair(os.urandom)
    assert verify(public, data, sign(secret, data, comment)) == comment


@given(st.data())
def test_one_changed_bit_of_the_data_is_found(data):
    place, bit = data.draw(st.integers(0, len(DATA) - 1)), data.draw(st.integers(0, 7))
    altered = bytes(byte ^ (1 << bit) if at == place else byte for at, byte in enumerate(DATA))
    assert the_code(PUBLIC, altered, BY_THE_TOOL) == "signature_bad"


@given(st.integers(0, len(BY_THE_TOOL) - 1), st.characters(exclude_categories=["Cs"]))
def test_no_changed_letter_of_a_signature_breaks_the_reader(place, letter):
    """Only the first line is free; any other change is refused with one of our codes, or is the same bytes."""
    altered = BY_THE_TOOL[:place] + letter + BY_THE_TOOL[place + 1 :]
    try:
        assert verify(PUBLIC, DATA, altered) == "выпуск 12"
    except SyncError as error:
        assert error.code in {"signature_bad", "signature_format", "signature_key"}


def test_a_changed_trusted_comment_is_found():
    assert the_code(PUBLIC, DATA, BY_THE_TOOL.replace("выпуск 12", "выпуск 13")) == "signature_bad"


def test_another_schools_signature_is_called_that():
    secret, _ = new_keypair(os.urandom)
    assert the_code(PUBLIC, DATA, sign(secret, DATA, "")) == "signature_key"


def test_a_copied_key_id_does_not_help():
    """The id is free to copy; the signature itself must hold."""
    ours = iter([bytes(range(8)), bytes(32)])
    secret, _ = new_keypair(lambda n: next(ours))
    assert the_code(PUBLIC, DATA, sign(secret, DATA, "выпуск 12")) == "signature_bad"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n\n",
        "nonsense",
        PREHASHED,
        BY_THE_TOOL + "one more line\n",
        BY_THE_TOOL.replace("trusted comment: вы", "вы"),
        BY_THE_TOOL.replace("RWQAAQ", "RWQA"),
        BY_THE_TOOL.replace("mXcM", "ъXcM"),
        "\n".join(BY_THE_TOOL.splitlines()[:2]),
    ],
)
def test_what_is_no_such_signature_is_called_that(text):
    assert the_code(PUBLIC, DATA, text) == "signature_format"


@pytest.mark.parametrize("public", ["", "nonsense", "RWQA", PUBLIC.replace("RWQ", "RUQ"), SECRET.decode()])
def test_what_is_no_public_key_is_called_that(public):
    assert the_code(public, DATA, BY_THE_TOOL) == "signature_key"
    with pytest.raises(SyncError, match="signature_key"):
        fingerprint(public)


@pytest.mark.parametrize(
    "secret",
    [b"", "ключ".encode(), PUBLIC.encode(), SECRET[:-9], SECRET.replace(b"DA0O", b"DA0P"), b"\xff\x00"],
)
def test_a_broken_secret_key_is_refused(secret):
    with pytest.raises(SyncError, match="signature_key"):
        sign(secret, DATA, "")


def test_the_secret_key_shows_in_no_error():
    with pytest.raises(SyncError) as caught:
        sign(SECRET.replace(b"AAEC", b"AAEB").replace(b"0vd7l", b"0vd7m"), DATA, "")
    assert caught.value.data == {}


def test_a_comment_of_several_lines_is_refused():
    with pytest.raises(ValueError, match="one line"):
        sign(SECRET, DATA, "one\ntwo")


def test_the_fingerprint_is_short_enough_to_compare_by_eye():
    assert fingerprint(PUBLIC) == "K7KN RYUQ UP3B DCFV JQW4"


def test_the_fingerprint_is_the_keys_not_the_ids():
    numbers = iter([bytes(8), bytes(range(8, 40))])
    _, renamed = new_keypair(lambda n: next(numbers))
    assert fingerprint(renamed) == fingerprint(PUBLIC)
