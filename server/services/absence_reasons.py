"""Reasons of absence: whom to ask, the oldest first, and what was answered, with what it rests on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Absence, AbsenceLetter, AbsenceProof, Contact, Lesson, LessonCourse, Op, Person, ProofKind
from server.policy import Realm
from server.services import requests
from server.services.absence_evidence import HEAD, Found, LessonHead, of_lesson, standing_of
from server.services.absence_proposals import MAX_REASON, op_about
from server.services.contacts import ABSENCE, REACHED
from server.services.content import Author
from server.services.lesson_list import within
from server.services.logging_work import Draft
from server.services.people import Student, folded, students
from sync import ops

BACK = timedelta(days=56)  # absences that long ago are asked about
CALL = "call"  # the proof that is a call: it becomes a contact as well


@dataclass(frozen=True)
class Missed:
    """A lesson that a student missed for a reason nobody knows."""

    lesson: LessonHead
    letter: str
    heads: tuple[str, ...]


@dataclass(frozen=True)
class ToAsk:
    """A student with such lessons, the oldest first; ``calls``: what the family said about absences by phone."""

    student: Student
    group: str
    missed: tuple[Missed, ...]
    calls: tuple[tuple[datetime, str], ...]

    @property
    def oldest(self) -> date:
        return self.missed[0].lesson.on


@dataclass(frozen=True)
class Answer:
    """What was found out about some of a student's lessons."""

    letter: str
    reason: str
    proof: str


def proofs(session: Session) -> list[tuple[str, str]]:
    """(code, message id) of what a reason may rest on, in the school's order."""
    return [(code, name) for code, name in session.execute(
        select(ProofKind.code, ProofKind.name).order_by(ProofKind.position)
    )]  # fmt: skip


def missing(session: Session, realm: Realm, day: date, class_id: str | None = None) -> dict[str, list[Missed]]:
    """Student → the lessons missed for an unknown reason, the oldest first."""
    found, rows = Found(), {}
    here = [Lesson.on.between(day - BACK, day), within(realm)]
    if class_id is not None:
        here.append(within(Realm(False, frozenset({class_id}), frozenset())))
    query = of_lesson(
        select(Absence.id, Absence.base, Absence.letter, Absence.reason, AbsenceLetter.excused, AbsenceLetter.missed,
               Op.at, *HEAD)
        .select_from(Absence).join(Op, Op.seq == Absence.first_seq)
        .outerjoin(AbsenceLetter, AbsenceLetter.code == Absence.letter)
        .join(LessonCourse, LessonCourse.id == Absence.lesson_course_id).join(Person, Person.id == Absence.student_id)
        .where(Person.left_on.is_(None))
    )  # fmt: skip
    for row in session.execute(query.where(*here).order_by(Lesson.on, Lesson.n, Absence.first_seq)):
        rows.setdefault(found.add(row), []).append(row)
    asked: dict[str, list[Missed]] = {}
    for (student, lesson_id), own in rows.items():
        if (letter := _unknown(own)) is not None:
            missed = Missed(found.lessons[lesson_id], letter, standing_of(own).heads)
            asked.setdefault(student, []).append(missed)
    return asked


def _unknown(rows: Collection[Any]) -> str | None:
    """The letter, where one without excuse and without a reason stands alone."""
    stands = standing_of(rows)
    unknown = stands.missed and not stands.said.excused and not stands.reason
    return stands.said.letters[0] if unknown else None


def to_ask(session: Session, realm: Realm, day: date, zone: str, class_id: str | None = None) -> list[ToAsk]:
    """Families to ask, the oldest absence first."""
    asked = missing(session, realm, day, class_id)
    if not asked:
        return []
    calls: dict[str, list[tuple[datetime, str]]] = {}
    since = datetime.combine(day - BACK, time(), ZoneInfo(zone))
    for student, at, text in session.execute(
        select(Contact.student_id, Contact.at, Contact.text)
        .where(Contact.student_id.in_(asked), Contact.topic == ABSENCE, Contact.at >= since).order_by(Contact.at)
    ):  # fmt: skip
        calls.setdefault(student, []).append((at, text))
    found = [
        ToAsk(student, asked[student.id][0].lesson.group, tuple(asked[student.id]), tuple(calls.get(student.id, ())))
        for student in students(session, list(asked))
    ]
    return sorted(found, key=lambda one: (one.oldest, folded(one.student.name)))


def read_answer(letter: str, reason: str, proof: str) -> Answer:
    """What was typed. Raises DomainError ``field_needed``, ``text_long``."""
    said = " ".join(reason.replace("\x00", "").split())
    if not letter:
        raise DomainError("field_needed", field=_l("letter"))
    if not said:
        raise DomainError("field_needed", field=_l("reason"))
    if len(said) > MAX_REASON:
        raise DomainError("text_long", length=len(said), limit=MAX_REASON)
    return Answer(letter, said, proof)


def ops_of(draft: Draft, chosen: Collection[int], answer: Answer) -> list[dict[str, Any]]:
    """The envelopes: a new revision for each chosen lesson, and the call, where the reason was told by phone."""
    envelopes = [op_about(draft, n, answer.letter, answer.reason) for n in sorted(chosen)]
    if answer.proof == CALL and chosen:
        student = draft.lines[min(chosen)].key.partition("/")[0]
        data = {"student": student, "person": "", "direction": "out", "channel": "call", "topic": ABSENCE,
                "outcome": REACHED, "text": answer.reason, "seconds": None}  # fmt: skip
        envelopes.append(ops.envelope(draft.origin, len(draft.lines), "call", draft.author, draft.at, data))
    return envelopes


def keep_proof(revisions: Collection[str], proof: str, by: Author) -> None:
    """Keep what the reason rests on, once; who was asked to find the reason out has kept that promise.

    Raises DomainError ``value_invalid``.
    """

    def write(session: Session) -> None:
        if session.get(ProofKind, proof) is None:
            raise DomainError("value_invalid", field=_l("what it rests on"), value=proof[:20])
        reasons: dict[str, str] = {}
        for revision in revisions:
            row = session.get(Absence, revision)
            if row is None:
                continue
            reasons[row.student_id] = row.reason
            if session.get(AbsenceProof, revision) is None:
                session.add(AbsenceProof(absence_id=revision, kind=proof, noted_by=by.person_id, noted_at=by.now))
        for student_id, reason in reasons.items():
            requests.keep_by_reason(session, [student_id], reason, by)

    store.write(write)

