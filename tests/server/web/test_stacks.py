"""Scanned paper in the office: taken in, shown, and settled by a person."""

import io
import os
import re
from datetime import UTC, date

import pytest
from PIL import Image
from sqlalchemy import func, select, text

from server.errors import DomainError
from server.extensions import db
from server.models import Edition, Op, Pack, PackSheet, Return, ScanPage, ScanPageWork, ScanStack, Sheet, Work
from server.services.marking import sheets
from server.services.running import running
from server.services.scanning import came, forgetting, inbox, taking, upload
from server.services.works import find
from sync.codes import complete, make_label
from tests.printables.scans import blank, pdf_of, sheet, slips
from tests.server import factory
from tests.server.conftest import NOW
from tests.server.factory import TODAY


def kept_page(app, world, state="waiting", code=None, by="operator", **values) -> str:
    """A page of a stack that a role took in, with a picture; returns its id."""
    home = app.extensions["korablik"].home
    id_, stack = factory.new_id(), factory.new_id()
    named = (id_ * 2)[:64].ljust(64, "0")
    folder = home / "media/scans"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{named}.jpg").write_bytes(b"large")
    (folder / f"{named}.small.jpg").write_bytes(b"small")
    work = find(db.session, code, "TEST").id if code else None
    at = NOW.replace(tzinfo=UTC)
    factory.add(ScanStack(id=stack, at=at, by_id=world.person(by), returned_on=TODAY, channel="paper", files=["a.pdf"]))
    factory.add(ScanPage(**{"id": id_, "stack_id": stack, "position": 0, "file": "a.pdf", "number": 1, "hash": named,
                            "state": state, "reason": "", "work_id": work, **values}))  # fmt: skip
    return id_


def ask(app, world, role, page_id, size=""):
    return factory.signed_in(app, world.accounts[role]).get(f"/stacks/page/{page_id}.jpg?size={size}")


def test_a_works_page_is_shown_to_who_sees_the_work(app, world):
    page = kept_page(app, world, "routed", world.near.code)
    for role in ("operator", "deputy_studies", "subject_teacher", "class_teacher", "psychologist"):
        shown = ask(app, world, role, page)
        assert (shown.status_code, shown.data) == (200, b"large")
        assert shown.headers["Cache-Control"] == "private, max-age=300"
    assert ask(app, world, "subject_teacher", page, "small").data == b"small"


def test_another_classes_page_is_refused(app, world):
    page = kept_page(app, world, "routed", world.far.code)
    assert ask(app, world, "subject_teacher", page).status_code == 403
    assert ask(app, world, "class_teacher", page).status_code == 403


def test_a_page_that_waits_is_shown_to_who_logs_all_works_and_to_who_scanned_it(app, world):
    page = kept_page(app, world, "waiting", world.near.code, by="subject_teacher")
    assert ask(app, world, "operator", page).status_code == 200
    assert ask(app, world, "subject_teacher", page).status_code == 200
    assert ask(app, world, "class_teacher", page).status_code == 403
    assert ask(app, world, "psychologist", page).status_code == 403


def test_a_page_without_a_picture_is_not_found(app, world):
    page = kept_page(app, world, "blank", hash="")
    assert ask(app, world, "operator", page).status_code == 404
    assert ask(app, world, "operator", "f" * 32).status_code == 404


def scan(*pages) -> io.BytesIO:
    return io.BytesIO(pdf_of(pages))


def paper(world, student=None, page=1, seed=1, scope=None):
    """A page of a work as a copier sees it."""
    scope = scope or world.near
    return sheet(make_label("TEST", "W", scope.codes[student or scope.student], page).text, seed)


