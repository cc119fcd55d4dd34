"""How long it takes to write every private page anew, for a school of 820 students with a quarter of works.

Run: ``.venv/bin/python tests/bench/bench_private.py``. Measured is the processor's time of this process: what is read
from the database, the sealing alone, and all of it with the files; medians of interleaved runs. Beside it stands the
look of the hourly job when nothing changed. It fails above the target.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sqlalchemy import event, select  # noqa: E402

from server import clock, store  # noqa: E402
from server.extensions import db  # noqa: E402
from server.models import Edition  # noqa: E402
from server.security import config  # noqa: E402
from server.services.private_pages import addresses, content, files  # noqa: E402
from sync import sealed  # noqa: E402
from sync.canonical import canonical  # noqa: E402
from tests.bench import big_school  # noqa: E402

SECONDS = 2.0


def main() -> None:
    """Print one line of figures; exit 1 above the target."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "korablik-bench")
    chosen = options.parse_args()
    kept = big_school.ready(chosen.folder)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(kept, home)
        with big_school.opened(home):
            fast = report(chosen.runs)
    sys.exit(0 if fast else 1)


def report(runs: int) -> bool:
    """Measure, print, and say whether the target is kept."""
    now, today = clock.now(config(), "Asia/Yekaterinburg"), big_school.TODAY
    queries: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *asked: queries.append(asked[2]))
    stamp = config().cache / files.STAMP

    def read():
        with store.snapshot() as session:
            edition = session.scalars(select(Edition).order_by(Edition.number.desc())).first()
            found = content.pages(session, content.Asked(edition, now, today))
            return found, addresses.keys_of(session, config(), found)

    pages, keys = read()
    asked = len(queries)
    size = sealed.common_size(pages.values())
    lengths = sorted(len(canonical(page)) for page in pages.values())

    def seal() -> None:
        for student, page in pages.items():
            sealed.seal(keys[student], 1, page, size, os.urandom(sealed.NONCE))

    def write() -> None:
        stamp.unlink(missing_ok=True)
        files.refresh(config(), now, today)

    reading, sealing, whole, quiet = measure(runs, (read, seal, write, lambda: files.refresh(config(), now, today)))
    written = [file for file in (config().public / "me").iterdir() if file.suffix == ".js"]
    length = {file.stat().st_size for file in written}
    print(
        f"private pages of {len(pages)} students: all {whole:.2f} s of CPU (reading {reading:.2f} s in {asked} "
        f"queries, sealing {sealing:.2f} s), nothing new {quiet:.2f} s; texts of {lengths[0]}–{lengths[-1]} bytes, "
        f"median {statistics.median(lengths):.0f}; {len(written)} files of {length} bytes"
    )
    return whole <= SECONDS


def measure(runs: int, jobs: tuple[Callable[[], object], ...]) -> list[float]:
    """Medians of the processor's seconds; the first run of each is left out."""
    taken: list[list[float]] = [[] for _ in jobs]
    for _ in range(runs + 1):
        for own, job in zip(taken, jobs, strict=True):
            begun = time.process_time()
            job()
            own.append(time.process_time() - begun)
    return [statistics.median(own[1:]) for own in taken]


if __name__ == "__main__":
    main()
