"""Accounts of staff: who may sign in, and with which password."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from server import store
from server.errors import DomainError
from server.models import Account, AuditEntry, EndedSession, Person
from server.services.people import short_name
from sync.ids import uuid7

LOGIN = re.compile(r"[a-z0-9][a-z0-9.-]{1,39}")
SHORTEST, LONGEST = 10, 200  # characters of a password
LONGEST_NAME = 100  # characters
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"  # no letters that look or sound alike in print
hasher = PasswordHasher()


@dataclass(frozen=True)
class Visitor:
    """Who is signed in, as plain values. ``is_authenticated``, ``get_id`` are what Flask-Login asks for."""

    account_id: str
    person_id: str
    login: str
    locale: str | None
    session_mark: str
    name: str = ""  # short, as the header says it
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the session keeps: with another password it names nobody."""
        return f"{self.account_id}.{self.session_mark}"


def clean_login(typed: str) -> str:
    """A login as it is kept: Latin small letters. Case, spaces around and full-width forms do not matter."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def readable_password(choice: Callable[[str], str] = secrets.choice) -> str:
    """A random password that can be read out: ``balo-mite-ruka-seno-47``, about 55 bits."""
    words = ["".join(choice(CONSONANTS) + choice(VOWELS) for _ in range(2)) for _ in range(4)]
    return "-".join([*words, choice("23456789") + choice("23456789")])


def create_account(
    person_id: str, login: str, password: str | None, now: datetime, by: str | None = None
) -> tuple[str, str]:
    """Give a person an account; returns its id and the password (a random one when None).

    Raises DomainError login_invalid, login_taken, password_short, person_unknown, account_exists.
    ``by`` is the account that did it, for the record.
    """
    login = clean_login(login)
    if not LOGIN.fullmatch(login):
        raise DomainError("login_invalid")
    password = password if password is not None else readable_password()
    hashed = _hash(password)

    def save(session: Session) -> str:
        if session.get(Person, person_id) is None:
            raise DomainError("person_unknown")
        if session.scalar(select(Account.id).filter_by(login=login)):
            raise DomainError("login_taken", login=login)
        if session.scalar(select(Account.id).filter_by(person_id=person_id)):
            raise DomainError("account_exists")
        account = Account(
            id=new_id(now), person_id=person_id, login=login, password_hash=hashed, created_at=now,
            session_mark=secrets.token_hex(8),
        )  # fmt: skip
        session.add(account)
        session.flush()
        record(session, now, by, "account.create", account.id)
        return account.id

    return store.write(save), password


def sign_in(session: Session, login: str, password: str) -> Visitor:
    """The account behind a login and password. Raises DomainError sign_in_failed, the same for every reason.

    Takes as long for an unknown login as for a known one.
    """
    account = session.scalar(select(Account).filter_by(login=clean_login(login)))
    stored = account.password_hash if account else _nobodys_hash()
    try:
        matches = hasher.verify(stored, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        matches = False
    if account is None or not matches or not account.is_active or account.person.left_on is not None:
        raise DomainError("sign_in_failed")
    if hasher.check_needs_rehash(stored):
        _keep_hash(account.id, stored, hasher.hash(password))
    return _visitor(account)


def visitor(session: Session, session_id: str, sid: str = "") -> Visitor | None:
    """Who a session belongs to, or None when it was signed out, or the account closed or given another password."""
    account_id, _, mark = session_id.partition(".")
    ended = exists().where(EndedSession.sid_hash == _sid_hash(sid))
    account = session.scalar(
        select(Account).where(Account.id == account_id, ~ended).options(joinedload(Account.person))
    )
    if account is None or not account.is_active or account.session_mark != mark or account.person.left_on is not None:
        return None
    return _visitor(account)


def end_session(sid: str, now: datetime) -> None:
    """Sign a session out for good, by its random id. Again: nothing happens."""

    def save(session: Session) -> None:
        if not is_ended(session, sid):
            session.add(EndedSession(sid_hash=_sid_hash(sid), ended_at=now))

    store.write(save)


def is_ended(session: Session, sid: str) -> bool:
    """True for a session that was signed out."""
    return session.get(EndedSession, _sid_hash(sid)) is not None


def _sid_hash(sid: str) -> str:
    return hashlib.sha256(sid.encode()).hexdigest()  # who reads the table cannot make a cookie of it


def change_password(account_id: str, old: str | None, new: str | None, now: datetime, by: str) -> tuple[str, str]:
    """Set another password (a random one when None); all older sessions end.

    ``old`` None: the administrator sets it. Returns the new session id and password.
    Raises DomainError password_wrong, password_short, not_found.
    """
    new = new if new is not None else readable_password()
    hashed = _hash(new)

    def save(session: Session) -> str:
        account = _existing(session, account_id)
        if old is not None:
            try:
                hasher.verify(account.password_hash, old[: LONGEST + 1])
            except (VerificationError, InvalidHashError) as error:
                raise DomainError("password_wrong") from error
        account.password_hash, account.session_mark = hashed, secrets.token_hex(8)
        record(session, now, by, "account.password", account_id)
        return f"{account_id}.{account.session_mark}"

    return store.write(save), new


def set_active(account_id: str, active: bool, now: datetime, by: str) -> None:
    """Close an account (its sessions end at once) or open it again. Raises DomainError not_found, own_account."""
    if account_id == by:
        raise DomainError("own_account")

    def save(session: Session) -> None:
        account = _existing(session, account_id)
        account.is_active, account.session_mark = active, secrets.token_hex(8)
        record(session, now, by, "account.open" if active else "account.close", account_id)

    store.write(save)


def set_locale(account_id: str, locale: str | None) -> None:
    """The person's own language; None is the school's."""

    def save(session: Session) -> None:
        _existing(session, account_id).locale = locale

    store.write(save)


def add_staff(last: str, first: str, middle: str, now: datetime, by: str) -> str:
    """Enter a member of staff whom no list brought; returns the slug. Raises DomainError field_needed, text_long."""
    if not last.strip():
        raise DomainError("field_needed", field=_l("surname"))
    for name in (last, first, middle):
        if len(name.strip()) > LONGEST_NAME:
            raise DomainError("text_long", length=len(name.strip()), limit=LONGEST_NAME)
    slug = secrets.token_hex(6)

    def save(session: Session) -> str:
        names = {"last_name": last.strip(), "first_name": first.strip(), "middle_name": middle.strip()}
        session.add(Person(id=(id := new_id(now)), slug=slug, **names))
        record(session, now, by, "person.add", id)
        return slug

    return store.write(save)


@dataclass(frozen=True)
class Login:
    """An account as lists show it."""

    id: str
    login: str
    is_active: bool
    created_at: datetime


def logins(session: Session) -> dict[str, Login]:
    """Person id → account."""
    return {
        row.person_id: Login(row.id, row.login, row.is_active, row.created_at)
        for row in session.scalars(select(Account))
    }


def _visitor(account: Account) -> Visitor:
    return Visitor(account.id, account.person_id, account.login, account.locale, account.session_mark,
                   short_name(account.person))  # fmt: skip


def _existing(session: Session, account_id: str) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise DomainError("not_found")
    return account


def _hash(password: str) -> str:
    if len(password) < SHORTEST:
        raise DomainError("password_short")
    if len(password) > LONGEST:
        raise DomainError("password_long", limit=LONGEST)
    return hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    return hasher.hash(secrets.token_hex(16))


def _keep_hash(account_id: str, old: str, new: str) -> None:
    """Replace a hash of weaker parameters, unless the password was changed meanwhile."""

    def save(session: Session) -> None:
        account = _existing(session, account_id)
        if account.password_hash == old:
            account.password_hash = new

    store.write(save)


def new_id(now: datetime) -> str:
    """A fresh id for a row made at a moment."""
    return uuid7(int(now.timestamp() * 1000), secrets.token_bytes)


def record(session: Session, now: datetime, by: str | None, action: str, target: str) -> None:
    """Note who did what; ids only."""
    session.add(AuditEntry(id=new_id(now), at=now, account_id=by, action=action, target=target))
