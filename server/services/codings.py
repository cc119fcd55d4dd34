"""How a text is coded for the way: brotli, gzip, and ``dcz`` (RFC 9842), which uses what the phone already has.

``dcz``: 8 bytes that say so, the 32 bytes of the dictionary's SHA-256, then a frame of Zstandard (RFC 8878) whose raw
dictionary is that older text. Pure: what is accepted, what lies in the file and how hard to try are arguments.
"""

import binascii
import hashlib
from collections.abc import Mapping, Sequence

import brotli
import zstandard

from sync.bundle import pack

BR, GZIP, DCZ, PLAIN = "br", "gzip", "dcz", "identity"
DCZ_HEAD = bytes.fromhex("5e2a4d1820000000")  # a frame that other readers of Zstandard skip; 32 bytes follow
LONGEST = 8 * 1024**2  # bytes: a window that every reader of dcz has room for
QUICK, BEST = False, True  # while somebody waits, or once for all who follow


def wanted(accepted: Mapping[str, float], offered: Sequence[str]) -> list[str]:
    """Of the codings offered (the best first) those that a request accepts, in the order to try; PLAIN always ends it.

    ``accepted``: coding in lower case → quality, as ``Accept-Encoding`` says. ``*`` speaks for gzip alone: who says
    no more than that is seldom able to read the newer ones.
    """
    quality = {coding: accepted.get(coding, accepted.get("*", 0) if coding == GZIP else 0) for coding in offered}
    least = accepted.get(PLAIN, 0)
    able = [coding for coding in offered if quality[coding] > 0 and quality[coding] >= least]
    return [*sorted(able, key=lambda coding: -quality[coding]), PLAIN]


def dictionary_named(header: str | None) -> str | None:
    """The SHA-256 (hex) in ``Available-Dictionary`` (a byte sequence of RFC 8941); None when it says nothing."""
    text = (header or "").strip()
    if len(text) != 46 or text[0] != ":" or text[-1] != ":":
        return None
    try:
        raw = binascii.a2b_base64(text[1:-1], strict_mode=True)
    except binascii.Error:
        return None
    return raw.hex() if len(raw) == 32 else None


def brotli_of(text: bytes, best: bool) -> bytes:
    """Brotli: quality 5 (some milliseconds for a class's week) or 11 (0.3 s, a fifth smaller)."""
    return brotli.compress(text, quality=11 if best else 5)


def gzip_of(text: bytes, best: bool) -> bytes:
    """gzip, always the same bytes: it is quick enough."""
    return pack(text)


def dcz_of(text: bytes, dictionary: bytes, best: bool) -> bytes | None:
    """``dcz`` of a text for who has the dictionary; None when both are too long for a phone's reader."""
    if len(text) + len(dictionary) > LONGEST:
        return None
    options = zstandard.ZstdCompressionParameters.from_level(
        22 if best else 9, source_size=len(text), dict_size=len(dictionary),
        write_content_size=False, write_checksum=False, write_dict_id=False,
    )  # fmt: skip
    raw = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    frame = zstandard.ZstdCompressor(dict_data=raw, compression_params=options).compress(text)
    return DCZ_HEAD + hashlib.sha256(dictionary).digest() + frame
