"""Signing in and out as a browser does it: sessions, forged forms, limits, languages, passwords."""

import re
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from itsdangerous import TimestampSigner
from werkzeug.test import TestResponse

from server import clock, create_app, store
from server.config import make_config
from server.extensions import db
from server.models import Account, EndedSession, School
from server.services import accounts, upkeep
from server.web.auth import local_path
from tests.server import factory
from tests.server.conftest import NOW
from tests.server.factory import PASSWORD, Client


@pytest.fixture(autouse=True)
def _school(app: APIFlask) -> None:
    factory.school()


def token_of(html: str) -> str:
    """The CSRF token that a page's form carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found
    return found[1]


def sign_in(client: Client, login: str, password: str = PASSWORD, **more: str) -> TestResponse:
    """Fill in the form and send it."""
    form = client.get("/sign-in").text
    return client.post("/sign-in", data={"login": login, "password": password, "csrf_token": token_of(form), **more})


def cookie(client: Client) -> str:
    """What the session's cookie holds."""
    found = client.get_cookie("session")
    return found.value if found else ""


def test_a_person_signs_in_sees_today_and_signs_out(app: APIFlask) -> None:
    factory.account("nina", "director")
    client = factory.visitor(app)
    assert sign_in(client, "nina").location == "/"
    page = client.get("/")
    assert page.status_code == 200
    assert client.post("/sign-out", data={"csrf_token": token_of(page.text)}).location == "/sign-in"
    assert client.get("/").location == "/sign-in"


def test_a_copied_cookie_is_worth_nothing_after_signing_out_and_other_devices_stay(app: APIFlask) -> None:
    factory.account("nina", "director")
    here, elsewhere, thief = (factory.visitor(app) for _ in range(3))
    for client in (here, elsewhere):
        sign_in(client, "nina")
    thief.set_cookie("session", cookie(here))
    page = thief.get("/")
    assert page.status_code == 200
    here.post("/sign-out", data={"csrf_token": token_of(here.get("/").text)})
    assert thief.get("/").location == "/sign-in"
    assert thief.post("/language", data={"locale": "ru", "csrf_token": token_of(page.text)}).status_code == 401
    assert elsewhere.get("/").status_code == 200
    assert sign_in(here, "nina").location == "/"
    assert here.get("/").status_code == 200
    [row] = db.session.scalars(db.select(EndedSession))
    assert len(row.sid_hash) == 64


def test_signing_out_twice_or_as_nobody_ends_nothing_more(app: APIFlask) -> None:
    factory.account("nina", "director")
    here, same, nobody = (factory.visitor(app) for _ in range(3))
    sign_in(here, "nina")
    token = token_of(here.get("/").text)
    same.set_cookie("session", cookie(here))
    for client in (here, same):
        assert client.post("/sign-out", data={"csrf_token": token}).location == "/sign-in"
    assert nobody.post("/sign-out", data={"csrf_token": token_of(nobody.get("/sign-in").text)}).status_code == 302
    assert db.session.scalar(db.select(db.func.count()).select_from(EndedSession)) == 1


def test_a_session_that_cannot_be_ended_belongs_to_nobody(app: APIFlask) -> None:
    client = factory.signed_in(app, factory.account("nina", "director"))
    assert client.get("/").status_code == 200
    with client.session_transaction() as session:
        del session["sid"]
    assert client.get("/").location == "/sign-in"


@pytest.mark.parametrize(("days", "holds"), [(13, True), (15, False)])
def test_a_session_ends_by_itself_after_two_weeks(
    app: APIFlask, monkeypatch: pytest.MonkeyPatch, days: int, holds: bool
) -> None:
    signed_at = int(time.time()) - days * 24 * 3600
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: signed_at)
    client = factory.signed_in(app, factory.account("nina", "director"))
    monkeypatch.undo()
    assert (client.get("/").status_code == 200) is holds


def test_ended_sessions_are_forgotten_when_no_cookie_of_theirs_is_valid(app: APIFlask) -> None:
    now = clock.now(app.extensions["korablik"], "UTC")
    for sid, days in (("old", 32), ("new", 30)):
        accounts.end_session(sid, now - timedelta(days=days))
    assert upkeep.forget_ended_sessions(app) == 1
    assert accounts.is_ended(db.session, "new") and not accounts.is_ended(db.session, "old")


def test_the_form_shows_the_school_and_keeps_the_login_after_a_mistake(app: APIFlask) -> None:
    factory.account("nina", "director")
    client = factory.visitor(app)
    assert "Lesnaya school" in client.get("/sign-in").text
    wrong = sign_in(client, "nina", "no-such-password")
    assert wrong.status_code == 403
    assert 'value="nina"' in wrong.text
    assert "no-such-password" not in wrong.text
    assert "Login or password is wrong" in wrong.text


def test_the_session_begins_anew_at_sign_in(app: APIFlask) -> None:
    factory.account("nina", "director")
    client = factory.visitor(app)
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    before = cookie(client)
    token = token_of(client.get("/sign-in").text)
    sign_in(client, "nina")
    assert cookie(client) != before
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"]
    assert client.post("/language", data={"locale": "ru", "csrf_token": token}).status_code == 400


