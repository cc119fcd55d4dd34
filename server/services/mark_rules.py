"""The school's rules of marking, to look at and change: weights, per cent tables, "н/а", pass/fail subjects."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Course, GradingRule, KindWeight, MarkPercent, School, Subject, TaskKind, Year
from server.services.accounts import record
from server.services.courses import alphabetical
from server.services.grading_rules import PASS
from sync.canonical import digest

HEAVIEST, WHOLE = 100, 100


@dataclass(frozen=True)
class Typed:
    """All that can be changed, as texts: weight by kind, per cent by row, and what is ticked."""

    weights: dict[str, str] = field(default_factory=dict)
    percents: dict[str, str] = field(default_factory=dict)
    not_attested: tuple[str, ...] = ()  # codes of rules
    passing: tuple[str, ...] = ()  # ids of subjects


@dataclass(frozen=True)
class Table:
    """The per cent rows of some grades, the lowest mark first."""

    grades: tuple[int, int]
    source: str
    rows: tuple[tuple[str, str], ...]  # code and value


@dataclass(frozen=True)
class MarkRules:
    """What the page shows. ``mark`` names what can be changed as it stands."""

    kinds: tuple[tuple[str, str, str], ...]  # code, name, source of the weight
    rules: tuple[GradingRule, ...]
    tables: tuple[Table, ...]
    subjects: tuple[tuple[str, str], ...]  # id, name
    now: Typed

    def mark(self) -> str:
        """Equal marks, equal rules."""
        return digest(asdict(self.now) | {"not_attested": list(self.now.not_attested),
                                          "passing": list(self.now.passing)})  # fmt: skip


def read(session: Session, today: date) -> MarkRules:
    """The rules of the school's country, and the subjects of the year that runs or ran last."""
    country = session.scalars(select(School.country)).one()
    kinds = session.execute(
        select(TaskKind.code, TaskKind.name, KindWeight.source, KindWeight.weight)
        .join(KindWeight, KindWeight.code == TaskKind.code).order_by(TaskKind.position)
    ).all()  # fmt: skip
    rules = session.scalars(select(GradingRule).where(GradingRule.country == country)).all()
    percents = session.scalars(
        select(MarkPercent).where(MarkPercent.country == country).order_by(MarkPercent.grades_from, MarkPercent.value)
    ).all()
    tables = [Table(grades, own[0].source, tuple((row.code, row.value) for row in own))
              for grades, own in _by_grades(percents).items()]  # fmt: skip
    subjects = _subjects(session, today)
    now = Typed(
        {row.code: str(row.weight) for row in kinds}, {row.code: str(row.starts_at) for row in percents},
        tuple(sorted(row.code for row in rules if row.not_attested)),
        tuple(sorted(row.id for row in subjects if row.scale == PASS)),
    )  # fmt: skip
    ordered = sorted(rules, key=lambda row: (row.grades_from, row.scale != "five", row.period, row.code))
    return MarkRules(tuple((row.code, row.name, row.source) for row in kinds), tuple(ordered), tuple(tables),
                     tuple((row.id, row.name) for row in subjects), now)  # fmt: skip


def problems(found: MarkRules, typed: Typed) -> dict[str, DomainError]:
    """What keeps it from being stored, by field: ``weight-control``, ``percent-kz_2_11_5``."""
    wrong = {
        f"weight-{code}": DomainError("value_invalid", field=_l("weight"), value=text[:20])
        for code, text in typed.weights.items() if not _is_number(text, HEAVIEST)
    }  # fmt: skip
    for table in found.tables:
        before = -1
        for code, _value in table.rows:
            text = typed.percents.get(code, "")
            fits = _is_number(text, WHOLE) and int(text) > before and (before >= 0 or int(text) == 0)
            if not fits:
                wrong[f"percent-{code}"] = DomainError("value_invalid", field=_l("per cent"), value=text[:20])
            before = int(text) if _is_number(text, WHOLE) else WHOLE
    return wrong


def save(typed: Typed, base: str, today: date, now: datetime, account_id: str) -> bool:
    """Store the rules; False when nothing had changed.

    Raises DomainError changed_meanwhile, and the first of ``problems``.
    """

    def write(session: Session) -> bool:
        found = read(session, today)
        if found.now == typed:
            return False
        if found.mark() != base:
            raise DomainError("changed_meanwhile")
        if wrong := problems(found, typed):
            raise next(iter(wrong.values()))
        for code, text in typed.weights.items():
            session.get_one(KindWeight, code).weight = int(text)
        for code, text in typed.percents.items():
            session.get_one(MarkPercent, code).starts_at = int(text)
        for rule in found.rules:
            rule.not_attested = rule.code in typed.not_attested
        for id_, _name in found.subjects:
            _set_scale(session.get_one(Subject, id_), id_ in typed.passing)
        record(session, now, account_id, "marks.rules", "")
        return True

    return store.write(write)


def _set_scale(subject: Subject, passing: bool) -> None:
    """A scale that is neither is the school's own and stays."""
    if passing:
        subject.scale = PASS
    elif subject.scale == PASS:
        subject.scale = None


def _by_grades(rows: list[MarkPercent]) -> dict[tuple[int, int], list[MarkPercent]]:
    found: dict[tuple[int, int], list[MarkPercent]] = {}
    for row in rows:
        found.setdefault((row.grades_from, row.grades_to), []).append(row)
    return found


def _subjects(session: Session, today: date) -> list[Subject]:
    year = select(Year.id).where(Year.starts_on <= today).order_by(Year.starts_on.desc()).limit(1).scalar_subquery()
    taught = select(Course.subject_id).where(Course.year_id == year)
    rows = session.scalars(select(Subject).where(Subject.id.in_(taught)))
    return sorted(rows, key=lambda row: alphabetical(row.name))


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= most
