"""How long the office takes for the journal page of a class and quarter, and for its term marks; and how many queries.

A school of 27 classes with 30 students each, made in a temporary folder. Every class has one course with a quarter of
60 lessons and 40 tasks, all handed in and marked (32,400 works): the database has to find one class's among them.
Measured is the office's own time for a page, from the request to the finished answer, in one process without a
network: CPU time beside the clock's, because other work on the machine makes the clock's longer; medians of the runs.
The first page of a process, which compiles templates, is left out.

Run it: ``python tests/bench/bench_journal.py``.
"""

import argparse
import cProfile
import pstats
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from server import create_app, models, store  # noqa: E402
from server.config import make_config  # noqa: E402
from server.extensions import db  # noqa: E402
from server.services import schema  # noqa: E402
from sync import decide  # noqa: E402
from sync.codes import complete  # noqa: E402
from tests.server import factory  # noqa: E402

CLASSES, STUDENTS, LESSONS, TASKS = 27, 30, 60, 40
FIRST = date(2026, 11, 5)
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
MILLISECONDS, QUERIES = 80, 20
WEIGHTED = ("homework", "control", "test", "independent")


def main() -> None:
    """Print one line of figures for each page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=15)
    options.add_argument("--profile", action="store_true", help="tell where the time of the journal's page goes")
    chosen = options.parse_args()
    runs = chosen.runs
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        app = create_app(make_config(home, testing=True, fixed_now=NOW.replace(tzinfo=None)))
        with app.app_context():
            schema.prepare()
            course, account = build()
            client = factory.signed_in(app, account)
            for name, path in (("journal", f"/journal/{course}"), ("term marks", f"/journal/{course}/terms")):
                wall, cpu, queries, size = measure(client, path, runs)
                print(
                    f"{name} of a class of {STUDENTS} and a quarter ({LESSONS} lessons, {TASKS} tasks, all marked; "
                    f"{CLASSES * STUDENTS} students in the school): {cpu:.0f} ms of CPU, {wall:.0f} ms by the clock "
                    f"(target ≤ {MILLISECONDS}), {queries} queries (target ≤ {QUERIES}), {size:.0f} KB"
                )
            if chosen.profile:
                profile(client, f"/journal/{course}")
            db.session.remove()
            db.engine.dispose()
        app.extensions["store"].close()


def measure(client: Any, path: str, runs: int) -> tuple[float, float, int, float]:
    """(median milliseconds by the clock, of CPU, queries, kilobytes of the page)."""
    found: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: found.append(given[2]))
    walls, cpus, size, queries = [], [], 0, 0
    for run in range(runs + 1):
        found.clear()
        started = time.perf_counter(), time.process_time()
        answer = client.get(path)
        took = time.perf_counter() - started[0], time.process_time() - started[1]
        if answer.status_code != 200:
            sys.exit(f"{path} answers {answer.status_code}")
        queries, size = len(found), len(answer.data)
        if run:
            walls.append(took[0])
            cpus.append(took[1])
    return statistics.median(walls) * 1000, statistics.median(cpus) * 1000, queries, size / 1024


def profile(client: Any, path: str) -> None:
    """Print what takes most of ten answers."""
    watch = cProfile.Profile()
    watch.enable()
    for _run in range(10):
        client.get(path)
    watch.disable()
    pstats.Stats(watch).sort_stats("cumulative").print_stats(45)


def build() -> tuple[str, str]:
    """The school; returns the course that is looked at and its teacher's account."""
    factory.school()
    factory.bells()
    last = ""
    for number in range(CLASSES):
        last = _class(number)
    account = factory.account("teacher")
    factory.teacher(last, factory.person_of(account))
    return last, account


def _class(number: int) -> str:
    group = factory.group(f"{5 + number // 5} «{number}»", f"c{number}", 5 + number // 5)
    students = [factory.student(group, f"Surname{k:02d}", "Name") for k in range(STUDENTS)]
    course = factory.course(group, "algebra")
    store.write(lambda session: session.execute(insert(models.CoursePlanTopic), [
        {"id": f"plan{number:04d}{n:04d}", "course_id": course, "position": n, "topic": f"Topic {n}", "hours": 1}
        for n in range(LESSONS)
    ]))  # fmt: skip
    lessons = [
        factory.lesson(course, FIRST + timedelta(days=n // 2), n=1 + n % 2, topic="").lesson_course
        for n in range(LESSONS)
    ]
    tasks = [factory.task(lesson, f"Task {n}", FIRST + timedelta(days=n // 2), kind=WEIGHTED[n % 4])
             for n, lesson in enumerate(lessons[:TASKS])]  # fmt: skip
    store.write(lambda session: _mark_all(session, number, tasks, students))
    return course


def _mark_all(session: Session, number: int, tasks: list[str], students: list[str]) -> None:
    """A work, its op, return and mark for every student of every task, past the writer, as rows."""
    rows: dict[type, list[dict[str, Any]]] = {}
    for n, (task, student) in enumerate((task, student) for task in tasks for student in students):
        seq = 1 + number * len(tasks) * len(students) + n
        work, value = f"w{seq:031d}", str(2 + seq * 7 % 4)
        code = complete(f"{seq:07d}")
        revision = decide.make_revision(code, (), ("mark", value))
        _add(rows, models.Work, id=work, task_id=task, student_id=student, code=code, created_at=NOW)
        _add(rows, models.Op, seq=seq, origin=f"{seq:016x}", n=0, sha256=f"{seq:064x}", v=1, type="return",
             author_id=None, at=NOW.isoformat(), returned_on="2026-12-01", base=[], data={}, outcome="accepted",
             received_at=NOW)  # fmt: skip
        _add(rows, models.Return, op_seq=seq, work_id=work, returned_on=date(2026, 12, 1), channel="paper", comment="",
             logged_by=None, received_at=NOW)  # fmt: skip
        _add(rows, models.MarkRevision, id=revision.id, work_id=work, base=[], verdict="mark", value=value,
             first_seq=seq)  # fmt: skip
        _add(rows, models.MarkAct, op_seq=seq, revision_id=revision.id, work_id=work, author_id=None, comment="",
             at=NOW)  # fmt: skip
    for model, own in rows.items():
        session.execute(insert(model), own)


def _add(rows: dict[type, list[dict[str, Any]]], model: type, **values: Any) -> None:
    rows.setdefault(model, []).append(values)


if __name__ == "__main__":
    main()
