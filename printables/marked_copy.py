"""The marked copy of a work: its pages as they came, the teacher's signs over them, mark and comment on top.

It is one student's own: nothing of it is kept in the cache of sheets.
"""

import datetime
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path

from printables import signs, two_tone
from printables.checks import check_letters, composed
from printables.fonts import BOLD, REGULAR, face
from printables.layout import BODY_BOTTOM, HEAD_SPLIT, LEFT, LESSON_LINE, RIGHT, Box, from_top, mm
from printables.marked import KIND, CopyFile, MarkedWork
from printables.parts import MARK, Parts
from printables.press import Piece, Press
from printables.roster import Roster
from printables.sheets import Sheet
from printables.stamp import Ink, wrapped
from printables.texts import Texts, texts_of
from printables.two_tone import Printable

CUT = "no_marked"  # the step of a budget
SIZE, STEP = 10.5, 13.0  # of comments, in points
FIRST = 14  # lines of comments above the first picture; the rest stands behind the last
TOP = from_top(37)
_FULL = int((TOP - BODY_BOTTOM - mm(6)) / STEP)


@dataclass(frozen=True)
class _Page:
    """``picture``: which of the work's pages, None for more of the comment alone; ``place``: where it stands."""

    lines: tuple[str, ...]
    picture: int | None
    place: Box


def kept(works: Iterable[MarkedWork], all_of_them: bool) -> tuple[list[MarkedWork], list[MarkedWork]]:
    """The copies that are printed, and those that the budget drops: such that nobody asked for."""
    listed = list(works)
    dropped = [] if all_of_them else [work for work in listed if not work.asked]
    return [work for work in listed if work not in dropped], dropped


def piece(work: MarkedWork, texts: Texts) -> Piece:
    """The copy as a piece of a pack."""
    pictures = [two_tone.printable(Path(page.picture)) for page in work.pages]
    pages = _pages(work, pictures)
    draw = partial(_draw, work, texts, pages, [picture is not None for picture in pictures])
    sheet = _sheet(work, pages, pictures)
    return Piece(KIND, work.code, sheet, len(pages), title=work.title, drawing=draw)


def print_copies(roster: Roster, school: str, locale: str, locale_dir: Path) -> CopyFile:
    """The marked copies of a roster's students as a file, one page on a side.

    ``school``: its id. Raises PrintError ``font_lacks``.
    """
    texts = texts_of(locale, locale_dir)
    press = Press({"school": {"id": school}}, roster, texts, lambda lesson: "", False)
    for student in roster.students:
        check_letters(student)
        press.add(student, [piece(work, texts) for work in student.marked])
    out = BytesIO()
    press.write(out)
    return CopyFile(out.getvalue(), press.sides)


def _pages(work: MarkedWork, pictures: Sequence[Printable | None]) -> list[_Page]:
    lines = list(_comment_lines(work))
    first, more = tuple(lines[:FIRST]), lines[FIRST:]
    pages = []
    for number, picture in enumerate(pictures):
        own = first if number == 0 else ()
        top = TOP - len(own) * STEP - (mm(2) if own else 0)
        pages.append(_Page(own, number, _placed(Box(LEFT, BODY_BOTTOM + mm(6), RIGHT, top), picture)))
    nothing = Box(LEFT, BODY_BOTTOM, RIGHT, TOP)
    return pages + [_Page(tuple(more[at : at + _FULL]), None, nothing) for at in range(0, len(more), _FULL)]


def _comment_lines(work: MarkedWork) -> Iterator[str]:
    for comment in work.comments:
        for line in composed(comment).splitlines():
            yield from wrapped(line, face(REGULAR), SIZE, RIGHT - LEFT)


def _placed(room: Box, picture: Printable | None) -> Box:
    """As large as the room allows, in its middle and at its top."""
    if picture is None:
        return room
    scale = min(room.width / picture.width, room.height / picture.height)
    width, height = picture.width * scale, picture.height * scale
    left = (room.x0 + room.x1 - width) / 2
    return Box(left, room.y1 - height, left + width, room.y1)


