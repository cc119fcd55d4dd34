"""Builds small invented schools for tests: each function writes one thing through the store and returns its id.

Call them inside an application's context (the fixture ``app``). What a builder needs and was not given, it makes.
All names are invented. The clock of the tests stands at TODAY, a Monday.
"""

import itertools
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from apiflask import APIFlask
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import models, store
from server.extensions import db
from sync.codes import complete
from sync.ids import content_id

TODAY = date(2026, 12, 7)
SINCE = date(2026, 9, 1)
ENDS = date(2027, 5, 31)
PASSWORD = "paper-boat-7"
_numbers = itertools.count(1)


class LessonIds(NamedTuple):
    """A lesson and its first (mostly only) course's view of it."""

    lesson: str
    lesson_course: str


def new_id() -> str:
    """A fresh id, the same in every run."""
    return content_id("factory", str(next(_numbers)))


def add(row: models.Base) -> None:
    """Store one row."""
    store.write(lambda session: session.add(row))


def _found(find: Callable[[Session], Any]) -> Any:
    return store.write(find)


def school(name: str = "Lesnaya school", locale: str = "en", **values: Any) -> str:
    """The school (made once; a second call returns the first one's id)."""
    known = _found(lambda session: session.scalar(select(models.School.id)))
    if known:
        return known
    defaults: dict[str, Any] = {
        "id": "TEST", "timezone": "Asia/Yekaterinburg", "country": "RU", "languages": ["ru"], "epoch": "e" * 32,
        "hotline_phone": "+7 000 000-00-00", "week_anchor": date(2026, 8, 31),
    }  # fmt: skip
    row = {**defaults, "name": name, "locale": locale, **values}
    add(models.School(**row))
    return row["id"]


def year() -> str:
    """The school year 2026/27 with its second quarter (made once)."""
    known = _found(lambda session: session.scalar(select(models.Year.id)))
    if known:
        return known
    id = new_id()
    add(models.Year(id=id, name="2026/27", starts_on=SINCE, ends_on=ENDS))
    add(models.Term(id=new_id(), year_id=id, kind="quarter", number=2, name="2", starts_on=date(2026, 11, 5),
                    ends_on=date(2026, 12, 27)))  # fmt: skip
    return id


def bells(shift: int = 1) -> str:
    """Eight lessons of 40 minutes from 08:30 on, for all dates."""

    def clock(minutes: int) -> str:
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    id = new_id()
    rows = [models.Bell(id=new_id(), n=n, starts=clock(460 + 50 * n), ends=clock(500 + 50 * n)) for n in range(1, 9)]
    add(models.BellSchedule(id=id, shift=shift, bells=rows))
    return id


def person(last: str = "Lodkin", first: str = "Semyon", middle: str = "", **values: Any) -> str:
    """Anybody: a student after ``membership``, staff after ``grant`` or ``teacher``."""
    id = new_id()
    add(models.Person(id=id, slug=id[:12], last_name=last, first_name=first, middle_name=middle, **values))
    return id


def group(name: str = "7 «А»", slug: str = "7a", grade: int | None = 7, kind: str = "class", **values: Any) -> str:
    """A class, or with ``kind`` and ``parent_id`` a subgroup or study group."""
    id = new_id()
    add(models.Group(id=id, slug=slug, name=name, kind=kind, grade=grade, **values))
    return id


def membership(person_id: str, group_id: str, since: date = SINCE, until: date | None = None) -> str:
    """The person belongs to the group as a student."""
    id = new_id()
    add(models.Membership(id=id, person_id=person_id, group_id=group_id, since=since, until=until))
    return id


def student(group_id: str, last: str = "Veslov", first: str = "Yegor", **values: Any) -> str:
    """A person with a membership; returns the person's id."""
    id = person(last, first, **values)
    membership(id, group_id)
    return id


def guardian(student_id: str, last: str = "Veslova", first: str = "Anna", **values: Any) -> str:
    """A parent of a student; returns the parent's id."""
    id = person(last, first, **{"phone": "+7 900 000-00-01", **values})
    add(models.Guardianship(id=new_id(), guardian_id=id, student_id=student_id, relation="mother"))
    return id


