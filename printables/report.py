"""What a print made: one PDF per group, and for every pack the pages that belong to it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SheetInfo:
    """A sheet in a pack. ``kind``: cover, feedback, marked, again, lesson, task or slips.

    ``id``: of the lesson or task, the code of a marked work, else "". ``again``: the sheet of a task that was sent
    back, printed once more.

    ``hash`` is the key of the cached render, "" for a marked copy, which is in no cache; ``pages`` the printed pages of
    this sheet (what the QR counts); ``answers``: where boxes to tick stand, by page (printables.answers.described),
    None for none.
    """

    kind: str
    id: str
    hash: str
    pages: int
    answers: list[Any] | None = None


@dataclass(frozen=True)
class Cut:
    """What the budget took away: the code of the step; the title of the lesson or task, "" when it is about all."""

    step: str
    title: str = ""


@dataclass(frozen=True)
class PackInfo:
    """``pages`` are numbered pages (the y of "page x of y"), ``sides`` with blank backs; ``first_page`` counts from 1
    in the group's file. ``number``: the pack's place among the group's, from 1; ``leaves``: sheets of paper; ``ink``:
    pages' worth of ink, 1.0 is one page covered wholly."""

    student_id: str
    pack_code: str
    pages: int
    sides: int
    first_page: int
    sheets: tuple[SheetInfo, ...]
    number: int = 0
    leaves: int = 0
    ink: float = 0.0
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True)
class PrintReport:
    """``pages`` counts sides of the file, ``rendered`` and ``from_cache`` count sheets.

    ``lacking``: title of a lesson or task (of a cover: the group) → letters that no installed font has; they are
    printed as empty boxes. ``leaves`` and ``ink`` of all packs; ``over``: leaves above the budget after every cut.
    """

    file: Path
    packs: tuple[PackInfo, ...]
    pages: int
    bytes: int
    rendered: int
    from_cache: int
    lacking: dict[str, str]
    leaves: int = 0
    ink: float = 0.0
    over: int = 0
