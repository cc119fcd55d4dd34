"""One printed class for all tests that only look at it."""

import copy
from dataclasses import dataclass
from pathlib import Path

import pytest

from printables.pack import print_group
from printables.report import PrintReport
from printables.roster import Roster
from tests.editions import sample_content, sample_edition, write_sample
from tests.printables.rosters import sample_roster


@dataclass(frozen=True)
class Printed:
    """A class file with what it was made from."""

    edition: Path
    content: dict
    roster: Roster
    cache: Path
    report: PrintReport


@pytest.fixture(scope="session")
def edition(tmp_path_factory) -> Path:
    return write_sample(tmp_path_factory.mktemp("editions"), sample_edition())


@pytest.fixture(scope="session")
def printed(edition, tmp_path_factory) -> Printed:
    """Class 7: every kind of sheet, six students with every kind of name."""
    folder = tmp_path_factory.mktemp("printed")
    content = sample_content()
    roster = sample_roster(content, "7")
    report = print_group(edition, roster, folder / "7.pdf", folder / "cache", folder)
    return Printed(edition, content, roster, folder / "cache", report)


@pytest.fixture
def old() -> dict:
    """What an edition said, for tests of what changed since."""
    return sample_content()


@pytest.fixture
def new(old: dict) -> dict:
    """What the next edition says; as long as the test changes nothing, the same."""
    return copy.deepcopy(old)
