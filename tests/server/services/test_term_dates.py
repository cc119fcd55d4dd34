"""The dates of the year shift: told beforehand, carried out whole, nothing dropped, taken back to the row."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import create_app, models
from server.config import make_config
from server.errors import DomainError
from server.extensions import db
from server.services import imports, term_dates, term_lessons
from server.services.calendar import Stretch
from server.services.content import Author
from server.services.days.changing import Rights, undo
from server.services.plan_effects import effect
from server.services.plan_hours import Topic
from server.services.term_changes import Added, Known, Wanted
from tests.server import factory, village
from tests.server.conftest import office_on_copy
from tests.server.factory import TODAY
from tests.server.services.test_import_undo import state

FRIDAY = TODAY + timedelta(days=4)
RIGHTS = Rights(may_correct=True)


@pytest.fixture
def school(village_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """The village in a copy of its own."""
    with office_on_copy(village_home, tmp_path / "home") as app:
        yield app


def author() -> Author:
    person = db.session.scalars(select(models.CourseTeacher.person_id)).first()
    db.session.remove()
    return Author(person, None, village.NOW, TODAY)


def quarantine(first: date = FRIDAY, last: date = FRIDAY, **values: object) -> Wanted:
    return Wanted({}, frozenset(), Added("public_holiday", "Карантин", first, last, **values))


def planned(on: date) -> list[models.Lesson]:
    return list(db.session.scalars(select(models.Lesson).where(models.Lesson.on == on,
                                                               models.Lesson.state == "planned")))  # fmt: skip


def carry_out(wanted: Wanted) -> str:
    by = author()
    told = term_dates.effects(db.session, wanted, by)
    db.session.remove()
    run = term_dates.apply(wanted, told.mark, by, RIGHTS, "Карантин")
    db.session.remove()
    return run


def test_a_free_day_takes_its_lessons_away_and_back(school: APIFlask) -> None:
    before, number = state(), len(planned(FRIDAY))
    told = term_dates.effects(db.session, quarantine(), author())
    assert state() == before, "a look changes nothing"
    assert number and sum(told.gone.values()) == number == told.gone[FRIDAY] and not told.new
    run = carry_out(quarantine())
    assert [row for row in planned(FRIDAY) if row.id not in {one.lesson_id for one in told.left}] == []
    kept = db.session.scalars(select(models.LessonChange)).all()
    assert {row.kind for row in kept} == {"imported"} and all(row.changed_by for row in kept)
    db.session.remove()
    assert imports.undo(run, None, village.NOW).undone
    assert len(planned(FRIDAY)) == number


def test_what_hangs_on_a_lost_lesson_is_listed_until_it_is_decided(school: APIFlask) -> None:
    views = db.session.execute(
        select(models.LessonCourse.id, models.Lesson.id).join(models.Lesson)
        .where(models.Lesson.on == FRIDAY, models.Lesson.state == "planned")
    ).all()  # fmt: skip
    with_tasks = set(db.session.scalars(select(models.Task.lesson_course_id)))
    bound = {lesson for view, lesson in views if view in with_tasks}
    if not bound:
        view, lesson = views[0]
        db.session.remove()
        factory.task(view, "Проект")
        bound = {lesson}
    told = term_dates.effects(db.session, quarantine(), author())
    assert {one.lesson_id for one in told.left if one.tasks} >= bound
    db.session.remove()
    carry_out(quarantine())
    waiting = term_lessons.undecided(db.session, author())
    assert {one.left.lesson_id for one in waiting} == {one.lesson_id for one in told.left}
    chosen = next(one for one in waiting if one.to)
    tasks = _tasks(chosen.left.lesson_id)
    act = term_lessons.move(chosen.left.lesson_id, chosen.to[0], author(), RIGHTS)
    db.session.remove()
    row = db.session.get_one(models.Lesson, chosen.left.lesson_id)
    assert (row.on, row.n) == chosen.to[1:] and _tasks(row.id) == tasks
    assert db.session.get_one(models.Lesson, chosen.to[0]).state == "withdrawn"
    assert chosen.left.lesson_id not in {one.left.lesson_id for one in term_lessons.undecided(db.session, author())}
    db.session.remove()
    undo(act, author(), RIGHTS)
    assert db.session.get_one(models.Lesson, chosen.left.lesson_id).on == FRIDAY
    db.session.remove()
    with pytest.raises(DomainError, match="lesson_changed"):
        term_lessons.move(chosen.left.lesson_id, "x" * 32, author(), RIGHTS)
    term_lessons.cancel(chosen.left.lesson_id, author(), RIGHTS)
    db.session.remove()
    assert db.session.get_one(models.Lesson, chosen.left.lesson_id).state == "cancelled"


def _tasks(lesson_id: str) -> set[str]:
    return set(db.session.scalars(
        select(models.Task.id).join(models.LessonCourse, models.LessonCourse.id == models.Task.lesson_course_id)
        .where(models.LessonCourse.lesson_id == lesson_id)
    ))  # fmt: skip


def test_plans_are_dated_anew_and_the_teacher_is_told(school: APIFlask) -> None:
    course = db.session.scalars(
        select(models.LessonCourse.course_id).join(models.Lesson)
        .where(models.Lesson.on == FRIDAY, models.Lesson.state == "planned").order_by(models.LessonCourse.id)
    ).first()  # fmt: skip
    total = len(db.session.scalars(select(models.LessonCourse.id).join(models.Lesson).where(
        models.LessonCourse.course_id == course, models.Lesson.state == "planned")).all())  # fmt: skip
    for position in range(1, total + 1):
        factory.add(models.CoursePlanTopic(id=factory.new_id(), course_id=course, position=position,
                                           topic=f"Тема {position}"))  # fmt: skip
    db.session.remove()
    told = term_dates.effects(db.session, quarantine(), author())
    plan = next(one for one in told.plans if one.course_id == course)
    assert plan.without == (f"Тема {total}",) and plan.redated
    assert all(one.after is None or one.before < one.after for one in plan.redated)
    run = carry_out(quarantine())
    (shift,) = term_dates.unseen(db.session, [course])
    assert (shift.without, shift.redated) == (1, len(plan.redated))
    teacher = db.session.scalars(select(models.CourseTeacher.person_id).where(
        models.CourseTeacher.course_id == course)).first()  # fmt: skip
    assert course in {one.course_id for one in term_dates.redated(db.session, teacher, TODAY)}
    db.session.remove()
    term_dates.see(course, author())
    assert term_dates.unseen(db.session, [course]) == []
    db.session.remove()
    assert imports.undo(run, None, village.NOW).undone


def test_a_control_work_on_a_day_that_becomes_free_is_named(school: APIFlask) -> None:
    course = db.session.scalars(select(models.LessonCourse.course_id).join(models.Lesson).where(
        models.Lesson.on == FRIDAY)).first()  # fmt: skip
    db.session.remove()
    factory.add(models.Assessment(id=factory.new_id(), course_id=course, kind="control", term_number=2, number=1,
                                  topic="Дроби", planned_on=FRIDAY))  # fmt: skip
    told = term_dates.effects(db.session, quarantine(), author())
    assert told.assessments == ((course, "control", "Дроби", FRIDAY),)
    grades = term_dates.effects(db.session, quarantine(grades=(12,)), author())
    assert grades.assessments == () and not grades.gone


def test_a_longer_term_has_more_lessons(school: APIFlask) -> None:
    _year, standing = term_dates.known(db.session, TODAY)
    term = next(one for one in standing if one.stretch.starts_on <= TODAY <= one.stretch.ends_on and not one.is_free)
    free = [one for one in standing if one.is_free and one.stretch.starts_on > term.stretch.ends_on
            and one.stretch.starts_on <= term.stretch.ends_on + timedelta(days=3)]  # fmt: skip
    last = term.stretch.ends_on + timedelta(days=9)
    dates = {term.id: (term.stretch.starts_on, last)}
    dates |= {one.id: (last + timedelta(days=1), max(one.stretch.ends_on, last + timedelta(days=1))) for one in free}
    told = term_dates.effects(db.session, Wanted(dates), author())
    assert sum(told.new.values()) and not told.gone
    assert min(told.new) > term.stretch.ends_on and max(told.new) <= last
    db.session.remove()
    carry_out(Wanted(dates))
    assert {day: len(planned(day)) for day in told.new} == dict(told.new)


def test_somebody_was_quicker(school: APIFlask) -> None:
    by = author()
    told = term_dates.effects(db.session, quarantine(), by)
    db.session.remove()
    carry_out(Wanted({}, frozenset(), Added("vacation", "Другие", FRIDAY, FRIDAY)))
    before = state()
    with pytest.raises(DomainError, match="changed_meanwhile"):
        term_dates.apply(quarantine(), told.mark, by, RIGHTS, "x")
    assert state() == before


def test_a_day_that_is_out_needs_the_right_to_correct(school: APIFlask) -> None:
    factory.add(models.Day(on=FRIDAY, version=1, approved_at=village.NOW, published_at=village.NOW))
    by, before = author(), state()
    told = term_dates.effects(db.session, quarantine(), by)
    db.session.remove()
    with pytest.raises(DomainError, match="day_is_out"):
        term_dates.apply(quarantine(), told.mark, by, Rights(), "x")
    assert state() == before


def test_dates_that_cannot_be() -> None:
    quarter = Known("a", "1", Stretch("quarter", date(2026, 9, 1), date(2026, 10, 24)))
    second = Known("b", "2", Stretch("quarter", date(2026, 11, 2), date(2026, 12, 27)))
    free = Known("c", "осенние", Stretch("vacation", date(2026, 10, 25), date(2026, 11, 1)))
    known = [quarter, second, free]

    def code(wanted: Wanted) -> str:
        with pytest.raises(DomainError) as refused:
            wanted.stretches(known)
        return refused.value.code

    assert code(Wanted({"a": (date(2026, 9, 1), date(2026, 8, 1))})) == "term_dates_order"
    assert code(Wanted({"a": (date(2026, 9, 1), date(2026, 11, 5))})) == "term_dates_overlap"
    assert code(Wanted({"b": (date(2026, 11, 2), date(2028, 1, 1))})) == "term_dates_span"
    assert code(Wanted({}, frozenset({"a"}))) == "term_dates_taught"
    assert code(Wanted({}, frozenset(), Added("vacation", "осенние", TODAY, TODAY))) == "term_name_taken"
    assert code(Wanted({}, frozenset(), Added("vacation", " ", TODAY, TODAY))) == "text_needed"
    assert len(Wanted({}, frozenset({"c"})).stretches(known)) == 2
    assert not Wanted({}).changes(known) and Wanted({"a": (TODAY, TODAY)}).changes(known)


def test_what_other_days_mean_for_a_plan() -> None:
    days = [date(2026, 12, 7) + timedelta(days=7 * week) for week in range(4)]
    plan = [Topic("", name) for name in "abcd"]
    assert not effect("c", plan, days, days)
    found = effect("c", plan, days, days[:1] + days[2:])
    assert [one.topic for one in found.redated] == ["b", "c", "d"] and found.without == ("d",) and found.spare == 0
    fixed = [replace(plan[0], on=days[0]), replace(plan[1], on=days[1])]
    assert effect("c", fixed, days, days[:1] + days[2:]).lost_days == (("b", days[1]),)
    longer = effect("c", plan[:2], days[:2], days)
    assert not longer and longer.spare == 2


@pytest.mark.postgres
def test_on_postgresql(pg_url: str, tmp_path: Path) -> None:
    """The main write, and a newer timetable from a day on, as on SQLite."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, database_url=pg_url))
    try:
        with app.app_context():
            from server.services import schema

            schema.prepare()
            factory.school(locale="ru", week_anchor=None)
            for kind in ("terms", "bells", "staff", "timetable"):
                village.bring(kind, *village.FILES[kind])
            factory.person("Тестова", "Анна")
            db.session.remove()
            place = b'period="%d" weeks="1" terms="1" days="10000"'
            data = village.read("timetable_asc.xml").replace(place % 1, place % 7)
            report = imports.run("timetable", [("newer.xml", data)], actor_id=None, dry_run=False, now=village.NOW,
                                 since=FRIDAY)  # fmt: skip
            assert report.changed and report.revision.counts["card_moved"]
            db.session.remove()
            carry_out(quarantine())
            assert planned(FRIDAY) == []
            db.session.remove()
            db.engine.dispose()
    finally:
        app.extensions["store"].close()
