"""A school of 800 with a quarter of data, the same every time: lists and timetable imported, then what it leaves.

The town's files come in the way a school brings them. The quarter (lessons, tasks, works, returns, marks, corrections,
absences, feedback, packs, talks with families) is written straight into the tables, with the ids and revisions that
``receive`` would have given. A home is kept below the folder named and built anew when this file or the schema changes.
"""

import hashlib
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from argon2 import PasswordHasher
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from server import create_app, models, store
from server.config import make_config
from server.extensions import db
from server.services import imports, schema, setup, works
from sync import codes, decide
from sync.ids import content_id

CHECKOUT = Path(__file__).parents[2]
TOWN = CHECKOUT / "tests" / "data" / "town"
FILES = (("terms", "terms.csv"), ("bells", "bells.csv"), ("people", "classes.xlsx"), ("staff", "staff.xlsx"),
         ("timetable", "timetable_asc.xml"), ("tv", "tv_broadcasts.csv"),
         ("connectivity", "connectivity.csv"))  # fmt: skip
NOW = datetime(2026, 12, 21, 8, 0)  # local: a Monday near the end of the second quarter
FIRST, TODAY = date(2026, 11, 2), NOW.date()
ROLES = ("director", "deputy_studies", "class_teacher", "subject_teacher", "operator")
SHARES = {"task": 0.35, "returned": 0.86, "decided": 0.93, "redo": 0.08, "given": 0.9, "absent": 0.02, "material": 0.6}
KINDS = ("homework", "homework", "homework", "independent", "control", "test", "creative")
TALKS = ("results", "task", "absence", "technical", "reminder")
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("paper-boat-7")


@contextmanager
def opened(home: Path) -> Iterator[APIFlask]:
    """An application on a home, inside its context; its clock stands still."""
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


def ready(folder: Path, classes: int | None = None) -> Path:
    """A home with the school in ``folder``, built unless it is there already; ``classes``: only the first so many."""
    sources = [Path(__file__), *sorted((CHECKOUT / "server" / "migrations" / "versions").glob("*.py"))]
    key = hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:12]
    home = folder / f"school-{classes or 'all'}-{key}"
    if not (home / "built").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True, mode=0o700)
        _build(home, classes)
        (home / "built").touch()
    return home


def _build(home: Path, classes: int | None) -> None:
    moment = datetime(2026, 10, 26, 5, 0, tzinfo=UTC)
    with opened(home):
        schema.prepare()
        setup.create(setup.NewSchool("Заречная школа", "admin"), now=moment)
        for kind, name in FILES:
            imports.run(kind, [(name, (TOWN / name).read_bytes())], actor_id=None, dry_run=False, now=moment)
        store.write(lambda session: Quarter(session, classes).fill())


