"""Looks into an old Excel file (.xls) before it is read: how large its sheets claim to be.

Sources: [MS-CFB] for the container, [MS-XLS] 2.4 for the records. Only the reach of the cells is looked at.
"""

import struct
from collections.abc import Iterator

from server.importers import limits
from server.importers.findings import Refused

_END = 0xFFFFFFFA  # sector numbers from here on are marks, not sectors
_STREAMS = ("workbook", "book")
_SUBSTREAM = (0x0009, 0x0209, 0x0409, 0x0809)  # BOF: another sheet begins
# Cell records: row and column are the first two little-endian 16-bit numbers.
_CELLS = frozenset(
    (0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x007E, 0x00BD, 0x00BE, 0x00D6, 0x00FD)
    + (0x0201, 0x0203, 0x0204, 0x0205, 0x0206, 0x0406, 0x027E)
)
_WIDE = (0x00BD, 0x00BE)  # several columns in one record: the last one closes it


def check_workbook(data: bytes) -> None:
    """Raises Refused ``table_too_large`` or ``archive_broken``; returns when the sheets fit into memory."""
    try:
        for stream in _Container(data).workbooks():
            _check_stream(stream)
    except (struct.error, IndexError, ValueError) as error:
        raise Refused("archive_broken") from error


def _check_stream(stream: bytes) -> None:
    rows = columns = labels = 0
    for kind, body in _records(stream):
        if kind in _SUBSTREAM:
            rows = columns = 0
        elif kind in _CELLS and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            if kind in _WIDE:
                column = max(column, struct.unpack_from("<H", body, len(body) - 2)[0])
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            labels += kind == 0x00FD
            if rows * columns > limits.MAX_AREA:
                raise Refused("table_too_large", rows=limits.MAX_ROWS)
    if labels * _longest_string(stream) > limits.MAX_STRING_COPIES:
        raise Refused("table_too_large", rows=limits.MAX_ROWS)


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _longest_string(stream: bytes) -> int:
    """The longest shared string in bytes ([MS-XLS] 2.5.293), as far as the table can be read."""
    longest, text = 0, _Pieces(stream)
    text.skip(8)
    while head := text.take(3):
        length, flags = struct.unpack("<HB", head)
        runs = struct.unpack("<H", text.take(2) or b"\0\0")[0] if flags & 8 else 0
        extra = struct.unpack("<I", text.take(4) or bytes(4))[0] if flags & 4 else 0
        longest = max(longest, text.characters(length, flags & 1))
        text.skip(runs * 4 + extra)
    return longest


class _Pieces:
    """The shared strings' table as it lies in the file: one record and those that continue it."""

    def __init__(self, stream: bytes):
        self.pieces: list[bytes] = []
        inside = False
        for kind, body in _records(stream):
            inside = kind == 0x00FC or (inside and kind == 0x003C)
            if inside:
                self.pieces.append(body)
        self.piece = self.at = 0

    def take(self, size: int) -> bytes:
        """The next bytes, which lie in one piece; b"" at the end."""
        if self._left() < size and not self._left():
            self._next()
        found = self.pieces[self.piece][self.at : self.at + size] if self.piece < len(self.pieces) else b""
        self.at += size
        return found if len(found) == size else b""

    def skip(self, size: int) -> None:
        """Pass over bytes that may go on in the next piece."""
        while size and self.piece < len(self.pieces):
            step = min(size, self._left())
            self.at, size = self.at + step, size - step
            if size:
                self._next()

    def characters(self, length: int, wide: int) -> int:
        """Pass over a string's characters and return their size in bytes; each further piece begins with its width."""
        size = 0
        while length and self.piece < len(self.pieces):
            step = min(length, self._left() // (1 + wide))
            self.at, length, size = self.at + step * (1 + wide), length - step, size + step * (1 + wide)
            if length:
                self._next()
                wide = (self.take(1) or b"\0")[0] & 1
        return size

    def _left(self) -> int:
        return max(0, len(self.pieces[self.piece]) - self.at) if self.piece < len(self.pieces) else 0

    def _next(self) -> None:
        self.piece, self.at = self.piece + 1, 0


class _Container:
    """The compound file: sectors chained through an allocation table, small streams inside another stream."""

    def __init__(self, data: bytes):
        self.data = data
        self.sector = 1 << _shift(data, 30)
        self.mini_sector = 1 << _shift(data, 32)
        directory, self.cutoff = struct.unpack_from("<I4xI", data, 48)
        mini_start, difat_start = struct.unpack_from("<I4xI", data, 60)
        self.table = self._words(self._table_sectors(difat_start))
        self.entries = self._entries(self._chain(directory))
        self.mini_table = self._words([self._chain(mini_start)]) if mini_start < _END else ()

    def workbooks(self) -> Iterator[bytes]:
        """The bytes of every stream that a reader could take for the workbook."""
        root = next((entry for entry in self.entries if entry[1] == 5), None)
        small = self._chain(root[2]) if root and root[2] < _END else b""
        for name, kind, start, size in self.entries:
            if kind != 2 or name not in _STREAMS:
                continue
            yield (self._mini(small, start) if size < self.cutoff else self._chain(start))[:size]

    def _at(self, number: int) -> bytes:
        return self.data[(number + 1) * self.sector : (number + 2) * self.sector]

    def _table_sectors(self, difat_start: int) -> list[bytes]:
        numbers = list(struct.unpack_from("<109I", self.data, 76))
        seen: set[int] = set()
        while difat_start < _END and difat_start not in seen:
            seen.add(difat_start)
            words = self._words([self._at(difat_start)])
            numbers += words[:-1]
            difat_start = words[-1]
        return [self._at(number) for number in numbers if number < _END]

    def _words(self, sectors: list[bytes]) -> tuple[int, ...]:
        joined = b"".join(sectors)
        return struct.unpack(f"<{len(joined) // 4}I", joined[: len(joined) // 4 * 4])

    def _chain(self, start: int) -> bytes:
        return b"".join(self._at(number) for number in _follow(self.table, start))

    def _mini(self, small: bytes, start: int) -> bytes:
        size = self.mini_sector
        return b"".join(small[number * size : (number + 1) * size] for number in _follow(self.mini_table, start))

    def _entries(self, directory: bytes) -> list[tuple[str, int, int, int]]:
        """(name, kind, first sector, size in bytes) of each directory entry."""
        entries = []
        for at in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            entries.append((name.casefold(), kind, *struct.unpack_from("<II", directory, at + 116)))
        return entries


def _shift(data: bytes, at: int) -> int:
    shift = struct.unpack_from("<H", data, at)[0]
    if not 2 <= shift <= 16:
        raise ValueError("sector size")
    return shift


def _follow(table: tuple[int, ...], start: int) -> Iterator[int]:
    """The sector numbers of a chain; a chain that bites its own tail ends there."""
    for _ in range(len(table) + 1):
        if start >= len(table):
            return
        yield start
        start = table[start]
    raise ValueError("endless chain")
