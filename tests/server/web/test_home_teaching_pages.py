"""The pages of home teaching: begin with chosen subjects, put lessons into the week, see them as a teacher, end it."""

import re
from html import unescape

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from server.extensions import db
from server.models import Group, Person
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.web.world import World

BEGIN = {"act": "begin", "on": TODAY.isoformat(), "order": "3-n"}


@pytest.fixture
def office(app: APIFlask, world: World) -> FlaskClient:
    factory.course(world.near.id, "music")
    return factory.signed_in(app, world.accounts["deputy_studies"])


def address(world: World) -> str:
    db.session.remove()
    return f"/movement/home/{db.session.get_one(Person, world.near.student).slug}"


def subjects(page: str) -> dict[str, str]:
    """Name → id of the subjects that the form offers."""
    return {name: id for id, name in re.findall(r'name="subject" value="(\w+)"[^>]*><span>([^<]+?) ?<', page)}


def test_from_the_students_page_to_the_teachers_today(app, world, office):
    page = office.get(address(world)).text
    offered = subjects(page)
    assert set(offered) == {"algebra", "music"} and "selected>Rulev Subject-teacher" in page
    teacher = world.person("subject_teacher")
    chosen = {**BEGIN, "subject": [offered["algebra"]], f"t-{offered['algebra']}": teacher}
    begun = office.post(address(world), data=chosen, follow_redirects=True)
    assert "Now put the lessons into the week" in begun.text and "One more subject at home" in begun.text
    version = re.search(r'name="version" value="(\w+)"', begun.text)[1]
    week = {"act": "week", "version": version, "subject": offered["algebra"], f"t-{offered['algebra']}": teacher,
            "h-1-2": offered["algebra"], "h-3-5": offered["algebra"], "more": offered["music"]}  # fmt: skip
    saved = office.post(address(world), data=week, follow_redirects=True)
    assert "The lessons stand in the teachers" in saved.text and "2 lessons a week" in saved.text
    assert saved.text.count(f'value="{offered["algebra"]}" selected') == 2
    assert "<b>music</b>" in saved.text and "One more subject" not in saved.text
    today = unescape(factory.signed_in(app, world.accounts["subject_teacher"]).get("/").text)
    assert "Veslov Y. (at home)" in today
    slug = db.session.scalars(db.select(Group.slug).filter_by(kind="individual")).one()
    assert "Veslov Y. (at home)" in unescape(office.get(f"/lessons/timetable?group={slug}").text)
    assert "at home" not in office.get("/lessons/timetable?group=7a").text
    ended = office.post(address(world), data={"act": "end", "last": TODAY.isoformat()}, follow_redirects=True)
    assert "learns with the class again" in ended.text and "until 7 Dec 2026" in ended.text


def test_refusals_stand_on_the_page_and_keep_what_was_chosen(app, world, office):
    offered = subjects(office.get(address(world)).text)
    nothing = office.post(address(world), data=BEGIN)
    assert nothing.status_code == 422 and "Please fill in: subjects" in nothing.text and "checked" not in nothing.text
    wrong = office.post(address(world), data={**BEGIN, "subject": offered["algebra"], "until": "2026-12-01"})
    assert wrong.status_code == 422 and 'id="e-until"' in wrong.text and wrong.text.count(" checked") == 1
    assert office.post(address(world), data={"act": "week"}).status_code == 409
    assert office.post(address(world), data={"act": "burn"}).status_code == 400


def test_the_second_of_two_keeps_the_week_that_was_typed(app, world, office):
    offered = subjects(office.get(address(world)).text)
    page = office.post(address(world), data={**BEGIN, "subject": offered["algebra"]}, follow_redirects=True).text
    stale = {"act": "week", "version": re.search(r'name="version" value="(\w+)"', page)[1],
             "subject": offered["algebra"]}  # fmt: skip
    office.post(address(world), data={**stale, "h-1-1": offered["algebra"]})
    late = office.post(address(world), data={**stale, "h-2-2": offered["algebra"]})
    assert late.status_code == 409 and "Somebody else changed this meanwhile" in late.text
    assert re.search(rf'name="h-2-2".*?value="{offered["algebra"]}" selected', late.text)


def test_a_task_is_given_to_the_student_alone(app, world, office):
    offered = subjects(office.get(address(world)).text)
    teacher = world.person("subject_teacher")
    data = {**BEGIN, "subject": offered["algebra"], f"t-{offered['algebra']}": teacher}
    page = office.post(address(world), data=data, follow_redirects=True).text
    version = re.search(r'name="version" value="(\w+)"', page)[1]
    office.post(address(world), data={"act": "week", "version": version, "subject": offered["algebra"],
                                      f"t-{offered['algebra']}": teacher, "h-1-2": offered["algebra"]})  # fmt: skip
    client = factory.signed_in(app, world.accounts["subject_teacher"])
    db.session.remove()
    lesson = db.session.execute(db.text(
        "SELECT lc.id FROM lesson_course lc JOIN lesson l ON l.id = lc.lesson_id JOIN course c ON c.id = lc.course_id "
        "JOIN \"group\" g ON g.id = c.group_id WHERE g.kind = 'individual' ORDER BY l.\"on\" LIMIT 1"
    )).scalar_one()  # fmt: skip
    shown = client.get(f"/lessons/{lesson}")
    assert shown.status_code == 200 and "Veslov Y. (at home)" in unescape(shown.text)
