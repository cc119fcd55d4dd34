"""After each TV lesson its teacher adds homework, advice and feedback, or says that there is nothing to add."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Course, Group, Lesson, LessonCourse, LessonFollowup, Subject
from server.services import content
from server.services.accounts import record
from server.services.content import Author
from server.services.content_draft import LessonDraft, ResourceDraft, Rules, TaskDraft, clean
from server.services.freezing import bells_on
from server.services.lesson_list import of_teacher

BACK = timedelta(days=14)  # lessons that long ago are asked about
MAX_FEEDBACK = 10_000  # characters


@dataclass(frozen=True)
class TvLesson:
    """A TV lesson that is over and was not followed up."""

    id: str
    on: date
    n: int
    group: str
    subject: str
    topic: str


@dataclass(frozen=True)
class Followup:
    """What the form says: homework, a file or link with advice and its source, feedback on the lesson."""

    title: str = ""
    text: str = ""
    due: str = ""
    advice: str = ""
    url: str = ""
    source: str = ""
    feedback: str = ""

    @property
    def is_empty(self) -> bool:
        return not any((self.title, self.text, self.advice, self.url, self.feedback))


def is_tv() -> Any:
    """SQL: a lesson by television: its form says so, or a broadcast was matched to it."""
    return or_(LessonCourse.form == "tv", LessonCourse.broadcast_id.is_not(None))


def due(session: Session, person_id: str, day: date, clock: str) -> list[TvLesson]:
    """The TV lessons of a teacher that are over by the bells and wait for a word, the oldest first.

    ``clock``: the school's time, "HH:MM". A lesson whose bells nobody knows is over when the day is.
    """
    done = exists().where(LessonFollowup.lesson_course_id == LessonCourse.id)
    rows = session.execute(
        select(LessonCourse.id, Lesson.on, Lesson.n, Lesson.shift, Group.shift.label("group_shift"), Group.name,
               Subject.name.label("subject"), LessonCourse.topic)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == LessonCourse.course_id)
        .join(Group, Group.id == Course.group_id).join(Subject, Subject.id == Course.subject_id)
        .where(Lesson.on.between(day - BACK, day), Lesson.state == "planned", is_tv(), ~done, of_teacher(person_id))
        .order_by(Lesson.on, Lesson.n, Group.name)
    ).all()  # fmt: skip
    ends = {shift: bells_on(session, shift, day) for shift in {r.shift or r.group_shift for r in rows if r.on == day}}
    return [
        TvLesson(row.id, row.on, row.n, row.name, row.subject, row.topic)
        for row in rows
        if row.on < day or "" < ends[row.shift or row.group_shift].get(row.n, ("", ""))[1] <= clock
    ]


def said(session: Session, lesson_course_id: str) -> LessonFollowup | None:
    """What was said after a lesson, if anything."""
    return session.get(LessonFollowup, lesson_course_id)


def with_followup(stands: LessonDraft, more: Followup, rules: Rules) -> LessonDraft:
    """The lesson with homework, advice and feedback added; what stands is not touched. Pure but for the heading."""
    tasks, resources, body = stands.tasks, stands.resources, stands.body
    if more.title or more.text:
        scale = "five" if "five" in rules.scales else rules.scales[0]
        tasks = (*tasks, TaskDraft(title=more.title, text=more.text, scale=scale, due=more.due))
    if more.advice or more.url:
        resources = (*resources, ResourceDraft(more.advice, more.source, more.url))
    if more.feedback:
        body = f"{body}\n\n## {_('After the TV lesson')}\n\n{clean(more.feedback)}".lstrip("\n")
    return replace(stands, tasks=tasks, resources=resources, body=body)


def add(lesson_course_id: str, draft: LessonDraft, base: str, by: Author) -> content.Saved:
    """Write the draft into the lesson and keep that it was followed up. Raises what ``content.save`` raises."""
    done = content.save(lesson_course_id, draft, base, by)
    _keep(lesson_course_id, "added", by)
    return done


def nothing(lesson_course_id: str, by: Author) -> None:
    """There is nothing to add. Raises DomainError ``lesson_unknown``."""
    _keep(lesson_course_id, "nothing", by)


def check(more: Followup) -> None:
    """Raise DomainError ``field_needed`` for a form that says nothing, ``text_long``."""
    if more.is_empty:
        raise DomainError("field_needed", field=_l("homework, advice or feedback"))
    if len(more.feedback) > MAX_FEEDBACK:
        raise DomainError("text_long", length=len(more.feedback), limit=MAX_FEEDBACK)


def _keep(lesson_course_id: str, what: str, by: Author) -> None:
    def write(session: Session) -> None:
        content.lesson_course(session, lesson_course_id)
        row = session.get(LessonFollowup, lesson_course_id)
        if row is None:
            session.add(LessonFollowup(lesson_course_id=lesson_course_id, said=what, said_by=by.person_id,
                                       said_at=by.now))  # fmt: skip
            record(session, by.now, by.account_id, "followup.say", lesson_course_id)
        elif row.said == "nothing" and what == "added":
            row.said, row.said_by, row.said_at = what, by.person_id, by.now

    store.write(write)