def away(person_id: str, on: date, **values: Any) -> str:
    """A teacher is away on a day; the id of the absence."""
    if not _found(lambda session: session.scalar(select(models.LeaveReason.code).filter_by(code="sick"))):
        add(models.LeaveReason(code="sick", name="sick", position=99, source=""))
    id = new_id()
    add(models.TeacherAbsence(**{
        "id": id, "person_id": person_id, "since": on, "until": on, "reason": "sick", "order_no": "", "note": "",
        "noted_at": datetime(2026, 12, 7, tzinfo=UTC), **values,
    }))  # fmt: skip
    return id


def at_work(person_id: str, weekday: int, kind: str, **values: Any) -> None:
    """A working schedule that says something of one weekday."""
    day = models.WorkDay(weekday=weekday, kind=kind, starts=values.pop("starts", None), ends=values.pop("ends", None))
    add(models.WorkSchedule(id=new_id(), person_id=person_id, since=SINCE, days=[day], **values))


def connectivity(student_id: str, internet: str = "none", channel: str = "paper", **values: Any) -> str:
    """What a student can be reached by, as told on SINCE."""
    id = new_id()
    row = {"id": id, "student_id": student_id, "recorded_on": SINCE, "internet": internet, "channel": channel}
    add(models.Connectivity(**{**row, **values}))
    return id


def subject(name: str = "algebra") -> str:
    """A subject by name (made once per name)."""
    known = _found(lambda session: session.scalar(select(models.Subject.id).filter_by(name=name)))
    if known:
        return known
    id = new_id()
    add(models.Subject(id=id, name=name))
    return id


def course(group_id: str, name: str = "algebra") -> str:
    """A subject of a group in the year."""
    id = new_id()
    add(models.Course(id=id, group_id=group_id, subject_id=subject(name), year_id=year()))
    return id


def teacher(course_id: str, person_id: str | None = None, is_lead: bool = True, **values: Any) -> str:
    """Somebody teaches the course since SINCE; returns the person's id."""
    person_id = person_id or person("Parusova", "Nina", "Pavlovna")
    add(models.CourseTeacher(**{"id": new_id(), "course_id": course_id, "person_id": person_id, "since": SINCE,
                                "is_lead": is_lead, **values}))  # fmt: skip
    return person_id


def grant(person_id: str, role: str, group_id: str | None = None, course_id: str | None = None, **values: Any) -> str:
    """A role on the school, a group or a course."""
    id = new_id()
    row = {"id": id, "person_id": person_id, "role": role, "group_id": group_id, "course_id": course_id, "since": SINCE}
    add(models.RoleGrant(**{**row, **values}))
    return id


def duty(person_id: str, hours: float = 12, since: datetime | None = None) -> str:
    """An operator's duty on the hotline: by default around the tests' now."""
    id = new_id()
    since = since or datetime(2026, 12, 7, 0, 0, tzinfo=UTC)
    add(models.DutyRota(id=id, person_id=person_id, since=since, until=since + timedelta(hours=hours)))
    return id


@cache
def _cheap_hash(password: str) -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


def account(
    login: str, role: str | None = None, person_id: str | None = None, group_id: str | None = None,
    course_id: str | None = None, password: str = PASSWORD,
) -> str:  # fmt: skip
    """A sign-in, with a role on that scope if one is named; returns the account's id."""
    person_id = person_id or person("Rulev", login.capitalize(), "Petrovich")
    if role:
        grant(person_id, role, group_id, course_id)
    id = new_id()
    add(models.Account(id=id, person_id=person_id, login=login, password_hash=_cheap_hash(password),
                       session_mark=id[:16], created_at=datetime(2026, 9, 1, tzinfo=UTC)))  # fmt: skip
    return id


def person_of(account_id: str) -> str:
    """The person whose account it is."""
    return _found(lambda session: session.get_one(models.Account, account_id).person_id)


