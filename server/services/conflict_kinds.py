"""What people may disagree about: marks of works, absences, marks of terms. One class per kind; all ask the same of it.

A kind is known by the type of op that decides about it. ``key`` names a target within its kind: a work's code,
``student:lesson``, ``student:course:term``.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import (
    Absence,
    Course,
    Group,
    Lesson,
    LessonCourse,
    MarkAct,
    MarkRevision,
    Op,
    Person,
    Subject,
    Task,
    Term,
    TermMark,
    Work,
)
from server.policy import Action, Realm, Scope
from server.services import scopes
from server.services.lesson_list import within
from server.services.logging_work import Draft, mark_of
from server.services.works import VIEW, view_of
from sync import ops
from sync.decide import CONFLICT, Revision, Scale, Value

Found = tuple[str, int, Revision]  # key, receive number, revision
_BARE = Scale("none")


@dataclass(frozen=True)
class Place:
    """Where a target belongs and what it is about; ``title`` of a task, a lesson's topic or a term's name."""

    key: str
    student_id: str
    slug: str
    student: str
    group: str
    subject: str
    title: str
    scope: Scope  # of the course, for the rights of a list
    on: date | None = None
    rule: Scale = _BARE


@dataclass(frozen=True)
class Spoken:
    """Who said a revision, by the op that did; ``comment`` as the kind keeps it."""

    revision_id: str
    op: Op
    comment: str = field(default="")


class Marks:
    """Marks of works; the key is the work's code."""

    type, decides, views = "mark", Action.MARK_SET, Action.MARK_VIEW

    def revisions(self, session: Session, realm: Realm) -> Iterator[Found]:
        """Those of works about which people ever disagreed, in the order received."""
        several = (
            select(MarkAct.work_id).join(Op, Op.seq == MarkAct.op_seq).join(Work, Work.id == MarkAct.work_id)
            .join(Task, Task.id == Work.task_id).join(Course, Course.id == Task.course_id)
            .join(Group, Group.id == Course.group_id).where(Op.outcome == CONFLICT, within(realm))
        )  # fmt: skip
        return self._read(session, MarkRevision.work_id.in_(several))

    def of(self, session: Session, key: str) -> Iterator[Found]:
        """Those of one work."""
        return self._read(session, Work.code == key)

    def _read(self, session: Session, condition: ColumnElement[bool]) -> Iterator[Found]:
        one = MarkRevision
        rows = session.execute(
            select(Work.code, one.first_seq, one.id, one.base, one.verdict, one.value)
            .join(Work, Work.id == one.work_id).where(condition).order_by(one.first_seq)
        )  # fmt: skip
        for code, seq, id_, base, verdict, value in rows:
            yield code, seq, Revision(id_, tuple(base), (verdict, value))

    def places(self, session: Session, keys: Iterable[str]) -> Iterator[Place]:
        """What these works are."""
        for row in session.execute(VIEW.add_columns(Person.slug, Group.parent_id).where(Work.code.in_(list(keys)))):
            *viewed, slug, parent_id = row
            view = view_of(viewed)
            yield Place(view.code, view.student_id, slug, f"{view.last_name} {view.first_name}", view.group_name,
                        view.subject, view.title, _scope(view.course_id, view.group_id, parent_id), view.set_on,
                        view.rule)  # fmt: skip

    def spoken(self, session: Session, revisions: Iterable[str]) -> Iterator[Spoken]:
        """Every saying of these revisions."""
        rows = session.execute(
            select(MarkAct.revision_id, Op, MarkAct.comment).join(Op, Op.seq == MarkAct.op_seq)
            .where(MarkAct.revision_id.in_(list(revisions)))
        )  # fmt: skip
        return (Spoken(*row) for row in rows)

    def scope(self, session: Session, key: str, day: date) -> Scope:
        """What an act about it touches. Raises DomainError."""
        return scopes.of_work(session, key, day)

    def op(self, session: Session, draft: Draft, key: str, value: Value) -> dict[str, Any]:
        """The op that decides for a value, built on all heads of the draft's first line."""
        data = {"code": key, "mark": mark_of(*value), "comment": ""}
        return ops.envelope(draft.origin, 0, "mark", draft.author, draft.at, data, draft.lines[0].heads)


