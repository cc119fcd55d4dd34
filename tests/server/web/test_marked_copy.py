"""Signs sent with a decision, the marked copy as a file, and the wish for the next pack."""

import json
import subprocess

import pytest
from apiflask import APIFlask
from PIL import Image
from sqlalchemy import select, update

from server import store
from server.extensions import db
from server.models import AuditEntry, MarkedCopy, ScanPageWork, SignSet, Task, Work
from server.services.marking import copy_wishes, signs
from server.services.scanning import pictures
from tests.server import factory, logbook
from tests.server.web.rows_marking import scanned
from tests.server.web.test_marking import Marker
from tests.server.web.test_works import standing
from tests.server.web.world import World

POINT = {"kind": "right", "x": 0.5, "y": 0.25}


@pytest.fixture
def marker(app: APIFlask, world: World) -> Marker:
    return Marker(app, world.accounts["subject_teacher"])


@pytest.fixture
def page(app: APIFlask, world: World) -> str:
    """The near student's work came back as a picture."""
    logbook.hand_in(world.near.code)
    found = scanned(world.near.code, 1, "a" * 64)
    folder = pictures.folder(app.extensions["korablik"])
    folder.mkdir(parents=True)
    Image.new("L", (620, 877), 230).save(folder / f"{'a' * 64}.jpg")
    return found


def said(page: str, *found: dict, base: int = 0) -> str:
    return json.dumps({page: {"base": base, "signs": list(found)}})


def stand(page: str) -> signs.PageSigns:
    db.session.rollback()
    return signs.of_pages(db.session, [page]).get(page, signs.NONE)


def id_of(code: str) -> str:
    return db.session.scalars(select(Work.id).where(Work.code == code)).one()


def wish_of(code: str):
    db.session.rollback()
    return copy_wishes.of_work(db.session, id_of(code))


def test_signs_are_kept_with_the_decision_and_shown_again(marker, page, world):
    form = marker.form(world.near.code)
    for _click in range(2):
        assert marker.save(world.near.code, form, mark="mark:4", signs=said(page, POINT)).status_code == 303
    assert stand(page).n == 1 and [one.kind for one in stand(page).signs] == ["right"]
    assert '"kind": "right"' in marker.page(world.near.code)
    marker.save(world.near.code, mark="mark:5")  # without a word of signs they stay
    assert stand(page).n == 1
    marker.save(world.near.code, mark="mark:4", signs=said(page, base=1))
    assert stand(page) == signs.PageSigns(2, ())


@pytest.mark.parametrize("wrong", [
    "no json", said("f" * 32, POINT), said("p", {**POINT, "x": 2}), said("p", {**POINT, "kind": "heart"}),
    said("p", {"kind": "text", "x": 0, "y": 0, "text": "а" * 41}), said("p", *[POINT] * 500),
])  # fmt: skip
def test_bad_signs_keep_nothing_not_even_the_mark(marker, page, world, wrong):
    answer = marker.save(world.near.code, mark="mark:4", comment="Good.", signs=wrong.replace('"p"', f'"{page}"'))
    assert answer.status_code == 422 and "Good.</textarea>" in answer.text
    assert standing(world.near.code)[1] == []
    assert stand(page) == signs.NONE


def test_without_a_mark_signs_stay_in_the_form(marker, page, world):
    answer = marker.save(world.near.code, signs=said(page, POINT))
    assert answer.status_code == 422
    assert "&#34;right&#34;" in answer.text
    assert stand(page) == signs.NONE


def test_signs_of_another_works_page_are_refused(marker, page, world):
    other = world.near.codes[world.near.sibling]
    logbook.hand_in(other)
    assert marker.save(other, mark="mark:4", signs=said(page, POINT)).status_code == 422
    assert standing(other)[1] == [] and stand(page) == signs.NONE


def test_two_who_put_signs_at_once_are_told_and_nothing_is_lost(app, marker, page, world):
    colleague = Marker(app, world.accounts["network_teacher"])
    mine, theirs = marker.form(world.near.code), colleague.form(world.near.code)
    marker.save(world.near.code, mine, mark="mark:4", signs=said(page, POINT))
    answer = colleague.save(world.near.code, theirs, mark="mark:4", signs=said(page, {**POINT, "kind": "unclear"}))
    assert answer.status_code == 409 and "Somebody else put signs" in answer.text
    assert "&#34;base&#34;: 1" in answer.text and "&#34;unclear&#34;" in answer.text
    assert len(standing(world.near.code)[1]) == 1
    colleague.save(world.near.code, mark="mark:4", signs=said(page, {**POINT, "kind": "unclear"}, base=1))
    assert [one.kind for one in stand(page).signs] == ["unclear"]
    assert len(db.session.scalars(select(SignSet)).all()) == 2


