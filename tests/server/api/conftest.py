"""An office with the world of the pages' tests, for one test."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from apiflask import APIFlask

from tests.server import phones
from tests.server.phones import Phone
from tests.server.web.conftest import app, built_home, quick_hashes, world
from tests.server.web.world import World

__all__ = ["app", "built_home", "quick_hashes", "world"]


class Office(NamedTuple):
    """An application and what was built in it."""

    app: APIFlask
    world: World
    home: Path


@pytest.fixture
def office(app: APIFlask, world: World, tmp_path: Path) -> Office:
    return Office(app, world, tmp_path / "home")


@pytest.fixture
def phone(office: Office) -> Iterator[Phone]:
    """The subject teacher's phone: algebra in 7a."""
    yield phones.of_role(office, "subject_teacher")
