"""The day board as its page shows it: each lesson in a few words, with its change and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from flask import url_for
from flask_babel import gettext as _

from server import naming
from server.extensions import db
from server.models import Day
from server.policy import Action
from server.services.days import board
from server.services.days.board import GROUP, NOBODY, ROOM, TEACHER, Board, Head
from server.services.days.checking import Finding, check_days
from server.services.days.checks import away
from server.services.days.checks.standards import Standards, read_standards
from server.services.days.finding_words import sentence
from server.services.days.reading import Days, Facts, Held, read_days
from server.services.days.state import LessonState
from server.services.days.week_findings import with_students
from server.services.home_names import home_names
from server.web import access

HARD, SOFT = "hard", "soft"


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson in a cell. ``first``: it bears the anchor, a joined lesson stands in several cells."""

    id: str
    seen: str
    href: str
    title: str
    below: str
    off: bool
    change: str
    flag: str
    first: bool


@dataclass(frozen=True)
class Told:
    """A finding as a sentence. ``lesson``: id of the lesson to jump to, "" for none here; ``way``: address where it is
    put right, "" for the lesson itself."""

    hard: bool
    text: str
    lesson: str
    way: str


@dataclass(frozen=True)
class Shown:
    """Everything of the board's page. ``lines``: of all that could be shown."""

    days: Days
    board: Board
    entries: Mapping[tuple[str, str], list[Entry]]
    findings: list[Told]
    row: Day | None
    names: Mapping[str, str]
    lines: tuple[Head, ...]


def read(on: date, by: str, only: str, edits: bool, row: Day | None) -> Shown:
    """The board of a day; ``only``: the key of the one line that is wanted, "" for all; ``row``: of the day."""
    days = read_days(db.session, on, on)
    names = readable_names(days)
    whole = board.lay_out(days, on, board.places_of(days, on), by, names)
    found, named = checked(days, read_standards(db.session, days))
    shown = board.narrowed(whole, only) if only else whole
    return Shown(
        days, shown, _entries(days, shown, names, _flags(found), board.changed(db.session, on), edits),
        told([finding for finding in found if finding.on == on], named), row, names, whole.heads,
    )  # fmt: skip


def readable_names(days: Days) -> dict[str, str]:
    """Home-taught students' groups that have lessons, under the students' names for who may read those."""
    apart = {id for lesson in days.lessons for id in lesson.groups if days.facts.groups[id].kind == "individual"}
    return home_names(db.session, apart) if access.may(Action.PEOPLE_VIEW) else {}


def checked(days: Days, standards: Standards) -> tuple[list[Finding], Days]:
    """All findings of the days, and the days with what telling them takes: siblings' names for who may read them."""
    found = check_days(days, standards)
    return found, with_students(db.session, days, found) if access.may(Action.PEOPLE_VIEW) else days


def way_out(code: str) -> str:
    """Where findings of a kind are put right, as far as there is such a page and this person may open it."""
    if code == away.AWAY and access.may_somewhere(Action.DAY_EDIT, Action.DAY_APPROVE):
        return url_for("substitutions.home")
    return ""


def told(findings: Sequence[Finding], days: Days) -> list[Told]:
    """Each with its place, so that the sentence is understood by itself."""
    here = {lesson.id: lesson for lesson in days.lessons}
    return [_told(finding, days, here) for finding in findings]


def _told(finding: Finding, days: Days, here: Mapping[str, Held]) -> Told:
    lessons = [here[id] for id in finding.lessons if id in here]
    text = sentence(finding, days)
    if lessons and finding.hard and "numbers" not in finding.data:
        first = lessons[0]
        text = _("Lesson %(n)s, shift %(shift)s: %(text)s", n=first.n, shift=first.shift, text=text)
    return Told(finding.hard, text, lessons[0].id if lessons else "", way_out(finding.code))


def _flags(found: Sequence[Finding]) -> dict[str, str]:
    flags = {id: SOFT for finding in found if not finding.hard for id in finding.lessons}
    return flags | {id: HARD for finding in found if finding.hard for id in finding.lessons}


def _entries(
    days: Days, board: Board, names: Mapping[str, str], flags: Mapping[str, str], changed: Mapping[str, str],
    edits: bool,
) -> dict[tuple[str, str], list[Entry]]:  # fmt: skip
    form = url_for("day_lessons.page", on=days.first.isoformat(), lesson_id="_")[:-1]
    address = form if edits else url_for("lessons.home")
    said, seen = _Said(days.facts, board.by, names), set[str]()
    found: dict[tuple[str, str], list[Entry]] = {}
    for sheet in board.sheets:
        for head in sheet.heads:
            for place in sheet.places:
                for lesson in board.cells.get((head.key, place.key), ()):
                    found.setdefault((head.key, place.key), []).append(Entry(
                        lesson.id, _mark(lesson.as_state()), address + (lesson.id if edits else lesson.parts[0].id),
                        said.title(lesson, head), said.below(lesson, head), not lesson.is_held,
                        changed.get(lesson.id, ""), flags.get(lesson.id, ""), lesson.id not in seen,
                    ))  # fmt: skip
                    seen.add(lesson.id)
    return found


@lru_cache(maxsize=4096)
def _mark(state: LessonState) -> str:
    """A board has hundreds of them, mostly those of the last time."""
    return state.mark()


class _Said:
    """What a cell says of a lesson; names are made once for a page."""

    def __init__(self, facts: Facts, by: str, names: Mapping[str, str]):
        self.facts, self.by, self.names = facts, by, names
        self.rooms: dict[str, str] = {}
        self.groups: dict[tuple[str, ...], str] = {}

    def title(self, lesson: Held, head: Head) -> str:
        """The subject; on a class's line only its own of a joined lesson."""
        facts, parts = self.facts, lesson.parts
        if len(parts) == 1:
            return facts.subjects[parts[0].subject]
        if self.by == GROUP:
            parts = tuple(part for part in parts if facts.class_of(part.group).slug == head.key) or parts
        return ", ".join(dict.fromkeys(facts.subjects[part.subject] for part in parts))

    def below(self, lesson: Held, head: Head) -> str:
        """What the line does not say already: the part of the class, other classes, teachers, room."""
        facts, said = self.facts, []
        if self.by == GROUP:
            own = [id for id in lesson.groups if facts.class_of(id).slug == head.key]
            said += [facts.groups[id].name for id in own if facts.groups[id].kind == "subgroup"]
            if others := tuple(id for id in lesson.groups if id not in own):
                said.append(_("with %(group)s", group=self._groups(others)))
        else:
            said.append(self._groups(lesson.groups))
        if self.by != TEACHER or len(lesson.teachers) > 1:
            said += [facts.people[id] for id in lesson.teachers if self.by != TEACHER or id != head.key]
        if self.by != ROOM and lesson.room:
            if lesson.room not in self.rooms:
                self.rooms[lesson.room] = naming.room(facts.rooms[lesson.room])
            said.append(self.rooms[lesson.room])
        return " · ".join(said)

    def _groups(self, ids: tuple[str, ...]) -> str:
        if ids not in self.groups:
            self.groups[ids] = naming.klasses(self.names.get(id) or self.facts.group_name(id) for id in ids)
        return self.groups[ids]


def head_name(head: Head, by: str) -> str:
    """A line's name in its heading."""
    if head.key == NOBODY:
        return _("without teacher") if by == TEACHER else _("without room")
    if by == GROUP:
        return naming.klass_short(head.name)
    return naming.capital(naming.room(head.name)) if by == ROOM else head.name
