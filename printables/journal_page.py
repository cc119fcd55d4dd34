"""The journal on paper as in a class register: marks and absences left, topics and homework of the same lessons right.

Then the marks of terms, and a page for the remarks of who checks the journal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from babel.dates import format_date

from printables.documents import document
from printables.fonts import BOLD, REGULAR, face
from printables.render import render
from printables.texts import Texts, texts_of

ROOM = 297 - 20 - 12 - 8 - 54  # millimetres for the columns beside number and name
NARROWEST, PADDING = 8.6, 2.4  # millimetres of a column
REMARKS = 14  # lines


@dataclass(frozen=True)
class Column:
    """A lesson, or one of its tasks; ``lesson`` is its place in the course's lessons, from 0."""

    on: date
    lesson: int


@dataclass(frozen=True)
class Lesson:
    """What the right page says of a lesson."""

    on: date
    n: int
    topic: str
    homework: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A student: a text per column, then per total. ``note``: until when in the class."""

    name: str
    cells: tuple[str, ...]
    totals: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class CourseJournal:
    """A course's journal for a stretch of days. ``totals``: heads of the last columns; ``counts``: of a term's marks.

    ``signs``: a sign and what it means.
    """

    school: str
    group: str
    subject: str
    teachers: str
    span: str
    columns: tuple[Column, ...]
    lessons: tuple[Lesson, ...]
    rows: tuple[Row, ...]
    totals: tuple[str, ...] = ()
    counts: tuple[tuple[str, str], ...] = ()
    signs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Part:
    """The columns of one left page as (place, width in mm), its lessons, and whether totals stand there."""

    columns: tuple[tuple[int, float], ...]
    lessons: tuple[Lesson, ...]
    totals: tuple[float, ...] = ()


def print_journal(journals: Sequence[CourseJournal], locale: str, locale_dir: Path) -> bytes:
    """The courses one after another, A4 across. Without lessons a course has its page of remarks alone."""
    texts = texts_of(locale, locale_dir)
    before, between, behind = texts.gettext("page %(page)s of %(total)s", page="\0", total="\0").split("\0")
    return render(document(
        "journal.html", lang=locale.replace("_", "-"), title=texts.gettext("Journal"), landscape=True,
        foot=journals[0].school if journals else "", page_of=(before, between, behind), _=texts.gettext,
        courses=[(one, tuple(_parts(one))) for one in journals], remarks=range(REMARKS),
        day=lambda on: f"{on.day}", month=lambda on: format_date(on, "LLL", texts.locale)[:3],
        short=lambda on: _short(texts, on),
    )).pdf  # fmt: skip


def _short(texts: Texts, on: date) -> str:
    return format_date(on, "d MMM", texts.locale).rstrip(".")


def _parts(one: CourseJournal) -> Iterator[_Part]:
    """As many columns on a page as its width holds; the totals behind the last ones, or on a page of their own."""
    totals = tuple(_width([name, *(row.totals[at] for row in one.rows)]) for at, name in enumerate(one.totals))
    taken: list[tuple[int, float]] = []
    for place, _column in enumerate(one.columns):
        width = _width([row.cells[place] for row in one.rows])
        if taken and sum(known for _place, known in taken) + width > ROOM:
            yield _part(one, taken)
            taken = []
        taken.append((place, width))
    if taken and sum(width for _place, width in taken) + sum(totals) > ROOM:
        yield _part(one, taken)
        taken = []
    if taken or any(text for row in one.rows for text in row.totals):
        yield _part(one, taken, totals)


def _part(one: CourseJournal, taken: Sequence[tuple[int, float]], totals: tuple[float, ...] = ()) -> _Part:
    lessons = dict.fromkeys(one.columns[place].lesson for place, _width in taken)
    return _Part(tuple(taken), tuple(one.lessons[at] for at in lessons), totals)


def _width(texts: Sequence[str]) -> float:
    """Millimetres that the longest word of a column needs."""
    words = [word for text in texts for word in text.split()]
    longest = max((max(face(REGULAR).width(word, 10), face(BOLD).width(word, 10)) for word in words), default=0)
    return max(NARROWEST, longest * 25.4 / 72 + PADDING)
