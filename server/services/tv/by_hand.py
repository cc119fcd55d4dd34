"""Links a broadcast to a lesson by hand, unlinks it, or gives it a lesson of its own: deeds that can be undone."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Broadcast, Course, Group, Subject
from server.services.bell_times import bell_of, read_bells
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed, Rights
from server.services.days.clashes import between, overlap
from server.services.days.reading import Held, Part, read_days
from server.services.days.state import LessonState, PartState
from server.services.tv.placing import FORM
from server.services.wishes.asking import answerable

NEW = "new"


def link(broadcast_id: str, lesson_id: str, klass: str, seen: str, by: Author, rights: Rights) -> str:
    """The lesson is held with the broadcast, for the courses of this class; another one that had it gives it up.

    ``seen``: mark of the lesson that was looked at. Returns the act's id. Raises DomainError not_found,
    lesson_unknown, broadcast_elsewhere and those of a deed.
    """

    def save(session: Session) -> str:
        broadcast = _broadcast(session, broadcast_id)
        days = read_days(session, broadcast.on, broadcast.on)
        facts = days.facts
        own = [one for one in days.lessons if one.is_held and _parts(one, facts, klass)]
        chosen = next((one for one in own if one.id == lesson_id), None)
        if chosen is None:
            elsewhere = "lesson_unknown" if all(one.id != lesson_id for one in days.lessons) else "broadcast_elsewhere"
            raise DomainError(elsewhere)
        deeds = [Deed("adjusted", _with(chosen, _parts(chosen, facts, klass), broadcast_id), chosen.id, seen)]
        deeds += [
            Deed("adjusted", _without(one, broadcast_id, _parts(one, facts, klass)), one.id)
            for one in own if one.id != chosen.id
        ]  # fmt: skip
        return changing.carry_out(session, "adjusted", deeds, by, rights)

    return store.write(save)


def unlink(broadcast_id: str, klass: str, by: Author, rights: Rights) -> str:
    """No lesson of the class is held with the broadcast. Raises as ``link`` does; nothing_to_change if none was."""

    def save(session: Session) -> str:
        broadcast = _broadcast(session, broadcast_id)
        days = read_days(session, broadcast.on, broadcast.on)
        deeds = [
            Deed("adjusted", _without(one, broadcast_id, _parts(one, days.facts, klass)), one.id)
            for one in days.lessons if one.is_held
        ]  # fmt: skip
        return changing.carry_out(session, "adjusted", deeds, by, rights)

    return store.write(save)


def place(broadcast_id: str, klass: str, n: int, by: Author, rights: Rights) -> str:
    """Give the class a lesson of its subject with the broadcast, at a number that is free.

    Raises DomainError not_found, course_unknown (the class has no such subject), place_taken and those of a deed.
    """

    def save(session: Session) -> str:
        broadcast = _broadcast(session, broadcast_id)
        course = course_for(session, klass, broadcast.subject)
        if course is None:
            raise DomainError("course_unknown")
        teacher = answerable(session, course.id, broadcast.on)
        part = Part(NEW, course.id, course.group_id, course.subject_id, FORM, broadcast.id, "")
        shift = course.group.shift
        bell = bell_of(read_bells(session, {shift}), shift, broadcast.on, n) or ("", "")
        new = Held(NEW, broadcast.on, n, shift, *bell, None, "planned", (part,), (teacher,) if teacher else (), None,
                   None)  # fmt: skip
        days = read_days(session, broadcast.on, broadcast.on)
        for other in days.lessons:
            if other.is_held and overlap(new, other) and list(between(new, other, days.facts)):
                subject = days.facts.subjects[other.parts[0].subject]
                raise DomainError("place_taken", who=f"{days.facts.group_name(other.groups[0])}, {subject}")
        after = LessonState(broadcast.on, n, None, None, "planned", new.teachers,
                            (PartState(course.id, FORM, broadcast.id),))  # fmt: skip
        return changing.carry_out(session, "added", [Deed("added", after)], by, rights)

    return store.write(save)


def course_for(session: Session, klass: str, subject: str) -> Course | None:
    """The course of a class, else of a part of it, in a subject by its name."""
    rows = session.scalars(
        select(Course).join(Subject, Subject.id == Course.subject_id).join(Group, Group.id == Course.group_id)
        .where((Group.id == klass) | ((Group.parent_id == klass) & (Group.kind == "subgroup")))
        .order_by(Group.kind, Group.name)
    ).all()  # fmt: skip
    return next((row for row in rows if row.subject.name.casefold() == subject.casefold()), None)


def _broadcast(session: Session, id: str) -> Broadcast:
    row = session.get(Broadcast, id)
    if row is None:
        raise DomainError("not_found")
    return row


def _parts(lesson: Held, facts: object, klass: str) -> set[str]:
    """Courses of the lesson that are of the class or of its parts."""
    return {part.course for part in lesson.parts if facts.class_of(part.group).id == klass}  # type: ignore[attr-defined]


def _with(lesson: Held, courses: set[str], broadcast_id: str) -> LessonState:
    state = lesson.as_state()
    return replace(state, parts=tuple(
        PartState(part.course, FORM, broadcast_id) if part.course in courses else part for part in state.parts
    ))  # fmt: skip


def _without(lesson: Held, broadcast_id: str, courses: set[str]) -> LessonState:
    """A lesson that was a TV lesson because of it is no longer said to be one."""
    state = lesson.as_state()
    return replace(state, parts=tuple(
        PartState(part.course, None if part.form == FORM else part.form)
        if part.course in courses and part.broadcast == broadcast_id else part for part in state.parts
    ))  # fmt: skip