def lesson(
    course_id: str, on: date = TODAY, n: int = 1, teacher_id: str | None = None, topic: str = "Linear equations",
    form: str | None = "self", **values: Any,
) -> LessonIds:  # fmt: skip
    """A dated lesson of one course, held by ``teacher_id`` if given."""
    ids = LessonIds(new_id(), new_id())
    row = models.Lesson(id=ids.lesson, on=on, n=n, **values)
    row.courses = [models.LessonCourse(id=ids.lesson_course, course_id=course_id, topic=topic, form=form)]
    row.teachers = [models.LessonTeacher(person_id=teacher_id)] if teacher_id else []
    add(row)
    return ids


def material(lesson_course_id: str, source: str = "Textbook, p. 41", **values: Any) -> str:
    """The lesson's text with one resource; an empty ``source`` makes it incomplete."""
    id = new_id()
    row = models.Material(**{
        "id": id, "lesson_course_id": lesson_course_id, "title": "Linear equations", "body": "Read and solve.",
        "changed_at": datetime(2026, 12, 1, tzinfo=UTC), **values,
    })  # fmt: skip
    row.resources = [models.Resource(id=new_id(), position=1, title="Textbook", source=source)]
    add(row)
    return id


def task(lesson_course_id: str, title: str = "No. 412–415", due_on: date | None = TODAY, **values: Any) -> str:
    """A published task of a lesson on the five-point scale."""
    id = new_id()

    def save(session: Session) -> None:
        course_id = session.get_one(models.LessonCourse, lesson_course_id).course_id
        row = {"id": id, "lesson_course_id": lesson_course_id, "course_id": course_id, "kind": "homework",
               "title": title, "text": "Solve.", "scale": "five", "due_on": due_on,
               "published_at": datetime(2026, 12, 4, tzinfo=UTC)}  # fmt: skip
        session.add(models.Task(**{**row, **values}))

    store.write(save)
    return id


def works(task_id: str) -> dict[str, str]:
    """A work for every member of the task's group: student id → code."""

    def save(session: Session) -> dict[str, str]:
        course = session.get_one(models.Course, session.get_one(models.Task, task_id).course_id)
        members = session.scalars(select(models.Membership.person_id).filter_by(group_id=course.group_id))
        codes = {student_id: complete(f"{4_820_000 + next(_numbers):07d}") for student_id in members}
        for student_id, code in codes.items():
            session.add(models.Work(id=content_id(task_id, student_id), task_id=task_id, student_id=student_id,
                                    code=code, created_at=datetime(2026, 12, 4, tzinfo=UTC)))  # fmt: skip
        return codes

    return store.write(save)


def work_for(task_id: str, student_id: str) -> str:
    """A work of one student, who need not be a member of the task's group; returns its code."""
    code = complete(f"{4_820_000 + next(_numbers):07d}")
    add(models.Work(id=content_id(task_id, student_id), task_id=task_id, student_id=student_id, code=code,
                    created_at=datetime(2026, 12, 4, tzinfo=UTC)))  # fmt: skip
    return code


class Client(FlaskClient):
    """Asks outside the test's own application context, as a browser would: nothing cached in ``g`` is shared."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """One request."""
        return Context().run(super().open, *args, **kwargs)


def visitor(app: APIFlask) -> Client:
    """A client that is not signed in and sends no CSRF token."""
    return Client(app, app.response_class, use_cookies=True)


def csrf(app: APIFlask, client: Client, raw: str, **known: Any) -> dict[str, str]:
    """Put a CSRF secret, and what else is known, into the client's session; returns what its requests must carry."""
    with client.session_transaction() as session:
        session.update({**known, "csrf_token": raw})
    token = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(raw)
    return {"HTTP_X_CSRFTOKEN": token}


def signed_in(app: APIFlask, account_id: str) -> Client:
    """A client that is signed in and sends a CSRF token with every request."""
    with db.engine.connect() as connection:
        mark = connection.execute(select(models.Account.session_mark).filter_by(id=account_id)).scalar_one()
    client = visitor(app)
    known = {"_user_id": f"{account_id}.{mark}", "_fresh": True, "sid": new_id()}
    client.environ_base.update(csrf(app, client, account_id, **known))
    return client
