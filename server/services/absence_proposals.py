"""Proposals about absences: who waits for a decision, what became of one, and refusals that are kept.

Nothing is written but by a person: an accepted proposal is that person's op through ``returns.receive``.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, exists, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from server import store
from server.errors import DomainError
from server.models import (
    Absence,
    AbsenceLetter,
    AbsenceRefusal,
    Group,
    Lesson,
    LessonCourse,
    MarkRevision,
    Membership,
    Op,
    Person,
    Presence,
    Return,
    Task,
    Work,
)
from server.policy import Realm
from server.reference import LETTER_ABSENT, LETTER_LATE
from server.services.absence_decision import Evidence, Letters, Proposal, Verdict, decide
from server.services.absence_evidence import HEAD, Found, LessonHead, Pair, Pupil, evidence, of_lesson
from server.services.accounts import record
from server.services.content import Author
from server.services.courses import alphabetical
from server.services.lesson_list import within
from server.services.logging_work import Draft, Line
from server.services.people import short_name
from server.services.works import current, to_hand_in
from sync import ops
from sync.ids import content_id

BACK = timedelta(days=28)  # lessons that long ago are asked about
MAX_REASON = 200  # characters
LETTERS = Letters(LETTER_ABSENT, LETTER_LATE)
OPEN = (Verdict.ABSENT, Verdict.WITHDRAW)


@dataclass(frozen=True)
class Proposed:
    """A proposal about a student at a lesson, with the heads it builds on."""

    pupil: Pupil
    lesson: LessonHead
    proposal: Proposal
    heads: tuple[str, ...]
    due: date

    @property
    def pair(self) -> Pair:
        return self.pupil.id, self.lesson.id

    @property
    def key(self) -> str:
        """Names it in a form."""
        return f"{self.pupil.id}/{self.lesson.id}"

    @property
    def state(self) -> str:
        """What it proposes, for comparing with what a form was made from."""
        return f"{self.proposal.verdict}|{self.proposal.letter or ''}"


@dataclass(frozen=True)
class Waiting:
    """What waits: lines to accept or refuse, and who could not be reached; both the oldest lesson first."""

    lines: tuple[Proposed, ...]
    unreachable: tuple[Proposed, ...]

    @property
    def oldest(self) -> date | None:
        return min((line.lesson.on for line in (*self.lines, *self.unreachable)), default=None)


@dataclass(frozen=True)
class Refused:
    """A refusal that is kept."""

    id: str
    pupil: Pupil
    lesson: LessonHead
    verdict: str
    reason: str
    by: str


def waiting(session: Session, realm: Realm, today: date, zone: str, class_id: str | None = None) -> Waiting:
    """All that waits in a realm (with ``class_id`` in one class of it) of the lessons of the last weeks."""
    found = candidates(session, realm, today, class_id)
    told, stands = evidence(session, found, found.pairs, today, zone)
    lines = []
    for pair, known in told.items():
        proposal = decide(known, LETTERS, today)
        heads = stands[pair].heads if pair in stands else ()
        lines.append(Proposed(found.pupils[pair[0]], found.lessons[pair[1]], proposal, heads, _due(known)))
    lines.sort(key=_order)
    return Waiting(
        tuple(line for line in lines if line.proposal.verdict in OPEN),
        tuple(line for line in lines if line.proposal.verdict is Verdict.UNREACHABLE),
    )


def _order(line: Proposed) -> tuple[Any, ...]:
    return line.lesson.on, line.lesson.n, line.lesson.group, line.lesson.subject, alphabetical(line.pupil.name)


def _due(known: Evidence) -> date:
    return max((task.due for task in known.tasks if task.due), default=known.on)


def candidates(session: Session, realm: Realm, today: date, class_id: str | None = None) -> Found:
    """Pairs with a ground: a work not in by its date, a report of not being there, work after a letter was said."""
    found = Found()
    grounds = [
        of_lesson(query).where(Lesson.state == "planned", _belongs(), *_here(realm, today, class_id))
        for query in (_missing(today), _not_seen(), _came_after())
    ]
    for row in session.execute(union_all(*grounds)):
        pair = found.add(row)
        if row.said:
            found.said.add(pair)
    return found


def _here(realm: Realm, today: date, class_id: str | None) -> list[ColumnElement[bool]]:
    here = [Lesson.on.between(today - BACK, today), within(realm)]
    if class_id is not None:
        here.append(within(Realm(False, frozenset({class_id}), frozenset())))
    return here


def _belongs() -> ColumnElement[bool]:
    """Who was in the class or group on the lesson's day and is at the school; exemptions are looked at later."""
    return and_(
        or_(Person.left_on.is_(None), Person.left_on > Lesson.on),
        exists().where(
            Membership.person_id == Person.id, or_(Membership.group_id == Group.id,
                                                   Membership.group_id == Group.parent_id),
            current(Membership.since, Membership.until, Lesson.on),
        ),
    )  # fmt: skip


