"""Decides at which places of the school day everybody can come, and where the fewest cannot. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from server.services.bell_times import minutes_of

ALONE = 120  # minutes that coming for a single lesson costs
DAY = ("00:00", "24:00")


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a school day by the bells of a shift; ``starts``, ``ends``: "HH:MM", or "" where no bell is known."""

    on: date
    shift: int
    n: int
    starts: str = ""
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody cannot come then; ``what`` names why: the id of a lesson, or a word."""

    who: str
    on: date
    shift: int
    n: int
    starts: str = ""
    ends: str = ""
    what: str = ""

    @property
    def whole_day(self) -> bool:
        """No lesson of that day is possible, whatever its bells."""
        return (self.starts, self.ends) == DAY


@dataclass(frozen=True, slots=True)
class Verdict:
    """A place: who cannot come and what keeps them; ``waits``: minutes that those who can come wait for it in all."""

    place: Place
    cannot: tuple[tuple[str, str], ...]
    waits: int = 0

    @property
    def who(self) -> tuple[str, ...]:
        """Who cannot come."""
        return tuple(who for who, _what in self.cannot)


@dataclass(frozen=True, slots=True)
class Weekly:
    """A place of every week: ``dates`` on which it would be, and who cannot come on at least one of them."""

    weekday: int
    shift: int
    n: int
    starts: str
    ends: str
    dates: tuple[date, ...]
    cannot: tuple[tuple[str, str], ...]
    waits: int = 0

    @property
    def who(self) -> tuple[str, ...]:
        """Who cannot come."""
        return tuple(who for who, _what in self.cannot)


def whole_day(who: str, on: date, what: str) -> Busy:
    """Somebody is not there on a day."""
    return Busy(who, on, 0, -1, *DAY, what)


def meet(place: Place, busy: Busy) -> bool:
    """True if both are at the same time: by the bells, or by shift and number where none are known."""
    if busy.on != place.on:
        return False
    if busy.whole_day:
        return True
    if place.starts and busy.starts:
        return place.starts < busy.ends and busy.starts < place.ends
    return (place.shift, place.n) == (busy.shift, busy.n)


def times(
    places: Iterable[Place], people: Collection[str], busy: Iterable[Busy], must: Collection[str] = ()
) -> list[Verdict]:  # fmt: skip
    """Every place with who cannot come, the best first: those without whom it is nothing (``must``) can, the fewest
    of ``people`` cannot, who comes waits least, then the earliest."""
    by_day: dict[tuple[str, date], list[Busy]] = {}
    for one in busy:
        by_day.setdefault((one.who, one.on), []).append(one)
    everybody = [*dict.fromkeys((*must, *people))]
    found = [_verdict(place, everybody, by_day) for place in places]
    return sorted(found, key=lambda one: (_missing(one.who, must), len(one.cannot), one.waits, one.place.on,
                                          one.place.starts, one.place.shift, one.place.n))  # fmt: skip


def weekly(verdicts: Iterable[Verdict], must: Collection[str] = ()) -> list[Weekly]:
    """The same places of all weeks as one, in the same order of merit."""
    by_place: dict[tuple[int, int, int], list[Verdict]] = {}
    for one in verdicts:
        by_place.setdefault((one.place.on.isoweekday(), one.place.shift, one.place.n), []).append(one)
    found = []
    for (weekday, shift, n), own in by_place.items():
        own.sort(key=lambda one: one.place.on)
        cannot: dict[str, str] = {}
        for one in own:
            for who, what in one.cannot:
                cannot.setdefault(who, what)
        place = own[0].place
        found.append(Weekly(weekday, shift, n, place.starts, place.ends, tuple(one.place.on for one in own),
                            tuple(cannot.items()), sum(one.waits for one in own) // len(own)))  # fmt: skip
    return sorted(found, key=lambda one: (_missing(one.who, must), len(one.cannot), -len(one.dates), one.waits,
                                          one.weekday, one.starts, one.shift, one.n))  # fmt: skip


def blockers(verdicts: Iterable[Verdict | Weekly]) -> list[tuple[str, int]]:
    """Who stands in the way of how many places, the most first."""
    counted = Counter(who for one in verdicts for who in one.who)
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def nearest(verdicts: Sequence[Verdict] | Sequence[Weekly], must: Collection[str] = ()) -> list:
    """The places where everybody can come; if there is none, those where the fewest cannot, but with ``must``."""
    possible = [one for one in verdicts if not _missing(one.who, must)]
    fewest = min((len(one.cannot) for one in possible), default=0)
    return [one for one in possible if len(one.cannot) == fewest]


def _missing(who: Collection[str], must: Collection[str]) -> int:
    return len(set(who) & set(must))


def _verdict(place: Place, people: Iterable[str], by_day: dict[tuple[str, date], list[Busy]]) -> Verdict:
    cannot, waits = [], 0
    for who in people:
        own = by_day.get((who, place.on), [])
        reason = next((one.what for one in own if meet(place, one)), None)
        if reason is not None:
            cannot.append((who, reason))
        else:
            waits += min(_gaps(place, own), default=ALONE)
    return Verdict(place, tuple(cannot), waits)


def _gaps(place: Place, own: Iterable[Busy]) -> Iterator[int]:
    """Minutes between the place and each thing that somebody has on that day."""
    for one in own:
        if place.starts and one.starts and one.n >= 0:  # working hours are nobody's lesson
            before = minutes_of(place.starts) - minutes_of(one.ends)
            yield max(before, minutes_of(one.starts) - minutes_of(place.ends), 0)
