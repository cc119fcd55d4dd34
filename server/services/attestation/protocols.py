"""Protocols of exams: results are said and corrected by adding to what was said; a closed one tells why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Exam, ExamResult, Person, Scale
from server.services import grading_rules
from server.services.accounts import record
from server.services.attestation import reading, results
from server.services.attestation.reading import ExamView
from server.services.attestation.results import Said
from server.services.content import Author
from server.services.content_draft import clean
from server.services.courses import alphabetical
from sync.ids import content_id

REMARK, TEXT = 300, 4000


@dataclass(frozen=True)
class Entry:
    """What was typed for a student: a value, or absent, or neither. ``seen``: how often something had been said."""

    student: str
    seen: int
    value: str
    absent: bool
    remark: str


@dataclass(frozen=True)
class Line:
    """A student of a protocol with all that was said, the newest last. ``courses``: through which he or she sits."""

    student: str
    slug: str
    name: str
    klass: str
    said: tuple[Said, ...]
    courses: frozenset[str]

    @property
    def now(self) -> Said | None:
        """What counts."""
        return self.said[-1] if self.said else None


def lines(session: Session, view: reading.SessionView, exam: ExamView) -> list[Line]:
    """The students of an exam by class and name."""
    said = results.read(session, [exam.id]).get(exam.id, {})
    rows = session.scalars(select(Person).where(Person.id.in_(exam.students)))
    found = []
    for person in rows:
        own = [one for one in exam.courses if person.id in view.facts.students.get(one.group, ())]
        name = f"{person.last_name} {person.first_name} {person.middle_name}".strip()
        found.append(Line(person.id, person.slug, name, own[0].name if own else "", tuple(said.get(person.id, ())),
                          frozenset(one.id for one in own)))  # fmt: skip
    return sorted(found, key=lambda one: (one.klass, alphabetical(one.name)))


def values(session: Session, exam: ExamView) -> list[str]:
    """The values of the exam's scale; [] for points."""
    scale = session.get(Scale, exam.scale)
    return list(scale.values) if scale else []


def least_percent(session: Session, grade: int | None, day: date) -> int | None:
    """From which per cent of the points on an exam is passed: the table's step above the lowest; None without one."""
    steps = sorted(step.starts_at for step in grading_rules.table(session, grade, day))
    return steps[1] if len(steps) > 1 else None


def enter(
    attestation_id: str, exam_id: str, entries: Sequence[Entry], allowed: Collection[str], by: Author
) -> int:  # fmt: skip
    """Add what is new; returns how many results were said. ``allowed``: students whom this person may write about.

    Raises DomainError exam_unknown, forbidden, person_unknown, value_invalid, text_long, changed_meanwhile,
    correction_unexplained; then nothing is stored.
    """

    def save(session: Session) -> int:
        exam = reading.read(session, attestation_id).exam(exam_id)
        said, scale = results.read(session, [exam_id]).get(exam_id, {}), values(session, exam)
        grade = max((one.grade or 0 for one in exam.courses), default=0) or None
        least = least_percent(session, grade, exam.on or by.today)
        count = 0
        for entry in entries:
            if entry.student not in exam.students:
                raise DomainError("person_unknown")
            row = _row(exam, entry, said.get(entry.student, ()), scale, least, by)
            if row is None:
                continue
            if entry.student not in allowed:
                raise DomainError("forbidden")
            session.add(row)
            count += 1
        if count:
            record(session, by.now, by.account_id, "exam.results", exam_id)
        return count

    return store.write(save)


def _row(
    exam: ExamView, entry: Entry, said: Sequence[Said], scale: Sequence[str], least: int | None, by: Author
) -> ExamResult | None:  # fmt: skip
    """The row that says what is new, or None where nothing is."""
    value = "" if entry.absent else _value(exam, entry.value, scale)
    remark = " ".join(clean(entry.remark).split())
    if len(remark) > REMARK:
        raise DomainError("text_long", length=len(remark), limit=REMARK)
    last = said[-1] if said else None
    before = (last.value, last.absent, last.remark) if last else ("", False, "")
    if (value, entry.absent, remark) == before:
        return None
    if len(said) != entry.seen:
        raise DomainError("changed_meanwhile")
    if exam.protocol_at and (value, entry.absent) != before[:2] and (not remark or remark == before[2]):
        raise DomainError("correction_unexplained")
    debt = bool(entry.absent or value) and results.is_debt(exam.scale, value, entry.absent, exam.max_points, least)
    n = len(said) + 1
    return ExamResult(id=content_id("exam_result", exam.id, entry.student, str(n)), exam_id=exam.id,
                      student_id=entry.student, n=n, value=value, absent=entry.absent, debt=debt, remark=remark,
                      entered_by=by.person_id, entered_at=by.now)  # fmt: skip


def _value(exam: ExamView, typed: str, scale: Sequence[str]) -> str:
    typed = typed.strip()
    if not typed or typed in scale:
        return typed
    points = typed.isascii() and typed.isdigit() and len(typed) < 5 and int(typed) <= (exam.max_points or -1)
    if not (exam.scale == "points" and points):
        raise DomainError("value_invalid", field="value", value=typed[:20])
    return str(int(typed))


def close(attestation_id: str, exam_id: str, number: str, text: str, by: Author) -> None:
    """Close a protocol, or write its number and remarks anew: everybody has a result or was absent.

    Raises DomainError exam_unknown, text_long, exam_incomplete.
    """
    number, text = " ".join(clean(number).split()), clean(text).strip()
    for found, limit in ((number, 60), (text, TEXT)):
        if len(found) > limit:
            raise DomainError("text_long", length=len(found), limit=limit)

    def save(session: Session) -> None:
        exam = reading.read(session, attestation_id).exam(exam_id)
        said = results.read(session, [exam_id]).get(exam_id, {})
        waiting = [id for id in exam.students if not _has_word(said.get(id, ()))]
        if waiting or not exam.students:
            raise DomainError("exam_incomplete", count=len(waiting))
        row = session.get_one(Exam, exam_id)
        row.protocol_no, row.protocol_text = number, text
        row.protocol_at, row.protocol_by, row.state = row.protocol_at or by.now, by.person_id, "held"
        record(session, by.now, by.account_id, "exam.close", exam_id)

    store.write(save)


def _has_word(said: Sequence[Said]) -> bool:
    return bool(said) and (said[-1].absent or said[-1].value != "")


@dataclass(frozen=True)
class Counts:
    """A protocol in numbers."""

    students: int
    present: int
    absent: int
    debts: int
    values: Mapping[str, int]


def counts(found: Sequence[Line]) -> Counts:
    """How many came, how many of each value."""
    given: dict[str, int] = {}
    for one in found:
        if one.now and one.now.value:
            given[one.now.value] = given.get(one.now.value, 0) + 1
    absent = sum(1 for one in found if one.now and one.now.absent)
    return Counts(len(found), sum(given.values()), absent, sum(1 for one in found if one.now and one.now.debt),
                  dict(sorted(given.items(), reverse=True)))  # fmt: skip
