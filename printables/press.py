"""Stamps planned packs onto shared sheets, page by page: whose they are, which page, which code."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from printables import furniture, large_furniture
from printables.answers import Placed, described, draw
from printables.checks import with_composed_names
from printables.classfile import ClassFile, Half
from printables.furniture import Writing
from printables.imposition import UPRIGHT, Place, Side, sides_of
from printables.inking import Coverage
from printables.report import PackInfo, SheetInfo
from printables.roster import Roster, Student
from printables.sheets import AnySheet, Sheet
from printables.stamp import Ink
from printables.student_ink import StudentInk
from printables.texts import Texts
from sync.codes import Label
from sync.wording import class_name


@dataclass(frozen=True)
class Piece:
    """A sheet's place in a pack. ``kind``: cover, feedback, marked, again, lesson, sources, task or slips.

    ``pages`` with the added pages of lines and, last, those of ``answers`` to tick; ``half``: they are A5, two of them
    on one side; ``short``: without the page of lines that the sheet has elsewhere; ``big``: in large print.
    ``drawing``: what is drawn on which page of a sheet that is one student's own, and then of no hash that the school
    keeps.
    """

    kind: str
    id: str
    sheet: AnySheet
    pages: int
    lesson: Mapping[str, Any] | None = None
    task: Mapping[str, Any] | None = None
    writing: Writing | None = None
    answers: tuple[tuple[Placed, ...], ...] = ()
    half: bool = False
    title: str = ""
    short: bool = False
    big: bool = False
    drawing: Callable[[Ink, int], None] | None = None

    @property
    def layout(self) -> list[dict[str, Any]] | None:
        """Where its boxes to tick stand, as it is kept."""
        return described(self.answers, self.pages - len(self.answers) + 1) if self.answers else None

    def furniture(self, page: int) -> ModuleType:
        """What draws head and foot of a page (from 0). Pages to tick are the same in large print, as machines read."""
        return large_furniture if self.big and page < self.pages - len(self.answers) else furniture

    @property
    def info(self) -> SheetInfo:
        """How it is reported. A short sheet has a hash of its own, as the number of pages is kept by the hash."""
        if self.drawing:
            return SheetInfo(self.kind, self.id, "", self.pages)
        known = self.sheet.hash
        own = hashlib.sha256(f"{known} short".encode()).hexdigest() if self.short else known
        return SheetInfo(self.kind, self.id, own, self.pages, self.layout)


OwnInk = Callable[[Piece, int], list[bytes]]  # what one page of a piece bears beside what all of the group have


@dataclass(frozen=True)
class _Page:
    """A page of a piece (``number`` from 0) with what comes under and over what is a student's own."""

    piece: Piece
    number: int
    group: bytes
    over: list[bytes]

    def with_own(self, own: OwnInk) -> Half:
        """The page as a file takes it."""
        return self.piece.sheet, self.number, [self.group, *own(self.piece, self.number), *self.over]


@dataclass(frozen=True)
class _Planned:
    """A pack as far as all have it in common who get the same pieces: how it is reported, and its sides in order."""

    pieces: Sequence[Piece]  # kept, as it is known by its identity
    sheets: tuple[SheetInfo, ...]
    pages: int
    ink: float
    sides: tuple[Side, ...]


