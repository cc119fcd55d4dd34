"""Ten thousand requests made at random from the description of the interface: no 5xx, no traceback, memory flat.

The requests are those of ``tests/server/api/test_fuzz.py``: schemathesis reads the description of the interface and
makes what fits it and what does not, most of it signed by an enrolled phone; beside it come batches of ops that are
right but for one member. Every answer must be one that the description names, in the shape it names. Memory is this
process's, after the first thousand and at the end; schemathesis and hypothesis, which live in it, remember some, too.

Run it: ``python tests/bench/bench_fuzz.py [REQUESTS]``; a wrong answer ends it with what was asked.
"""

import shutil
import sys
import time
from datetime import datetime
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "build" / "bench" / "fuzz"
sys.path.insert(0, str(ROOT))
COUNT, WARM = 10_000, 1_000


def main(count: int = COUNT) -> None:
    """Prepare an office and a phone, ask, report."""
    from server import create_app
    from server.config import make_config
    from server.extensions import db
    from server.services import schema
    from tests.server import phones
    from tests.server.api.conftest import Office
    from tests.server.api.test_fuzz import run
    from tests.server.web.world import build

    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True, mode=0o700)
    app = create_app(make_config(HOME, testing=True, fixed_now=datetime(2026, 12, 7, 8, 0)))
    here = psutil.Process()
    with app.app_context():
        schema.prepare()
        office = Office(app, build(), HOME)
        phone = phones.of_role(office, "subject_teacher")
        run(office, phone, WARM * 2 // 3)
        before, began = here.memory_info().rss, time.perf_counter()
        fuzz = run(office, phone, count * 2 // 3)
        grown = here.memory_info().rss - before
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    told = ", ".join(f"{status}: {number}" for status, number in sorted(fuzz.statuses.items()))
    print(f"fuzz: {fuzz.asked} requests in {time.perf_counter() - began:.0f} s, answers {told}; "
          f"memory {grown / 1e6:+.0f} MB after the first {WARM} (of {before / 1e6:.0f})")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
