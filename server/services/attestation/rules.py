"""Decides what stands against a timetable of exams. Pure: sittings, lessons and limits in, problems out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

EXAM, CONSULTATION, RESIT = "exam", "consultation", "resit"
HARD = {  # what keeps a session from being published
    "undated", "untimed", "outside", "holiday", "exams_day", "exams_between", "students_twice", "room_taken",
    "room_lesson", "person_taken", "person_lesson", "person_absent", "consultation_late", "no_students",
}  # fmt: skip
SOFT = {"no_consultation", "no_examiner", "own_subject", "lesson_at_once", "no_room", "sunday"}


@dataclass(frozen=True)
class Sitting:
    """An exam, consultation or resit. ``starts``: minutes of the day; ``staff``: person → part; ids everywhere.

    ``teachers``: who teach the subject to these students.
    """

    id: str
    kind: str
    of: str | None
    subject: str
    grade: int | None
    on: date | None
    starts: int | None
    minutes: int
    room: str | None
    staff: Mapping[str, str] = field(default_factory=dict)
    students: frozenset[str] = frozenset()
    teachers: frozenset[str] = frozenset()

    @property
    def counts(self) -> bool:
        """True for what a student is examined in."""
        return self.kind != CONSULTATION

    def meets(self, other: "Sitting") -> bool:
        """True if both are at one time on one day."""
        if self.on is None or self.on != other.on or self.starts is None or other.starts is None:
            return False
        return self.starts < other.starts + other.minutes and other.starts < self.starts + self.minutes


@dataclass(frozen=True)
class Taught:
    """A lesson that will be held. ``starts``, ``ends``: minutes of the day."""

    on: date
    starts: int
    ends: int
    room: str | None
    teachers: frozenset[str]
    students: frozenset[str]
    name: str = ""


@dataclass(frozen=True)
class Limits:
    """How many exams a day, and how many free days between two, by grade; 0 days: none asked for."""

    day: Mapping[int, int] = field(default_factory=dict)
    between: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """What exams must fit into: the session's days, free days of the school, its lessons, who is away when."""

    first: date
    last: date
    holidays: frozenset[date] = frozenset()
    lessons: Sequence[Taught] = ()
    away: frozenset[tuple[str, date]] = frozenset()
    limits: Limits = Limits()
    elsewhere: Sequence[Sitting] = ()  # exams of other sessions on these days


@dataclass(frozen=True, order=True)
class Problem:
    """Something against a sitting. ``other``: another sitting; ``who``: ids of people or the room; ``text``: a lesson.

    ``count``: how many are concerned; ``limit``: what is allowed.
    """

    sitting: str
    code: str
    other: str = ""
    who: tuple[str, ...] = ()
    text: str = ""
    count: int = 0
    limit: int = 0

    @property
    def hard(self) -> bool:
        """True for what cannot be."""
        return self.code in HARD


def problems(sittings: Sequence[Sitting], world: World) -> list[Problem]:
    """All of them, the hard ones first; what two sittings do to each other is told once, of the first."""
    found = []
    for place, one in enumerate(sittings):
        found += alone(one, world) + _missing(one, sittings)
        found += full_days(one, [*sittings, *world.elsewhere], world.limits)
        for other in [*sittings[place + 1 :], *world.elsewhere]:
            found += between(one, other, world.limits)
    return sorted(dict.fromkeys(found), key=lambda one: (not one.hard, one))


def against(one: Sitting, others: Iterable[Sitting], world: World) -> list[Problem]:
    """The hard problems of one sitting, given where the others are."""
    rest = [*others, *world.elsewhere]
    found = alone(one, world) + full_days(one, [one, *rest], world.limits)
    for other in rest:
        found += between(one, other, world.limits)
    return [problem for problem in found if problem.hard]


def alone(one: Sitting, world: World) -> list[Problem]:
    """What a sitting has against it whatever the other sittings are."""
    found = [] if one.students else [Problem(one.id, "no_students")]
    if one.on is None:
        return [*found, Problem(one.id, "undated")]
    if not world.first <= one.on <= world.last:
        found.append(Problem(one.id, "outside"))
    if one.on in world.holidays:
        found.append(Problem(one.id, "holiday"))
    elif one.on.isoweekday() == 7:
        found.append(Problem(one.id, "sunday"))
    away = tuple(sorted(person for person in one.staff if (person, one.on) in world.away))
    if away:
        found.append(Problem(one.id, "person_absent", who=away))
    if one.starts is None:
        return [*found, Problem(one.id, "untimed")]
    return found + _lessons(one, one.starts, world)


