"""Stamps planned packs onto shared sheets, page by page: whose they are, which page, which code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from printables import furniture
from printables.checks import with_composed_names
from printables.classfile import ClassFile
from printables.fonts import BOLD, CODE, REGULAR
from printables.furniture import Writing
from printables.report import PackInfo, SheetInfo
from printables.roster import Roster, Student
from printables.sheets import Sheet
from printables.stamp import Ink
from printables.texts import Texts
from sync.codes import group_digits, make_label
from sync.wording import class_name

WHOLE = 0  # the page number in the QR of a pack or a slip, which stand for all pages


@dataclass(frozen=True)
class Piece:
    """A sheet's place in a pack. ``kind``: cover, feedback, again, lesson, task or slips.

    ``pages`` with the added pages of lines.
    """

    kind: str
    id: str
    sheet: Sheet
    pages: int
    lesson: Mapping[str, Any] | None = None
    task: Mapping[str, Any] | None = None
    writing: Writing | None = None


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

    @property
    def sides(self) -> int:
        """Pages of the file so far, with blank backs."""
        return self._file.sides

    def add(self, student: Student, pieces: list[Piece]) -> PackInfo:
        """Stamp one student's pack; the next begins on a fresh leaf."""
        start = self._file.sides
        student = with_composed_names(student)
        total = sum(piece.pages for piece in pieces)
        marks = _Marks(self, student)
        number, before = 0, ""
        for piece in pieces:
            if piece.kind != "lesson" or before != "lesson":
                self._fresh_leaf(start)
            for page in range(piece.pages):
                number += 1
                inks = [*marks.of(piece, page), self._page(number, total)]
                self._file.add_sheet_page(piece.sheet, page, inks)
            before = piece.kind
        self._fresh_leaf(start)
        sheets = tuple(SheetInfo(piece.kind, piece.id, piece.sheet.hash, piece.pages) for piece in pieces)
        return PackInfo(student.id, student.pack_code, total, self._file.sides - start, start + 1, sheets)

    def save(self, out: Path) -> int:
        """Write the file; returns its size in bytes."""
        return self._file.save(out)

    def _fresh_leaf(self, start: int) -> None:
        if self._duplex and (self._file.sides - start) % 2:
            self._file.add_blank()

    def _page(self, number: int, total: int) -> bytes:
        return self.shared(("page", number, total), lambda ink: furniture.page_foot(ink, self._texts, number, total))

    def shared(self, key: tuple[object, ...], draw: Callable[[Ink], None]) -> bytes:
        """The stream of what ``draw`` draws, drawn once per key."""
        if key not in self._shared:
            self._shared[key] = self.once(draw)
        return self._shared[key]

    def once(self, draw: Callable[[Ink], None]) -> bytes:
        """The stream of what ``draw`` draws."""
        ink = Ink()
        draw(ink)
        return self._file.take(ink)

    def group_ink(self, piece: Piece, page: int) -> bytes:
        """What all students of the group have on this page: head, foot, lines, the teacher's box."""
        return self.shared((piece.kind, piece.id, page), lambda ink: self._draw_group(ink, piece, page))

    def _draw_group(self, ink: Ink, piece: Piece, page: int) -> None:
        furniture.edition_foot(ink, self._texts, self._roster.edition_number)
        if piece.kind == "lesson" and piece.lesson:
            furniture.lesson_head(ink, self._texts, piece.lesson, self._channel(piece.lesson))
        if piece.task and piece.writing:
            furniture.task_head(ink, self._texts, piece.task, piece.kind == "again")
            furniture.writing_lines(ink, piece.writing, page)
            if page == piece.writing.box_page:
                furniture.teacher_box(ink, self._texts, piece.task)

    def class_text(self, student: Student) -> str:
        """«7 «А» класс»."""
        name = class_name(student.group_name, self._texts.gettext("%(grade)s%(letter)s"))
        return self._texts.gettext("class %(name)s", name=name)

    def label(self, kind: str, code: str, page: int) -> str:
        """The text of a QR."""
        return make_label(self._school, kind, code, page).text

    def draw_task(self, ink: Ink, piece: Piece, page: int, code: str) -> None:
        """Code and QR of a task page (``page`` from 0; people and the QR count from 1)."""
        furniture.task_code(ink, self._texts, code, self.label("W", code, page + 1), page + 1, piece.pages)


class _Marks:
    """What one student's pages bear. Name, class and foot are one stream for all lesson and task pages."""

    def __init__(self, press: Press, student: Student):
        self._press, self._student = press, student
        self._class = press.class_text(student)
        self._head = press.once(lambda ink: self._draw_head(ink))
        self._foot = press.once(lambda ink: furniture.student_foot(ink, student, self._class))

    def of(self, piece: Piece, page: int) -> list[bytes]:
        """The streams of one page of a piece, in drawing order; what ``_head`` draws includes the foot."""
        group = self._press.group_ink(piece, page)
        if piece.kind == "lesson":
            return [group, self._head]
        if piece.kind in ("task", "again"):
            code = self._student.works[piece.id]
            return [group, self._head, self._press.once(lambda ink: self._press.draw_task(ink, piece, page, code))]
        head = self._head if piece.kind == "feedback" else self._foot
        return [group, head, self._press.once(lambda ink: self._draw_boxes(ink, piece, page))]

    def _draw_head(self, ink: Ink) -> None:
        furniture.student_head(ink, self._student, self._class)
        furniture.student_foot(ink, self._student, self._class)

    def _draw_boxes(self, ink: Ink, piece: Piece, page: int) -> None:
        """Cover, feedback and slips: the ids of their boxes say what belongs there."""
        student, press = self._student, self._press
        for name, box in piece.sheet.boxes[page].items():
            what, _, task = name.partition("-")
            if name == "name":
                ink.fitted(box, student.name, BOLD, 30)
            elif name == "class":
                ink.fitted(box, self._class, REGULAR, 18)
            elif name == "pack-code":
                ink.fitted(box, group_digits(student.pack_code), CODE, 14, "right")
            elif name == "pack-qr":
                ink.qr(box, press.label("P", student.pack_code, WHOLE))
            elif what == "who":
                ink.fitted(box, f"{student.name}, {self._class}", REGULAR, 11)
            elif what == "code":
                ink.fitted(box, group_digits(student.works[task]), CODE, 14)
            elif what == "qr":
                ink.qr(box, press.label("W", student.works[task], WHOLE))
