"""Bytes → text: by byte order mark, by what the file declares, else by what the bytes say."""

import codecs
from dataclasses import dataclass

from server.importers.findings import Refused

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Frequent letters: in the right code page they are the most common ones, in a wrong one they are not.
_FREQUENT = frozenset("оеаинтсрвл")
_SINGLE_BYTE = ("cp1251", "koi8-r", "cp866")
# Letters of other Slavic languages in cp1251 stand where KZ-1048 (STRK 1048-2002) has the Kazakh ones.
_NOT_RUSSIAN = frozenset("ЈјЄєЌќЅѕЏџЎўЇїҐґ")


@dataclass(frozen=True)
class Text:
    """Decoded text. ``declared_wrong`` is the encoding that the file claimed in vain, or ""."""

    text: str
    encoding: str
    declared_wrong: str = ""


def decode(data: bytes, declared: str = "") -> Text:
    """Decode a whole file. ``declared`` is what its XML declaration or meta tag says.

    Raises Refused ``not_text`` (binary) or ``encoding_unknown``.
    """
    found = _by_bom(data) or _by_declaration(data, declared) or _by_bytes(data, declared)
    if "\x00" in found.text:
        raise Refused("not_text")
    return found


def _by_bom(data: bytes) -> Text | None:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text = _try(data, encoding)
            if text is None:
                raise Refused("encoding_unknown")
            return Text(text.removeprefix("\ufeff"), encoding)
    return None


def _by_declaration(data: bytes, declared: str) -> Text | None:
    """None when nothing usable is declared, or the bytes contradict it."""
    name = _codec(declared)
    if not name:
        return None
    if name != "utf-8" and not data.isascii() and _try(data, "utf-8") is not None:
        return None  # bytes of a Cyrillic single-byte text are never valid UTF-8 by chance
    text = _try(data, name)
    return None if text is None else Text(text, name)


def _by_bytes(data: bytes, declared: str) -> Text:
    text = _try(data, "utf-8")
    if text is not None:
        return Text(text, "utf-8", declared)
    candidates = [(name, decoded) for name in _SINGLE_BYTE if (decoded := _try(data, name)) is not None]
    if not candidates:
        raise Refused("encoding_unknown")
    name, text = max(candidates, key=lambda pair: sum(pair[1].count(letter) for letter in _FREQUENT))
    if name == "cp1251" and not _NOT_RUSSIAN.isdisjoint(text) and (kazakh := _try(data, "kz1048")) is not None:
        name, text = "kz1048", kazakh
    return Text(text, name, declared)


def _codec(name: str) -> str:
    """The codec's canonical name, "" when Python has no text codec of that name."""
    try:
        info = codecs.lookup(name.strip())
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return ""
    return info.name if info._is_text_encoding else ""


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None