def send(app, world, role, *files, **values):
    """Send a stack and wait until it is taken in; returns the client and the stack's page."""
    client = factory.signed_in(app, world.accounts[role])
    sent = [(file, name) for name, file in files]
    form = {"file": sent, "on": TODAY.isoformat(), "channel": "paper", **values}
    answer = client.post("/stacks/", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    run = running().wait("scan")
    assert run.state == "done", run.error
    db.session.rollback()
    return client, client.get(answer.location)


def states():
    """(state, word of the reason) of the pages in order."""
    db.session.rollback()
    rows = db.session.scalars(select(ScanPage).order_by(text("rowid")))  # the clock stands: as they were stored
    return [(row.state, row.reason.split(" ")[0]) for row in rows]


def waiting_page():
    return db.session.scalars(select(ScanPage.id).where(ScanPage.state == "waiting")).first()


def returns_logged():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Return))


def test_a_stack_adds_up_and_its_works_are_logged(app, world):
    other = make_label("TEST", "W", world.near.codes[world.near.sibling], 1).text
    pages = [paper(world), blank(), paper(world, world.near.sibling), sheet(None, 4), sheet(other, 1)]
    _client, page = send(app, world, "operator", ("stack.pdf", scan(*pages)))
    assert states() == [("routed", ""), ("blank", ""), ("routed", ""), ("waiting", "unread"), ("doubled", "stack")]
    assert "Veslov Yegor" in page.text and "Yakornaya Vera" in page.text
    assert returns_logged() == 2
    assert not list((app.extensions["korablik"].home / "scans").iterdir())


def test_the_same_file_again_counts_nothing_twice(app, world):
    pages = [paper(world), sheet(None, 4)]
    send(app, world, "operator", ("a.pdf", scan(*pages)), ("b.pdf", scan(*pages)))
    send(app, world, "operator", ("a.pdf", scan(*pages)))
    assert [state for state, _reason in states()] == ["routed", "waiting", *["doubled"] * 4]
    assert returns_logged() == 1


def test_a_teacher_logs_own_works_and_the_others_wait_for_the_office(app, world):
    far = paper(world, scope=world.far)
    _client, page = send(app, world, "subject_teacher", ("a.pdf", scan(paper(world), far)))
    assert states() == [("routed", ""), ("waiting", "others")]
    assert "not yours to log" in page.text and "whose work is known" not in page.text
    one = waiting_page()
    assert factory.signed_in(app, world.accounts["subject_teacher"]).get(f"/stacks/waiting/{one}").status_code == 403
    office = factory.signed_in(app, world.accounts["operator"])
    assert "Bakenov Timur" in office.get(f"/stacks/waiting/{one}").text
    logged = office.post(f"/stacks/waiting/{one}", data={"act": "log", "code": world.far.code, "page": "1"})
    assert logged.status_code == 303
    assert states() == [("routed", ""), ("routed", "")]
    assert returns_logged() == 2


def test_the_office_logs_at_once_what_a_teacher_might_not(app, world):
    far = [paper(world, scope=world.far, seed=seed) for seed in (1, 1, 2)]
    _client, page = send(app, world, "subject_teacher", ("a.pdf", scan(*far, sheet(None, 4))))
    assert [reason for _state, reason in states()] == ["others"] * 3 + ["unread"]
    refused = factory.signed_in(app, world.accounts["subject_teacher"]).post(page.request.path, data={"act": "known"})
    assert refused.status_code == 400 and returns_logged() == 0
    office = factory.signed_in(app, world.accounts["operator"])
    assert "Log 3 pages whose works are known" in office.get(page.request.path).text
    for _click in range(2):
        assert office.post(page.request.path, data={"act": "known"}).status_code == 303
    assert states() == [("routed", ""), ("doubled", "before"), ("waiting", "others"), ("waiting", "unread")]
    assert returns_logged() == 1


def test_a_stack_of_many_files_has_a_short_name(app, world):
    files = [(f"photo{number}.pdf", scan(sheet(None, number))) for number in range(6)]
    _client, page = send(app, world, "operator", *files)
    assert "<h1>photo0.pdf, photo1.pdf, photo2.pdf and 3 more files</h1>" in page.text


def test_another_teachers_stack_is_not_shown(app, world):
    _client, _page = send(app, world, "operator", ("a.pdf", scan(paper(world))))
    stack = db.session.scalars(select(ScanStack.id)).one()
    teacher = factory.signed_in(app, world.accounts["subject_teacher"])
    assert teacher.get(f"/stacks/{stack}").status_code == 403
    assert "a.pdf" not in teacher.get("/stacks/").text


