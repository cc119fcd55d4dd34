"""How long it takes to check a week of the town's timetable: read from the database, and by every check there is.

33 classes, 820 students, 63 teachers, some 1,150 lessons in the week. To give every check work, each lesson is held
live, each teacher has a working schedule and siblings share devices as the sample says. Beside it stands a baseline in
the same run: conflicts found by comparing all pairs of a day's lessons, which must give the same answer. Time is the
processor's, medians of interleaved runs; the first run of each is left out.

Run it: ``python tests/bench/bench_checks.py``. It fails when a week takes longer than the target.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

from sqlalchemy import select, update

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from server import create_app, models, store  # noqa: E402
from server.config import make_config  # noqa: E402
from server.extensions import db  # noqa: E402
from server.services import imports, schema  # noqa: E402
from server.services.days import checking  # noqa: E402
from server.services.days.checks.standards import read_standards  # noqa: E402
from server.services.days.clashes import Clash, between, clashes, overlap  # noqa: E402
from server.services.days.reading import Days, read_days  # noqa: E402
from tests.server import factory  # noqa: E402

TOWN = ROOT / "tests" / "data" / "town"
FILES = {"people": "classes.xlsx", "staff": "staff.xlsx", "bells": "bells.csv", "connectivity": "connectivity.csv"}
MONDAY = date(2026, 12, 7)
SUNDAY = MONDAY + timedelta(days=6)
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
TERM = "Вид,Название,Начало,Конец\nчетверть,2 четверть,2026-12-07,2026-12-20\n"
MILLISECONDS = 300


def main() -> None:
    """Print one line of figures; exit 1 above the target or when the baseline finds something else."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=11)
    options.add_argument("--timetable", default="conflicts/timetable_asc.xml", help="a file of the town")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        app = create_app(make_config(home, testing=True, fixed_now=NOW.replace(tzinfo=None)))
        with app.app_context():
            schema.prepare()
            build(chosen.timetable)
            fast = report(chosen.runs)
            db.session.remove()
            db.engine.dispose()
        app.extensions["store"].close()
    sys.exit(0 if fast else 1)


def build(timetable: str) -> None:
    """The town for two weeks, all lessons live, a schedule for everybody who teaches."""
    factory.school(locale="ru", week_anchor=None, week_length=6)
    bring("terms", "terms.csv", TERM.encode())
    for kind, name in FILES.items():
        bring(kind, name, (TOWN / name).read_bytes())
    bring("timetable", "timetable.xml", (TOWN / timetable).read_bytes())
    store.write(lambda session: session.execute(update(models.LessonCourse).values(form="live")))
    teachers = db.session.scalars(select(models.LessonTeacher.person_id).distinct()).all()
    for id in teachers:
        days = [models.WorkDay(weekday=n, kind="methodical" if n == 3 else "work", starts="08:00") for n in range(1, 7)]
        factory.add(models.WorkSchedule(id=factory.new_id(), person_id=id, since=factory.SINCE, most_a_day=5,
                                        most_a_week=18, days=days))  # fmt: skip


def bring(kind: str, name: str, data: bytes) -> None:
    """Import a file of the town."""
    if imports.run(kind, [(name, data)], actor_id=None, dry_run=False, now=NOW).errors:
        sys.exit(f"{name} was not imported")


def report(runs: int) -> bool:
    """Measure, print, and say whether the target is kept."""
    days = read_days(db.session, MONDAY, SUNDAY)
    standards = read_standards(db.session, days)
    if clashes(days.lessons, days.facts) != all_pairs(days):
        sys.exit("checks: the baseline finds other conflicts")
    whole, reading, checks, conflicts, naive = measure(runs, (
        lambda: checking.check(db.session, MONDAY, SUNDAY),
        lambda: (read_days(db.session, MONDAY, SUNDAY), read_standards(db.session, days)),
        lambda: checking.check_days(days, standards), lambda: clashes(days.lessons, days.facts),
        lambda: all_pairs(days),
    ))  # fmt: skip
    found = checking.check_days(days, standards)
    print(
        f"checks of a week ({len(days.lessons)} lessons, {len({one.code for one in found})} kinds, {len(found)} "
        f"findings): {whole:.0f} ms of CPU with reading (target ≤ {MILLISECONDS}); reading {reading:.0f}, all checks "
        f"{checks:.0f}; conflicts {conflicts:.0f} ms against {naive:.0f} ms by all pairs of a day: "
        f"{naive / conflicts:.0f} times faster; everything, with reading, takes {whole / naive:.2f} of that baseline"
    )
    return whole <= MILLISECONDS


def all_pairs(days: Days) -> list[Clash]:
    """The baseline: every lesson of a day against every other."""
    return sorted(
        clash for offset in range(7) for one, other in combinations(days.on(days.first + timedelta(days=offset)), 2)
        if one.is_held and other.is_held and ((one.shift, one.n) == (other.shift, other.n) or overlap(one, other))
        for clash in between(one, other, days.facts)
    )  # fmt: skip


def measure(runs: int, tried: tuple[Callable[[], object], ...]) -> list[float]:
    """Median milliseconds of CPU of each, run in turn."""
    took: list[list[float]] = [[] for _ in tried]
    for run in range(runs + 1):
        for number, one in enumerate(tried):
            db.session.remove()
            began = time.process_time()
            one()
            if run:
                took[number].append((time.process_time() - began) * 1000)
    return [statistics.median(own) for own in took]


if __name__ == "__main__":
    main()
