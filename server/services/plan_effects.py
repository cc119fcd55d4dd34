"""What other lessons mean for a course's plan: topics on other days, or without a lesson, lost days. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.services.plan_hours import Topic, spread


@dataclass(frozen=True)
class Redated:
    """A topic whose first lesson is on another day; None: it has no lesson."""

    topic: str
    before: date | None
    after: date | None


@dataclass(frozen=True)
class PlanEffect:
    """``without``: topics that had lessons for all their hours and do not any more; ``lost_days``: topics whose own day
    has no lesson now; ``spare``: lessons to come without a topic."""

    course_id: str
    redated: tuple[Redated, ...]
    without: tuple[str, ...]
    lost_days: tuple[tuple[str, date], ...]
    spare: int

    def __bool__(self) -> bool:
        return bool(self.redated or self.without or self.lost_days)


def effect(course_id: str, plan: Sequence[Topic], before: Sequence[date], after: Sequence[date]) -> PlanEffect:
    """Compare where the plan falls on the days of the lessons before and after, each in order."""
    was, now = _days(plan, before), _days(plan, after)
    redated, without = [], []
    for topic, old, new in zip(plan, was, now, strict=True):
        if (old[:1] or [None]) != (new[:1] or [None]):
            redated.append(Redated(topic.topic, next(iter(old), None), next(iter(new), None)))
        if len(new) < topic.hours <= len(old):
            without.append(topic.topic)
    lost = tuple((one.topic, one.on) for one in plan if one.on is not None and one.on in before and one.on not in after)
    taken = sum(len(days) for days in now)
    return PlanEffect(course_id, tuple(redated), tuple(without), lost, len(after) - taken)


def _days(plan: Sequence[Topic], days: Sequence[date]) -> list[list[date]]:
    found: list[list[date]] = [[] for _ in plan]
    for day, row in zip(days, spread(plan, days), strict=True):
        if row is not None:
            found[row].append(day)
    return found
