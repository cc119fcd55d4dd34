"""Registers on paper: a heading, tables with their totals, lines to sign; numbered pages, black and white."""

from dataclasses import dataclass

from printables.documents import document
from printables.render import render


@dataclass(frozen=True)
class RegisterTable:
    """A table of texts. ``numbers``: columns set to the right; ``bold``: rows of totals; both counted from 0.

    ``widths``: millimetres of the columns, 0 for what is left.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    bold: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()
    empty: str = ""


@dataclass(frozen=True)
class Register:
    """A document in its reader's language. ``page_of``: the words before, between and after page and pages."""

    title: str
    school: str
    lines: tuple[str, ...]
    tables: tuple[RegisterTable, ...]
    signatures: tuple[str, ...]
    page_of: tuple[str, str, str]
    language: str
    landscape: bool = False


def html_of(register: Register) -> str:
    """The document as HTML for the press."""
    return document("register.html", lang=register.language, title=register.title, page_of=register.page_of,
                    landscape=register.landscape, one=register,
                    pairs=[(who, "") for who in register.signatures])  # fmt: skip


def print_register(register: Register) -> bytes:
    """The PDF: A4, 2 cm at the binder's side, «page x of y» on every page, heads of tables repeated."""
    return render(html_of(register)).pdf
