"""The rows of course plans, assessments, exemptions, subgroups and marks from elsewhere: plain, frozen."""

from dataclasses import dataclass, field
from datetime import date

from server.importers.rows import NOWHERE, Where


@dataclass(frozen=True)
class PlanRow:
    """A topic of a course plan (КТП), in the order of the file.

    ``classes``: canonical names, a bare grade ("7") stands for all its classes. ``subject`` is a column's text;
    without one, ``about`` holds what may name it: the title above the table, the sheet's name, the file's name.
    """

    classes: tuple[str, ...]
    subject: str
    about: tuple[str, ...]
    section: str
    topic: str
    hours: int
    on: date | None
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class AssessmentRow:
    """A planned work that counts. ``class_name`` may be a bare grade; None = not stated.

    ``kind`` is a code of assessments.KINDS; ``number`` the n-th of its kind in the term.
    """

    subject: str
    class_name: str
    term: int | None
    kind: str
    number: int | None
    topic: str
    max_points: int | None
    on: date | None
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class ExemptionRow:
    """A student who does not take part in a subject; both days included, None = not stated."""

    class_name: str
    last: str
    first: str
    middle: str
    birth_date: date | None
    subject: str
    since: date | None
    until: date | None
    reason: str
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class PartRow:
    """A student's place in a part of the class; ``division`` is the subject or the name of the division, or ""."""

    class_name: str
    last: str
    first: str
    middle: str
    birth_date: date | None
    part: str
    division: str
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class OutsideMarkRow:
    """A mark that was given elsewhere. ``scale``: five, pass or points (with ``max_points``)."""

    class_name: str
    last: str
    first: str
    middle: str
    birth_date: date | None
    subject: str
    on: date
    kind: str
    topic: str
    scale: str
    value: str
    max_points: int | None
    source: str
    sender: str
    comment: str
    where: Where = field(default=NOWHERE, compare=False, repr=False)
