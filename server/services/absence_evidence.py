"""What the school knows of students at lessons, read in few queries for the decision on absences."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import (
    Absence,
    AbsenceLetter,
    Connectivity,
    Contact,
    Course,
    CutOff,
    Group,
    Guardianship,
    Lesson,
    LessonCourse,
    MarkRevision,
    Op,
    Pack,
    Person,
    Return,
    School,
    Subject,
    Task,
    Work,
)
from server.services.absence_decision import Call, Evidence, Handed, Owed, Reach, Said, Seen
from server.services.absences import AbsenceState, absences
from server.services.belonging import Register, register
from server.services.presence import Report, reports
from server.services.weeks import week_name
from sync import decide

Pair = tuple[str, str]  # student, one course's view of a lesson
MOST = 5000  # values of one query


@dataclass(frozen=True)
class LessonHead:
    """A lesson as the lists of attendance name it. ``group``: the class's name, of a part with the class before it."""

    id: str
    on: date
    n: int
    form: str | None
    course_id: str
    group_id: str
    class_id: str
    slug: str
    group: str
    subject: str


@dataclass
class Known:
    """All that was read: lessons, evidence and heads by pair; ``owed``: who should have been at which lesson."""

    lessons: dict[str, LessonHead]
    evidence: dict[Pair, Evidence] = field(default_factory=dict)
    states: dict[Pair, AbsenceState] = field(default_factory=dict)


def read(session: Session, pairs: Collection[Pair], today: date) -> Known:
    """The evidence of these pairs; those who were not to be there (left, exempt, at home, another part) are left out."""
    students, ids = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    lessons = heads(session, ids)
    members = register(session, students)
    mine = [pair for pair in pairs if pair[1] in lessons and expected(members, pair[0], lessons[pair[1]], today)]
    known = Known(lessons, states=absences(session, ids))
    zone = ZoneInfo(session.scalars(select(School.timezone)).one())
    tasks = _tasks(session, ids, students, zone)
    said = _said(session, ids, zone)
    seen = reports(session, ids)
    days = [lessons[pair[1]].on for pair in mine]
    around = _Around(session, students, min(days), today, zone) if mine else None
    for pair in mine:
        lesson = lessons[pair[1]]
        shown = [one for one in seen.get(pair, ()) if isinstance(one, Report)]
        assert_reach = around.reach(pair[0], lesson.on) if around else Reach()
        known.evidence[pair] = Evidence(
            lesson.form, lesson.on, tuple(tasks.get(pair, ())), tuple(Seen(one.present, one.place) for one in shown),
            tuple(around.calls.get(pair[0], ())) if around else (), said.get(pair), assert_reach,
        )  # fmt: skip
    return known


def heads(session: Session, lesson_course_ids: Collection[str]) -> dict[str, LessonHead]:
    """These lessons by id."""
    found = {}
    for row in _batched(session, _LESSONS, LessonCourse.id, lesson_course_ids):
        name = f"{row.parent_name}, {row.name}" if row.parent_name else row.name
        found[row.id] = LessonHead(row.id, row.on, row.n, row.form, row.course_id, row.group_id,
                                   row.parent_id or row.group_id, row.parent_slug or row.slug, name, row.subject)  # fmt: skip
    return found
