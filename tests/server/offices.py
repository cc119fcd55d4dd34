"""Several offices of one school, on SQLite or PostgreSQL, with the same works: what one receives, another can too."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server import models, store
from server.extensions import db
from server.reference import add_missing
from server.services.returns import Delivery, Outcome, receive, state_hash
from sync import decide, ops
from sync.codes import complete
from tests.server import apps

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
TODAY = date(2026, 12, 7)
TEACHER, OTHER = "a" * 32, "b" * 32
STUDENT = "c" * 32
LESSON = "d" * 32  # the lesson's course, as absences name it
COURSE, GROUP = "e" * 32, "f" * 32
CHUNK = 50  # works made at once


@dataclass
class Office:
    """One office; each call has an application's context of its own, so threads may call too."""

    app: APIFlask
    codes: list[str]

    def receive(self, *envelopes: Any, **circumstances: Any) -> list[Outcome]:
        """Deliver a batch."""
        with self.app.app_context():
            return receive(Delivery(list(envelopes), **{"now": NOW, "today": TODAY, **circumstances}))

    def read(self, fn: Callable[[Session], Any]) -> Any:
        """What ``fn`` finds in a reading session."""
        with self.app.app_context():
            return fn(db.session)

    def write(self, fn: Callable[[Session], Any]) -> Any:
        """What ``fn`` returns after the commit."""
        with self.app.app_context():
            return store.write(fn)

    def rows(self, *columns: Any) -> list[tuple[Any, ...]]:
        """All values of some columns, sorted."""
        return sorted(tuple(row) for row in self.read(lambda session: session.execute(select(*columns)).all()))

    def count(self, model: type) -> int:
        """How many rows a table has."""
        return self.read(lambda session: session.scalar(select(db.func.count()).select_from(model)))

    def revisions(self, code: str) -> set[str]:
        """Ids of the revisions about a work."""
        query = select(models.MarkRevision.id).join(models.Work).where(models.Work.code == code)
        return set(self.read(lambda session: session.scalars(query).all()))

    def state(self, code: str) -> decide.WorkState:
        """A work's derived state."""
        from server.services.works import states

        def find(session: Session) -> decide.WorkState:
            id_ = session.scalars(select(models.Work.id).where(models.Work.code == code)).one()
            return states(session, [id_])[id_]

        return self.read(find)

    def hash(self) -> str:
        """The hash of all that was taken in."""
        return self.read(state_hash)

    def fresh(self) -> str:
        """The code of a work that nobody has spoken about: the same in every office at the same call."""
        if not self.codes:
            start = self.count(models.Work)
            self.write(lambda session: _add_works(session, range(start, start + CHUNK)))
            self.codes = [complete(f"{1_000_000 + n:07d}") for n in range(start, start + CHUNK)]
        return self.codes.pop(0)


@contextmanager
def office(blank_home: Path, home: Path, url: str | None = None) -> Iterator[Office]:
    """An office with one class, one course and one student, on a copy of the blank home or an empty PostgreSQL."""
    shutil.copytree(blank_home, home)
    with apps.on_home(home, **({"database_url": url} if url else {})) as app:
        if url:
            models.Base.metadata.create_all(app.extensions["store"].writing)
            store.write(add_missing)
        store.write(build)
        yield Office(app, [])


def build(session: Session) -> None:
    """One class, one course, one lesson, one student, two teachers."""
    session.add(models.School(
        id="TEST", name="Lesnaya school", timezone="Asia/Yekaterinburg", country="RU", locale="en", languages=["ru"],
        epoch="e" * 32,
    ))  # fmt: skip
    for number, id_ in enumerate((TEACHER, OTHER, STUDENT)):
        session.add(models.Person(id=id_, slug=f"person{number}", last_name="Veslov"))
    session.add(models.Group(id=GROUP, slug="7a", name="7 «А»", kind="class", grade=7))
    session.add(models.Subject(id="1" * 32, name="algebra"))
    session.add(models.Year(id="1" * 32, name="2026/27", starts_on=date(2026, 9, 1), ends_on=date(2027, 5, 31)))
    session.flush()
    session.add(models.Membership(id="1" * 32, person_id=STUDENT, group_id=GROUP, since=date(2026, 9, 1)))
    session.add(models.Course(id=COURSE, group_id=GROUP, subject_id="1" * 32, year_id="1" * 32))
    session.add(models.Lesson(id="1" * 32, on=TODAY, n=1))
    session.flush()
    session.add(models.LessonCourse(id=LESSON, lesson_id="1" * 32, course_id=COURSE))


