"""Solves a day with OR-Tools' CP-SAT, in a process of its own. The solver is an optional extra of the installation."""

from collections.abc import Iterable
from typing import Any

from server.errors import DomainError
from server.services.proposal.problem import WEIGHTS, Choice, Item, Place, Plan, Problem, as_it_stands

SECONDS = 10.0
WORKERS = 4


def is_there() -> bool:
    """Whether the extra is installed."""
    from importlib.util import find_spec

    return find_spec("ortools") is not None


def solve(problem: Problem, seconds: float = SECONDS) -> Plan:
    """The best plan found in time; the day as it stands if there was none. Raises DomainError ``solver_missing``."""
    if not is_there():
        raise DomainError("solver_missing")
    from ortools.sat.python import cp_model

    model = _Model(problem, cp_model.CpModel())
    model.build()
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = 1
    state = solver.solve(model.model)
    if state not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return as_it_stands(problem)
    return model.read(solver)


class _Model:
    """The day's variables and rules. ``at[lesson, place]``, ``by[lesson, person]``, ``live[lesson]`` are yes or no."""

    def __init__(self, problem: Problem, model: Any):
        self.problem, self.model = problem, model
        self.at: dict[tuple[str, Place], Any] = {}
        self.by: dict[tuple[str, str], Any] = {}
        self.live: dict[str, Any] = {}
        self._lost: list[Any] = []  # terms of the objective
        self._seen: dict[tuple[object, ...], Any] = {}

    def build(self) -> None:
        """All variables, rules, and what is to be made small."""
        for item in self.problem.items:
            self._item(item)
        self._teachers()
        self._rooms()
        for klass, groups in self.problem.streams:
            self._stream(klass, groups)
        self._windows()
        self._siblings()
        self._screens()
        self._pairs()
        self.model.minimize(sum(self._lost))

    def read(self, solver: Any) -> Plan:
        """The plan that the solver found."""
        plan = {}
        for item in self.problem.items:
            [place] = [place for place in self.problem.places(item) if solver.value(self.at[item.id, place])]
            person = next((one.person for one in item.substitutes if solver.value(self.by[item.id, one.person])), "")
            plan[item.id] = Choice(place, person, bool(item.screen and solver.value(self.live[item.id])))
        return plan

    def _lose(self, name: str, term: Any, times: int = 1) -> None:
        self._lost.append(WEIGHTS[name] * times * term)

    def _new(self, *key: object) -> Any:
        """A variable by its key, made once."""
        if key not in self._seen:
            self._seen[key] = self.model.new_bool_var("")
        return self._seen[key]

    def _item(self, item: Item) -> None:
        places = self.problem.places(item)
        for place in places:
            self.at[item.id, place] = self.model.new_bool_var("")
            self.model.add_hint(self.at[item.id, place], place == item.place)
            begins, ends = self.problem.times[place]
            if item.at is not None and not begins <= item.at < ends:
                self._lose("broadcasts", self.at[item.id, place])
        self.model.add_exactly_one(self.at[item.id, place] for place in places)
        self._lose("moved", 1 - self.at[item.id, item.place])
        if item.screen:
            self.live[item.id] = self.model.new_bool_var("")
            self.model.add_hint(self.live[item.id], True)
            self._lose("off_screen", 1 - self.live[item.id])
            if item.fixed:
                self.model.add(self.live[item.id] == 1)
        for one in item.substitutes:
            self.by[item.id, one.person] = self.model.new_bool_var("")
            self._lost.append((WEIGHTS["substituted"] + one.rank) * self.by[item.id, one.person])
        if item.lacking:
            given = sum(self.by[item.id, one.person] for one in item.substitutes)
            self.model.add(given <= 1)
            self._lose("uncovered", 1 - given)

    def _and(self, *parts: Any) -> Any:
        """True where all parts are."""
        key = tuple(sorted(part.index for part in parts))
        if ("and", key) not in self._seen:
            both = self._new("and", key)
            self.model.add_bool_and(parts).only_enforce_if(both)
            self.model.add_bool_or([both, *(part.negated() for part in parts)])
        return self._seen["and", key]

    def _any(self, key: tuple[object, ...], parts: Iterable[Any]) -> Any:
        """A variable that is true where one of the parts is."""
        known = list(parts)
        if len(known) == 1:
            return known[0]
        if key not in self._seen:
            made = self._new(*key)
            self.model.add_max_equality(made, known)
        return self._seen[key]

    def _moments(self) -> list[list[Place]]:
        """The sets of places that are going on at once, one for each beginning: what cannot be shared is in one."""
        times = self.problem.times
        return [
            [place for place, (begins, ends) in times.items() if begins <= start < ends]
            for start in sorted({begins for begins, _ in times.values()})
        ]

    def _at(self, item: Item, place: Place) -> list[Any]:
        found = self.at.get((item.id, place))
        return [] if found is None else [found]

    def _teachers(self) -> None:
        held: dict[str, list[tuple[Item, bool]]] = {}
        for item in self.problem.items:
            for person in item.teachers:
                held.setdefault(person, []).append((item, False))
            for one in item.substitutes:
                held.setdefault(one.person, []).append((item, True))
        for person, items in held.items():
            used: dict[Place, list[Any]] = {}
            for item, instead in items:
                for place in self.problem.places(item):
                    here = self.at[item.id, place]
                    used.setdefault(place, []).append(self._and(here, self.by[item.id, person]) if instead else here)
            for moment in self._moments():
                terms = [term for place in moment for term in used.get(place, ())]
                if len(terms) > 1:
                    self.model.add_at_most_one(terms)
            for place in self.problem.busy.get(person, ()):
                for term in used.get(place, ()):
                    self.model.add(term == 0)
            self._no_gaps(("teacher", person), used, "teacher_windows")

    def _rooms(self) -> None:
        rooms: dict[str, list[Item]] = {}
        for item in self.problem.items:
            if item.room is not None:
                rooms.setdefault(item.room, []).append(item)
        for items in rooms.values():
            for moment in self._moments():
                terms = [term for item in items for place in moment for term in self._at(item, place)]
                if len(terms) > 1:
                    self.model.add_at_most_one(terms)

    def _stream(self, klass: str, groups: frozenset[str]) -> None:
        """Some students of a class have one lesson at once; subgroups of one division count as one."""
        own = [item for item in self.problem.items if item.groups & groups]
        units: dict[str, list[Item]] = {}
        for item in own:
            for group in item.groups & groups:
                units.setdefault(group, []).append(item)
        for number, moment in enumerate(self._moments()):
            whole: list[Any] = []
            divided: dict[str, list[Any]] = {}
            for group, items in units.items():
                terms = [term for item in items for place in moment for term in self._at(item, place)]
                if len(terms) > 1:
                    self.model.add_at_most_one(terms)
                if group in self.problem.apart:
                    divided.setdefault(self.problem.apart[group], []).extend(terms)
                else:
                    whole += terms
            whole += [self._any(("division", klass, groups, name, number), terms)
                      for name, terms in divided.items() if terms]  # fmt: skip
            if len(whole) > 1:
                self.model.add_at_most_one(whole)

    def _windows(self) -> None:
        groups: dict[str, set[str]] = {}
        for klass, own in self.problem.streams:
            groups.setdefault(klass, set()).update(own)
        for klass, own in groups.items():
            used: dict[Place, list[Any]] = {}
            for item in self.problem.items:
                if item.groups & own:
                    for place in self.problem.places(item):
                        used.setdefault(place, []).append(self.at[item.id, place])
            self._no_gaps(("class", klass), used, "windows")

    def _no_gaps(self, key: tuple[str, str], used: dict[Place, list[Any]], name: str) -> None:
        """Every beginning of a run of lessons after the first one of a shift is a window."""
        for shift in sorted({place[0] for place in used}):
            numbers = sorted(n for own, n in used if own == shift)
            if len(numbers) < 3:
                continue
            taken = [self._any((*key, shift, n), used[shift, n]) for n in numbers]
            starts = []
            for number, here in enumerate(taken):
                start = self.model.new_bool_var("")
                before = [taken[number - 1]] if number and numbers[number] - numbers[number - 1] == 1 else []
                self.model.add_bool_or([start, here.negated(), *before])
                starts.append(start)
            gaps = self.model.new_int_var(0, len(starts), "")
            self.model.add(gaps >= sum(starts) - 1)
            self._lose(name, gaps)

    def _live_at(self, item: Item, place: Place) -> Any:
        return self._and(self.at[item.id, place], self.live[item.id])

    def _siblings(self) -> None:
        """Both children of a family at a screen at the same time."""
        live = [item for item in self.problem.items if item.screen]
        used: dict[tuple[frozenset[str], Place], list[Any]] = {}
        for groups in {groups for one, other, _ in self.problem.families for groups in (one, other)}:
            for item in live:
                if item.groups & groups:
                    for place in self.problem.places(item):
                        used.setdefault((groups, place), []).append(self._live_at(item, place))
        for one, other, count in self.problem.families:
            for place in self.problem.times:
                mine = used.get((one, place), [])
                theirs = [term for there in self.problem.times if self.problem.meet(place, there)
                          for term in used.get((other, there), ())]  # fmt: skip
                if mine and theirs:
                    a = self._any(("screen", one, place), mine)
                    b = self._any(("screens", other, place), theirs)
                    both = self._new("both", one, other, place)
                    self.model.add_bool_or([both, a.negated(), b.negated()])
                    self._lose("siblings", both, count)

    def _screens(self) -> None:
        over: dict[str, Any] = {}
        for klass, groups in self.problem.streams:
            if klass not in self.problem.limits:
                continue
            terms = []
            for item in self.problem.items:
                if item.screen and item.groups & groups:
                    begins, ends = self.problem.times[item.place]
                    terms.append((ends - begins) * self.live[item.id])
            if terms:
                if klass not in over:
                    over[klass] = self.model.new_int_var(0, 24 * 60, "")
                    self._lose("screen", over[klass])
                self.model.add(over[klass] >= sum(terms) - self.problem.limits[klass])

    def _pairs(self) -> None:
        items = {item.id: item for item in self.problem.items}
        for item in self.problem.items:
            after = items.get(item.pair)
            if after is None:
                continue
            for shift, n in self.problem.places(item):
                then = self.at.get((after.id, (shift, n + 1)))
                if then is None:
                    self.model.add(self.at[item.id, (shift, n)] == 0)
                else:
                    self.model.add_implication(self.at[item.id, (shift, n)], then)
