"""Decides in which mode somebody is taught on a day, and which forms lessons at a distance could take. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

IN_PERSON, DISTANCE, MIXED = MODES = ("in_person", "distance", "mixed")
OWN_DEVICES = {"desktop", "laptop", "tablet", "smartphone"}
GOOD = "good"
NO_INTERNET = {"none", ""}  # not known counts as none: nobody may be left without the lesson


@dataclass(frozen=True)
class Period:
    """A mode from a day until a day, None: until it is ended. Without group and student: of the whole school."""

    id: str
    mode: str
    since: date
    until: date | None
    made_at: datetime
    group: str | None = None
    student: str | None = None

    def holds(self, on: date) -> bool:
        """True on its days."""
        return self.since <= on and (self.until is None or on <= self.until)


def period_of(
    periods: Iterable[Period], on: date, groups: Sequence[str] = (), student: str | None = None
) -> Period | None:
    """The period that decides on a day: the student's own goes before that of the class, that before the school's; of
    equals the one made later. ``groups``: the group and, for a subgroup, its class; of a student all of theirs."""

    def rank(period: Period) -> int:
        if period.student is not None:
            return 3 if period.student == student else 0
        if period.group is not None:
            return 2 if period.group in groups else 0
        return 1

    holding = [period for period in periods if period.holds(on) and rank(period)]
    return max(holding, key=lambda period: (rank(period), period.made_at, period.id), default=None)


def mode_of(periods: Iterable[Period], on: date, groups: Sequence[str] = (), student: str | None = None) -> str:
    """The mode on a day; in person where nothing was said."""
    period = period_of(periods, on, groups, student)
    return period.mode if period else IN_PERSON


# --- forms ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reach:
    """How the students of a group can be reached: how many there are, with good internet and a device of their own,
    with any internet."""

    students: int
    good: int
    internet: int

    @property
    def without(self) -> int:
        """Those for whom only paper and television are left."""
        return self.students - self.internet


@dataclass(frozen=True)
class Link:
    """What is known of a student: codes of device and internet, whether the device is shared (None: not known)."""

    device: str = ""
    internet: str = ""
    shared: bool | None = None


def reach(students: Iterable[str], links: Mapping[str, Link]) -> Reach:
    """Count a group by what was told of its students."""
    known = [links.get(student, Link()) for student in students]
    return Reach(
        len(known),
        sum(link.internet == GOOD and link.device in OWN_DEVICES and link.shared is False for link in known),
        sum(link.internet not in NO_INTERNET for link in known),
    )  # fmt: skip


def proposed_form(broadcast: bool, group: Reach) -> str:
    """TV where a broadcast is linked; live where everybody has good internet and a device of their own; paper where
    most have no internet; else self-study, with paper for those without internet."""
    if broadcast:
        return "tv"
    if group.students and group.good == group.students:
        return "live"
    return "paper" if group.without * 2 > group.students else "self"