def _add_works(session: Session, numbers: Iterable[int]) -> None:
    """Works of tasks of their own: one student has no two works of a task."""
    taken = [f"{n:032x}" for n in numbers]
    session.execute(insert(models.Task), [
        {"id": id_, "lesson_course_id": LESSON, "course_id": COURSE, "kind": "homework", "title": "No. 412",
         "text": "Solve.", "scale": "five", "published_at": NOW} for id_ in taken
    ])  # fmt: skip
    session.execute(insert(models.Work), [
        {"id": id_, "task_id": id_, "student_id": STUDENT, "code": complete(f"{1_000_000 + int(id_, 16):07d}"),
         "created_at": NOW} for id_ in taken
    ])  # fmt: skip


def mark_op(
    origin: int, code: str, value: decide.Value, base: Iterable[str] = (), comment: str = "", **members: Any
) -> dict[str, Any]:
    """The envelope of a mark; ``members`` replace some of the envelope."""
    data = {"code": code, "mark": {"verdict": value[0], "value": value[1]}, "comment": comment}
    at = "2026-12-07T08:00:00+05:00"
    return {**ops.envelope(f"{origin:016x}", 0, "mark", TEACHER, at, data, list(base)), **members}


def return_op(
    origin: int, code: str, value: decide.Value | None = None, base: Iterable[str] = (), comment: str = "",
    channel: str = "paper", on: date = TODAY, **members: Any,
) -> dict[str, Any]:  # fmt: skip
    """The envelope of a return, with a mark if a value is given."""
    mark = {"verdict": value[0], "value": value[1]} if value else None
    data = {"code": code, "channel": channel, "mark": mark, "comment": comment}
    at = "2026-12-07T08:00:00+05:00"
    return {**ops.envelope(f"{origin:016x}", 0, "return", TEACHER, at, data, list(base), on), **members}


def absence_op(
    origin: int, letter: str | None, base: Iterable[str] = (), student: str = STUDENT, lesson: str = LESSON,
    **members: Any,
) -> dict[str, Any]:  # fmt: skip
    """The envelope of an absence."""
    data = {"student": student, "lesson": lesson, "letter": letter, "reason": ""}
    at = "2026-12-07T08:00:00+05:00"
    return {**ops.envelope(f"{origin:016x}", 0, "absence", TEACHER, at, data, list(base)), **members}


def presence_op(origin: int, present: bool = True, student: str = STUDENT, behaviour: str = "", **members: Any
                ) -> dict[str, Any]:  # fmt: skip
    """The envelope of a presence."""
    data = {"student": student, "lesson": LESSON, "present": present, "place": "library", "behaviour": behaviour}
    return {**ops.envelope(f"{origin:016x}", 0, "presence", TEACHER, "2026-12-07T08:00:00+05:00", data), **members}


def call_op(origin: int, topic: str = "task", student: str = STUDENT, person: str = "", channel: str = "call",
            **members: Any) -> dict[str, Any]:  # fmt: skip
    """The envelope of a call."""
    data = {"student": student, "person": person, "direction": "in", "channel": channel, "topic": topic,
            "outcome": "read out", "text": "No. 412", "seconds": 95}  # fmt: skip
    return {**ops.envelope(f"{origin:016x}", 0, "call", TEACHER, "2026-12-07T08:00:00+05:00", data), **members}


def term_mark_op(
    origin: int, value: str | None, base: Iterable[str] = (), student: str = STUDENT, term: str = "", **members: Any
) -> dict[str, Any]:
    """The envelope of a term's mark; of the year's where no term is named."""
    data = {"student": student, "course": COURSE, "term": term, "value": value, "decided": "teacher",
            "trace": '{"mean": "4.60"}'}  # fmt: skip
    at = "2026-12-07T08:00:00+05:00"
    return {**ops.envelope(f"{origin:016x}", 0, "term_mark", TEACHER, at, data, list(base)), **members}