def test_an_old_cookie_is_worth_nothing_after_the_password_changed(app: APIFlask) -> None:
    account = factory.account("nina", "director")
    stolen, client = factory.signed_in(app, account), factory.signed_in(app, account)
    changed = client.post("/password", data={"old": PASSWORD, "new": "much-better-one", "again": "much-better-one"})
    assert changed.location == "/"
    assert client.get("/").status_code == 200
    assert stolen.get("/").location == "/sign-in"


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"old": "wrong-wrong", "new": "much-better-one", "again": "much-better-one"}, "present password is wrong"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "too short"),
        ({"old": PASSWORD, "new": "much-better-one", "again": "much-better-two"}, "differ"),
    ],
)
def test_a_refused_password_says_why_beside_the_field(app: APIFlask, form: dict[str, str], told: str) -> None:
    client = factory.signed_in(app, factory.account("nina", "director"))
    answer = client.post("/password", data=form)
    assert answer.status_code == 422
    assert re.search(rf'class="error" id="e-(old|new|again)">[^<]*{told}', answer.text)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/language", "/password", "/accounts/"])
def test_a_form_without_its_token_gets_a_kind_page(app: APIFlask, path: str) -> None:
    client = factory.signed_in(app, factory.account("nina", "director"))
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    answer = client.post(path, data={"login": "nina", "password": PASSWORD})
    assert answer.status_code == 400
    assert "This page was open for too long" in answer.text
    assert "<h1>" in answer.text


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/a\r\nb", ""],
)
def test_signing_in_never_leads_to_another_site(app: APIFlask, target: str) -> None:
    assert local_path(target) == "/"
    factory.account("nina", "director")
    client = factory.visitor(app)
    assert sign_in(client, "nina", next=target).location == "/"
    assert client.get("/sign-in", query_string={"next": target}).location == "/"


def test_signing_in_leads_to_the_page_that_was_asked_for(app: APIFlask) -> None:
    factory.account("nina", "director")
    client = factory.visitor(app)
    asked = client.get("/lessons/?teacher=%D0%92")
    assert asked.location.startswith("/sign-in?next=")
    form = client.get(asked.location).text
    target = re.search(r'name="next" value="([^"]+)"', form)
    assert target
    assert sign_in(client, "nina", next=target[1]).location.startswith("/lessons/?teacher=")


def test_the_cookie_is_closed_to_scripts_and_other_sites(app: APIFlask) -> None:
    factory.account("nina", "director")
    header = sign_in(factory.visitor(app), "nina").headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header


def test_behind_a_proxy_the_cookie_needs_https(blank_home: Path, tmp_path: Path) -> None:
    app = create_app(make_config(tmp_path / "proxied", proxies=1, testing=True))
    assert app.config["SESSION_COOKIE_SECURE"] is True


def test_a_demo_takes_its_logins_on_its_own_computer_only(app: APIFlask) -> None:
    store.write(lambda session: setattr(session.scalar(db.select(School)), "is_demo", True))
    factory.account("demo", "director")
    far, here = factory.visitor(app), factory.visitor(app)
    far.environ_base["REMOTE_ADDR"] = "192.168.1.20"
    refused = sign_in(far, "demo")
    assert refused.status_code == 403
    assert "only on the computer where the demo runs" in refused.text
    assert sign_in(here, "demo").location == "/"


def test_a_person_chooses_a_language_and_it_stays(app: APIFlask) -> None:
    account = factory.account("nina", "director")
    client = factory.signed_in(app, account)
    assert '<html lang="en">' in client.get("/").text
    assert client.post("/language", data={"locale": "ru", "next": "/people/"}).location == "/people/"
    db.session.rollback()
    assert db.session.get_one(Account, account).locale == "ru"
    assert '<html lang="ru">' in client.get("/").text
    assert client.post("/language", data={"locale": "xx"}).status_code == 422


@pytest.fixture
def limited(blank_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """An application as it really serves, with limits."""
    home = tmp_path / "limited"
    shutil.copytree(blank_home, home)
    limited = create_app(make_config(home, fixed_now=NOW))
    with limited.app_context():
        factory.school()
        factory.account("nina", "director")
        factory.account("olga", "director")
        yield limited
        db.session.remove()
        db.engine.dispose()
    limited.extensions["store"].close()


def _from(app: APIFlask, address: str) -> Client:
    client = factory.visitor(app)
    client.environ_base["REMOTE_ADDR"] = address
    return client


def test_guessing_one_login_is_slowed_down_from_whatever_address(limited: APIFlask) -> None:
    codes = [sign_in(_from(limited, f"10.0.0.{n}"), "nina", "guess-guess-guess").status_code for n in range(7)]
    assert codes == [403] * 5 + [429] * 2
    blocked = sign_in(_from(limited, "10.0.0.99"), "nina")
    assert blocked.status_code == 429
    assert "Too many attempts" in blocked.text
    assert sign_in(_from(limited, "10.0.0.99"), "olga").location == "/"


def test_guessing_many_logins_from_one_address_is_slowed_down(limited: APIFlask) -> None:
    codes = [sign_in(_from(limited, "10.0.1.1"), f"login-{n}", "guess-guess-guess").status_code for n in range(12)]
    assert codes == [403] * 10 + [429] * 2
    assert sign_in(_from(limited, "10.0.1.2"), "olga").location == "/"


def test_a_staff_room_behind_one_address_signs_in_at_once(limited: APIFlask) -> None:
    assert {sign_in(_from(limited, "10.0.2.1"), "olga").location for _ in range(15)} == {"/"}
