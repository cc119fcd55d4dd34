"""A school day's own row and the steps of its way out."""

from contextlib import suppress
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.models import Day, DayStep
from server.services.accounts import new_id


def day_row(session: Session, on: date) -> Day:
    """The day's row for who is about to change it, made if there is none; nobody else changes it until the commit."""
    day = session.get(Day, on, with_for_update=True, populate_existing=True)
    if day is None:
        with suppress(IntegrityError), session.begin_nested():  # somebody else may be quicker
            session.add(Day(on=on, version=0))
            session.flush()
        day = session.get_one(Day, on, with_for_update=True, populate_existing=True)
    return day


def note_step(session: Session, on: date, state: str, at: datetime, by_id: str | None, remark: str = "") -> None:
    """Keep what happened to the day; ``state``: one of models.DayStep; ``by_id`` None: the clock."""
    session.add(DayStep(id=new_id(at), on=on, state=state, at=at, by_id=by_id, remark=remark))


def approve_row(session: Session, day: Day, at: datetime, by_id: str | None) -> None:
    """The day may go out as it stands."""
    day.approved_at, day.approved_by, day.remark = at, by_id, ""
    note_step(session, day.on, "approved", at, by_id)