class Absences:
    """Absences of lessons; the key is ``student:lesson``."""

    type, decides, views = "absence", Action.ABSENCE_SET, Action.JOURNAL_VIEW

    def revisions(self, session: Session, realm: Realm) -> Iterator[Found]:
        """Those of students at lessons about which people ever disagreed."""
        several = (
            select(Absence.student_id, Absence.lesson_course_id).distinct().join(Op, Op.seq == Absence.first_seq)
            .join(LessonCourse, LessonCourse.id == Absence.lesson_course_id)
            .join(Course, Course.id == LessonCourse.course_id).join(Group, Group.id == Course.group_id)
            .where(Op.outcome == CONFLICT, within(realm))
        ).subquery()  # fmt: skip
        query = _ABSENCES.join(several, and_(several.c.student_id == Absence.student_id,
                                             several.c.lesson_course_id == Absence.lesson_course_id))  # fmt: skip
        return self._read(session, query)

    def of(self, session: Session, key: str) -> Iterator[Found]:
        """Those of one student at one lesson."""
        student, lesson = _parts(key, 2)
        return self._read(session, _ABSENCES.where(Absence.student_id == student, Absence.lesson_course_id == lesson))

    def _read(self, session: Session, query: Any) -> Iterator[Found]:
        for student, lesson, seq, id_, base, letter in session.execute(query.order_by(Absence.first_seq)):
            yield f"{student}:{lesson}", seq, Revision(id_, tuple(base), ("absence", letter))

    def places(self, session: Session, keys: Iterable[str]) -> Iterator[Place]:
        """Which students and lessons they are."""
        pairs = [tuple(_parts(key, 2)) for key in keys]
        lessons = {
            row[0]: row[1:] for row in session.execute(
                select(LessonCourse.id, Lesson.on, LessonCourse.topic, Group.name, Subject.name, Course.id, Group.id,
                       Group.parent_id)
                .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == LessonCourse.course_id)
                .join(Group, Group.id == Course.group_id).join(Subject, Subject.id == Course.subject_id)
                .where(LessonCourse.id.in_({lesson for _student, lesson in pairs}))
            )
        }  # fmt: skip
        people = _people(session, {student for student, _lesson in pairs})
        for student, lesson in pairs:
            if student in people and lesson in lessons:
                on, topic, group, subject, *ids = lessons[lesson]
                yield Place(f"{student}:{lesson}", student, *people[student], group, subject, topic, _scope(*ids), on)

    def spoken(self, session: Session, revisions: Iterable[str]) -> Iterator[Spoken]:
        """Who said these revisions first, with the reason."""
        return _first_spoken(session, Absence, revisions)

    def scope(self, session: Session, key: str, day: date) -> Scope:
        """What an act about it touches. Raises DomainError."""
        lesson = session.get(LessonCourse, _parts(key, 2)[1])
        if lesson is None:
            raise DomainError("lesson_unknown")
        return scopes.of_course(session, lesson.course_id)

    def op(self, session: Session, draft: Draft, key: str, value: Value) -> dict[str, Any]:
        """The op that decides for a letter (None: was there); the reason that was given with it stays."""
        student, lesson = _parts(key, 2)
        reason = session.scalar(
            select(Absence.reason).where(Absence.student_id == student, Absence.lesson_course_id == lesson,
                                         Absence.letter == value[1], Absence.reason != "").limit(1)
        )  # fmt: skip
        data = {"student": student, "lesson": lesson, "letter": value[1], "reason": reason or ""}
        return ops.envelope(draft.origin, 0, "absence", draft.author, draft.at, data, draft.lines[0].heads)


