"""TV lessons of the village's week: placed, changed by hand, and what a file may not undo."""

from datetime import date

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server.errors import DomainError
from server.extensions import db
from server.models import Account, Broadcast, Lesson, LessonCourse
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Rights
from server.services.tv import by_hand
from server.services.tv.week import Line, Week, automatic, read_week
from tests.server import factory
from tests.server.village import NOW, bring, codes

FIRST, LAST = date(2026, 12, 7), date(2026, 12, 13)
HEAD = "Дата,Время,Канал,Класс,Предмет,Тема,Длительность\n"


def week() -> Week:
    db.session.remove()
    return read_week(db.session, FIRST, LAST)


def author() -> Author:
    account = factory.account("office", "deputy_studies")
    return Author(factory.person_of(account), account, NOW, factory.TODAY)


def lines(found: Week, linked: bool) -> list[Line]:
    return [line for klass in found.classes for line in found.of_class(klass) if bool(line.lesson) is linked]


def test_the_whole_week_is_placed_as_files_place_it(here: APIFlask) -> None:
    found = week()
    assert len(found.sent) == 36
    wanted = automatic(found)
    assert {view.id: view.broadcast for view in found.views} == wanted
    linked = {line.sent.id for line in lines(found, True)}
    assert linked and len(linked) == len({id for id in wanted.values() if id})
    left = {trouble.broadcasts[0] for trouble in found.troubles if trouble.kind in ("no_lesson", "no_class")}
    assert linked | left == {one.id for one in found.sent}
    for line in lines(found, True):
        late = not (line.lesson.starts <= line.sent.starts and line.sent.ends <= line.lesson.ends)
        said = [one for one in found.troubles if one.kind == "of_time" and one.views == (line.view.id,)]
        assert len(said) == late


def test_each_teacher_has_exactly_the_own_broadcasts(here: APIFlask) -> None:
    found = week()
    teachers = found.teachers()
    assert teachers
    for id, _name, count in teachers:
        own = found.of_teacher(id)
        assert len(own) == count and all(id in line.lesson.teachers for line in own)
        assert [(line.sent.on, line.sent.starts) for line in own] == sorted(
            (line.sent.on, line.sent.starts) for line in own)  # fmt: skip


def test_a_link_by_hand_outlives_the_next_file(here: APIFlask) -> None:
    found, by = week(), author()
    line = lines(found, True)[0]
    same_day = [one for one in found.days.on(line.sent.on) if one.id != line.lesson.id and any(
        found.days.facts.class_of(id).id == line.klass for id in one.groups)]  # fmt: skip
    act = by_hand.link(line.sent.id, same_day[0].id, line.klass, same_day[0].as_state().mark(), by, Rights())
    views = {view.lesson: view for view in week().views if view.broadcast == line.sent.id and view.klass == line.klass}
    assert set(views) == {same_day[0].id}
    assert views[same_day[0].id].form == "tv"
    bring("tv", "tv_broadcasts.csv")
    bring("timetable", "timetable_asc.xml")
    again = {view.lesson for view in week().views if view.broadcast == line.sent.id and view.klass == line.klass}
    assert again == {same_day[0].id}
    changing.undo(act, by)
    bring("tv", "tv_broadcasts.csv")
    back = {view.lesson for view in week().views if view.broadcast == line.sent.id and view.klass == line.klass}
    assert back == {line.lesson.id}


def test_an_unlinked_broadcast_stays_unlinked(here: APIFlask) -> None:
    line, by = lines(week(), True)[0], author()
    by_hand.unlink(line.sent.id, line.klass, by, Rights())
    bring("tv", "tv_broadcasts.csv")
    db.session.remove()
    assert db.session.get_one(LessonCourse, line.view.id).broadcast_id is None
    with pytest.raises(DomainError, match="nothing_to_change"):
        by_hand.unlink(line.sent.id, line.klass, by, Rights())


def test_a_leftover_gets_a_lesson_where_the_class_is_free(here: APIFlask) -> None:
    found, by = week(), author()
    for line in lines(found, False):
        subject = found.subjects[line.sent.id]
        if by_hand.course_for(db.session, line.klass, subject) is None:
            continue
        busy = {one.n for one in found.days.on(line.sent.on) if any(
            found.days.facts.class_of(id).id == line.klass for id in one.groups)}  # fmt: skip
        if not busy:
            continue
        with pytest.raises(DomainError, match="place_taken"):
            by_hand.place(line.sent.id, line.klass, min(busy), by, Rights())
        by_hand.place(line.sent.id, line.klass, 12, by, Rights())
        placed = next(one for one in week().of_class(line.klass) if one.sent.id == line.sent.id)
        assert (placed.lesson.n, placed.view.form, placed.view.fixed) == (12, "tv", True)
        return
    raise AssertionError("the sample has leftovers that could be placed")


def test_a_date_outside_the_year_is_explained_and_nothing_is_taken(here: APIFlask) -> None:
    good, wrong = "2026-12-14,09:00,ТВ,9,Физика,Тема,20\n", "2062-12-14,09:00,ТВ,9,Физика,Тема,20\n"
    report = bring("tv", ("tv.csv", (HEAD + good + wrong).encode()))
    assert codes(report) == ["broadcast_outside_year"] and not report.changed
    [finding] = [one for one in report.findings if one.level == "error"]
    assert finding.row == 3
    db.session.remove()
    assert db.session.scalars(select(Broadcast).where(Broadcast.on > LAST)).all() == []
    taken = bring("tv", ("tv.csv", (HEAD + good + wrong).encode()), skip_errors=True)
    assert taken.counts["created"] == 1


def test_sundays_and_days_that_are_over_are_taken_and_said(here: APIFlask) -> None:
    rows = "2026-12-13,09:00,ТВ,9,Физика,Тема,20\n2026-11-30,09:00,ТВ,9,Физика,Тема,20\n"
    report = bring("tv", ("tv.csv", (HEAD + rows).encode()))
    assert codes(report, "warning") == ["broadcast_no_school"]
    assert codes(report, "info") == ["broadcast_over"]
    assert report.counts["created"] == 2


def test_a_lesson_of_another_day_is_refused(here: APIFlask) -> None:
    found, by = week(), author()
    line = lines(found, True)[0]
    other = next(one for one in found.days.lessons if one.on != line.sent.on)
    with pytest.raises(DomainError, match="lesson_unknown"):
        by_hand.link(line.sent.id, other.id, line.klass, "", by, Rights())
    assert db.session.scalar(select(Account.id)) and db.session.get(Lesson, other.id)
