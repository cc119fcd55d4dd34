"""Puts an agreed wish into the timetable: proposes free places, and does it as one deed that can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Course, Group, Lesson, LessonAct, LessonChange, LessonCourse, LessonRequest, Room
from server.services.accounts import record
from server.services.bell_times import bell_of, read_bells
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed, Rights
from server.services.days.checking import Finding
from server.services.days.clashes import between, overlap
from server.services.days.finding_words import sentence
from server.services.days.reading import Days, Held, Part, read_days, read_facts
from server.services.days.state import LessonState, PartState, state_of
from server.services.wishes import consents, times
from server.services.wishes.asking import answerable, end_promise, in_the_way, said
from server.services.wishes.meeting_time import Place, Verdict

SEARCHED = timedelta(days=13)  # how far ahead times are proposed
SHOWN = 12
DEEDS = {"again": "reassigned", "extra": "added", "consultation": "added", "move": "moved", "cancel": "cancelled"}
NEW = "new"  # id of a lesson that is not there yet, while it is judged


@dataclass(frozen=True)
class Proposal:
    """A place for a wish. ``rooms``: ids that are free then, the lesson's own first; ``swap``: id of the lesson that
    would go where this one stands now; ``wanted``: named by who asked."""

    place: Place
    rooms: tuple[str, ...] = ()
    swap: str = ""
    wanted: bool = False


@dataclass(frozen=True)
class Choice:
    """Where the office puts it. ``room`` None: no room; ``swap``: with which lesson it changes places."""

    on: date
    n: int
    shift: int
    room: str | None = None
    swap: str = ""


def proposals(session: Session, wish: LessonRequest, today: date) -> list[Proposal]:
    """Places where group and teachers are free, the wanted ones first, then by merit; at most SHOWN."""
    own = _model(session, wish, today)
    wanted = {(date.fromisoformat(one["on"]), one["n"]) for one in wish.wanted}
    last = max([today + SEARCHED, *(day for day, _n in wanted), own.on if wish.kind == "move" else today])
    facts = read_facts(session, today, last)
    grades = tuple({facts.groups[id].grade for id in own.groups})
    ignore = frozenset({own.id})
    found = times.find(session, times.Ask(
        today + timedelta(days=1), last, groups=tuple(dict.fromkeys(own.groups)), teachers=own.teachers,
        shifts=(own.shift,), grades=grades, ignore=ignore,
    ))  # fmt: skip
    free = [one for one in found.verdicts if not one.cannot and not _stays(own, wish.kind, one.place)]
    given = [_proposal(found, own, one.place, wanted) for one in free]
    swaps = _swaps(found.days, own, wanted, found.verdicts) if wish.kind == "move" else []
    return sorted([*given, *swaps], key=lambda one: not one.wanted)[:SHOWN]


def schedule(
    wish_id: str, choice: Choice | None, by: Author, rights: Rights, remark: str = "", topic: str = ""
) -> str:  # fmt: skip
    """Put it into the timetable; returns the id of the act. ``choice`` None: only for a cancellation.

    ``topic``: what a consultation is called in the school's language.

    Raises DomainError not_found, wish_not_agreed, wish_ended, slot_needed, place_taken and those of a deed.
    """
    words = said(remark)

    def save(session: Session) -> str:
        wish = session.get(LessonRequest, wish_id, with_for_update=True)
        if wish is None:
            raise DomainError("not_found")
        state = consents.after(wish.state, "schedule")
        if wish.kind != "cancel" and choice is None:
            raise DomainError("slot_needed")
        own = _model(session, wish, by.today)
        kind, deeds = _deeds(session, wish, own, choice)
        act = changing.carry_out(session, kind, deeds, by, rights, reason=wish.text[: changing.LONGEST_REASON])
        _name_it(session, act, wish, topic)
        wish.state, wish.act_id, wish.outcome = state, act, words
        wish.decided_by, wish.decided_at = by.person_id, by.now
        end_promise(session, wish, "done", words, by)
        record(session, by.now, by.account_id, "wish.schedule", wish_id)
        return act

    return store.write(save)


def take_back(wish_id: str, by: Author) -> None:
    """Its deed was undone: it waits for a time again. Raises DomainError not_found, wish_ended."""

    def save(session: Session) -> None:
        wish = session.get(LessonRequest, wish_id, with_for_update=True)
        if wish is None:
            raise DomainError("not_found")
        if not is_undone(session, wish):
            raise DomainError("wish_ended")
        wish.state = consents.after(wish.state, "take_back")
        wish.act_id, wish.outcome, wish.decided_by, wish.decided_at = None, "", None, None
        record(session, by.now, by.account_id, "wish.take_back", wish_id)

    store.write(save)


def is_undone(session: Session, wish: LessonRequest) -> bool:
    """True if the deed that had put it into the timetable was taken back."""
    act = session.get(LessonAct, wish.act_id) if wish.act_id else None
    return act is not None and act.undone_by_id is not None


# --- what it is about --------------------------------------------------------------------------------------------


def _model(session: Session, wish: LessonRequest, today: date) -> Held:
    """The lesson as it stands, or as a new one of the course would be."""
    course = session.get_one(Course, wish.course_id)
    view = session.get(LessonCourse, wish.lesson_course_id) if wish.lesson_course_id else None
    lesson = session.get(Lesson, view.lesson_id) if view else None
    shift = shift_of(session, wish)
    if lesson is not None and wish.kind in ("move", "cancel"):
        return next(one for one in read_days(session, lesson.on, lesson.on).lessons if one.id == lesson.id)
    part = Part(NEW, course.id, course.group_id, course.subject_id, view.form if view else None, None, "")
    lead = answerable(session, course.id, today)
    room = lesson.room_id if lesson else _usual_room(session, course.id)
    return Held(NEW, today, 0, shift, "", "", room, "planned", (part,), (lead,) if lead else (), None,
                lesson.shift if lesson else None)  # fmt: skip


def _usual_room(session: Session, course_id: str) -> str | None:
    return session.scalar(
        select(Lesson.room_id).join(LessonCourse, LessonCourse.lesson_id == Lesson.id)
        .where(LessonCourse.course_id == course_id, Lesson.room_id.is_not(None))
        .order_by(Lesson.on.desc()).limit(1)
    )  # fmt: skip


def _stays(own: Held, kind: str, place: Place) -> bool:
    return kind == "move" and (own.on, own.n, own.shift) == (place.on, place.n, place.shift)


def _proposal(found: times.Found, own: Held, place: Place, wanted: set[tuple[date, int]]) -> Proposal:
    rooms = found.free_rooms(place, {own.id})
    first = [own.room] if own.room in rooms else []
    return Proposal(place, tuple(dict.fromkeys([*first, *rooms])), wanted=(place.on, place.n) in wanted)


def _swaps(
    days: Days, own: Held, wanted: set[tuple[date, int]], verdicts: Sequence[Verdict]
) -> list[Proposal]:  # fmt: skip
    """Wanted places on which exactly one lesson stands that can go where this one stands."""
    found = []
    for verdict in verdicts:
        place = verdict.place
        if (place.on, place.n) not in wanted or not verdict.cannot:
            continue
        others = in_the_way(own, place.on, place.n, days.on(place.on), days.facts)
        if len(others) == 1 and (others[0].n, others[0].shift) == (place.n, place.shift):
            mine, theirs = _at(own, place), _at(others[0], Place(own.on, own.shift, own.n, own.starts, own.ends))
            if not _clashing(days, [mine, theirs]):
                found.append(Proposal(place, (own.room,) if own.room else (), others[0].id, True))
    return found


# --- what is done ------------------------------------------------------------------------------------------------


def _deeds(session: Session, wish: LessonRequest, own: Held, choice: Choice | None) -> tuple[str, list[Deed]]:
    kind = DEEDS[wish.kind]
    if choice is None:
        lesson = session.get_one(Lesson, own.id)
        before = state_of(lesson)
        return kind, [Deed(kind, replace(before, state="cancelled"), own.id, before.mark())]
    _possible(session, choice)
    days = read_days(session, min(choice.on, own.on), max(choice.on, own.on))
    bells = read_bells(session, {choice.shift})
    place = Place(choice.on, choice.shift, choice.n, *(bell_of(bells, choice.shift, choice.on, choice.n) or ("", "")))
    mine = replace(_at(own, place), room=choice.room)
    moved = [mine]
    if choice.swap:
        other = next((one for one in days.lessons if one.id == choice.swap), None)
        if other is None or wish.kind != "move":
            raise DomainError("lesson_unknown")
        moved.append(_at(other, Place(own.on, own.shift, own.n, own.starts, own.ends)))
    clashing = _clashing(days, moved)
    if clashing:
        raise DomainError("place_taken", who=clashing[0])
    if own.id == NEW:
        parts = tuple(PartState(part.course, part.form) for part in own.parts)
        return kind, [Deed(kind, LessonState(choice.on, choice.n, own.own_shift, choice.room, "planned", own.teachers,
                                             parts))]  # fmt: skip
    return "swapped" if choice.swap else kind, [Deed("moved", one.as_state(), one.id) for one in moved]


def _possible(session: Session, choice: Choice) -> None:
    if choice.n not in range(21) or choice.shift not in range(1, 4):
        raise DomainError("slot_needed")
    if choice.room is not None and session.get(Room, choice.room) is None:
        raise DomainError("value_invalid", field=_l("room"), value="")


def _at(lesson: Held, place: Place) -> Held:
    own_shift = lesson.own_shift if place.shift == lesson.shift else place.shift
    return replace(lesson, on=place.on, n=place.n, shift=place.shift, starts=place.starts, ends=place.ends,
                   own_shift=own_shift)  # fmt: skip


def _clashing(days: Days, moved: Sequence[Held]) -> list[LazyString]:
    """What these lessons would clash with, as sentences for whoever reads them (a write knows no reader)."""
    ids = {one.id for one in moved}
    stay = [one for one in days.lessons if one.is_held and one.id not in ids]
    return [
        LazyString(sentence, Finding(clash.kind, True, one.on, (clash.one, clash.other), clash.who), days)
        for i, one in enumerate(moved) for other in (*stay, *moved[i + 1 :])
        if other.on == one.on and overlap(one, other) for clash in between(one, other, days.facts)
    ]  # fmt: skip


def _name_it(session: Session, act: str, wish: LessonRequest, topic: str) -> None:
    """A repeated lesson has the topic of the first, a consultation says so."""
    if wish.kind not in consents.NEW:
        return
    topic = topic if wish.kind == "consultation" else ""
    if wish.kind == "again" and wish.lesson_course_id:
        topic = session.get_one(LessonCourse, wish.lesson_course_id).topic
    for row in session.scalars(select(LessonCourse).where(LessonCourse.lesson_id.in_(changed_by(act)))):
        row.topic = topic or row.topic


def changed_by(act_id: str) -> Select[tuple[str]]:
    """SQL: ids of the lessons that an act changed."""
    return select(LessonChange.lesson_id).where(LessonChange.act_id == act_id)


def became(session: Session, act_id: str) -> Place | None:
    """Where the lesson that an act made or moved stands now; None when it is not there."""
    row = session.execute(
        select(Lesson, Group.shift).join(LessonChange, LessonChange.lesson_id == Lesson.id)
        .join(LessonCourse, LessonCourse.lesson_id == Lesson.id).join(Course, Course.id == LessonCourse.course_id)
        .join(Group, Group.id == Course.group_id)
        .where(LessonChange.act_id == act_id, Lesson.state == "planned").order_by(LessonChange.id).limit(1)
    ).first()  # fmt: skip
    if row is None:
        return None
    lesson, shift = row[0], row[0].shift or row[1]
    bell = bell_of(read_bells(session, {shift}), shift, lesson.on, lesson.n) or ("", "")
    return Place(lesson.on, shift, lesson.n, *bell)


def shift_of(session: Session, wish: LessonRequest) -> int:
    """Whose bells count for the lesson of a wish."""
    view = session.get(LessonCourse, wish.lesson_course_id) if wish.lesson_course_id else None
    own = view.lesson.shift if view else None
    return own or session.get_one(Course, wish.course_id).group.shift
