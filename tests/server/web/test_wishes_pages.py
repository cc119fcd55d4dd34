"""Pages of wishes: asked by who may, answered by who is named, scheduled by the office, and a promise in one tap."""

from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import store
from server.extensions import db
from server.models import LessonConsent, LessonRequest, Person
from server.services import requests
from server.services.content import Author
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.village import NOW
from tests.server.web.conftest import Office
from tests.server.web.world import World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def office(app: APIFlask, world: World) -> Office:
    """An office of each test's own."""
    return Office(app, world)


def client(office: Office, role: str):
    return factory.signed_in(office.app, office.world.accounts[role])


def wishes() -> list[LessonRequest]:
    db.session.remove()
    return list(db.session.scalars(select(LessonRequest).order_by(LessonRequest.id)))


@pytest.fixture
def coming(office: Office) -> str:
    """A lesson of tomorrow that the subject teacher holds."""
    return factory.lesson(office.world.near.course, TOMORROW, 3, office.world.person("subject_teacher")).lesson_course


def ask(office: Office, role: str, **form: object) -> str:
    response = client(office, role).post("/wishes/new", data={"course": office.world.near.course, **form})
    assert response.status_code == 303, response.text
    return response.location.rsplit("/", 1)[1]


def test_the_class_teacher_asks_the_teacher_agrees_the_office_schedules(office: Office, coming: str) -> None:
    id = ask(office, "class_teacher", kind="move", lesson=coming, text="a trip", on=TOMORROW.isoformat(), n="5")
    teacher = client(office, "subject_teacher")
    assert f"/wishes/{id}" in teacher.get("/").text
    page = teacher.get(f"/wishes/{id}").text
    assert "Yes, I agree" in page
    assert teacher.post(f"/wishes/{id}", data={"act": "yes"}).status_code == 303
    clerk = client(office, "timetabler")
    assert f"/wishes/{id}" in clerk.get("/").text
    page = clerk.get(f"/wishes/{id}").text
    assert f"{TOMORROW.isoformat()}|5|1||" in page
    done = clerk.post(f"/wishes/{id}", data={"act": "schedule", "slot": f"{TOMORROW.isoformat()}|5|1||"})
    assert done.status_code == 303
    assert done.location == f"/changes/{wishes()[0].act_id}"
    assert "What became of your wishes" in client(office, "class_teacher").get("/").text


def test_a_no_needs_its_reason_and_is_told(office: Office, coming: str) -> None:
    id = ask(office, "class_teacher", kind="cancel", lesson=coming)
    teacher = client(office, "subject_teacher")
    assert teacher.post(f"/wishes/{id}", data={"act": "no", "remark": ""}).status_code == 422
    assert teacher.post(f"/wishes/{id}", data={"act": "no", "remark": "a test that day"}).status_code == 303
    assert "a test that day" in client(office, "class_teacher").get("/").text


def test_the_operator_makes_a_wish_of_a_promise_in_one_tap(office: Office) -> None:
    near = office.world.near
    operator = Author(office.world.person("operator"), office.world.accounts["operator"], NOW, TODAY)
    promise = store.write(lambda session: requests.promise(session, requests.Wish(
        "repeat", "7 Dec, algebra: Linear equations\nwas ill", near.student, near.guardian), operator))  # fmt: skip
    asks = client(office, "operator")
    assert "Ask the teacher to agree" in asks.get(f"/requests/{promise}").text
    response = asks.post(f"/wishes/from-request/{promise}")
    row = wishes()[0]
    assert response.location == f"/wishes/{row.id}"
    assert (row.kind, row.lesson_course_id, row.student_id, row.asked_by, row.request_id) == (
        "again", near.lesson.lesson_course, near.student, near.guardian, promise,
    )  # fmt: skip
    asked = db.session.scalars(select(LessonConsent.person_id).filter_by(lesson_request_id=row.id)).all()
    assert asked == [office.world.person("subject_teacher")]
    teacher = client(office, "subject_teacher")
    teacher.post(f"/wishes/{row.id}", data={"act": "no", "remark": "it comes again"})
    assert "It cannot be done: it comes again" in asks.get(f"/wishes/{row.id}").text


def test_a_promise_that_names_no_lesson_leads_to_the_form(office: Office) -> None:
    near = office.world.near
    operator = Author(office.world.person("operator"), office.world.accounts["operator"], NOW, TODAY)
    promise = store.write(lambda session: requests.promise(
        session, requests.Wish("repeat", "the one on fractions", near.student), operator))  # fmt: skip
    asks = client(office, "operator")
    response = asks.post(f"/wishes/from-request/{promise}")
    assert response.location == f"/wishes/new?request={promise}"
    page = asks.get(response.location).text
    assert "the one on fractions" in page and near.course in page and office.world.far.course not in page


def test_what_is_wrong_stands_beside_what_was_typed(office: Office) -> None:
    response = client(office, "class_teacher").post("/wishes/new", data={
        "course": office.world.near.course, "kind": "move", "lesson": office.world.near.lesson.lesson_course,
        "on": "2026-12-01", "n": "2", "text": "please"})  # fmt: skip
    assert response.status_code == 409
    assert "please" in response.text and wishes() == []


def test_others_do_not_see_it(office: Office, coming: str) -> None:
    id = ask(office, "class_teacher", kind="cancel", lesson=coming)
    for role in ("support_staff", "psychologist", "admin"):
        assert client(office, role).get(f"/wishes/{id}").status_code == 403
    assert client(office, "subject_teacher").post(f"/wishes/{id}", data={"act": "schedule"}).status_code == 403
    assert client(office, "subject_teacher").post(f"/wishes/{id}", data={"act": "refuse"}).status_code == 403


def test_the_operator_asks_for_more_than_a_repetition_from_the_students_sheet(office: Office) -> None:
    near, asks = office.world.near, client(office, "operator")
    slug = factory._found(lambda session: session.get_one(Person, near.student).slug)
    assert f"/wishes/new?student={slug}" in asks.get(f"/hotline/student/{slug}").text
    page = asks.get(f"/wishes/new?student={slug}").text
    assert near.course in page and office.world.far.course not in page
    response = asks.post("/wishes/new", data={"student": slug, "course": near.course, "kind": "extra"})
    assert response.status_code == 303
    [row] = wishes()
    assert (row.student_id, row.asked_by, row.entered_by) == (
        near.student, near.student, office.world.person("operator"),
    )  # fmt: skip
