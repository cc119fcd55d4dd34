"""What a print made: one PDF per group, and for every pack the pages that belong to it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SheetInfo:
    """A sheet in a pack. ``kind``: cover, feedback, again, lesson, task or slips.

    ``id``: of the lesson or task, else "". ``again``: the sheet of a task that was sent back, printed once more.

    ``hash`` is the key of the cached render, ``pages`` the printed pages of this sheet (what the QR counts).
    """

    kind: str
    id: str
    hash: str
    pages: int


@dataclass(frozen=True)
class PackInfo:
    """``pages`` are numbered pages (the y of "page x of y"), ``sides`` with blank backs; ``first_page`` counts from 1
    in the group's file."""

    student_id: str
    pack_code: str
    pages: int
    sides: int
    first_page: int
    sheets: tuple[SheetInfo, ...]


@dataclass(frozen=True)
class PrintReport:
    """``pages`` counts sides of the file, ``rendered`` and ``from_cache`` count sheets.

    ``lacking``: title of a lesson or task (of a cover: the group) → letters that no installed font has; they are
    printed as empty boxes.
    """

    file: Path
    packs: tuple[PackInfo, ...]
    pages: int
    bytes: int
    rendered: int
    from_cache: int
    lacking: dict[str, str]
