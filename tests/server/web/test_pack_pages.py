"""Packs in the office: for whom, by stop, on from pack N, for one student; what became of each, and who sees it."""

import pytest
from sqlalchemy import select

from server import store
from server.extensions import db
from server.models import Pack, PackStep, Person, Stop
from server.services import going_out, pack_steps
from server.services.running import running
from tests.server import factory
from tests.server.logbook import NOW, hand_in
from tests.server.web.test_publish import Here, publish

WEEK = "2026-W50"


@pytest.fixture
def child(app):
    """The print room answers in this process and prints nothing."""
    app.extensions["child"].close()
    app.extensions["child"] = Here()
    yield app.extensions["child"]
    app.extensions["child"].close()
    for kind in (going_out.PUBLISH, going_out.PRINT):
        running().wait(kind)


@pytest.fixture
def deputy(app, world, child):
    """Somebody who prints for the whole school; the far student has good internet; the day is published."""
    publish(factory.signed_in(app, world.accounts["director"]))
    factory.connectivity(world.far.student, internet="good", channel="site", recorded_on=factory.TODAY)
    return factory.signed_in(app, world.accounts["deputy_studies"])


def printed(client, address="/packs/", **form) -> str:
    """Press a button; the page afterwards, when the print is done."""
    answer = client.post(address, data={"week": WEEK, **form})
    assert answer.status_code == 303, answer.text
    running().wait(going_out.PRINT)
    db.session.rollback()
    return client.get(answer.location).text


def test_who_waits_for_an_answer_is_counted_and_the_reason_is_shown(deputy, world):
    hand_in(world.far.code, mark="4", comment="Neat")
    page = deputy.get(f"/packs/?week={WEEK}").text
    assert "1 waits for an answer" in page
    printed(deputy, group=world.far.slug, who="needed")
    [pack] = packs_of(world.far.student)
    assert pack.reason == "answer"
    for address in (f"/packs/list?week={WEEK}", f"/packs/pack/{pack.code}"):
        assert "an answer waits" in deputy.get(address).text


def packs_of(student: str) -> list[Pack]:
    db.session.remove()
    return list(db.session.scalars(select(Pack).where(Pack.student_id == student)))


def note(pack_id: str, step: str, channel: str = "office", by: str | None = None, remark: str = "") -> None:
    """Something happened to a pack."""
    store.write(
        lambda session: pack_steps.note_step(session, session.get_one(Pack, pack_id), step, channel, NOW, by, remark)
    )


def slug(student: str) -> str:
    return db.session.get_one(Person, student).slug


def test_the_page_counts_who_needs_paper_and_prints_for_them(world, deputy):
    page = deputy.get("/packs/").text
    assert "1 on paper, 2 in all" in page and "2 on paper, 2 in all" in page
    assert "3 on paper, 0 asked" in page and "4 in all" in page
    printed(deputy, group=["7a", "8b"])
    assert packs_of(world.far.student) == [] and len(packs_of(world.near.student)) == 1


def test_everyone_is_a_choice(world, deputy):
    printed(deputy, group="8b", who="everyone")
    assert [pack.reason for pack in packs_of(world.far.student)] == ["everyone"]
    assert deputy.post("/packs/", data={"week": WEEK, "group": "8b", "who": "nobody"}).status_code == 400


def test_nobody_on_paper_is_a_sentence(world, deputy):
    factory.connectivity(world.far.sibling, internet="good", channel="site", recorded_on=factory.TODAY)
    assert "Nobody in these classes learns on paper" in printed(deputy, group="8b")