def test_a_page_that_waits_is_logged_by_a_typed_code_once(app, world):
    client, _page = send(app, world, "operator", ("a.pdf", scan(sheet(None, 4))))
    address = f"/stacks/waiting/{waiting_page()}"
    assert client.get(address + "?code=123").status_code == 422
    seen = client.get(f"{address}?code={world.near.code}")
    assert "Veslov Yegor" in seen.text
    form = {"act": "log", "code": world.near.code, "page": "1"}
    assert client.post(address, data=form).status_code == 303
    again = client.post(address, data=form)
    assert again.status_code == 409 and "meanwhile" in again.text
    assert states() == [("routed", "")]
    op = db.session.scalars(select(Op)).one()
    page = db.session.scalars(select(ScanPage)).one()
    assert (op.origin, page.op_seq) == (page.hash[:16], op.seq)


def test_a_code_reader_brings_the_page_number(app, world):
    client, _page = send(app, world, "operator", ("a.pdf", scan(sheet(None, 4))))
    read = make_label("TEST", "W", world.near.code, 3).text
    seen = client.get(f"/stacks/waiting/{waiting_page()}?code={read}")
    assert 'name="page" type="text" value="3"' in seen.text


def test_a_page_that_is_nothing_of_ours_is_put_away_and_taken_back(app, world):
    client, _page = send(app, world, "operator", ("a.pdf", scan(sheet(None, 4), sheet(None, 5))))
    one = waiting_page()
    after = client.post(f"/stacks/waiting/{one}", data={"act": "dismiss"})
    assert states() == [("dismissed", "unread"), ("waiting", "unread")]
    assert f"/stacks/waiting/{one}" in client.get(after.location).text
    client.post(f"/stacks/waiting/{one}", data={"act": "restore"})
    assert states() == [("waiting", "unread")] * 2


def test_ticked_pages_are_put_away_together(app, world):
    client, _page = send(app, world, "operator", ("a.pdf", scan(sheet(None, 4), sheet(None, 5))))
    stack = db.session.scalars(select(ScanStack.id)).one()
    assert client.post(f"/stacks/{stack}", data={"act": "away"}).status_code == 422
    ids = db.session.scalars(select(ScanPage.id)).all()
    assert client.post(f"/stacks/{stack}", data={"act": "away", "page": ids}).status_code == 303
    assert states() == [("dismissed", "unread")] * 2


def test_slips_of_several_works_are_logged_as_ticked(app, world):
    texts = [make_label("TEST", "W", world.near.codes[one], 0).text for one in (world.near.student, world.near.sibling)]
    client, _page = send(app, world, "operator", ("a.pdf", scan(slips(texts))))
    assert states() == [("waiting", "several")]
    address = f"/stacks/waiting/{waiting_page()}"
    seen = client.get(address).text
    assert "Veslov Yegor" in seen and "Yakornaya Vera" in seen
    assert client.post(address, data={"act": "log"}).status_code == 422
    client.post(address, data={"act": "log", "code": list(world.near.codes.values())})
    assert states() == [("routed", "")]
    assert returns_logged() == 2


def test_every_work_ticked_shows_the_page_when_it_is_marked(app, world):
    own, far = world.near.codes[world.near.student], world.far.code
    third = world.near.codes[world.near.sibling]
    texts = [make_label("TEST", "W", code, 0).text for code in (own, third, far)]
    client, _page = send(app, world, "operator", ("a.pdf", scan(slips(texts))))
    page = waiting_page()
    client.post(f"/stacks/waiting/{page}", data={"act": "log", "code": [own, third, far]})
    teacher = factory.signed_in(app, world.accounts["subject_teacher"])
    for code in (own, third):
        assert page in teacher.get(f"/marking/{code}").text, "shown where it is marked"
        found = came.of_work(db.session, code)
        assert [(one.id, one.number) for one in found.pages] == [(page, 0)] and found.missing == ()
        seq = db.session.scalar(select(Return.op_seq).join(Work, Work.id == Return.work_id).where(Work.code == code))
        assert sheets.latest_pages(db.session, code, seq) == [page]
    assert ask(app, world, "subject_teacher", page).status_code == 200
    [stack] = db.session.scalars(select(ScanStack.id))
    shown = client.get(f"/stacks/{stack}").text
    assert "Veslov Yegor" in shown and "Yakornaya Vera" in shown
    assert shown.count(f"{page}.jpg") == 2 * 3, "a link and a picture for each work"
    assert states() == [("routed", "")], "it is one page in the balance"


