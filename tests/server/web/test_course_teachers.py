"""The pages that ask for teachers: overview, clear ones at once, by subject and by class."""

from html import unescape

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from server import models
from server.extensions import db
from server.models import CourseTeacher, StaffSubject
from tests.server import factory
from tests.server.web.world import World


@pytest.fixture
def office(app: APIFlask, world: World) -> FlaskClient:
    return factory.signed_in(app, world.accounts["deputy_studies"])


@pytest.fixture
def chess(world: World) -> str:
    """A course of 7a with a lesson on Monday that nobody teaches; the clerk could, says the staff list."""
    course = factory.course(world.near.id, "chess")
    lesson = factory.new_id()
    year = db.session.get_one(models.Course, course).year_id
    factory.add(models.WeeklyLesson(id=lesson, year_id=year, key="chess|7a", hours_per_week=1))
    factory.add(models.WeeklyLessonCourse(weekly_lesson_id=lesson, course_id=course))
    factory.add(models.Slot(id=factory.new_id(), weekly_lesson_id=lesson, weekday=1, n=5))
    return course


def subject_of(course: str) -> str:
    return db.session.get_one(models.Course, course).subject_id


def teachers(course: str) -> list[str]:
    db.session.remove()
    return list(db.session.scalars(select(CourseTeacher.person_id).where(CourseTeacher.course_id == course)))


def test_a_school_without_lessons_is_told_what_comes_first(office):
    assert "There are no lessons yet" in office.get("/timetable/teachers/").text


def test_a_clear_name_is_shown_and_taken(office, world, chess):
    factory.add(StaffSubject(person_id=world.clerk, words="Chess"))
    page = unescape(office.get("/timetable/teachers/").text)
    assert "1 course has no teacher" in page and "Shturmanova Lada Igorevna" in page and "Take this 1 name" in page
    done = office.post("/timetable/teachers/", follow_redirects=True)
    assert "1 course has a teacher now." in done.text and "Every course has a teacher" in done.text
    assert teachers(chess) == [world.clerk]


def test_a_subject_is_named_class_by_class(office, world, chess):
    address = f"/timetable/teachers/subject/{subject_of(chess)}"
    page = unescape(office.get(address).text)
    assert "not named yet" in page and "7 «А»" not in page.split("<h1>")[1].split("</h1>")[0]
    done = office.post(address, data={f"line/{chess}": world.clerk, f"was/{chess}": ""})
    assert done.status_code == 303 and done.location == "/timetable/teachers/"
    assert teachers(chess) == [world.clerk]


def test_one_person_for_all_that_is_left_open(office, world, chess):
    other = factory.course(world.near.id, "choir")
    lesson = factory.new_id()
    year = db.session.get_one(models.Course, other).year_id
    factory.add(models.WeeklyLesson(id=lesson, year_id=year, key="choir|7a", hours_per_week=1))
    factory.add(models.WeeklyLessonCourse(weekly_lesson_id=lesson, course_id=other))
    page = unescape(office.get("/timetable/teachers/class/7a").text)
    assert "The same person for all that are left open above" in page
    assert office.post("/timetable/teachers/class/7a", data={"all": world.clerk}).status_code == 303
    assert teachers(chess) == teachers(other) == [world.clerk]


def test_what_somebody_else_named_meanwhile_is_not_overwritten(office, world, chess):
    address = f"/timetable/teachers/subject/{subject_of(chess)}"
    factory.teacher(chess, world.clerk)
    wrong = office.post(address, data={f"line/{chess}": world.person("tutor"), f"was/{chess}": ""})
    assert wrong.status_code == 409 and "Somebody else changed this meanwhile" in wrong.text
    assert teachers(chess) == [world.clerk]


def test_a_save_without_any_choice_changes_nothing(office, chess):
    done = office.post(f"/timetable/teachers/subject/{subject_of(chess)}", follow_redirects=True)
    assert "Nothing had changed." in done.text and teachers(chess) == []


@pytest.mark.parametrize("path", ["subject/none", "class/none"])
def test_what_is_not_there_is_said(office, chess, path):
    assert office.get(f"/timetable/teachers/{path}").status_code == 404
