"""What time it is: the one place that asks the machine, so that trials can fix the moment."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from server.config import Config


def now(config: Config, timezone: str) -> datetime:
    """The moment as an aware UTC datetime; KORABLIK_NOW counts in the school's zone."""
    if config.fixed_now is not None:
        return config.fixed_now.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    return datetime.now(UTC)


def local_date(moment: datetime, timezone: str) -> date:
    """The calendar day of a moment at the school."""
    return moment.astimezone(ZoneInfo(timezone)).date()
