"""Stacks that were sent are taken in one after the other in the background, also after the office was killed."""

from collections.abc import Iterable
from datetime import date
from typing import IO

from flask import current_app

from server import store
from server.config import Config
from server.errors import DomainError
from server.models import ScanStack
from server.services import roles
from server.services.going_out import Starter
from server.services.running import WAITING, Progress, Run, running
from server.services.scanning import inbox, taking
from server.services.scanning.inbox import Sent
from server.services.scanning.taking import Taking
from sync.errors import SyncError

SCAN = "scan"  # the kind of this work, see services.running


def send(
    config: Config, names: Iterable[str], data: Iterable[IO[bytes]], by: Starter, at: str, returned_on: date,
    channel: str,
) -> Sent:  # fmt: skip
    """Keep a stack and begin to take it in; ``at``: the moment as ops say it. Raises DomainError disk_full."""
    sent = Sent(inbox.fresh_id(by.now), by.person_id, by.account_id, by.name, by.now.isoformat(), at,
                by.today.isoformat(), returned_on.isoformat(), channel, inbox.named(names))  # fmt: skip
    inbox.put(config, sent, data)
    go_on(config)
    return sent


def go_on(config: Config) -> Run | None:
    """Take in what waits, unless that is under way; None when nothing waits."""
    todo = [sent for sent in inbox.waiting(config) if not sent.stuck]
    run = running().last(SCAN)
    if not todo or (run is not None and run.state == WAITING):
        return run
    first = todo[0]
    return running().start(SCAN, lambda progress: _all(config, progress), first.moment, first.name, first.account)[0]


def _all(config: Config, progress: Progress) -> None:
    """Take in every stack that waits, also those that come meanwhile; the reason of the first that failed is raised."""
    failed: SyncError | None = None
    tried: set[str] = set()
    while True:
        sent = next((one for one in inbox.waiting(config) if not one.stuck and one.id not in tried), None)
        if sent is None:
            break
        tried.add(sent.id)
        try:
            _one(config, sent, progress)
        except SyncError as error:
            failed = failed or error
            inbox.note_failure(config, sent, error.code)
        except Exception as error:  # its text may hold a name: only its kind is told
            current_app.logger.error("%s: %s", SCAN, type(error).__name__)
            failed = failed or DomainError("internal")
            inbox.note_failure(config, sent, "internal")
    if failed is not None:
        raise failed


def _one(config: Config, sent: Sent, progress: Progress) -> None:
    with store.snapshot() as session:
        known = session.get(ScanStack, sent.id) is not None
        grants = roles.grants_of(session, sent.person, sent.moment, date.fromisoformat(sent.today))
    if not known:  # else the office was ended between the commit and this
        how = Taking(sent.person, sent.moment, sent.at, date.fromisoformat(sent.today), sent.day, sent.channel, grants,
                     sent.id)  # fmt: skip
        taking.take(inbox.files(config, sent), how, dry_run=False, progress=progress)
    inbox.leave(config, sent.id)
