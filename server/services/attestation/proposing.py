"""Finds days and times for exams that keep every hard rule, or says of which exam it is impossible and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from server.services.attestation.rules import CONSULTATION, Sitting, World, against, between, full_days

STEPS = 300_000  # comparisons of two places before the search gives up: a few seconds


@dataclass(frozen=True)
class Wish:
    """When sittings may begin: minutes of the day, the first is preferred; Sundays only if the school wants them."""

    exams: tuple[int, ...] = (600,)
    consultations: tuple[int, ...] = (840,)
    sundays: bool = False


@dataclass(frozen=True)
class Why:
    """Why an exam has no place: for each day what stands against every time of it (codes of rules.HARD)."""

    sitting: str
    days: Mapping[date, tuple[str, ...]]


@dataclass(frozen=True)
class Proposal:
    """``places``: sitting → day and time, of those that had no day. Without them ``why``, and ``gave_up`` when the
    search ended before everything was tried. ``broken``: sittings whose own given day breaks a hard rule."""

    places: Mapping[str, tuple[date, int]] = field(default_factory=dict)
    why: tuple[Why, ...] = ()
    gave_up: bool = False
    broken: tuple[str, ...] = ()


def propose(sittings: Sequence[Sitting], world: World, wish: Wish = Wish(), steps: int = STEPS) -> Proposal:
    """Places for all sittings without a day; those with a day stay where they are.

    The search is exact: it takes the sitting with the fewest places left, takes away from the others what that makes
    impossible, and goes back when one of them has no place left. Exams are placed early, consultations as near before
    their exam as can be.
    """
    fixed = [one for one in sittings if one.on is not None and one.starts is not None]
    open_ones = [one for one in sittings if one.on is None or one.starts is None]
    broken = tuple(one.id for one in fixed if against(one, [other for other in fixed if other is not one], world))
    search = _Search(world, wish, steps)
    if broken or not open_ones:
        return Proposal(broken=broken)
    placed = search.run([(one, search.free(one, fixed)) for one in open_ones], fixed)
    if placed is not None:
        return Proposal({one.id: (one.on, one.starts) for one in placed if one.on and one.starts is not None})
    return Proposal(why=tuple(search.reasons(one, [other for other in search.deepest if other.id != one.id])
                              for one in search.stuck), gave_up=search.left <= 0)  # fmt: skip


Choice = tuple[Sitting, list[Sitting]]  # a sitting, and it at each place that is left


def _touches(one: Sitting, other: Sitting) -> bool:
    """Whether two sittings can stand in each other's way at all."""
    return bool(
        one.students & other.students or one.staff.keys() & other.staff.keys()
        or (one.room is not None and one.room == other.room) or one.of == other.id or other.of == one.id
    )  # fmt: skip


class _Search:
    """One search; remembers how far it came and which sittings had no place then."""

    def __init__(self, world: World, wish: Wish, steps: int):
        self.world, self.wish, self.left = world, wish, steps
        self.deepest: list[Sitting] = []
        self.stuck: list[Sitting] = []

    def run(self, waiting: Sequence[Choice], placed: list[Sitting]) -> list[Sitting] | None:
        """Those that waited, with their places, or None. ``waiting``: each with the places that are left to it."""
        if not waiting:
            return []
        stuck = [one for one, left in waiting if not left]
        if stuck:
            self._remember(stuck, placed)
            return None
        one, left = min(waiting, key=lambda pair: (len(pair[1]), pair[0].kind == CONSULTATION, pair[0].id))
        rest = [pair for pair in waiting if pair[0] is not one]
        for there in self._ordered(one, left, placed):
            if self.left <= 0:
                self._remember([one], placed)
                return None
            found = self.run([(other, self._still(own, there, placed)) for other, own in rest], [*placed, there])
            if found is not None:
                return [there, *found]
        return None

    def _remember(self, stuck: list[Sitting], placed: list[Sitting]) -> None:
        if not self.stuck or len(placed) > len(self.deepest):
            self.deepest, self.stuck = list(placed), stuck

    def free(self, one: Sitting, placed: Sequence[Sitting]) -> list[Sitting]:
        """The sitting at every place that keeps the rules with those placed."""
        return [there for there in self._places(one) if not against(there, placed, self.world)]

    def _still(self, places: list[Sitting], there: Sitting, placed: Sequence[Sitting]) -> list[Sitting]:
        """Those of a sitting's places that keep the rules also with one more placed."""
        if not places or not _touches(places[0], there):
            return places
        self.left -= len(places)
        limits = self.world.limits
        everyone = [*placed, there, *self.world.elsewhere]
        return [
            place for place in places
            if not any(one.hard for one in between(place, there, limits)) and not full_days(place, everyone, limits)
        ]  # fmt: skip

    def _ordered(self, one: Sitting, places: list[Sitting], placed: Sequence[Sitting]) -> list[Sitting]:
        """Early places first; those of a consultation before an exam that is placed, as near before it as can be."""
        near = one.kind == CONSULTATION and any(other.id == one.of for other in placed)
        return places[::-1] if near else places

    def _places(self, one: Sitting) -> list[Sitting]:
        times = self.wish.consultations if one.kind == CONSULTATION else self.wish.exams
        times = (one.starts,) if one.starts is not None else times
        days = [one.on] if one.on is not None else self._days()
        return [replace(one, on=day, starts=time) for day in days for time in times]

    def _days(self) -> list[date]:
        count = (self.world.last - self.world.first).days + 1
        days = [self.world.first + timedelta(days=n) for n in range(count)]
        return [day for day in days if self.wish.sundays or day.isoweekday() != 7]

    def reasons(self, one: Sitting, placed: Sequence[Sitting]) -> Why:
        """For each day what stands against it at each time, with the others where the search had brought them."""
        days: dict[date, tuple[str, ...]] = {}
        for there in self._places(one):
            codes = {problem.code for problem in against(there, placed, self.world)}
            if there.on is not None:
                days[there.on] = tuple(sorted({*days.get(there.on, ()), *codes}))
        return Why(one.id, days)
