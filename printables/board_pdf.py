"""Sheets of plain tables drawn: what stands on them (printables.board) in, PDF out."""

from printables.board import Sheet
from printables.documents import document
from printables.render import render


def pdf(sheet: Sheet) -> bytes:
    """The document as A4 pages: black on white, lines of half a point, text from 10 points."""
    return render(document("board.html", lang=sheet.lang, title=sheet.title, page_of=(*sheet.page_of, ""),
                           foot=sheet.foot, landscape=sheet.landscape, sheet=sheet)).pdf  # fmt: skip
