"""Which school year a day belongs to, and since when what an import states holds."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Year


def year_of(session: Session, day: date) -> Year | None:
    """The year that runs on a day, else the next one, else the last one, else None."""
    years = list(session.scalars(select(Year).order_by(Year.starts_on)))
    running = [year for year in years if year.starts_on <= day <= year.ends_on]
    coming = [year for year in years if year.starts_on > day]
    return (running[-1:] or coming[:1] or years[-1:] or [None])[0]


def since(year: Year | None, today: date, newcomer: bool) -> date:
    """The first day of something new: the year's first, or today for a newcomer while the year runs."""
    if year is None:
        return today
    return max(today, year.starts_on) if newcomer else year.starts_on
