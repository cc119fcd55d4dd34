"""What the school knows of students at lessons, read in few queries for the decision on absences."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

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
    Presence,
    Return,
    Subject,
    Task,
    Work,
)
from server.services.absence_decision import Call, Evidence, Handed, Owed, Reach, Said, Seen
from server.services.belonging import register
from server.services.grading_rules import ORAL
from server.services.presence import Report, newest
from server.services.weeks import week_name
from sync import decide

Pair = tuple[str, str]  # a student, and one course's view of a lesson


@dataclass(frozen=True)
class Pupil:
    """A student as lists of attendance name one."""

    id: str
    slug: str
    name: str


@dataclass(frozen=True)
class LessonHead:
    """A lesson as the lists of attendance name it. ``class_id``, ``slug``: of the class, also for a part of it."""

    id: str
    on: date
    n: int
    form: str | None
    course_id: str
    group_id: str
    group: str
    class_id: str
    slug: str
    subject: str


@dataclass
class Found:
    """Pairs that somebody may have to decide about, with the lessons and students that they name."""

    pairs: set[Pair] = field(default_factory=set)
    said: set[Pair] = field(default_factory=set)  # of these a letter stands
    lessons: dict[str, LessonHead] = field(default_factory=dict)
    pupils: dict[str, Pupil] = field(default_factory=dict)

    def add(self, row: Any) -> Pair:
        """Take a row that begins with HEAD's columns."""
        pair = row.student_id, row.lesson_course_id
        if row.lesson_course_id not in self.lessons:
            name = f"{row.parent_name}, {row.group_name}" if row.parent_name else row.group_name
            self.lessons[row.lesson_course_id] = LessonHead(
                row.lesson_course_id, row.on, row.n, row.form, row.course_id, row.group_id, name,
                row.parent_id or row.group_id, row.parent_slug or row.group_slug, row.subject,
            )  # fmt: skip
        if row.student_id not in self.pupils:
            name = " ".join(part for part in (row.last_name, row.first_name) if part)
            self.pupils[row.student_id] = Pupil(row.student_id, row.slug, name)
        self.pairs.add(pair)
        return pair


@dataclass(frozen=True)
class Standing:
    """What was said about an absence: the heads with their letters; ``reason`` is that of the first.

    ``missed``: the lesson counts as missed, by one letter.
    """

    heads: tuple[str, ...]
    said: Said
    reason: str = ""
    missed: bool = False


_Parent = aliased(Group)
HEAD = (
    Person.id.label("student_id"), Person.slug, Person.last_name, Person.first_name,
    LessonCourse.id.label("lesson_course_id"), Lesson.on, Lesson.n, LessonCourse.form, Course.id.label("course_id"),
    Group.id.label("group_id"), Group.name.label("group_name"), Group.slug.label("group_slug"),
    _Parent.id.label("parent_id"), _Parent.name.label("parent_name"), _Parent.slug.label("parent_slug"),
    Subject.name.label("subject"),
)  # fmt: skip


def of_lesson(query: Any) -> Any:
    """Join what HEAD names onto a query that has LessonCourse and Person."""
    return (
        query.join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == LessonCourse.course_id)
        .join(Group, Group.id == Course.group_id).join(Subject, Subject.id == Course.subject_id)
        .outerjoin(_Parent, _Parent.id == Group.parent_id)
    )  # fmt: skip


def evidence(
    session: Session, found: Found, pairs: Collection[Pair], today: date, zone: str
) -> tuple[dict[Pair, Evidence], dict[Pair, Standing]]:
    """The evidence of these pairs, and what stands about them.

    Who was not to be there (left, exempt, taught at home, in another part) is left out.
    """
    if not pairs:
        return {}, {}
    ids, students = sorted({pair[1] for pair in pairs}), sorted({pair[0] for pair in pairs})
    members = register(session, students)
    mine = []
    for student, lesson_id in pairs:
        head = found.lessons[lesson_id]
        if members.owes(student, head.group_id, head.subject, head.on, today):
            mine.append((student, lesson_id))
    tasks = _tasks(session, ids, students, ZoneInfo(zone))
    stands = standing(session, ids, students) if found.said else {}
    seen = _seen(session, ids, students)
    first = min(found.lessons[lesson_id].on for lesson_id in ids)
    around = _around(session, students, first, ZoneInfo(zone))
    told = {}
    for pair in mine:
        head = found.lessons[pair[1]]
        owed = tuple(tasks.get(pair, ()))
        due = max((task.due for task in owed if task.due), default=head.on)
        said = stands[pair].said if pair in stands else None
        told[pair] = Evidence(
            head.form, head.on, owed, tuple(Seen(one.present, one.place) for one in seen.get(pair, ())),
            tuple(around.calls.get(pair[0], ())), said, around.reach(pair[0], head.on, due),
        )  # fmt: skip
    return told, stands


