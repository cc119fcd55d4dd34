"""Who guesses codes or signatures is slowed down; who signs rightly never is."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask

from server import create_app
from server.config import make_config
from server.extensions import db
from tests.server import factory
from tests.server.conftest import NOW
from tests.server.phones import Phone, code_of


@pytest.fixture
def limited(blank_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """An application as it really serves, with limits."""
    home = tmp_path / "limited"
    shutil.copytree(blank_home, home)
    limited = create_app(make_config(home, fixed_now=NOW))
    with limited.app_context():
        factory.school()
        yield limited
        db.session.remove()
        db.engine.dispose()
    limited.extensions["store"].close()


def test_guessing_codes_is_slowed_down(limited: APIFlask) -> None:
    stranger = Phone(factory.visitor(limited), "")
    body = {"code": "482170317", "public_key": stranger.point, "name": "x"}
    answers = [stranger.client.post("/api/v1/devices", json=body) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429] * 2
    assert code_of(answers[-1]) == "too_many_tries"


def test_guessing_signatures_is_slowed_down_and_signing_rightly_is_not(limited: APIFlask) -> None:
    phone = Phone(factory.visitor(limited), factory.person_of(factory.account("nina", "tutor"))).enrolled()
    assert {phone.get("/api/v1/devices/me").status_code for _ in range(70)} == {200}
    guess = Phone(phone.client, phone.person, origin=phone.origin)
    codes = [guess.get("/api/v1/devices/me").status_code for _ in range(62)]
    assert codes == [401] * 60 + [429] * 2
