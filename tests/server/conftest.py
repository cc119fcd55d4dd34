"""Offices for tests: a migrated home and one with the whole village, made once and copied for each test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import create_app
from server.config import make_config
from server.extensions import db
from server.models import Person
from server.services import accounts, publishing, schema
from server.services.weeks import week_days
from tests.server import factory, village
from tests.server.terminal import Korablik

NOW = datetime(2026, 12, 7, 8, 0)  # Monday of the sample week, at the school


@pytest.fixture(scope="session")
def blank_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty, migrated SQLite database."""
    home = tmp_path_factory.mktemp("blank") / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        db.engine.dispose()
    app.extensions["store"].close()
    return home


@contextmanager
def office_on_copy(home: Path, copy: Path) -> Iterator[APIFlask]:
    """An application on a copy of a home, inside its context."""
    shutil.copytree(home, copy)
    app = create_app(make_config(copy, testing=True))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


@pytest.fixture
def app(blank_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """An application on a copy of the blank home, inside its context; the clock stands at NOW."""
    home = tmp_path / "home"
    shutil.copytree(blank_home, home)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


@pytest.fixture(scope="session")
def village_home(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which the village was imported."""
    home = tmp_path_factory.mktemp("village") / "home"
    shutil.copytree(blank_home, home)
    app = create_app(make_config(home, testing=True))
    with app.app_context():
        factory.school(locale="ru", week_anchor=None)
        reports = village.bring_all()
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    broken = {kind: village.codes(report) for kind, report in reports.items() if report.errors}
    if broken:
        raise ValueError(broken)
    return home


@pytest.fixture
def here(village_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """The village, in a copy of its own."""
    with office_on_copy(village_home, tmp_path / "home") as app:
        yield app


@pytest.fixture(scope="session")
def published_home(village_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The village with the sample week published (no pages: they have tests of their own) and two teachers' accounts.

    ``teacher`` is the physics teacher; ``gone`` has an account that was closed.
    """
    home = tmp_path_factory.mktemp("published") / "home"
    shutil.copytree(village_home, home)
    app = create_app(make_config(home, testing=True))
    with app.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "build_site", lambda *args: [])
        publishing.publish(week_days(NOW.date()), today=NOW.date(), now=village.NOW, actor_id=None)
        ids = {
            login: factory.account(login, person_id=db.session.scalars(
                select(Person.id).where(Person.last_name == name, Person.first_name == "Виктория")
            ).one())
            for login, name in (("teacher", "Незабудкина"), ("gone", "Уткина"))
        }  # fmt: skip
        accounts.set_active(ids["gone"], False, village.NOW, by=ids["teacher"])
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    return home


@pytest.fixture
def published(published_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """The published village, in a copy of its own."""
    with office_on_copy(published_home, tmp_path / "home") as app:
        yield app


@pytest.fixture
def korablik(
    published_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Korablik:
    """The command line on a copy of the published village."""
    home = tmp_path / "home"
    shutil.copytree(published_home, home)
    return Korablik(home, monkeypatch, capsys)
