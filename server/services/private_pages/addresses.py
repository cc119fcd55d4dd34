"""Addresses of private pages: whose key is which, and its renewal when paper or phone came into other hands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.config import Config
from server.errors import DomainError
from server.models import PrivatePage, School
from server.services import keys
from server.services.accounts import record
from server.services.private_pages.content import pupils
from sync.sealed import derive_key, write_key

FOLDER = "me"  # below public/


@dataclass(frozen=True)
class Page:
    """A student's page as the office sees it. ``renewed_at`` None: the address is still the first one."""

    version: int = 1
    renewed_at: datetime | None = None


def page_of(session: Session, student_id: str, today: date) -> Page | None:
    """None: the student is in no class and has no page."""
    if student_id not in pupils(session, today):
        return None
    row = session.get(PrivatePage, student_id)
    return Page(row.version, row.renewed_at) if row is not None else Page()


def keys_of(session: Session, config: Config, student_ids: Iterable[str]) -> dict[str, bytes]:
    """Student → the key that holds now."""
    versions: Mapping[str, int] = dict(session.execute(select(PrivatePage.student_id, PrivatePage.version)).all())
    master = keys.pages_master(config.keys)
    return {student: derive_key(master, student, versions.get(student, 1)) for student in student_ids}


def letters_of(session: Session, config: Config, student_ids: Iterable[str]) -> dict[str, str]:
    """Student → the key as it is printed."""
    return {student: write_key(key) for student, key in keys_of(session, config, student_ids).items()}


def entrance(session: Session) -> str:
    """The address of the page to which a key is added after ``#``; "" while the school has not said where it is."""
    address = session.scalars(select(School.site_address)).one().strip()
    return f"{address.rstrip('/')}/{FOLDER}/" if address else ""


@dataclass(frozen=True)
class Clerk:
    """Who acts, as account and person, and when."""

    account_id: str
    person_id: str
    now: datetime
    today: date


def renew(student_id: str, by: Clerk) -> int:
    """Give a student's page a new address; returns its version. The caller writes the pages anew, without the old key.

    Raises DomainError ``private_page_none``.
    """

    def write(session: Session) -> int:
        if student_id not in pupils(session, by.today):
            raise DomainError("private_page_none")
        row = session.get(PrivatePage, student_id) or PrivatePage(student_id=student_id, version=1)
        row.version, row.renewed_at, row.renewed_by = row.version + 1, by.now, by.person_id
        session.add(row)
        record(session, by.now, by.account_id, "private_page.renew", student_id)
        return row.version

    return store.write(write)
