"""Decides what a planned work collides with, and which days near it are free. Pure: works, norms and days in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from server.services.assessment_norms import Norm, over_share

A_DAY, LAST_DAYS, SHARE = "a_day", "last_days", "share"
NO_LESSON, NOT_TAUGHT, OUTSIDE = "no_lesson", "not_taught", "outside"


@dataclass(frozen=True)
class Planned:
    """A work of a class in a term. ``course``: whose; ``subject``, ``topic``: as people read them; ``on`` None: no day.

    Parts of a class that write the same work (subject, kind, number) count once.
    """

    id: str
    course: str
    subject: str
    kind: str
    number: int
    on: date | None
    topic: str = ""
    max_points: int | None = None
    part: str = ""

    @property
    def same(self) -> tuple[str, str, int]:
        """What makes it one work for the class, whoever of it writes it."""
        return self.subject, self.kind, self.number


@dataclass(frozen=True)
class TermDays:
    """A term of a class: its first and last day, the school's days in it, each course's days, and hours by course."""

    first: date
    last: date
    school: Sequence[date] = ()
    lessons: Mapping[str, frozenset[date]] = field(default_factory=dict)
    hours: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Hit:
    """What a work collides with: the rule, its norm where it is one, and the other works of the class in question.

    ``count``: works there would be (of the day, or of the subject in the term); ``hours``: of the subject in the term.
    """

    rule: str
    norm: Norm | None = None
    others: tuple[Planned, ...] = ()
    count: int = 0
    hours: int = 0


def hits(work: Planned, plan: Iterable[Planned], norms: Sequence[Norm], term: TermDays) -> list[Hit]:
    """Everything that a work would collide with where it stands; ``plan``: the class's works of the term.

    A work without a day only counts towards its subject's hours.
    """
    others = [one for one in plan if one.id != work.id and one.same != work.same]
    found = []
    if work.on is not None:
        found += _of_day(work, work.on, term)
        found += _of_norms(work, work.on, others, norms, term)
    return found + _of_hours(work, others, norms, term)


def _of_day(work: Planned, on: date, term: TermDays) -> list[Hit]:
    if not term.first <= on <= term.last:
        return [Hit(OUTSIDE)]
    if on not in term.school:
        return [Hit(NOT_TAUGHT)]
    return [] if on in term.lessons.get(work.course, frozenset()) else [Hit(NO_LESSON)]


def _of_norms(
    work: Planned, on: date, others: Sequence[Planned], norms: Sequence[Norm], term: TermDays
) -> list[Hit]:  # fmt: skip
    found = []
    for norm in norms:
        if work.kind not in norm.kinds or not norm.holds(on):
            continue
        if norm.rule == A_DAY:
            same_day = _once(one for one in others if one.on == on and one.kind in norm.kinds)
            if len(same_day) + 1 > norm.value:
                found.append(Hit(A_DAY, norm, tuple(same_day), len(same_day) + 1))
        elif norm.rule == LAST_DAYS and norm.value and on in term.school[-norm.value :]:
            found.append(Hit(LAST_DAYS, norm))
    return found


def _of_hours(work: Planned, others: Sequence[Planned], norms: Sequence[Norm], term: TermDays) -> list[Hit]:
    hours, found = term.hours.get(work.course, 0), []
    for norm in norms:
        if norm.rule != SHARE or work.kind not in norm.kinds or not norm.holds(work.on or term.first):
            continue
        own = [one for one in others if one.course == work.course and one.kind in norm.kinds]
        if over_share(len(own) + 1, hours, norm):
            found.append(Hit(SHARE, norm, tuple(own), len(own) + 1, hours))
    return found


def _once(works: Iterable[Planned]) -> list[Planned]:
    """One of each that parts of the class write alike."""
    return list({one.same: one for one in works}.values())


def free_days(
    work: Planned, plan: Sequence[Planned], norms: Sequence[Norm], term: TermDays, near: date, most: int = 4
) -> list[date]:
    """Days with a lesson of the course on which nothing of the day stands against the work, the nearest first."""
    found = [
        day for day in term.lessons.get(work.course, ())
        if all(hit.rule == SHARE for hit in hits(_on(work, day), plan, norms, term))
    ]  # fmt: skip
    return sorted(found, key=lambda day: (abs((day - near).days), day))[:most]


def _on(work: Planned, day: date) -> Planned:
    return Planned(work.id, work.course, work.subject, work.kind, work.number, day)
