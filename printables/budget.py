"""How packs come down to a budget of leaves: what each step does to a pack, which packs it helps, and when to stop.

Nothing is rendered here: leaves are counted by a function that is given.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from printables.order import Order


@dataclass(frozen=True)
class Kept:
    """How one pack is printed and what of it is kept.

    ``layout`` as in an order; ``marked`` copies that nobody asked for one by one; ``slips`` to cut out;
    ``spare_lines``: a further page of lines where a task leaves little room; ``texts`` of lessons: all, off_tv (those
    that are not on television) or none; ``only``: kinds of tasks, None for all. Timetable, feedback, sheets to correct
    on and what is one student's own are always kept.
    """

    duplex: bool = True
    layout: str = "one"
    marked: bool = True
    slips: bool = True
    spare_lines: bool = True
    texts: str = "all"
    only: frozenset[str] | None = None


WHOLE = Kept()
Step = Callable[[Kept, frozenset[str]], Kept]

STEPS: Mapping[str, Step] = {
    "no_marked": lambda kept, must: replace(kept, marked=False),
    "duplex": lambda kept, must: replace(kept, duplex=True),
    "two_up": lambda kept, must: replace(kept, layout="two_up") if kept.layout == "one" else kept,
    "no_slips": lambda kept, must: replace(kept, slips=False),
    "fewer_lines": lambda kept, must: replace(kept, spare_lines=False),
    "no_tv_texts": lambda kept, must: replace(kept, texts="off_tv") if kept.texts == "all" else kept,
    "no_texts": lambda kept, must: replace(kept, texts="none"),
    # A school that has not said what is compulsory would be left without any task.
    "must_only": lambda kept, must: replace(kept, only=must) if must else kept,
}
_FOR_ALL = ("duplex",)  # the printer is set once for a file


@dataclass(frozen=True)
class Choice:
    """What became of one pack: how it is kept, and the steps that made it smaller."""

    kept: Kept
    steps: tuple[str, ...] = ()


IN_FULL = Choice(WHOLE)


def as_ordered(order: Order) -> Kept:
    """A pack of which nothing is left out. A booklet has pages on both sides of its leaves.

    Slips to stick on come in a file of their own.
    """
    return Kept(duplex=order.duplex or order.layout == "booklet", layout=order.layout, slips=not order.plain)


def choose(
    order: Order,
    packs: int,
    count: Callable[[int, Kept], int],
    settle: Callable[[Sequence[Choice]], int],
) -> tuple[list[Choice], int]:
    """The first choices that keep the budget, and by how many leaves the last ones are above it (0: they are not).

    ``count(pack, kept)``: the leaves that a pack takes at least; ``settle(choices)``: those that all packs really take,
    asked only where ``count`` promises enough. Another budget never changes the row of choices, only where it ends.
    """
    chosen: list[Choice] = []
    for chosen in _attempts(order, packs, count):
        if order.leaves is None:
            return chosen, 0
        least = sum(count(pack, choice.kept) for pack, choice in enumerate(chosen))
        if least <= order.leaves and settle(chosen) <= order.leaves:
            return chosen, 0
    return chosen, settle(chosen) - (order.leaves or 0)


def _attempts(order: Order, packs: int, count: Callable[[int, Kept], int]) -> Iterator[list[Choice]]:
    """The packs as ordered, then after each step that helps; none before the steps that are taken in any case.

    A pack that a step does not make smaller keeps it all.
    """
    chosen = [Choice(as_ordered(order))] * packs
    if not order.taken:
        yield chosen
    for place, code in enumerate(order.steps, 1):
        after = [_taken(code, choice, order.must) for choice in chosen]
        smaller = [
            count(pack, new.kept) < count(pack, old.kept)
            for pack, (old, new) in enumerate(zip(chosen, after, strict=True))
        ]
        if any(smaller):
            taken = smaller if code not in _FOR_ALL else [True] * packs
            chosen = [new if take else old for old, new, take in zip(chosen, after, taken, strict=True)]
        if place == order.taken or (place > order.taken and any(smaller)):
            yield chosen


def _taken(code: str, choice: Choice, must: frozenset[str]) -> Choice:
    if code not in STEPS:
        return choice
    return Choice(STEPS[code](choice.kept, must), (*choice.steps, code))
