"""A school day as numbers: what must happen, who can hold it, what stands in the way, and how a plan of it is scored.

Pure and plain, so that it travels to the solver's process. Weights say what a person would give up first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

Place = tuple[int, int]  # shift and lesson number

WEIGHTS = {  # points lost each time
    "clashes": 1000, "uncovered": 120, "broadcasts": 30, "windows": 25, "siblings": 8, "screen": 1,
    "teacher_windows": 2, "moved": 3, "off_screen": 5, "substituted": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Substitute:
    """Somebody who may hold a lesson at some places; ``rank`` 0 is the best."""

    person: str
    rank: int


@dataclass(frozen=True)
class Item:
    """A lesson. ``teachers``: who is there; ``lacking``: somebody of its teachers is away, so that one of
    ``substitutes`` is needed (or nobody: self-study). ``screen``: it is held at a screen. ``at``: when its broadcast
    begins, in minutes of the day. ``pair``: the lesson that must follow it at once. ``fixed``: it stays where it is.
    """

    id: str
    place: Place
    groups: frozenset[str]
    teachers: tuple[str, ...] = ()
    lacking: bool = False
    substitutes: tuple[Substitute, ...] = ()
    room: str | None = None
    screen: bool = False
    at: int | None = None
    pair: str = ""
    fixed: bool = False


@dataclass(frozen=True)
class Problem:
    """A day. ``times``: minutes from and to of each place; ``streams``: (class, groups of some of its students);
    ``apart``: groups of one division, which may be taught at once: group → division. ``busy``: places at which
    teachers cannot hold anything. ``families``: (groups of one child, groups of another, how many such pairs).
    ``limits``: minutes of screen a day by class."""

    items: tuple[Item, ...]
    times: Mapping[Place, tuple[int, int]]
    streams: tuple[tuple[str, frozenset[str]], ...] = ()
    apart: Mapping[str, str] = field(default_factory=dict)
    busy: Mapping[str, frozenset[Place]] = field(default_factory=dict)
    families: tuple[tuple[frozenset[str], frozenset[str], int], ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)

    def places(self, item: Item) -> list[Place]:
        """Where a lesson may stand: in its own shift; one that is fixed stays."""
        return [item.place] if item.fixed else sorted(place for place in self.times if place[0] == item.place[0])

    def meet(self, one: Place, other: Place) -> bool:
        """True if two places are at the same time, at least in part."""
        (a, b), (c, d) = self.times[one], self.times[other]
        return a < d and c < b


@dataclass(frozen=True)
class Choice:
    """What becomes of a lesson. ``substitute`` "": its own teachers, or nobody where they are away."""

    place: Place
    substitute: str = ""
    screen: bool = False


Plan = dict[str, Choice]


def as_it_stands(problem: Problem) -> Plan:
    """The day made by hand."""
    return {item.id: Choice(item.place, "", item.screen) for item in problem.items}


def score(problem: Problem, plan: Plan) -> dict[str, int]:
    """How often a plan loses by each of WEIGHTS, counted the same way for every plan."""
    items = {item.id: item for item in problem.items}
    at_screen = {
        id: length if plan[id].screen else 0
        for id in items for length in (problem.times[plan[id].place][1] - problem.times[plan[id].place][0],)
    }  # fmt: skip
    return {
        "clashes": _clashes(problem, items, plan),
        "uncovered": sum(item.lacking and not plan[id].substitute for id, item in items.items()),
        "broadcasts": sum(_misses(problem, item, plan[id].place) for id, item in items.items()),
        "windows": sum(_class_windows(problem, items, plan).values()),
        "siblings": _siblings(problem, items, plan),
        "screen": _over(problem, items, at_screen),
        "teacher_windows": _teacher_windows(items, plan),
        "moved": sum(plan[id].place != item.place for id, item in items.items()),
        "off_screen": sum(item.screen and not plan[id].screen for id, item in items.items()),
        "substituted": sum(bool(plan[id].substitute) for id in items),
    }


def points(counts: Mapping[str, int]) -> int:
    """Points lost in all: less is better."""
    return sum(WEIGHTS[name] * count for name, count in counts.items())


def _misses(problem: Problem, item: Item, place: Place) -> bool:
    if item.at is None:
        return False
    begins, ends = problem.times[place]
    return not begins <= item.at < ends


def holders(item: Item, choice: Choice) -> tuple[str, ...]:
    """Who holds a lesson."""
    return (*item.teachers, choice.substitute) if choice.substitute else item.teachers


def _clashes(problem: Problem, items: Mapping[str, Item], plan: Plan) -> int:
    known = list(items.values())
    busy = sum(
        plan[item.id].place in problem.busy.get(person, ())
        for item in known for person in holders(item, plan[item.id])
    )  # fmt: skip
    streams_of: dict[str, list[frozenset[str]]] = {}
    for _klass, groups in problem.streams:
        for group in groups:
            streams_of.setdefault(group, []).append(groups)
    found = busy
    for number, one in enumerate(known):
        mine, here = set(holders(one, plan[one.id])), plan[one.id].place
        for other in known[number + 1 :]:
            if not problem.meet(here, plan[other.id].place):
                continue
            shared = mine & set(holders(other, plan[other.id]))
            same_room = one.room is not None and one.room == other.room
            found += bool(shared) or same_room or _share(problem, streams_of, one, other)
    return found


def _share(problem: Problem, streams_of: Mapping[str, list[frozenset[str]]], one: Item, other: Item) -> bool:
    return any(
        b in stream and not (a != b and problem.apart.get(a, a) == problem.apart.get(b, b))
        for a in one.groups for b in other.groups for stream in streams_of.get(a, ())
    )  # fmt: skip


def _class_windows(problem: Problem, items: Mapping[str, Item], plan: Plan) -> dict[str, int]:
    groups: dict[str, set[str]] = {}
    for klass, own in problem.streams:
        groups.setdefault(klass, set()).update(own)
    return {
        klass: _gaps({plan[id].place for id, item in items.items() if item.groups & own})
        for klass, own in groups.items()
    }  # fmt: skip


def _gaps(places: set[Place]) -> int:
    """Empty stretches between the first and the last lesson of each shift."""
    found = 0
    for shift in {place[0] for place in places}:
        numbers = sorted(n for own, n in places if own == shift)
        found += sum(after - before > 1 for before, after in pairwise(numbers))
    return found


def _teacher_windows(items: Mapping[str, Item], plan: Plan) -> int:
    places: dict[str, set[Place]] = {}
    for id, item in items.items():
        for person in holders(item, plan[id]):
            places.setdefault(person, set()).add(plan[id].place)
    return sum(_gaps(own) for own in places.values())


def _siblings(problem: Problem, items: Mapping[str, Item], plan: Plan) -> int:
    at_screen = [(item.groups, plan[id].place) for id, item in items.items() if plan[id].screen]
    found = 0
    for one, other, count in problem.families:
        mine = {place for groups, place in at_screen if groups & one}
        theirs = {place for groups, place in at_screen if groups & other}
        found += count * sum(any(problem.meet(a, b) for b in theirs) for a in mine)
    return found


def _over(problem: Problem, items: Mapping[str, Item], minutes: Mapping[str, int]) -> int:
    """Minutes of screen above the limit, of the stream of each class that has most."""
    most: dict[str, int] = {}
    for klass, groups in problem.streams:
        total = sum(minutes[id] for id, item in items.items() if item.groups & groups)
        if klass in problem.limits:
            most[klass] = max(most.get(klass, 0), total - problem.limits[klass])
    return sum(most.values())
