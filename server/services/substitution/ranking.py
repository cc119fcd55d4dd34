"""Ranks who could hold a lesson in somebody's stead, and says why. Pure.

Only those are proposed who are free: not in another lesson, not away, at work by their schedule. Among them the score
decides: 40 teaches the subject, 20 knows the class (teaches it another subject), 10 more is its class teacher,
10 is at school that day anyway, 1 less for each lesson of that week, 100 less where the day or the week would be
fuller than the schedule allows. Equal scores stand by name.
"""

from dataclasses import dataclass

from server.services.days.reading import Facts, Held
from server.services.substitution.colleagues import Colleague
from server.services.substitution.diary import Diary

SUBJECT, CLASS, LEADS, HERE, LESSON, OVER = 40, 20, 10, 10, -1, -100


@dataclass(frozen=True)
class Proposal:
    """Somebody free, and what speaks for and against. ``week``, ``day``: lessons held then, without this one."""

    person: str
    name: str
    teaches: bool
    knows: bool
    leads: bool
    day: int
    week: int
    over_day: bool
    over_week: bool

    @property
    def score(self) -> int:
        """As the module says."""
        return (
            SUBJECT * self.teaches + CLASS * (self.knows or self.leads) + LEADS * self.leads + HERE * (self.day > 0)
            + LESSON * self.week + OVER * (self.over_day or self.over_week)
        )  # fmt: skip

    @property
    def is_over(self) -> bool:
        """True where the schedule allows no more lessons; nobody is proposed first so."""
        return self.over_day or self.over_week


@dataclass(frozen=True)
class Doubtful:
    """Somebody who holds no lesson then, but whose schedule speaks against it: ``why`` methodical, off, hours."""

    person: str
    name: str
    why: str


def proposals(lesson: Held, diary: Diary, facts: Facts) -> list[Proposal]:
    """Everybody who is free, the best first; not who holds the lesson already."""
    found = [
        _proposal(colleague, lesson, diary, facts) for colleague in diary.colleagues.values()
        if colleague.id not in lesson.teachers and diary.is_free(colleague.id, lesson)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.score, one.name, one.person))


def doubtful(lesson: Held, diary: Diary) -> list[Doubtful]:
    """Those who could only come against their schedule, by name: never proposed, but a person may choose them."""
    found = [
        Doubtful(one.id, one.name, why) for one in diary.colleagues.values()
        if one.id not in lesson.teachers and (why := diary.kept_by(one.id, lesson))
        and not diary.is_away(one.id, lesson) and not diary.is_busy(one.id, lesson)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.name, one.person))


def _proposal(colleague: Colleague, lesson: Held, diary: Diary, facts: Facts) -> Proposal:
    classes = {facts.class_of(id).id for id in lesson.groups}
    day, week = diary.on_day(colleague.id, lesson.on), diary.in_week(colleague.id, lesson.on)
    hours = colleague.hours_on(lesson.on)
    most_day, most_week = (hours.most_a_day, hours.most_a_week) if hours else (None, None)
    return Proposal(
        colleague.id, colleague.name, any(part.subject in colleague.subjects for part in lesson.parts),
        bool(colleague.groups & (classes | set(lesson.groups))), bool(colleague.leads & classes), day, week,
        most_day is not None and day + 1 > most_day, most_week is not None and week + 1 > most_week,
    )  # fmt: skip
