"""Lists far longer than any school's: read in bounded memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from server.importers.registry import read

pytestmark = pytest.mark.large
STUDENTS = 20_000
MEGABYTES = 200
CHECKOUT = Path(__file__).parents[3]
PROGRAM = """
import re, sys
from server.importers.registry import look, read
data = open(sys.argv[1], "rb").read()
result = read("people", "long.xlsx", data)
(view,) = look("people", "long.xlsx", data)
peak = re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())
print(len(result.rows), len(result.findings), view.rows, int(peak[1]) // 1024)
"""
HEADER = ["Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "ФИО родителя", "Телефон родителя",
          "E-mail родителя", "Адрес"]  # fmt: skip


def student(n):
    last = f"Соколов{chr(0x430 + n % 32)}{chr(0x430 + n // 32 % 32)}{chr(0x430 + n // 1024)}"
    born = f"{n % 28 + 1:02d}.{n % 12 + 1:02d}.{2009 + n % 9}"
    family = n // 2
    mail, address = f"fam{family}@mail.example.org", f"с. Тополиное, ул. Новая, д. {family}"
    parent, phone = f"{last}а Мария Олеговна", f"8 999 {family:07d}"
    return [f"{n % 11 + 1}{'АБВГ'[n % 4]}", last, "Пётр", "Ильич", born, "м", parent, phone, mail, address]


def sheet():
    """The XML of a sheet with its texts in the cells, as some programs write it."""
    yield '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    for y, row in enumerate([HEADER, *(student(n) for n in range(STUDENTS))], 1):
        cells = (f'<c r="{"ABCDEFGHIJ"[x]}{y}" t="inlineStr"><is><t>{text}</t></is></c>' for x, text in enumerate(row))
        yield f'<row r="{y}">{"".join(cells)}</row>'
    yield "</sheetData></worksheet>"


def test_twenty_thousand_students(xlsx, repacked, tmp_path):
    path = tmp_path / "long.xlsx"
    part = "".join(sheet()).encode()
    path.write_bytes(repacked(xlsx({"Школа": [["x"]]}), "xl/worksheets/sheet1.xml", lambda _: part))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, path], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    rows, findings, shown, peak = map(int, done.stdout.split())
    assert (rows, findings, shown) == (STUDENTS, 0, STUDENTS)
    assert peak < MEGABYTES


@pytest.mark.parametrize("piece", ["(", ",", " ", "-", "а ", "8 ", "1.", "мама ", "@", "№", '"', "ұлы ", "7А"])
def test_cells_that_keep_a_reader_busy(piece):
    """Twenty thousand times in every column: hours for a pattern that looks back."""
    header = "Класс;ФИО;Дата рождения;Пол;Телефон;Родитель;Телефон родителя;E-mail родителя;Адрес"
    row = ";".join(['"' + (piece * 20_000).replace('"', '""') + '"'] * 9)
    for text in (f"{header}\n{row}\n", f"{row}\n{row}\n{row}\n"):
        assert read("people", "x", text.encode()).rows == ()
