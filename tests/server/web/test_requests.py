"""Requests and appointments in the office: who sees what, what is done with it, whose calendar is whose."""

import pytest
from sqlalchemy import select

from server import store
from server.extensions import db
from server.models import Appointment, Person, ReceptionHours, Request
from server.services import request_list, requests
from server.services.content import Author
from server.services.requests import Wish
from tests.server import factory, logbook
from tests.server.web.world import World


def promised(world: World, kind: str = "files", far: bool = False, **values) -> str:
    by = Author(world.person("operator"), world.accounts["operator"], logbook.NOW, factory.TODAY)
    student = (world.far if far else world.near).student
    wish = Wish(kind, **{"text": "Week 50", "student_id": student, **values})
    return store.write(lambda session: requests.promise(session, wish, by))


def client(app, world: World, role: str):
    return factory.signed_in(app, world.accounts[role])


def one(id: str) -> request_list.RequestView:
    db.session.rollback()
    return request_list.one(db.session, id, factory.TODAY)


def slug(person_id: str) -> str:
    return db.session.get_one(Person, person_id).slug


def test_each_sees_the_own_the_class_teacher_the_class_and_the_deputy_all(app, world):
    near, far = promised(world), promised(world, far=True)
    assert one(near).owner_id == world.person("class_teacher")
    texts = {role: client(app, world, role).get("/requests/?show=all").text
             for role in ("class_teacher", "deputy_studies", "subject_teacher")}  # fmt: skip
    assert near in texts["class_teacher"] and far not in texts["class_teacher"]
    assert near in texts["deputy_studies"] and far in texts["deputy_studies"]
    assert near not in texts["subject_teacher"] and "You owe nobody anything" in texts["subject_teacher"]
    for role, expected in (("class_teacher", (200, 403)), ("subject_teacher", (403, 403)), ("operator", (200, 200))):
        mine = client(app, world, role)
        assert (mine.get(f"/requests/{near}").status_code, mine.get(f"/requests/{far}").status_code) == expected, role


def test_an_owner_without_any_other_right_keeps_the_promise(app, world):
    id = promised(world, "consultation", host_id=world.person("subject_teacher"))
    teacher = client(app, world, "subject_teacher")
    assert "Week 50" in teacher.get(f"/requests/{id}").text
    assert teacher.post(f"/requests/{id}", data={"act": "done", "outcome": "Explained."}).status_code == 303
    assert (one(id).state, one(id).outcome) == ("done", "Explained.")


def test_a_refusal_asks_for_its_reason_and_a_deputy_can_take_over(app, world):
    id, deputy = promised(world), client(app, world, "deputy_studies")
    answer = deputy.post(f"/requests/{id}", data={"act": "refused", "outcome": ""})
    assert answer.status_code == 422 and "Say why" in answer.text
    assert deputy.post(f"/requests/{id}", data={"act": "take"}).status_code == 303
    assert one(id).owner_id == world.person("deputy_studies")
    deputy.post(f"/requests/{id}", data={"act": "hand", "owner": world.person("coordinator")})
    assert one(id).owner_id == world.person("coordinator")
    deputy.post(f"/requests/{id}", data={"act": "refused", "outcome": "No printer."})
    assert one(id).state == "refused"
    assert deputy.post(f"/requests/{id}", data={"act": "take"}).status_code == 409
    deputy.post(f"/requests/{id}", data={"act": "reopen"})
    assert one(id).state == "open"


@pytest.mark.parametrize("act", ["", "destroy", "agree", "propose"])
def test_acts_that_are_none_change_nothing(app, world, act: str):
    id = promised(world)
    form = {"act": act, "appointment": "0" * 32}
    assert 400 <= client(app, world, "deputy_studies").post(f"/requests/{id}", data=form).status_code < 500
    assert one(id).state == "open"


def test_times_are_proposed_told_and_one_is_agreed(app, world):
    id = promised(world, "consultation", host_id=world.person("subject_teacher"))
    teacher = client(app, world, "subject_teacher")
    hours = {"weekday": "2", "starts": "15:00", "ends": "16:00", "minutes": "20"}
    assert teacher.post("/appointments/hours", data=hours).status_code == 303
    assert teacher.post("/appointments/hours", data=hours).status_code == 409
    page = teacher.get(f"/requests/{id}").text
    times = [part.split('"')[0] for part in page.split('name="time" value="')[1:]]
    assert len(times) == 9
    teacher.post(f"/requests/{id}", data={"act": "propose", "time": times[:2], "channel": "call"})
    page = teacher.get(f"/requests/{id}").text
    assert one(id).state == "proposed" and "Please say which one suits you" in page and "15:20" in page
    chosen = db.session.scalars(select(Appointment).order_by(Appointment.starts)).all()[1]
    teacher.post(f"/requests/{id}", data={"act": "agree", "appointment": chosen.id})
    assert one(id).state == "done"
    assert "Veslov Yegor" in teacher.get("/appointments/?week=2026-W50").text


