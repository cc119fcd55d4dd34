"""Changes dated lessons by deeds, each whole in one write: kept with who, why, before and after, and taken back whole.

Whoever composes days does it through here: the board, substitutions, wishes, modes, a proposed day.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from server import store
from server.errors import DomainError
from server.models import (
    Absence,
    AbsenceRefusal,
    Lesson,
    LessonAct,
    LessonChange,
    LessonCourse,
    LessonFollowup,
    LessonTeacher,
    Material,
    Presence,
    Task,
)
from server.services.accounts import new_id, record
from server.services.content import Author
from server.services.days.rows import day_row, note_step
from server.services.days.state import LessonState, PartState, state_from, state_of, travels
from sync.ids import content_id

KINDS = ("substituted", "moved", "cancelled", "reassigned", "added", "adjusted")
AFTERWARDS = ("substituted", "cancelled")  # may be noted of a day that is over: what really happened
LONGEST_REASON = 500  # characters


@dataclass(frozen=True)
class Deed:
    """What shall become of one lesson. ``lesson_id`` "": a new lesson; ``seen``: mark of the state that the person
    looked at ("": not asked). ``kind``: one of KINDS."""

    kind: str
    after: LessonState
    lesson_id: str = ""
    seen: str = ""


@dataclass(frozen=True)
class Rights:
    """What the doer may do beyond composing: change days that are out, approve days."""

    may_correct: bool = False
    may_approve: bool = False


def save(
    kind: str, deeds: Sequence[Deed], by: Author, rights: Rights = Rights(), *, reason: str = "",
    absence_id: str | None = None,
) -> str:  # fmt: skip
    """Carry deeds out in a write of its own; returns the id of the act. Raises as ``carry_out`` does."""
    return store.write(lambda session: carry_out(session, kind, deeds, by, rights, reason=reason,
                                                 absence_id=absence_id))  # fmt: skip


def carry_out(
    session: Session, kind: str, deeds: Sequence[Deed], by: Author, rights: Rights = Rights(), *, reason: str = "",
    absence_id: str | None = None,
) -> str:  # fmt: skip
    """Carry out all deeds within the caller's write, or none; ``kind``: of the act (models.LessonAct).

    Deeds that change nothing are left out. Raises DomainError ``nothing_to_change``, ``lesson_unknown``,
    ``lesson_changed`` (somebody was quicker), ``day_over``, ``day_is_out``, ``past_reason_needed``,
    ``course_in_use`` (a course that leaves a lesson with its tasks and goes nowhere), ``text_long``.
    """
    if len(reason) > LONGEST_REASON:
        raise DomainError("text_long", length=len(reason), limit=LONGEST_REASON)
    lessons = _lessons(session, [deed.lesson_id for deed in deeds if deed.lesson_id])
    pairs: list[tuple[Lesson, LessonState, Deed]] = []
    for deed in deeds:
        lesson = lessons[deed.lesson_id] if deed.lesson_id else _new_lesson(session, deed.after, by)
        before = state_of(lesson)
        if deed.lesson_id and deed.seen and deed.seen != before.mark():
            raise DomainError("lesson_changed")
        if before != deed.after:
            pairs.append((lesson, before, deed))
    if not pairs:
        raise DomainError("nothing_to_change")
    for _, before, deed in pairs:
        _refuse_past(before, deed, by.today, reason)
    act = LessonAct(id=new_id(by.now), kind=kind, reason=reason, teacher_absence_id=absence_id, made_by=by.person_id,
                    made_at=by.now)  # fmt: skip
    session.add(act)
    session.flush()
    ids = [lesson.id for lesson, _, _ in pairs]  # asked after the rows expired, each would be read anew
    _apply(session, [(lesson, deed.after) for lesson, _, deed in pairs])
    session.add_all(
        _change(act, id, deed.kind, before, deed.after, by, reason)
        for id, (_, before, deed) in zip(ids, pairs, strict=True)
    )
    touch(session, {day for _, before, deed in pairs for day in (before.on, deed.after.on)}, by, rights)
    record(session, by.now, by.account_id, f"lesson.{kind}", act.id)
    return act.id


def undo(act_id: str, by: Author, rights: Rights = Rights()) -> str:
    """Take a deed back whole; returns the id of the act that did. Raises DomainError ``not_found``, ``act_undone``,
    ``act_overtaken`` (a later change stands on it), ``day_over``, ``day_is_out``."""
    return store.write(lambda session: undo_within(session, act_id, by, rights))


def undo_within(session: Session, act_id: str, by: Author, rights: Rights = Rights()) -> str:
    """The same within the caller's write."""
    return _take_back(session, act_id, None, by, rights)


