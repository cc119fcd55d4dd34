"""The pages of movement: from the student's page to the noted fact and back, the list, the file, several at once."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from server.extensions import db
from server.models import Membership, Person
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.web.world import World

ORDER = {"on": TODAY.isoformat(), "order": "12-k", "reason": "by request"}


@pytest.fixture
def office(app: APIFlask, world: World) -> FlaskClient:
    return factory.signed_in(app, world.accounts["deputy_studies"])


def slug(person_id: str) -> str:
    db.session.remove()
    return db.session.get_one(Person, person_id).slug


def address(person_id: str) -> str:
    return f"/movement/student/{slug(person_id)}"


def groups(person_id: str) -> list[str]:
    db.session.remove()
    return [
        row.group.slug for row in db.session.scalars(db.select(Membership).filter_by(person_id=person_id, until=None))
    ]


def test_a_departure_is_noted_shown_and_taken_back(office, world):
    sheet = office.get(f"/people/{slug(world.near.student)}").text
    assert f'href="{address(world.near.student)}"' in sheet
    done = office.post(address(world.near.student), data={"act": "left", **ORDER}, follow_redirects=True)
    page = unescape(done.text)
    assert "Noted: left the school" in page and "order 12-k" in page and "by request" in page and "Comes back" in page
    assert groups(world.near.student) == []
    assert "7 Dec 2026: left" in unescape(office.get(f"/people/{slug(world.near.student)}").text)
    movement = re.search(r'name="movement" value="([0-9a-f]+)"', done.text)[1]
    back = office.post(address(world.near.student), data={"act": "undo", "movement": movement}, follow_redirects=True)
    assert "Taken back." in back.text and groups(world.near.student) == ["7a"]


def test_a_transfer_brings_the_marks_to_the_new_journal(app, world, office):
    code = factory.works(factory.task(world.near.lesson.lesson_course, "Old", TODAY))[world.near.student]
    logbook.hand_in(code, mark="4")
    other = factory.group("7 «Б»", "7b", 7)
    course = factory.course(other, "algebra")
    factory.lesson(course)
    done = office.post(
        address(world.near.student), data={"act": "transferred", "group": other, **ORDER}, follow_redirects=True
    )
    assert "Noted: another class" in done.text and groups(world.near.student) == ["7b"]
    new = unescape(office.get(f"/journal/{course}").text)
    assert "Carried over from 7 «А»" in new and re.search(r'class="brought"[^>]*>4<', new) and "from 7 «А»" in new
    assert re.search(r'<td class="term num">4(\.0)?</td>', new)
    old = unescape(office.get(f"/journal/{world.near.course}").text)
    assert "until 6 Dec" in old and "Carried over" not in old


def test_a_refusal_stands_beside_the_field_and_keeps_what_was_typed(office, world):
    wrong = office.post(address(world.near.student), data={"act": "left", **ORDER, "on": "2026-09-01"})
    assert wrong.status_code == 422 and "is too early" in wrong.text and 'value="12-k"' in wrong.text
    nowhere = office.post(address(world.near.student), data={"act": "transferred", "group": "", **ORDER})
    assert nowhere.status_code == 404 and 'aria-describedby="e-t-group"' in nowhere.text
    assert office.post(address(world.near.student), data={"act": "burn"}).status_code == 400
    assert groups(world.near.student) == ["7a"]


def test_a_new_student_comes_and_a_namesake_is_asked_about(office, world):
    data = {"last": "Lodkina", "first": "Zoya", "born": "2013-02-03", "group": world.near.id, "sex": "f", **ORDER}
    done = office.post("/movement/new", data=data)
    assert done.status_code == 303
    again = office.post("/movement/new", data=data)
    assert again.status_code == 409 and "is known already" in again.text and done.location in again.text
    alike = office.post("/movement/new", data={**data, "last": "Parusova"})
    assert alike.status_code == 409 and "it is another child" in alike.text and 'value="Parusova"' in alike.text
    assert office.post("/movement/new", data={**data, "last": "Parusova", "other": "1"}).status_code == 303
    for field, value in (("last", ""), ("born", "3 Feb"), ("on", ""), ("group", "none")):
        answer = office.post("/movement/new", data={**data, "first": "Ada", field: value})
        assert answer.status_code in (404, 422) and f'id="e-{field}"' in answer.text, field


def test_several_leave_at_once(office, world):
    page = office.get("/movement/leaving/7a").text
    assert slug(world.near.student) in page and "checked" not in page
    nobody = office.post("/movement/leaving/7a", data={"act": "left", **ORDER})
    assert nobody.status_code == 422 and "who left" in nobody.text
    foreign = office.post("/movement/leaving/7a", data={"act": "left", "person": [slug(world.far.student)], **ORDER})
    assert foreign.status_code == 409
    both = [slug(world.near.student), slug(world.near.sibling)]
    done = office.post("/movement/leaving/7a", data={"act": "left", "person": both, **ORDER}, follow_redirects=True)
    assert "2 students left" in done.text and groups(world.near.sibling) == []


def test_who_is_absent_from_a_list_is_noted_only_when_a_person_says_so(app, world, office):
    names = ["Yakornaya Vera", "Somebody Else"]
    page = unescape(office.post("/movement/absent", data={"name": names}).text)
    assert "Yakornaya Vera" in page and "Veslov" not in page and "Somebody" not in page
    assert groups(world.near.sibling) == ["7a"]
    nobody = office.post("/movement/absent", data={"name": names, "act": "left", **ORDER})
    assert nobody.status_code == 422 and groups(world.near.sibling) == ["7a"]
    other = {"name": names, "act": "left", "person": slug(world.near.student), **ORDER}
    assert office.post("/movement/absent", data=other).status_code == 409
    data = {"name": names, "act": "left", "person": slug(world.near.sibling), **ORDER}
    done = office.post("/movement/absent", data=data, follow_redirects=True)
    assert "1 student left" in done.text and groups(world.near.sibling) == []


def test_the_list_and_its_file(app, world, office):
    office.post(address(world.near.student), data={"act": "left", **ORDER, "order": "=cmd"})
    page = unescape(office.get("/movement/").text)
    assert "Veslov Yegor" in page and "December 2026" in page and "Together" in page
    november = office.get("/movement/?from=2026-11-01&to=2026-11-30").text
    assert "Nobody came, went or moved" in november
    wrong = office.get("/movement/?from=2026-11-30&to=2026-11-01")
    assert wrong.status_code == 422 and "does not fit" in wrong.text
    assert office.get("/movement/?from=x").status_code == 422
    answer = office.get("/movement/export.csv?from=2026-12-01&to=2026-12-31")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert ["07.12.2026", "", "Veslov Yegor", "left", "7 «А»", "", "'=cmd", "by request"] in rows
    assert office.get("/movement/export.xlsx").data[:2] == b"PK"


def test_a_class_teacher_reads_of_the_own_class_only(app, world, office):
    for student in (world.near.student, world.far.student):
        office.post(address(student), data={"act": "left", **ORDER})
    page = factory.signed_in(app, world.accounts["class_teacher"]).get("/movement/").text
    assert "Veslov" in page and "Bakenov" not in page and "/movement/new" not in page
    sheet = factory.signed_in(app, world.accounts["director"]).get(f"/people/{slug(world.near.student)}").text
    assert "7 Dec 2026: left" in unescape(sheet) and "/movement/student/" not in sheet


def test_a_day_to_come_is_said_so(office, world):
    later = (TODAY + timedelta(days=5)).isoformat()
    done = office.post(address(world.near.student), data={"act": "left", **ORDER, "on": later}, follow_redirects=True)
    assert "12 Dec 2026" in done.text and groups(world.near.student) == []


def test_a_list_that_leaves_somebody_out_leads_to_the_form(app, world, office):
    listed = "Класс;Фамилия;Имя;Отчество;Дата рождения\n7А;Вёслов;Егор;Ильич;01.02.2013\n".encode()
    sent = {"file": (io.BytesIO(listed), "classes.csv")}
    draft = office.post("/imports/", data=sent, content_type="multipart/form-data").location
    page = unescape(office.get(draft).text)
    [form] = re.findall(r'<form method="post" action="/movement/absent".*?</form>', page, re.S)
    names = re.findall(r'name="name" value="([^"]*)"', form)
    assert names == ["Veslov Yegor", "Yakornaya Vera"] and "Note who of them left" in form
    shown = unescape(office.post("/movement/absent", data={"name": names}).text)
    assert "Absent from the list" in shown and shown.count('name="person"') == 3
    found = re.findall(r"<span>(Yakornaya Vera, class [^<]+)<", shown)
    assert len(set(found)) == 2  # a namesake in another class is told apart
    assert 'action="/movement/absent"' not in factory.signed_in(app, world.accounts["admin"]).get(draft).text
