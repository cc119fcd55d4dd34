"""Pages told by their lines: those that are known already are named, only the others are said.

A *telling* is one text. It holds, for each page, a line that begins it and the lines that make it::

    \\x01PATH            a page; the lines that it may name are those of the old page PATH, where there is none those
                        of all pages told before it
    \\x01PATH\\x02OLD     a page that names lines of the old page OLD
    \\x01PATH\\x03        the old page PATH is gone; no lines follow
    \\x02FIRST,COUNT     so many of the lines that may be named, from FIRST (0, 1, …) on
    all else            a line of the page itself

``\\0`` and four hex digits stand for a UTF-16 unit that is none of the letters below. As bytes each letter is one: line
feed, carriage return, tab, space to ``~`` as in ASCII, those of LETTERS from 128 on. Russian and Kazakh take half the
bytes of UTF-8 so, and compress a tenth better. LETTERS' order is brotli's: it expects like after like within 128–191,
192–239 and 240–254 (RFC 7932, 7.1, signed contexts): capitals and signs, consonants, vowels.
"""

import codecs
import re
from collections.abc import Iterable, Mapping

LETTERS = (
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁӘҒҚҢӨҰҮҺІ«»„“”’—–…№\u00a0\u2011−×·•°→←≤≥≠"
    "бвгджзклмнпрстфхцчшщқғңһъё≈√²³±½¼↑↓‘πΔαβγλΩ∠§€₸₽"
    "аеиоуыэюяйьәөұүі"
)
LEAST = 60  # letters: naming less costs more than saying it
TRIED = 8  # of the places where a line stands, the last ones
_ALL = bytes(range(128)).decode() + LETTERS
_BYTES = codecs.charmap_build(_ALL)
_ODD = re.compile(f"[^\n\r\t -~{re.escape(LETTERS)}]")
_UNITS = re.compile("(?:\0[0-9a-f]{4})+")
_NAMED = re.compile("\x02([0-9]+),([0-9]+)")


def to_bytes(text: str) -> bytes:
    """The bytes of a telling."""
    return codecs.charmap_encode(text, "strict", _BYTES)[0]


def from_bytes(data: bytes) -> str:
    """The text of a telling; any bytes are one."""
    return codecs.charmap_decode(data, "strict", _ALL)[0]


class Known:
    """Lines that may be named by those who tell a page."""

    def __init__(self, *pages: str) -> None:
        self.lines: list[str] = []
        self.places: dict[str, list[int]] = {}
        for page in pages:
            self.add(page)

    def add(self, page: str) -> None:
        """Let the lines of a page be named, too."""
        for line in page.split("\n"):
            self.places.setdefault(line, []).append(len(self.lines))
            self.lines.append(line)

    def tell(self, page: str) -> str:
        """The lines of a telling that make a page: the longest run of known lines at each place is named."""
        new, told = page.split("\n"), []
        at = expected = 0
        while at < len(new):
            first, count = self._run(new, at, expected)
            if sum(map(len, new[at : at + count])) + count >= LEAST:
                told.append(f"\x02{first},{count}")
                expected = first + count
            else:
                count = max(count, 1)
                told += map(_said, new[at : at + count])
            at += count
        return "\n".join(told)

    def _run(self, new: list[str], at: int, expected: int) -> tuple[int, int]:
        """The longest run of known lines that stands in the new ones from ``at`` on; of equals the one that goes on."""
        best = 0, 0
        places = self.places.get(new[at], [])
        for start in [*places[-TRIED:], *([expected] if expected in places[:-TRIED] else [])]:
            count = 1
            while start + count < len(self.lines) and new[at + count : at + count + 1] == [self.lines[start + count]]:
                count += 1
            if count > best[1] or (count == best[1] and start == expected):
                best = start, count
        return best


def tell(pages: Mapping[str, str]) -> Iterable[str]:
    """The pages, one piece of a telling for each: of lines that those before it hold, in this order."""
    known = Known()
    for path, page in pages.items():
        yield f"\x01{path}\n{known.tell(page)}"
        known.add(page)


def tell_change(path: str, page: str, source: str, before: Known) -> str:
    """The piece of a telling that makes a page of ``before``, the lines of the old page ``source``."""
    named = path if source == path else f"{path}\x02{source}"
    return f"\x01{named}\n{before.tell(page)}"


def read(telling: str, before: Mapping[str, str]) -> dict[str, str]:
    """The pages after a telling, those of ``before`` that it does not speak of among them.

    Raises IndexError, KeyError or ValueError for what is no telling, or not one for these pages.
    """
    after, said = dict(before), []
    if telling[:1] not in ("", "\x01"):
        raise ValueError(telling[:1])
    for piece in telling[1:].split("\n\x01") if telling else ():
        name, *told = piece.split("\n")
        if name.endswith("\x03"):
            del after[name[:-1]]
            continue
        path, _, source = name.partition("\x02")
        old = before.get(source or path)
        lines = _lines(told, said if old is None else old.split("\n"))
        after[path] = "\n".join(lines)
        said += lines
    return after


def _lines(told: Iterable[str], known: list[str]) -> list[str]:
    lines: list[str] = []
    for item in told:
        if item[:1] != "\x02":
            lines.append(_UNITS.sub(_meant, item))
            continue
        named = _NAMED.fullmatch(item)
        first, count = map(int, named.groups()) if named else (0, 0)
        if count < 1 or first + count > len(known):
            raise IndexError(item)
        lines += known[first : first + count]
    return lines


def _said(line: str) -> str:
    return _ODD.sub(lambda odd: re.sub("(.{4})", "\0\\1", odd[0].encode("utf-16-be").hex()), line)


def _meant(units: re.Match[str]) -> str:
    return bytes.fromhex(units[0].replace("\0", "")).decode("utf-16-be")
