"""How a device gets in: a code of the office, digits on both screens, a signature; and how it learns that it is out."""

import json
from datetime import timedelta

import pytest

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Device, Enrolment, Person
from server.services import devices
from tests.server import factory, phones
from tests.server.api.conftest import Office
from tests.server.phones import AT, NOW, Phone, code_of


def ask(phone: Phone, code: str, **more: object):  # type: ignore[no-untyped-def]
    body = {"code": code, "public_key": phone.point, "name": "Nokia 3.4", **more}
    return phone.client.post("/api/v1/devices", json=body)


def fresh_code(office: Office, role: str = "subject_teacher", now=NOW) -> str:  # type: ignore[no-untyped-def]
    return devices.make_code(office.world.person(role), now, office.world.accounts[role], _numbers(7))


def _numbers(first: int):  # type: ignore[no-untyped-def]
    told = iter(range(first, first + 99))
    return lambda below: next(told)


@pytest.fixture
def stranger(office: Office) -> Phone:
    """A phone that nobody knows yet, in the hands of the subject teacher."""
    return Phone(factory.visitor(office.app), office.world.person("subject_teacher"))


def test_from_the_code_to_the_first_signed_word(office: Office, stranger: Phone) -> None:
    code = fresh_code(office)
    asked = ask(stranger, code)
    assert asked.status_code == 201
    stranger.origin = asked.json["origin"]
    assert asked.json["check"] == devices.asking(db.session, stranger.person)[0].check
    told = stranger.get("/api/v1/devices/me").json
    assert (told["state"], told["school"]["id"], told["epoch"]) == ("waiting", "TEST", "e" * 32)
    assert told["person"]["id"] == stranger.person and told["now"] == AT
    assert code_of(stranger.send()) == "device_waiting"
    devices.confirm(stranger.origin, stranger.person, NOW, office.world.accounts["subject_teacher"])
    assert stranger.get("/api/v1/devices/me").json["state"] == "confirmed"
    assert stranger.send().status_code == 200
    devices.revoke(stranger.origin, None, NOW, office.world.accounts["admin"])
    assert stranger.get("/api/v1/devices/me").json["state"] == "revoked"
    assert code_of(stranger.send()) == "device_revoked"
    assert code_of(stranger.get("/api/v1/changes?after=0&epoch=&lists=")) == "device_revoked"


def test_the_same_asking_again_is_the_same_device_and_another_phone_gets_nothing(
    office: Office, stranger: Phone
) -> None:
    code = fresh_code(office)
    first = ask(stranger, code)
    assert ask(stranger, code).json == first.json
    assert code_of(ask(Phone(stranger.client, ""), code)) == "device_code_wrong"
    assert db.session.query(Device).count() == 1


def test_a_used_an_old_and_an_unknown_code_are_refused_alike(office: Office, stranger: Phone) -> None:
    old = fresh_code(office, now=NOW - timedelta(minutes=10))
    answers = [ask(stranger, code) for code in (old, "482170317", "000000000")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(403, answers[0].text)}
    assert code_of(answers[0]) == "device_code_wrong"
    replaced, newest = fresh_code(office), devices.make_code(stranger.person, NOW, None, _numbers(50))  # type: ignore[arg-type]
    assert code_of(ask(stranger, replaced)) == "device_code_wrong"
    assert ask(stranger, newest).status_code == 201


@pytest.mark.parametrize(
    ("more", "code"),
    [({"public_key": "AAAA"}, "device_key_invalid"), ({"public_key": "☃"}, "device_key_invalid"),
     ({"public_key": "B" + "A" * 86}, "device_key_invalid"), ({"code": "12"}, "bad_request"),
     ({"name": None}, "bad_request"), ({"name": "x" * 300}, "bad_request"), ({"code": 482170317}, "bad_request")],
)  # fmt: skip
def test_what_is_no_asking_is_refused(office: Office, stranger: Phone, more: dict, code: str) -> None:
    assert code_of(ask(stranger, **{"code": fresh_code(office), **more})) == code


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b"{", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(stranger: Phone, body: bytes) -> None:
    answer = stranger.client.post("/api/v1/devices", data=body, content_type="application/json")
    assert (code_of(answer), answer.status_code) == ("bad_request", 400)


