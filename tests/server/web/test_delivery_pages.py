"""The pages of stops and registers: a round is made, packs are listed, handed over, come back; who may what."""

import re
from datetime import timedelta
from html import unescape

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from printables.manifest import Delivery
from server.extensions import db
from server.models import AuditEntry, Household, Manifest, Pack, PackStep, Person, Stop
from server.services.delivery import handing, registers
from sync.codes import complete, make_label
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.parcels import WEEK, change, doer, printed, put, stop, where
from tests.server.village import NOW
from tests.server.web.world import World


class Press:
    """The child's place: keeps what it was to print."""

    def __init__(self):
        self.documents: list[Delivery] = []

    def call(self, target, documents, duplex, progress=None):
        assert target == "printables.manifest:print_deliveries" and duplex
        self.documents = list(documents)
        return b"%PDF-x", tuple(1 for _one in documents)


@pytest.fixture
def press(app: APIFlask) -> Press:
    app.extensions["child"] = Press()
    return app.extensions["child"]


@pytest.fixture
def listed(app: APIFlask, world: World) -> dict[str, str]:
    """The near student at a stop, the others at school, and all on registers; codes by the place's name."""
    ids = {"stop": stop()}
    put(world.near.student, ids["stop"])
    for scope in (world.near, world.far):
        for student in (scope.student, scope.sibling):
            printed(student)
    registers.make_registers(WEEK, doer())
    db.session.remove()
    ids |= {row.stop: row.code for row in db.session.scalars(select(Manifest))}
    db.session.remove()
    return ids


def office(app: APIFlask, world: World, role: str = "deputy_studies") -> FlaskClient:
    return factory.signed_in(app, world.accounts[role])


