"""Wishes for marked copies: a teacher's, that the copy of a work goes into the student's next pack."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from server.models import MarkedCopy, Pack, Work


@dataclass(frozen=True)
class Wish:
    """``week``: ISO week of the pack that brought the copy, "" while it waits."""

    asked_at: datetime
    week: str


def of_work(session: Session, work_id: str) -> Wish | None:
    """What was asked for, and what became of it."""
    row = session.execute(
        select(MarkedCopy.asked_at, Pack.week).outerjoin(Pack, Pack.id == MarkedCopy.pack_id)
        .where(MarkedCopy.work_id == work_id)
    ).first()  # fmt: skip
    return Wish(row.asked_at, row.week or "") if row else None


def ask(session: Session, work_id: str, by: str, now: datetime) -> None:
    """Within a write: the copy goes into the next pack, also when an earlier one brought it; again: no change."""
    row = session.get(MarkedCopy, work_id)
    if row is None:
        session.add(MarkedCopy(work_id=work_id, asked_by=by, asked_at=now))
    elif row.pack_id is not None:
        row.asked_by, row.asked_at, row.pack_id = by, now, None


def take_back(session: Session, work_id: str) -> None:
    """Within a write: no copy is wanted any more; one that was printed stays noted."""
    row = session.get(MarkedCopy, work_id)
    if row is not None and row.pack_id is None:
        session.delete(row)


def wanted(session: Session, students: Collection[str], week: str) -> set[str]:
    """Works of these students whose copy waits for a pack, or was brought by one of this very week."""
    return set(session.scalars(
        select(MarkedCopy.work_id).join(Work, Work.id == MarkedCopy.work_id)
        .outerjoin(Pack, Pack.id == MarkedCopy.pack_id)
        .where(Work.student_id.in_(list(students)), or_(MarkedCopy.pack_id.is_(None), Pack.week == week))
    ))  # fmt: skip


def note_printed(session: Session, pack_id: str, codes: Collection[str]) -> None:
    """Within a write: a pack brought the copies of the works with these codes."""
    works = select(Work.id).where(Work.code.in_(list(codes)))
    session.execute(
        update(MarkedCopy).where(MarkedCopy.work_id.in_(works)).values(pack_id=pack_id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