def _tasks(session: Session, ids: Collection[str], students: Collection[str], zone: ZoneInfo
           ) -> dict[Pair, list[Owed]]:  # fmt: skip
    decided = exists().where(MarkRevision.work_id == Work.id, MarkRevision.verdict.in_(("mark", "checked", "redo")))
    rows = session.execute(
        select(Work.id, Work.student_id, Task.lesson_course_id, Task.due_on, decided, Return.returned_on,
               Return.channel, Return.received_at)
        .join(Task, Task.id == Work.task_id).outerjoin(Return, Return.work_id == Work.id)
        .where(Task.lesson_course_id.in_(ids), Work.student_id.in_(students), Task.withdrawn.is_(False),
               or_(Task.marks_only.is_(False), Task.kind == ORAL))  # a mark from elsewhere shows nobody at the lesson
    )  # fmt: skip
    owed: dict[Pair, dict[str, Owed]] = {}
    for work_id, student, lesson_id, due, is_decided, on, channel, received_at in rows:
        own = owed.setdefault((student, lesson_id), {})
        task = own.get(work_id) or Owed(due, (), is_decided)
        more = (Handed(on, channel, received_at.astimezone(zone).date()),) if on else ()
        own[work_id] = Owed(due, (*task.handed, *more), is_decided)
    return {pair: list(own.values()) for pair, own in owed.items()}


def standing(session: Session, ids: Any, students: Collection[str] | None = None) -> dict[Pair, Standing]:
    """What was said about absences from these lessons (ids, or a query of them), of these students or of all."""
    query = (
        select(Absence.id, Absence.student_id, Absence.lesson_course_id, Absence.base, Absence.letter, Absence.reason,
               AbsenceLetter.excused, AbsenceLetter.missed, Op.at)
        .join(Op, Op.seq == Absence.first_seq).outerjoin(AbsenceLetter, AbsenceLetter.code == Absence.letter)
        .where(Absence.lesson_course_id.in_(ids)).order_by(Absence.first_seq)
    )  # fmt: skip
    if students is not None:
        query = query.where(Absence.student_id.in_(students))
    said: dict[Pair, list[Any]] = {}
    for row in session.execute(query):
        said.setdefault((row.student_id, row.lesson_course_id), []).append(row)
    return {pair: standing_of(rows) for pair, rows in said.items()}


def standing_of(rows: Collection[Any]) -> Standing:
    """The heads of the revisions of one student at one lesson, in the order received."""
    known = {row.id: row for row in rows}
    tops = [known[top.id] for top in decide.heads(
        decide.Revision(row.id, tuple(row.base), ("absence", row.letter)) for row in rows
    )]  # fmt: skip
    letters = tuple(dict.fromkeys(top.letter for top in tops))
    on = max(datetime.fromisoformat(top.at).date() for top in tops)
    said = Said(letters, any(top.excused for top in tops), on)
    return Standing(tuple(top.id for top in tops), said, tops[0].reason, len(letters) == 1 and bool(tops[0].missed))


def _seen(session: Session, ids: Collection[str], students: Collection[str]) -> dict[Pair, tuple[Report, ...]]:
    found: dict[Pair, list[Presence]] = {}
    for row in session.scalars(
        select(Presence).where(Presence.lesson_course_id.in_(ids), Presence.student_id.in_(students))
    ):
        found.setdefault((row.student_id, row.lesson_course_id), []).append(row)
    return {pair: newest(rows) for pair, rows in found.items()}


@dataclass(frozen=True)
class _Around:
    """What is known of students whatever the lesson."""

    links: Mapping[str, Connectivity]
    phones: frozenset[str]
    packs: frozenset[tuple[str, str]]
    cut_off: Mapping[str, list[tuple[date, date]]]
    calls: Mapping[str, list[Call]]

    def reach(self, student: str, on: date, due: date) -> Reach:
        """How a lesson of that day could come to the student by its date of control."""
        link = self.links.get(student)
        has_phone = student in self.phones
        cut_off = any(since <= due and on <= until for since, until in self.cut_off.get(student, ()))
        return Reach(
            cut_off=cut_off, internet=has_phone if link is None else link.internet != "none",
            television=link is not None and bool(link.television), pack=(student, week_name(on)) in self.packs,
            on_paper=link is not None and (link.channel == "paper" or link.internet == "none"),
            known=link is not None or has_phone,
        )  # fmt: skip


def _around(session: Session, students: Collection[str], first: date, zone: ZoneInfo) -> _Around:
    parent = aliased(Person)
    in_family = exists().where(
        Guardianship.student_id == Person.id, parent.id == Guardianship.guardian_id, parent.phone != ""
    )
    links: dict[str, Connectivity] = {}
    phones: set[str] = set()
    cut_off: dict[str, list[tuple[date, date]]] = {}
    packs: set[tuple[str, str]] = set()
    for student, link, since, until, week, has_phone in session.execute(
        select(Person.id, Connectivity, CutOff.since, CutOff.until, Pack.week, or_(Person.phone != "", in_family))
        .outerjoin(Connectivity, Connectivity.student_id == Person.id)
        .outerjoin(CutOff, and_(CutOff.student_id == Person.id, CutOff.until >= first))
        .outerjoin(Pack, and_(Pack.student_id == Person.id, Pack.week >= week_name(first),
                              Pack.printed_at.is_not(None)))
        .where(Person.id.in_(students)).order_by(Connectivity.recorded_on)
    ):  # fmt: skip
        if link is not None:
            links[student] = link
        if since is not None:
            cut_off.setdefault(student, []).append((since, until))
        if week is not None:
            packs.add((student, week))
        if has_phone:
            phones.add(student)
    calls: dict[str, list[Call]] = {}
    begin = datetime.combine(first, time(), zone)
    for student, at, topic in session.execute(
        select(Contact.student_id, Contact.at, Contact.topic)
        .where(Contact.student_id.in_(students), Contact.direction == "in", Contact.at >= begin).order_by(Contact.at)
    ):  # fmt: skip
        calls.setdefault(student, []).append(Call(at.astimezone(zone).date(), topic))
    return _Around(links, frozenset(phones), frozenset(packs), cut_off, calls)
