"""What every page bears besides its text: head, foot, lines to write on, the teacher's box. Drawn, never laid out."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from printables.fonts import BOLD, CODE
from printables.layout import (
    BIG_BODY_BOTTOM,
    BIG_TASK_TOP,
    BODY_BOTTOM,
    FOOT_LINE,
    FOOT_TEXT,
    HALF_BOTTOM,
    HALF_FOOT_LINE,
    HALF_HEAD_LINE,
    HALF_LEFT,
    HALF_RIGHT,
    HALF_TOP,
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
STICK = Box(HEAD_SPLIT, from_top(39.8), RIGHT, from_top(6.2))  # as large as a slip to stick on
_CODE_RIGHT = QR_BOX.x0 - QR_QUIET


@dataclass(frozen=True)
class Writing:
    """Lines to write on: per page their heights, and on which page (from 0) the teacher's box stands."""

    lines: tuple[tuple[float, ...], ...]
    box_page: int

    @property
    def pages(self) -> int:
        return len(self.lines)


def room_to_write(text_pages: int, text_end: float, large: bool, spare: bool = True, *, big: bool = False) -> Writing:
    """Fill what the text leaves free, above the teacher's box; add a page of lines when that is too little.

    ``text_end`` is the height where the text ends on its last page; ``large`` lines are for the youngest, ``big`` ones
    for large print. Without ``spare`` a page is added only when the text leaves no room for the teacher's box.
    """
    step = mm(16 if big else 12 if large else 9)
    top, bottom = (BIG_TASK_TOP, BIG_BODY_BOTTOM) if big else (TASK_TOP, BODY_BOTTOM)
    floor = bottom + BOX_HEIGHT + mm(4)
    last = heights(text_end - mm(3), floor, step)
    before = ((),) * (text_pages - 1)
    if len(last) >= FEWEST_LINES or (not spare and text_end - mm(3) >= floor):
        return Writing((*before, last), text_pages - 1)
    started = heights(text_end - mm(3), bottom + mm(4), step)
    return Writing((*before, started, heights(top, floor, step)), text_pages)


def heights(top: float, floor: float, step: float) -> tuple[float, ...]:
    """Where lines stand between two heights."""
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


def place_in_file(ink: Ink, texts: Texts, number: int, packs: int) -> None:
    """«пакет 7 из 25» on a cover: where to go on when the printer ran out of paper."""
    label = texts.gettext("pack %(number)s of %(packs)s", number=number, packs=packs)
    ink.text(RIGHT, FOOT_LINE + mm(1.5), label, align="right")


def day_and_hour(texts: Texts, lesson: Mapping[str, Any]) -> str:
    """«вт, 8 декабря · урок 3, 10:40–11:20»."""
    day = texts.day_short(datetime.date.fromisoformat(lesson["date"]))
    hour = texts.gettext("lesson %(n)s", n=lesson["n"])
    return f"{day} · {hour}, {lesson['start']}–{lesson['end']}" if lesson["start"] else f"{day} · {hour}"


def lesson_head(ink: Ink, texts: Texts, lesson: Mapping[str, Any], channel: str) -> None:
    """Subject, day and hour of the lesson, upper right."""
    x0 = HEAD_SPLIT + mm(3)
    ink.fitted(Box(x0, from_top(16), RIGHT, from_top(10)), lesson["subject"], BOLD, 11, "right")
    ink.fitted(Box(x0, from_top(20.5), RIGHT, from_top(16)), day_and_hour(texts, lesson), size=10.5, align="right")
    if channel:
        ink.fitted(Box(x0, from_top(25), RIGHT, from_top(20.5)), channel, size=10.5, align="right")
    ink.line(LEFT, LESSON_LINE, RIGHT, LESSON_LINE)


def half_lesson_head(ink: Ink, texts: Texts, lesson: Mapping[str, Any], channel: str) -> None:
    """Subject, channel, day and hour over one of two pages beside each other."""
    split = HALF_LEFT + mm(62)
    upper, lower = HALF_TOP - mm(4.6), HALF_TOP - mm(9.4)
    ink.fitted(Box(HALF_LEFT, lower, split - mm(3), HALF_TOP), lesson["subject"], BOLD, 11)
    ink.fitted(Box(split, upper, HALF_RIGHT, HALF_TOP), day_and_hour(texts, lesson), size=10, align="right")
    if channel:
        ink.fitted(Box(split, lower, HALF_RIGHT, upper), channel, size=10, align="right")
    ink.line(HALF_LEFT, HALF_HEAD_LINE, HALF_RIGHT, HALF_HEAD_LINE)


def half_student_foot(ink: Ink, student: Student, class_text: str) -> None:
    """Short name and class under one of two pages beside each other."""
    place = Box(HALF_LEFT, HALF_BOTTOM - 1, HALF_LEFT + mm(64), HALF_BOTTOM + mm(4.4))
    ink.fitted(place, f"{student.short}, {class_text}", size=10)


def half_edition_foot(ink: Ink, texts: Texts, number: int) -> None:
    """The foot's line and the edition number."""
    ink.line(HALF_LEFT, HALF_FOOT_LINE, HALF_RIGHT, HALF_FOOT_LINE)
    ink.text(HALF_LEFT + mm(82), HALF_BOTTOM + 1, texts.gettext("edition %(number)s", number=number), align="middle")


