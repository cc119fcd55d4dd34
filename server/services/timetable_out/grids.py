"""A week's lessons laid out for paper: a grid for each class, teacher or room, and wide sheets with all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.timetables import Entry, Grid, Wide
from server import naming
from server.errors import DomainError
from server.models import LessonForm, Subject
from server.naming import klass, klass_short
from server.services.days.reading import Days, Facts, Held, read_days

KINDS = ("groups", "teachers", "rooms", "all_teachers", "wall")
HOME = "individual"
SLOTS = list[tuple[date, int, int]]  # day, shift, number


@dataclass(frozen=True)
class Words:
    """Names that every sheet of a week needs. ``short``: of subjects; ``forms``: of the forms of lessons."""

    short: dict[str, str]
    forms: dict[str, str]


def read_words(session: Session) -> Words:
    """The school's short names of subjects and its names of forms."""
    return Words(
        {row.id: row.short or row.name for row in session.scalars(select(Subject))},
        {row.code: _(row.name) for row in session.scalars(select(LessonForm))},
    )


def grids(session: Session, monday: date, kind: str, key: str = "") -> list[Grid]:
    """A sheet for each class (``key``: its slug), teacher or room (their ids); without a key for all that have lessons.

    Raises DomainError ``group_unknown``, ``person_unknown``, ``room_unknown``, ``no_lessons``.
    """
    days, words = _week(session, monday), read_words(session)
    owners = _owners(days, kind)
    if key:
        known = {_key(days.facts, kind, owner): owner for owner in owners}
        if key not in known:
            raise DomainError({"groups": "group_unknown", "teachers": "person_unknown"}.get(kind, "room_unknown"),
                              name=key[:40])  # fmt: skip
        owners = {known[key]: owners[known[key]]}
    if not owners:
        raise DomainError("no_lessons")
    named = sorted(owners.items(), key=lambda item: _order(days.facts, kind, item[0]))
    return [_grid(days, words, kind, _title(days.facts, kind, owner), lessons) for owner, lessons in named]


def wide(session: Session, monday: date, kind: str) -> list[Wide]:
    """All teachers on one sheet, or the wall sheet of the school, a sheet for each shift. Raises ``no_lessons``."""
    days, words = _week(session, monday), read_words(session)
    if not days.lessons:
        raise DomainError("no_lessons")
    if kind == "all_teachers":
        return [_teachers(days)]
    shifts = sorted({lesson.shift for lesson in days.lessons})
    return [_wall(days, words, shift, several=len(shifts) > 1) for shift in shifts]


def _week(session: Session, monday: date) -> Days:
    return read_days(session, monday, monday + timedelta(days=6))


def _owners(days: Days, kind: str) -> dict[str, list[Held]]:
    """Whose lessons are whose: ids of classes and study groups, of teachers, or of rooms."""
    found: dict[str, list[Held]] = {}
    for lesson in days.lessons:
        for owner in dict.fromkeys(_owned_by(days.facts, kind, lesson)):
            found.setdefault(owner, []).append(lesson)
    return found


def _owned_by(facts: Facts, kind: str, lesson: Held) -> Iterable[str]:
    if kind == "teachers":
        return lesson.teachers
    if kind == "rooms":
        return [lesson.room] if lesson.room else []
    return [facts.class_of(group).id for group in lesson.groups if facts.groups[group].kind != HOME]


def _key(facts: Facts, kind: str, owner: str) -> str:
    return facts.groups[owner].slug if kind == "groups" else owner


def _title(facts: Facts, kind: str, owner: str) -> str:
    if kind == "groups":
        return klass(facts.groups[owner].name)
    return facts.people[owner] if kind == "teachers" else naming.capital(naming.room(facts.rooms[owner]))


def _order(facts: Facts, kind: str, owner: str) -> tuple[object, ...]:
    if kind == "groups":
        group = facts.groups[owner]
        return group.kind != "class", group.grade or 99, group.name
    return (facts.people if kind == "teachers" else facts.rooms)[owner], owner


# --- one class, teacher or room ----------------------------------------------------------------------------------


def _grid(days: Days, words: Words, kind: str, title: str, lessons: Sequence[Held]) -> Grid:
    taught = _school_days(days, lessons)
    rows = _rows(lessons)
    cells: dict[tuple[int, int], list[Entry]] = {}
    for lesson in lessons:
        place = rows.index((lesson.shift, lesson.n)), taught.index(lesson.on)
        cells.setdefault(place, []).append(_entry(days.facts, words, kind, title, lesson))
    several = len({shift for shift, _n in rows}) > 1
    return Grid(
        title, _span(days), tuple(_head(day) for day in taught),
        tuple((_number(shift, n, several), _times(lessons, shift, n)) for shift, n in rows),
        {place: tuple(entries) for place, entries in cells.items()},
    )  # fmt: skip


def _rows(lessons: Iterable[Held]) -> list[tuple[int, int]]:
    """(shift, number) of the rows, without gaps within a shift."""
    found: list[tuple[int, int]] = []
    for shift in sorted({lesson.shift for lesson in lessons}):
        numbers = [lesson.n for lesson in lessons if lesson.shift == shift]
        found += [(shift, n) for n in range(min(numbers), max(numbers) + 1)]
    return found


