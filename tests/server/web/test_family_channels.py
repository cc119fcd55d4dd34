"""How a family is reached: noted on one page, in order, confirmed; what others noted meanwhile is not overwritten."""

import re

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from server import models, store
from server.extensions import db
from tests.server import factory
from tests.server.web.world import World


def office(app: APIFlask, world: World, role: str = "class_teacher") -> FlaskClient:
    return factory.signed_in(app, world.accounts[role])


def address(world: World) -> str:
    return f"/people/{db.session.get_one(models.Person, world.near.student).slug}/channels"


def fields(html: str) -> dict[str, str]:
    """What the page's form holds; ticked boxes only."""
    found: dict[str, str] = {}
    form = html.split('class="ways"')[1].split("</form>")[0]
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            found[name[1]] = value[1] if value else "on"
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if name != "csrf_token"}


def stored() -> list[models.FamilyChannel]:
    db.session.rollback()
    return list(db.session.scalars(select(models.FamilyChannel).order_by(models.FamilyChannel.position)))


def row_of(typed: dict[str, str], channel: str) -> str:
    return next(name.split("-")[0] for name, value in typed.items() if name.endswith("-channel") and value == channel)


def test_what_lists_know_stands_there_to_be_noted(app: APIFlask, world: World):
    client = office(app, world)
    html = client.get(address(world)).text
    assert "+7 900 000-00-01" in html and "from the lists, not noted yet" in html
    typed = fields(html)
    sms = row_of(typed, "sms")
    typed |= {f"{sms}-order": "1", f"{sms}-consent": "on", f"{sms}-confirmed": "on", f"{sms}-until": "19:30"}
    assert client.post(address(world), data=typed).status_code == 303
    first = stored()[0]
    assert (first.channel, first.address, first.until, first.consent, first.confirmed_on) == (
        "sms", "+79000000001", "19:30", True, factory.TODAY
    )  # fmt: skip
    assert first.person_id == world.near.guardian
    assert [row.position for row in stored()] == list(range(1, len(stored()) + 1))


def test_another_number_begins_unconfirmed(app: APIFlask, world: World):
    client = office(app, world)
    typed = fields(client.get(address(world)).text)
    sms = row_of(typed, "sms")
    client.post(address(world), data=typed | {f"{sms}-consent": "on", f"{sms}-confirmed": "on"})
    typed = fields(client.get(address(world)).text)
    sms = row_of(typed, "sms")
    assert typed[f"{sms}-confirmed"] == "on"
    client.post(address(world), data=typed | {f"{sms}-address": "8 900 000 77 77"})
    changed = next(row for row in stored() if row.channel == "sms" and row.address == "+79000007777")
    assert changed.confirmed_on is None and changed.consent
    assert "another address begins unconfirmed" in client.get(address(world)).text.casefold()


def test_nothing_typed_is_lost_and_the_wrong_thing_is_named(app: APIFlask, world: World):
    client = office(app, world)
    typed = fields(client.get(address(world)).text)
    call = row_of(typed, "call")
    answer = client.post(address(world), data=typed | {f"{call}-address": "call me"})
    assert answer.status_code == 422 and "call me" in answer.text and stored() == []
    answer = client.post(address(world), data=typed | {f"{call}-until": "25:00"})
    assert answer.status_code == 422 and "25:00" in answer.text


def test_two_who_edit_at_once_do_not_overwrite_each_other(app: APIFlask, world: World):
    one, other = office(app, world), office(app, world, "operator")
    typed, theirs = fields(one.get(address(world)).text), fields(other.get(address(world)).text)
    assert other.post(address(world), data=theirs).status_code == 303
    answer = one.post(address(world), data=typed)
    assert answer.status_code == 409
    assert one.post(address(world), data=fields(answer.text)).status_code == 303


def test_a_way_is_removed_and_one_is_added(app: APIFlask, world: World):
    client = office(app, world)
    typed = fields(client.get(address(world)).text)
    blank = next(name.split("-")[0] for name, value in typed.items() if name.endswith("-channel") and value == "")
    call = row_of(typed, "call")
    typed |= {f"{blank}-channel": "email", f"{blank}-address": "Anna@Mail.EXAMPLE", f"{blank}-works": "on",
              f"{blank}-person": world.near.guardian, f"{call}-drop": "on"}  # fmt: skip
    assert client.post(address(world), data=typed).status_code == 303
    assert "Anna@mail.example" in [row.address for row in stored()]
    assert not any(row.channel == "call" and row.person_id == world.near.guardian for row in stored())


def test_somebody_elses_person_cannot_be_written_into_it(app: APIFlask, world: World):
    client = office(app, world)
    typed = fields(client.get(address(world)).text)
    call = row_of(typed, "call")
    assert client.post(address(world), data=typed | {f"{call}-person": world.far.guardian}).status_code == 404
    assert stored() == []


def test_who_must_not_be_told_is_shown(app: APIFlask, world: World):
    barred = update(models.Guardianship).values(may_receive=False)
    store.write(lambda session: session.execute(barred) and None)
    assert "must not be told about marks" in office(app, world).get(address(world)).text
