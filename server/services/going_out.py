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


def start_printing(
    monday: date, slugs: list[str] | None, by: Starter, choice: packs.Choice = packs.NEEDED
) -> tuple[Run, bool]:
    """Print the packs of a week for these classes (None: all). Returns the run and whether it began now."""
    run, begun = running().start(
        PRINT,
        lambda progress: packs.print_packs(monday, slugs, now=by.now, progress=progress, choice=choice,
                                           by=by.person_id),
        by.now, by.name, by.account_id,
    )  # fmt: skip
    if begun:
        what = choice.student or choice.stop or ",".join(slugs or ["*"])
        _note(by, "packs.print", f"{week_name(monday)} {what}"[:64])
    return run, begun


def note_download(week: str, what: str, by: Starter) -> None:
    """Record that somebody took a file with names and codes. ``what``: slug of a class, id of a student or a stop."""
    _note(by, "packs.download", f"{week} {what}"[:64])


def note_paper(action: str, target: str, by: Starter) -> None:
    """Record that somebody took other paper with names, a register say."""
    _note(by, action, target.strip()[:64])


def _note(by: Starter, action: str, target: str) -> None:
    store.write(lambda session: record(session, by.now, by.account_id, action, target))
