"""Documents in the office: read by all of the staff, kept by some, advice by the psychologist; a file goes with one."""

import io
import re

import pytest

from server.extensions import db
from server.models import Document
from server.security import config
from server.services import document_files
from tests.server import factory

PDF = b"%PDF-1.7 an order of the school"
NEW = {"kind": "act", "title": "Order", "number": "17", "issued_on": "2026-09-01", "body": "Read *this*.", "url": "",
       "size_kb": "", "audience": "all", "from": "2026-12-01", "to": "", "key": "k1"}  # fmt: skip


@pytest.fixture
def deputy(app, world):
    return factory.signed_in(app, world.accounts["deputy_studies"])


@pytest.fixture
def psychologist(app, world):
    return factory.signed_in(app, world.accounts["psychologist"])


def rows() -> list[Document]:
    db.session.rollback()
    return db.session.query(Document).all()


def sent(name="Order 17.pdf", data=PDF, **typed):
    return {**NEW, "file": (io.BytesIO(data), name), **typed}


def version(page: str) -> str:
    return re.search(r'name="version" value="(\w*)"', page)[1]


def test_a_document_is_made_once_with_its_file_and_read_by_all_of_the_staff(app, world, deputy):
    for _again in range(2):
        assert deputy.post("/documents/new", data=sent()).status_code == 303
    [row] = rows()
    assert (row.title, row.number, row.size_kb, row.file_name) == ("Order", "17", 1, "Order 17.pdf")
    assert (document_files.folder(config().home) / row.file).read_bytes() == PDF
    teacher = factory.signed_in(app, world.accounts["subject_teacher"])
    assert "Order 17.pdf" in teacher.get("/documents/").text
    page = teacher.get(f"/documents/{row.id}").text
    assert "<em>this</em>" in page and 'name="title"' not in page
    answer = teacher.get(f"/documents/{row.id}/file")
    assert answer.data == PDF and answer.mimetype == "application/pdf"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_what_is_wrong_stands_beside_its_field(deputy):
    for field, value in (("title", " "), ("number", "x" * 61), ("url", "ftp://x"), ("from", "soon"), ("kind", "x"),
                         ("to", "2026-11-30"), ("issued_on", "2026-02-30"), ("body", "x" * 20_001)):  # fmt: skip
        answer = deputy.post("/documents/new", data={**NEW, field: value})
        assert answer.status_code == 422 and (f'id="e-{field}"' in answer.text), field
        assert 'value="17"' in answer.text or field == "number", "nothing typed is lost"
    answer = deputy.post("/documents/new", data=sent(data=b"MZ a program"))
    assert answer.status_code == 422 and 'id="e-file"' in answer.text
    assert deputy.post("/documents/new", data={**NEW, "body": ""}).status_code == 422
    assert deputy.post("/documents/new", data={**NEW, "audience": "groups"}).status_code == 404
    assert rows() == []


def test_the_psychologist_keeps_advice_and_nothing_else(world, psychologist, deputy):
    page = psychologist.get("/documents/new").text
    assert 'value="advice"' in page and 'value="act"' not in page
    assert psychologist.post("/documents/new", data=NEW).status_code == 403
    assert psychologist.post("/documents/new", data={**NEW, "kind": "advice", "title": "Sleep"}).status_code == 303
    [advice] = rows()
    assert deputy.post("/documents/new", data=NEW).status_code == 303
    act = next(row for row in rows() if row.kind == "act")
    assert psychologist.post(f"/documents/{act.id}", data={**NEW, "act": "withdraw"}).status_code == 403
    assert 'name="title"' not in psychologist.get(f"/documents/{act.id}").text
    assert 'name="title"' in psychologist.get(f"/documents/{advice.id}").text
    change = {**NEW, "kind": "act", "version": version(psychologist.get(f"/documents/{advice.id}").text)}
    assert psychologist.post(f"/documents/{advice.id}", data=change).status_code == 403
    assert {row.kind for row in rows()} == {"advice", "act"}


def test_a_file_stays_until_it_is_taken_away_and_two_editors_are_told(deputy):
    deputy.post("/documents/new", data=sent())
    [row] = rows()
    address, before = f"/documents/{row.id}", row.file
    old = version(deputy.get(address).text)
    assert deputy.post(address, data={**NEW, "version": old, "title": "Order of the school"}).status_code == 303
    [row] = rows()
    assert (row.title, row.file) == ("Order of the school", before)
    answer = deputy.post(address, data={**NEW, "version": old, "title": "Another"})
    assert answer.status_code == 409 and "Order of the school" in answer.text and 'value="Another"' in answer.text
    new = version(answer.text)
    assert deputy.post(address, data={**NEW, "version": new, "without_file": "1"}).status_code == 303
    [row] = rows()
    assert row.file is None and row.size_kb is None
    assert deputy.get(f"{address}/file").status_code == 404


def test_a_withdrawn_document_is_seen_by_who_keeps_it_and_comes_back(app, world, deputy):
    deputy.post("/documents/new", data=NEW)
    [row] = rows()
    assert deputy.post(f"/documents/{row.id}", data={**NEW, "act": "withdraw"}).status_code == 303
    assert rows()[0].ends_on.isoformat() == "2026-12-06"
    teacher = factory.signed_in(app, world.accounts["subject_teacher"])
    assert "Order" not in teacher.get("/documents/").text
    page = deputy.get("/documents/").text
    assert "Order" in page and "over" in page
    again = {**NEW, "version": version(deputy.get(f"/documents/{row.id}").text)}
    assert deputy.post(f"/documents/{row.id}", data=again).status_code == 303
    assert rows()[0].ends_on is None


def test_a_preview_stores_nothing_and_says_what_families_will_read(deputy):
    answer = deputy.post("/documents/new", data={**NEW, "act": "preview", "body": "**Sleep** <script>x</script>"})
    assert "<strong>Sleep</strong>" in answer.text and "<script>x" not in answer.text
    assert rows() == []
