"""Limits on classes' days and weeks, shares of screens and difficulty of subjects: to look at, change and end."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from itertools import groupby

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import LessonForm, School, SubjectDifficulty, TimetableNorm
from server.reference import SOURCE_OWN
from server.services.accounts import new_id, record
from server.services.weeks import parse_day
from sync.canonical import digest

RULES = {
    "lessons_week": _l("Lessons a week, at most"),
    "lessons_day": _l("Lessons a day, at most"),
    "screen_day": _l("Minutes at a screen a day at home, at most"),
    "screen_lesson": _l("Minutes at a screen in one lesson, at most"),
    "screen_look": _l("Minutes of looking at a screen without a break, at most"),
    "homework_day": _l("Minutes of homework a day, at most"),
    "exams_day": _l("Exams of a student a day, at most"),
    "exams_between": _l("Free days between two exams of a student, at least"),
}
DEVICES = {"": _l("any device"), "computer": _l("computer"), "tablet": _l("tablet")}
MOST, HARDEST, WHOLE = 1440, 20, 100  # minutes of a day, points, per cent
HIGHEST, LONGEST = 12, 300  # grade, characters of a source


@dataclass(frozen=True)
class Typed:
    """All that can be changed, as texts, each by the code of its row: values and last days of norms, per cent of
    forms, points of subjects."""

    values: dict[str, str] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    screens: dict[str, str] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)

    def mark(self) -> str:
        """Equal marks, equal numbers."""
        return digest(asdict(self))


@dataclass(frozen=True)
class Norms:
    """What the page shows: norms by rule, forms of lessons, difficulty as subject → grades → code of the row."""

    norms: dict[str, list[TimetableNorm]]
    forms: list[LessonForm]
    grades: list[tuple[int, int]]
    subjects: dict[str, dict[tuple[int, int], str]]
    source: str  # of the difficulty
    now: Typed


def read(session: Session) -> Norms:
    """The rows of the school's country."""
    country = session.scalars(select(School.country)).one()
    norms = session.scalars(
        select(TimetableNorm).where(TimetableNorm.country == country)
        .order_by(TimetableNorm.rule, TimetableNorm.days, TimetableNorm.device, TimetableNorm.grades_from)
    ).all()  # fmt: skip
    forms = session.scalars(select(LessonForm).order_by(LessonForm.position)).all()
    hard = session.scalars(
        select(SubjectDifficulty).where(SubjectDifficulty.country == country).order_by(SubjectDifficulty.subject)
    ).all()
    by_rule = {rule: list(own) for rule, own in groupby(norms, key=lambda row: row.rule)}
    subjects: dict[str, dict[tuple[int, int], str]] = {}
    for row in hard:
        subjects.setdefault(row.subject, {})[row.grades_from, row.grades_to] = row.code
    now = Typed(
        {row.code: str(row.value) for row in norms},
        {row.code: row.ends_on.isoformat() if row.ends_on else "" for row in norms},
        {row.code: str(row.screen) for row in forms}, {row.code: str(row.points) for row in hard},
    )  # fmt: skip
    return Norms({rule: by_rule[rule] for rule in RULES if rule in by_rule}, list(forms),
                 sorted({(row.grades_from, row.grades_to) for row in hard}), subjects,
                 hard[0].source if hard else "", now)  # fmt: skip


def problems(found: Norms, typed: Typed) -> dict[str, DomainError]:
    """What keeps it from being stored, by field: ``value-CODE``, ``ends-CODE``, ``screen-CODE``, ``points-CODE``."""
    wrong = {f"value-{code}": text for code, text in typed.values.items() if not _is_number(text, 0, MOST)}
    wrong |= {f"screen-{code}": text for code, text in typed.screens.items() if not _is_number(text, 0, WHOLE)}
    wrong |= {f"points-{code}": text for code, text in typed.points.items() if not _is_number(text, 1, HARDEST)}
    said = {name: DomainError("value_invalid", field=_l("number"), value=text[:20]) for name, text in wrong.items()}
    for row in (row for own in found.norms.values() for row in own):
        try:
            ends = _day(typed.ends.get(row.code, ""))
        except DomainError as error:
            said[f"ends-{row.code}"] = error
            continue
        if ends and row.starts_on and ends < row.starts_on:
            said[f"ends-{row.code}"] = DomainError("date_order")
    return said


