"""What the tests of chaos share: the recorder, where this machine can have one."""

from pathlib import Path

import pytest

from tests.chaos import disk


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled recorder; without Linux and a compiler these tests are skipped, and say so."""
    try:
        return disk.build_recorder(tmp_path_factory.mktemp("shim"))
    except disk.NoRecorder as reason:
        pytest.skip(str(reason))
