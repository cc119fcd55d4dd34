"""What every page bears besides its text: head, foot, lines to write on, the teacher's box. Drawn, never laid out."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from printables.fonts import BOLD, CODE
from printables.layout import (
    BODY_BOTTOM,
    FOOT_LINE,
    FOOT_TEXT,
    HEAD_SPLIT,
    LEFT,
    LESSON_LINE,
    QR_BOX,
    QR_QUIET,
    RIGHT,
    TASK_LINE,
    TASK_TOP,
    WIDTH,
    Box,
    from_top,
    mm,
)  # fmt: skip
from printables.roster import Student
from printables.stamp import Ink
from printables.texts import Texts
from sync.codes import group_digits

BOX_HEIGHT = mm(20)
FEWEST_LINES = 8  # with less room than that the task gets one more page
_CODE_RIGHT = QR_BOX.x0 - QR_QUIET


@dataclass(frozen=True)
class Writing:
    """Lines to write on: per page their heights, and on which page (from 0) the teacher's box stands."""

    lines: tuple[tuple[float, ...], ...]
    box_page: int

    @property
    def pages(self) -> int:
        return len(self.lines)


def room_to_write(text_pages: int, text_end: float, large: bool) -> Writing:
    """Fill what the text leaves free, above the teacher's box; add a page of lines when that is too little.

    ``text_end`` is the height where the text ends on its last page; ``large`` lines are for the youngest.
    """
    step = mm(12 if large else 9)
    floor = BODY_BOTTOM + BOX_HEIGHT + mm(4)
    last = _heights(text_end - mm(3), floor, step)
    before = ((),) * (text_pages - 1)
    if len(last) >= FEWEST_LINES:
        return Writing((*before, last), text_pages - 1)
    started = _heights(text_end - mm(3), BODY_BOTTOM + mm(4), step)
    return Writing((*before, started, _heights(TASK_TOP, floor, step)), text_pages)


def _heights(top: float, floor: float, step: float) -> tuple[float, ...]:
    return tuple(top - step * number for number in range(1, int(max(top - floor, 0) / step) + 1))


def student_head(ink: Ink, student: Student, class_text: str) -> None:
    """Name and class, upper left, the same on lesson and task sheets."""
    ink.fitted(Box(LEFT, from_top(19), HEAD_SPLIT, from_top(10)), student.name, BOLD, 13)
    ink.fitted(Box(LEFT, from_top(24.5), HEAD_SPLIT, from_top(19.5)), class_text, size=10.5)


def student_foot(ink: Ink, student: Student, class_text: str) -> None:
    """Short name and class, lower left of every page."""
    ink.fitted(Box(LEFT, FOOT_TEXT - 1, LEFT + mm(72), FOOT_TEXT + 8), f"{student.short}, {class_text}", size=10)


def edition_foot(ink: Ink, texts: Texts, number: int) -> None:
    """The foot's line and the edition number."""
    ink.line(LEFT, FOOT_LINE, RIGHT, FOOT_LINE)
    ink.text(WIDTH / 2, FOOT_TEXT, texts.gettext("edition %(number)s", number=number), align="middle")


def page_foot(ink: Ink, texts: Texts, page: int, total: int) -> None:
    """«3 из 16», counted in the pack."""
    ink.text(RIGHT, FOOT_TEXT, texts.gettext("page %(page)s of %(total)s", page=page, total=total), align="right")


def lesson_head(ink: Ink, texts: Texts, lesson: Mapping[str, Any], channel: str) -> None:
    """Subject, day and hour of the lesson, upper right."""
    day = texts.day_short(datetime.date.fromisoformat(lesson["date"]))
    hour = texts.gettext("lesson %(n)s", n=lesson["n"]) + (
        f", {lesson['start']}–{lesson['end']}" if lesson["start"] else ""
    )
    x0 = HEAD_SPLIT + mm(3)
    ink.fitted(Box(x0, from_top(16), RIGHT, from_top(10)), lesson["subject"], BOLD, 11, "right")
    ink.fitted(Box(x0, from_top(20.5), RIGHT, from_top(16)), f"{day} · {hour}", size=10.5, align="right")
    if channel:
        ink.fitted(Box(x0, from_top(25), RIGHT, from_top(20.5)), channel, size=10.5, align="right")
    ink.line(LEFT, LESSON_LINE, RIGHT, LESSON_LINE)


def task_head(ink: Ink, texts: Texts, task: Mapping[str, Any], again: bool = False) -> None:
    """Subject and deadline under the name; ``again``: that the work was sent back."""
    ink.fitted(Box(LEFT, from_top(32), HEAD_SPLIT, from_top(26)), task["subject"], size=11)
    due = datetime.date.fromisoformat(task["due"]) if task["due"] else None
    if again:
        place = Box(LEFT, from_top(38.5), HEAD_SPLIT, from_top(32.5))
        ink.fitted(place, texts.gettext("sent back to correct"), BOLD, 11)
    elif due:
        until = texts.gettext("hand in by %(date)s", date=texts.day_short(due))
        ink.fitted(Box(LEFT, from_top(38.5), HEAD_SPLIT, from_top(32.5)), until, BOLD, 11)
    ink.line(LEFT, TASK_LINE, RIGHT, TASK_LINE)


def task_code(ink: Ink, texts: Texts, code: str, label: str, page: int, total: int) -> None:
    """The code for people, the QR for machines, and which page of the task sheet this is."""
    ink.text(_CODE_RIGHT, from_top(17), group_digits(code), CODE, 14, "right")
    count = texts.gettext("task sheet %(page)s of %(total)s", page=page, total=total)
    ink.fitted(Box(HEAD_SPLIT, from_top(25), _CODE_RIGHT, from_top(19.5)), count, size=10, align="right")
    ink.qr(QR_BOX, label)


def writing_lines(ink: Ink, writing: Writing, page: int) -> None:
    """The lines of one page (from 0)."""
    for height in writing.lines[page]:
        ink.line(LEFT, height, RIGHT, height, 0.5)


def teacher_box(ink: Ink, texts: Texts, task: Mapping[str, Any]) -> None:
    """Where the teacher writes the mark, on the task's scale, and a remark."""
    box = Box(LEFT, BODY_BOTTOM, RIGHT, BODY_BOTTOM + BOX_HEIGHT)
    ink.frame(box)
    label = mark_label(texts, task)
    x = box.x0
    if label:
        cell = Box(box.x0, box.y0, box.x0 + mm(36), box.y1)
        ink.line(cell.x1, cell.y0, cell.x1, cell.y1)
        ink.fitted(Box(x + mm(1.6), box.y1 - mm(6), cell.x1 - mm(1), box.y1 - mm(1)), label, size=10)
        x = cell.x1
    remark = texts.gettext("teacher's remark")
    ink.fitted(Box(x + mm(1.6), box.y1 - mm(6), RIGHT - mm(1), box.y1 - mm(1)), remark, size=10)


def mark_label(texts: Texts, task: Mapping[str, Any]) -> str:
    """What stands in the mark's box; empty for a task without mark."""
    if task["scale"] == "none":
        return ""
    if task["scale"] == "points" and task["max_points"]:
        return texts.gettext("points out of %(most)s", most=f"{task['max_points']:g}")
    return texts.gettext("mark")
