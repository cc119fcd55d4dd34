"""The pages of households: confirm, correct, take back; who sees what; nothing of a family in an address."""

import re
from html import unescape

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import update

from server import models, store
from server.extensions import db
from tests.server import factory
from tests.server.web.world import World

PHONE = "+7 900 000-00-01"


@pytest.fixture
def siblings(app: APIFlask, world: World) -> dict[str, str]:
    """The near class's student has a sister in the far class at another address, and a brother in the near one."""
    ids = {key: factory.new_id() for key in ("home", "far")}
    factory.add(models.Household(id=ids["home"], address="Sadovaya 4"))
    factory.add(models.Household(id=ids["far"], address="Rechnaya 9"))
    ids["brother"] = factory.student(world.near.id, "Veslov", "Gleb", household_id=ids["home"])
    ids["sister"] = factory.student(world.far.id, "Veslova", "Zoya", household_id=ids["far"])
    for child in (ids["brother"], ids["sister"]):
        factory.add(models.Guardianship(id=factory.new_id(), guardian_id=world.near.guardian, student_id=child))
    change(world.near.student, household_id=ids["home"])
    change(world.far.guardian, phone="+7 900 000-09-09")
    return ids


def change(person_id: str, **values: str) -> None:
    store.write(
        lambda session: session.execute(update(models.Person).filter_by(id=person_id).values(**values)) and None
    )


def office(app: APIFlask, world: World, role: str = "deputy_studies") -> FlaskClient:
    return factory.signed_in(app, world.accounts[role])


def forms(html: str) -> list[list[tuple[str, str]]]:
    """The fields of every form that acts, its buttons last."""
    return [
        re.findall(r'<(?:input type="hidden"|button[^>]*?) name="([^"]+)" value="([^"]*)"', found)
        for found in re.findall(r'<form method="post" action="/households/act".*?</form>', html, re.S)
    ]


def press(client: FlaskClient, html: str, act: str, holds: str = "", **more: str):
    """Send the form with this button, and with ``holds`` among its values."""
    for fields in forms(html):
        if ("act", act) in fields and any(holds in value for _, value in fields):
            wanted = [pair for pair in fields if pair[0] not in ("act", "csrf_token")]
            data = {name: [value for key, value in wanted if key == name] for name, _ in wanted}
            return client.post("/households/act", data={**data, "act": act, **more})
    raise LookupError(act)


def household_of(person_id: str) -> str | None:
    db.session.remove()
    return db.session.get_one(models.Person, person_id).household_id


def test_a_proposal_is_confirmed_and_taken_back(app, world, siblings):
    client = office(app, world)
    page = unescape(client.get("/households/").text)
    for shown in ("Veslov Yegor", "Veslov Gleb", "Sadovaya 4", PHONE, "one phone", "addresses differ"):
        assert shown in page
    done = press(client, page, "confirm", siblings["home"] + ":")
    assert done.status_code == 200 and "1 family confirmed." in done.text
    db.session.remove()
    assert db.session.get_one(models.Household, siblings["home"]).confirmed
    back = press(client, done.text, "undo")
    assert "Taken back." in back.text
    db.session.remove()
    assert not db.session.get_one(models.Household, siblings["home"]).confirmed


def test_all_clear_ones_are_confirmed_at_once(app, world, siblings):
    for number in range(2):
        home = factory.new_id()
        factory.add(models.Household(id=home, address=f"Lesnaya {number}"))
        first, second = (factory.student(world.near.id, f"Parus{number}", name, household_id=home) for name in "AB")
        mother = factory.guardian(first, "Parus", phone=f"+7 900 000-01-0{number}")
        factory.add(models.Guardianship(id=factory.new_id(), guardian_id=mother, student_id=second))
    client = office(app, world)
    page = client.get("/households/").text
    assert "Confirm all 3 clear ones" in page
    done = press(client, page, "confirm", "")
    assert "3 families confirmed." in done.text
    assert "Nothing waits" in unescape(done.text)


