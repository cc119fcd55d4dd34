"""Private pages: a student's key as people type it, the unlinkable name of a file, and sealing to one size.

Key: 16 bytes = HKDF-SHA256(master, info ``korablik me 1 key`` 0 student 0 version). Typed and in a QR: 26 letters of
Base32 (RFC 4648, ``A``–``Z2``–``7``); 26 letters hold 130 bits, the two spare ones are the first two bits of the
key's SHA-256, so that three of four slips of the pen are told at once.

File of an edition: ``<name>.js``, name = the lower-case Base32 of 15 bytes of HKDF-SHA256(key, info ``korablik me 1
name`` 0 number). Who has no key cannot tell which files of two editions are one student's. The file is a script, as
it must load from ``file://``: ``sealed("…")`` and a line feed; inside, in Base64, 12 bytes of nonce, then AES-256-GCM
of the padded text under HKDF-SHA256(key, salt nonce, info ``korablik me 1 seal`` 0 number), 32 bytes, with that nonce
and the info as additional data. The nonce is drawn anew for every file at every publication.

The text is JSON (UTF-8) with blanks behind it, up to the step of a ladder above the school's largest: all files of a
publication have one size. HKDF: RFC 5869, without salt where none is named; 0 is a zero byte, numbers are decimal.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.canonical import canonical
from sync.errors import SyncError

KEY, NONCE, LETTERS = 16, 12, 26
STEPS = (1, 1.5)  # times a power of two, from 1 KiB on: nobody's text grows by more than half
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SCRIPT = re.compile(rb'sealed\("([A-Za-z0-9+/]+={0,2})"\)\n?')
_ALIKE = str.maketrans("0189АВСЕНКМОРТХУ", "OIBGABCEHKMOPTXY")  # digits that are not used; Cyrillic keyboards


def derive_key(master: bytes, student_id: str, version: int) -> bytes:
    """A student's key. ``version`` grows when it is renewed."""
    return _hkdf(master, f"korablik me 1 key\0{student_id}\0{version}", KEY)


def write_key(key: bytes) -> str:
    """The 26 letters of a key, its check in the last one."""
    number = int.from_bytes(key) << 2 | _check(key)
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LETTERS)))


def group_key(letters: str) -> str:
    """The letters as people read and type them: by fours."""
    return " ".join(letters[start : start + 4] for start in range(0, LETTERS, 4))


def read_key(typed: str) -> bytes:
    """The key behind what was typed: blanks, dashes, small and look-alike letters do not matter.

    Raises SyncError ``private_key_invalid``.
    """
    letters = re.sub(r"[\s\-–]", "", typed).upper().translate(_ALIKE)
    if len(letters) != LETTERS or set(letters) - set(ALPHABET):
        raise SyncError("private_key_invalid")
    number = 0
    for letter in letters:
        number = number << 5 | ALPHABET.index(letter)
    key = (number >> 2).to_bytes(KEY)
    if number & 3 != _check(key):
        raise SyncError("private_key_invalid")
    return key


def file_name(key: bytes, edition: int) -> str:
    """The name of the key's file of an edition."""
    name = base64.b32encode(_hkdf(key, f"korablik me 1 name\0{edition}", 15)).decode()
    return f"{name.lower()}.js"


def common_size(texts: Iterable[Mapping[str, Any]]) -> int:
    """Bytes to which all texts of a publication are padded: the step of the ladder above the largest."""
    largest = max((len(canonical(text)) for text in texts), default=0)
    step = 1024
    while True:
        for factor in STEPS:
            if step * factor >= largest:
                return int(step * factor)
        step *= 2


def seal(key: bytes, edition: int, text: Mapping[str, Any], size: int, nonce: bytes) -> bytes:
    """The file's bytes. ``nonce``: 12 random bytes, never used before. Raises ValueError if the text is longer than
    ``size``."""
    plain = canonical(text)
    if len(plain) > size or len(nonce) != NONCE:
        raise ValueError("the text does not fit, or the nonce is none")
    cipher, bound = _cipher(key, edition, nonce)
    sealed = nonce + cipher.encrypt(nonce, plain.ljust(size), bound)
    return b'sealed("' + base64.b64encode(sealed) + b'")\n'


def unseal(key: bytes, edition: int, script: bytes) -> dict[str, Any]:
    """The text of a file. Raises SyncError ``private_page_sealed`` for another key or edition, or a changed byte."""
    found = _SCRIPT.fullmatch(script)
    try:
        data = base64.b64decode(found[1], validate=True) if found else b""
        nonce = data[:NONCE]
        cipher, bound = _cipher(key, edition, nonce)
        return json.loads(cipher.decrypt(nonce, data[NONCE:], bound))
    except (ValueError, InvalidTag) as error:
        raise SyncError("private_page_sealed") from error


def _cipher(key: bytes, edition: int, nonce: bytes) -> tuple[AESGCM, bytes]:
    info = f"korablik me 1 seal\0{edition}"
    return AESGCM(_hkdf(key, info, 32, nonce)), info.encode()


def _hkdf(key: bytes, info: str, length: int, salt: bytes | None = None) -> bytes:
    return HKDF(SHA256(), length, salt, info.encode()).derive(key)


def _check(key: bytes) -> int:
    return hashlib.sha256(key).digest()[0] >> 6
