"""The whole state of a dated lesson as plain values: what a change found and what it left."""

import hashlib
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
