"""An office with two classes and an account for every role: for one test, or shared by a module that only asks."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from apiflask import APIFlask

from server import create_app
from server.config import make_config
from server.extensions import db
from tests.server.conftest import NOW
from tests.server.web.world import World, build


class Office(NamedTuple):
    """An application and what was built in it."""

    app: APIFlask
    world: World


@pytest.fixture
def world(app: APIFlask) -> World:
    """The world in this test's own application."""
    return build()


@pytest.fixture(scope="module")
def office(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An application with the world, shared by the tests of a module."""
    home = tmp_path_factory.mktemp("office") / "home"
    shutil.copytree(blank_home, home)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        yield Office(app, build())
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