def _seen_there(student: Any, lesson: Any) -> ColumnElement[bool]:
    """Somebody saw the student there and did not say otherwise afterwards."""
    report, later = aliased(Presence), aliased(Presence)
    corrected = exists().where(
        later.student_id == report.student_id, later.lesson_course_id == report.lesson_course_id,
        later.author_id == report.author_id, later.op_seq > report.op_seq,
    )  # fmt: skip
    return exists().where(report.student_id == student, report.lesson_course_id == lesson,
                          report.present.is_(True), ~corrected)  # fmt: skip


def by_class(found: Found) -> dict[str, int]:
    """How many pairs there are of each class."""
    return dict(Counter(found.lessons[lesson].class_id for _student, lesson in found.pairs))


def _missing(today: date) -> Any:
    in_time = exists().where(Return.work_id == Work.id, Return.returned_on <= Task.due_on)
    return (
        select(*HEAD, literal(False).label("said")).distinct().select_from(Work).join(Task, Task.id == Work.task_id)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id).join(Person, Person.id == Work.student_id)
        .where(to_hand_in(), Task.due_on < today, ~in_time,
               ~exists().where(MarkRevision.work_id == Work.id), ~_seen_there(Work.student_id, Task.lesson_course_id),
               ~_spoken(Work.student_id, Task.lesson_course_id), ~_refused(Work.student_id, Task.lesson_course_id))
    )  # fmt: skip


def _not_seen() -> Any:
    return (
        select(*HEAD, literal(False).label("said")).distinct().select_from(Presence)
        .join(LessonCourse, LessonCourse.id == Presence.lesson_course_id).join(Person, Person.id == Presence.student_id)
        .where(Presence.present.is_(False), ~_spoken(Presence.student_id, Presence.lesson_course_id),
               ~_refused(Presence.student_id, Presence.lesson_course_id))
    )  # fmt: skip


def _came_after() -> Any:
    """Works that were handed in by their date but came to the school after a letter was said."""
    return (
        select(*HEAD, literal(True).label("said")).distinct().select_from(Absence).join(Op, Op.seq == Absence.first_seq)
        .join(AbsenceLetter, and_(AbsenceLetter.code == Absence.letter, AbsenceLetter.excused.is_(False)))
        .join(LessonCourse, LessonCourse.id == Absence.lesson_course_id).join(Person, Person.id == Absence.student_id)
        .join(Task, Task.lesson_course_id == LessonCourse.id)
        .join(Work, and_(Work.task_id == Task.id, Work.student_id == Absence.student_id))
        .join(Return, and_(Return.work_id == Work.id, Return.returned_on <= Task.due_on,
                           Return.op_seq > Absence.first_seq))
        .where(~_refused(Absence.student_id, Absence.lesson_course_id, "withdraw"))
    )  # fmt: skip


def _spoken(student: Any, lesson: Any) -> Any:
    return exists().where(Absence.student_id == student, Absence.lesson_course_id == lesson)


def _refused(student: Any, lesson: Any, verdict: str = "absent") -> Any:
    return exists().where(AbsenceRefusal.student_id == student, AbsenceRefusal.lesson_course_id == lesson,
                          AbsenceRefusal.verdict == verdict)  # fmt: skip


def lines_of(proposed: Iterable[Proposed]) -> list[Line]:
    """As a form's draft keeps them."""
    return [Line(one.key, one.heads, one.state) for one in proposed]


def pair_of(line: Line) -> Pair:
    """The student and the lesson that a line of a form is about. Raises DomainError ``form_expired``."""
    student, slash, lesson = line.key.partition("/")
    if not slash:
        raise DomainError("form_expired")
    return student, lesson