def test_asking_in_another_shape_is_refused(office: Office, stranger: Phone) -> None:
    body = {"code": fresh_code(office), "public_key": stranger.point, "name": "\ud800"}
    text = {"data": json.dumps(body), "content_type": "text/plain"}
    for given in (text, {"data": {"code": "1"}}, {"json": body}, {}):
        answer = stranger.client.post("/api/v1/devices", **given)
        assert answer.status_code in (201, 400) and answer.mimetype != "text/html", answer.text


def test_a_code_is_kept_as_its_hash_and_forgotten_when_old(office: Office) -> None:
    code = fresh_code(office)
    [row] = db.session.query(Enrolment).all()
    assert code not in json.dumps([row.code_hash, row.person_id])
    fresh_code(office, "class_teacher", NOW + timedelta(minutes=10))
    db.session.expire_all()
    assert db.session.query(Enrolment).count() == 1


def test_nobody_can_confirm_rename_or_revoke_anothers_device(office: Office, phone: Phone) -> None:
    other, account = office.world.person("tutor"), office.world.accounts["tutor"]
    for act in (
        lambda: devices.confirm(phone.origin, other, NOW, account),
        lambda: devices.rename(phone.origin, "Mine", other, NOW, account),
        lambda: devices.revoke(phone.origin, other, NOW, account),
        lambda: devices.revoke("a" * 16, None, NOW, account),
    ):
        with pytest.raises(DomainError, match="not_found"):
            act()


def test_a_person_has_a_bounded_number_of_devices(office: Office, phone: Phone) -> None:
    for _ in range(devices.MOST - 1):
        Phone(phone.client, phone.person).enrolled()
    with pytest.raises(DomainError, match="rows_many"):
        fresh_code(office)


def test_a_device_that_was_never_confirmed_is_forgotten(office: Office, stranger: Phone) -> None:
    ask(stranger, fresh_code(office))
    fresh_code(office, "tutor", NOW + timedelta(days=1, minutes=1))
    db.session.expire_all()
    assert db.session.query(Device).count() == 0


def test_a_wrong_clock_is_told_the_offices_and_then_answered(phone: Phone) -> None:
    refused = phone.get("/api/v1/devices/me", "2025-12-07T08:00:00+05:00")
    assert (code_of(refused), refused.status_code, refused.json["now"]) == ("device_clock", 401, AT)
    assert phone.get("/api/v1/devices/me", refused.json["now"]).status_code == 200
    assert phone.get("/api/v1/devices/me", "2026-12-07T02:50:00Z").status_code == 200
    assert code_of(phone.get("/api/v1/devices/me", "2026-12-07T03:10:01Z")) == "device_clock"
    for nonsense in ("", "now", "2026-12-07T08:00:00", "0001-01-01T00:00:00+23:59"):
        assert code_of(phone.get("/api/v1/devices/me", nonsense)) == "device_clock"


def test_a_signature_holds_for_one_address_only(phone: Phone) -> None:
    signature = phones.sign(phone.key, f"GET /api/v1/changes?after=0\n{AT}".encode())
    headers = {"X-Korablik-Device": phone.origin, "X-Korablik-Signature": signature, "X-Korablik-At": AT}
    assert phone.client.get("/api/v1/changes?after=0", headers=headers).status_code == 200
    assert code_of(phone.client.get("/api/v1/changes?after=1", headers=headers)) == "signature_wrong"
    assert code_of(phone.client.get("/api/v1/devices/me", headers=headers)) == "signature_wrong"


def test_a_name_is_one_line_and_short() -> None:
    assert devices.clean_name(" Nokia\n\x003 \u202e4" + "x" * 99) == ("Nokia 3 4" + "x" * 99)[: devices.MAX_NAME]


def test_who_left_the_school_signs_nothing(phone: Phone) -> None:
    store.write(lambda session: setattr(session.get_one(Person, phone.person), "left_on", NOW.date()))
    assert code_of(phone.send()) == "device_account_closed"
