"""`make chaos`: everything that is broken on purpose here, with its full numbers and what came of it.

    make chaos KILLS=50 CUTS=50 FULL=20 HISTORIES=200 SERVED=5 SEED=7

The same seed makes the same choices; threads and a kill's moment remain the machine's. Exit code 1 when anything was
lost, doubled, half or damaged.
"""

import argparse
import contextlib
import logging
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.chaos import cuts, full, histories, kills, served
from tests.chaos.disk import NoRecorder
from tests.chaos.full import NoMount

BLIND = 20  # one in so many kills is of an office in which only the unique constraint keeps an op single
SMALL_DISKS = 10  # of the full disks, one in so many is a small file system


def main() -> int:
    """Run all parts; 0 if nothing was wrong."""
    wanted = _read()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # what was started ends, too
    logging.disable(logging.CRITICAL)  # refusals are meant
    print(f"seed {wanted.seed}", flush=True)
    small = wanted.full // SMALL_DISKS
    parts: list[tuple[str, int, Callable[[int, int, Any], Any]]] = [
        ("kills of a light office", wanted.kills - wanted.served,
         lambda n, seed, tell: kills.run(n, seed, progress=tell)),
        ("kills of the served office, bad network", wanted.served, served.kill),
        ("kills of an office that sees no duplicate itself", wanted.kills // BLIND,
         lambda n, seed, tell: kills.run(n, seed, "blind", progress=tell)),
        ("power cuts", wanted.cuts, lambda n, seed, tell: cuts.run(n, seed, progress=tell)),
        ("power cuts of the served office", wanted.cuts // 10, served.cut),
        ("full disks by pages", wanted.full - small, lambda n, seed, tell: full.run(n, seed, progress=tell)),
        ("full small file systems", small, full.run_small_disks),
        ("histories", wanted.histories, _histories),
    ]  # fmt: skip
    good = [_part(name, count, wanted.seed, work) for name, count, work in parts if count > 0]
    print("nothing was lost, doubled or half" if all(good) else "SOMETHING IS WRONG, see above", flush=True)
    return 0 if all(good) else 1


def _read() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=(__doc__ or "").partition("\n")[0])
    for name, default in (("kills", 1000), ("cuts", 500), ("full", 200), ("histories", 10_000), ("served", 60)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    found = parser.parse_args()
    found.served = min(found.served, found.kills)
    return found


def _part(name: str, count: int, seed: int, work: Callable[[int, int, Any], Any]) -> bool:
    began = time.monotonic()

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{name}: {done}/{total}\x1b[K")
            sys.stderr.flush()
        elif done * 10 // total > (done - 1) * 10 // total:  # a line for each tenth
            sys.stderr.write(f"{name}: {done}/{total}\n")

    try:
        found = work(count, seed, tell)
    except (NoRecorder, NoMount) as reason:
        print(f"{name}: LEFT OUT, {reason}", flush=True)
        return True
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    told = f"{found.stored} ops acknowledged, " if hasattr(found, "stored") else ""
    print(f"{name}: {count}, {told}{found} ({time.monotonic() - began:.0f} s)", flush=True)
    return found.is_good


def _histories(count: int, seed: int, tell: Any) -> histories.Found:
    """On SQLite and PostgreSQL; without the package that brings a PostgreSQL, on two SQLite."""
    with contextlib.ExitStack() as stack:
        try:
            pg_url = stack.enter_context(histories.postgres())
        except ImportError:
            print("histories: PostgreSQL LEFT OUT, the package pgserver is not here", flush=True)
            pg_url = None
        return histories.run(count, seed, pg_url, tell)


if __name__ == "__main__":
    sys.exit(main())
