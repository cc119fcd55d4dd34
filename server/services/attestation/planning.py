"""Plans attestation: sessions, exams with their people, places that were proposed, and the publication."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import (
    Attestation,
    Course,
    Exam,
    ExamCourse,
    ExamResult,
    ExamStaff,
    Person,
    Room,
    Scale,
)
from server.services.accounts import record
from server.services.attestation import reading
from server.services.attestation.rules import Problem, problems
from server.services.bell_times import clock_of
from server.services.content import Author
from server.services.content_draft import clean
from server.services.imports.years import year_of
from sync.canonical import digest
from sync.ids import content_id

KINDS = ("interim", "final")
NAME, NOTE, LONGEST = 120, 500, 92  # characters, characters, days of a session
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class SessionDraft:
    """A session as it was read from a form."""

    kind: str
    name: str
    starts_on: date
    ends_on: date
    order_no: str


@dataclass(frozen=True)
class ExamDraft:
    """An exam as it was read from a form. ``staff``: (person, part); ``of``: the exam of a consultation or resit."""

    kind: str
    of: str | None
    subject: str
    courses: tuple[str, ...]
    form: str
    scale: str
    max_points: int | None
    on: date | None
    starts: str
    minutes: int
    room: str
    note: str
    staff: tuple[tuple[str, str], ...]


def line(field: str, typed: str, limit: int, needed: bool = False) -> str:
    """One line of text. Raises DomainError text_long, field_needed."""
    text = " ".join(clean(typed).split())
    if len(text) > limit:
        raise DomainError("text_long", length=len(text), limit=limit)
    if needed and not text:
        raise DomainError("field_needed", field=field)
    return text


def day(typed: str) -> date | None:
    """None for an empty field. Raises DomainError date_invalid."""
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise DomainError("date_invalid", value=typed[:20]) from error


def clock(typed: str) -> str:
    """ "" or "HH:MM". Raises DomainError value_invalid."""
    typed = typed.strip()
    if typed and not _CLOCK.fullmatch(typed):
        raise DomainError("value_invalid", field="starts", value=typed[:20])
    return typed


def whole(field: str, typed: str, least: int, most: int) -> int:
    """A number within limits. Raises DomainError value_invalid."""
    typed = typed.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6 and least <= int(typed) <= most):
        raise DomainError("value_invalid", field=field, value=typed[:20])
    return int(typed)


def session_draft(kind: str, name: str, first: str, last: str, order_no: str) -> SessionDraft:
    """What was typed. Raises DomainError value_invalid, field_needed, text_long, date_invalid."""
    if kind not in KINDS:
        raise DomainError("value_invalid", field="kind", value=kind[:20])
    starts_on, ends_on = day(first), day(last)
    if starts_on is None or ends_on is None or not 0 <= (ends_on - starts_on).days < LONGEST:
        raise DomainError("date_invalid", value=f"{first[:20]} – {last[:20]}")
    return SessionDraft(kind, line("name", name, NAME, True), starts_on, ends_on, line("order", order_no, NAME))


def save_session(id: str | None, draft: SessionDraft, key: str, by: Author) -> str:
    """Begin a session (``id`` None; ``key``: of one rendering of the form) or change one; returns its id.

    Raises DomainError year_missing, attestation_unknown.
    """
    own = id or content_id("attestation", by.person_id, key)

    def save(session: Session) -> str:
        row = session.get(Attestation, own)
        if row is None and id is not None:
            raise DomainError("attestation_unknown")
        if row is None:
            year = year_of(session, draft.starts_on)
            if year is None:
                raise DomainError("year_missing")
            row = Attestation(id=own, year_id=year.id, entries={})
            session.add(row)
        row.kind, row.name, row.order_no = draft.kind, draft.name, draft.order_no
        row.starts_on, row.ends_on = draft.starts_on, draft.ends_on
        record(session, by.now, by.account_id, "attestation.save", own)
        return own

    return store.write(save)


def mark(view: reading.ExamView) -> str:
    """Names an exam's state in a form: who changes it says what was looked at."""
    return digest([
        view.subject_id, view.form, view.scale, view.max_points or 0, view.on.isoformat() if view.on else "",
        view.starts, view.minutes, view.room_id or "", view.note, view.state,
        sorted(course.id for course in view.courses), sorted([one.id, one.part] for one in view.staff),
    ])[:16]  # fmt: skip


def save_exam(attestation_id: str, exam_id: str | None, draft: ExamDraft, key: str, base: str, by: Author) -> str:
    """Add an exam (``exam_id`` None) or change one that stood as ``base`` says; returns its id.

    Raises DomainError attestation_unknown, exam_unknown, changed_meanwhile, course_unknown, value_invalid,
    exam_person_twice, person_unknown.
    """
    own = exam_id or content_id("exam", attestation_id, key)

    def save(session: Session) -> str:
        view = reading.read(session, attestation_id)
        _check(session, view, draft)
        row = session.get(Exam, own)
        if row is None and exam_id is not None:
            raise DomainError("exam_unknown")
        if row is not None and exam_id is None:
            return own  # the same form again
        if row is not None and mark(view.exam(own)) != base:
            raise DomainError("changed_meanwhile")
        if row is None:
            row = Exam(id=own, attestation_id=attestation_id, kind=draft.kind, of_exam_id=draft.of)
            session.add(row)
        _fill(row, draft)
        record(session, by.now, by.account_id, "exam.save", own)
        return own

    return store.write(save)