def text(answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def post(client: FlaskClient, code: str, follow: bool = True, **form):
    return client.post(f"/registers/{code}", data=form, follow_redirects=follow)


def test_a_stop_is_added_changed_ordered_and_closed(app, world):
    client = office(app, world)
    page = client.post("/stops/", data={"name": "Far Cordon", "kind": "village", "days": "5"}, follow_redirects=True)
    assert "The stop is added" in text(page)
    twice = client.post("/stops/", data={"name": " far  cordon", "kind": "post", "note": "by noon"})
    assert twice.status_code == 409 and "There is a stop “Far Cordon” already" in text(twice)
    assert "by noon" in twice.get_data(as_text=True), "nothing typed is lost"
    assert client.post("/stops/", data={"name": "Moon", "kind": "post", "days": "soon"}).status_code == 422
    assert client.post("/stops/", data={"name": "Moon", "kind": "post", "days": "99"}).status_code == 422
    assert client.post("/stops/", data={"name": "  ", "kind": "post"}).status_code == 422
    row = db.session.scalars(select(Stop)).one()
    client.post(f"/stops/{row.id}", data={"act": "edit", "name": "Far Cordon", "kind": "driver", "contact": "Dorogin"})
    assert "bus driver · Dorogin" in text(client.get(f"/stops/{row.id}"))
    closed = client.post(f"/stops/{row.id}", data={"act": "close"}, follow_redirects=True)
    assert "The stop is closed; 0 students get paper elsewhere now." in text(closed)
    assert "closed on" in text(client.get("/stops/"))
    client.post(f"/stops/{row.id}", data={"act": "reopen"})
    assert "closed on" not in text(client.get("/stops/"))
    assert client.get("/stops/nothing").status_code == 404


def test_students_are_put_to_a_stop_with_their_family(app, world):
    client, here = office(app, world), stop()
    home = factory.new_id()
    factory.add(Household(id=home, address=""))
    brother = factory.student(world.far.id, "Veslov", "Gleb", household_id=home)
    change(world.near.student, household_id=home)
    checklist = text(client.get(f"/stops/{here}", query_string={"group": "7 «А»"}))
    assert "Veslov Yegor at school" in checklist and "with Veslov Gleb" in checklist
    found = text(client.post(f"/stops/{here}/find", data={"q": "ves ye"}))
    assert "Veslov Yegor" in found and "Yakornaya" not in found
    done = client.post(f"/stops/{here}/people", data={"student": world.near.student, "family": "1"},
                       follow_redirects=True)  # fmt: skip
    assert "2 students get paper at the stop Far Cordon now" in text(done)
    again = client.post(f"/stops/{here}/people", data={"student": world.near.student}, follow_redirects=True)
    assert "It stands so already" in text(again)
    client.post(f"/stops/{here}/people", data={"student": brother, "to": "school"})
    proposal = client.get("/stops/").get_data(as_text=True)
    assert f'value="{brother}:{here}"' in proposal and "a brother or sister is there" in proposal
    client.post("/stops/put", data={"proposal": f"{brother}:{here}"})
    db.session.remove()
    assert db.session.get(Person, brother).stop_id == here
    sheet = client.get(f"/people/{db.session.get(Person, brother).slug}").get_data(as_text=True)
    assert "Far Cordon" in sheet and "Paper is handed over" in sheet
    slug = db.session.get(Person, brother).slug
    client.post(f"/stops/student/{slug}", data={"to": "school", "family": "1"})
    db.session.remove()
    assert db.session.get(Person, world.near.student).stop_id is None
    client.post(f"/stops/household/{home}", data={"to": here})
    assert "Far Cordon" in client.get(f"/households/{home}").get_data(as_text=True)
    db.session.remove()
    assert db.session.get(Person, world.near.student).stop_id == here
    assert client.post(f"/stops/student/{slug}", data={"to": "f" * 32}).status_code == 404
    assert client.post(f"/stops/student/{slug}", data={}).status_code == 400


def test_a_class_teacher_sees_and_places_the_own_class_only(app, world, listed):
    client = office(app, world, "class_teacher")
    home = text(client.get("/stops/"))
    assert "1 student, 1 family" in home and "A new stop" not in home
    assert "Bakenov" not in text(client.get(f"/stops/{listed['stop']}", query_string={"group": "8 «Б»"}))
    assert client.post(f"/stops/{listed['stop']}/people", data={"student": world.far.student}).status_code == 403
    assert "Far Cordon" not in text(client.get("/registers/")), "a stop's register is the office's"
    assert client.get(f"/registers/{listed['Far Cordon']}").status_code == 403
    assert client.get(f"/registers/find?code={listed['Far Cordon']}").status_code == 403
    assert client.get(f"/registers/{listed['7 «А»']}").status_code == 200


def test_registers_are_made_and_counted(app, world):
    client = office(app, world)
    assert "No pack of this week is printed yet" in text(client.get("/registers/"))
    printed(world.near.student)
    change(world.near.sibling, left_on=TODAY)
    printed(world.near.sibling)
    assert "1 printed pack is on no register" in text(client.get("/registers/"))
    done = text(client.post("/registers/", data={"week": WEEK}, follow_redirects=True))
    assert "1 pack was put on a register. 1 register is new." in done and "1 pack of a student who left" in done
    assert "on a register already" in text(client.post("/registers/", data={"week": WEEK}, follow_redirects=True))
    assert client.post("/registers/", data={"week": "soon"}).status_code == 422


def test_handed_over_and_come_back_with_two_people_at_once_and_undo(app, world, listed):
    client, other, code = office(app, world), office(app, world, "operator"), listed["Far Cordon"]
    one = text(post(client, code, act="hand", taken_by="Dorogin", on="2026-12-07"))
    assert "Handed over: 1 pack." in one and "taken by Dorogin" in one
    two = text(post(other, code, act="hand", call="1", taken_by="Somebody"))
    assert "Nothing was changed" in two and "said so on 7 Dec, 08:00" in two
    pack = db.session.scalars(select(Pack.id).where(Pack.student_id == world.near.student)).one()
    back = text(post(other, code, act="back", call="1", **{f"pack-{pack}": "missing"}))
    assert "The register came back. 1 pack did not arrive." in back
    db.session.remove()
    since_printed = select(PackStep).where(PackStep.pack_id == pack, PackStep.step != "printed").order_by(PackStep.n)
    rows = db.session.scalars(since_printed).all()
    assert [(row.step, row.channel) for row in rows] == [
        ("listed", "office"), ("handed", "register"), ("lost", "call"),
    ]  # fmt: skip
    assert rows[1].by_id == world.person("deputy_studies") and rows[2].by_id == world.person("operator")
    assert "Taken back" in text(post(client, code, act="undo", state="back"))
    assert "Nothing was changed" in text(post(client, code, act="undo", state="back"))
    assert "Taken back" in text(post(client, code, act="undo", state="handed"))
    assert post(client, code, act="explode").status_code == 400
    refused = post(client, code, act="hand", taken_by="Dorogin", on="2026-12-08")
    assert refused.status_code == 422 and "has not come yet" in text(refused)
    assert 'value="Dorogin"' in refused.get_data(as_text=True)


def test_packs_are_moved_taken_off_and_found_again(app, world, listed):
    client, code = office(app, world), listed["7 «А»"]
    pack = db.session.scalars(select(Pack.id).where(Pack.student_id == world.near.sibling)).one()
    assert post(client, code, act="move", to=listed["stop"]).status_code == 422, "none is ticked"
    moved = text(post(client, code, act="move", to=listed["stop"], pack=pack))
    assert "Moved to the register" in moved and where(pack) == "Far Cordon"
    assert "gets it now: class 7А" in text(client.get(f"/registers/{listed['Far Cordon']}"))
    post(client, listed["Far Cordon"], act="off", pack=pack)
    assert where(pack) is None
    post(client, listed["Far Cordon"], act="hand")
    first = db.session.scalars(select(Pack.id).where(Pack.student_id == world.near.student)).one()
    late = post(client, listed["Far Cordon"], act="off", pack=first)
    assert late.status_code == 409 and "handed over already" in text(late)
    assert "1 pack did not arrive. Print it again" in text(post(client, listed["Far Cordon"], act="lost", pack=first))
    assert "1 pack arrived all the same" in text(post(client, listed["Far Cordon"], act="found", pack=first))
    foreign = post(client, listed["8 «Б»"], act="off", pack=first)
    assert foreign.status_code == 422, "a pack of another register is not this one's"


def test_codes_lead_to_registers_from_every_field(app, world, listed):
    client, code = office(app, world), listed["Far Cordon"]
    pack = db.session.scalars(select(Pack.code).where(Pack.student_id == world.near.student)).one()
    db.session.remove()
    scanned = make_label("TEST", "M", code, 0).text
    for typed in (code, scanned, f"{code[:3]} {code[3:6]} {code[6:]}"):
        assert client.get("/registers/find", query_string={"code": typed}).location.endswith(f"/registers/{code}")
    by_pack = client.get("/registers/find", query_string={"code": make_label("TEST", "P", pack, 0).text})
    assert by_pack.location.endswith(f"/registers/{code}#pack-{pack}")
    header = client.get("/works/find", query_string={"code": scanned}, follow_redirects=True)
    assert "Far Cordon" in text(header) and header.request.path == f"/registers/{code}"
    wrong = {
        "12": "nine digits", "123456789": "mistyped", make_label("ABCD", "M", code, 0).text: "another school",
        world.near.code: "the code of a work", complete("7654321"): "No register and no pack",
    }  # fmt: skip
    for typed, said in wrong.items():
        answer = client.get("/registers/find", query_string={"code": typed})
        assert answer.status_code >= 400 and said in text(answer), typed
    assert client.get(f"/works/find?code={world.near.code}").location.endswith(f"/works/{world.near.code}")
    assert client.get("/registers/000000000").status_code == 404


def test_the_hotline_does_the_same_when_the_driver_calls(app, world, listed):
    client, code = office(app, world, "operator"), listed["Far Cordon"]
    assert "The driver or the post office calls" in text(client.get("/hotline/"))
    assert "Ask for the number" in text(client.get("/registers/find?call=1"))
    found = client.get("/registers/find", query_string={"code": code, "call": "1"})
    assert found.location.endswith(f"/registers/{code}?call=1")
    typed = client.post("/hotline/", data={"q": f"{code[:3]} {code[3:6]} {code[6:]}"})
    assert typed.location.endswith(f"/registers/{code}?call=1")
    lines = client.post("/hotline/", data={"q": code}, headers={"X-Fragment": "lines"})
    assert f'href="/registers/{code}?call=1"' in lines.get_data(as_text=True) and "Open the register" in text(lines)
    page = client.get(f"/registers/{code}?call=1").get_data(as_text=True)
    assert 'name="call" value="1"' in page and "by phone" in page
    post(client, code, act="hand", call="1", taken_by="post office")
    assert set(db.session.scalars(select(PackStep.channel).where(PackStep.step == "handed"))) == {"call"}


def test_what_is_overdue_is_on_the_page_on_today_and_on_the_drivers_list(app, world, listed, press):
    client = office(app, world)
    before = text(client.get("/"))
    assert "Registers that nobody said were handed over 3" in before and "have not come back" not in before
    assert "has come back" in text(client.get("/registers/overdue"))
    assert client.get("/registers/overdue.pdf").status_code == 404
    for name in ("Far Cordon", "8 «Б»"):
        row = db.session.scalars(select(Manifest).where(Manifest.code == listed[name])).one()
        id = row.id
        db.session.remove()
        handing.hand_over(id, "", NOW, "register", doer())
    _over(days=-1)
    page = text(client.get("/registers/overdue"))
    assert "Far Cordon 1 work" in page and "Veslov Yegor , class 7А" in page and "At school, class 8Б 2 works" in page
    assert "+7 900 000-00-01" in page
    assert "Works on paper have not come back 3 students" in text(client.get("/"))
    assert "overdue" in text(client.get("/registers/"))
    assert "overdue" in text(client.get(f"/registers/{listed['Far Cordon']}"))
    answer = client.get("/registers/overdue.pdf", query_string={"place": listed["stop"]})
    assert answer.data == b"%PDF-x" and answer.headers["Cache-Control"] == "no-store"
    [one] = press.documents
    assert (one.title, one.place, one.label, [line.name for line in one.lines]) == (
        "Please collect", "Far Cordon", "", ["Veslov Yegor"],
    )  # fmt: skip
    teacher = office(app, world, "class_teacher")
    assert "Bakenov" not in text(teacher.get("/registers/overdue"))


def _over(days: int) -> None:
    """The works of all registers should have been back so many days from today."""
    from server import store

    def save(session) -> None:
        for row in session.scalars(select(Manifest)):
            row.due_on = TODAY + timedelta(days=days)

    store.write(save)
    db.session.remove()


def test_a_register_is_printed_kept_out_of_caches_and_recorded(app, world, listed, press):
    client, code = office(app, world), listed["Far Cordon"]
    answer = client.get(f"/registers/{code}.pdf")
    assert answer.data == b"%PDF-x" and answer.headers["Cache-Control"] == "no-store"
    assert f"register-{code}.pdf" in answer.headers["Content-Disposition"]
    [one] = press.documents
    assert one.label == make_label("TEST", "M", code, 0).text and one.place == "Far Cordon"
    assert one.lines[0].cells[:3] == ("1", "Veslov Yegor", "7А") and one.total[4:7] == ("3", "1", "1")
    assert client.get(f"/registers/week/{WEEK}.pdf").status_code == 200 and len(press.documents) == 3
    assert client.get("/registers/week/2026-W40.pdf").status_code == 404
    noted = db.session.scalars(select(AuditEntry.target).where(AuditEntry.action == "registers.download")).all()
    assert noted == [f"register {WEEK} {code}", f"registers {WEEK}"]
