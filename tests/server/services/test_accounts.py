"""Accounts: passwords, signing in, sessions that end, and the record of who did what."""

from datetime import UTC, datetime

import pytest
from apiflask import APIFlask
from argon2 import PasswordHasher

from server.errors import DomainError
from server.extensions import db
from server.models import Account, AuditEntry
from server.services import accounts
from tests.server import factory

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)


def _account(id: str) -> Account:
    db.session.rollback()
    return db.session.get_one(Account, id, populate_existing=True)


@pytest.fixture(autouse=True)
def _school(app: APIFlask) -> None:
    factory.school()


def test_a_new_account_signs_in_with_the_password_it_was_given() -> None:
    person = factory.person()
    id, password = accounts.create_account(person, " Ivanova.A ", None, NOW)
    visitor = accounts.sign_in(db.session, "IVANOVA.a", password)
    assert (visitor.account_id, visitor.person_id, visitor.login) == (id, person, "ivanova.a")


def test_passwords_are_kept_as_argon2_hashes_only() -> None:
    id, password = accounts.create_account(factory.person(), "keeper", None, NOW)
    stored = _account(id).password_hash
    assert stored.startswith("$argon2id$")
    assert password not in stored


def test_a_made_password_can_be_read_out() -> None:
    made = accounts.readable_password()
    assert len(made) >= accounts.SHORTEST
    assert all(letter in accounts.CONSONANTS + accounts.VOWELS + "-23456789" for letter in made)
    assert made != accounts.readable_password()


@pytest.mark.parametrize("login", ["", "я", "a", "ab cd", ".dot", "x" * 41, "drop;table"])
def test_a_login_of_other_signs_is_refused(login: str) -> None:
    with pytest.raises(DomainError, match="login_invalid"):
        accounts.create_account(factory.person(), login, None, NOW)


def test_a_login_and_a_person_have_one_account() -> None:
    person = factory.person()
    accounts.create_account(person, "one", None, NOW)
    with pytest.raises(DomainError, match="login_taken"):
        accounts.create_account(factory.person(), "ONE", None, NOW)
    with pytest.raises(DomainError, match="account_exists"):
        accounts.create_account(person, "two", None, NOW)
    with pytest.raises(DomainError, match="person_unknown"):
        accounts.create_account("nobody", "three", None, NOW)


@pytest.mark.parametrize(("password", "code"), [("short", "password_short"), ("x" * 201, "password_long")])
def test_the_length_of_a_password_is_bounded(password: str, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        accounts.create_account(factory.person(), "login", password, NOW)


@pytest.mark.parametrize(("login", "password"), [("nina", "wrong-password"), ("nobody", factory.PASSWORD), ("", "")])
def test_every_failure_to_sign_in_reads_the_same(login: str, password: str) -> None:
    factory.account("nina", "director")
    with pytest.raises(DomainError) as refused:
        accounts.sign_in(db.session, login, password)
    assert (refused.value.code, refused.value.data) == ("sign_in_failed", {})


def test_an_unknown_login_costs_one_check_of_a_password_too(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str, password: str) -> bool:  # type: ignore[override]
            checked.append(hash)
            return super().verify(hash, password)

    monkeypatch.setattr(accounts, "hasher", Counting())
    for login in ("nobody", "somebody"):
        with pytest.raises(DomainError, match="sign_in_failed"):
            accounts.sign_in(db.session, login, "whatever-it-is")
    assert len(checked) == 2
    assert checked[0].split("$")[:4] == accounts.hasher.hash("x").split("$")[:4]  # of the same cost as a real one


def test_a_closed_account_and_one_who_left_do_not_sign_in() -> None:
    closed = factory.account("closed", "tutor")
    accounts.set_active(closed, False, NOW, factory.account("boss", "admin"))
    gone = factory.person(left_on=factory.TODAY)
    factory.account("gone", "tutor", person_id=gone)
    for login in ("closed", "gone"):
        with pytest.raises(DomainError, match="sign_in_failed"):
            accounts.sign_in(db.session, login, factory.PASSWORD)


def test_a_hash_of_weaker_settings_is_renewed_at_sign_in() -> None:
    id = factory.account("weak", "tutor")
    before = _account(id).password_hash
    accounts.sign_in(db.session, "weak", factory.PASSWORD)
    after = _account(id).password_hash
    assert before != after
    assert not accounts.hasher.check_needs_rehash(after)
    accounts.sign_in(db.session, "weak", factory.PASSWORD)


def test_another_password_ends_all_older_sessions() -> None:
    id = factory.account("nina", "director")
    old = accounts.sign_in(db.session, "nina", factory.PASSWORD).get_id()
    session_id, _unused = accounts.change_password(id, factory.PASSWORD, "another-good-one", NOW, id)
    db.session.rollback()
    assert accounts.visitor(db.session, old) is None
    assert accounts.visitor(db.session, session_id) is not None
    assert accounts.sign_in(db.session, "nina", "another-good-one").get_id() == session_id


def test_the_present_password_must_be_right() -> None:
    id = factory.account("nina", "director")
    with pytest.raises(DomainError, match="password_wrong"):
        accounts.change_password(id, "not-the-one", "another-good-one", NOW, id)


def test_closing_ends_sessions_at_once_and_nobody_closes_their_own() -> None:
    boss, id = factory.account("boss", "admin"), factory.account("nina", "director")
    session_id = accounts.sign_in(db.session, "nina", factory.PASSWORD).get_id()
    accounts.set_active(id, False, NOW, boss)
    db.session.rollback()
    assert accounts.visitor(db.session, session_id) is None
    with pytest.raises(DomainError, match="own_account"):
        accounts.set_active(boss, False, NOW, boss)


@pytest.mark.parametrize("session_id", ["", ".", "no-such", "no-such.mark"])
def test_a_foreign_session_names_nobody(session_id: str) -> None:
    assert accounts.visitor(db.session, session_id) is None


def test_acts_on_accounts_are_recorded_by_id_without_names_or_passwords() -> None:
    boss = factory.account("boss", "admin")
    id, password = accounts.create_account(factory.person("Grotov"), "grotov", None, NOW, boss)
    accounts.change_password(id, None, None, NOW, boss)
    entries = db.session.scalars(db.select(AuditEntry)).all()
    assert {(entry.action, entry.account_id, entry.target) for entry in entries} == {
        ("account.create", boss, id), ("account.password", boss, id)
    }  # fmt: skip
    assert not any(password in str(entry.data) or "Grotov" in str(entry.data) for entry in entries)
