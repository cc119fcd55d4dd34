"""A small PDF writer for files of many alike pages: objects numbered as they come, equal input giving equal bytes.

Structure: ISO 32000-1, 7.5 (object streams 7.5.7, cross-reference streams 7.5.8). Objects without a stream are packed
together by the hundred, so that a page costs a few bytes. Why not pikepdf: a pack is 22 pages and as many personal
streams, and making each of them an object of another library took most of the time of a pack.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PACKED = 200  # objects in one object stream
SMALL = 4096  # bytes that a window of zlib's for little data holds
_ENTRY = struct.Struct(">BIH")  # of the cross-reference stream: kind, place, index
_FREE = (0, 0, 65535)
_NOT_IN_NAMES = re.compile(r"[^!-~]|[#/%()<>\[\]{}]")


class PdfWriter:
    """Objects of one file, known by their numbers from 1. Nothing is written before ``write``."""

    def __init__(self) -> None:
        self._count = 0
        self._small: dict[int, str] = {}
        self._streams: dict[int, tuple[str, bytes]] = {}

    def reserve(self) -> int:
        """The number of an object that is told later with ``put``."""
        self._count += 1
        return self._count

    def put(self, number: int, body: str) -> None:
        """Say what a reserved object is: a dictionary or an array as PDF text, in ASCII."""
        self._small[number] = body

    def add(self, body: str) -> int:
        """A new object without a stream; returns its number."""
        self._count += 1
        self._small[self._count] = body
        return self._count

    def stream(self, data: bytes, entries: str = "") -> int:
        """A new stream; ``entries`` belong into its dictionary. It is compressed here; returns its number."""
        return self.packed(_deflated(data), f"{entries}/Filter/FlateDecode")

    def packed(self, data: bytes, entries: str) -> int:
        """A new stream of data that is coded as ``entries`` say; returns its number."""
        number = self.reserve()
        self.fill(number, data, entries)
        return number

    def fill(self, number: int, data: bytes, entries: str) -> None:
        """Say that a reserved object is a stream of data that is coded as ``entries`` say."""
        self._streams[number] = entries, data

    def write(self, target: BinaryIO, root: int, info: int) -> None:
        """The whole file; ``root``: number of the catalogue, ``info``: of what names the document."""
        kinds: dict[int, tuple[int, int, int]] = {0: _FREE}
        for packing, members in self._object_streams():
            kinds |= {number: (2, packing, index) for index, number in enumerate(members)}
        total = hashlib.md5(HEAD, usedforsecurity=False)  # names the file (14.4), protects nothing
        at = target.write(HEAD)
        for number, (entries, data) in self._streams.items():
            kinds[number] = 1, at, 0
            piece = b"%d 0 obj\n<<%s/Length %d>>stream\n%s\nendstream\nendobj\n" % (
                number, entries.encode("ascii"), len(data), data
            )  # fmt: skip
            total.update(piece)
            at += target.write(piece)
        own = self.reserve()
        kinds[own] = 1, at, 0
        table = zlib.compress(_table(kinds))
        name = total.hexdigest()
        entries = (
            f"/Type/XRef/Size {own + 1}/W[1 4 2]/Root {root} 0 R/Info {info} 0 R/ID[<{name}><{name}>]"
            f"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns {_ENTRY.size}>>/Length {len(table)}"
        )
        target.write(b"%d 0 obj\n<<%s>>stream\n%s\nendstream\nendobj\n" % (own, entries.encode("ascii"), table))
        target.write(b"startxref\n%d\n%%%%EOF\n" % at)

    def _object_streams(self) -> Iterator[tuple[int, list[int]]]:
        """Pack the small objects; says the number of each object stream and of those in it."""
        numbers = sorted(self._small)
        for start in range(0, len(numbers), PACKED):
            members = numbers[start : start + PACKED]
            index, at = [], 0
            for number in members:
                index.append(f"{number} {at}")
                at += len(self._small[number]) + 1
            head = " ".join(index) + "\n"
            body = head + "\n".join(self._small[number] for number in members)
            yield self.stream(body.encode("ascii"), f"/Type/ObjStm/N {len(members)}/First {len(head)}"), members


def _deflated(data: bytes) -> bytes:
    """As zlib does it; for little data with little memory, as clearing it would cost six times the work itself."""
    if len(data) > SMALL:
        return zlib.compress(data)
    small = zlib.compressobj(wbits=12, memLevel=4)
    return small.compress(data) + small.flush()


def _table(kinds: dict[int, tuple[int, int, int]]) -> bytes:
    """The entries in the order of their numbers, each as its difference from the one before (PNG "up", 2)."""
    rows = b"".join([b"\0" + _ENTRY.pack(*kinds.get(number, _FREE)) for number in range(max(kinds) + 1)])
    tops = int.from_bytes(b"\x80" * len(rows))
    own, before = int.from_bytes(rows), int.from_bytes(rows) >> 8 * (_ENTRY.size + 1)
    # all bytes at once: the highest bits are set against borrowing from the next byte, and then put right
    differences = (own | tops) - (before & ~tops) ^ (own ^ ~before) & tops
    return (differences | int.from_bytes((b"\2" + bytes(_ENTRY.size)) * (max(kinds) + 1))).to_bytes(len(rows))


def text(value: str) -> str:
    """A text string (7.9.2.2) as PDF writes it."""
    return f"<feff{value.encode('utf-16-be').hex()}>"


def name(value: str) -> str:
    """A name with its slash (7.3.5)."""
    return "/" + _NOT_IN_NAMES.sub(lambda found: "".join(f"#{byte:02x}" for byte in found[0].encode()), value)
