"""Draws timetables for tests: a sketch in text becomes a workbook or a page, and cards become short to compare."""

import html
import io
from dataclasses import dataclass, field

import xlsxwriter

from server.importers.findings import Result
from server.importers.registry import read

Card = tuple[str, str, int, int, str, str, tuple[str, ...]]


@dataclass
class Sketch:
    """Cells by place, and merged ranges as first and last place."""

    cells: dict[tuple[int, int], str | float] = field(default_factory=dict)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)

    def turned(self) -> "Sketch":
        """Rows as columns."""
        return Sketch(
            {(c, r): value for (r, c), value in self.cells.items()},
            [((a[1], a[0]), (b[1], b[0])) for a, b in self.merged],
        )


def sketch(text: str) -> Sketch:
    """Lines of cells between "|"; "<" goes on from the left, "^" from above, "¶" is a line break in a cell."""
    drawn = Sketch()
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").split("\n")]
    ends: dict[tuple[int, int], tuple[int, int]] = {}
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell in ("<", "^"):
                first = owner[(r, c - 1) if cell == "<" else (r - 1, c)]
                owner[r, c] = first
                ends[first] = (max(r, ends.get(first, first)[0]), max(c, ends.get(first, first)[1]))
            else:
                owner[r, c] = (r, c)
                if cell:
                    drawn.cells[r, c] = float(cell) if cell.isdigit() and len(cell) < 3 else cell.replace("¶", "\n")
    drawn.merged = sorted(ends.items())
    return drawn


def workbook(sheets: dict[str, Sketch]) -> bytes:
    """An xlsx file of sketches."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, drawn in sheets.items():
            sheet = book.add_worksheet(name)
            for first, last in drawn.merged:
                sheet.merge_range(*first, *last, drawn.cells.get(first, ""))
            for (row, column), value in drawn.cells.items():
                if not any(first == (row, column) for first, _ in drawn.merged):
                    sheet.write(row, column, value)
    return out.getvalue()


def page(drawn: Sketch) -> bytes:
    """An HTML table with colspan and rowspan, as programs save it under the name .xls."""
    ends = dict(drawn.merged)
    hidden = {
        (r, c) for (r0, c0), (r1, c1) in drawn.merged for r in range(r0, r1 + 1) for c in range(c0, c1 + 1)
    } - set(ends)
    height, width = (max(place[axis] for place in drawn.cells) + 1 for axis in (0, 1))
    lines = []
    for r in range(height):
        cells = []
        for c in range(width):
            if (r, c) in hidden:
                continue
            last = ends.get((r, c), (r, c))
            text = html.escape(str(drawn.cells.get((r, c), "")).removesuffix(".0")).replace("\n", "<br>")
            cells.append(f'<td rowspan="{last[0] - r + 1}" colspan="{last[1] - c + 1}">{text}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<html><meta charset=utf-8><table>{''.join(lines)}</table></html>".encode()


def read_sketch(text: str, name: str = "Лист1") -> Result:
    """What the importer makes of one sketched sheet."""
    return read("timetable", "расписание.xlsx", workbook({name: sketch(text)}))


def cards(result: Result) -> set[Card]:
    """(class, part, weekday, period, weeks, subject, rooms) of every placed hour."""
    return {
        (class_name, part, card.weekday, card.period, card.weeks, lesson.subject, card.rooms)
        for timetable in result.rows
        for lesson in timetable.lessons
        for card in lesson.cards
        for class_name, part in lesson.groups
    }


def told(result: Result) -> list[str]:
    """The cards as short lines in order: "5А пн1 Алгебра 217", "5А/Группа 1 вт2 знам Шахматы"."""
    return sorted(
        " ".join(filter(None, (
            f"{class_name}/{part}" if part else class_name,
            f"{'пн вт ср чт пт сб вс'.split()[weekday - 1]}{period}",
            {"10": "числ", "01": "знам"}.get(weeks, ""),
            subject,
            "+".join(rooms),
        )))
        for class_name, part, weekday, period, weeks, subject, rooms in cards(result)
    )  # fmt: skip