def _check(session: Session, view: reading.SessionView, draft: ExamDraft) -> None:
    if draft.of is not None and view.exam(draft.of).kind != "exam":
        raise DomainError("exam_unknown")
    scale = session.get(Scale, draft.scale)
    if scale is None or (scale.type == "points") != (draft.max_points is not None):
        raise DomainError("value_invalid", field="scale", value=draft.scale[:20])
    known = set(session.scalars(
        select(Course.id).where(Course.id.in_(draft.courses), Course.subject_id == draft.subject,
                                Course.year_id == view.row.year_id)
    ))  # fmt: skip
    if not draft.courses or known != set(draft.courses):
        raise DomainError("course_unknown")
    people = [person for person, _part in draft.staff]
    if len(set(people)) < len(people):
        raise DomainError("exam_person_twice")
    if len(set(session.scalars(select(Person.id).where(Person.id.in_(people))))) < len(people):
        raise DomainError("person_unknown")
    if draft.room and session.get(Room, draft.room) is None:
        raise DomainError("value_invalid", field="room", value=draft.room[:20])


def _fill(row: Exam, draft: ExamDraft) -> None:
    row.subject_id, row.form, row.note = draft.subject, draft.form, draft.note
    row.scale, row.max_points = draft.scale, draft.max_points
    row.on, row.starts, row.minutes, row.room_id = draft.on, draft.starts or None, draft.minutes, draft.room or None
    known = {one.course_id: one for one in row.courses}
    row.courses = [known.get(id) or ExamCourse(course_id=id) for id in draft.courses]
    staff = {one.person_id: one for one in row.staff}
    row.staff = [staff.get(person) or ExamStaff(person_id=person) for person, _part in draft.staff]
    for one, (_person, part) in zip(row.staff, draft.staff, strict=True):
        one.part = part


def remove_exam(exam_id: str, by: Author) -> None:
    """Take an exam away with its consultations. Raises DomainError exam_unknown, exam_has_results."""

    def save(session: Session) -> None:
        row = _exam(session, exam_id)
        own = [row, *session.scalars(select(Exam).where(Exam.of_exam_id == exam_id))]
        written = session.scalar(select(ExamResult.id).where(ExamResult.exam_id.in_([one.id for one in own])).limit(1))
        if written is not None or any(one.protocol_at for one in own):
            raise DomainError("exam_has_results")
        for one in reversed(own):
            session.delete(one)
            session.flush()
        record(session, by.now, by.account_id, "exam.remove", exam_id)

    store.write(save)


def cancel_exam(exam_id: str, cancelled: bool, by: Author) -> None:
    """Call an exam off, or let it be held after all. Raises DomainError exam_unknown."""

    def save(session: Session) -> None:
        row = _exam(session, exam_id)
        row.state = "cancelled" if cancelled else "held" if row.protocol_at else "planned"
        record(session, by.now, by.account_id, "exam.cancel" if cancelled else "exam.uncancel", exam_id)

    store.write(save)


def _exam(session: Session, exam_id: str) -> Exam:
    row = session.get(Exam, exam_id)
    if row is None:
        raise DomainError("exam_unknown")
    return row


def place(places: Mapping[str, tuple[date, int]], by: Author) -> None:
    """Give exams the places that were proposed, unless somebody placed one of them meanwhile.

    Raises DomainError exam_unknown, changed_meanwhile.
    """

    def save(session: Session) -> None:
        for id, (on, starts) in places.items():
            row = _exam(session, id)
            if row.on is not None and row.starts is not None:
                raise DomainError("changed_meanwhile")
            row.on, row.starts = on, clock_of(starts)
            record(session, by.now, by.account_id, "exam.place", id)

    store.write(save)


def found_problems(session: Session, view: reading.SessionView) -> list[Problem]:
    """What stands against a session as it is."""
    return problems(reading.sittings(session, view), reading.world(session, view))


def publish(attestation_id: str, by: Author) -> None:
    """Let families see the exams as they stand. Raises DomainError attestation_unknown, exams_blocked."""

    def save(session: Session) -> None:
        view = reading.read(session, attestation_id)
        hard: Sequence[Problem] = [one for one in found_problems(session, view) if one.hard]
        if hard or not view.exams:
            raise DomainError("exams_blocked", count=len(hard))
        view.row.entries = reading.entries(view)
        view.row.published_at, view.row.published_by = by.now, by.person_id
        record(session, by.now, by.account_id, "attestation.publish", attestation_id)

    store.write(save)
