"""What stands on a sheet of plain tables for the wall and the files: plans, exam timetables, protocols.

Everything comes in words already; ``printables.board_pdf`` draws it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its width in millimetres (0: what is left), and how its cells stand."""

    name: str
    width: int = 0
    align: str = ""  # "", center, right


@dataclass(frozen=True)
class Table:
    """A table under a heading; ``notes`` stand below it. Without rows ``empty`` is said."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    empty: str = ""


@dataclass(frozen=True)
class Sheet:
    """A document. ``lead``: lines under the title; ``signatures``: (office, name) with room to sign between them.

    ``foot``: at the lower edge of every page; ``page_of``: words around the numbers, like ("page ", " of ").
    """

    lang: str
    title: str
    lead: tuple[str, ...]
    tables: tuple[Table, ...]
    signatures: tuple[tuple[str, str], ...] = ()
    foot: str = ""
    page_of: tuple[str, str] = ("", " / ")
    landscape: bool = False
    page_each: bool = False  # each table on a page of its own
    signed_where: str = ""  # what stands below the line to sign on
