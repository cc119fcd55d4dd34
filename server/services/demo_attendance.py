"""The demonstration's attendance: last week's lessons with work missing, late and in time, presence and incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import SystemRandom
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.extensions import db
from server.models import (
    Absence,
    AbsenceProof,
    Course,
    CourseTeacher,
    CutOff,
    Group,
    Incident,
    IncidentNote,
    Lesson,
    LessonCourse,
    Person,
    RoleGrant,
    Task,
    Work,
)
from server.services import logging_work, returns, works
from server.services.logging_work import Arrival, Draft, Line, Said
from sync import ops
from sync.ids import content_id

ZONE = "UTC"
BACK = 9  # days in which lessons are looked for
GIVEN = timedelta(days=2)  # between a lesson and its date of control
HELD = 4  # lessons that get a task


@dataclass(frozen=True)
class Scene:
    """A class with its lessons of the last days, its students and who teaches and guides it."""

    group: str
    lessons: tuple[tuple[str, str, date], ...]  # lesson's course, course, day; the oldest first
    students: tuple[str, ...]
    guide: str
    helper: str


def furnish(now: datetime, today: date, group_id: str) -> int:
    """Play it in a class; returns how many records were taken in. Safe to repeat."""
    scene = _scene(db.session(), today, group_id)
    if scene is None or len(scene.students) < 4:
        return 0
    tasks = store.write(lambda session: _set_tasks(session, scene, now))
    taken = 0
    for place, task in enumerate(tasks):
        taken += _hand_in(scene, task, place, now, today)
    taken += _note(scene, now, today) + _report(scene, now, today)
    store.write(lambda session: _settle(session, scene, now))
    db.session.remove()
    return taken


def _scene(session: Session, today: date, group_id: str) -> Scene | None:
    group = session.get(Group, group_id)
    if group is None:
        return None
    lessons = session.execute(
        select(LessonCourse.id, Course.id, Lesson.on).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(Course, Course.id == LessonCourse.course_id)
        .where(Course.group_id == group.id, Lesson.state == "planned", Lesson.on < today - GIVEN,
               Lesson.on >= today - timedelta(days=BACK))
        .order_by(Lesson.on, Lesson.n)
    ).all()  # fmt: skip
    people = session.scalars(select(Person.id).where(
        Person.id.in_(works.members(session, group, today))
    ).order_by(Person.last_name, Person.first_name)).all()  # fmt: skip
    roles = {
        role: session.scalars(select(RoleGrant.person_id).where(*where)).first()
        for role, where in (
            ("guide", (RoleGrant.role == "class_teacher", RoleGrant.group_id == group.id)),
            ("helper", (RoleGrant.role == "support_staff",)),
        )
    }  # fmt: skip
    if not lessons or not roles["guide"] or not roles["helper"]:
        return None
    return Scene(group.id, tuple(map(tuple, lessons)), tuple(people), roles["guide"], roles["helper"])


def _set_tasks(session: Session, scene: Scene, now: datetime) -> list[str]:
    """A task each for the first lessons; two of them become TV lessons, which ask for a word afterwards."""
    ids = []
    for place, (lesson, course, on) in enumerate(scene.lessons[:HELD]):
        view = session.get_one(LessonCourse, lesson)
        view.form = ("self", "tv", "paper", "tv")[place]
        id = content_id("demo", "attendance", lesson)
        if session.get(Task, id) is None:
            session.add(Task(id=id, lesson_course_id=lesson, course_id=course, kind="homework", scale="five",
                             title=f"Домашняя работа, {on:%d.%m}", text="Выполните задание по конспекту урока.",
                             due_on=on + GIVEN, published_at=now))  # fmt: skip
            session.flush()
            works.create_missing(session, [id], on, now, SystemRandom().randrange)
        ids.append(id)
    return ids


def _deliver(envelopes: Sequence[dict], now: datetime, today: date) -> int:
    outcomes = returns.receive(returns.Delivery(envelopes, now, today)) if envelopes else []
    return sum(outcome.outcome == "accepted" for outcome in outcomes)


def _draft(key: str, author: str, at: datetime, lines: Sequence[Line]) -> Draft:
    return logging_work.make_draft(bytes.fromhex(content_id("demo", key)[:16]), at, ZONE, author, lines)


def _hand_in(scene: Scene, task_id: str, place: int, now: datetime, today: date) -> int:
    """Most handed in in time, two nothing; of one lesson a work came late, of the first a paper after its letter."""
    task = db.session.get_one(Task, task_id)
    codes = dict(db.session.execute(select(Work.student_id, Work.code).where(Work.task_id == task_id)).all())
    due = task.due_on or today
    teacher = db.session.scalars(
        select(CourseTeacher.person_id).where(CourseTeacher.course_id == task.course_id)
    ).first() or scene.guide  # fmt: skip
    missing = {scene.students[place % 4], scene.students[(place + 1) % 4]}
    late = scene.students[-1] if place == 1 else ""
    taken = 0
    if place == 0:
        letters = [Line(scene.students[0])]
        said = datetime.combine(due + timedelta(days=1), time(9), ZoneInfo(ZONE))
        draft = _draft(f"letter/{task_id}", teacher, said, letters)
        taken += _deliver([logging_work.op_about_absence(draft, 0, task.lesson_course_id, "Н", "")], now, today)
        missing -= {scene.students[0]}
    back = [(student, code) for student, code in sorted(codes.items()) if student not in missing]
    draft = _draft(f"returns/{task_id}", teacher, now, [Line(code, (), "issued") for _student, code in back])
    envelopes = []
    for n, (student, _code) in enumerate(back):
        on = due + timedelta(days=1) if student == late else due
        fresh = student == late or (place == 0 and student == scene.students[0])  # came today: nobody looked at it yet
        mark = None if fresh else logging_work.mark_of("mark", "54"[n % 2])
        envelopes.append(logging_work.op_about_work(draft, n, Said(mark, ""), Arrival(min(on, today), "paper")))
    return taken + _deliver(envelopes, now, today)


def _note(scene: Scene, now: datetime, today: date) -> int:
    """Letters of the class teacher: two without a reason, one with a certificate."""
    taken = 0
    for student, letter, reason, lessons in (
        (scene.students[1], "Н", "", scene.lessons[HELD : HELD + 3]),
        (scene.students[2], "Б", "ОРВИ", scene.lessons[HELD : HELD + 2]),
    ):  # fmt: skip
        for lesson, _course, on in lessons:
            at = datetime.combine(on, time(12), ZoneInfo(ZONE))
            draft = _draft(f"note/{student}/{lesson}", scene.guide, at, [Line(student)])
            taken += _deliver([logging_work.op_about_absence(draft, 0, lesson, letter, reason)], now, today)
    return taken


def _report(scene: Scene, now: datetime, today: date) -> int:
    """Support staff saw two students at the library; one of them was told off."""
    lesson, _course, _on = scene.lessons[-1]
    draft = _draft(f"presence/{lesson}", scene.helper, now, [Line(student) for student in scene.students[:2]])
    envelopes = []
    for n, behaviour in enumerate(("", "Мешал другим смотреть телеурок, на замечания не отвечал.")):
        data = {"student": draft.lines[n].key, "lesson": lesson, "present": True, "place": "сельская библиотека",
                "behaviour": behaviour}  # fmt: skip
        envelopes.append(ops.envelope(draft.origin, n, "presence", draft.author, draft.at, data))
    return _deliver(envelopes, now, today)


def _settle(session: Session, scene: Scene, now: datetime) -> None:
    """A proof, a closed road, and a note on the incident that the report opened."""
    ill = select(Absence).where(Absence.student_id == scene.students[2], Absence.letter == "Б")
    for absence in session.scalars(ill):
        session.merge(AbsenceProof(absence_id=absence.id, kind="certificate", noted_by=scene.guide, noted_at=now))
    on = scene.lessons[0][2]
    session.merge(CutOff(id=content_id("demo", "cut_off"), student_id=scene.students[3], since=on,
                         until=on + timedelta(days=1), cause="road", note="перемело, автобус не ходил",
                         noted_by=scene.guide, noted_at=now))  # fmt: skip
    incident = session.scalars(select(Incident).where(Incident.student_id == scene.students[1])).first()
    if incident is not None:
        session.merge(IncidentNote(id=content_id("demo", "incident_note"), incident_id=incident.id,
                                   text="Позвонила маме, поговорили. Завтра сядет отдельно.", author_id=scene.guide,
                                   at=now))  # fmt: skip