def undo_part(session: Session, act_id: str, lessons: Collection[str], by: Author, rights: Rights = Rights()) -> str:
    """Take a deed back for some of its lessons only, within the caller's write; the rest of it stands.

    Returns and raises as ``undo`` does, also ``nothing_to_change`` where the deed did nothing to these lessons.
    """
    return _take_back(session, act_id, set(lessons), by, rights)


def _take_back(session: Session, act_id: str, only: Collection[str] | None, by: Author, rights: Rights) -> str:
    act = session.get(LessonAct, act_id)
    if act is None or act.kind == "undone":
        raise DomainError("not_found")
    if act.undone_by_id is not None:
        raise DomainError("act_undone")
    stand = session.scalars(
        select(LessonChange).where(LessonChange.act_id == act_id, LessonChange.undone.is_(False))
        .order_by(LessonChange.id)
    ).all()  # fmt: skip
    changes = [change for change in stand if only is None or change.lesson_id in only]
    if not changes:
        raise DomainError("nothing_to_change")
    lessons = _lessons(session, [change.lesson_id for change in changes], withdrawn=True)
    back = [(lessons[change.lesson_id], state_from(change.before), state_from(change.after)) for change in changes]
    if any(state_of(lesson) != after for lesson, _, after in back):
        raise DomainError("act_overtaken")
    if any(day < by.today for _, before, after in back for day in (before.on, after.on)):
        raise DomainError("day_over")
    undoing = LessonAct(id=new_id(by.now), kind="undone", reason=act.reason, made_by=by.person_id, made_at=by.now)
    session.add(undoing)
    session.flush()
    _apply(session, [(lesson, before) for lesson, before, _ in back])
    for (_, before, after), change in zip(back, changes, strict=True):
        session.add(_change(undoing, change.lesson_id, "undone", after, before, by, act.reason))
        change.undone = True
    if len(changes) == len(stand):
        act.undone_by_id = undoing.id
    touch(session, {day for _, before, after in back for day in (before.on, after.on)}, by, rights)
    record(session, by.now, by.account_id, "lesson.undone", act_id)
    return undoing.id


def touch(session: Session, days: Iterable[date], by: Author, rights: Rights) -> None:
    """Note that days were changed. One that was approved but is not out must be approved again, unless the doer may
    do that; one that is out may only be changed with the right to correct it, and stays out."""
    for on in sorted(days):
        day = day_row(session, on)
        day.version += 1
        if day.published_at is not None:
            if not rights.may_correct:
                raise DomainError("day_is_out", day=on)
            note_step(session, on, "corrected", by.now, by.person_id)
        elif day.approved_at is not None and not rights.may_approve:
            day.approved_at = day.approved_by = None
            note_step(session, on, "reopened", by.now, by.person_id)


def _lessons(session: Session, ids: Collection[str], withdrawn: bool = False) -> dict[str, Lesson]:
    rows = session.scalars(
        select(Lesson).where(Lesson.id.in_(ids))
        .options(selectinload(Lesson.courses), selectinload(Lesson.teachers))
        .execution_options(populate_existing=True)
    )  # fmt: skip
    found = {row.id: row for row in rows if withdrawn or row.state != "withdrawn"}
    if set(ids) - found.keys():
        raise DomainError("lesson_unknown")
    return found