def _lessons(one: Sitting, starts: int, world: World) -> list[Problem]:
    """Lessons at the same time. One whose students all sit the exam falls away and takes nobody's time."""
    found = []
    for lesson in world.lessons:
        if lesson.on != one.on or not (lesson.starts < starts + one.minutes and starts < lesson.ends):
            continue
        if lesson.students and lesson.students <= one.students:
            found.append(Problem(one.id, "lesson_at_once", text=lesson.name, count=len(lesson.students)))
            continue
        shared = lesson.students & one.students
        if shared:
            found.append(Problem(one.id, "lesson_at_once", text=lesson.name, count=len(shared)))
        if one.room is not None and lesson.room == one.room:
            found.append(Problem(one.id, "room_lesson", who=(one.room,), text=lesson.name))
        busy = tuple(sorted(lesson.teachers & one.staff.keys()))
        if busy:
            found.append(Problem(one.id, "person_lesson", who=busy, text=lesson.name))
    return found


def between(one: Sitting, other: Sitting, limits: Limits) -> list[Problem]:
    """What two sittings do to each other."""
    found, shared = [], one.students & other.students
    if one.meets(other):
        if shared:
            found.append(Problem(one.id, "students_twice", other.id, count=len(shared)))
        if one.room is not None and one.room == other.room:
            found.append(Problem(one.id, "room_taken", other.id, (one.room,)))
        busy = tuple(sorted(one.staff.keys() & other.staff.keys()))
        if busy:
            found.append(Problem(one.id, "person_taken", other.id, busy))
    for first, second in ((one, other), (other, one)):
        if first.kind == CONSULTATION and first.of == second.id and not _is_before(first, second):
            found.append(Problem(first.id, "consultation_late", second.id))
    free = max((limits.between.get(grade, 0) for grade in (one.grade, other.grade) if grade), default=0)
    days = abs((one.on - other.on).days) if one.on and other.on else 0
    if one.counts and other.counts and shared and 0 < days <= free:
        found.append(Problem(one.id, "exams_between", other.id, count=len(shared), limit=free))
    return found


def _is_before(consultation: Sitting, exam: Sitting) -> bool:
    """True unless both have a day and the consultation would end after the exam began."""
    if consultation.on is None or exam.on is None:
        return True
    if consultation.on != exam.on:
        return consultation.on < exam.on
    if consultation.starts is None or exam.starts is None:
        return True
    return consultation.starts + consultation.minutes <= exam.starts


def full_days(one: Sitting, sittings: Iterable[Sitting], limits: Limits) -> list[Problem]:
    """A student with more exams on the day than may be; told of every sitting that is too many."""
    most = limits.day.get(one.grade or 0)
    if most is None or not one.counts or one.on is None:
        return []
    same_day = [other for other in sittings if other.counts and other.on == one.on and other.id != one.id]
    crowded = {
        student for student in one.students
        if sum(1 for other in same_day if student in other.students) + 1 > most
    }  # fmt: skip
    if not crowded:
        return []
    other = next((other.id for other in same_day if other.students & crowded), "")
    return [Problem(one.id, "exams_day", other, count=len(crowded), limit=most)]


def _missing(one: Sitting, sittings: Sequence[Sitting]) -> list[Problem]:
    """What should be there and is not, and who had better not invigilate."""
    found = []
    if one.kind == EXAM and not any(other.kind == CONSULTATION and other.of == one.id for other in sittings):
        found.append(Problem(one.id, "no_consultation"))
    if one.counts and not any(part in ("examiner", "chair") for part in one.staff.values()):
        found.append(Problem(one.id, "no_examiner"))
    if one.room is None:
        found.append(Problem(one.id, "no_room"))
    own = tuple(sorted(id for id, part in one.staff.items() if part == "invigilator" and id in one.teachers))
    if own and one.counts:
        found.append(Problem(one.id, "own_subject", who=own))
    return found