def test_a_form_sent_once_more_with_other_signs_changes_none(marker, page, world):
    form = marker.form(world.near.code)
    marker.save(world.near.code, form, mark="mark:4", signs=said(page, POINT))
    answer = marker.save(world.near.code, form, mark="mark:2", signs=said(page, base=1))
    assert answer.status_code == 409
    assert stand(page).n == 1


# the copy


@pytest.mark.pdf
def test_the_copy_is_printed_for_who_sees_the_mark_and_kept_by_nobody(app, marker, page, world, tmp_path):
    code = world.near.code
    assert marker.client.get(f"/works/{code}/marked.pdf").status_code == 409
    assert "Print the marked copy" not in marker.page(code)
    marker.save(code, mark="mark:4", comment="Look at No. 413.", signs=said(page, POINT))
    assert f'href="/works/{code}/marked.pdf"' in marker.page(code)
    answer = marker.client.get(f"/works/{code}/marked.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    (tmp_path / "copy.pdf").write_bytes(answer.data)
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "copy.pdf", "-"], capture_output=True, text=True).stdout
    assert "marked work, page 1 of 1" in text and "Look at No. 413." in text and "Veslov" in text
    noted = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "marked_copy.download")).all()
    assert noted == ["marked_copy.download"]
    for role, status in (("class_teacher", 200), ("operator", 403), ("support_staff", 403)):
        assert Marker(app, world.accounts[role]).client.get(f"/works/{code}/marked.pdf").status_code == status
    own = Marker(app, world.accounts["class_teacher"]).client.get(f"/works/{code}").text
    assert f"/works/{code}/marked.pdf" in own and "Send it with the next pack" in own


@pytest.mark.pdf
def test_a_page_of_several_slips_is_marked_and_copied_with_each_of_its_works(marker, page, world):
    near = world.near
    own = factory.works(factory.task(near.lesson.lesson_course, "Essay"))[near.student]
    siblings = near.codes[near.sibling]
    for code in (own, siblings):
        logbook.hand_in(code)
    factory.add(ScanPageWork(page_id=page, work_id=id_of(own)))
    marker.save(near.code, mark="mark:4")
    marker.save(own, mark="mark:5", signs=said(page, POINT))
    assert len(stand(page).signs) == 1
    assert marker.client.get(f"/works/{own}/marked.pdf").status_code == 200
    factory.add(ScanPageWork(page_id=page, work_id=id_of(siblings)))
    marker.save(siblings, mark="mark:3")
    for code in (near.code, own, siblings):
        answer = marker.client.get(f"/works/{code}/marked.pdf")
        assert answer.status_code == 409, "another child's slip is on it"


def test_a_withdrawn_tasks_pictures_and_forgotten_ones_are_not_printed(app, marker, page, world):
    code = world.near.code
    marker.save(code, mark="mark:4", signs=said(page, POINT))
    store.write(lambda session: session.execute(update(Task).where(Task.id == world.near.task).values(withdrawn=True)))
    assert marker.client.get(f"/works/{code}/marked.pdf").status_code == 409
    store.write(lambda session: session.execute(update(Task).where(Task.id == world.near.task).values(withdrawn=False)))
    (pictures.folder(app.extensions["korablik"]) / f"{'a' * 64}.jpg").unlink()
    answer = marker.client.get(f"/works/{code}/marked.pdf")
    assert answer.status_code == 409 and "no picture of it is kept" in answer.text


def test_a_copy_is_wished_for_with_the_decision_or_later_and_taken_back(app, marker, page, world):
    code = world.near.code
    assert 'name="copy_wanted" value="1">' in marker.page(code)
    marker.save(code, mark="mark:4")
    assert wish_of(code) is None
    marker.save(code, mark="mark:4", copy_wanted="1")
    assert wish_of(code).week == ""
    assert 'name="copy_wanted" value="1" checked>' in marker.page(code)
    marker.save(code, mark="mark:4")
    assert wish_of(code) is None
    teacher = Marker(app, world.accounts["class_teacher"]).client
    answer = teacher.post(f"/works/{code}/marked", data={"act": "ask"})
    assert (answer.status_code, answer.location) == (303, f"/works/{code}")
    assert wish_of(code) is not None
    teacher.post(f"/works/{code}/marked", data={"act": "leave"})
    assert wish_of(code) is None
    assert Marker(app, world.accounts["psychologist"]).client.post(f"/works/{code}/marked").status_code == 403
    assert db.session.scalars(select(MarkedCopy)).all() == []
