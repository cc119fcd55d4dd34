"""Registers of delivery and lists to collect by: a heading with the register's code on every page, a table with room
to sign, totals out and in, lines for those who hand over."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pikepdf
from markupsafe import Markup

from printables.checks import check_name, composed
from printables.documents import environment
from printables.qr import svg
from printables.render import render

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Line:
    """A row of the table: the name that must be written whole, and all cells with it in its place."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Delivery:
    """One document in its reader's language.

    ``label``: the QR's text, "" for a list without a code; ``digits``: the code as people read it. ``facts``: pairs
    (what, value) in the heading of every page, ``beside``: those that stand once, above the table. ``widths``:
    millimetres of the columns, 0 for what is left; ``numbers``: columns set to the right; ``codes``: those of digits;
    ``total``: the last row; ``counts``: lines with what went out and room for what came in; ``signatures``: who signs.
    ``page_of``: the words before, between and after page and pages.
    """

    title: str
    school: str
    place: str
    facts: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    lines: tuple[Line, ...]
    widths: tuple[int, ...]
    total: tuple[str, ...]
    counts: tuple[tuple[str, str], ...]
    signatures: tuple[str, ...]
    page_of: tuple[str, str, str]
    language: str
    label: str = ""
    digits: str = ""
    numbers: tuple[int, ...] = ()
    codes: tuple[int, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    hint: str = ""


def print_deliveries(documents: Sequence[Delivery], duplex: bool = True) -> tuple[bytes, tuple[int, ...]]:
    """One PDF of all documents and the pages of each; with ``duplex`` each begins on a fresh leaf.

    Raises PrintError ``font_lacks`` for a name that the paper's font cannot write.
    """
    for document in documents:
        for line in document.lines:
            check_name(line.name, line.name)
    counts = []
    with pikepdf.new() as whole:
        for document in documents:
            with pikepdf.open(io.BytesIO(render(html_of(document)).pdf)) as part:
                counts.append(len(part.pages))
                whole.pages.extend(part.pages)
                if duplex and len(part.pages) % 2:
                    whole.add_blank_page(page_size=tuple(part.pages[0].mediabox[2:]))
        out = io.BytesIO()
        whole.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    return out.getvalue(), tuple(counts)


def html_of(document: Delivery) -> str:
    """The document as HTML for the press."""
    picture = Markup(svg(document.label, document.title)) if document.label else ""
    lines = tuple(replace(line, cells=tuple(map(composed, line.cells))) for line in document.lines)
    return (
        environment()
        .get_template("manifest.html")
        .render(one=replace(document, lines=lines), picture=picture, page_of=map(_quoted, document.page_of))
    )


def _quoted(text: str) -> str:
    """As a string of CSS."""
    return '"' + "".join(sign if sign.isalnum() or sign == " " else f"\\{ord(sign):x} " for sign in text) + '"'
