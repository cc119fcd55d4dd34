"""How long every page of the office takes in a school of 800 with a quarter of data, and how many queries it asks.

Every address that answers GET is asked signed in as director, deputy, class teacher, subject teacher and operator on
duty; parameters come from the table of rights (tests/server/web/rows_*.py), so a new workplace is measured as soon as
it has its rows. Time is the processor's, of the application called in this process, no network; the median counts.

Run it: ``python tests/bench/bench_office.py``; the school is built once below ``build/bench``.
"""

import argparse
import gc
import importlib
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.exc import SQLAlchemyError

CHECKOUT = Path(__file__).parents[2]
sys.path.insert(0, str(CHECKOUT))

from server import models  # noqa: E402
from server.extensions import db  # noqa: E402
from sync.ids import content_id  # noqa: E402
from tests.bench import big_school  # noqa: E402
from tests.server import factory  # noqa: E402
from tests.server.factory import LessonIds  # noqa: E402
from tests.server.web.rows import Row  # noqa: E402
from tests.server.web.world import Class, World  # noqa: E402

MILLISECONDS, QUERIES = 50, 20
WEB = CHECKOUT / "tests" / "server" / "web"
NOT_PAGES = ("static", "openapi.spec")
FILES = "download", "export", "xlsx", "csv", "file"  # what makes a file may take longer than a page


@dataclass(frozen=True)
class Asked:
    """One page asked by one role."""

    endpoint: str
    role: str
    status: int
    milliseconds: float  # of the processor, so that others' work on the machine does not count
    wall: float
    queries: int
    kilobytes: float

    @property
    def exceeds(self) -> bool:
        return self.milliseconds > MILLISECONDS or self.queries > QUERIES


def rows() -> list[Row]:
    """The rows of the table of rights that ask for something."""
    found = [
        row for file in sorted(WEB.glob("rows_*.py"))
        for row in importlib.import_module(f"tests.server.web.{file.stem}").ROWS
    ]  # fmt: skip
    return [row for row in found if row.method == "GET" and not row.public and row.endpoint not in NOT_PAGES]


def world() -> World:
    """The big school as the table of rights sees one: its first class, with a lesson, a task and a work."""
    accounts = {role: content_id("bench", "account", role) for role in big_school.ROLES}
    return World(_class(0), _class(1), accounts, accounts["operator"], content_id("bench", "class_teacher"))


def _class(number: int) -> Class:
    groups = db.session.scalars(
        select(models.Group).where(models.Group.kind == "class").order_by(models.Group.grade, models.Group.name)
    ).all()  # fmt: skip
    group, since = groups[number], big_school.TODAY - timedelta(days=28)
    taught = select(models.CourseTeacher.course_id).where(
        models.CourseTeacher.person_id == content_id("bench", "subject_teacher")
    )
    course, lesson, lesson_course, material, task = db.session.execute(
        select(models.Course.id, models.Lesson.id, models.LessonCourse.id, models.Material.id, models.Task.id)
        .select_from(models.Task).join(models.LessonCourse, models.LessonCourse.id == models.Task.lesson_course_id)
        .join(models.Lesson).join(models.Course, models.Course.id == models.Task.course_id)
        .join(models.Material, models.Material.lesson_course_id == models.LessonCourse.id)
        .where(models.Course.group_id == group.id, models.Lesson.on.between(since, big_school.TODAY))
        .order_by(models.Course.id.in_(taught).desc(), models.Course.id).limit(1)
    ).one()  # fmt: skip
    codes = dict(db.session.execute(
        select(models.Work.student_id, models.Work.code).where(models.Work.task_id == task)
        .order_by(models.Work.student_id)
    ).all())  # fmt: skip
    student, sibling, *_rest = codes
    guardian = db.session.scalar(select(models.Guardianship.guardian_id).where(
        models.Guardianship.student_id == student
    ))  # fmt: skip
    return Class(group.id, group.slug, course, LessonIds(lesson, lesson_course), material, task, student,
                 guardian or "", sibling, codes)  # fmt: skip


class Counter:
    """Counts the statements that go to the database."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        event.listen(db.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.statements.append(statement)


def ask(app: APIFlask, client: FlaskClient, address: str, query: dict[str, Any], counter: Counter, times: int) -> Any:
    """(answer, median milliseconds of the processor and of the clock, queries of the last asking)."""
    cpu, wall = [], []
    for _time in range(times):
        counter.statements.clear()
        began, used = time.perf_counter(), time.process_time()
        answer = client.get(address, query_string=query)
        answer.get_data()
        cpu.append((time.process_time() - used) * 1000)
        wall.append((time.perf_counter() - began) * 1000)
    return answer, statistics.median(cpu), statistics.median(wall), len(counter.statements)


def measure(app: APIFlask, role: str, where: World, wanted: list[Row], counter: Counter, times: int) -> list[Asked]:
    """Every page that the role is answered."""
    client = factory.signed_in(app, where.accounts[role])
    found = []
    for row in wanted:
        if not row.expected(role)[0]:
            continue
        try:
            with app.test_request_context():
                address = app.url_for(row.endpoint, **row.path(where, where.near))
            query = row.form(where, where.near)
        except (LookupError, AttributeError, SQLAlchemyError) as error:
            print(f"office: no address for {row.endpoint}: {error!r}", file=sys.stderr)
            continue
        client.get(address, query_string=query)  # templates are compiled, plans are made
        gc.collect()
        answer, cpu, wall, queries = ask(app, client, address, query, counter, times)
        found.append(Asked(row.endpoint, role, answer.status_code, cpu, wall, queries, len(answer.data) / 1024))
    return found


def main() -> None:
    """Print the pages, the slowest first, and a line of figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=5)
    options.add_argument("--folder", type=Path, default=CHECKOUT / "build" / "bench")
    options.add_argument("--only", default="", help="part of an endpoint's name")
    options.add_argument("--all", action="store_true", help="print also the pages that keep within the limits")
    options.add_argument("--sql", action="store_true", help="print the statements of the pages chosen with --only")
    chosen = options.parse_args()
    pages: list[Asked] = []
    with big_school.opened(big_school.ready(chosen.folder)) as app:
        counter, where = Counter(), world()
        wanted = [row for row in rows() if chosen.only in row.endpoint]
        for role in big_school.ROLES:
            pages += measure(app, role, where, wanted, counter, chosen.times)
            if chosen.sql:
                print(role, *counter.statements, sep="\n\n")
    pages.sort(key=lambda page: -page.milliseconds)
    for page in pages:
        if chosen.all or page.exceeds or page.status >= 400:
            sign = "!" if page.exceeds else " "
            print(f"{sign} {page.milliseconds:7.1f} ms ({page.wall:.0f} by the clock) {page.queries:4} queries "
                  f"{page.kilobytes:7.1f} KB "
                  f"{page.status} {page.endpoint} ({page.role})")  # fmt: skip
    shown = [page for page in pages if not any(word in page.endpoint for word in FILES)]
    slow = [page for page in shown if page.exceeds]
    if shown:
        print(f"office: {len(shown)} pages × roles, slowest {shown[0].milliseconds:.0f} ms, most queries "
              f"{max(page.queries for page in shown)}, {len(slow)} over {MILLISECONDS} ms or {QUERIES} queries")


if __name__ == "__main__":
    main()
