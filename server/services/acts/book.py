"""What is known while a batch of ops is worked off, and what one type of op must be able to say about itself."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.services.grading import Rule
from sync import decide
from sync.ops import Op

Row = tuple[type, dict[str, Any]]  # a model and the values of one row


@dataclass(frozen=True)
class Target:
    """What an op is about, for the question whether its author may say it; "" where it is about no such thing."""

    type: str
    course_id: str
    group_id: str
    student_id: str = ""


@dataclass(frozen=True)
class Delivery:
    """A batch of envelopes with its circumstances. ``author`` None: trusted as the envelopes say.

    ``then``: what else is stored in the same commit.
    """

    envelopes: Sequence[Any]
    now: datetime
    today: date
    author: str | None = None
    permits: Callable[[Target], bool] = lambda target: True
    then: Callable[[Session], None] = lambda session: None


@dataclass(frozen=True)
class KnownWork:
    """What must be known of a work to decide an op about it."""

    id: str
    student_id: str
    course_id: str
    group_id: str
    set_on: date
    rule: decide.Scale


@dataclass(frozen=True)
class KnownLesson:
    """One course's view of a lesson, and who should have been there."""

    course_id: str
    group_id: str
    students: frozenset[str]


@dataclass(frozen=True)
class KnownCourse:
    """A course, who belonged to its group in its year, the terms of that year, and what may be decided in them."""

    group_id: str
    students: frozenset[str]
    terms: frozenset[str]
    term_rule: Rule | None = None  # None: no rule is known, anything may be
    year_rule: Rule | None = None


@dataclass
class Waiting:
    """An op whose mark waits for a revision that has not arrived; ``row`` is set while it is not stored yet."""

    seq: int
    op: Op
    received_at: datetime
    row: dict[str, Any] | None


@dataclass
class Book:
    """What is known while a batch is worked off; it grows with every op of the batch."""

    taken: dict[tuple[str, int], str]  # id → SHA-256 of what was received under it
    clashes: set[str]
    people: frozenset[str]
    works: dict[str, KnownWork] = field(default_factory=dict)  # by code
    lessons: dict[str, KnownLesson] = field(default_factory=dict)  # by the id of the lesson's course
    courses: dict[str, KnownCourse] = field(default_factory=dict)
    channels: frozenset[str] = frozenset()  # of returns
    letters: frozenset[str] = frozenset()  # of absence
    topics: frozenset[str] = frozenset()  # of contacts
    owners: dict[str, str | None] = field(default_factory=dict)  # student → who owns an incident that is opened
    revisions: dict[str, dict[str, decide.Revision]] = field(default_factory=dict)  # by target
    waiting: dict[str, list[Waiting]] = field(default_factory=dict)  # by target, in the order received
    rows: dict[type, list[dict[str, Any]]] = field(default_factory=dict)
    released: list[dict[str, Any]] = field(default_factory=list)

    def note(self, rows: Iterable[Row]) -> None:
        """Rows to be stored with the batch."""
        for model, row in rows:
            self.rows.setdefault(model, []).append(row)


class Kind:
    """One type of op. What a type does not need stays as it is here."""

    models: tuple[type, ...] = ()  # whose rows it leaves behind, in the order of their foreign keys

    def target(self, op: Op) -> str:
        """What its revisions are about; "" where it makes none."""
        return ""

    def value(self, op: Op) -> decide.Value | None:
        """What it says about its target; None for only an act."""
        return None

    def people(self, op: Op) -> Iterable[str]:
        """Ids of the people it names besides its author, where it matters that they are known."""
        return ()

    def read(self, session: Session, book: Book, ops: Sequence[Op]) -> None:
        """Put what must be known of these ops into the book."""

    def check(self, book: Book, op: Op, delivery: Delivery) -> None:
        """Raise what makes the op impossible, or not its author's to say."""

    def act(self, book: Book, op: Op, seq: int, now: datetime) -> Iterable[Row]:
        """The rows of the act it tells of."""
        return ()

    def revision(self, book: Book, op: Op, revision: decide.Revision, seq: int, now: datetime, fresh: bool
                 ) -> Iterable[Row]:  # fmt: skip
        """The rows of a revision (only if it is ``fresh``) and of its saying."""
        return ()