def test_restricted_notes_are_for_the_host_and_those_entitled(app, world):
    psychologist, deputy = client(app, world, "psychologist"), client(app, world, "deputy_studies")
    form = {"on": "2026-12-07", "at": "12:00", "minutes": "30", "who": "Veslov 7а", "channel": "in_person"}
    assert psychologist.post("/appointments/", data=form).status_code == 303
    row = db.session.scalars(select(Appointment)).one()
    assert row.student_id == world.near.student
    note = {"state": "held", "note": "Came.", "restricted": "Afraid of answering."}
    assert psychologist.post(f"/appointments/{row.id}", data=note).status_code == 303
    assert "Afraid of answering." in psychologist.get("/appointments/").text
    host = slug(world.person("psychologist"))
    seen = deputy.get(f"/appointments/?host={host}").text
    assert "Came." in seen and "Afraid" not in seen and 'name="restricted"' not in seen
    deputy.post(f"/appointments/{row.id}", data={"state": "", "note": "Came.", "restricted": "Gone"})
    db.session.rollback()
    assert db.session.scalars(select(Appointment)).one().restricted_note == "Afraid of answering."


def test_others_calendars_and_students_are_closed_to_who_manages_no_requests(app, world):
    teacher, host = client(app, world, "subject_teacher"), slug(world.person("psychologist"))
    assert teacher.get(f"/appointments/?host={host}").status_code == 403
    assert teacher.post("/appointments/", data={"host": host}).status_code == 403
    form = {"on": "2026-12-08", "at": "12:00", "minutes": "30"}
    assert teacher.post("/appointments/", data={**form, "student": slug(world.far.student)}).status_code == 403
    assert teacher.post("/appointments/", data={**form, "who": "Bakenov"}).status_code == 404
    assert db.session.scalars(select(Appointment)).all() == []


def test_of_several_students_one_is_chosen_and_a_double_click_agrees_once(app, world):
    deputy = client(app, world, "deputy_studies")
    form = {"on": "2026-12-08", "at": "12:00", "minutes": "30", "who": "Yakornaya", "key": "abcdef0123456789"}
    listed = deputy.post("/appointments/", data=form)
    assert "Who is meant?" in listed.text and listed.text.count('name="student"') == 2
    chosen = {**form, "student": slug(world.far.sibling)}
    for _click in range(2):
        assert deputy.post("/appointments/", data=chosen).status_code == 303
    assert [row.student_id for row in db.session.scalars(select(Appointment))] == [world.far.sibling]


@pytest.mark.parametrize("form", [
    {"on": "soon"}, {"at": "25:00"}, {"minutes": "x"}, {"minutes": "3"}, {"channel": "pigeon"}, {"at": "08:40"},
])  # fmt: skip
def test_what_cannot_be_agreed_is_said(app, world, form: dict):
    factory.lesson(world.near.course, n=2, teacher_id=world.person("subject_teacher"))  # 09:20–10:00
    typed = {"on": "2026-12-07", "at": "09:30", "minutes": "20", **form}
    if form == {"at": "08:40"}:
        typed["at"] = "09:10"
    answer = client(app, world, "subject_teacher").post("/appointments/", data=typed)
    assert 400 <= answer.status_code < 500 and 'role="alert"' in answer.text
    assert db.session.scalars(select(Appointment)).all() == []


def test_hours_are_added_and_ended_by_their_host(app, world):
    teacher = client(app, world, "subject_teacher")
    teacher.post("/appointments/hours", data={"weekday": "3", "starts": "9:00", "ends": "10:00", "minutes": "15"})
    row = db.session.scalars(select(ReceptionHours)).one()
    assert (row.starts, row.person_id) == ("09:00", world.person("subject_teacher"))
    assert client(app, world, "network_teacher").post("/appointments/hours", data={"end": row.id}).status_code == 404
    assert teacher.post("/appointments/hours", data={"end": row.id}).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(ReceptionHours)).all() == [] and db.session.scalars(select(Request)).all() == []
