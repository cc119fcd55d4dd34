"""Power cuts: what an office wrote and synced is recorded, and cut off at chosen moments.

Recorded are light offices (the writer and ``receive``), half of them with the product's settings, half with a log that
goes into the database after a few pages, so that cuts meet checkpoints; ``served`` records the whole office.
"""

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.chaos import disk, homes
from tests.chaos.verdict import Id, Verdict, judge

ROOT = Path(__file__).parents[2]
OPS = 160  # batches in a recording
CUTS = 25  # of one recording

Progress = Callable[[int, int], None]


def run(count: int, seed: int, breakage: str = "", progress: Progress = lambda *_: None) -> Verdict:
    """Cut ``count`` times. Raises disk.NoRecorder where nothing can be recorded."""
    dice, all_found, done = random.Random(seed), Verdict(), 0
    with homes.folder() as folder:
        shim = disk.build_recorder(folder)
        prepared = homes.prepare(folder / "prepared")
        for number in range(-(-count // CUTS)):
            kinds = "+".join(part for part in (breakage, "often" if number % 2 else "") if part)
            before, log = record(shim, prepared, folder, 1 + number * 1_000_000, dice.randrange(2**32), kinds)
            for found in cuts(before, log, min(CUTS, count - done), dice, folder / "left"):
                done += 1
                all_found.stored = max(all_found.stored, found.stored)
                for name in ("lost", "doubled", "half", "damage"):
                    getattr(all_found, name).extend(getattr(found, name))
                progress(done, count)
            if breakage and not all_found.is_good:
                break
    return all_found


def record(shim: Path, prepared: Path, folder: Path, first: int, seed: int, breakage: str) -> tuple[disk.Disk, Path]:
    """Let a light office post under the recorder; the disk before, and the record."""
    home, log = homes.fresh(prepared, folder / "home"), folder / "record"
    log.unlink(missing_ok=True)
    database = home / "korablik.db"
    before = disk.Disk.of(database)
    arguments = [sys.executable, "-m", "tests.chaos.poster", str(home), str(first), str(OPS), str(seed), breakage]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **disk.recorded(shim, database, log)}
    done = subprocess.run([*arguments, str(log)], cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return before, log


def cuts(before: disk.Disk, log: Path, count: int, dice: random.Random, place: Path) -> Iterator[Verdict]:
    """Cut the power ``count`` times along a record; what the next start finds."""
    records = list(disk.read(log))
    if not any(record.kind == "S" for record in records):
        raise RuntimeError("nothing was recorded: the recorder was not loaded")
    wanted = sorted(dice.choices(range(len(records) + 1), k=count))
    place.mkdir(exist_ok=True)
    database, said, at = place / "korablik.db", set[Id](), 0
    for moment in wanted:
        for record in records[at:moment]:
            if record.kind == "A":
                origin, n = record.data.decode().split()
                said.add((origin, int(n)))
            else:
                before.take(record)
        at = moment
        disk.lay_out(before.cut(dice), database)
        yield judge(database, said)
