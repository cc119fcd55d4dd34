"""Full disks: the database may grow by a few pages only, or lies on a small file system that something else fills.

While the disk is full, posts are refused with ``disk_full`` and nothing of them is acknowledged; reading goes on; when
there is room again the same office takes posts without a restart.
"""

import os
import random
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from tests.chaos import broken, homes, poster
from tests.chaos.verdict import Id, Verdict, judge

REFUSED = 6  # refusals before there is room again
AFTER = 8  # deliveries that must be taken in then
MOST = 4000  # deliveries at most until the disk is full
NO_LIMIT = 1_073_741_823  # pages, SQLite's default
SMALL = 12  # megabytes of the small file system
Progress = Callable[[int, int], None]


def run(count: int, seed: int, breakage: str = "", progress: Progress = lambda *_: None) -> Verdict:
    """Fill ``count`` disks by a limit of pages."""
    dice, all_found = random.Random(seed), Verdict()
    with homes.folder() as folder:
        prepared = homes.prepare(folder / "prepared")
        for number in range(count):
            home = homes.fresh(prepared, folder / "home")
            _add(all_found, _by_pages(home, dice.randrange(0, 40), dice.randrange(2**32), breakage))
            progress(number + 1, count)
    return all_found


def _add(all_found: Verdict, found: Verdict) -> None:
    all_found.stored += found.stored
    for name in ("lost", "doubled", "half", "damage"):
        getattr(all_found, name).extend(getattr(found, name))


def _by_pages(home: Path, pages: int, seed: int, breakage: str) -> Verdict:
    """The database may grow by ``pages`` pages."""
    database = home / "korablik.db"
    with broken.office(breakage) as early:
        app = poster.office(home)
        store = app.extensions["store"]

        @event.listens_for(store.writing, "connect")
        def _limit(connection: Any, record: Any) -> None:
            used = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={used + pages}").fetchone()

        def make_room() -> None:
            store.write(lambda session: session.execute(text(f"PRAGMA max_page_count={NO_LIMIT}")) and None)

        found = _fill(app, database, seed, make_room, early)
        store.close()
    return found


def _fill(app: Any, database: Path, seed: int, make_room: Callable[[], None], early: bool = False) -> Verdict:
    """Post from several threads until the disk is full, read, make room, post again; the verdict on all of it."""
    said: set[Id] = set()
    wrong: list[str] = []
    lock = threading.Lock()

    def tell(origin: str, n: int) -> None:
        with lock:
            said.add((origin, n))

    def until_refused(own: int) -> None:
        refused = 0
        for number, envelopes in enumerate(poster.deliveries(1 + own * 100_000, seed + own)):
            code = poster.hand_over(app, envelopes, tell, early)
            refused += code == "disk_full"
            if code not in ("", "disk_full") or number > MOST:
                wrong.append(f"refused with {code!r}" if code else "the disk never got full")
                return
            if refused == REFUSED:
                return

    threads = [threading.Thread(target=until_refused, args=(own,)) for own in range(poster.THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reading:
        if reading.execute("SELECT count(*) FROM op").fetchone()[0] < len(said) and not early:
            wrong.append("what was acknowledged cannot be read while the disk is full")
    make_room()
    for number, envelopes in enumerate(poster.deliveries(900_000, seed)):
        if number == AFTER:
            break
        if code := poster.hand_over(app, envelopes, tell):
            wrong.append(f"not taken in after there was room: {code}")
    found = judge(database, said)
    found.damage += wrong
    return found


class NoMount(Exception):
    """This machine does not let us mount a file system; the text says why."""


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A file system of SMALL megabytes, in memory. Raises NoMount unless root may mount one."""
    if os.geteuid() != 0:
        raise NoMount("a small file system needs root")
    place.mkdir(parents=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}m", "korablik-chaos", place],
                          capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        raise NoMount(done.stderr.strip())
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def run_small_disks(count: int, seed: int, progress: Progress = lambda *_: None) -> Verdict:
    """Fill ``count`` small file systems. Raises NoMount."""
    dice, all_found = random.Random(seed), Verdict()
    with homes.folder() as folder:
        prepared = homes.prepare(folder / "prepared")
        for number in range(count):
            with small_disk(folder / f"disk{number}") as disk:
                _add(all_found, _by_ballast(homes.fresh(prepared, disk / "home"), disk / "ballast", dice))
            progress(number + 1, count)
    return all_found


def _by_ballast(home: Path, ballast: Path, dice: random.Random) -> Verdict:
    """Something else takes all room but a few kilobytes, and goes again."""
    app = poster.office(home)
    poster.hand_over(app, [poster.op_of(800_000)], lambda origin, n: None)  # the office is open before the disk is full
    state = os.statvfs(home)
    ballast.write_bytes(bytes(max(state.f_bavail * state.f_frsize - dice.randrange(0, 600) * 1024, 0)))
    found = _fill(app, home / "korablik.db", dice.randrange(2**32), ballast.unlink)
    app.extensions["store"].close()
    return found
