"""Sheets of plain tables drawn: what stands on them (printables.board) in, PDF out."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from printables.board import Sheet
from printables.checks import composed
from printables.render import render


def pdf(sheet: Sheet) -> bytes:
    """The document as A4 pages: black on white, lines of half a point, text from 10 points."""
    return render(composed(_environment().get_template("board.html").render(sheet=sheet))).pdf


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    found.filters["css"] = _css_text
    return found


def _css_text(text: str) -> Markup:
    """A text inside quotation marks of a style sheet; letters that could end it are written as their numbers."""
    plain = " .,:№«»–"
    return Markup("".join(one if one.isalnum() or one in plain else f"\\{ord(one):06x}" for one in text))
