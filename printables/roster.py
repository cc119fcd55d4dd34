"""Who gets a pack: a group's students as plain data, the only personal data that the print room sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from printables.marked import MarkedWork


@dataclass(frozen=True)
class LessonView:
    """A lesson with all that belongs to it, in the shapes that ``sync.edition`` describes.

    In a roster: a lesson that the edition does not hold (individual plan, group of one). ``lesson["tasks"]`` names
    keys of ``tasks``.
    """

    id: str
    lesson: Mapping[str, Any]
    material: Mapping[str, Any] | None = None
    tasks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Feedback:
    """What a teacher decided about a work, for the family. ``mark`` as the family reads it, "" when it was sent back.

    ``task``: key of the student's ``works``; ``decision`` names the decision to the caller; ``returned_on``: ISO date
    or "". ``redo``: to be corrected and handed in again.
    """

    task: str
    subject: str
    title: str
    mark: str
    comments: tuple[str, ...]
    redo: bool
    returned_on: str = ""
    decision: int = 0


@dataclass(frozen=True)
class Row:
    """A lesson as a printed timetable shows it. ``where``: television, online, on one's own, on paper."""

    n: int
    start: str
    subject: str
    subgroup: str
    where: str
    cancelled: bool


@dataclass(frozen=True)
class Supplement:
    """What a pack adds to the one that the student has, printed from ``edition``.

    ``lessons``, ``tasks``: ids of those whose sheets are new or say something else now; ``slips``: of the tasks, those
    that are new; ``dated``: tasks whose sheet is right but for its last day; ``days``: those that changed in the
    timetable, with all their rows as they are now.
    """

    edition: int
    lessons: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    slips: frozenset[str] = frozenset()
    dated: frozenset[str] = frozenset()
    days: tuple[tuple[str, tuple[Row, ...]], ...] = ()


@dataclass(frozen=True)
class Student:
    """One pack. ``works``: task id → nine-digit work code; a task without a code is not printed for the student.

    ``subgroups``: names of the subgroups (as in a lesson's ``subgroup``) that the student attends, or None when
    the school does not know, and then lessons of every subgroup are printed. ``without``: ids of the edition's lessons
    that the student has at home instead; those stand in ``extra``. ``feedback``: what the teachers said about works
    that came back; ``again``: tasks of earlier weeks whose sheets are printed once more, to be corrected on;
    ``marked``: works that are printed back with the teachers' signs. ``done``: tasks that a teacher has decided about,
    which nobody need do.
    ``private_key``: the letters that open the student's private page (sync/sealed.py), "" for none. ``large``: reads
    letters of 18 pt. ``supplement``: only this is printed, to be put to the pack with the code ``adds_to``. ``brief``:
    only what the teachers answered is printed, ``feedback`` and ``again``, as the week is read elsewhere.
    """

    id: str
    name: str
    short: str
    group_name: str
    pack_code: str
    works: Mapping[str, str] = field(default_factory=dict)
    extra: tuple[LessonView, ...] = ()
    subgroups: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    again: tuple[LessonView, ...] = ()
    marked: tuple[MarkedWork, ...] = ()
    private_key: str = ""
    large: bool = False
    supplement: Supplement | None = None
    adds_to: str = ""
    brief: bool = False
    done: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Roster:
    """Everybody of one group whose pack is printed for one ISO week (``"2026-W48"``), in the order of printing.

    ``group`` is the slug in the edition, ``key_fingerprint`` the school's signing key as people compare it. ``own`` is
    the group in the edition's shape, for a group of one that no edition shows; ``notices`` are those meant for it.
    ``images``, in the edition's shape, are the pictures of what the edition does not show; they lie in ``media``.
    ``private_entrance``: the address of the private pages, to which a key is added after ``#``; "" for none.
    """

    group: str
    group_name: str
    week: str
    edition_number: int
    students: tuple[Student, ...]
    key_fingerprint: str = ""
    own: Mapping[str, Any] | None = None
    notices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    images: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    media: str = ""
    private_entrance: str = ""
