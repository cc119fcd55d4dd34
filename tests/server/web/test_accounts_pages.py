"""Giving accounts, roles and duties in the office."""

import re
from datetime import UTC, datetime

from apiflask import APIFlask

from server.extensions import db
from server.models import Account, DutyRota, Person, RoleGrant
from tests.server import factory
from tests.server.factory import Client
from tests.server.web.world import World


def _admin(app: APIFlask, world: World) -> Client:
    return factory.signed_in(app, world.accounts["admin"])


def _path(person_id: str) -> str:
    return f"/accounts/{db.session.get_one(Person, person_id).slug}"


def test_a_new_account_shows_its_password_once_and_it_works(app: APIFlask, world: World) -> None:
    client, path = _admin(app, world), _path(world.clerk)
    shown = client.post(f"{path}/account", data={"login": "shturmanova"})
    password = re.search(r'class="password">([^<]+)<', shown.text)
    assert password
    assert shown.headers["Cache-Control"] == "no-store"
    assert password[1] not in client.get(path).text
    from tests.server.web.test_auth import sign_in

    assert sign_in(factory.visitor(app), "shturmanova", password[1]).location == "/"


def test_a_refused_login_says_why_beside_the_field_and_keeps_it(app: APIFlask, world: World) -> None:
    answer = _admin(app, world).post(f"{_path(world.clerk)}/account", data={"login": "director"})
    assert answer.status_code == 422
    assert re.search(r'id="e-login">The login director is taken', answer.text)
    assert 'value="director"' in answer.text


def test_a_new_password_ends_the_old_one(app: APIFlask, world: World) -> None:
    person = factory.person_of(world.spare)
    session = factory.signed_in(app, world.spare)
    assert session.get("/").status_code == 200
    assert 'class="password"' in _admin(app, world).post(f"{_path(person)}/password").text
    assert session.get("/").status_code == 302


def test_an_account_is_closed_and_opened_again(app: APIFlask, world: World) -> None:
    client, path = _admin(app, world), _path(factory.person_of(world.spare))
    client.post(f"{path}/state", data={"active": "0"})
    db.session.rollback()
    assert db.session.get_one(Account, world.spare).is_active is False
    assert "The account is closed" in client.get(path).text
    client.post(f"{path}/state", data={"active": "1"})
    db.session.rollback()
    assert db.session.get_one(Account, world.spare).is_active is True


def test_a_role_is_granted_on_a_class_and_ended(app: APIFlask, world: World) -> None:
    client, path = _admin(app, world), _path(world.clerk)
    form = {"role": "class_teacher", "place": f"g:{world.far.id}", "since": "2026-12-07", "until": ""}
    assert client.post(f"{path}/roles", data=form).status_code == 303
    row = db.session.scalar(db.select(RoleGrant).filter_by(person_id=world.clerk, role="class_teacher"))
    assert row is not None
    assert (row.group_id, row.course_id, row.until) == (world.far.id, None, None)
    assert row.granted_by == world.person("admin")
    assert "class teacher, class 8Б" in client.get(path).text.replace("&#34;", '"')
    client.post(f"{path}/roles/{row.id}/end", data={"until": "2026-12-31"})
    db.session.rollback()
    assert str(db.session.get_one(RoleGrant, row.id, populate_existing=True).until) == "2026-12-31"


def test_a_refused_role_keeps_what_was_typed(app: APIFlask, world: World) -> None:
    form = {"role": "tutor", "place": f"g:{world.far.id}", "since": "2026-12-07", "until": "2026-12-01"}
    answer = _admin(app, world).post(f"{_path(world.clerk)}/roles", data=form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f'value="g:{world.far.id}" selected' in answer.text
    assert 'value="tutor" selected' in answer.text


def test_an_administrator_cannot_lock_themselves_out(app: APIFlask, world: World) -> None:
    client, me = _admin(app, world), world.person("admin")
    own = db.session.scalar(db.select(RoleGrant.id).filter_by(person_id=me, role="admin"))
    assert client.post(f"{_path(me)}/state", data={"active": "0"}).status_code == 409
    assert client.post(f"{_path(me)}/roles/{own}/end", data={"until": "2026-12-07"}).status_code == 409


def test_somebody_new_is_entered_and_given_an_account(app: APIFlask, world: World) -> None:
    client = _admin(app, world)
    made = client.post("/accounts/", data={"last": "Bakenshchikova", "first": "Roza", "middle": ""})
    assert made.status_code == 303
    assert "Bakenshchikova Roza" in client.get(made.location).text
    assert client.post("/accounts/", data={"last": " "}).status_code == 422


def test_a_duty_is_put_on_the_rota_in_the_schools_time(app: APIFlask, world: World) -> None:
    client, operator = _admin(app, world), db.session.get_one(Person, world.person("operator"))
    form = {"person": operator.slug, "on": "2026-12-08", "since": "08:00", "until": "14:30"}
    assert client.post("/accounts/rota", data=form).status_code == 303
    duty = db.session.scalar(db.select(DutyRota).order_by(DutyRota.since.desc()))
    assert duty is not None
    assert (duty.since, duty.until) == (datetime(2026, 12, 8, 3, tzinfo=UTC), datetime(2026, 12, 8, 9, 30, tzinfo=UTC))
    assert "8 Dec, 08:00 – 8 Dec, 14:30" in client.get("/accounts/rota").text
    client.post(f"/accounts/rota/{duty.id}/remove")
    assert "8 Dec, 08:00" not in client.get("/accounts/rota").text


def test_a_duty_that_ends_before_it_begins_is_refused(app: APIFlask, world: World) -> None:
    slug = db.session.get_one(Person, world.person("operator")).slug
    form = {"person": slug, "on": "2026-12-08", "since": "15:00", "until": "14:00"}
    answer = _admin(app, world).post("/accounts/rota", data=form)
    assert answer.status_code == 422
    assert 'value="15:00"' in answer.text


def test_an_operator_off_duty_finds_no_families(app: APIFlask, world: World) -> None:
    client, admin = factory.signed_in(app, world.accounts["operator"]), _admin(app, world)
    assert client.get("/people/").status_code == 200
    duty = db.session.scalar(db.select(DutyRota.id))
    admin.post(f"/accounts/rota/{duty}/remove")
    assert client.get("/people/").status_code == 403
    assert client.get("/").status_code == 200
