"""What a command is told and how it answers: plain data in, lines and files out."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock
from server.errors import DomainError
from server.extensions import db
from server.importers.groups import find_groups
from server.models import Account, Group, School
from server.services.accounts import clean_login


@dataclass(frozen=True)
class Call:
    """A command with its options and the bytes of the files it names. JSON-able but for the bytes."""

    command: str
    options: dict[str, Any]
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)


class Console(Protocol):
    """Where a command answers: lines for people, progress, and files for the caller to keep."""

    def say(self, text: str) -> None:
        """A line of the answer."""

    def warn(self, text: str) -> None:
        """A line about what was not done; the exit code will be 1."""

    def progress(self, what: str, done: int, total: int) -> None:
        """How far a long command has come."""

    def put(self, data: bytes) -> None:
        """The bytes of the file that was asked for."""


@dataclass(frozen=True)
class Place:
    """The school and what day it is there."""

    school: School
    now: datetime
    today: date


def place() -> Place:
    """Raises DomainError ``home_missing`` before ``korablik init``."""
    config = current_app.extensions["korablik"]
    school = db.session.scalar(select(School))
    if school is None:
        raise DomainError("home_missing", home=config.home)
    now = clock.now(config, school.timezone)
    return Place(school, now, clock.local_date(now, school.timezone))


def author(session: Session, login: str) -> str:
    """The person behind a login. Raises DomainError ``login_unknown``, ``account_closed``."""
    account = session.scalar(select(Account).where(Account.login == clean_login(login)))
    if account is None:
        raise DomainError("login_unknown", login=login[:40])
    if not account.is_active or account.person.left_on is not None:
        raise DomainError("account_closed", login=account.login)
    return account.person_id


def group(session: Session, name: str) -> Group:
    """A group by name or slug as typed (case, quotes, spaces, look-alike letters). Raises ``group_unknown``."""
    rows = {row.slug: row for row in session.scalars(select(Group).where(Group.closed_on.is_(None)))}
    found = find_groups(name, {slug: row.name for slug, row in rows.items()})
    if len(found) != 1:
        raise DomainError("group_unknown", name=name[:40])
    return rows[found[0]]
