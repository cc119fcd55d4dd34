"""The village's timetable as sheets, text messages, posters and calendars."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import select

from server.errors import DomainError
from server.extensions import db
from server.models import Group, LessonTeacher, School
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed
from server.services.days.reading import read_days
from server.services.sms_text import parts
from server.services.timetable_out import feeds, grids, texts
from server.services.timetable_out.texts import Line, sms
from tests.server import factory, village

MONDAY = date(2026, 12, 7)
WEEK = MONDAY + timedelta(days=6)


def test_every_lesson_stands_on_the_sheets_of_its_classes_teachers_and_rooms(here: APIFlask) -> None:
    days = read_days(db.session, MONDAY, WEEK)
    wanted = {
        "groups": sum(len({days.facts.class_of(id).id for id in one.groups}) for one in days.lessons),
        "teachers": sum(len(one.teachers) for one in days.lessons),
        "rooms": sum(one.room is not None for one in days.lessons),
    }
    for kind, count in wanted.items():
        found = grids.grids(db.session, MONDAY, kind)
        assert sum(len(entries) for one in found for entries in one.cells.values()) == count
        assert len({one.title for one in found}) == len(found)


def test_all_teachers_stand_on_one_sheet_and_all_classes_on_another(here: APIFlask) -> None:
    [teachers] = grids.wide(db.session, MONDAY, "all_teachers")
    days = read_days(db.session, MONDAY, WEEK)
    assert len(teachers.rows) == len({id for one in days.lessons for id in one.teachers})
    taken = sum(bool(cell) for _, cells in teachers.rows for cell in cells)
    assert taken == len({(id, one.on, one.n) for one in days.lessons for id in one.teachers})
    [wall] = grids.wide(db.session, MONDAY, "wall")
    assert [len(own) for _, own in wall.heads] == [11]


def test_one_class_alone_and_an_unknown_one(here: APIFlask) -> None:
    [one] = grids.grids(db.session, MONDAY, "groups", "7")
    assert one.title.split() == ["7", "класс"]
    with pytest.raises(DomainError, match="group_unknown"):
        grids.grids(db.session, MONDAY, "groups", "99z")
    with pytest.raises(DomainError, match="no_lessons"):
        grids.grids(db.session, date(2026, 7, 6), "rooms")


def test_a_classs_day_fits_into_two_messages(here: APIFlask) -> None:
    for group in db.session.scalars(select(Group).where(Group.kind == "class")):
        text = texts.day_sms(db.session, group.id, MONDAY)
        assert 1 <= parts(text) <= 2
        days = read_days(db.session, MONDAY, MONDAY)
        numbers = {one.n for one in days.lessons if group.id in one.groups}
        assert all(f" {n} " in text for n in numbers)


NAMES = st.text(alphabet="абвгдеёжзәғқңөұүһі ", min_size=1, max_size=40)
LINES = st.lists(st.builds(
    lambda n, names, room, off: Line(n, "08:30", tuple(names), tuple(name[:12] for name in names), room, off),
    st.integers(0, 14), st.lists(NAMES, min_size=1, max_size=3), NAMES, st.booleans(),
), min_size=1, max_size=8, unique_by=lambda line: line.n)  # fmt: skip


@settings(deadline=None)
@given(LINES)
def test_no_lesson_is_left_out_of_a_message(lines: list[Line]) -> None:
    text = sms("7 «А», пн 7.12", lines, "(нет)")
    assert parts(text) <= 2 or len(lines) * max(len(line.subjects) for line in lines) > 12
    assert [f"{line.n} " in text for line in lines] == [True] * len(lines)


def test_posters_say_each_day_in_a_text(here: APIFlask) -> None:
    found = texts.posters(db.session, MONDAY)
    assert len(found) == 11
    [one] = texts.posters(db.session, MONDAY, "7")
    assert len(one.days) == 5
    assert all("1. " in text and len(text.encode()) < 600 for _, text in one.days)


def school_id() -> str:
    return db.session.scalars(select(School.id)).one().lower()


# --- calendars ------------------------------------------------------------------------------------------------------


def events(secret: str, today: date = MONDAY) -> dict[str, object]:
    db.session.remove()
    data = feeds.read(db.session, secret, today).data
    return {event["uid"]: event for event in Calendar.from_ical(data).walk("VEVENT")}


def test_a_teachers_calendar_tells_a_substitution_to_both(here: APIFlask) -> None:
    days = read_days(db.session, MONDAY, WEEK)
    lesson = next(one for one in days.lessons if len(one.teachers) == 1)
    mine = lesson.teachers[0]
    free = next(id for one in days.lessons for id in one.teachers if id != mine)
    account = factory.account("calendar-one", person_id=mine)
    by = Author(mine, account, village.NOW, MONDAY)
    feeds.make(by)
    secret = feeds.secret_of(db.session, mine)
    other = replace(by, person_id=free)
    feeds.make(other)
    theirs = feeds.secret_of(db.session, free)
    uid = f"{lesson.id}@{school_id()}.korablik"
    assert events(secret)[uid]["status"] == "CONFIRMED"
    assert uid not in events(theirs)
    before = events(secret)[uid]["sequence"]
    given = Deed("substituted", replace(lesson.as_state(), teachers=(free,)), lesson.id)
    act = changing.save("substituted", [given], by)
    assert events(secret)[uid]["status"] == "CANCELLED"
    assert events(secret)[uid]["sequence"] > before
    assert events(theirs)[uid]["status"] == "CONFIRMED"
    changing.undo(act, by)
    assert events(secret)[uid]["status"] == "CONFIRMED"
    assert events(secret)[uid]["sequence"] > before + 1
    assert events(theirs)[uid]["status"] == "CANCELLED"  # they were told of it
    assert db.session.scalar(select(LessonTeacher.person_id).where(LessonTeacher.lesson_id == lesson.id)) == mine


def test_a_new_address_ends_the_old_one(here: APIFlask) -> None:
    person = factory.person("Kormilov")
    by = Author(person, factory.account("kormilov", person_id=person), village.NOW, MONDAY)
    feeds.make(by)
    old = feeds.secret_of(db.session, person)
    feeds.make(by)
    db.session.remove()
    new = feeds.secret_of(db.session, person)
    assert old != new and len(new) >= 40
    with pytest.raises(DomainError, match="not_found"):
        feeds.read(db.session, old, MONDAY)
    feeds.end(by)
    db.session.remove()
    assert feeds.secret_of(db.session, person) == ""
    with pytest.raises(DomainError, match="not_found"):
        feeds.read(db.session, new, MONDAY)