def test_a_page_of_several_works_is_for_who_sees_one_of_them(app, world):
    page = kept_page(app, world, "routed", world.far.code)
    assert ask(app, world, "subject_teacher", page).status_code == 403
    factory.add(ScanPageWork(page_id=page, work_id=find(db.session, world.near.code, "TEST").id))
    assert ask(app, world, "subject_teacher", page).status_code == 200


def test_a_register_is_called_one(app, world):
    register = make_label("TEST", "M", complete("1234567"), 0).text
    client, _page = send(app, world, "operator", ("a.pdf", scan(sheet(register, 4))))
    assert states() == [("waiting", "kind")]
    assert "register of delivery" in client.get(f"/stacks/waiting/{waiting_page()}").text


def test_a_picture_is_turned(app, world):
    client, _page = send(app, world, "operator", ("a.pdf", scan(sheet(None, 4))))
    one = waiting_page()
    sizes = []
    for act in ("left", "left"):
        client.post(f"/stacks/waiting/{one}", data={"act": act})
        sizes.append(Image.open(io.BytesIO(client.get(f"/stacks/page/{one}.jpg").data)).size)
    assert sizes[0] == sizes[1][::-1]


def test_a_stack_of_a_killed_office_is_taken_in_once(app, world, monkeypatch):
    monkeypatch.setattr(inbox, "leave", lambda config, id: None)  # killed between the commit and this
    send(app, world, "operator", ("a.pdf", scan(paper(world))))
    monkeypatch.undo()
    config = app.extensions["korablik"]
    assert len(inbox.waiting(config)) == 1
    upload.go_on(config)
    assert running().wait("scan").state == "done"
    assert inbox.waiting(config) == []
    assert states() == [("routed", "")]
    assert returns_logged() == 1


def test_a_broken_off_upload_is_no_stack(app, world):
    config = app.extensions["korablik"]
    half = inbox.folder(config) / ("a" * 32)
    half.mkdir()
    (half / "0").write_bytes(b"%PDF-1.7")
    assert inbox.waiting(config) == []
    assert inbox.forget_broken_off(config) == 0
    os.utime(half, (0, 0))
    assert inbox.forget_broken_off(config) == 1


def test_a_stack_that_fails_is_kept_and_can_be_tried_again(app, world, monkeypatch):
    client = factory.signed_in(app, world.accounts["operator"])

    def full(*args, **named):
        raise DomainError("disk_full")

    monkeypatch.setattr(taking, "take", full)
    form = {"file": (scan(paper(world)), "a.pdf"), "on": TODAY.isoformat(), "channel": "paper"}
    sent = client.post("/stacks/", data=form, content_type="multipart/form-data")
    assert running().wait("scan").state == "failed"
    assert "disk is full" in client.get(sent.location).text
    monkeypatch.undo()
    client.post(sent.location, data={"act": "again"})
    assert running().wait("scan").state == "done"
    assert states() == [("routed", "")]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"file": []}, "Choose the files"),
        ({"on": "2031-01-01"}, "future"),
        ({"on": "soon"}, "soon"),
        ({"channel": "pigeon"}, "pigeon"),
    ],
)
def test_what_a_form_lacks_is_told_beside_its_field(app, world, values, told):
    client = factory.signed_in(app, world.accounts["operator"])
    form = {"file": (scan(paper(world)), "a.pdf"), "on": TODAY.isoformat(), "channel": "paper", **values}
    answer = client.post("/stacks/", data=form, content_type="multipart/form-data")
    assert answer.status_code in (400, 422) and told in answer.text
    assert states() == []


