"""The school's settings and what of its staff everybody may see."""

import io
import zipfile

import pytest

from server.extensions import db
from server.models import AuditEntry, Person, School
from tests.server import factory

TYPED = {"name": "Lesnaya school", "address": "Lesnaya, 1", "hotline_phone": "+7 000 000-00-20",
         "hotline_hours": "9–17", "locale": "ru", "week_cycle": "2", "week_anchor": "2026-09-03",
         "publish_at": "16:00", "remind_minutes": "90", "week_length": "6",
         "site_address": "https://школа.рф/klass"}  # fmt: skip


@pytest.fixture
def director(app, world):
    return factory.signed_in(app, world.accounts["director"])


def fresh(model):
    db.session.rollback()
    return db.session.query(model)


def test_settings_are_stored_and_the_anchor_is_a_monday(director):
    assert director.post("/school/", data=TYPED).status_code == 303
    row = fresh(School).one()
    assert (row.address, row.locale, row.week_cycle) == ("Lesnaya, 1", "ru", 2)
    assert row.week_anchor.isoformat() == "2026-08-31"
    assert (row.publish_at, row.remind_minutes, row.week_length) == ("16:00", 90, 6)
    assert row.site_address == "https://xn--80atdl2c.xn--p1ai/klass"
    assert 'value="Lesnaya, 1"' in director.get("/school/").text


def test_families_read_in_the_languages_that_are_ticked_and_always_in_the_schools_own(director):
    assert director.post("/school/", data={**TYPED, "languages": ["kk", "en", "fr"]}).status_code == 303
    assert fresh(School).one().languages == ["ru", "en", "kk"]
    page = director.get("/school/").text
    assert 'name="languages" value="kk" checked' in page
    assert director.post("/school/", data={**TYPED, "locale": "kk", "languages": ["ru"]}).status_code == 303
    assert fresh(School).one().languages == ["kk", "ru"]


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_stored(director):
    for field, value in (("name", " "), ("address", "x" * 301), ("locale", "fr"), ("week_anchor", "autumn"),
                         ("week_anchor", ""), ("week_cycle", "9"), ("publish_at", "25:00"), ("publish_at", "noon"),
                         ("remind_minutes", "1441"), ("remind_minutes", "two"), ("week_length", "7"),
                         ("site_address", "school.org"), ("site_address", "https://a b")):  # fmt: skip
        answer = director.post("/school/", data={**TYPED, field: value})
        assert answer.status_code == 422 and f'id="e-{field}"' in answer.text, field
        assert 'value="9–17"' in answer.text, "nothing typed is lost"
    assert fresh(School).one().week_cycle == 1


def test_nothing_goes_out_by_itself_where_no_time_is_set(director):
    director.post("/school/", data=TYPED)
    assert director.post("/school/", data={**TYPED, "publish_at": ""}).status_code == 303
    assert fresh(School).one().publish_at is None


def test_contacts_are_released_one_by_one(world, director):
    clerk = world.clerk
    data = {"person": [clerk, world.person("tutor")], "release": [f"{clerk}:phone"]}
    assert director.post("/school/contacts", data=data).status_code == 303
    assert fresh(Person).filter_by(id=clerk).one().released == ["name", "phone"], "a phone brings its name"
    director.post("/school/contacts", data={"person": [clerk]})
    assert fresh(Person).filter_by(id=clerk).one().released == []


def test_people_that_the_page_did_not_show_keep_theirs(world, director):
    director.post("/school/contacts", data={"person": [world.clerk], "release": [f"{world.clerk}:name"]})
    director.post("/school/contacts", data={"person": [world.person("tutor")]})
    assert fresh(Person).filter_by(id=world.clerk).one().released == ["name"]


def test_a_student_is_never_released(world, director):
    data = {"person": [world.near.student], "release": [f"{world.near.student}:name"]}
    assert director.post("/school/contacts", data=data).status_code == 404
    assert fresh(Person).filter_by(id=world.near.student).one().released == []
    assert "Veslov" not in director.get("/school/").text


def test_the_archive_is_given_to_the_director_and_noted(director):
    response = director.post("/school/archive")
    assert response.status_code == 200 and response.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.data)) as parts:
        assert b"Lesnaya school" in parts.read("tables/school.csv")
    assert fresh(AuditEntry).filter_by(action="school.archive").count() == 1
