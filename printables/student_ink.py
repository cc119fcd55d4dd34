"""What one student's pages bear: whose they are, and the codes in the boxes of cover, feedback and slips."""

from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from printables import furniture
from printables.fonts import BOLD, CODE, REGULAR
from printables.roster import Student
from printables.stamp import Ink
from sync.codes import group_digits

if TYPE_CHECKING:
    from printables.press import Piece, Press

WHOLE = 0  # the page number in the QR of a pack or a slip, which stand for all pages


class StudentInk:
    """What one student's pages bear. Name, class and foot are one stream for all lesson and task pages."""

    def __init__(self, press: "Press", student: Student, place: tuple[int, int] | None):
        self._press, self._student, self._place = press, student, place
        self._class = press.class_text(student)
        self._feet: dict[ModuleType, Ink] = {}
        self._heads: dict[ModuleType, bytes] = {}

    def of(self, piece: "Piece", page: int) -> list[bytes]:
        """The streams of one page of a piece, in drawing order."""
        if piece.half:
            return [self._half_foot]
        room = piece.furniture(page)
        if piece.kind in ("lesson", "sources"):
            return [self._head(room)]
        if piece.drawing:
            draw = piece.drawing
            return [self._head(room), self._press.once(lambda ink: draw(ink, page))]
        if piece.kind in ("task", "again"):
            code = self._press.task_ink(piece, page, self._student.works[piece.id])
            return [self._head(room), self._press.task_count(piece, page), code]
        boxes = Ink()
        if piece.kind == "feedback":
            room.student_head(boxes, self._student, self._class)
        boxes.join(self._foot(room))
        self._draw_boxes(boxes, piece, page)
        return [self._press.take(boxes)]

    def _foot(self, room: ModuleType) -> Ink:
        if room not in self._feet:
            self._feet[room] = Ink()
            room.student_foot(self._feet[room], self._student, self._class)
        return self._feet[room]

    def _head(self, room: ModuleType) -> bytes:
        """Head and foot."""
        if room not in self._heads:
            ink = Ink()
            room.student_head(ink, self._student, self._class)
            ink.join(self._foot(room))
            self._heads[room] = self._press.take(ink)
        return self._heads[room]

    @cached_property
    def _half_foot(self) -> bytes:
        return self._press.once(lambda ink: furniture.half_student_foot(ink, self._student, self._class))

    def _draw_boxes(self, ink: Ink, piece: "Piece", page: int) -> None:
        """Cover, feedback and slips: the ids of their boxes say what belongs there."""
        if self._place and piece.kind == "cover" and not page:
            self._press.draw_place(ink, piece, *self._place)
        student, press = self._student, self._press
        code, who = (20, 18) if student.large else (14, 11)
        for name, box in piece.sheet.boxes[page].items():
            what, _, task = name.partition("-")
            if name == "name":
                ink.fitted(box, student.name, BOLD, 30)
            elif name == "class":
                ink.fitted(box, self._class, REGULAR, 18)
            elif name == "pack-code":
                ink.fitted(box, group_digits(student.pack_code), CODE, 18 if student.large else 14, "right")
            elif name == "pack-qr":
                ink.qr(box, press.label("P", student.pack_code, WHOLE))
            elif name == "adds-to":
                ink.fitted(box, group_digits(student.adds_to), CODE, 18 if student.large else 14)
            elif name == "private-key":
                ink.fitted(box, _grouped(student.private_key), CODE, code)
            elif name == "private-qr" and student.private_key:
                ink.matrix(box, f"{press.entrance}#{student.private_key}")
            elif what == "who":
                ink.fitted(box, f"{student.name}, {self._class}", REGULAR, who)
            elif what == "code":
                ink.fitted(box, group_digits(student.works[task]), CODE, code)
            elif what == "qr":
                ink.qr(box, press.label("W", student.works[task], WHOLE))


def _grouped(private_key: str) -> str:
    """The key as people read it; "" for none."""
    if not private_key:
        return ""
    from sync.sealed import group_key  # loads ciphers, which most prints do not need

    return group_key(private_key)
