"""Phones in the office: from the code to the revoked device, each only by whom it concerns."""

import re

import pytest

from server.extensions import db
from server.models import Device
from server.services import devices
from tests.server import factory
from tests.server.factory import Client
from tests.server.phones import Phone
from tests.server.web.conftest import Office


@pytest.fixture
def office(app, world) -> Office:  # type: ignore[no-untyped-def]
    return Office(app, world)


@pytest.fixture
def teacher(office: Office) -> Client:
    return factory.signed_in(office.app, office.world.accounts["subject_teacher"])


@pytest.fixture
def phone(office: Office) -> Phone:
    return Phone(factory.visitor(office.app), office.world.person("subject_teacher"))


def the_code(page: str) -> str:
    return re.sub(r"\D", "", re.search(r'class="password num"[^>]*>([\d ]+)<', page)[1])


def ask(phone: Phone, code: str, name: str = "Nokia") -> str:
    body = {"code": code, "public_key": phone.point, "name": name}
    answer = phone.client.post("/api/v1/devices", json=body)
    phone.origin = answer.json["origin"]
    return answer.json["check"]


def test_a_phone_is_added_compared_confirmed_renamed_and_revoked(
    office: Office, teacher: Client, phone: Phone
) -> None:
    page = teacher.post("/devices/code")
    assert page.status_code == 200 and "<svg" in page.text
    assert teacher.get("/devices/asking").text.strip() == ""
    check = ask(phone, the_code(page.text), "<b>Nokia</b>")
    part = teacher.get("/devices/asking").text
    assert check in part and "&lt;b&gt;Nokia" in part
    assert check in teacher.get("/devices/").text
    assert teacher.post(f"/devices/{phone.origin}/confirm", follow_redirects=True).text.count("Nokia") >= 1
    assert phone.send().status_code == 200
    assert teacher.post(f"/devices/{phone.origin}/rename", data={"name": "Old Nokia"}).status_code == 303
    assert "Old Nokia" in teacher.get("/devices/").text
    assert teacher.post(f"/devices/{phone.origin}/rename", data={"name": " "}).status_code == 422
    assert teacher.post(f"/devices/{phone.origin}/revoke").status_code == 303
    assert "Old Nokia" not in teacher.get("/devices/").text
    assert phone.send().status_code == 403


def test_a_wrong_phone_is_refused(teacher: Client, phone: Phone) -> None:
    ask(phone, the_code(teacher.post("/devices/code").text))
    teacher.post(f"/devices/{phone.origin}/revoke")
    assert teacher.post(f"/devices/{phone.origin}/confirm").status_code == 404
    assert phone.get("/api/v1/devices/me").json["state"] == "revoked"


def test_a_code_by_get_is_none(teacher: Client) -> None:
    assert teacher.get("/devices/code").status_code == 405


def test_the_qr_is_the_phones_address_with_the_code(teacher: Client) -> None:
    page = teacher.post("/devices/code").text
    assert "/phone/#" not in page  # the code is in no link that a history would keep
    assert f"K1TESTD{the_code(page)}00" not in page


def test_nobody_sees_or_touches_anothers_phones(office: Office, phone: Phone) -> None:
    phone.enrolled(name="Nokia of the teacher")
    tutor = factory.signed_in(office.app, office.world.accounts["tutor"])
    assert "Nokia of the teacher" not in tutor.get("/devices/").text
    for act in ("confirm", "rename", "revoke"):
        assert tutor.post(f"/devices/{phone.origin}/{act}", data={"name": "x"}).status_code == 404
    assert db.session.get_one(Device, phone.origin).state == "confirmed"


@pytest.mark.parametrize("role", ["director", "admin"])
def test_who_manages_devices_sees_all_and_can_revoke_them(office: Office, phone: Phone, role: str) -> None:
    phone.enrolled(name="Nokia of the teacher")
    manager = factory.signed_in(office.app, office.world.accounts[role])
    page = manager.get("/devices/").text
    assert "Nokia of the teacher" in page and "Rulev Subject-teacher Petrovich" in page
    assert manager.post(f"/devices/{phone.origin}/rename", data={"name": "x"}).status_code == 404
    assert manager.post(f"/devices/{phone.origin}/revoke").status_code == 303
    assert phone.send().status_code == 403


def test_too_many_phones_are_told_beside_the_button(office: Office, teacher: Client, phone: Phone) -> None:
    for _ in range(devices.MOST):
        Phone(phone.client, phone.person).enrolled()
    answer = teacher.post("/devices/code")
    assert answer.status_code == 422 and 'role="alert"' in answer.text


def test_the_pages_ask_few_queries(office: Office, teacher: Client) -> None:
    from sqlalchemy import event

    for role, account in office.world.accounts.items():
        Phone(factory.visitor(office.app), factory.person_of(account)).enrolled(name=role)
    director = factory.signed_in(office.app, office.world.accounts["director"])
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert director.get("/devices/").status_code == 200
    assert len(asked) <= 20