def ops_of(draft: Draft, chosen: Collection[int], known: Mapping[Pair, Proposed], used: Collection[int]) -> list[dict]:
    """The envelopes of the chosen lines that still stand as they were shown, or were sent before (``used``)."""
    envelopes = []
    for n in sorted(chosen):
        line = draft.lines[n]
        student, lesson = pair_of(line)
        now = known.get((student, lesson))
        if n in used or (now is not None and now.state == line.state and now.heads == line.heads):
            letter = line.state.partition("|")[2] or None
            envelopes.append(op_about(draft, n, letter))
    return envelopes


def op_about(draft: Draft, n: int, letter: str | None, reason: str = "") -> dict[str, Any]:
    """The envelope for line n: the letter, or None to take it back."""
    student, lesson = pair_of(draft.lines[n])
    data = {"student": student, "lesson": lesson, "letter": letter, "reason": reason}
    return ops.envelope(draft.origin, n, "absence", draft.author, draft.at, data, draft.lines[n].heads)


def just_said(session: Session, origin: str, author: str) -> list[Line]:
    """What a person's form said about absences, where it still stands; the state is the letter that stood before."""
    rows = session.scalars(
        select(Absence).join(Op, Op.seq == Absence.first_seq).where(Op.origin == origin, Absence.author_id == author)
        .order_by(Absence.first_seq)
    ).all()  # fmt: skip
    if not rows:
        return []
    lessons = {row.lesson_course_id for row in rows}
    around = session.scalars(select(Absence).where(Absence.lesson_course_id.in_(lessons)))
    all_of: dict[Pair, list[Absence]] = {}
    for row in around:
        all_of.setdefault((row.student_id, row.lesson_course_id), []).append(row)
    lines = []
    for row in rows:
        own = all_of[row.student_id, row.lesson_course_id]
        if any(row.id in other.base for other in own):
            continue  # somebody has built on it
        before = next((other.letter for other in own if other.id in row.base), None)
        lines.append(Line(f"{row.student_id}/{row.lesson_course_id}", (row.id,), before or ""))
    return lines


def refuse(pair: Pair, verdict: str, reason: str, by: Author) -> None:
    """Keep that a person refused a proposal. Raises DomainError ``field_needed``, ``text_long``, ``lesson_unknown``."""
    said = " ".join(reason.replace("\x00", "").split())
    if not said:
        raise DomainError("field_needed", field=_l("reason"))
    if len(said) > MAX_REASON:
        raise DomainError("text_long", length=len(said), limit=MAX_REASON)
    id = content_id("absence_refusal", *pair, verdict)

    def write(session: Session) -> None:
        if session.get(LessonCourse, pair[1]) is None:
            raise DomainError("lesson_unknown")
        if session.get(AbsenceRefusal, id) is None:
            session.add(AbsenceRefusal(id=id, student_id=pair[0], lesson_course_id=pair[1], verdict=verdict,
                                       reason=said, refused_by=by.person_id, refused_at=by.now))  # fmt: skip
            record(session, by.now, by.account_id, "absence.refuse", id)

    store.write(write)


def refusal(session: Session, refusal_id: str) -> LessonCourse:
    """The lesson that a refusal is about. Raises DomainError ``not_found``."""
    row = session.get(AbsenceRefusal, refusal_id)
    if row is None:
        raise DomainError("not_found")
    return session.get_one(LessonCourse, row.lesson_course_id)


def propose_again(refusal_id: str, by: Author) -> None:
    """Take a refusal back."""

    def write(session: Session) -> None:
        row = session.get(AbsenceRefusal, refusal_id)
        if row is not None:
            session.delete(row)
            record(session, by.now, by.account_id, "absence.propose", refusal_id)

    store.write(write)


def refused(session: Session, realm: Realm, today: date, class_id: str | None = None) -> list[Refused]:
    """What was refused of the lessons of the last weeks, the newest lesson first."""
    author = aliased(Person)
    query = of_lesson(
        select(AbsenceRefusal, author, *HEAD).select_from(AbsenceRefusal)
        .join(LessonCourse, LessonCourse.id == AbsenceRefusal.lesson_course_id)
        .join(Person, Person.id == AbsenceRefusal.student_id).join(author, author.id == AbsenceRefusal.refused_by)
    )  # fmt: skip
    found, lines = Found(), []
    for row in session.execute(query.where(*_here(realm, today, class_id)).order_by(Lesson.on.desc(), Lesson.n)):
        student, lesson = found.add(row)
        lines.append(Refused(row[0].id, found.pupils[student], found.lessons[lesson], row[0].verdict, row[0].reason,
                             short_name(row[1])))  # fmt: skip
    return lines
