"""Lent applications: what ``create_app`` builds for a home, and nothing of the home before."""

import shutil
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import event

from server import create_app, models
from server.config import make_config
from server.extensions import db
from tests.server import apps, factory
from tests.server.conftest import NOW


@pytest.fixture
def homes(blank_home: Path, tmp_path: Path) -> tuple[Path, Path]:
    for name in ("one", "other"):
        shutil.copytree(blank_home, tmp_path / name)
    return tmp_path / "one", tmp_path / "other"


def test_a_lent_application_is_configured_as_one_of_its_own(homes: tuple[Path, Path]) -> None:
    config = make_config(homes[1], testing=True, fixed_now=NOW, backups_kept=3)
    own = create_app(config)
    with apps.on_home(homes[0]) as before:
        pass
    with apps.lent(config) as app:
        assert app is before
        assert app.config == own.config
        assert {name: type(value) for name, value in app.extensions.items()} == {
            **{name: type(value) for name, value in own.extensions.items()}, "child": apps.Kept,
        }  # fmt: skip
        assert app.extensions["korablik"] is config
        assert str(db.engine.url) == config.database_url
        assert str(app.extensions["store"].writing.url) == config.database_url
        assert app.extensions["encodings"]._folder == own.extensions["encodings"]._folder


def test_a_loan_leaves_nothing_for_the_next(homes: tuple[Path, Path]) -> None:
    seen: list[str] = []
    with apps.on_home(homes[0]) as app:
        factory.school("First")
        event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        app.config["MAX_CONTENT_LENGTH"] = 1
        app.testing = False
        app.extensions["child"] = app.extensions["found"] = object()
        first = dict(app.config)
    with apps.on_home(homes[1]) as again:
        assert again is app
        assert db.session.scalars(db.select(models.School)).all() == []
        assert not seen and again.testing and again.config["MAX_CONTENT_LENGTH"] > 1
        assert again.config["SECRET_KEY"] == (homes[1] / "keys/session.key").read_bytes()
        assert again.config["SQLALCHEMY_DATABASE_URI"] != first["SQLALCHEMY_DATABASE_URI"]
        assert "found" not in again.extensions and again.extensions["child"] is apps.CHILD


def test_limits_of_another_application_bind_no_lent_one(homes: tuple[Path, Path]) -> None:
    with apps.built(make_config(homes[1], testing=False)) as strict:
        assert 429 in _answers(strict)
    with apps.on_home(homes[0]) as app:
        assert 429 not in _answers(app)


def _answers(app: APIFlask) -> list[int]:
    return [app.test_client().post("/api/v1/devices", json={}).status_code for _ in range(11)]


def test_two_homes_at_once_have_two_applications(homes: tuple[Path, Path]) -> None:
    with apps.on_home(homes[0]) as one, apps.on_home(homes[1]) as other:
        assert one is not other
        factory.school("Second")
        with one.app_context():
            assert db.session.scalars(db.select(models.School)).all() == []


def test_a_rule_of_a_test_is_refused_because_it_would_stay(homes: tuple[Path, Path]) -> None:
    with apps.on_home(homes[0]) as app, pytest.raises(AssertionError, match="add_url_rule"):
        app.add_url_rule("/mine", "mine", lambda: "")
