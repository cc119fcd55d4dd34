"""Pages of study groups and TV lessons: made, scheduled, linked, and who sees which part."""

from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import models
from server.extensions import db
from server.models import Broadcast, Group, Lesson, LessonCourse, Slot
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.web.conftest import Office
from tests.server.web.world import World

DAY = timedelta(days=1)
NEXT = TODAY + 7 * DAY


@pytest.fixture
def office(app: APIFlask, world: World) -> Office:
    """An office of each test's own."""
    return Office(app, world)


def client(office: Office, role: str):
    return factory.signed_in(office.app, office.world.accounts[role])


def make(office: Office) -> str:
    near, far = office.world.near, office.world.far
    response = client(office, "deputy_studies").post("/study-groups/new", data={
        "name": "Olympiad", "since": TODAY.isoformat(), "shift": "1", "member": [near.student, far.student],
        "subject": [factory.subject("physics"), ""],
        "teacher": [office.world.person("subject_teacher"), ""]})  # fmt: skip
    assert response.status_code == 303, response.text
    return response.location.rsplit("/", 1)[1]


def test_a_study_group_is_made_and_given_a_weekly_hour(office: Office) -> None:
    slug = make(office)
    clerk = client(office, "deputy_studies")
    page = clerk.get(f"/study-groups/{slug}/time?first={NEXT.isoformat()}").text
    assert "Everybody can" in page and f"{NEXT.isoformat()}|4|1" in page
    db.session.remove()
    course = db.session.scalars(select(models.Course.id).join(Group).where(Group.slug == slug)).one()
    data = {"place": f"{NEXT.isoformat()}|4|1", "weekly": "1", "course": course}
    assert clerk.post(f"/study-groups/{slug}/time", data=data).location == f"/study-groups/{slug}"
    db.session.remove()
    assert [(slot.weekday, slot.n, slot.since) for slot in db.session.scalars(select(Slot))] == [(1, 4, NEXT)]
    page = clerk.get(f"/study-groups/{slug}").text
    assert "Monday, lesson 4, shift 1: physics" in page
    once = clerk.post(f"/study-groups/{slug}/time", data={**data, "weekly": "0", "place": f"{NEXT.isoformat()}|5|1"})
    assert once.location.startswith("/changes/")


def test_the_timetabler_schedules_but_does_not_fill_groups(office: Office) -> None:
    slug = make(office)
    clerk = client(office, "timetabler")
    assert "Make a study group" not in clerk.get("/study-groups/").text
    refused = clerk.post(f"/study-groups/{slug}", data={"act": "end", "last": TODAY.isoformat()})
    assert refused.status_code == 403
    assert client(office, "deputy_upbringing").post(f"/study-groups/{slug}/time", data={}).status_code == 403


def test_a_group_of_one_is_refused_beside_what_was_typed(office: Office) -> None:
    response = client(office, "deputy_studies").post("/study-groups/new", data={
        "name": "Olympiad", "since": TODAY.isoformat(), "shift": "1", "member": office.world.near.student})  # fmt: skip
    assert response.status_code == 422
    assert "at least two students" in response.text and "Olympiad" in response.text


@pytest.fixture
def broadcast(office: Office) -> str:
    """A broadcast for the seventh grade tomorrow, and a lesson of algebra of 7a by its subject teacher."""
    factory.lesson(office.world.near.course, TODAY + DAY, 2, office.world.person("subject_teacher"))
    id = factory.new_id()
    factory.add(Broadcast(id=id, on=TODAY + DAY, starts="09:25", minutes=20, channel="TV", grade=7,
                          subject="Algebra", topic="Powers"))  # fmt: skip
    return id


def test_a_broadcast_is_linked_by_hand_and_shown_to_its_teacher(office: Office, broadcast: str) -> None:
    clerk = client(office, "timetabler")
    assert "Broadcast without a lesson" in clerk.get("/tv/?week=2026-W50").text
    page = clerk.get(f"/tv/{broadcast}/7a").text
    db.session.remove()
    lesson = db.session.scalars(select(Lesson).where(Lesson.on == TODAY + DAY)).one()
    mark = page.split(f'value="{lesson.id}|', 1)[1].split('"', 1)[0]
    stale = clerk.post(f"/tv/{broadcast}/7a", data={"act": "link", "lesson": f"{lesson.id}|0000"})
    assert stale.status_code == 409
    done = clerk.post(f"/tv/{broadcast}/7a", data={"act": "link", "lesson": f"{lesson.id}|{mark}"})
    assert done.location.startswith("/changes/")
    db.session.remove()
    view = db.session.scalars(select(LessonCourse).where(LessonCourse.lesson_id == lesson.id)).one()
    assert (view.form, view.broadcast_id) == ("tv", broadcast)
    own = client(office, "subject_teacher").get("/tv/?week=2026-W50").text
    assert "Powers" in own and "09:25" in own and "by hand" in own
    assert "No TV lessons" in client(office, "network_teacher").get("/tv/?week=2026-W50").text
    assert clerk.post(f"/tv/{broadcast}/7a", data={"act": "unlink"}).status_code == 303


def test_a_leftover_is_placed_into_the_day(office: Office, broadcast: str) -> None:
    clerk = client(office, "timetabler")
    taken = clerk.post(f"/tv/{broadcast}/7a", data={"act": "place", "n": "2"})
    assert taken.status_code == 409 and "no longer free" in taken.text
    assert clerk.post(f"/tv/{broadcast}/7a", data={"act": "place", "n": "3"}).status_code == 303
    page = clerk.get("/tv/?week=2026-W50&class=7a").text
    assert "lesson 3" in page and "not in its lesson" in page
