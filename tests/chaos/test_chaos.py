"""Nothing that was acknowledged is lost, doubled or half; and the suite that says so notices a broken office."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from server.store import PRAGMAS
from tests.chaos import cuts, disk, full, histories, homes, kills, served
from tests.chaos.stories import Stage, another_way, story
from tests.server.offices import Office

SEED = 20261207


@pytest.fixture
def seed() -> int:
    """Another one in each run of the tests; a failure names it."""
    found = random.Random().randrange(2**31)
    print(f"seed {found}")
    return found


# The office as it is


@pytest.mark.large
def test_kills(seed: int):
    found = kills.run(8, seed)
    assert found.is_good, f"{found}, seed {seed}"
    assert found.stored > 8


@pytest.mark.large
@pytest.mark.usefixtures("shim")
def test_power_cuts(seed: int):
    found = cuts.run(2 * cuts.CUTS, seed)
    assert found.is_good, f"{found}, seed {seed}"
    assert found.stored > cuts.OPS / 2


@pytest.mark.large
def test_full_disks(seed: int):
    found = full.run(5, seed)
    assert found.is_good, f"{found}, seed {seed}"


@pytest.mark.large
def test_full_small_file_systems(seed: int):
    try:
        found = full.run_small_disks(2, seed)
    except full.NoMount as reason:  # not root, or root of a container: make chaos tells that it was left out
        assert str(reason)
        return
    assert found.is_good, f"{found}, seed {seed}"


@pytest.mark.large
def test_kills_of_the_served_office_behind_a_bad_network(seed: int):
    found = served.kill(2, seed)
    assert found.is_good, f"{found}, seed {seed}"
    assert found.stored >= 2


@pytest.mark.large
@pytest.mark.usefixtures("shim")
def test_power_cuts_of_the_served_office(seed: int):
    found = served.cut(20, seed)
    assert found.is_good, f"{found}, seed {seed}"


@pytest.mark.postgres
def test_histories_on_both_databases(seed: int, pg_url: str):
    @contextmanager
    def given() -> Iterator[str]:
        yield pg_url

    found = histories.run(40, seed, given)
    assert found.is_good, f"{found}, seed {seed}"
    assert found.conflicts > 10 and found.outcomes["duplicate"] > 10 and found.outcomes["held"] > 10


def test_histories_on_sqlite(seed: int):
    found = histories.run(40, seed, None)
    assert found.is_good, f"{found}, seed {seed}"


# A test of the tests: each breakage is made in the tests' own processes, and must be found


@pytest.mark.large
def test_acknowledging_before_the_commit_is_found_by_kills():
    assert kills.run(40, SEED, "early").lost


@pytest.mark.large
@pytest.mark.usefixtures("shim")
def test_acknowledging_before_the_commit_is_found_by_power_cuts():
    assert cuts.run(cuts.CUTS, SEED, "early").lost


@pytest.mark.large
def test_acknowledging_before_the_commit_is_found_by_full_disks():
    assert full.run(2, SEED, "early").lost


@pytest.mark.large
@pytest.mark.usefixtures("shim")
def test_a_log_that_is_not_synced_is_found():
    assert "synchronous=FULL" in PRAGMAS
    found = cuts.run(2 * cuts.CUTS, SEED, "normal")
    assert found.lost and not found.doubled


def test_a_missing_unique_constraint_is_found():
    """The office looks before it stores; where it looks past what is there, the database has the last word."""
    assert kills.run(6, SEED, "blind").is_good
    assert kills.run(6, SEED, "blind", constrained=False).doubled


def test_the_constraint_that_is_taken_away_was_there(tmp_path: Path):
    home = homes.prepare(tmp_path / "home")
    homes.without_the_constraint(home)
    with pytest.raises(ValueError, match="no unique constraint"):
        homes.without_the_constraint(home)


@pytest.mark.parametrize("spoil", [
    lambda op: None,
    lambda op: {**op, "base": []} if op["base"] else op,
], ids=["an op that does not come", "an op that lost what it builds on"])  # fmt: skip
def test_an_office_that_heard_something_else_is_found(spoil: Callable[[Any], Any]):
    def deafen(office: Office) -> None:
        heard, count = office.receive, [0]

        def receive(*envelopes: Any) -> Any:
            count[0] += 1
            if count[0] % 5 == 0:
                envelopes = tuple(op for each in envelopes if (op := spoil(each)))
            return heard(*envelopes)

        office.receive = receive  # type: ignore[method-assign]

    assert histories.run(40, SEED, None, break_other=deafen).other_revisions


def test_an_office_that_counts_another_order_is_found(monkeypatch: pytest.MonkeyPatch):
    told = histories.offices.office

    @contextmanager
    def office(blank: Path, home: Path, url: str | None = None) -> Iterator[Office]:
        with told(blank, home, url) as found:
            if home.name.startswith("second"):
                heard = found.receive
                found.receive = lambda *batch: heard(*reversed(batch))[::-1]  # type: ignore[method-assign]
            yield found

    monkeypatch.setattr(histories.offices, "office", office)
    assert histories.run(40, SEED, None).other_hash


# The instruments


def _record(kind: str, offset: int = 0, data: bytes = b"", file: int = 1) -> disk.Record:
    return disk.Record(kind, file, offset, data)


def test_a_power_cut_keeps_what_was_synced_and_forgets_freely_what_was_not():
    seen = set()
    for number in range(200):
        medium = disk.Disk({1: bytearray(b"a" * 1024), 2: None, 3: None})
        medium.take(_record("W", 0, b"b" * 1024))
        medium.take(_record("S"))
        medium.take(_record("W", 256, b"c" * 1024))
        medium.take(_record("W", 0, b"wal", file=2))
        left = medium.cut(random.Random(number))
        assert left[1][:256] == b"b" * 256
        seen.add((left[1][256:512], left[1][512:1024], left[1][1024:], left[2]))
    for place, (old, new) in enumerate([(b"b" * 256, b"c" * 256), (b"b" * 512, b"c" * 512), (b"", b"c" * 256),
                                        (None, b"wal")]):  # fmt: skip
        assert {one[place] for one in seen} >= {old, new}, "lost and kept"
    assert any(one[0] != one[1][:256] for one in seen), "torn between two sectors"


def test_a_removal_that_was_not_synced_may_come_back():
    medium = disk.Disk({1: bytearray(b"db"), 2: bytearray(b"wal"), 3: None})
    medium.take(_record("U", file=2))
    assert {medium.cut(random.Random(number))[2] for number in range(20)} == {None, b"wal"}


def test_a_story_is_its_seed_and_brings_everything_at_least_once():
    stage = Stage(["482017036"], ["c" * 32])
    for number in range(50):
        told = story(number, stage)
        assert told == story(number, stage)
        ids = {(op["origin"], op["n"]) for op in told.ops}
        assert len({op["origin"] for op in told.ops}) >= 4 and len(ids) == len(told.ops)
        assert {(op["origin"], op["n"]) for batch in told.batches for op in batch} == ids
        other = list(another_way(told, random.Random(number)))
        assert {(op["origin"], op["n"]) for batch in other for op in batch} == ids


def test_a_recorder_that_is_not_loaded_is_told(tmp_path: Path):
    (tmp_path / "log").write_bytes(b"")
    medium = disk.Disk({1: bytearray(), 2: None, 3: None})
    with pytest.raises(RuntimeError, match="nothing was recorded"):
        next(cuts.cuts(medium, tmp_path / "log", 1, random.Random(1), tmp_path / "left"))


def test_a_machine_without_a_compiler_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(disk.NoRecorder, match="compiler"):
        disk.build_recorder(tmp_path)
