"""A newer timetable from a chosen day on: exactly its differences, the days before untouched, and back again."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from server import models
from server.errors import DomainError
from server.extensions import db
from server.services import imports, revision_words
from server.services.content import Author
from server.services.days.changing import Deed, Rights, save
from server.services.days.state import state_of
from tests.server.conftest import office_on_copy
from tests.server.services.test_import_revision import DATA, NOW, REVISION, TODAY, bring, town_home  # noqa: F401
from tests.server.services.test_import_undo import state

pytestmark = pytest.mark.large
SINCE = date(2026, 12, 16)  # a Wednesday
FILE = "timetable_asc_rev2.xml"
DAYS = ("Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота")


@pytest.fixture
def town(town_home: Path, tmp_path: Path) -> Iterator[APIFlask]:  # noqa: F811
    """The town, in a copy of its own."""
    with office_on_copy(town_home, tmp_path / "home") as app:
        yield app


def take(file: str = FILE, since: date | None = SINCE, dry_run: bool = False, **values: object) -> imports.ImportReport:
    report = imports.run("timetable", [(file, (DATA / file).read_bytes())], actor_id=None, dry_run=dry_run, now=NOW,
                         since=since, **values)  # fmt: skip
    db.session.remove()
    return report


def lessons(first: date = date.min, last: date = date.max) -> list[tuple]:
    """Dated lessons with their teachers and courses, as plain rows."""
    lesson = models.Lesson
    rows = db.session.scalars(
        select(lesson).where(lesson.on.between(first, last)).order_by(lesson.id)
        .options(selectinload(lesson.courses), selectinload(lesson.teachers))
    )  # fmt: skip
    found = [(row.id, state_of(row)) for row in rows]
    db.session.remove()
    return found


def period(hour: dict) -> int:
    """The number as the town's file counts: the second shift goes on after the first's sixth lesson."""
    return hour["n"] + (6 if hour["shift"] == 2 else 0)


def plain(name: str) -> str:
    """«10 «В»» and "10В" alike."""
    return "".join(letter for letter in name if letter.isalnum())


def person(name: str) -> str:
    """«Дроздова А.Г.» however it is spaced."""
    last, *initials = name.split()
    return f"{last} {''.join(initials)}"


def as_listed(change: dict) -> tuple:
    """A change of ours, in the terms of the sample's list."""
    classes = [plain(name) for name, _part in change["groups"]]
    parts = [part or "Весь класс" for _name, part in change["groups"]]

    def rows(side: str) -> list[tuple]:
        return sorted((DAYS[row["weekday"] - 1], period(row), row["weeks"], row["room"],
                       tuple(sorted(map(person, row["teachers"])))) for row in change[side])  # fmt: skip

    affected = change["affected"]
    return (change["kind"], change["subject"], tuple(classes), tuple(parts), tuple(rows("before")),
            tuple(rows("after")),
            tuple(sorted(map(plain, affected["classes"]))), tuple(sorted(map(person, affected["teachers"]))),
            tuple(DAYS[day - 1] for day in affected["days"]))  # fmt: skip


def as_expected(change: dict) -> tuple:
    first = (change["before"] or change["after"])[0]

    def rows(side: str) -> list[tuple]:
        return sorted((row["day"], row["period"], row["weeks"], row["room"],
                       tuple(sorted(row["teachers"]))) for row in change[side])  # fmt: skip

    affected = change["affected"]
    return (change["kind"], first["subject"], tuple(first["classes"]), tuple(first["groups"]), tuple(rows("before")),
            tuple(rows("after")), tuple(sorted(affected["classes"])), tuple(sorted(affected["teachers"])),
            tuple(affected["days"]))  # fmt: skip


@pytest.mark.parametrize("since", [TODAY, SINCE])
def test_the_differences_are_exactly_those_of_the_revision(town: APIFlask, since: date) -> None:
    before = state()
    report = take(since=since, dry_run=True)
    told = revision_words.as_json(report.revision)
    assert told["counts"] == REVISION["counts"]
    affected = told["affected"]
    assert sorted(map(plain, affected["classes"])) == sorted(REVISION["affected"]["classes"])
    assert sorted(map(person, affected["teachers"])) == sorted(REVISION["affected"]["teachers"])
    assert [DAYS[day - 1] for day in affected["days"]] == REVISION["affected"]["days"]
    assert sorted(map(as_listed, told["changes"])) == sorted(map(as_expected, REVISION["changes"]))
    assert told["overtaken"] == [] and told["classes"] == {"file": 33, "known": 33, "unknown": []}
    assert state() == before


