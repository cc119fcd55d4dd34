"""How long it takes to approve and publish a day on which one class changed, in the office of a town school of 800.

The school's quarter is built once below ``build/bench`` and copied; its two weeks are published. Then, again and again,
a lesson of one class on the next day is moved (which asks for a new approval), and the director approves the day and
publishes: that is measured, from the first to the last byte of ``public/``, with the page builder's process warm as in
an office that runs. What is frozen, committed and built is told apart.

Run it: ``python tests/bench/bench_publish_day.py [--times 5]``.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
from sqlalchemy import func, select
from sqlalchemy.orm import Session

CHECKOUT = Path(__file__).parents[2]
sys.path.insert(0, str(CHECKOUT))

from server import models, store  # noqa: E402
from server.extensions import db  # noqa: E402
from server.services import publishing  # noqa: E402
from server.services.content import Author  # noqa: E402
from server.services.days import approval, changing  # noqa: E402
from server.services.days.changing import Deed, Rights  # noqa: E402
from server.services.days.state import state_of  # noqa: E402
from sync.ids import content_id  # noqa: E402
from tests.bench import big_school  # noqa: E402

LIMIT = 1.0  # seconds
TODAY, ON = big_school.TODAY, big_school.TODAY + timedelta(days=1)
NOW = big_school.NOW.replace(tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)


def timed(parts: dict[str, list[float]], name: str, call: Callable) -> Callable:
    """The call, with its seconds kept under a name."""

    def measured(*args: object, **more: object) -> object:
        began = time.perf_counter()
        try:
            return call(*args, **more)
        finally:
            parts.setdefault(name, []).append(time.perf_counter() - began)

    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    source = big_school.ready(CHECKOUT / "build" / "bench")
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        shutil.copytree(source, home)
        with big_school.opened(home) as app:
            try:
                measure(times)
            finally:
                app.extensions["child"].close()


def measure(times: int) -> None:
    """Publish everything once, then one changed class again and again."""
    account = content_id("bench", "account", "director")
    person = db.session.get_one(models.Account, account).person_id
    store.write(count_editions)
    begun = time.perf_counter()
    days = [TODAY + timedelta(days=number) for number in range(5)]
    first = publishing.publish(days, today=TODAY, now=NOW, actor_id=person)
    print(f"publish: all {len(first.groups)} groups, first time {time.perf_counter() - begun:.1f} s")
    lesson = a_lesson()
    parts: dict[str, list[float]] = {}
    publishing._freeze = timed(parts, "freeze", publishing._freeze)  # type: ignore[assignment]
    publishing.build_site = timed(parts, "build", publishing.build_site)  # type: ignore[assignment]
    whole, used, built = [], [], set()
    for number in range(times):
        by = Author(person, account, NOW + timedelta(minutes=number + 1), TODAY)
        version = move(lesson, 11 + number % 2, by)
        began, before = time.perf_counter(), processor()
        timed(parts, "approve", approval.approve)({ON: version}, by)
        done = publishing.publish([], today=TODAY, now=by.now, actor_id=person)
        whole.append(time.perf_counter() - began)
        used.append(processor() - before)
        built.add(done.built)
    if any(len(groups) != 1 for groups in built):
        raise SystemExit(f"not one class was built: {built}")
    told = ", ".join(f"{name} {statistics.median(seconds):.2f}" for name, seconds in parts.items())
    print(f"approve and publish a day, one class changed: median {statistics.median(whole):.2f} s, "
          f"worst {max(whole):.2f} s of {times} ({told}); of the processor {statistics.median(used):.2f} s; "
          f"limit {LIMIT} s on a machine that is free")  # fmt: skip


def processor() -> float:
    """Seconds of the processor that this process and the page builder have used."""
    here = psutil.Process()
    return sum(sum(process.cpu_times()[:2]) for process in (here, *here.children(recursive=True)))


def compose_anew() -> None:
    """The day is as if it had not gone out yet, so that a change asks for its approval again."""
    store.write(lambda session: setattr(session.get_one(models.Day, ON), "published_at", None))


def count_editions(session: Session) -> None:
    """The quarter was written without publishing: the next edition follows those that it has."""
    last = session.scalar(select(func.max(models.Edition.number))) or 0
    session.get_one(models.Counter, "edition").value = last


def a_lesson() -> str:
    """A lesson of one class alone."""
    rows = db.session.scalars(
        select(models.Lesson).where(models.Lesson.on == ON, models.Lesson.state == "planned").order_by(models.Lesson.id)
    )
    return next(row.id for row in rows if len(row.courses) == 1 and row.courses[0].course.group.kind == "class")


def move(lesson: str, n: int, by: Author) -> int:
    """Put the lesson elsewhere, without the right to approve; returns the day's version."""
    db.session.remove()
    state = state_of(db.session.get_one(models.Lesson, lesson))
    compose_anew()
    changing.save("moved", [Deed("moved", replace(state, n=n), lesson)], by, Rights())
    db.session.remove()
    return db.session.get_one(models.Day, ON).version


if __name__ == "__main__":
    main()