def test_printing_goes_on_where_the_paper_ran_out(app, world, deputy):
    assert "Paper ran out?" in printed(deputy, group="7a")
    page = printed(deputy, rest="7a", **{"first-7a": "2"})
    assert "The rest" in page and deputy.get(f"/packs/{WEEK}/7a.pdf?part=rest").status_code == 200
    assert "There is no pack 9 to go on from: the file has 2" in printed(deputy, rest="7a", **{"first-7a": "9"})
    for typed in ("", "0", "-1", "two", "²", "9" * 40):
        assert deputy.post("/packs/", data={"week": WEEK, "rest": "7a", "first-7a": typed}).status_code == 422, typed
    assert deputy.get(f"/packs/{WEEK}/7a.pdf?part=../8b").status_code == 404


def test_stops_have_files_of_their_own(app, world, deputy):
    stop = factory.new_id()
    factory.add(Stop(id=stop, name="Topolinoye", kind="village"))

    def move(session) -> None:
        for student in (world.near.student, world.far.sibling):
            session.get_one(Person, student).stop_id = stop

    store.write(move)
    page = deputy.get("/packs/").text
    assert "Topolinoye" in page and "At school, class 7А" in page
    page = printed(deputy, "/packs/stops")
    assert f"/packs/{WEEK}/stops/{stop}.pdf" in page
    assert deputy.get(f"/packs/{WEEK}/stops/{stop}.pdf").status_code == 200
    assert deputy.get(f"/packs/{WEEK}/stops/{'f' * 32}.pdf").status_code == 404
    teacher = factory.signed_in(app, world.accounts["class_teacher"])
    assert "Topolinoye" not in teacher.get("/packs/").text, "a file of all classes is for who may print for all"
    assert teacher.get(f"/packs/{WEEK}/stops/{stop}.pdf").status_code == 403


def test_one_student_is_printed_from_their_own_page(app, world, deputy):
    address = f"/packs/student/{slug(world.far.student)}"
    page = printed(deputy, address)
    assert "the whole pack" in page and "asked for it" in page
    answer = deputy.get(f"/packs/{WEEK}/students/{slug(world.far.student)}.pdf")
    assert answer.status_code == 200 and "Bakenov" not in answer.headers["Content-Disposition"]
    teacher = factory.signed_in(app, world.accounts["class_teacher"])
    assert teacher.get(address).status_code == 403 and teacher.post(address, data={"week": WEEK}).status_code == 403
    assert address in deputy.get(f"/people/{slug(world.far.student)}").text


def test_a_pack_tells_its_history(app, world, deputy):
    printed(deputy, group="7a")
    [pack] = packs_of(world.near.student)
    note(pack.id, "handed", "call", world.person("class_teacher"), "the driver called")
    [pack] = packs_of(world.near.student)
    page = deputy.get(f"/packs/pack/{pack.code}").text
    for text in ("Ordered", "Printed", "Handed over", "phone call", "the driver called", "learns from paper"):
        assert text in page, text
    assert deputy.get("/packs/pack/482170317").status_code == 404
    psychologist = factory.signed_in(app, world.accounts["psychologist"])
    assert psychologist.get(f"/packs/pack/{pack.code}").status_code == 403


def test_the_list_shows_what_is_not_handed_over_and_what_did_not_come_back(app, world, deputy):
    printed(deputy, group=["7a", "8b"])
    [pack] = packs_of(world.near.student)
    assert deputy.get("/packs/list?show=unhanded").text.count("/packs/pack/") == 3
    assert "no such pack" in deputy.get("/packs/list?show=nothing_back").text
    id, code = pack.id, pack.code
    note(id, "handed")
    assert deputy.get("/packs/list?show=unhanded").text.count("/packs/pack/") == 2
    assert f"/packs/pack/{code}" in deputy.get("/packs/list?show=nothing_back").text
    note(id, "lost")
    assert f"/packs/pack/{code}" in deputy.get("/packs/list?show=lost&group=7a").text
    assert deputy.get("/packs/list?show=none").status_code == 400
    teacher = factory.signed_in(app, world.accounts["class_teacher"])
    assert "Bakenov" not in teacher.get("/packs/list").text and "Veslov" in teacher.get("/packs/list").text
    assert db.session.query(PackStep).filter_by(step="lost").count() == 1
