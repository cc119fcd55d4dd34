"""Starting what takes long: publishing days and printing packs, one of each at a time, with progress."""

from datetime import date, datetime
from typing import NamedTuple

from server import store
from server.services import packs, publishing
from server.services.accounts import record
from server.services.running import Run, running
from server.services.weeks import week_name

PUBLISH, PRINT = "publish", "print"


class Starter(NamedTuple):
    """Who presses the button, and when: ids of person and account, the short name that others see."""

    person_id: str
    account_id: str
    name: str
    now: datetime
    today: date


def start_publishing(by: Starter) -> tuple[Run, bool]:
    """Publish what is approved of this week and the next. Returns the run and whether it began now."""
    run, begun = running().start(
        PUBLISH,
        lambda progress: publishing.publish([], today=by.today, now=by.now, actor_id=by.person_id, progress=progress),
        by.now, by.name, by.account_id,
    )  # fmt: skip
    if begun:
        note_publishing(by, by.today.isoformat())
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