def _sheet(work: MarkedWork, pages: Sequence[_Page], pictures: Sequence[Printable | None]) -> Sheet:
    """The pictures as a sheet whose pages hold nothing else; its name is that of this work and these pictures."""
    found = [(number, picture) for number, picture in enumerate(pictures) if picture]
    name = hashlib.sha256(work.code.encode())
    for _number, picture in found:
        name.update(picture.data)
    objects = tuple((picture.entries, picture.data) for _number, picture in found)
    named = "".join(f"/M{number} {MARK}{at}{MARK}" for at, (number, _picture) in enumerate(found))
    contents = tuple(zlib.compress(_content(page, pictures)) for page in pages)
    parts = Parts(contents, f"/XObject<<{named}>>" if named else "", "", objects)
    ink = tuple(_ink(page, pictures) for page in pages)
    return Sheet(name.hexdigest(), Path(), ({},) * len(pages), {}, "", parts, ink)


def _content(page: _Page, pictures: Sequence[Printable | None]) -> bytes:
    if page.picture is None or pictures[page.picture] is None:
        return b""
    at = page.place
    return f"q {at.width:.2f} 0 0 {at.height:.2f} {at.x0:.2f} {at.y0:.2f} cm /M{page.picture} Do Q\n".encode()


def _ink(page: _Page, pictures: Sequence[Printable | None]) -> float:
    picture = pictures[page.picture] if page.picture is not None else None
    whole = (RIGHT + LEFT) * from_top(0)
    return picture.ink * page.place.width * page.place.height / whole if picture else len(page.lines) * 0.0008


def _draw(
    work: MarkedWork, texts: Texts, pages: Sequence[_Page], there: Sequence[bool], ink: Ink, number: int
) -> None:  # fmt: skip
    page = pages[number]
    _head(ink, work, texts, number + 1, len(pages))
    for at, line in enumerate(page.lines):
        ink.text(LEFT, TOP - at * STEP, line, size=SIZE)
    if page.picture is None:
        return
    if there[page.picture]:
        signs.draw(ink, page.place, [replace(one, text=composed(one.text)) for one in work.pages[page.picture].signs])
    else:
        ink.frame(page.place)
        ink.fitted(page.place, texts.gettext("The picture of this page cannot be read any more."), align="middle")
    note = texts.gettext("A copy to look at: correct on the task's sheet and hand that one in.") if work.redo \
        else texts.gettext("A copy to look at: it is not handed in.")  # fmt: skip
    ink.text(LEFT, BODY_BOTTOM + mm(1.5), note)


def _head(ink: Ink, work: MarkedWork, texts: Texts, number: int, total: int) -> None:
    x0 = HEAD_SPLIT + mm(3)
    ink.fitted(Box(x0, from_top(16), RIGHT, from_top(10)), composed(work.subject), BOLD, 11, "right")
    kind = texts.gettext("marked work, page %(page)s of %(total)s", page=number, total=total)
    ink.fitted(Box(x0, from_top(20.5), RIGHT, from_top(16)), kind, size=10.5, align="right")
    ink.fitted(Box(x0, from_top(25), RIGHT, from_top(20.5)), _when(work, texts), size=10, align="right")
    ink.line(LEFT, LESSON_LINE, RIGHT, LESSON_LINE)
    mark = texts.gettext("sent back to correct") if work.redo else composed(work.mark)
    split = RIGHT - mm(50)
    ink.fitted(Box(LEFT, from_top(33), split - mm(3), from_top(27)), composed(work.title), BOLD, 12)
    ink.fitted(Box(split, from_top(33), RIGHT, from_top(27)), mark, BOLD, 14, "right")


def _when(work: MarkedWork, texts: Texts) -> str:
    handed, decided = (
        texts.date(datetime.date.fromisoformat(day)) if day else "" for day in (work.returned_on, work.decided_on)
    )
    parts = [texts.gettext("handed in %(day)s", day=handed)] if handed else []
    return " · ".join([*parts, *([texts.gettext("marked %(day)s", day=decided)] if decided else [])])
