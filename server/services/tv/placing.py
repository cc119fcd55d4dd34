"""Decides which broadcast belongs to which lesson, and what does not fit together. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from server.services.bell_times import minutes_of

FORM = "tv"


@dataclass(frozen=True, slots=True)
class Sent:
    """A broadcast. ``subject``: its name in small letters; ``starts``: "HH:MM"; ``minutes``: how long it is."""

    id: str
    on: date
    starts: str
    minutes: int
    channel: str
    grade: int
    subject: str
    topic: str = ""

    @property
    def ends(self) -> str:
        """ "HH:MM"."""
        hours, _colon, minutes = self.starts.partition(":")
        total = int(hours) * 60 + int(minutes) + self.minutes
        return f"{total // 60:02d}:{total % 60:02d}"


@dataclass(frozen=True, slots=True)
class View:
    """One course's view of a lesson that is held. ``klass``: id of the class of the group; ``fixed``: a person decided
    about its broadcast; ``starts``, ``ends``: "" where no bell is known."""

    id: str
    lesson: str
    course: str
    klass: str
    grade: int | None
    subject: str
    on: date
    n: int
    starts: str = ""
    ends: str = ""
    broadcast: str | None = None
    form: str | None = None
    fixed: bool = False


@dataclass(frozen=True, order=True)
class Trouble:
    """What does not fit. ``kind``: of_time (not within its lesson), meets (another lesson of the class is then),
    no_lesson (of a class of its grade), no_class (of its grade), no_broadcast (of a TV lesson), at_once (two for one
    class), siblings (two for classes of one family). ``views``: ids of lessons; ``broadcasts``: ids; ``classes``: ids.
    """

    on: date
    kind: str
    broadcasts: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


def matched(sent: Iterable[Sent], views: Iterable[View]) -> dict[str, str | None]:
    """Broadcast of each view: the k-th of a grade, subject and day belongs to the k-th such lesson of each course.

    What a person decided stays, and neither that lesson nor that broadcast counts for the others of the course.
    """
    by_place: dict[tuple[date, int, str], list[str]] = {}
    for one in sorted(sent, key=lambda one: (one.starts, one.channel, one.id)):
        by_place.setdefault((one.on, one.grade, one.subject), []).append(one.id)
    by_course: dict[tuple[date, str], list[View]] = {}
    for view in sorted(views, key=lambda view: (view.n, view.id)):
        by_course.setdefault((view.on, view.course), []).append(view)
    found: dict[str, str | None] = {}
    for own in by_course.values():
        taken = {view.broadcast for view in own if view.fixed}
        first = own[0]
        free = [id for id in by_place.get((first.on, first.grade or 0, first.subject), ()) if id not in taken]
        open_views = [view for view in own if not view.fixed]
        found |= {view.id: view.broadcast for view in own if view.fixed}
        for k, view in enumerate(open_views):
            found[view.id] = free[k] if k < len(free) else None
    return found


def troubles(
    sent: Iterable[Sent], views: Sequence[View], classes: Mapping[str, int | None],
    families: Collection[tuple[str, str]] = (),
) -> list[Trouble]:  # fmt: skip
    """Everything that does not fit, day by day. ``classes``: id → grade; ``families``: pairs of classes in which some
    family has children."""
    by_id = {one.id: one for one in sent}
    linked: dict[str, list[View]] = {}
    for view in views:
        if view.broadcast in by_id:
            linked.setdefault(view.broadcast or "", []).append(view)
    found = [
        *(trouble for one in by_id.values() for trouble in _of_broadcast(one, linked.get(one.id, []), views, classes)),
        *(Trouble(view.on, "no_broadcast", (), (view.id,), (view.klass,)) for view in views
          if view.form == FORM and view.broadcast not in by_id),
        *_at_once(by_id, linked, families),
    ]  # fmt: skip
    return sorted(set(found))


def _of_broadcast(
    one: Sent, own: Sequence[View], views: Iterable[View], classes: Mapping[str, int | None]
) -> Iterator[Trouble]:
    of_grade = sorted(id for id, grade in classes.items() if grade == one.grade)
    if not of_grade:
        yield Trouble(one.on, "no_class", (one.id,))
    for klass in sorted(set(of_grade) - {view.klass for view in own}):
        yield Trouble(one.on, "no_lesson", (one.id,), (), (klass,))
    for view in own:
        if view.starts and not (view.starts <= one.starts and one.ends <= view.ends):
            yield Trouble(one.on, "of_time", (one.id,), (view.id,), (view.klass,))
            others = [
                other.id for other in views
                if other.on == one.on and other.klass == view.klass and other.lesson != view.lesson
                and other.starts and other.starts < one.ends and one.starts < other.ends
            ]  # fmt: skip
            if others:
                yield Trouble(one.on, "meets", (one.id,), (view.id, *sorted(others)), (view.klass,))


def _at_once(
    by_id: Mapping[str, Sent], linked: Mapping[str, Sequence[View]], families: Collection[tuple[str, str]]
) -> Iterator[Trouble]:
    pairs = {frozenset(pair) for pair in families}
    for one, other in combinations(sorted(linked), 2):
        a, b = by_id[one], by_id[other]
        if a.on != b.on or a.starts >= b.ends or b.starts >= a.ends:
            continue
        mine, theirs = ({view.klass for view in linked[id]} for id in (one, other))
        for klass in sorted(mine & theirs):
            yield Trouble(a.on, "at_once", (one, other), (), (klass,))
        for first in sorted(mine):
            for second in sorted(theirs - {first}):
                if frozenset((first, second)) in pairs:
                    yield Trouble(a.on, "siblings", (one, other), (), (first, second))


def best_number(one: Sent, bells: Mapping[int, tuple[str, str]], taken: Collection[int] = ()) -> int | None:
    """The free lesson number in whose time a broadcast is, else the one whose bell is nearest; None without any."""
    free = [n for n in bells if n not in taken]
    within = [n for n in free if bells[n][0] <= one.starts < bells[n][1]]
    if within:
        return within[0]
    return min(free, key=lambda n: (abs(minutes_of(bells[n][0]) - minutes_of(one.starts)), n), default=None)
