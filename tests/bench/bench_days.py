"""How long the office takes for the day board of a town's school on a full day, and how many queries it asks.

The town's files are imported into a temporary folder: 33 classes in two shifts, six days, A/B weeks. Measured is the
office's own time for a page, from the request to the finished answer, in one process without a network: CPU time
beside the clock's, because other work on the machine makes the clock's longer; medians of the runs. The day is the one
with most lessons; for a second figure it has been changed and has clashes. The first pages of a process, which compile
templates, are left out.

Run it: ``python tests/bench/bench_days.py``.
"""

import argparse
import cProfile
import pstats
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from server import create_app, models  # noqa: E402
from server.config import make_config  # noqa: E402
from server.extensions import db  # noqa: E402
from server.services import imports, schema, setup  # noqa: E402
from server.services.content import Author  # noqa: E402
from server.services.days import changing  # noqa: E402
from server.services.days.changing import Deed  # noqa: E402
from server.services.days.reading import read_days  # noqa: E402
from tests.bench.bench_journal import measure  # noqa: E402
from tests.server import factory  # noqa: E402

TOWN = ROOT / "tests" / "data" / "town"
FILES = (("terms", "terms.csv"), ("bells", "bells.csv"), ("people", "classes.xlsx"), ("staff", "staff.xlsx"),
         ("timetable", "timetable_asc.xml"), ("tv", "tv_broadcasts.csv"))  # fmt: skip
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 12, 7), date(2026, 12, 19)
MILLISECONDS, QUERIES, CHANGED = 100, 20, 25


def main() -> None:
    """Print one line of figures for each view of the board; exit 1 when one exceeds its target."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=15)
    options.add_argument("--profile", action="store_true", help="tell where the time of the classes' board goes")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        app = create_app(make_config(home, testing=True, fixed_now=NOW.replace(tzinfo=None)))
        with app.app_context():
            schema.prepare()
            account = build()
            on, lessons = fullest_day()
            client = factory.signed_in(app, account)
            slow = False
            for state in ("as planned", f"with {CHANGED} changes"):
                if state != "as planned":
                    change(on, account)
                for by in ("group", "teacher", "room"):
                    what = f"{on}, {lessons} lessons {state}, by {by}"
                    slow |= told(client, f"/days/{on}?by={by}", what, chosen.runs)
            if chosen.profile:
                profile(client, f"/days/{on}?by=group")
            db.session.remove()
            db.engine.dispose()
        app.extensions["store"].close()
    sys.exit(1 if slow else 0)


def told(client: Any, path: str, what: str, runs: int) -> bool:
    """Print the figures of a page; True if they exceed the targets."""
    wall, cpu, queries, size = measure(client, path, runs)
    print(f"day board of 33 classes, {what}: {cpu:.0f} ms of CPU, {wall:.0f} ms by the clock (target ≤ {MILLISECONDS} "
          f"of CPU), {queries} queries (target ≤ {QUERIES}), {size:.0f} KB")  # fmt: skip
    return cpu > MILLISECONDS or queries > QUERIES


def build() -> str:
    """The town, and the account of somebody who composes its days."""
    setup.create(setup.NewSchool("Заречная школа", "admin"), now=NOW)
    for kind, name in FILES:
        imports.run(kind, [(name, (TOWN / name).read_bytes())], actor_id=None, dry_run=False, now=NOW)
    return factory.account("deputy-studies", "deputy_studies")


def fullest_day() -> tuple[date, int]:
    """The day with most lessons, and how many."""
    query = select(models.Lesson.on, func.count()).group_by(models.Lesson.on)
    query = query.where(models.Lesson.on.between(FIRST, LAST))
    on, lessons = max(db.session.execute(query).all(), key=lambda row: (row[1], row[0]))
    return on, lessons


def change(on: date, account: str) -> None:
    """Put lessons one number later, where most clash."""
    by = Author(factory.person_of(account), account, NOW, NOW.date())
    for lesson in read_days(db.session, on, on).lessons[:CHANGED]:
        state = lesson.as_state()
        changing.save("moved", [Deed("moved", replace(state, n=state.n + 1), lesson.id, state.mark())], by)
    db.session.remove()


def profile(client: Any, path: str) -> None:
    """Print what takes most of ten answers."""
    watch = cProfile.Profile()
    watch.enable()
    for _run in range(10):
        client.get(path)
    watch.disable()
    pstats.Stats(watch).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