def half_page_foot(ink: Ink, texts: Texts, page: int, total: int) -> None:
    """«3 из 16», counted in the pack."""
    text = texts.gettext("page %(page)s of %(total)s", page=page, total=total)
    ink.text(HALF_RIGHT, HALF_BOTTOM + 1, text, align="right")


def task_head(ink: Ink, texts: Texts, task: Mapping[str, Any], again: bool = False) -> None:
    """Subject and deadline under the name; ``again``: that the work was sent back."""
    ink.fitted(Box(LEFT, from_top(32), HEAD_SPLIT, from_top(26)), task["subject"], size=11)
    until = deadline(texts, task, again)
    if until:
        ink.fitted(Box(LEFT, from_top(38.5), HEAD_SPLIT, from_top(32.5)), until, BOLD, 11)
    ink.line(LEFT, TASK_LINE, RIGHT, TASK_LINE)


def deadline(texts: Texts, task: Mapping[str, Any], again: bool) -> str:
    """By when to hand in, or that the work was sent back; "" where neither is."""
    if again:
        return texts.gettext("sent back to correct")
    if not task["due"]:
        return ""
    return texts.gettext("hand in by %(date)s", date=texts.day_short(datetime.date.fromisoformat(task["due"])))


def task_code(ink: Ink, code: str, label: str) -> None:
    """The code for people, the QR for machines."""
    ink.text(_CODE_RIGHT, from_top(17), group_digits(code), CODE, 14, "right")
    ink.qr(QR_BOX, label)


def task_count(ink: Ink, texts: Texts, page: int, total: int) -> None:
    """Which page of the task sheet this is, under the code."""
    count = texts.gettext("task sheet %(page)s of %(total)s", page=page, total=total)
    ink.fitted(Box(HEAD_SPLIT, from_top(25), _CODE_RIGHT, from_top(19.5)), count, size=10, align="right")


def plain_task_head(ink: Ink, texts: Texts, class_text: str, page: int, total: int) -> None:
    """On a class's task sheet: whose class, and the frame for a slip or a name by hand."""
    ink.fitted(Box(LEFT, from_top(25), HEAD_SPLIT - mm(4), from_top(19)), class_text, BOLD, 13)
    ink.frame(STICK)
    count = texts.gettext("task sheet %(page)s of %(total)s", page=page, total=total)
    lines = [texts.gettext("Stick the slip here, or write: name, class"), count]
    for number, line in enumerate(lines):
        top = STICK.y1 - mm(1 + 5.5 * number)
        ink.fitted(Box(STICK.x0 + mm(2), top - mm(5), STICK.x1 - mm(2), top), line, size=10)
    for height in (STICK.y0 + mm(5), STICK.y0 + mm(13)):
        ink.line(STICK.x0 + mm(2), height, STICK.x1 - mm(2), height)


def plain_foot(ink: Ink, texts: Texts, class_text: str, copies: int) -> None:
    """Class and number of copies, lower left."""
    told = texts.ngettext("%(num)d copy", "%(num)d copies", copies)
    ink.fitted(Box(LEFT, FOOT_TEXT - 1, LEFT + mm(72), FOOT_TEXT + 8), f"{class_text} · {told}", size=10)


def half_plain_foot(ink: Ink, texts: Texts, class_text: str, copies: int) -> None:
    """Class and number of copies under one of two pages beside each other."""
    told = texts.ngettext("%(num)d copy", "%(num)d copies", copies)
    place = Box(HALF_LEFT, HALF_BOTTOM - 1, HALF_LEFT + mm(64), HALF_BOTTOM + mm(4.4))
    ink.fitted(place, f"{class_text} · {told}", size=10)


def writing_lines(ink: Ink, writing: Writing, page: int) -> None:
    """The lines of one page (from 0)."""
    for height in writing.lines[page]:
        ink.line(LEFT, height, RIGHT, height, 0.5)


def teacher_box(ink: Ink, texts: Texts, task: Mapping[str, Any]) -> None:
    """Where the teacher writes the mark, on the task's scale, and a remark."""
    box_to_mark(ink, texts, task, BODY_BOTTOM, mm(36), 10)


def box_to_mark(ink: Ink, texts: Texts, task: Mapping[str, Any], bottom: float, split: float, size: float) -> None:
    """The same at a height, with a cell of a width for the mark and labels of a size."""
    box, label = Box(LEFT, bottom, RIGHT, bottom + BOX_HEIGHT), mark_label(texts, task)
    upper, lower = box.y1 - mm(1), box.y1 - mm(1) - size * 1.4
    ink.frame(box)
    x = box.x0
    if label:
        x += split
        ink.line(x, box.y0, x, box.y1)
        ink.fitted(Box(box.x0 + mm(1.6), lower, x - mm(1), upper), label, size=size)
    ink.fitted(Box(x + mm(1.6), lower, RIGHT - mm(1), upper), texts.gettext("teacher's remark"), size=size)


def mark_label(texts: Texts, task: Mapping[str, Any]) -> str:
    """What stands in the mark's box; empty for a task without mark."""
    if task["scale"] == "none":
        return ""
    if task["scale"] == "points" and task["max_points"]:
        return texts.gettext("points out of %(most)s", most=f"{task['max_points']:g}")
    return texts.gettext("mark")
