"""Offices for tests of imports: one with an empty school, one with the whole village."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask

from server import create_app
from server.config import make_config
from server.extensions import db
from tests.server import factory, village


@pytest.fixture
def school(app: APIFlask) -> APIFlask:
    """A school that knows nothing yet; A/B weeks have no anchor."""
    factory.school(locale="ru", week_anchor=None)
    return app


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
    home = tmp_path / "home"
    shutil.copytree(village_home, home)
    app = create_app(make_config(home, testing=True))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
