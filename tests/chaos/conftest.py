"""What the tests of chaos share: the recorder, compiled once."""

from pathlib import Path

import pytest

from tests.chaos import disk


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled recorder; without Linux and a compiler these tests cannot run, and say so."""
    return disk.build_recorder(tmp_path_factory.mktemp("shim"))
