"""Modes of teaching as they are kept: begun for the school, classes or a student, ended; and the forms they propose."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Connectivity, Group, LessonAct, LessonChange, LessonForm, ModePeriod, ModeReason, Person
from server.services.accounts import new_id, record
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed, Rights
from server.services.days.modes import DISTANCE, MODES, Link, Period, Reach, mode_of, proposed_form, reach
from server.services.days.reading import Days, Held, Part, read_days
from server.services.days.state import state_from

LONGEST = 200  # characters of an order's number or a note
AHEAD = 14  # days for which forms are proposed at once


@dataclass(frozen=True)
class Told:
    """What begins: ``groups`` and ``student`` empty for the whole school; ``until`` None: until it is ended."""

    mode: str
    since: date
    until: date | None
    reason: str
    groups: tuple[str, ...] = ()
    student: str = ""
    order_no: str = ""
    note: str = ""


def start(told: Told, by: Author) -> list[str]:
    """Keep a mode, one row for each class; returns the ids. The same once more is not kept twice.

    Raises DomainError ``value_invalid``, ``date_order``, ``group_unknown``, ``person_unknown``, ``text_long``,
    ``nothing_to_change``.
    """
    return store.write(lambda session: _begin(session, told, by))


def _begin(session: Session, told: Told, by: Author) -> list[str]:
    _check(session, told)
    scopes = [(group, None) for group in told.groups] or [(None, told.student or None)]
    ids = []
    for group_id, student_id in scopes:
        same = select(ModePeriod.id).where(
            ModePeriod.group_id == group_id, ModePeriod.student_id == student_id, ModePeriod.mode == told.mode,
            ModePeriod.since == told.since, ModePeriod.until == told.until, ModePeriod.reason == told.reason,
        )  # fmt: skip
        if session.scalar(same.limit(1)):
            continue
        row = ModePeriod(id=new_id(by.now), group_id=group_id, student_id=student_id, mode=told.mode, since=told.since,
                         until=told.until, reason=told.reason, order_no=told.order_no, note=told.note,
                         made_by=by.person_id, made_at=by.now)  # fmt: skip
        session.add(row)
        record(session, by.now, by.account_id, "mode.begin", row.id)
        ids.append(row.id)
    if not ids:
        raise DomainError("nothing_to_change")
    return ids


def _check(session: Session, told: Told) -> None:
    if told.mode not in MODES:
        raise DomainError("value_invalid", field="mode", value=told.mode[:20])
    if session.get(ModeReason, told.reason) is None:
        raise DomainError("value_invalid", field="reason", value=told.reason[:20])
    if told.until is not None and told.until < told.since:
        raise DomainError("date_order")
    for text in (told.order_no, told.note):
        if len(text) > LONGEST:
            raise DomainError("text_long", length=len(text), limit=LONGEST)
    for id in told.groups:
        if session.get(Group, id) is None:
            raise DomainError("group_unknown", name=id[:40])
    if told.student and session.get(Person, told.student) is None:
        raise DomainError("person_unknown")


def end(period_id: str, last: date, by: Author) -> None:
    """The mode holds until ``last``; one that would never have held is taken away. Raises DomainError ``not_found``,
    ``nothing_to_change`` (it ends by then already)."""

    def write(session: Session) -> None:
        row = session.get(ModePeriod, period_id)
        if row is None:
            raise DomainError("not_found")
        if row.until is not None and row.until <= last:
            raise DomainError("nothing_to_change")
        if last < row.since:
            session.delete(row)
        else:
            row.until = last
        record(session, by.now, by.account_id, "mode.end", period_id)

    store.write(write)


def listed(session: Session, today: date, with_students: bool) -> list[ModePeriod]:
    """Those that hold or are to come, and of the last weeks; ``with_students``: also those of single students."""
    query = select(ModePeriod).where(or_(ModePeriod.until.is_(None), ModePeriod.until >= today - timedelta(days=AHEAD)))
    if not with_students:
        query = query.where(ModePeriod.student_id.is_(None))
    return list(session.scalars(query.order_by(ModePeriod.since.desc(), ModePeriod.made_at.desc(), ModePeriod.id)))


def read_periods(session: Session, first: date, last: date) -> list[Period]:
    """Every period that holds on some day from first to last, for ``modes.mode_of``."""
    rows = session.scalars(
        select(ModePeriod).where(ModePeriod.since <= last, or_(ModePeriod.until.is_(None), ModePeriod.until >= first))
    )
    return [
        Period(row.id, row.mode, row.since, row.until, row.made_at, row.group_id, row.student_id) for row in rows
    ]  # fmt: skip


# --- forms of lessons -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposal:
    """A form for one course's view of a lesson. ``reach`` None: it goes back to the form it had before."""

    lesson: Held
    part: Part
    form: str
    reach: Reach | None = None

    @property
    def key(self) -> str:
        """Names it in a form."""
        return self.part.id


@dataclass(frozen=True)
class Proposals:
    """What a mode proposes. ``days``: with the school around them; ``last``: the last day that was looked at."""

    days: Days
    lines: tuple[Proposal, ...]
    last: date


