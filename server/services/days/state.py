"""The whole state of a dated lesson as plain values: what a change found and what it left."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from server.models import Lesson
from sync.canonical import canonical


class PartState(NamedTuple):
    """One course's view of the lesson; ``form`` and ``broadcast`` None: not said, none."""

    course: str
    form: str | None = None
    broadcast: str | None = None


@dataclass(frozen=True)
class LessonState:
    """Where and by whom a lesson is held, for which courses. ``state``: planned, cancelled, withdrawn (not there)."""

    on: date
    n: int
    shift: int | None
    room: str | None
    state: str
    teachers: tuple[str, ...] = ()
    parts: tuple[PartState, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "teachers", tuple(sorted(self.teachers)))
        object.__setattr__(self, "parts", tuple(sorted(self.parts)))

    @property
    def courses(self) -> frozenset[str]:
        """Ids of the courses that are taught together."""
        return frozenset(part.course for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        """As LessonChange keeps it: ``{"on", "n", "shift", "room", "state", "teachers", "courses": {id: [form,
        broadcast]}}``."""
        return {
            "on": self.on.isoformat(), "n": self.n, "shift": self.shift, "room": self.room, "state": self.state,
            "teachers": list(self.teachers),
            "courses": {part.course: [part.form, part.broadcast] for part in self.parts},
        }  # fmt: skip

    def mark(self) -> str:
        """Names this state in a form: who changes a lesson says which state was looked at."""
        return hashlib.sha256(canonical(self.as_json())).hexdigest()[:16]


def state_from(kept: dict[str, Any]) -> LessonState:
    """Back from what ``as_json`` gave."""
    parts = tuple(PartState(course, *rest) for course, rest in kept["courses"].items())
    return LessonState(date.fromisoformat(kept["on"]), kept["n"], kept["shift"], kept["room"], kept["state"],
                       tuple(kept["teachers"]), parts)  # fmt: skip


def state_of(lesson: Lesson) -> LessonState:
    """As the lesson's rows stand now."""
    return LessonState(
        lesson.on, lesson.n, lesson.shift, lesson.room_id, lesson.state,
        tuple(row.person_id for row in lesson.teachers),
        tuple(PartState(row.course_id, row.form, row.broadcast_id) for row in lesson.courses),
    )  # fmt: skip


def travels(changes: Iterable[tuple[str, Set[str], Set[str]]]) -> dict[tuple[str, str], str]:
    """(lesson, course) → the lesson that the course's view goes along to, of lessons that change in one deed.

    ``changes``: id of a lesson, its courses before and after. Where a course leaves or comes to several lessons they
    are taken in the order of their ids, so that taking a deed back leads each view the way that it came.
    """
    leaving, coming = defaultdict(list), defaultdict(list)
    for lesson, old, new in sorted(changes, key=lambda change: change[0]):
        for course in old - new:
            leaving[course].append(lesson)
        for course in new - old:
            coming[course].append(lesson)
    return {
        (lesson, course): to for course, lessons in leaving.items()
        for lesson, to in zip(lessons, coming[course], strict=False)
    }  # fmt: skip
