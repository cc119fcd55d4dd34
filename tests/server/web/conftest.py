"""An office with two classes and an account for every role: for one test, or shared by a module that only asks.

The world is built once and copied: hundreds of tests begin here.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from apiflask import APIFlask
from argon2 import PasswordHasher

from server.services import accounts
from tests.server import apps
from tests.server.conftest import NOW
from tests.server.web.world import World, build


class Office(NamedTuple):
    """An application and what was built in it."""

    app: APIFlask
    world: World


@contextmanager
def opened(home: Path) -> Iterator[APIFlask]:
    """An application on a home, inside its context; the clock stands at NOW."""
    with apps.on_home(home, fixed_now=NOW) as app:
        yield app


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed at a low cost; what a hash must cost is tested where it is made."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts._nobodys_hash.cache_clear()


@pytest.fixture(scope="session")
def built_home(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A home in which the world is built."""
    home = tmp_path_factory.mktemp("built") / "home"
    shutil.copytree(blank_home, home)
    with opened(home):
        return home, build()


@pytest.fixture
def app(request: pytest.FixtureRequest, blank_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """An application on a home of its own: with the world for tests that ask for it, else blank."""
    source = request.getfixturevalue("built_home")[0] if "world" in request.fixturenames else blank_home
    shutil.copytree(source, tmp_path / "home")
    with opened(tmp_path / "home") as app:
        yield app


@pytest.fixture
def world(app: APIFlask, built_home: tuple[Path, World]) -> World:
    """The world in this test's own application."""
    return built_home[1]


@pytest.fixture(scope="module")
def office(built_home: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An application with the world, shared by the tests of a module."""
    home = tmp_path_factory.mktemp("office") / "home"
    shutil.copytree(built_home[0], home)
    with opened(home) as app:
        yield Office(app, built_home[1])
