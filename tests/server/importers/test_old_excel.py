"""Old Excel files (.xls): read when they are small, refused when a few bytes claim a huge sheet."""

import struct
from pathlib import Path

import pytest

from server.importers import biff, limits
from server.importers.registry import read

DATA = Path(__file__).parents[2] / "data"

HEADER = ["Класс", "Фамилия", "Имя", "Дата рождения"]
STUDENT = ["7А", "Ива", "Анна", "01.02.2013"]
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def record(kind, body):
    return struct.pack("<HH", kind, len(body)) + body


def label(row, column, text):
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def workbook(cells, spare=0):
    """A BIFF8 stream of one sheet; ``cells`` are (row, column, text)."""
    name = "Лист".encode("utf-16-le")
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    place = len(start) + 4 + 8 + len(name) + 4
    globals_ = start + record(0x0085, struct.pack("<IHBB", place, 0, 4, 1) + name) + record(0x000A, b"")
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    sheet += b"".join(label(*cell) for cell in cells) + record(0x000A, b"")
    return globals_ + sheet + bytes(spare)


def container(stream, small=False):
    """A compound file with the stream "Workbook", in sectors of 512 bytes or, ``small``, in the mini stream."""
    unit = 64 if small else 512
    stream += bytes(-len(stream) % 512)
    sectors = len(stream) // 512
    chain = [*range(3, 2 + sectors), END]
    table = [TABLE, END, *chain]
    if small:
        table += [END]
    table += [FREE] * (128 - len(table))
    mini = [*range(1, len(stream) // unit), END] + [FREE] * (128 - len(stream) // unit) if small else []
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 2 + sectors if small else END, bool(small), END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    root = entry("Root Entry", 5, 2 if small else END, len(stream) if small else 0, child=1)
    directory = root + entry("Workbook", 2, 0 if small else 2, len(stream)) + bytes(256)
    parts = [struct.pack("<128I", *table), directory, stream]
    return header + b"".join(parts) + (struct.pack("<128I", *mini) if small else b"")


def entry(name, kind, start, size, child=FREE):
    encoded = name.encode("utf-16-le") + b"\x00\x00"
    links = struct.pack("<III", FREE, FREE, child)
    return (
        encoded.ljust(64, b"\x00")
        + struct.pack("<HBB", len(encoded), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def cells(rows):
    return [(y, x, text) for y, row in enumerate(rows) for x, text in enumerate(row)]


@pytest.mark.parametrize("small", [False, True])
def test_a_small_old_workbook(small):
    stream = workbook(cells([HEADER, STUDENT]), 0 if small else 4096)
    result = read("people", "x.xls", container(stream, small))
    assert [(row.last, row.class_name) for row in result.rows] == [("Ива", "7А")]


@pytest.mark.parametrize("small", [False, True])
def test_two_cells_that_span_sixteen_million(small):
    stream = workbook([(0, 0, "а"), (65535, 255, "б")], 0 if small else 4096)
    assert [f.code for f in read("people", "x.xls", container(stream, small)).findings] == ["table_too_large"]


def test_a_chain_that_bites_its_tail():
    data = bytearray(container(workbook(cells([HEADER]), 4096)))
    data[512 + 2 * 4 : 512 + 3 * 4] = struct.pack("<I", 2)
    assert [f.code for f in read("people", "x.xls", bytes(data)).findings] == ["archive_broken"]


def test_a_long_shared_string_in_many_cells(monkeypatch):
    monkeypatch.setattr(limits, "MAX_STRING_COPIES", 10_000_000)
    long = "И" * 10_000
    letters = long.encode("utf-16-le")
    table = record(0x00FC, struct.pack("<IIHB", 1, 1, len(long), 1) + letters[:8000])
    for start in range(8000, len(letters), 8000):
        table += record(0x003C, b"\x01" + letters[start : start + 8000])
    many = b"".join(record(0x00FD, struct.pack("<HHHI", row, 0, 0, 0)) for row in range(2000))
    stream = table + many + bytes(4096)
    assert [f.code for f in read("people", "x.xls", container(stream)).findings] == ["table_too_large"]


def test_shared_strings_are_measured_across_the_records_they_lie_in():
    """Thousands of short strings: one of them is cut by each record's end, and the rest goes on in another width."""
    narrow, wide = "abcdefgh", "Ғанибаев"
    pieces = [struct.pack("<II", 4, 4)]
    pieces[0] += struct.pack("<HB", 8, 0) + narrow.encode() + struct.pack("<HB", 8, 1) + wide[:3].encode("utf-16-le")
    pieces.append(b"\x01" + wide[3:].encode("utf-16-le") + struct.pack("<HB", 8, 0) + narrow[:2].encode())
    pieces.append(
        b"\x00" + narrow[2:].encode() + struct.pack("<HBHI", 2, 13, 1, 6) + wide[:2].encode("utf-16-le") + bytes(4)
    )
    pieces.append(bytes(6))
    stream = record(0x00FC, pieces[0]) + b"".join(record(0x003C, piece) for piece in pieces[1:])
    assert biff._longest_string(stream) == 16


def test_a_workbook_as_an_office_program_writes_it():
    data = (
        DATA / "real" / "town_classes.xls"
    ).read_bytes()  # tests/data/town/classes.xlsx, saved again by LibreOffice 7.4
    result = read("people", "classes.xls", data)
    assert not result.findings
    assert (result.counts["students"], result.counts["classes"], result.counts["families"]) == (820, 33, 633)
