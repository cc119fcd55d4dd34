"""What checks compare days with, as it is read from the database: by country, by day, on SQLite and PostgreSQL."""

from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import event

from server import models, reference, store
from server.extensions import db
from server.services.days import approval
from server.services.days.checks.standards import Standards, Workday, read_standards
from server.services.days.reading import read_days
from tests.server import apps, factory
from tests.server.conftest import NOW as LOCAL
from tests.server.factory import TODAY
from tests.server.village import NOW

TOMORROW = TODAY + timedelta(days=1)


def term(kind: str, name: str, first: int, last: int, grades: list[int]) -> None:
    on = (TODAY + timedelta(days=first), TODAY + timedelta(days=last))
    factory.add(models.Term(id=factory.new_id(), year_id=factory.year(), kind=kind, name=name, number=None,
                            starts_on=on[0], ends_on=on[1], grades=grades))  # fmt: skip


def build() -> str:
    """A live lesson on Monday of somebody with a schedule; free days before, on and after that day."""
    factory.school(week_length=6)
    factory.bells()
    teacher = factory.person("Parusov")
    lesson = factory.lesson(factory.course(factory.group()), TODAY, 2, teacher_id=teacher)
    form = lambda session: setattr(session.get_one(models.LessonCourse, lesson.lesson_course), "form", "live")  # noqa: E731
    store.write(form)
    term("public_holiday", "Yesterday", -1, -1, [])
    term("vacation", "Extra", 0, 3, [7])
    term("vacation", "Later", 1, 3, [])
    term("trimester", "Taught", -9, 9, [])
    factory.at_work(teacher, 1, "work", starts="08:00", most_a_day=4)
    return teacher


def read() -> Standards:
    db.session.remove()
    return read_standards(db.session, read_days(db.session, TODAY, TODAY))


def check_reading() -> None:
    teacher = build()
    found = read()
    assert found.week_length == 6 and found.screens["live"] > 0
    kinds = (models.TimetableNorm, models.SubjectDifficulty)
    rows = [row for row in reference.rows() if isinstance(row, kinds) and row.country == "RU"]
    assert len(found.limits) == sum(isinstance(row, models.TimetableNorm) for row in rows) > 0
    assert sum(map(len, found.difficulty.values())) == len(rows) - len(found.limits) > 0
    assert found.limit("lessons_week", 7, TODAY) == 35
    assert [(one.name, one.stretch.kind, one.stretch.grades) for one in found.free] == [("Extra", "vacation", (7,))]
    [schedule] = found.schedules[teacher]
    assert (schedule.most_a_day, schedule.most_a_week, schedule.days) == (4, None, {1: Workday("work", "08:00")})
    assert found.absences == {}
    factory.away(teacher, TOMORROW)
    factory.away(teacher, TODAY, ended_at=NOW)
    assert read().absences == {}, "one is of another day, the other was taken back"
    factory.away(teacher, TODAY, first_n=3, last_n=4)
    assert [one.first_n for one in read().absences[teacher]] == [3]
    assert approval.clashes(db.session, [TODAY]) == {}
    factory.away(teacher, TODAY, first_n=1, last_n=2)
    assert approval.clashes(db.session, [TODAY]) == {TODAY: 1}


def test_all_that_holds_for_a_day_is_read(app: APIFlask) -> None:
    check_reading()


@pytest.mark.postgres
def test_the_same_on_postgres(tmp_path: Path, pg_url: str) -> None:
    with apps.on_postgres(tmp_path / "home", pg_url, fixed_now=LOCAL):
        check_reading()


def test_it_takes_four_queries(app: APIFlask) -> None:
    build()
    days, asked = read_days(db.session, TODAY, TODAY), []
    listener = lambda *given: asked.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        assert read_standards(db.session, days).schedules and len(asked) == 4
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)


def test_without_a_school_nothing_limits_anything(app: APIFlask) -> None:
    found = read_standards(db.session, read_days(db.session, TODAY, TODAY))
    assert (found.limits, found.difficulty, found.free, found.week_length) == ((), {}, (), Standards().week_length)
