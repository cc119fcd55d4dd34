"""A lost address in the office: two clicks from the student's sheet, a sheet for the family, both recorded."""

import io
import re

import pikepdf
import pytest
from sqlalchemy import select

from server.extensions import db
from server.models import AuditEntry, Edition, Person, PrivatePage
from server.security import config
from server.services.private_pages import addresses
from sync import sealed
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.village import NOW


@pytest.fixture
def teacher(app, world):
    factory.add(Edition(number=3, id="3" * 64, issued_at=NOW, window_from=TODAY, window_to=TODAY))
    return factory.signed_in(app, world.accounts["class_teacher"])


def slug(world) -> str:
    db.session.remove()
    return db.session.get_one(Person, world.near.student).slug


def key(world) -> bytes:
    db.session.remove()
    return addresses.keys_of(db.session, config(), [world.near.student])[world.near.student]


def test_two_clicks_from_the_students_sheet_give_a_new_address(world, teacher):
    page = teacher.get(f"/people/{slug(world)}").text
    link = re.search(r'href="([^"]+/personal-page)"', page)[1]
    page = teacher.get(link).text
    assert "still the first one" in page and f"{link}.pdf" in page
    old = key(world)
    assert teacher.post(link).status_code == 303
    assert key(world) != old
    names = {file.name for file in (config().public / "me").iterdir()}
    assert sealed.file_name(key(world), 3) in names and sealed.file_name(old, 3) not in names
    assert "The address holds since 7 Dec" in teacher.get(link).text
    row = db.session.get_one(PrivatePage, world.near.student)
    assert (row.version, row.renewed_by) == (2, world.person("class_teacher"))


def test_a_new_address_is_offered_to_whoever_may_and_to_nobody_else(app, world, teacher):
    for role, offered in (("deputy_upbringing", True), ("admin", True), ("subject_teacher", False)):
        client = factory.signed_in(app, world.accounts[role])
        assert ("/personal-page" in client.get(f"/people/{slug(world)}").text) is offered, role
    admin = factory.signed_in(app, world.accounts["admin"])
    assert ".pdf" not in admin.get(f"/people/{slug(world)}/personal-page").text, "who sees no marks prints no address"


@pytest.mark.pdf
def test_the_sheet_is_one_page_in_no_cache_and_recorded(app, world, teacher):
    answer = teacher.get(f"/people/{slug(world)}/personal-page.pdf")
    app.extensions["child"].close()
    assert answer.mimetype == "application/pdf" and answer.headers["Cache-Control"] == "no-store"
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) == 1
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "private_page.print")).all()
    assert entry.target == world.near.student
