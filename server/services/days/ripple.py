"""What a deed on dated lessons touches: pages of the reader, and what of it a student and a teacher notice.

Pure: a deed is the lessons it changed, as they stood before and after, and what is known around them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from server.services.course_plan import PlannedLesson, placed
from server.services.days.state import LessonState, PartState, travels
from server.services.plan_hours import Topic
from sync.pages import group_pages, page_hashes

SHOWN = ("planned", "cancelled")
Bells = Mapping[int, tuple[str, str]]


@dataclass(frozen=True)
class Taught:
    """A course: whom it teaches, and what. ``site``: slug of the group on whose site it stands, "" on none.

    ``subgroup``: its name, or None; ``shown``: whether an edition may show the group at all.
    """

    group: str
    slug: str
    site: str
    subgroup: str | None
    shift: int
    subject: str
    short: str
    name: str
    shown: bool


@dataclass(frozen=True)
class Carried:
    """What hangs on one course's view of a lesson. ``tasks``: id and day of control (ISO) or None."""

    topic: str = ""
    material: str | None = None
    tasks: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Moment:
    """A lesson at one moment. ``keys``: id of each course's view; ``change``: what its row says of changes."""

    id: str
    state: LessonState
    keys: Mapping[str, str]
    change: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Change:
    """One lesson of a deed."""

    before: Moment
    after: Moment


@dataclass(frozen=True)
class Around:
    """What is known around the changed lessons.

    ``days``: those that go out; ``sites``: groups in the edition's shape by slug; ``bells``: by shift and day;
    ``broadcasts``: those that an edition shows; ``released``: full names of staff that may be published;
    ``plans``: topics of the courses that have a plan, ``others``: their lessons but those of the deed.
    """

    first: date
    last: date
    days: frozenset[date]
    courses: Mapping[str, Taught]
    sites: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rooms: Mapping[str, str] = field(default_factory=dict)
    released: Mapping[str, str] = field(default_factory=dict)
    bells: Mapping[tuple[int, date], Bells] = field(default_factory=dict)
    broadcasts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    carried: Mapping[str, Carried] = field(default_factory=dict)
    plans: Mapping[str, Sequence[Topic]] = field(default_factory=dict)
    others: Mapping[str, Sequence[PlannedLesson]] = field(default_factory=dict)


# --- pages --------------------------------------------------------------------------------------------------------