def test_today_names_the_pages_that_wait(app, world):
    kept_page(app, world, "waiting", by="subject_teacher", reason="unread")
    kept_page(app, world, "waiting", by="subject_teacher", reason="others")
    for role, count in (("operator", 2), ("subject_teacher", 1), ("class_teacher", 0)):
        today = factory.signed_in(app, world.accounts[role]).get("/").text
        assert ("/stacks/waiting/" in today) is bool(count), role


def send_back(app, world):
    """The teacher sends the student's work back to be corrected."""
    client = factory.signed_in(app, world.accounts["subject_teacher"])
    page = client.get(f"/works/{world.near.code}").text
    draft = re.search(r'name="draft" value="([^"]+)"', page)[1]
    form = {"draft": draft, "act": "mark", "mark": "redo"}
    assert client.post(f"/works/{world.near.code}", data=form).status_code == 303


def test_a_work_that_was_sent_back_comes_again_by_its_own_code(app, world):
    send(app, world, "operator", ("a.pdf", scan(paper(world, seed=1))))
    send_back(app, world)
    send(app, world, "operator", ("b.pdf", scan(paper(world, seed=2))))
    assert states() == [("routed", ""), ("routed", "")]
    assert returns_logged() == 2
    again = paper(world, seed=2).rotate(0.5, fillcolor=255)
    send(app, world, "operator", ("c.pdf", scan(again)))
    assert states()[2] == ("doubled", "before")
    send(app, world, "operator", ("d.pdf", scan(paper(world, seed=3))))
    assert states()[3] == ("waiting", "twice")
    assert returns_logged() == 2


def test_a_sheet_that_was_sent_back_and_looks_as_before_waits(app, world):
    send(app, world, "operator", ("a.pdf", scan(paper(world, seed=1))))
    send_back(app, world)
    send(app, world, "operator", ("b.pdf", scan(paper(world, seed=1).rotate(0.5, fillcolor=255))))
    assert states() == [("routed", ""), ("waiting", "again")]


def test_a_page_that_comes_later_joins_its_works_return(app, world):
    client, _first = send(app, world, "operator", ("a.pdf", scan(paper(world, page=1))))
    printed(world, pages=2)
    stack = db.session.scalars(select(ScanStack.id)).one()
    assert "missing: 2" in client.get(f"/stacks/{stack}").text
    assert "missing: 2" in client.get(f"/works/{world.near.code}").text
    send(app, world, "operator", ("b.pdf", scan(paper(world, page=2, seed=5))))
    assert states() == [("routed", ""), ("routed", "")]
    assert returns_logged() == 1
    assert "complete" in client.get(f"/stacks/{stack}").text
    assert "missing" not in client.get(f"/works/{world.near.code}").text


def printed(world, pages):
    """The near student's work was printed on so many pages."""
    work = find(db.session, world.near.code, "TEST").id
    factory.add(Sheet(hash="5" * 64, pages=pages))
    at = NOW.replace(tzinfo=UTC)
    factory.add(Edition(id="e" * 64, number=1, issued_at=at, window_from=TODAY, window_to=TODAY))
    pack = factory.new_id()
    factory.add(Pack(id=pack, code=complete("7654321"), student_id=world.near.student, week="2026-W50",
                     edition_number=1, pages=4))  # fmt: skip
    factory.add(PackSheet(pack_id=pack, position=0, sheet_hash="5" * 64, work_id=work))


def test_pictures_of_past_years_are_forgotten_and_newer_ones_kept(app, world):
    page = kept_page(app, world, "routed", world.near.code)
    config = app.extensions["korablik"]
    assert forgetting.forget(config, date(2027, 6, 30)) == 0
    assert forgetting.forget(config, date(2027, 9, 15)) == 1
    assert ask(app, world, "operator", page).status_code == 404
    assert states() == [("routed", "")]
