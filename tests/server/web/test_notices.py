"""Notices: to the whole school or to one's own classes, changed by two, ended and brought back."""

import re

import pytest

from server.extensions import db
from server.models import Notice
from tests.server import factory

NEW = {"title": "Ski day", "body": "Take *skis*.", "audience": "all", "from": "2026-12-07", "to": "2026-12-11",
       "key": "k1"}  # fmt: skip


@pytest.fixture
def deputy(app, world):
    return factory.signed_in(app, world.accounts["deputy_studies"])


@pytest.fixture
def classes(app, world):
    return factory.signed_in(app, world.accounts["class_teacher"])


def rows() -> list[Notice]:
    db.session.rollback()
    return db.session.query(Notice).all()


def version(page: str) -> str:
    return re.search(r'name="version" value="(\w*)"', page)[1]


def test_a_notice_is_made_once_however_often_it_is_sent(world, deputy):
    for _again in range(2):
        assert deputy.post("/notices/new", data=NEW).status_code == 303
    [row] = rows()
    assert (row.title, row.group_ids, row.author_id) == ("Ski day", [], world.person("deputy_studies"))
    page = deputy.get("/notices/").text
    assert "Ski day" in page and "the whole school" in page and "holds" in page


def test_what_is_wrong_stands_beside_its_field(deputy):
    for field, value in (("title", " "), ("title", "x" * 201), ("body", "x" * 10_001), ("from", "soon"),
                         ("to", "2026-02-30"), ("to", "2026-12-01")):  # fmt: skip
        answer = deputy.post("/notices/new", data={**NEW, field: value})
        assert answer.status_code == 422 and f'id="e-{field}"' in answer.text, field
        assert "Take *skis*." in answer.text or field == "body", "nothing typed is lost"
    assert rows() == []


def test_a_class_teacher_speaks_to_the_own_class_alone(world, classes):
    assert classes.post("/notices/new", data=NEW).status_code == 403
    to_far = {**NEW, "audience": "groups", "group": world.far.id}
    assert classes.post("/notices/new", data=to_far).status_code == 403
    assert classes.post("/notices/new", data={**NEW, "audience": "groups"}).status_code == 404
    assert rows() == []
    assert classes.post("/notices/new", data={**to_far, "group": world.near.id}).status_code == 303
    assert rows()[0].group_ids == [world.near.id]
    assert "8Б" not in classes.get("/notices/new").text


def test_a_class_teacher_cannot_open_or_end_the_schools_notice(deputy, classes):
    deputy.post("/notices/new", data=NEW)
    path = f"/notices/{rows()[0].id}"
    assert classes.get(path).status_code == 403
    assert classes.post(path, data={"act": "end"}).status_code == 403
    assert "Ski day" not in classes.get("/notices/").text


def test_two_who_change_it_at_once_see_both_texts(app, world, deputy):
    deputy.post("/notices/new", data=NEW)
    path = f"/notices/{rows()[0].id}"
    base = version(deputy.get(path).text)
    director = factory.signed_in(app, world.accounts["director"])
    assert director.post(path, data={**NEW, "title": "Theirs", "version": base}).status_code == 303
    answer = deputy.post(path, data={**NEW, "title": "Mine", "version": base})
    assert answer.status_code == 409 and "Theirs" in answer.text and 'value="Mine"' in answer.text
    assert deputy.post(path, data={**NEW, "title": "Mine", "version": version(answer.text)}).status_code == 303
    assert rows()[0].title == "Mine"


def test_an_ended_notice_holds_no_more_and_can_come_back(deputy):
    deputy.post("/notices/new", data=NEW)
    path = f"/notices/{rows()[0].id}"
    for first in ("2026-12-01", "2026-12-07", "2026-12-09"):
        back = {**NEW, "from": first, "version": version(deputy.get(path).text)}
        assert deputy.post(path, data=back).status_code == 303
        assert rows()[0].ends_on.isoformat() == "2026-12-11"
        deputy.post(path, data={"act": "end"})
        assert rows()[0].ends_on.isoformat() == "2026-12-06"
    assert "over" in deputy.get("/notices/").text


def test_preview_is_sanitised_and_stores_nothing(deputy):
    typed = {**NEW, "body": "**Bold** <script>alert(1)</script>", "act": "preview"}
    page = deputy.post("/notices/new", data=typed).text
    assert "<strong>Bold</strong>" in page and "<script>alert" not in page and rows() == []


def test_an_unknown_notice_is_no_page(deputy):
    assert deputy.get("/notices/" + "0" * 32).status_code == 404
