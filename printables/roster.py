"""Who gets a pack: a group's students as plain data, the only personal data that the print room sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
class Student:
    """One pack. ``works``: task id → nine-digit work code; a task without a code is not printed for the student.

    ``subgroups``: names of the subgroups (as in a lesson's ``subgroup``) that the student attends, or None when
    the school does not know, and then lessons of every subgroup are printed. ``without``: ids of the edition's lessons
    that the student has at home instead; those stand in ``extra``. ``feedback``: what the teachers said about works
    that came back; ``again``: tasks of earlier weeks whose sheets are printed once more, to be corrected on.
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


@dataclass(frozen=True)
class Roster:
    """Everybody of one group whose pack is printed for one ISO week (``"2026-W48"``), in the order of printing.

    ``group`` is the slug in the edition, ``key_fingerprint`` the school's signing key as people compare it. ``own`` is
    the group in the edition's shape, for a group of one that no edition shows; ``notices`` are those meant for it.
    """

    group: str
    group_name: str
    week: str
    edition_number: int
    students: tuple[Student, ...]
    key_fingerprint: str = ""
    own: Mapping[str, Any] | None = None
    notices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
