"""Timetables on paper: one page each, all of it there, wide sheets as large as need be and in pieces."""

import io
from pathlib import Path

import pikepdf
import pytest

from printables.timetables import Entry, Grid, Poster, School, Wide, tile, write_grids, write_posters, write_wide
from tests.printables.paper import pages_of, pictures, run

LOCALES = Path(__file__).parents[2] / "server" / "translations"
SCHOOL = School("Лесная школа", "выпуск 12", "+7 900 000-00-00", "ru", LOCALES)
DAYS = ("Пн 7.12", "Вт 8.12", "Ср 9.12", "Чт 10.12", "Пт 11.12", "Сб 12.12")
pytestmark = pytest.mark.pdf


def grid(title: str, lessons: int, per_cell: int = 1) -> Grid:
    entries = tuple(Entry("Изобразительное искусство", f"Группа {part}, каб. 12, Ғабитқызы Ә. Ө.")
                    for part in range(per_cell))  # fmt: skip
    cells = {(row, column): entries for row in range(lessons) for column in range(len(DAYS))}
    return Grid(title, "7–12 декабря 2026", DAYS, tuple((str(n + 1), "08:30–09:10") for n in range(lessons)), cells)


def sizes(pdf: Path) -> list[tuple[int, int]]:
    with pikepdf.open(pdf) as opened:
        return [tuple(round(float(side) * 25.4 / 72) for side in page.mediabox[2:]) for page in opened.pages]


def sizes_of_text(pdf: Path) -> set[float]:
    found = run("pdftotext", "-bbox-layout", pdf, "-")
    lines = [line for line in found.splitlines() if "<word " in line]
    assert lines
    return {round(float(line.split('yMax="')[1].split('"')[0]) - float(line.split('yMin="')[1].split('"')[0]), 1)
            for line in lines}  # fmt: skip


def sound(pdf: Path) -> None:
    """Every font is embedded, and nothing complains."""
    fonts = run("pdffonts", pdf).splitlines()[2:]
    assert fonts and all(line.split()[-5] == "yes" for line in fonts)
    run("qpdf", "--check", pdf)


def test_each_timetable_has_a_page_of_its_own(tmp_path: Path) -> None:
    out = tmp_path / "t.pdf"
    sheets = [grid("7 «А» класс", 3), grid("Әлия Ғ. Қ.", 7, 2), grid("каб. 12", 12, 3)]
    assert write_grids(sheets, SCHOOL, out) == 3
    sound(out)
    assert sizes(out) == [(297, 210), (420, 297), (594, 420)]
    pages = pages_of(out)
    for page, sheet in zip(pages, sheets, strict=True):
        assert sheet.title in page
        assert "выпуск 12" in page
        for day in DAYS:
            assert day in page
    assert pages[1].count("Ғабитқызы") == 7 * 2 * 6
    assert min(sizes_of_text(out)) >= 10


def test_a_cancelled_lesson_is_said(tmp_path: Path) -> None:
    out = tmp_path / "t.pdf"
    write_grids([Grid("7 «А»", "", DAYS, (("1", ""),), {(0, 0): (Entry("Алгебра", "214", True),)})], SCHOOL, out)
    [page] = pages_of(out)
    assert "отмен" in page
    assert "214" not in page


def wide(rows: int, columns: int) -> Wide:
    heads = tuple((day, tuple(str(n) for n in range(1, columns + 1))) for day in DAYS)
    own = tuple((f"Учитель{row:02d} А. Б.", tuple(f"{row % 11 + 1}А" for _ in range(columns * len(DAYS))))
                for row in range(rows))  # fmt: skip
    return Wide("Все учителя", "7–12 декабря 2026", heads, own)


@pytest.mark.parametrize(("rows", "columns", "size"), [(12, 4, (297, 210)), (20, 7, (420, 297)), (63, 13, (841, 594))])
def test_a_wide_sheet_is_as_large_as_its_text_needs(
    tmp_path: Path, rows: int, columns: int, size: tuple[int, int]
) -> None:  # fmt: skip
    out = tmp_path / "w.pdf"
    assert write_wide([wide(rows, columns)], SCHOOL, out) == 1
    sound(out)
    assert sizes(out) == [size]
    [page] = pages_of(out)
    assert sum(page.count(f"Учитель{row:02d}") for row in range(rows)) == rows
    assert min(sizes_of_text(out)) >= 10


def test_pieces_to_glue_cover_the_sheet(tmp_path: Path) -> None:
    out = tmp_path / "w.pdf"
    pages = write_wide([wide(63, 13)], SCHOOL, out, tiled=True)
    assert set(sizes(out)) == {(297, 210)}
    assert pages == 3 * 4 or pages > 8
    sound(out)
    text = " ".join(pages_of(out))
    assert all(f"Учитель{row:02d}" in text for row in range(63))


def test_a_small_sheet_is_one_piece() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(500, 400))
        data = io.BytesIO()
        pdf.save(data)
    with pikepdf.open(io.BytesIO(tile(data.getvalue()))) as opened:
        assert len(opened.pages) == 1


def test_a_poster_says_the_day_to_any_phone(tmp_path: Path) -> None:
    import zxingcpp

    out = tmp_path / "p.pdf"
    text = "7 «Ә», пн 7.12\n" + "\n".join(f"{n}. 08:30 Қазақ тілі / Англ. яз. 21{n}" for n in range(1, 8))
    assert write_posters([Poster("7 «Ә» класс", "7–12 декабря", tuple((day, text) for day in DAYS))], SCHOOL, out) == 1
    sound(out)
    [picture] = pictures(out, tmp_path, 1, 1)
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    assert [code.text for code in found] == [text] * len(DAYS)
