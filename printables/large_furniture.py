"""Head and foot of sheets in large print, of 18 points: what printables/furniture.py stamps on all others.

There is one line for each thing, so that hardly any name or subject has to shrink; at the foot there are two.
"""

from collections.abc import Mapping
from typing import Any

from printables import furniture
from printables.fonts import BOLD, CODE, REGULAR
from printables.layout import (
    BIG_BODY_BOTTOM,
    BIG_LESSON_LINE,
    BIG_TASK_LINE,
    LEFT,
    QR_BOX,
    QR_QUIET,
    RIGHT,
    Box,
    from_top,
    mm,
)  # fmt: skip
from printables.roster import Student
from printables.stamp import Ink
from printables.texts import Texts
from sync.codes import group_digits

SIZE, LEAST = 18, 16
_ROW, _HIGH = mm(9.6), mm(8)  # from line to line of a head; how high one is
_FOOT_LINE, _FOOT_TEXT, _FOOT_LAST = mm(22.5), mm(15.4), mm(8)
_PAGE_WIDTH, _CODE_WIDTH = mm(46), mm(52)
_BESIDE_QR = QR_BOX.x0 - QR_QUIET


def _row(number: int, x0: float, x1: float) -> Box:
    """A line of the head, from 0."""
    top = from_top(10) - number * _ROW
    return Box(x0, top - _HIGH, x1, top)


def student_head(ink: Ink, student: Student, class_text: str) -> None:
    """Name and under it the class."""
    ink.fitted(_row(0, LEFT, _BESIDE_QR), student.name, BOLD, SIZE, least=LEAST)
    ink.fitted(_row(1, LEFT, _BESIDE_QR - _CODE_WIDTH), class_text, REGULAR, SIZE, least=LEAST)


def student_foot(ink: Ink, student: Student, class_text: str) -> None:
    """Short name and class, lower left."""
    place = Box(LEFT, _FOOT_TEXT - 3, RIGHT - _PAGE_WIDTH, _FOOT_TEXT + 16)
    ink.fitted(place, f"{student.short}, {class_text}", REGULAR, SIZE, least=LEAST)


def edition_foot(ink: Ink, texts: Texts, number: int) -> None:
    """The foot's line and, last, the edition number."""
    ink.line(LEFT, _FOOT_LINE, RIGHT, _FOOT_LINE)
    ink.text(LEFT, _FOOT_LAST, texts.gettext("edition %(number)s", number=number), size=SIZE)


def page_foot(ink: Ink, texts: Texts, page: int, total: int) -> None:
    """«3 из 16», counted in the pack."""
    text = texts.gettext("page %(page)s of %(total)s", page=page, total=total)
    ink.fitted(Box(RIGHT - _PAGE_WIDTH, _FOOT_TEXT - 3, RIGHT, _FOOT_TEXT + 16), text, REGULAR, SIZE, "right", LEAST)


def place_in_file(ink: Ink, texts: Texts, number: int, packs: int) -> None:
    """«пакет 7 из 25» on a cover."""
    label = texts.gettext("pack %(number)s of %(packs)s", number=number, packs=packs)
    ink.text(RIGHT, _FOOT_LAST, label, size=SIZE, align="right")


def lesson_head(ink: Ink, texts: Texts, lesson: Mapping[str, Any], channel: str) -> None:
    """Day and hour beside the class; under them the subject, and where the lesson is heard."""
    when = furniture.day_and_hour(texts, lesson)
    ink.fitted(_row(1, LEFT + mm(50), RIGHT), when, REGULAR, SIZE, "right", LEAST)
    split = RIGHT - mm(66) if channel else RIGHT
    ink.fitted(_row(2, LEFT, split - mm(2)), lesson["subject"], BOLD, SIZE, least=LEAST)
    if channel:
        ink.fitted(_row(2, split, RIGHT), channel, REGULAR, SIZE, "right", LEAST)
    ink.line(LEFT, BIG_LESSON_LINE, RIGHT, BIG_LESSON_LINE)


def task_head(ink: Ink, texts: Texts, task: Mapping[str, Any], again: bool = False) -> None:
    """Subject and deadline under the class; ``again``: that the work was sent back."""
    ink.fitted(_row(2, LEFT, _BESIDE_QR), task["subject"], REGULAR, SIZE, least=LEAST)
    until = furniture.deadline(texts, task, again)
    if until:
        ink.fitted(_row(3, LEFT, RIGHT - mm(68)), until, BOLD, SIZE, least=LEAST)
    ink.line(LEFT, BIG_TASK_LINE, RIGHT, BIG_TASK_LINE)


def task_code(ink: Ink, code: str, label: str) -> None:
    """The code for people, the QR for machines."""
    ink.fitted(_row(1, _BESIDE_QR - _CODE_WIDTH, _BESIDE_QR), group_digits(code), CODE, 20, "right", SIZE)
    ink.qr(QR_BOX, label)


def task_count(ink: Ink, texts: Texts, page: int, total: int) -> None:
    """Which page of the task sheet this is, under the QR."""
    count = texts.gettext("task sheet %(page)s of %(total)s", page=page, total=total)
    ink.fitted(_row(3, RIGHT - mm(68), RIGHT), count, REGULAR, SIZE, "right", LEAST)


def teacher_box(ink: Ink, texts: Texts, task: Mapping[str, Any]) -> None:
    """Where the teacher writes the mark and a remark."""
    furniture.box_to_mark(ink, texts, task, BIG_BODY_BOTTOM, mm(48), LEAST)
