"""What one change of a lesson costs with its ripple in a town's school, against comparing two whole editions.

Run: ``.venv/bin/python tests/bench/bench_ripple.py [--changes 12]``. In a school of 820 students lessons of different
classes are cancelled, moved and given to another teacher, on days that are out. Measured is the processor's time of
this process: the deed as it is saved, everything that it touches (pages, groups, students, teachers, packs), and the
texts drafted for every family. The baseline finds pages and groups by brute force: the content of two editions is
frozen, all pages of all groups are made and hashed, the hashes compared; it names no student and no teacher. Both must
name the same pages. The school is built once below ``build/bench``.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]
sys.path.insert(0, str(CHECKOUT))

from flask_babel import force_locale  # noqa: E402
from sqlalchemy import select  # noqa: E402

from server import store  # noqa: E402
from server.extensions import db  # noqa: E402
from server.models import Account, Day, Group, Lesson, LessonTeacher  # noqa: E402
from server.services.content import Author  # noqa: E402
from server.services.days import change_telling, changing, ripple_reading  # noqa: E402
from server.services.days.changing import Deed, Rights  # noqa: E402
from server.services.days.state import LessonState, state_of  # noqa: E402
from server.services.freezing import approved_days, freeze  # noqa: E402
from server.services.weeks import window_of  # noqa: E402
from sync.canonical import canonical  # noqa: E402
from sync.pages import group_pages, page_hashes  # noqa: E402
from tests.bench import big_school  # noqa: E402

TARGET = 0.2  # seconds of the processor
MAY = Rights(may_correct=True, may_approve=True)
NOW = datetime(2026, 12, 21, 3, 0, tzinfo=UTC)
TODAY = big_school.TODAY


def spent(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the processor, and what came of it."""
    db.session.remove()
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result


def edition() -> dict[str, dict[str, str]]:
    """Every page's hash in an edition of what is approved now, by group."""
    with store.snapshot() as session, force_locale("ru"):
        window = window_of(TODAY)
        content = json.loads(canonical(freeze(session, window, approved_days(session, window))))
    return {slug: page_hashes(group_pages(content, slug)) for slug in content["groups"]}


def differ(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> dict[str, set[str]]:
    """Site → pages that are not the same in both."""
    found = {
        slug: {path for path in old.keys() | after[slug].keys() if old.get(path) != after[slug].get(path)}
        for slug, old in before.items()
    }
    return {slug: paths for slug, paths in found.items() if paths}


def wishes(number: int, state: LessonState, teachers: list[str]) -> tuple[str, LessonState]:
    """By turns: cancelled, moved to the next day, given to somebody else."""
    if number % 3 == 0:
        return "cancelled", replace(state, state="cancelled")
    if number % 3 == 1:
        return "moved", replace(state, on=state.on + timedelta(days=1), n=8)
    return "substituted", replace(state, teachers=(teachers[number % len(teachers)],))


def one(number: int, lesson: str, teachers: list[str], by: Author) -> tuple[list[float], dict[str, Any], int]:
    """Save, ripple, texts: seconds of each; the pages named; how many families are told."""
    kind, after = wishes(number, state_of(db.session.get_one(Lesson, lesson)), teachers)
    saving, act = spent(lambda: changing.save(kind, [Deed(kind, after, lesson)], by, MAY))
    reading, found = spent(lambda: ripple_reading.of_act(db.session, act, TODAY))
    wording, prepared = spent(lambda: change_telling.prepare(db.session, found, TODAY))
    return [saving, reading, wording], dict(found.pages), len(prepared.drafts)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--changes", type=int, default=12)
    count = parser.parse_args().changes
    ready = big_school.ready(CHECKOUT / "build" / "bench")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(ready, home)
        with big_school.opened(home) as app, app.test_request_context(), force_locale("ru"):
            return judge(count)


def judge(count: int) -> int:
    """Measure and print; 1 when a change takes too long or names other pages than two editions differ in."""
    soon = TODAY + timedelta(days=1)
    store.write(lambda session: [setattr(day, "published_at", NOW) for day in session.scalars(select(Day))])
    account = db.session.scalars(select(Account).where(Account.login == "deputy-studies")).one()
    by = Author(account.person_id, account.id, NOW, TODAY)
    lessons = list(db.session.scalars(
        select(Lesson.id).where(Lesson.on == soon, Lesson.state == "planned").order_by(Lesson.id)
    ))  # fmt: skip
    teachers = sorted(set(db.session.scalars(select(LessonTeacher.person_id))))
    chosen = [lessons[number * len(lessons) // (count + 1)] for number in range(count + 1)]
    one(0, chosen[0], teachers, by)  # what is loaded once
    mine, brute, told, wrong = [], [], 0, 0
    for number, lesson in enumerate(chosen[1:], 1):
        first, before = spent(edition)
        seconds, pages, drafts = one(number, lesson, teachers, replace(by, now=NOW + timedelta(minutes=number)))
        second, after = spent(edition)
        begun = time.process_time()
        wrong += differ(before, after) != pages
        brute.append(first + second + time.process_time() - begun)
        mine.append(seconds)
        told += drafts
    totals = [sum(seconds) for seconds in mine]
    typical, worst = statistics.median(totals), max(totals)
    parts = [statistics.median(column) for column in zip(*mine, strict=True)]
    groups = len(db.session.scalars(select(Group.id).where(Group.kind == "class")).all())
    print(f"{groups} classes; a change with its ripple and {told / count:.0f} families' texts: median "
          f"{typical * 1000:.0f} ms, worst {worst * 1000:.0f} ms of the processor "
          f"(save {parts[0] * 1000:.0f}, touched {parts[1] * 1000:.0f}, texts {parts[2] * 1000:.0f})")
    print(f"two editions compared: {statistics.median(brute) * 1000:.0f} ms, "
          f"{statistics.median(brute) / typical:.0f} times as long; pages named otherwise: {wrong}")
    return int(worst > TARGET or wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
