"""What puts the school's data at risk, for the people who can change it: an old SQLite, backups that are missing."""

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from server.config import Config
from server.errors import sentence_of
from server.services import backups, schema

SOUND_SQLITE = (3, 51, 3)  # older ones can damage the log when two connections write and checkpoint at once
OLD = timedelta(days=3)  # of the newest backup
WORRIES = {
    "sqlite_old": _l("SQLite %(version)s is at work; versions before %(wanted)s can damage a database that several"
                     " programs write to. Open the database with no other program, and update SQLite."),
    "backup_none": _l("There is no backup yet. One is made while the office is open, or at once by: korablik backup"),
    "backup_old": _l("The newest backup is %(days)s days old. Make one: korablik backup"),
    "backup_failed": _l("The last backup failed. %(reason)s"),
}  # fmt: skip


@dataclass(frozen=True)
class Worry:
    """A risk: a code of WORRIES and what fills its sentence."""

    code: str
    data: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(WORRIES[self.code]) % self.data


def worries(config: Config, now: datetime) -> list[Worry]:
    """All risks of a home, in the order of WORRIES; needs a language."""
    return [*sqlite(config), *_backups(config, now)]


def sqlite(config: Config, linked: tuple[int, ...] = sqlite3.sqlite_version_info) -> list[Worry]:
    """The worry about the SQLite that is linked; none where another database is used."""
    if schema.database_file(config) is None or linked >= SOUND_SQLITE:
        return []
    versions = {"version": ".".join(map(str, linked)), "wanted": ".".join(map(str, SOUND_SQLITE))}
    return [Worry("sqlite_old", versions)]


def _backups(config: Config, now: datetime) -> list[Worry]:
    found = []
    newest = backups.newest(config)
    if newest is None:
        found.append(Worry("backup_none"))
    elif now - newest.made_at > OLD:
        found.append(Worry("backup_old", {"days": (now - newest.made_at).days}))
    failure = backups.failure(config)
    if failure is not None:
        found.append(Worry("backup_failed", {"reason": sentence_of(failure)}))
    return found