def _new_lesson(session: Session, after: LessonState, by: Author) -> Lesson:
    """Not there yet: its state before is «withdrawn», to which an undo brings it back."""
    lesson = Lesson(id=new_id(by.now), weekly_lesson_id=None, on=after.on, n=after.n, shift=after.shift,
                    room_id=after.room, state="withdrawn")  # fmt: skip
    session.add(lesson)
    session.flush()
    return lesson


def _refuse_past(before: LessonState, deed: Deed, today: date, reason: str) -> None:
    if min(before.on, deed.after.on) >= today:
        return
    if deed.kind not in AFTERWARDS or before.on != deed.after.on:
        raise DomainError("day_over")
    if not reason.strip():
        raise DomainError("past_reason_needed")


def _change(
    act: LessonAct, lesson_id: str, kind: str, before: LessonState, after: LessonState, by: Author, reason: str
) -> LessonChange:
    return LessonChange(id=new_id(by.now), lesson_id=lesson_id, kind=kind, reason=reason, before=before.as_json(),
                        after=after.as_json(), changed_by=by.person_id, changed_at=by.now, act_id=act.id)  # fmt: skip


# --- rows --------------------------------------------------------------------------------------------------------


def _apply(session: Session, wanted: Sequence[tuple[Lesson, LessonState]]) -> None:
    """Bring the rows into these states. A course that goes from one lesson to another takes its view along: topic,
    material, tasks and works stay its own."""
    rows = {(lesson.id, row.course_id): row for lesson, _after in wanted for row in lesson.courses}
    way = travels((lesson.id, {row.course_id for row in lesson.courses}, after.courses) for lesson, after in wanted)
    stays = {(lesson.id, course) for lesson, after in wanted for course in after.courses}
    gone = [row for key, row in rows.items() if key not in way and key not in stays]
    coming = {(to, course): rows[lesson, course] for (lesson, course), to in way.items()}
    for lesson, after in wanted:
        lesson.on, lesson.n, lesson.shift, lesson.room_id, lesson.state = (
            after.on, after.n, after.shift, after.room, after.state
        )  # fmt: skip
        _set_teachers(session, lesson, after.teachers)
        here = {row.course_id: row for row in lesson.courses}
        for part in after.parts:
            row = here.get(part.course)
            if row is None:
                row = coming.get((lesson.id, part.course)) or _view(session, lesson, part)
                row.lesson_id = lesson.id
            row.form, row.broadcast_id = part.form, part.broadcast
    session.flush()
    _drop(session, gone)
    session.flush()
    session.expire_all()


def _view(session: Session, lesson: Lesson, part: PartState) -> LessonCourse:
    id = content_id("lesson_course", lesson.id, part.course)
    while session.get(LessonCourse, id) is not None:  # that view went to another lesson
        id = content_id("lesson_course", id)
    row = LessonCourse(id=id, lesson_id=lesson.id, course_id=part.course, topic="")
    session.add(row)
    return row


def _set_teachers(session: Session, lesson: Lesson, teachers: tuple[str, ...]) -> None:
    known = {row.person_id for row in lesson.teachers}
    gone = known - set(teachers)
    if gone:
        session.execute(delete(LessonTeacher).where(LessonTeacher.lesson_id == lesson.id,
                                                    LessonTeacher.person_id.in_(gone)))  # fmt: skip
    session.add_all(LessonTeacher(lesson_id=lesson.id, person_id=id) for id in teachers if id not in known)


def _drop(session: Session, views: Collection[LessonCourse]) -> None:
    """Remove views that no lesson takes up; one with something on it is not removed."""
    ids = [row.id for row in views]
    for model in (Task, Material, Absence, Presence, AbsenceRefusal, LessonFollowup):
        if ids and session.scalar(select(model.lesson_course_id).where(model.lesson_course_id.in_(ids)).limit(1)):
            raise DomainError("course_in_use")
    if ids:
        session.execute(delete(LessonCourse).where(LessonCourse.id.in_(ids)))