def _entry(facts: Facts, words: Words, kind: str, title: str, lesson: Held) -> Entry:
    subjects = list(dict.fromkeys(facts.subjects[part.subject] for part in lesson.parts))
    groups = [_group(facts, id) for id in lesson.groups]
    teachers, room = [facts.people[id] for id in lesson.teachers], facts.rooms[lesson.room] if lesson.room else ""
    forms = [words.forms.get(part.form or "", "") for part in lesson.parts]
    parts = [facts.groups[id].name for id in lesson.groups if facts.groups[id].kind == "subgroup"]
    details = {
        "groups": [*dict.fromkeys(parts), room, *teachers, *dict.fromkeys(forms)],
        "teachers": [*subjects, room, *dict.fromkeys(forms)],
        "rooms": [*subjects, *teachers],
    }[kind]
    head = ", ".join(subjects if kind == "groups" else dict.fromkeys(groups))
    return Entry(head, ", ".join(filter(None, details)), not lesson.is_held)


def _group(facts: Facts, id: str) -> str:
    group = facts.groups[id]
    if group.kind == HOME:  # the name of such a group is a student's
        return _("home teaching")
    return klass_short(facts.group_name(id))


# --- all of them ---------------------------------------------------------------------------------------------------


def _teachers(days: Days) -> Wide:
    owners = _owners(days, "teachers")
    slots = _slots(days)
    rows = []
    for owner in sorted(owners, key=lambda id: _order(days.facts, "teachers", id)):
        cells = {}
        for lesson in owners[owner]:
            if lesson.is_held:
                groups = dict.fromkeys(_bare(days.facts, id) for id in lesson.groups)
                cells.setdefault((lesson.on, lesson.shift, lesson.n), []).append(", ".join(groups))
        name = days.facts.people[owner].replace(" ", "\N{NO-BREAK SPACE}")
        rows.append((name, tuple(" / ".join(cells.get(slot, ())) for slot in slots)))
    return Wide(_("All teachers"), _span(days), _heads(slots), tuple(rows))


def _bare(facts: Facts, id: str) -> str:
    """As short as it can be: «7А», a subgroup as its class."""
    group = facts.class_of(id)
    return _("home") if group.kind == HOME else group.name.replace(" ", "").replace("«", "").replace("»", "")


def _wall(days: Days, words: Words, shift: int, several: bool) -> Wide:
    """Rows: days and lesson numbers; columns: the classes that have lessons in the shift."""
    lessons = [lesson for lesson in days.lessons if lesson.shift == shift]
    owners = _owners(Days(days.first, days.last, tuple(lessons), days.facts), "groups")
    classes = sorted(owners, key=lambda id: _order(days.facts, "groups", id))
    slots = [slot for slot in _slots(days) if slot[1] == shift]
    cells: dict[tuple[str, tuple[date, int, int]], list[Held]] = {}
    for owner, own in owners.items():
        for lesson in own:
            if lesson.is_held:
                cells.setdefault((owner, (lesson.on, lesson.shift, lesson.n)), []).append(lesson)
    taken = {slot for _, slot in cells}
    rows = [
        (f"{_head(slot[0])}, {slot[2]}".replace(" ", "\N{NO-BREAK SPACE}"),
         tuple(_short_line(days.facts, words, cells.get((owner, slot), ()), owner) for owner in classes))
        for slot in slots if slot in taken
    ]  # fmt: skip
    title = _("Timetable of lessons, shift %(number)s", number=shift) if several else _("Timetable of lessons")
    heads = (("", tuple(_bare(days.facts, owner) for owner in classes)),)
    return Wide(title, _span(days), heads, tuple(rows))


def _short_line(facts: Facts, words: Words, lessons: Iterable[Held], owner: str) -> str:
    """«Англ. яз. 213/212»: a subject once, with the rooms of all its lessons."""
    rooms: dict[str, list[str]] = {}
    for lesson in lessons:
        own = [part for part in lesson.parts if facts.class_of(part.group).id == owner]
        name = ", ".join(dict.fromkeys(words.short[part.subject] for part in own))
        rooms.setdefault(name, []).extend([facts.rooms[lesson.room]] if lesson.room else [])
    return " / ".join(" ".join(filter(None, [name, "/".join(own)])) for name, own in rooms.items())


def _slots(days: Days) -> SLOTS:
    """Every (day, shift, number) from the first to the last lesson number of the week's shifts, day by day."""
    rows = _rows(days.lessons)
    return [(day, *row) for day in _school_days(days, days.lessons) for row in rows]


def _heads(slots: SLOTS) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[date, list[str]] = {}
    several = len({shift for _, shift, _ in slots}) > 1
    for day, shift, n in slots:
        found.setdefault(day, []).append(_number(shift, n, several))
    return tuple((_head(day), tuple(numbers)) for day, numbers in found.items())


def _number(shift: int, n: int, several: bool) -> str:
    return f"{shift}-{n}" if several else str(n)


def _school_days(days: Days, lessons: Iterable[Held]) -> list[date]:
    held = {lesson.on for lesson in lessons}
    week = [days.first + timedelta(days=number) for number in range(7)]
    return [day for day in week if day.weekday() < 5 or day in held]


def _head(day: date) -> str:
    text = format_date(day, "EEE d.MM")
    return text[:1].upper() + text[1:]


def _times(lessons: Iterable[Held], shift: int, n: int) -> str:
    times = {(one.starts, one.ends) for one in lessons if (one.shift, one.n) == (shift, n) and one.starts}
    return "–".join(times.pop()) if len(times) == 1 else ""


def _span(days: Days) -> str:
    last = max((lesson.on for lesson in days.lessons), default=days.last)
    return f"{naming.days(days.first, last)} {last.year}"
