"""Which terms and free days of a year shall become which: what a form says, checked, as the calendar has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from server.errors import DomainError
from server.services.calendar import FREE, TAUGHT, Stretch

MOST_DAYS = 400  # of a school year


@dataclass(frozen=True)
class Known:
    """A term or a free stretch of the year as it stands."""

    id: str
    name: str
    stretch: Stretch

    @property
    def is_free(self) -> bool:
        """True for vacations and holidays."""
        return self.stretch.kind in FREE


@dataclass(frozen=True)
class Added:
    """Free days that are new: a holiday, extra vacation, quarantine; no ``grades`` = all."""

    kind: str
    name: str
    starts_on: date
    ends_on: date
    grades: tuple[int, ...] = ()

    def stretch(self) -> Stretch:
        """As the calendar has it."""
        return Stretch(self.kind, self.starts_on, self.ends_on, self.grades)


@dataclass(frozen=True)
class Wanted:
    """``dates``: id → first and last day of those that change; ``removed``: ids of free days that are none any more."""

    dates: Mapping[str, tuple[date, date]]
    removed: frozenset[str] = frozenset()
    added: Added | None = None

    def changes(self, known: Sequence[Known]) -> bool:
        """True if anything becomes another."""
        moved = any(self.dates.get(one.id, span(one)) != span(one) for one in known)
        return moved or bool(self.removed) or self.added is not None

    def stretches(self, known: Sequence[Known]) -> list[Stretch]:
        """The year as it would be.

        Raises DomainError ``term_dates_order``, ``term_dates_span``, ``term_dates_overlap``, ``term_dates_taught`` (a
        term cannot be taken away), ``term_name_taken``, ``text_needed``.
        """
        if any(not one.is_free for one in known if one.id in self.removed):
            raise DomainError("term_dates_taught")
        found = [(one.name, self._moved(one)) for one in known if one.id not in self.removed]
        if self.added is not None:
            if not self.added.name.strip():
                raise DomainError("text_needed")
            if any((one.stretch.kind, one.name) == (self.added.kind, self.added.name) for one in known):
                raise DomainError("term_name_taken", name=self.added.name)
            found.append((self.added.name, self.added.stretch()))
        _check(found)
        return [stretch for _name, stretch in found]

    def _moved(self, one: Known) -> Stretch:
        starts, ends = self.dates.get(one.id, span(one))
        return replace(one.stretch, starts_on=starts, ends_on=ends)


def span(one: Known) -> tuple[date, date]:
    """First and last day as they stand."""
    return one.stretch.starts_on, one.stretch.ends_on


def _check(found: Sequence[tuple[str, Stretch]]) -> None:
    for name, one in found:
        if one.ends_on < one.starts_on:
            raise DomainError("term_dates_order", name=name)
    first, last = min(one.starts_on for _, one in found), max(one.ends_on for _, one in found)
    if last - first > timedelta(days=MOST_DAYS):
        raise DomainError("term_dates_span", days=(last - first).days)
    taught = [(name, one) for name, one in found if one.kind in TAUGHT]
    for at, (name, one) in enumerate(taught):
        for other_name, other in taught[at + 1 :]:
            shared = not one.grades or not other.grades or set(one.grades) & set(other.grades)
            meets = one.starts_on <= other.ends_on and other.starts_on <= one.ends_on
            if one.kind == other.kind and shared and meets:
                raise DomainError("term_dates_overlap", name=name, other=other_name)
