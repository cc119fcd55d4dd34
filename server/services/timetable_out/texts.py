"""A class's day as text: an SMS of at most two parts in Cyrillic, and a poster's QR that holds the text itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from printables.timetables import Poster
from server import naming
from server.errors import DomainError
from server.services.days.reading import Days, Facts, Held, read_days
from server.services.sms_text import parts
from server.services.timetable_out.grids import HOME, Words, read_words

MOST_PARTS = 2
SHORTENINGS = (12, 8, 5, 4, 3)  # letters of a subject, when more do not fit


@dataclass(frozen=True)
class Line:
    """A lesson number of a day: its lessons' subjects (several: subgroups), the room where there is one only."""

    n: int
    starts: str
    subjects: tuple[str, ...]
    short: tuple[str, ...]
    room: str
    off: bool


def lines_of(days: Days, words: Words, group: str, day: date) -> list[Line]:
    """The lines of a class's day (id of the class), its subgroups included, in order."""
    facts = days.facts
    found: dict[tuple[int, int], list[Held]] = {}
    for lesson in days.on(day):
        if any(_is_of(facts, id, group) for id in lesson.groups):
            found.setdefault((lesson.shift, lesson.n), []).append(lesson)
    return [_line(facts, words, group, own) for _, own in sorted(found.items())]


def _is_of(facts: Facts, id: str, group: str) -> bool:
    return facts.groups[id].kind != HOME and facts.class_of(id).id == group


def _line(facts: Facts, words: Words, group: str, lessons: Sequence[Held]) -> Line:
    held = [lesson for lesson in lessons if lesson.is_held]
    subjects = list(dict.fromkeys(
        part.subject for lesson in held or lessons for part in lesson.parts if _is_of(facts, part.group, group)
    ))  # fmt: skip
    rooms = {facts.rooms[lesson.room] for lesson in held if lesson.room}
    first = lessons[0]
    room = rooms.pop() if len(rooms) == 1 else ""
    return Line(first.n, first.starts, tuple(facts.subjects[id] for id in subjects),
                tuple(words.short[id] for id in subjects), room, not held)  # fmt: skip


def sms(head: str, lines: Iterable[Line], cancelled: str) -> str:
    """The day in at most MOST_PARTS parts; no lesson is left out.

    What does not fit is given up step by step: rooms, then the long names, then their last letters. ``cancelled``:
    the word for a lesson that is not held.
    """
    known = list(lines)
    for text in _versions(head, known, cancelled):
        if parts(text) <= MOST_PARTS:
            return text
    return text


def _versions(head: str, lines: Sequence[Line], cancelled: str) -> Iterable[str]:
    start = next((line.starts for line in lines if line.starts), "")
    begun = f"{head}, {start}" if start else head

    def told(names: Sequence[Sequence[str]], rooms: bool) -> str:
        said = [
            f"{line.n} " + ("/".join(own) if not line.off else f"{'/'.join(own)} {cancelled}")
            + (f" {line.room}" if rooms and line.room and not line.off else "")
            for line, own in zip(lines, names, strict=True)
        ]  # fmt: skip
        return f"{begun}: " + ", ".join(said)

    yield told([line.subjects for line in lines], rooms=True)
    yield told([line.short for line in lines], rooms=True)
    yield told([line.subjects for line in lines], rooms=False)
    yield told([line.short for line in lines], rooms=False)
    for most in SHORTENINGS:
        yield told([[_cut(name, most) for name in line.short] for line in lines], rooms=False)


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip(" .-") + "."


def day_sms(session: Session, group: str, day: date) -> str:
    """The SMS of a class's day. Raises DomainError ``no_lessons``."""
    days = read_days(session, day, day)
    lines = lines_of(days, read_words(session), group, day)
    if not lines:
        raise DomainError("no_lessons")
    name = naming.klass_short(days.facts.groups[group].name)
    return sms(f"{name}, {format_date(day, 'EEE d.MM')}", lines, _("(no)"))


def posters(session: Session, monday: date, slug: str = "") -> list[Poster]:
    """A page for each class, or for one, with a QR for each of its days. Raises ``group_unknown``, ``no_lessons``."""
    days, words = read_days(session, monday, monday + timedelta(days=6)), read_words(session)
    classes = [group for group in days.facts.groups.values() if group.kind in ("class", "study")]
    chosen = [group for group in classes if slug in ("", group.slug)]
    if not chosen:
        raise DomainError("group_unknown", name=slug[:40])
    found = []
    for group in sorted(chosen, key=lambda one: (one.kind != "class", one.grade or 99, one.name)):
        own = [(day, lines_of(days, words, group.id, day)) for day in _week(monday)]
        texts = [(_head(day), _plain(group.name, day, lines)) for day, lines in own if lines]
        if texts:
            span = naming.days(monday, monday + timedelta(days=6))
            found.append(Poster(naming.klass(group.name), span, tuple(texts)))
    if not found:
        raise DomainError("no_lessons")
    return found


def _week(monday: date) -> list[date]:
    return [monday + timedelta(days=number) for number in range(7)]


def _head(day: date) -> str:
    return naming.capital(format_date(day, "EEEE, d MMMM"))


def _plain(name: str, day: date, lines: Iterable[Line]) -> str:
    rows = [
        " ".join(filter(None, [f"{line.n}.", line.starts, " / ".join(line.short), line.room if not line.off else "",
                               _("(no)") if line.off else ""]))
        for line in lines
    ]  # fmt: skip
    return "\n".join([f"{naming.klass_short(name)}, {format_date(day, 'EEE d.MM')}", *rows])
