"""`kill -9` in the middle of posts: a light office (the writer and ``receive``) is killed again and again.

Each round is a fork of one prepared process, so a thousand kills take minutes. Databases grow over RENEW rounds and
are then begun anew: recovery must work on a young and on a grown one.
"""

import multiprocessing
import random
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.chaos import homes, poster
from tests.chaos.verdict import Id, Verdict, judge

RENEW = 40  # rounds on one database
LONGEST = 0.25  # seconds from the first acknowledgement to the kill
PATIENCE = 60.0  # seconds for the first acknowledgement

Progress = Callable[[int, int], None]


def context() -> "multiprocessing.context.ForkServerContext":
    """Where processes are forked from: one that has loaded the office and runs no thread."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["tests.chaos.poster"])
    return found


def run(
    count: int, seed: int, breakage: str = "", constrained: bool = True, progress: Progress = lambda *_: None
) -> Verdict:
    """Kill ``count`` times; everything that was found wrong, and how many ops were acknowledged (``stored``)."""
    dice, all_found = random.Random(seed), Verdict()
    with homes.folder() as folder:
        prepared = homes.prepare(folder / "prepared")
        if not constrained:
            homes.without_the_constraint(prepared)
        said: list[Id] = []
        for number in range(count):
            if number % RENEW == 0:
                all_found.stored += len(set(said))
                home, said = homes.fresh(prepared, folder / "home"), []
            said += _round(home, number % RENEW, dice, breakage)
            found = judge(home / "korablik.db", said)
            for name in ("lost", "doubled", "half", "damage"):
                getattr(all_found, name).extend(getattr(found, name))
            progress(number + 1, count)
            if not found.is_good and breakage:
                break  # the suite bites: more would say the same
        all_found.stored += len(set(said))
    return all_found


def _round(home: Path, number: int, dice: random.Random, breakage: str) -> list[Id]:
    """Start an office, kill it after a while; the ops it acknowledged."""
    forks = context()
    reading, writing = forks.Pipe(duplex=False)
    arguments = (str(home), 1 + number * 1_000_000, dice.randrange(2**32), breakage, writing)
    process = forks.Process(target=poster.post, args=arguments, daemon=True)
    process.start()
    writing.close()
    with closing(reading), open(reading.fileno(), "rb", closefd=False) as lines:
        first = lines.readline()
        time.sleep(dice.choice((0.0, dice.uniform(0, 0.02), dice.uniform(0, LONGEST))))
        process.kill()
        process.join(PATIENCE)
        data = first + lines.read()
    if not first:
        raise RuntimeError(f"the office said nothing (exit code {process.exitcode})")
    told = data.decode().split("\n")[:-1]  # a last line that was cut off was not told
    return [(origin, int(n)) for origin, n in (line.split() for line in told)]