def save(typed: Typed, base: str, now: datetime, account_id: str) -> bool:
    """Store the numbers; False when nothing had changed.

    Raises DomainError changed_meanwhile, and the first of ``problems``.
    """

    def write(session: Session) -> bool:
        found = read(session)
        if found.now == typed:
            return False
        if found.now.mark() != base:
            raise DomainError("changed_meanwhile")
        if wrong := problems(found, typed):
            raise next(iter(wrong.values()))
        for row in (row for own in found.norms.values() for row in own):
            row.value, row.ends_on = int(typed.values[row.code]), _day(typed.ends[row.code])
        for form in found.forms:
            form.screen = int(typed.screens[form.code])
        _set_points(session, found.now.points, typed.points)
        record(session, now, account_id, "timetable.norms", "")
        return True

    return store.write(write)


@dataclass(frozen=True)
class NewNorm:
    """A limit that the school sets itself, as typed."""

    rule: str = ""
    grades_from: str = ""
    grades_to: str = ""
    days: str = ""
    device: str = ""
    value: str = ""
    source: str = ""


def problems_of_new(typed: NewNorm) -> dict[str, DomainError]:
    """What keeps it from being added, by field."""
    fits = {
        "rule": typed.rule in RULES, "grades_from": _is_number(typed.grades_from, 1, HIGHEST),
        "grades_to": _is_number(typed.grades_to, 1, HIGHEST), "days": typed.days in ("", "5", "6"),
        "device": typed.device in DEVICES, "new_value": _is_number(typed.value, 0, MOST),
    }  # fmt: skip
    texts = asdict(typed) | {"new_value": typed.value}
    wrong = {
        name: DomainError("value_invalid", field=_l("number"), value=texts[name][:20])
        for name, fine in fits.items() if not fine
    }  # fmt: skip
    if not wrong and int(typed.grades_to) < int(typed.grades_from):
        wrong["grades_to"] = DomainError("value_invalid", field=_l("number"), value=typed.grades_to)
    if len(typed.source) > LONGEST:
        wrong["source"] = DomainError("text_long", length=len(typed.source), limit=LONGEST)
    return wrong


def add(typed: NewNorm, now: datetime, account_id: str) -> str:
    """Add a limit of the school's own; returns its code. Raises the first of ``problems_of_new``."""
    if wrong := problems_of_new(typed):
        raise next(iter(wrong.values()))

    def write(session: Session) -> str:
        row = TimetableNorm(
            code=new_id(now), country=session.scalars(select(School.country)).one(), rule=typed.rule,
            grades_from=int(typed.grades_from), grades_to=int(typed.grades_to),
            days=int(typed.days) if typed.days else None, device=typed.device, value=int(typed.value),
            source=typed.source or SOURCE_OWN,
        )  # fmt: skip
        session.add(row)
        record(session, now, account_id, "timetable.norms", row.code)
        return row.code

    return store.write(write)


def _set_points(session: Session, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    changed = [code for code, text in after.items() if text != before[code]]
    for row in _rows(session, changed):
        row.points = int(after[row.code])


def _rows(session: Session, codes: Iterable[str]) -> Iterable[SubjectDifficulty]:
    return session.scalars(select(SubjectDifficulty).where(SubjectDifficulty.code.in_(list(codes)))).all()


def _day(text: str) -> date | None:
    return parse_day(text) if text.strip() else None


def _is_number(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5 and least <= int(text) <= most
