"""How a group's packs are to be printed: sides, layout, the budget of leaves and what may be left out to keep to it."""

from dataclasses import dataclass

LAYOUTS = ("one", "two_up", "booklet")


@dataclass(frozen=True)
class Order:
    """The wishes of a print.

    ``duplex``: on both sides, so that every pack, every task and the slips begin on a fresh leaf; ``layout``: one page
    on a side, two of them side by side, or booklets to fold. ``leaves``: at most so many sheets of paper for all packs
    (None: as many as needed); ``steps``: codes of what may be done to keep to it, in this order; ``must``: kinds of
    tasks that every student must hand in. ``plain``: class sheets without names for the photocopier, and one strip of
    slips with names and codes to stick on. ``first``: the number of the first pack of the file to print, from 1.
    ``taken``: so many of the steps are taken in any case, as the whole school's paper would not suffice.
    """

    duplex: bool = True
    layout: str = "one"
    leaves: int | None = None
    steps: tuple[str, ...] = ()
    must: frozenset[str] = frozenset()
    plain: bool = False
    first: int = 1
    taken: int = 0


AS_USUAL = Order()