class Press:
    """Adds packs to one class file. Streams that several pages or students share are made once."""

    def __init__(
        self,
        content: Mapping[str, Any],
        roster: Roster,
        texts: Texts,
        channel: Callable[[Mapping[str, Any]], str],
        duplex: bool,
    ):
        self._school, self._roster, self._texts = content["school"]["id"], roster, texts
        self._channel, self._duplex = channel, duplex
        self._file = ClassFile(f"{roster.group_name}, {roster.week}", str(texts.locale).replace("_", "-"))
        self._shared: dict[tuple[object, ...], bytes] = {}
        self._coverage = Coverage()
        self._planned: dict[tuple[int, bool], _Planned] = {}
        self._adding: dict[tuple[int, bool], list[Callable[[OwnInk], None]]] = {}

    @property
    def entrance(self) -> str:
        """The address of the private pages."""
        return self._roster.private_entrance

    @property
    def sides(self) -> int:
        """Pages of the file so far, with blank backs."""
        return self._file.sides

    def add(
        self, student: Student, pieces: list[Piece], booklet: bool = False, place: tuple[int, int] | None = None
    ) -> PackInfo:
        """Stamp one student's pack; the next begins on a fresh leaf. ``booklet``: A5 pages in the order for folding.

        ``place``: its number among how many packs, told on the cover.
        """
        start, planned = self._file.sides, self._plan(pieces, booklet)
        key = id(pieces), booklet
        if key not in self._adding:
            self._adding[key] = self._laid(pieces, planned.sides, 0, planned.pages)
        own = StudentInk(self, with_composed_names(student), place).of
        for add in self._adding[key]:
            add(own)
        return self._info(student, planned, start + 1)

    def lay(
        self,
        pieces: Sequence[Piece],
        own: OwnInk,
        booklet: bool,
        before: int,
        total: int,
    ) -> None:
        """Add the sides of pieces, each page with what is its own and its number, which counts from ``before``.

        With a ``total`` of 0 pages are not numbered.
        """
        for add in self._laid(pieces, sides_of(pieces, self._duplex, booklet), before, total):
            add(own)

    def _laid(
        self, pieces: Sequence[Piece], sides: Sequence[Side], before: int, total: int
    ) -> list[Callable[[OwnInk], None]]:
        """For each side what adds it with what is a pack's own; all else on it is made here, once for all of them."""
        firsts = list(accumulate((piece.pages for piece in pieces), initial=before))

        def page(place: Place | None) -> _Page | None:
            if place is None:
                return None
            piece, number = pieces[place[0]], place[1]
            over = [self._page(piece, number, firsts[place[0]] + number + 1, total)] if total else []
            return _Page(piece, number, self.group_ink(piece, number), over)

        return [self._side([page(place) for place in side.places], side.turn) for side in sides]

    def _side(self, pages: Sequence[_Page | None], turn: int) -> Callable[[OwnInk], None]:
        if not pages:
            return lambda own: self._file.add_blank()
        if turn != UPRIGHT or not pages[0]:
            return lambda own: self._file.add_halves([page and page.with_own(own) for page in pages], turn)
        page = pages[0]
        add = self._file.sheet_page(page.piece.sheet, page.number, [page.group], page.over)
        return lambda own: add(own(page.piece, page.number))

    def loose(self, sheet: Sheet, draw: Callable[[Ink, int], None]) -> None:
        """A sheet that belongs to no pack, on a leaf of its own; ``draw`` stamps each of its pages (from 0)."""
        for page in range(sheet.pages):
            self._file.add_sheet_page(sheet, page, [self.once(partial(_drawn, draw, page))])
        self.fresh_leaf()

    def add_drawn(self, *inks: bytes) -> None:
        """A page on which everything is drawn."""
        self._file.add_drawn(inks)

    def fresh_leaf(self) -> None:
        """What comes next begins on a leaf of its own."""
        if self._duplex and self._file.sides % 2:
            self._file.add_blank()

    def count(self, student: Student, pieces: list[Piece], booklet: bool, first_page: int) -> PackInfo:
        """What ``add`` would report, without stamping anything."""
        return self._info(student, self._plan(pieces, booklet), first_page)

    def _plan(self, pieces: Sequence[Piece], booklet: bool) -> _Planned:
        key = id(pieces), booklet
        if key not in self._planned:
            self._planned[key] = _Planned(
                pieces, tuple(piece.info for piece in pieces), sum(piece.pages for piece in pieces),
                self.ink_of(pieces), tuple(sides_of(pieces, self._duplex, booklet)),
            )  # fmt: skip
        return self._planned[key]

    def _info(self, student: Student, planned: _Planned, first_page: int) -> PackInfo:
        sides = len(planned.sides)
        leaves = sides // 2 if self._duplex else sides
        return PackInfo(
            student.id, student.pack_code, planned.pages, sides, first_page, planned.sheets, leaves=leaves,
            ink=planned.ink,
        )  # fmt: skip

    def ink_of(self, pieces: Sequence[Piece]) -> float:
        """Pages' worth of ink."""
        return round(self._coverage.of(pieces), 4)

    def save(self, out: Path) -> int:
        """Write the file; returns its size in bytes."""
        return self._file.save(out)

    def write(self, target: BinaryIO) -> None:
        """Write the file to where its reader waits for it."""
        self._file.write(target)

    def _page(self, piece: Piece, page: int, number: int, total: int) -> bytes:
        room = piece.furniture(page)
        foot = furniture.half_page_foot if piece.half else room.page_foot
        return self.shared((foot, number, total), lambda ink: foot(ink, self._texts, number, total))

    def shared(self, key: tuple[object, ...], draw: Callable[[Ink], None]) -> bytes:
        """The stream of what ``draw`` draws, drawn once per key."""
        if key not in self._shared:
            self._shared[key] = self.once(draw)
        return self._shared[key]

    def once(self, draw: Callable[[Ink], None]) -> bytes:
        """The stream of what ``draw`` draws."""
        ink = Ink()
        draw(ink)
        return self.take(ink)

    def take(self, ink: Ink) -> bytes:
        """The stream of an ink, whose glyphs will be in the file."""
        return self._file.take(ink)

    def group_ink(self, piece: Piece, page: int) -> bytes:
        """What all students of the group have on this page: head, foot, lines, the teacher's box."""
        key = (piece.kind, piece.id, piece.sheet.hash, page, piece.half, piece.pages)
        return self.shared(key, lambda ink: self._draw_group(ink, piece, page))

    def _draw_group(self, ink: Ink, piece: Piece, page: int) -> None:
        room = piece.furniture(page)
        foot = furniture.half_edition_foot if piece.half else room.edition_foot
        foot(ink, self._texts, self._roster.edition_number)
        if piece.kind == "lesson" and piece.lesson:
            head = furniture.half_lesson_head if piece.half else room.lesson_head
            head(ink, self._texts, piece.lesson, self._channel(piece.lesson))
        if piece.task and piece.writing:
            room.task_head(ink, self._texts, piece.task, piece.kind == "again")
            furniture.writing_lines(ink, piece.writing, page)
            if page >= piece.pages - len(piece.answers):
                draw(ink, self._texts, piece.answers[page - piece.pages])
            if page == piece.writing.box_page:
                room.teacher_box(ink, self._texts, piece.task)

    def class_text(self, student: Student) -> str:
        """«7 «А» класс»."""
        return self.class_name(student.group_name)

    def class_name(self, group_name: str) -> str:
        """«7 «А» класс»."""
        name = class_name(group_name, self._texts.gettext("%(grade)s%(letter)s"))
        return self._texts.gettext("class %(name)s", name=name)

    def label(self, kind: str, code: str, page: int) -> str:
        """The text of a QR; that the code is one was looked at before (printables/checks.py)."""
        return Label(self._school, kind, code, page).text

    def task_ink(self, piece: Piece, page: int, code: str) -> bytes:
        """Code and QR of a task page (``page`` from 0; people and the QR count from 1)."""
        ink = Ink()
        piece.furniture(page).task_code(ink, code, self.label("W", code, page + 1))
        return self.take(ink)

    def task_count(self, piece: Piece, page: int) -> bytes:
        """Which page of its task sheet this is."""
        draw = piece.furniture(page).task_count
        return self.shared((draw, page, piece.pages), lambda ink: draw(ink, self._texts, page + 1, piece.pages))

    def draw_place(self, ink: Ink, piece: Piece, number: int, packs: int) -> None:
        """On a cover: the pack's number among how many."""
        piece.furniture(0).place_in_file(ink, self._texts, number, packs)


def _drawn(draw: Callable[[Ink, int], None], page: int, ink: Ink) -> None:
    draw(ink, page)