class Quarter:
    """Writes what a quarter leaves behind, table by table."""

    def __init__(self, session: Session, classes: int | None):
        self.session, self.random = session, random.Random(2026)
        self.seq, self.codes = 0, iter(self.random.sample(range(1_000_000, 9_999_999), 400_000))
        self.rows: dict[type[models.Base], list[dict[str, Any]]] = {}
        self.groups = _groups(session, classes)

    def fill(self) -> None:
        """All of it, for the classes chosen."""
        self.lead = dict(self.session.execute(
            select(models.CourseTeacher.course_id, models.CourseTeacher.person_id).order_by(models.CourseTeacher.id)
        ).all())  # fmt: skip
        self.link = dict(self.session.execute(
            select(models.Connectivity.student_id, models.Connectivity.internet)
        ).all())  # fmt: skip
        self.members = {group.id: works.members(self.session, group, TODAY) for group in self.groups.values()}
        self.students = sorted({one for group in self.groups.values() for one in self.members[group.id]})
        self._staff()
        self._going_out()
        for lesson in self._lessons():
            self._lesson(*lesson)
        self._talks()
        self._save()

    def _add(self, model: type[models.Base], **values: Any) -> None:
        self.rows.setdefault(model, []).append(values)

    def _lessons(self) -> list[Any]:
        rows = self.session.execute(
            select(models.LessonCourse.id, models.Course.id, models.Course.group_id, models.Lesson.on)
            .select_from(models.LessonCourse).join(models.Lesson).join(models.Course)
            .where(models.Lesson.on.between(FIRST, TODAY + timedelta(days=14)), models.Lesson.state == "planned")
            .order_by(models.Lesson.on, models.Lesson.n, models.LessonCourse.id)
        ).all()  # fmt: skip
        return [row for row in rows if row[2] in self.groups]

    def _lesson(self, lesson: str, course: str, group: str, on: date) -> None:
        if self.random.random() < SHARES["material"]:
            material = content_id("bench", "material", lesson)
            self._add(models.Material, id=material, lesson_course_id=lesson, title="Тема урока", body="Прочитайте.",
                      origin="office", changed_at=_at(on, 0), version=1)  # fmt: skip
            self._add(models.Resource, id=content_id("bench", "resource", lesson), material_id=material, position=1,
                      title="Учебник", source="§ 12, с. 41", url="", size_kb=None)  # fmt: skip
        if on <= TODAY:
            for student in self.members[group]:
                if self.random.random() < SHARES["absent"]:
                    self._absence(student, lesson, course, on)
        if self.random.random() < SHARES["task"]:
            self._task(lesson, course, group, on)

    def _absence(self, student: str, lesson: str, course: str, on: date) -> None:
        letter = self.random.choice(("Н", "Н", "Б", "УП"))
        revision = decide.make_revision(f"absence:{student}:{lesson}", (), ("absence", letter))
        data = {"student": student, "lesson": lesson, "letter": letter, "reason": ""}
        seq = self._op("absence", self.lead.get(course), _at(on, 6), data)
        self._add(models.Absence, id=revision.id, student_id=student, lesson_course_id=lesson, base=[], letter=letter,
                  reason="", first_seq=seq, author_id=self.lead.get(course))  # fmt: skip

    def _task(self, lesson: str, course: str, group: str, on: date) -> None:
        task, due = content_id("bench", "task", lesson), on + timedelta(days=self.random.randint(2, 7))
        self._add(models.Task, id=task, lesson_course_id=lesson, course_id=course, kind=self.random.choice(KINDS),
                  title=f"Упражнение {self.random.randint(1, 600)}", text="Решите.", scale="five", due_on=due,
                  max_points=None, published_at=_at(on - timedelta(days=3), 0), withdrawn=False, version=1)  # fmt: skip
        for student in self.members[group]:
            work, code = content_id("work", task, student), codes.complete(str(next(self.codes)))
            self._add(models.Work, id=work, task_id=task, student_id=student, code=code,
                      created_at=_at(on - timedelta(days=3), 0))  # fmt: skip
            day = on + timedelta(days=self.random.randint(0, 6))
            if day < TODAY and self.random.random() < SHARES["returned"]:
                self._handed_in(work, code, student, course, day)

    def _handed_in(self, work: str, code: str, student: str, course: str, day: date) -> None:
        channel = self._channel(student)
        self._return(work, code, course, channel, day)
        decided = day + timedelta(days=self.random.randint(0, 5))
        if decided >= TODAY or self.random.random() > SHARES["decided"]:
            return
        if self.random.random() >= SHARES["redo"]:
            self._decision(work, code, course, channel, decided, (), ("mark", self.random.choice("5544433332")))
            return
        base = self._decision(work, code, course, channel, decided, (), ("redo", None))
        again = decided + timedelta(days=self.random.randint(1, 6))
        if again < TODAY and self.random.random() < 0.6:
            self._return(work, code, course, channel, again)
            if again + timedelta(days=2) < TODAY:
                self._decision(work, code, course, channel, again + timedelta(days=2), (base,), ("mark", "4"))

    def _channel(self, student: str) -> str:
        if self.link.get(student, "none") == "none":
            return self.random.choice(("paper", "paper", "paper", "call"))
        return self.random.choice(("photo", "messenger", "messenger", "email", "paper"))

    def _return(self, work: str, code: str, course: str, channel: str, day: date) -> None:
        data = {"code": code, "channel": channel, "mark": None, "comment": ""}
        seq = self._op("return", self.lead.get(course), _at(day, 7), data, day)
        self._add(models.Return, op_seq=seq, work_id=work, returned_on=day, channel=channel, comment="",
                  logged_by=self.lead.get(course), received_at=_at(day, 7))  # fmt: skip

    def _decision(
        self, work: str, code: str, course: str, channel: str, day: date, base: tuple[str, ...], value: decide.Value
    ) -> str:
        revision = decide.make_revision(code, base, value)
        comment = "Проверь последнюю задачу." if value[0] == "redo" or self.random.random() < 0.15 else ""
        data = {"code": code, "mark": {"verdict": value[0], "value": value[1]}, "comment": comment}
        seq = self._op("mark", self.lead.get(course), _at(day, 9), data, base=base)
        self._add(models.MarkRevision, id=revision.id, work_id=work, base=list(base), verdict=value[0], value=value[1],
                  first_seq=seq)  # fmt: skip
        self._add(models.MarkAct, op_seq=seq, revision_id=revision.id, work_id=work, author_id=self.lead.get(course),
                  comment=comment, at=_at(day, 9))  # fmt: skip
        told = day + timedelta(days=self.random.randint(0, 4))
        if told < TODAY and self.random.random() < SHARES["given"]:
            self._add(models.Feedback, op_seq=seq, work_id=work, channel=channel, given_at=_at(told, 10),
                      given_by=self.lead.get(course), pack_id=None, contact_id=None)  # fmt: skip
        return revision.id

    def _op(
        self, type_: str, author: str | None, at: datetime, data: dict[str, Any], day: date | None = None,
        base: tuple[str, ...] = (),
    ) -> int:  # fmt: skip
        self.seq += 1
        self._add(models.Op, seq=self.seq, origin="bbbbbbbbbbbbbbbb", n=self.seq, v=1, type=type_, author_id=author,
                  sha256=hashlib.sha256(str(self.seq).encode()).hexdigest(), at=at.isoformat(), base=list(base),
                  returned_on=day and day.isoformat(), data=data, outcome="accepted", reason="", waits_for=None,
                  received_at=at)  # fmt: skip
        return self.seq

    def _talks(self) -> None:
        teachers = sorted(set(self.lead.values()))
        for student in self.students:
            for number in range(self.random.randint(1, 5)):
                day = FIRST + timedelta(days=self.random.randint(0, (TODAY - FIRST).days - 1))
                self._add(models.Contact, id=content_id("bench", "talk", student, str(number)), student_id=student,
                          person_id=None, direction=self.random.choice(("in", "out")), channel="call",
                          topic=self.random.choice(TALKS), outcome="", text="", at=_at(day, 8), seconds=90,
                          verified="", author_id=self.random.choice(teachers), op_seq=None)  # fmt: skip

    def _staff(self) -> None:
        """An account for each role that the bench asks as; the operator is on duty."""
        group = next(iter(self.groups.values()))
        courses = self.session.scalars(
            select(models.Course.id).join(models.Subject).where(
                models.Course.group_id.in_([one.id for one in self.groups.values() if one.kind == "class"]),
                models.Subject.name == "Математика",
            ).order_by(models.Course.id).limit(6)
        ).all()  # fmt: skip
        own = self.session.scalar(select(models.Course.id).join(models.Subject).where(
            models.Course.group_id == group.id, models.Subject.name == "Математика"
        ))  # fmt: skip
        for role in ROLES:
            person = content_id("bench", role)
            self.session.add(models.Person(id=person, slug=person[:12], last_name="Скамейкина", first_name=role))
            self.session.flush()
            where = group.id if role == "class_teacher" else None
            if role == "subject_teacher":
                for course in {own, *courses}:
                    self.session.add(models.CourseTeacher(id=content_id("bench", "teaches", course), course_id=course,
                                                          person_id=person, since=FIRST))  # fmt: skip
            else:
                self.session.add(models.RoleGrant(id=content_id("bench", "grant", role), person_id=person, role=role,
                                                  group_id=where, since=FIRST))  # fmt: skip
            self.session.add(models.Account(
                id=content_id("bench", "account", role), person_id=person, login=role.replace("_", "-"),
                password_hash=PASSWORD_HASH, session_mark=person[:16], created_at=_at(FIRST, 0),
            ))  # fmt: skip
            if role == "operator":
                self.session.add(models.DutyRota(id=content_id("bench", "duty"), person_id=person,
                                                 since=_at(TODAY, -5), until=_at(TODAY, 15)))  # fmt: skip
        self.session.flush()

    def _going_out(self) -> None:
        """Approved days, weekly editions, and packs for those without internet."""
        for number, monday in enumerate(_mondays(), 1):
            self.session.add(models.Edition(number=number, id=hashlib.sha256(str(number).encode()).hexdigest(),
                                            issued_at=_at(monday - timedelta(days=3), 9), window_from=monday,
                                            window_to=monday + timedelta(days=13)))  # fmt: skip
            self.session.flush()
            week = "{}-W{:02d}".format(*monday.isocalendar()[:2])
            for student in self.students:
                if self.link.get(student, "none") == "none" and self.random.random() < 0.95:
                    self._add(models.Pack, id=content_id("bench", "pack", week, student), week=week,
                              code=codes.complete(str(next(self.codes))), student_id=student, edition_number=number,
                              manifest_id=None, pages=12, printed_at=_at(monday - timedelta(days=2), 9))  # fmt: skip
            for day in range(5):
                self.session.merge(models.Day(on=monday + timedelta(days=day), approved_at=_at(monday, -60)))
        self.session.flush()

    def _save(self) -> None:
        for model in (models.Op, models.Material, models.Resource, models.Task, models.Work, models.Return,
                      models.MarkRevision, models.MarkAct, models.Absence, models.Pack, models.Contact,
                      models.Feedback):  # fmt: skip
            rows = self.rows.get(model, [])
            for start in range(0, len(rows), 5000):
                self.session.execute(insert(model), rows[start : start + 5000])
        self.session.execute(update(models.Counter).where(models.Counter.name == "op").values(value=self.seq))


def _mondays() -> list[date]:
    return [FIRST + timedelta(days=7 * week) for week in range((TODAY - FIRST).days // 7 + 1)]


def _groups(session: Session, classes: int | None) -> dict[str, models.Group]:
    """The first classes with their subgroups."""
    rows = session.scalars(select(models.Group).order_by(models.Group.grade, models.Group.name)).all()
    chosen = [row.id for row in rows if row.kind == "class"][:classes]
    return {row.id: row for row in rows if row.id in chosen or row.parent_id in chosen}


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(hours=hour)
