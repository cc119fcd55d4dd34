"""Results of exams as they were said, and who is in debt after all resits. Reading and pure decisions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import ExamResult, Person
from server.services.people import short_name

FAILED = {"five": ("2", "1"), "pass": ("fail",)}  # values of a scale that are no result to go on with


@dataclass(frozen=True)
class Said:
    """A result as it was entered the n-th time; ``by``: the short name of who did, "" when unknown."""

    n: int
    value: str
    absent: bool
    debt: bool
    remark: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Held:
    """An exam or resit, as debts ask it."""

    id: str
    kind: str
    of: str | None
    on: date | None
    cancelled: bool = False


Results = Mapping[str, Mapping[str, Sequence[Said]]]  # exam → student → all that was said, the newest last


def read(session: Session, exam_ids: Iterable[str]) -> dict[str, dict[str, list[Said]]]:
    """All that was ever said of these exams, in one query."""
    rows = session.execute(
        select(ExamResult, Person).outerjoin(Person, Person.id == ExamResult.entered_by)
        .where(ExamResult.exam_id.in_(list(exam_ids))).order_by(ExamResult.n)
    )  # fmt: skip
    found: dict[str, dict[str, list[Said]]] = {}
    for row, person in rows:
        said = Said(row.n, row.value, row.absent, row.debt, row.remark, short_name(person) if person else "",
                    row.entered_at)  # fmt: skip
        found.setdefault(row.exam_id, {}).setdefault(row.student_id, []).append(said)
    return found


def is_debt(scale: str, value: str, absent: bool, maximum: int | None, least: int | None) -> bool:
    """Whether the exam must be sat again. ``least``: per cent of points that pass, None where no rule says it."""
    if absent:
        return True
    if scale == "points":
        return least is not None and bool(maximum) and int(value) * 100 < least * (maximum or 1)
    return value in FAILED.get(scale, ())


def debtors(exam: Held, held: Iterable[Held], results: Results, before: Held | None = None) -> set[str]:
    """Students who are in debt of an exam. ``before``: as it stood before that resit; None: after all of them."""
    open_ones = {id for id, said in results.get(exam.id, {}).items() if said[-1].debt}
    resits = [one for one in held if one.of == exam.id and one.kind == "resit" and not one.cancelled]
    for resit in sorted(resits, key=_order):
        if before is not None and _order(resit) >= _order(before):
            break
        open_ones -= {id for id, said in results.get(resit.id, {}).items() if not said[-1].debt}
    return open_ones


def _order(one: Held) -> tuple[date, str]:
    return one.on or date.max, one.id
