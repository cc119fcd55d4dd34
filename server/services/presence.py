"""Who was seen at supervised places and conferences: reports as they were said, and the lists to say them from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import LessonCourse, Person, Presence
from server.services import content
from server.services.aside import asides, with_the_class
from server.services.courses import alphabetical
from server.services.exemptions import exempt
from server.services.lesson_list import LessonLine, lessons_between, lessons_where
from server.services.logging_work import Draft
from server.services.works import members
from sync import ops

MAX_PLACE, MAX_BEHAVIOUR = 80, 1000  # characters
PLACES = 12  # that are offered again


@dataclass(frozen=True)
class Report:
    """The newest word of one reporter about a student at a lesson."""

    present: bool
    place: str
    behaviour: str
    author_id: str | None
    seq: int


@dataclass(frozen=True)
class Pupil:
    """A student who belongs to a lesson, with what this reporter said and what others said."""

    id: str
    name: str
    mine: Report | None
    others: tuple[Report, ...]


@dataclass(frozen=True)
class Roll:
    """A lesson with its students, for ticking who is there."""

    line: LessonLine
    pupils: tuple[Pupil, ...]
    place: str  # where this lesson is, as far as somebody said


@dataclass(frozen=True)
class Tick:
    """What a form says about one student."""

    present: bool
    place: str
    behaviour: str


def newest(rows: Iterable[Any]) -> tuple[Report, ...]:
    """Of presences of one student at one lesson, the newest of each reporter, the earliest reporter first."""
    found: dict[str | None, Report] = {}
    for row in sorted(rows, key=lambda row: row.op_seq):
        found[row.author_id] = Report(row.present, row.place, row.behaviour, row.author_id, row.op_seq)
    return tuple(found.values())


def roll(session: Session, lesson_course_id: str, author: str) -> Roll:
    """Who should be at a lesson. Raises DomainError ``lesson_unknown``."""
    view = content.lesson_course(session, lesson_course_id)
    [line] = lessons_where(session, LessonCourse.id == view.id)
    ids = members(session, view.course.group, line.on)
    ids = with_the_class(asides(session, set(ids)), ids, view.course.group, line.subject, line.on)
    freed = exempt(session, ids)
    ids = [id for id in ids if not freed.on(id, line.subject, line.on)]
    said: dict[str, list[Presence]] = {}
    for row in session.scalars(select(Presence).where(Presence.lesson_course_id == view.id)):
        said.setdefault(row.student_id, []).append(row)
    people = session.scalars(select(Person).where(Person.id.in_(ids))).all()
    pupils = []
    for person in sorted(people, key=lambda one: alphabetical(one.last_name, one.first_name)):
        reports = newest(said.get(person.id, ()))
        own = next((one for one in reports if one.author_id == author), None)
        others = tuple(one for one in reports if one.author_id != author)
        pupils.append(Pupil(person.id, f"{person.last_name} {person.first_name}".strip(), own, others))
    known = [report.place for pupil in pupils for report in (pupil.mine, *pupil.others) if report and report.place]
    return Roll(line, tuple(pupils), known[0] if known else line.room)


def lessons(session: Session, day: date) -> list[LessonLine]:
    """The lessons of a day that are held, by time."""
    return [line for line in lessons_between(session, day, day, by_plan=False) if line.state == "planned"]


@dataclass(frozen=True)
class Slot:
    """The lessons that begin at one time; ``now``: they are held, or are the next to begin."""

    start: str
    n: int
    lines: tuple[LessonLine, ...]
    now: bool


def slots(lines: Iterable[LessonLine], clock: str) -> list[Slot]:
    """Lessons by the time they begin. ``clock``: the school's time "HH:MM", "" on another day: then all are shown."""
    found: dict[tuple[str, int], list[LessonLine]] = {}
    for line in lines:
        found.setdefault((line.start, line.n), []).append(line)
    open_ones = {key for key, own in found.items() if not clock or own[0].end >= clock}
    first = min(open_ones, default=max(found, default=None))
    return [
        Slot(start, n, tuple(own), not clock or (start, n) == first)
        for (start, n), own in sorted(found.items())
    ]  # fmt: skip


def counts(session: Session, lesson_course_ids: Collection[str]) -> dict[str, int]:
    """Of how many students somebody said whether they were at the lesson."""
    rows = session.execute(
        select(Presence.lesson_course_id, func.count(Presence.student_id.distinct()))
        .where(Presence.lesson_course_id.in_(lesson_course_ids)).group_by(Presence.lesson_course_id)
    )  # fmt: skip
    return dict(rows.all())


def places(session: Session) -> list[str]:
    """Places that were named last, the newest first."""
    rows = session.execute(
        select(Presence.place).where(Presence.place != "").group_by(Presence.place)
        .order_by(func.max(Presence.op_seq).desc()).limit(PLACES)
    )  # fmt: skip
    return [place for (place,) in rows]


def op_about_presence(draft: Draft, n: int, lesson_course_id: str, tick: Tick) -> dict[str, Any]:
    """The envelope for line n (a student) of a form."""
    data = {"student": draft.lines[n].key, "lesson": lesson_course_id, "present": tick.present, "place": tick.place,
            "behaviour": tick.behaviour}  # fmt: skip
    return ops.envelope(draft.origin, n, "presence", draft.author, draft.at, data)
