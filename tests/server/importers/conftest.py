"""What the importers' tests share: the sample files, and small files made on the spot."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data"
ROOMS = {"village": ROOT / "content", "town": DATA, "kazakh": DATA, "dirty": DATA}


@pytest.fixture(scope="session")
def sample() -> Callable[[str], bytes]:
    """The bytes of a sample: ``sample("village/bells.csv")``."""
    return lambda name: (ROOMS[name.split("/")[0]] / name).read_bytes()


@pytest.fixture(scope="session")
def xlsx() -> Callable[..., bytes]:
    """A workbook from sheets of rows: ``xlsx({"7А": [["Фамилия", …], …]})``."""

    def make(sheets: dict[str, list[list]]) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
        return out.getvalue()

    return make


@pytest.fixture(scope="session")
def dated_xlsx() -> Callable[..., bytes]:
    """As ``xlsx``, with dates as real dates and empty texts as empty cells."""

    def make(sheets: dict[str, list[list]]) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
            day = book.add_format({"num_format": "dd.mm.yyyy"})
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for y, row in enumerate(rows):
                    for x, cell in enumerate(row):
                        if isinstance(cell, date):
                            sheet.write_datetime(y, x, datetime(cell.year, cell.month, cell.day), day)
                        elif cell != "":
                            sheet.write(y, x, cell)
        return out.getvalue()

    return make


@pytest.fixture(scope="session")
def zipped() -> Callable[[dict[str, bytes]], bytes]:
    """An archive of parts, compressed."""

    def make(parts: dict[str, bytes]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
        return out.getvalue()

    return make


@pytest.fixture(scope="session")
def repacked(zipped: Callable[[dict[str, bytes]], bytes]) -> Callable[[bytes, str, Callable[[bytes], bytes]], bytes]:
    """A workbook with one part changed: ``repacked(book, "xl/worksheets/sheet1.xml", change)``."""

    def make(book: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            parts = {info.filename: archive.read(info) for info in archive.infolist()}
        parts[name] = change(parts[name])
        return zipped(parts)

    return make
