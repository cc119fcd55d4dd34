"""A served office whose disk is full or broken: it says so, goes on reading, loses nothing, and recovers by itself."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos import disk, homes, served
from tests.chaos.served import Browser, Phone, Teacher, office
from tests.chaos.verdict import judge

CODE = {507: "disk_full", 500: "disk_error"}
SENTENCE = {507: "The disk is full", 500: "The disk reported an error"}


@dataclass
class Served:
    """A teacher at work in an office whose disk can be broken."""

    teacher: Teacher
    phone: Phone
    fault: Path
    database: Path

    def log(self, times: int = 1) -> None:
        for _each in range(times):
            self.teacher.log()


@pytest.fixture
def here(shim: Path, tmp_path: Path) -> Iterator[Served]:
    """An office under the shim, with a teacher signed in who has logged one work."""
    home, port = homes.prepare(tmp_path / "home"), served.free_port()
    with office(home, port, disk.recorded(shim, home / "korablik.db", None, tmp_path / "fault")):
        browser = Browser(port)
        browser.sign_in()
        found = Served(Teacher(browser, 0), Phone(port, 0), tmp_path / "fault", home / "korablik.db")
        found.log()
        yield found


@pytest.mark.large
@pytest.mark.parametrize(("fault", "status"), [("full", 507), ("eio", 500), ("sync", 500)])
def test_a_broken_disk_is_told_and_nothing_of_it_acknowledged(here: Served, fault: str, status: int):
    broken = here.fault.with_name(f"fault.{fault}")
    broken.touch()
    for _again in range(3):
        with pytest.raises(served.Refused) as refusal:
            here.log()
        assert refusal.value.status == status
        assert SENTENCE[status] in refusal.value.page
    with pytest.raises(served.Refused) as problem:
        here.phone.log()
    told = json.loads(problem.value.page)
    assert (told["status"], told["type"]) == (status, f"urn:korablik:{CODE[status]}")
    assert here.phone.said == [] and len(here.phone.outbox) == served.BATCH
    for path in ("/", "/journal/", here.teacher.at_work[0], "/works/find"):
        assert here.teacher.browser.page(path), "reading goes on"
    assert len(here.teacher.said) == 1
    broken.unlink()
    here.log(3)  # the same form is taken now, without a restart
    here.phone.log()
    assert here.phone.outbox == {}
    found = judge(here.database, here.teacher.said + here.phone.said)
    assert found.is_good and found.stored == 4 + served.BATCH and len(here.teacher.said) == 4


@pytest.mark.large
def test_the_disk_that_is_full_again_and_again(here: Served):
    broken = here.fault.with_name("fault.full")
    for _round in range(5):
        broken.touch()
        with pytest.raises(served.Refused, match="507"):
            here.log()
        broken.unlink()
        here.log()
    found = judge(here.database, here.teacher.said)
    assert found.is_good and found.stored == 6
