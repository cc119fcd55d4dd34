"""Records that wait for a person: everybody who runs the school is told, sees both sides, and settles a clash."""

import re
from html import unescape

import pytest
from apiflask import APIFlask

from server.extensions import db
from server.models import ROLES, AuditEntry, OpClash
from server.services import checks, held, returns
from sync import ops
from tests.server import factory, logbook
from tests.server.logbook import NOW
from tests.server.web.world import World

SETTLE = {"director", "deputy_studies", "coordinator", "admin"}
AT = "2026-12-07T08:00:00+05:00"


def _deliver(*envelopes: dict) -> list[str]:
    found = returns.receive(returns.Delivery(envelopes, NOW, factory.TODAY))
    db.session.rollback()
    return [one.outcome for one in found]


def _mark(world: World, value: str, n: int = 0, base: tuple[str, ...] = ()) -> dict:
    data = {"code": world.near.code, "mark": {"verdict": "mark", "value": value}, "comment": "<b>Neat</b>"}
    return ops.envelope("ab" * 8, n, "mark", world.person("subject_teacher"), AT, data, base)


def _page(app: APIFlask, world: World, role: str, path: str = "/journal/held/") -> str:
    answer = factory.signed_in(app, world.accounts[role]).get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.text))


@pytest.fixture
def three(world: World) -> None:
    """A mark that stands, another under its number, one that waits for its base, one of a newer program."""
    assert _deliver(_mark(world, "5"), _mark(world, "2")) == ["accepted", "held"]
    newer = {**_mark(world, "4", 2), "v": 9, "data": {"code": ["not", "known"]}}
    assert _deliver(_mark(world, "3", 1, ("f" * 64,)), newer) == ["held", "held"]


@pytest.mark.usefixtures("three")
def test_who_runs_the_school_is_told_on_today_and_nobody_else(app: APIFlask, world: World) -> None:
    told = {role for role in ROLES if "Records that wait for a person" in _page(app, world, role, "/")}
    assert told == SETTLE
    assert re.search(r'href="/journal/held/"><span>Records that wait for a person</span><span class="tag bad">3<',
                     _page(app, world, "director", "/"))  # fmt: skip


@pytest.mark.usefixtures("three")
def test_the_check_counts_them_and_names_nobody(app: APIFlask, world: World) -> None:
    [problem] = [one for one in checks.problems(db.session, NOW) if one.code == "record_waiting"]
    assert (problem.count, problem.names) == (3, ())


@pytest.mark.usefixtures("three")
def test_both_sides_of_a_clash_and_the_reasons_of_what_is_held_are_seen(app: APIFlask, world: World) -> None:
    html = _page(app, world, "deputy_studies")
    stands, other = html.split("This stands")[1].split("This came under the same number")
    assert "<b>mark, 5, " in stands and "<b>mark, 2, " in other
    assert "Rulev Subject" in stands and "Veslov Yegor" in other and "7 Dec, 08:00" in other
    assert "<b>Neat" not in factory.signed_in(app, world.accounts["director"]).get("/journal/held/").text
    assert "builds on one that has not arrived yet" in html and "needs a newer version" in html


@pytest.mark.usefixtures("three")
def test_an_administrator_sees_whose_they_are_but_no_mark(app: APIFlask, world: World) -> None:
    html = _page(app, world, "admin")
    assert "Veslov Yegor" in html and "Neat" not in html
    assert "<b>mark</b>" in html
    assert f'href="/works/{world.near.code}"' not in html


@pytest.mark.usefixtures("three")
def test_a_settled_clash_leaves_the_list_and_stays_stored(app: APIFlask, world: World) -> None:
    client = factory.signed_in(app, world.accounts["coordinator"])
    sha256 = db.session.scalars(db.select(OpClash.sha256)).one()
    for _again in range(2):
        answer = client.post(f"/journal/held/{sha256}")
        assert (answer.status_code, answer.location) == (303, "/journal/held/")
    db.session.rollback()
    assert db.session.get_one(OpClash, sha256).settled_by == world.person("coordinator")
    noted = db.session.scalars(db.select(AuditEntry.target).filter_by(action="clash.settle")).all()
    assert noted == [sha256]
    assert held.count(db.session) == 2
    assert "This stands" not in _page(app, world, "coordinator")
    assert client.post(f"/journal/held/{'0' * 64}").status_code == 404


def test_a_school_where_nothing_waits_is_told_so(app: APIFlask, world: World) -> None:
    logbook.hand_in(world.near.code, mark="5")
    assert "No record waits." in _page(app, world, "director")
    assert "Records that wait" not in _page(app, world, "director", "/")
