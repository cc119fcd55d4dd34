"""Starting what takes long: publishing days and printing packs, one of each at a time, with progress."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Lesson
from server.services import packs, publishing
from server.services.accounts import record
from server.services.running import Run, running
from server.services.weeks import week_name, window_of

PUBLISH, PRINT = "publish", "print"


class Starter(NamedTuple):
    """Who presses the button, and when: ids of person and account, the short name that others see."""

    person_id: str
    account_id: str
    name: str
    now: datetime
    today: date


def start_publishing(session: Session, days: Iterable[date], by: Starter) -> tuple[Run, bool]:
    """Approve the days and publish; no days: publish what changed on the approved ones.

    Returns the run and whether it began now. Raises DomainError value_invalid for a day that cannot be published.
    """
    wanted, window = sorted(set(days)), window_of(by.today)
    held = set(session.scalars(select(Lesson.on).where(Lesson.on.in_(wanted), Lesson.state == "planned").distinct()))
    for day in wanted:
        if day not in held or not window.first <= day <= window.last:
            raise DomainError("value_invalid", field="day", value=day.isoformat())
    run, begun = running().start(
        PUBLISH,
        lambda progress: publishing.publish(wanted, today=by.today, now=by.now, actor_id=by.person_id,
                                            progress=progress),
        by.now, by.name, by.account_id,
    )  # fmt: skip
    if begun:
        note_publishing(by, ",".join(day.isoformat() for day in wanted[:5]) or "again")
    return run, begun


def note_publishing(by: Starter, what: str) -> None:
    """Record who began to publish what."""
    _note(by, "publish", what)


def start_printing(monday: date, slugs: list[str], by: Starter) -> tuple[Run, bool]:
    """Print the packs of a week for these classes. Returns the run and whether it began now."""
    run, begun = running().start(
        PRINT, lambda progress: packs.print_packs(monday, slugs, now=by.now, progress=progress),
        by.now, by.name, by.account_id,
    )  # fmt: skip
    if begun:
        _note(by, "packs.print", f"{week_name(monday)} {','.join(slugs)}"[:64])
    return run, begun


def note_download(week: str, slug: str, by: Starter) -> None:
    """Record that somebody took a file with names and codes."""
    _note(by, "packs.download", f"{week} {slug}"[:64])


def _note(by: Starter, action: str, target: str) -> None:
    store.write(lambda session: record(session, by.now, by.account_id, action, target))