def test_perhaps_a_family_becomes_one_or_stays_apart(app, world, siblings):
    client = office(app, world)
    page = client.get("/households/").text
    joined = press(client, page, "join", siblings["far"])
    assert "Now one family." in joined.text
    assert household_of(siblings["sister"]) == household_of(siblings["brother"])
    apart = press(client, press(client, joined.text, "undo").text, "confirm", siblings["far"])
    assert apart.status_code == 200 and household_of(siblings["sister"]) == siblings["far"]
    assert "Perhaps one family" not in client.get("/households/").text


def test_a_child_is_split_out_moved_and_the_address_is_changed(app, world, siblings):
    client = office(app, world)
    page = client.get(f"/households/{siblings['home']}").text
    done = press(client, page, "split", siblings["brother"])
    assert "Now a family of its own." in done.text and household_of(siblings["brother"]) != siblings["home"]
    found = client.post(f"/households/{siblings['home']}/find", data={"q": "veslov gleb"})
    assert "Veslov Gleb moves here" in unescape(found.text)
    assert "Moved." in press(client, found.text, "move", siblings["brother"]).text
    assert household_of(siblings["brother"]) == siblings["home"]
    page = client.get(f"/households/{siblings['home']}").text
    saved = press(client, page, "edit", address="Sadovaya 5", note="Calls after six")
    assert "Saved." in saved.text and "Sadovaya 5" in saved.text and "Calls after six" in saved.text


def test_the_second_of_two_is_told_and_keeps_what_was_typed(app, world, siblings):
    first, second = office(app, world), office(app, world, "coordinator")
    page = first.get(f"/households/{siblings['home']}").text
    press(second, page, "edit", address="Sadovaya 5", note="")
    late = press(first, page, "edit", address="Sadovaya 6", note="dog")
    assert late.status_code == 409 and "Somebody else changed this family" in late.text
    assert 'value="Sadovaya 6"' in late.text and "dog" in late.text and "Stored now: Sadovaya 5" in late.text
    assert "Saved." in press(first, late.text, "edit", address="Sadovaya 6", note="dog").text


def test_a_class_teacher_decides_for_the_own_class_only(app, world, siblings):
    client = office(app, world, "class_teacher")
    page = client.get("/households/").text
    assert "Veslov Gleb" in page and "Bakenov" not in page
    assert client.get(f"/households/{siblings['far']}").status_code == 403
    foreign = {"act": "edit", "family": f"{siblings['far']}:x", "address": "Here", "note": ""}
    assert client.post("/households/act", data=foreign).status_code == 403
    assert "Now one family." in press(client, page, "join", siblings["far"]).text  # proposed, and half of it is theirs


def test_what_nobody_proposed_takes_the_right_to_both(app, world, siblings):
    client = office(app, world, "class_teacher")
    data = {"act": "join", "family": [f"{siblings['home']}:x", f"child-{world.far.student}:y"]}
    assert client.post("/households/act", data=data).status_code == 403


def test_an_undo_belongs_to_who_acted_and_cannot_be_made_up(app, world, siblings):
    client, other = office(app, world), office(app, world, "coordinator")
    done = press(client, client.get("/households/").text, "confirm", siblings["home"])
    assert press(other, done.text, "undo").status_code == 400
    assert client.post("/households/act", data={"act": "undo", "token": "x.y"}).status_code == 400
    assert client.post("/households/act", data={"act": "burn"}).status_code == 400


def test_names_stand_in_no_address(app, world, siblings):
    client = office(app, world)
    page = client.post("/households/", data={"q": "veslov"})
    assert page.headers["Cache-Control"] == "no-store" and "2 families found" in page.text
    links = re.findall(r'(?:href|action)="([^"]*)"', page.text)
    assert not any("eslov" in link for link in links)
    assert "family found" not in client.get("/households/", query_string={"q": "veslov"}).text
