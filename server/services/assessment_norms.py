"""Decides where a schedule of assessments breaks a norm. Pure: works, norms and school days in, breaches out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Norm:
    """A rule that holds from ``starts_on`` to ``ends_on`` (None: always): see models.Norm."""

    code: str
    rule: str
    kinds: frozenset[str]
    value: int
    source: str
    starts_on: date | None = None
    ends_on: date | None = None

    def holds(self, day: date) -> bool:
        """True on its days."""
        return (self.starts_on or day) <= day <= (self.ends_on or day)


@dataclass(frozen=True, order=True)
class Planned:
    """A work of a class on a day; parts of the class that write the same work count once."""

    class_id: str
    on: date
    subject: str
    kind: str
    term: int
    number: int


@dataclass(frozen=True)
class Breach:
    """What is against a norm: ``count`` works of the class on the day, where ``value`` are allowed or 0 are."""

    norm: Norm
    class_id: str
    on: date
    count: int

    @property
    def limit(self) -> int:
        """How many are allowed on that day."""
        return self.norm.value if self.norm.rule == "a_day" else 0


def breaches(works: Iterable[Planned], norms: Sequence[Norm], term_days: Mapping[int, Sequence[date]]) -> list[Breach]:
    """In the order of days. ``term_days``: the school days of each term's number, in order."""
    days: dict[tuple[str, date], set[Planned]] = {}
    for work in works:
        days.setdefault((work.class_id, work.on), set()).add(work)
    found = []
    for (class_id, on), own in sorted(days.items(), key=lambda item: (item[0][1], item[0][0])):
        for norm in norms:
            if norm.rule == "share":
                continue  # of a subject's hours, not of a day: see over_share
            counted = [work for work in own if work.kind in norm.kinds] if norm.holds(on) else []
            if norm.rule == "last_days":
                counted = [work for work in counted if on in _last(term_days.get(work.term, ()), norm.value)]
            if len(counted) > (norm.value if norm.rule == "a_day" else 0):
                found.append(Breach(norm, class_id, on, len(counted)))
    return found


def over_share(works: int, hours: int, norm: Norm) -> bool:
    """True when so many works are more than the norm's per cent of a subject's hours; one is allowed anyhow.

    Without any hours known nothing is said.
    """
    return hours > 0 and works > 1 and works * 100 > norm.value * hours


def _last(days: Sequence[date], count: int) -> Sequence[date]:
    return days[-count:] if count else ()