class TermMarks:
    """Marks of terms; the key is ``student:course:term``, the year's with an empty term."""

    type, decides, views = "term_mark", Action.TERM_MARK_SET, Action.MARK_VIEW

    def revisions(self, session: Session, realm: Realm) -> Iterator[Found]:
        """Those of students' terms about which people ever disagreed."""
        several = (
            select(TermMark.student_id, TermMark.course_id, TermMark.term_id).distinct()
            .join(Op, Op.seq == TermMark.first_seq)
            .join(Course, Course.id == TermMark.course_id).join(Group, Group.id == Course.group_id)
            .where(Op.outcome == CONFLICT, within(realm))
        ).subquery()  # fmt: skip
        same_term = or_(several.c.term_id == TermMark.term_id,
                        and_(several.c.term_id.is_(None), TermMark.term_id.is_(None)))  # fmt: skip
        query = _TERM_MARKS.join(several, and_(several.c.student_id == TermMark.student_id,
                                               several.c.course_id == TermMark.course_id, same_term))  # fmt: skip
        return self._read(session, query)

    def of(self, session: Session, key: str) -> Iterator[Found]:
        """Those of one student's term."""
        return self._read(session, _TERM_MARKS.where(*self._is(key)))

    def _is(self, key: str) -> tuple[ColumnElement[bool], ...]:
        student, course, term = _parts(key, 3)
        in_term = TermMark.term_id == term if term else TermMark.term_id.is_(None)
        return TermMark.student_id == student, TermMark.course_id == course, in_term

    def _read(self, session: Session, query: Any) -> Iterator[Found]:
        for student, course, term, seq, id_, base, value in session.execute(query.order_by(TermMark.first_seq)):
            yield f"{student}:{course}:{term or ''}", seq, Revision(id_, tuple(base), ("term", value))

    def places(self, session: Session, keys: Iterable[str]) -> Iterator[Place]:
        """Which students, courses and terms they are."""
        triples = [tuple(_parts(key, 3)) for key in keys]
        courses = {
            row[0]: row[1:] for row in session.execute(
                select(Course.id, Group.name, Subject.name, Group.id, Group.parent_id)
                .join(Group, Group.id == Course.group_id)
                .join(Subject, Subject.id == Course.subject_id).where(Course.id.in_({each[1] for each in triples}))
            )
        }  # fmt: skip
        terms = {
            row.id: (row.name, row.ends_on)
            for row in session.scalars(select(Term).where(Term.id.in_({each[2] for each in triples})))
        }
        people = _people(session, {each[0] for each in triples})
        for student, course, term in triples:
            if student in people and course in courses:
                title, on = terms.get(term, ("", None))
                group, subject, *ids = courses[course]
                yield Place(f"{student}:{course}:{term}", student, *people[student], group, subject, title,
                            _scope(course, *ids), on)  # fmt: skip

    def spoken(self, session: Session, revisions: Iterable[str]) -> Iterator[Spoken]:
        """Who said these revisions first."""
        return _first_spoken(session, TermMark, revisions)

    def scope(self, session: Session, key: str, day: date) -> Scope:
        """What an act about it touches. Raises DomainError."""
        return scopes.of_course(session, _parts(key, 3)[1])

    def op(self, session: Session, draft: Draft, key: str, value: Value) -> dict[str, Any]:
        """The teacher's decision for a value, with the trace that was given with it."""
        student, course, term = _parts(key, 3)
        trace = session.scalar(select(TermMark.trace).where(*self._is(key), TermMark.value == value[1]).limit(1))
        data = {"student": student, "course": course, "term": term, "value": value[1], "decided": "teacher",
                "trace": json.dumps(trace or {}, ensure_ascii=False)}  # fmt: skip
        return ops.envelope(draft.origin, 0, "term_mark", draft.author, draft.at, data, draft.lines[0].heads)


Kind = Marks | Absences | TermMarks
KINDS: dict[str, Kind] = {kind.type: kind for kind in (Marks(), Absences(), TermMarks())}
_ABSENCES = select(Absence.student_id, Absence.lesson_course_id, Absence.first_seq, Absence.id, Absence.base,
                   Absence.letter)  # fmt: skip
_TERM_MARKS = select(TermMark.student_id, TermMark.course_id, TermMark.term_id, TermMark.first_seq, TermMark.id,
                     TermMark.base, TermMark.value)  # fmt: skip


def kind_of(name: str) -> Kind:
    """Raises DomainError not_found."""
    if name not in KINDS:
        raise DomainError("not_found")
    return KINDS[name]


def _scope(course_id: str, group_id: str, parent_id: str | None) -> Scope:
    return Scope(frozenset({group_id, parent_id} - {None}), frozenset({course_id}))  # type: ignore[arg-type]


def _parts(key: str, count: int) -> list[str]:
    parts = key.split(":")
    if len(parts) != count:
        raise DomainError("not_found")
    return parts


def _people(session: Session, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    rows = session.scalars(select(Person).where(Person.id.in_(list(ids))))
    return {row.id: (row.slug, f"{row.last_name} {row.first_name}".strip()) for row in rows}


def _first_spoken(session: Session, model: type[Absence] | type[TermMark], revisions: Iterable[str]
                  ) -> Iterator[Spoken]:  # fmt: skip
    rows = session.execute(
        select(model.id, Op).join(Op, Op.seq == model.first_seq).where(model.id.in_(list(revisions)))
    )
    return (Spoken(id_, op, str(op.data.get("reason", ""))) for id_, op in rows)