def test_days_before_it_stay_and_those_after_follow(town: APIFlask) -> None:
    before, early = state(), lessons(last=SINCE - timedelta(days=1))
    report = take()
    assert not report.errors and report.changed
    assert lessons(last=SINCE - timedelta(days=1)) == early
    history = _of("7 «Б»", "История")
    assert {(on < SINCE, names) for on, names in history} == {(True, ("Дроздова А.Г.",)), (False, ("Дроздова Я.А.",))}
    changes = db.session.scalars(select(models.LessonChange)).all()
    assert changes and all(row.kind == "imported" and "teachers" in row.before for row in changes)
    days = db.session.scalars(select(models.Lesson.on).join(models.LessonChange)).all()
    assert min(days) >= SINCE
    db.session.remove()
    again = state()
    assert not take().changed and not take().revision.differences
    assert state() == again
    run = imports.history(db.session, 1)[0]
    assert (run.since, run.can_undo) == (SINCE, True)
    db.session.remove()
    assert imports.undo(report.runs[0], None, NOW).undone
    assert state() == before


def _of(group: str, subject: str) -> set[tuple[date, tuple[str, ...]]]:
    rows = db.session.scalars(
        select(models.Lesson).join(models.LessonCourse).join(models.Course).join(models.Group).join(models.Subject)
        .where(models.Group.name.in_([group, plain(group)]), models.Subject.name == subject,
               models.Lesson.state == "planned")
    )  # fmt: skip
    found = {(row.on, tuple(f"{one.person.last_name} {one.person.first_name[0]}.{one.person.middle_name[0]}."
                            for one in row.teachers)) for row in rows}  # fmt: skip
    db.session.remove()
    return found


def test_the_base_timetable_later_on_brings_its_pattern_back(town: APIFlask) -> None:
    take()
    later = SINCE + timedelta(days=14)
    report = take("timetable_asc.xml", since=later)
    assert len(report.revision.differences) == len(REVISION["changes"])
    found = _of("7 «Б»", "История")
    names = dict(found)
    assert {who for on, who in names.items() if SINCE <= on < later} == {("Дроздова Я.А.",)}
    assert {who for on, who in names.items() if on >= later or on < SINCE} == {("Дроздова А.Г.",)}


def test_decisions_of_the_office_stay_and_are_listed(town: APIFlask) -> None:
    """A substitution on a lesson that moves, one on a lesson that is dropped; one on an untouched lesson is not."""
    by = Author(db.session.scalars(select(models.Person.id)).first(), None, NOW, TODAY)
    moved, dropped, other = (_next(group, subject, weekday) for group, subject, weekday in (
        ("4 «Б»", "Русский язык", 6), ("10 «В»", "Индивидуальный проект", 2), ("9 «А»", "Алгебра", None)))  # fmt: skip
    for lesson in (moved, dropped, other):
        row = db.session.get_one(models.Lesson, lesson)
        after = state_of(row).__class__(row.on, row.n, row.shift, row.room_id, "planned", (by.person_id,),
                                        state_of(row).parts)  # fmt: skip
        save("substituted", [Deed("substituted", after, lesson)], by, Rights(), reason="ill")
        db.session.remove()
    kept = dict(lessons())
    told = take(dry_run=True).revision
    assert {(one.lesson_id, one.why) for one in told.overtaken} == {(moved, "moved"), (dropped, "gone")}
    assert take().revision.overtaken == told.overtaken
    assert [dict(lessons())[id] for id in (moved, dropped, other)] == [kept[id] for id in (moved, dropped, other)]


def _next(group: str, subject: str, weekday: int | None) -> str:
    rows = db.session.execute(
        select(models.Lesson.id, models.Lesson.on).join(models.LessonCourse).join(models.Course).join(models.Group)
        .join(models.Subject).where(models.Group.name.in_([group, plain(group)]), models.Subject.name == subject,
                                    models.Lesson.on >= SINCE + timedelta(days=5)).order_by(models.Lesson.on)
    ).all()  # fmt: skip
    db.session.remove()
    return next(id for id, on in rows if weekday in (None, on.isoweekday()))


def test_subgroups_stay_where_the_file_does_not_state_them(town: APIFlask) -> None:
    rows = select(models.Membership.id)
    before = set(db.session.scalars(rows))
    take()
    assert set(db.session.scalars(rows)) == before


def test_another_schools_timetable_is_explained_and_changes_nothing(town: APIFlask) -> None:
    before = state()
    village = Path(__file__).parents[3] / "content" / "village" / "timetable_asc.xml"
    report = imports.run("timetable", [("village.xml", village.read_bytes())], actor_id=None, dry_run=False, now=NOW,
                         since=SINCE)  # fmt: skip
    assert report.refused and report.errors
    told = report.revision
    assert told.unknown and len(told.unknown) == told.file_classes == 11
    assert state() == before


def test_no_day_that_is_over(town: APIFlask) -> None:
    with pytest.raises(DomainError, match="since_past"):
        take(since=TODAY - timedelta(days=1))
    with pytest.raises(DomainError, match="since_kind"):
        imports.run("bells", [], actor_id=None, dry_run=True, now=NOW, since=SINCE)


def test_the_sample_list_is_the_tests_own() -> None:
    assert json.loads((DATA / "rev2_changes.json").read_text("utf-8")) == REVISION and REVISION["changes"]