def proposals(session: Session, period_id: str, today: date) -> Proposals:
    """The forms of the lessons that a mode touches, from today on, for two weeks at most; those that stand so already
    are left out. Classes that were begun together are proposed together. Raises DomainError ``not_found``.

    In person again, or ended: lessons that got their form by a mode go back to the one before.
    """
    row = session.get(ModePeriod, period_id)
    if row is None:
        raise DomainError("not_found")
    together = session.scalars(
        select(ModePeriod).where(ModePeriod.made_at == row.made_at, ModePeriod.made_by == row.made_by)
    ).all()  # fmt: skip
    first = max(row.since, today)
    last = first + timedelta(days=AHEAD - 1)
    days = read_days(session, first, last)
    periods = read_periods(session, first, last)
    touched = [
        (lesson, part) for lesson in days.lessons if lesson.is_held for part in lesson.parts
        if _touches(days, part, together)
    ]  # fmt: skip
    links = read_links(session, {id for _lesson, part in touched for id in days.facts.students[part.group]})
    before = _forms_before(session, [lesson.id for lesson, _part in touched])
    found = []
    for lesson, part in touched:
        if mode_of(periods, lesson.on, _line_of(days, part.group), _only_student(days, part.group)) == DISTANCE:
            own = reach(days.facts.students[part.group], links)
            found.append(Proposal(lesson, part, proposed_form(part.broadcast is not None, own), own))
        elif (part.course, lesson.id) in before and (old := before[part.course, lesson.id])[1] == part.form:
            found.append(Proposal(lesson, part, old[0] or ""))
    return Proposals(days, tuple(one for one in found if one.form != (one.part.form or "")), last)


def _touches(days: Days, part: Part, rows: Sequence[ModePeriod]) -> bool:
    """A student's own mode touches only lessons that are held for this student alone."""
    line = _line_of(days, part.group)
    student = _only_student(days, part.group)
    return any(
        row.student_id == student if row.student_id else row.group_id in line if row.group_id else True for row in rows
    )


def _line_of(days: Days, group: str) -> tuple[str, ...]:
    """A group and the class that it follows; who is taught at home follows no class."""
    fact = days.facts.groups[group]
    return (group, fact.parent) if fact.parent and fact.kind == "subgroup" else (group,)


def _only_student(days: Days, group: str) -> str | None:
    """Of the group of a student who is taught alone."""
    students = days.facts.students[group]
    return next(iter(students)) if days.facts.groups[group].kind == "individual" and len(students) == 1 else None


def _forms_before(session: Session, lessons: Collection[str]) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """By course and lesson: the forms before and after what a mode did last and nobody took back."""
    found: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    if not lessons:
        return found
    rows = session.scalars(
        select(LessonChange).join(LessonAct, LessonAct.id == LessonChange.act_id)
        .where(LessonChange.lesson_id.in_(lessons), LessonAct.kind == "mode", LessonChange.undone.is_(False))
        .order_by(LessonChange.changed_at, LessonChange.id)
    )  # fmt: skip
    for row in rows:
        old = {part.course: part.form for part in state_from(row.before).parts}
        for part in state_from(row.after).parts:
            key = part.course, row.lesson_id
            first = found[key][0] if key in found else old.get(part.course)
            found[key] = first, part.form
    return found


def read_links(session: Session, students: Collection[str]) -> dict[str, Link]:
    """The newest word on each student."""
    rows = session.execute(
        select(Connectivity.student_id, Connectivity.device, Connectivity.internet, Connectivity.device_shared)
        .where(Connectivity.student_id.in_(students)).order_by(Connectivity.recorded_on)
    )  # fmt: skip
    return {id: Link(device, internet, shared) for id, device, internet, shared in rows}


def accept(
    session: Session, found: Proposals, chosen: Mapping[str, str], by: Author, rights: Rights, reason: str = "",
    on: date | None = None,
) -> str:  # fmt: skip
    """Give the lessons their forms in one deed; returns its id. ``chosen``: by key of the proposal, where somebody
    chose otherwise; ``on``: only that day. Raises DomainError ``value_invalid`` beside what a deed raises."""
    if unknown := {form for form in chosen.values() if form} - set(session.scalars(select(LessonForm.code))):
        raise DomainError("value_invalid", field="form", value=min(unknown)[:20])
    forms: dict[str, dict[str, str | None]] = {}
    lessons: dict[str, Held] = {}
    for one in found.lines:
        if on is None or one.lesson.on == on:
            lessons[one.lesson.id] = one.lesson
            forms.setdefault(one.lesson.id, {})[one.part.course] = chosen.get(one.key, one.form) or None
    deeds = []
    for id, lesson in lessons.items():
        state = lesson.as_state()
        parts = tuple(part._replace(form=forms[id].get(part.course, part.form)) for part in state.parts)
        deeds.append(Deed("adjusted", replace(state, parts=parts), id, state.mark()))
    return changing.save("mode", deeds, by, rights, reason=reason)