def touched_pages(around: Around, changes: Collection[Change]) -> dict[str, frozenset[str]]:
    """Site → paths of the pages that come, go or read otherwise by the deed; sites without any are left out.

    Both times only what the deed can change is drawn, the way an edition draws it: what else stands on a page is the
    same before and after.
    """
    before = _content(around, [change.before for change in changes])
    after = _content(around, [change.after for change in changes])
    found = {}
    for slug in around.sites:
        old, new = (page_hashes(group_pages(content, slug)) for content in (before, after))
        paths = frozenset(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
        if paths:
            found[slug] = paths
    return found


def _content(around: Around, moments: Sequence[Moment]) -> dict[str, Any]:
    """An edition's content (sync/edition.py) that holds these lessons and those whose topics hang on them, no more."""
    topics = _topics(around, moments)
    lessons = dict(_views(around, moments, topics))
    for course, others in around.others.items():
        taught = around.courses[course]
        for other in others:
            if taught.shown and other.on in around.days:
                lessons[other.id] = _view(around, taught, other.id, other.on, other.n, other.own or
                                          topics.get(other.id, ""))  # fmt: skip
    tasks = {
        task: _task(key, lesson, due) for key, lesson in lessons.items()
        for task, due in around.carried.get(key, Carried()).tasks
    }  # fmt: skip
    return {
        "school": {"name": "", "locale": "en", "languages": ["en"], "address": "", "contacts": [],
                   "hotline": {"phone": "", "hours": ""}},
        "window": {"from": around.first.isoformat(), "to": around.last.isoformat()},
        "days": sorted(day.isoformat() for day in around.days), "groups": around.sites, "lessons": lessons,
        "materials": {lesson["material"]: {"title": "", "body": "", "resources": []} for lesson in lessons.values()
                      if lesson["material"]},
        "tasks": tasks, "broadcasts": around.broadcasts, "notices": {}, "labels": {},
    }  # fmt: skip


def _views(around: Around, moments: Sequence[Moment], topics: Mapping[str, str]) -> Iterator[tuple[str, dict]]:
    for moment in moments:
        state = moment.state
        if state.state not in SHOWN or state.on not in around.days:
            continue
        for part in state.parts:
            taught, key = around.courses[part.course], moment.keys[part.course]
            if not taught.shown:
                continue
            topic = around.carried.get(key, Carried()).topic or topics.get(key, "")
            view = _view(around, taught, key, state.on, state.n, topic)
            view["start"], view["end"] = hours(around, taught, state)
            view |= {
                "joined": _joined(around, taught, state.parts), "form": part.form, "broadcast": part.broadcast,
                "room": around.rooms.get(state.room or "", ""), "change": moment.change,
                "teachers": sorted(around.released[id] for id in state.teachers if id in around.released),
            }  # fmt: skip
            yield key, view


def _view(around: Around, taught: Taught, key: str, on: date, n: int, topic: str) -> dict[str, Any]:
    carried = around.carried.get(key, Carried())
    return {
        "group": taught.site, "subgroup": taught.subgroup, "joined": [], "date": on.isoformat(), "n": n, "start": "",
        "end": "", "subject": taught.subject, "short": taught.short, "form": None, "topic": topic, "room": "",
        "teachers": [], "material": carried.material, "tasks": [task for task, _due in carried.tasks],
        "broadcast": None, "change": None,
    }  # fmt: skip


def _task(key: str, lesson: Mapping[str, Any], due: str | None) -> dict[str, Any]:
    return {"lesson": key, "group": lesson["group"], "subject": lesson["subject"], "title": "", "text": "",
            "kind": "", "scale": "", "max_points": None, "due": due}  # fmt: skip


def _joined(around: Around, own: Taught, parts: Iterable[PartState]) -> list[str]:
    slugs = {taught.slug for part in parts if (taught := around.courses[part.course]).shown}
    return sorted(slugs - {own.site, own.slug})


def _topics(around: Around, moments: Sequence[Moment]) -> dict[str, str]:
    """View → the plan's topic, in courses that have a plan: a lesson that falls out shifts those that follow."""
    found = {}
    for course, plan in around.plans.items():
        own = [
            PlannedLesson(key, moment.state.on, moment.state.n, around.carried.get(key, Carried()).topic)
            for moment in moments if moment.state.state == "planned"
            for part in moment.state.parts if part.course == course for key in [moment.keys[course]]
        ]  # fmt: skip
        lessons = sorted([*around.others.get(course, ()), *own], key=lambda one: (one.on, one.n, one.id))
        found.update({lesson.id: topic for lesson, topic in placed(plan, lessons)})
    return found


def hours(around: Around, taught: Taught, state: LessonState) -> tuple[str, str]:
    """When a lesson begins and ends by the bells of its shift, "" where none ring for its number."""
    return around.bells.get((state.shift or taught.shift, state.on), {}).get(state.n, ("", ""))


# --- what people notice -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sight:
    """What a student and a teacher know of a lesson. ``teachers``: ids; ``joined``: ids of the other courses."""

    on: date
    n: int
    start: str
    cancelled: bool
    teachers: tuple[str, ...]
    room: str | None
    form: str | None
    broadcast: str | None
    joined: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """How a course's lesson turned out by a deed; None: it was not there, or is no more."""

    lesson: str
    course: str
    key: str
    before: Sight | None
    after: Sight | None

    @property
    def days(self) -> frozenset[date]:
        """The days on which it is noticed."""
        return frozenset(sight.on for sight in (self.before, self.after) if sight)

    @property
    def first(self) -> tuple[date, int]:
        """Its place among the turns of a family."""
        return min((sight.on, sight.n) for sight in (self.before, self.after) if sight)


def turns(around: Around, changes: Collection[Change]) -> tuple[Turn, ...]:
    """What the deed changed for those who learn and teach, course by course, in the order of days and lessons."""
    before = dict(_sights(around, [change.before for change in changes]))
    after = dict(_sights(around, [change.after for change in changes]))
    found = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        lesson, course = (new or old)[:2]  # type: ignore[index]
        one = Turn(lesson, course, key, old[2] if old else None, new[2] if new else None)
        if one.before != one.after:
            found.append(one)
    return tuple(sorted(found, key=lambda one: (*one.first, around.courses[one.course].name, one.key)))


def _sights(around: Around, moments: Sequence[Moment]) -> Iterator[tuple[str, tuple[str, str, Sight]]]:
    for moment in moments:
        state = moment.state
        if state.state not in SHOWN:
            continue
        for part in state.parts:
            start, _end = hours(around, around.courses[part.course], state)
            others = tuple(sorted(one.course for one in state.parts if one.course != part.course))
            sight = Sight(state.on, state.n, start, state.state == "cancelled", state.teachers, state.room, part.form,
                          part.broadcast, others)  # fmt: skip
            yield moment.keys[part.course], (moment.id, part.course, sight)


def teachers_of(turn: Turn) -> frozenset[str]:
    """Who held the lesson before, or holds it now."""
    return frozenset(id for sight in (turn.before, turn.after) if sight for id in sight.teachers)


def pair(changes: Iterable[tuple[str, LessonState, LessonState]], known: Mapping[tuple[str, str], str]) -> Iterator[
    tuple[str, Mapping[str, str], Mapping[str, str]]
]:  # fmt: skip
    """Lesson, and the ids of its courses' views before and after: a course that goes to another lesson of the deed
    takes its view along. ``known``: ids by lesson and course as they stand; one that is gone gets a name of its own.
    """
    changes = list(changes)
    way = travels((lesson, before.courses, after.courses) for lesson, before, after in changes)
    for lesson, before, after in changes:
        first, then = {}, {}
        for part in before.parts:
            first[part.course] = _key(known, way.get((lesson, part.course), lesson), part.course)
        for part in after.parts:
            then[part.course] = _key(known, lesson, part.course)
        yield lesson, first, then


def _key(known: Mapping[tuple[str, str], str], lesson: str, course: str) -> str:
    return known.get((lesson, course), f"{lesson}-{course}")
