"""Changes of the timetable in the office: what is shown to whom, undo, telling, urgent, and strips for paper."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server import models
from server.extensions import db
from server.models import Day, Delivery, Lesson, LessonAct, Message
from server.services import going_out, publishing
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed, Rights
from server.services.days.state import state_of
from server.services.running import running
from tests.server import factory
from tests.server.village import NOW

SOON = factory.TODAY + timedelta(days=1)
MAY = Rights(may_correct=True, may_approve=True)


@pytest.fixture
def lesson(world) -> str:
    """A lesson of tomorrow, which is out."""
    factory.add(Day(on=SOON, approved_at=NOW, published_at=NOW))
    return factory.lesson(world.near.course, SOON, 3, world.clerk).lesson


@pytest.fixture
def act(world, lesson) -> str:
    by = Author(world.person("deputy_studies"), world.accounts["deputy_studies"], NOW, factory.TODAY)
    state = replace(state_of(db.session.get_one(Lesson, lesson)), state="cancelled")
    made = changing.save("cancelled", [Deed("cancelled", state, lesson)], by, MAY, reason="a cold")
    db.session.remove()
    return made


def signed(app, world, role: str):
    return factory.signed_in(app, world.accounts[role])


def test_the_list_names_who_did_what_and_may_be_asked_by_day(app, world, act):
    client = signed(app, world, "director")
    page = client.get("/changes/").text
    assert "Cancellation" in page and "Rulev D. P." in page and "a cold" in page and f"/changes/{act}" in page
    assert "Families do not know yet" in page
    assert f"/changes/{act}" in client.get(f"/changes/?day={SOON}").text
    assert f"/changes/{act}" not in client.get("/changes/?day=2026-12-09").text
    assert client.get("/changes/?day=tomorrow").status_code == 422


def test_a_deed_shows_before_and_after_and_whom_it_touches(app, world, act):
    page = signed(app, world, "deputy_studies").get(f"/changes/{act}").text
    assert "Tue, 8 December, lesson 3 (10:10), algebra: cancelled" in page
    assert "2 students" in page and "Veslov Yegor" in page and "Shturmanova Lada Igorevna" in page
    assert "Take it back" in page and "Publish now and tell" in page and "Tell them" in page
    seen = signed(app, world, "timetabler").get(f"/changes/{act}").text
    assert "2 students" in seen and "Veslov" not in seen and "Tell them" not in seen and "Take it back" in seen
    assert signed(app, world, "deputy_studies").get(f"/changes/{'f' * 32}").status_code == 404


def test_undo_takes_the_deed_back_and_shows_what_that_did(app, world, act, lesson):
    client = signed(app, world, "deputy_studies")
    answer = client.post(f"/changes/{act}/undo")
    db.session.remove()
    undone = db.session.get_one(LessonAct, act).undone_by_id
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"/changes/{undone}")
    assert db.session.get_one(Lesson, lesson).state == "planned"
    assert "is held after all" in client.get(f"/changes/{undone}").text
    client.post(f"/changes/{act}/undo")
    assert "This was taken back already." in client.get(f"/changes/{act}").text


def test_a_published_day_is_taken_back_only_by_who_may_correct_it(app, world, act, lesson):
    client = signed(app, world, "timetabler")
    client.post(f"/changes/{act}/undo")
    assert "with the families already" in client.get(f"/changes/{act}").text
    db.session.remove()
    assert db.session.get_one(Lesson, lesson).state == "cancelled"


def test_one_click_tells_and_a_second_does_nothing(app, world, act):
    client = signed(app, world, "deputy_studies")
    first, second = client.post(f"/changes/{act}/tell"), client.post(f"/changes/{act}/tell")
    db.session.remove()
    message = db.session.query(Message).one()
    assert first.headers["Location"].endswith(f"/messages/{message.id}") == second.headers["Location"].endswith(
        f"/messages/{message.id}"
    )
    assert message.kind == "change" and db.session.query(Delivery).count() == 2
    page = client.get(f"/messages/{message.id}").text
    assert "Yegor" in page and "cancelled" in page and "a cold" not in page
    assert "Families and teachers are told." in client.get(f"/changes/{act}").text


def test_that_nobody_need_be_told_is_kept(app, world, act):
    client = signed(app, world, "deputy_studies")
    client.post(f"/changes/{act}/tell", data={"act": "nobody"})
    db.session.remove()
    assert db.session.get_one(LessonAct, act).told_at and db.session.query(Message).count() == 0
    assert "Families do not know yet" not in client.get("/").text


def test_today_asks_who_composes_days_and_shows_a_teacher_what_changed(app, world, act):
    assert "Families do not know yet" in signed(app, world, "coordinator").get("/").text
    assert "Families do not know yet" not in signed(app, world, "subject_teacher").get("/").text
    mine = factory.lesson(world.near.course, SOON, 6, world.person("subject_teacher")).lesson
    by = Author(world.person("coordinator"), world.accounts["coordinator"], NOW, factory.TODAY)
    changing.save("moved", [Deed("moved", replace(state_of(db.session.get_one(Lesson, mine)), n=7), mine)], by, MAY)
    page = signed(app, world, "subject_teacher").get("/").text
    assert "Changes for you" in page and "lesson 6 (12:40), algebra: moved to Tue, 8 December, lesson 7" in page


def test_publish_now_and_tell_in_one_click(app, world, act, monkeypatch):
    monkeypatch.setattr(publishing, "build_site", lambda *args: [])
    client = signed(app, world, "deputy_studies")
    answer = client.post(f"/changes/{act}/urgent")
    assert answer.status_code == 303 and "run=" in answer.headers["Location"]
    assert running().wait(going_out.PUBLISH).state == "done"
    page = client.get(answer.headers["Location"]).text
    assert "Edition 1 is published." in page and "Families and teachers are told." in page
    client.post(f"/changes/{act}/urgent")
    assert "told of this change already" in client.get(f"/changes/{act}").text
    db.session.remove()
    assert db.session.query(Message).count() == 1 and db.session.query(models.Edition).count() == 1


def test_what_failed_to_go_out_is_said_and_told_to_nobody(app, world, act, monkeypatch):
    def fail(*args):
        raise publishing.DomainError("nothing_to_publish", window="")

    monkeypatch.setattr(publishing, "build_site", fail)
    client = signed(app, world, "deputy_studies")
    answer = client.post(f"/changes/{act}/urgent")
    running().wait(going_out.PUBLISH)
    assert "Nobody was told anything." in client.get(answer.headers["Location"]).text
    db.session.remove()
    assert db.session.query(Message).count() == 0


def test_an_added_lesson_is_called_so_in_the_office(app, world, lesson):
    by = Author(world.person("deputy_studies"), world.accounts["deputy_studies"], NOW, factory.TODAY)
    state = replace(state_of(db.session.get_one(Lesson, lesson)), n=6)
    changing.save("added", [Deed("added", state)], by, MAY)
    page = signed(app, world, "director").get(f"/lessons/timetable?group={world.near.slug}&week=2026-W50").text
    assert "additional lesson" in page


@pytest.fixture
def printed(app, world, act, tmp_path):
    """Packs of edition 1 that show the lesson, and edition 2 in which it is cancelled."""

    def edition(number: int) -> None:
        publishing.publish((), today=factory.TODAY, now=NOW, actor_id=None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "build_site", lambda *args: [])
        changing.undo(act, Author(world.person("deputy_studies"), world.accounts["deputy_studies"], NOW,
                                  factory.TODAY), MAY)  # fmt: skip
        edition(1)
        for number, student in enumerate(world.near.codes, 1):
            factory.add(models.Pack(id=f"{number}" * 32, code=f"{number}" * 9, student_id=student, week="2026-W50",
                                    edition_number=1, printed_at=NOW))  # fmt: skip
        lesson = db.session.query(models.LessonChange).first().lesson_id
        state = replace(state_of(db.session.get_one(Lesson, lesson)), state="cancelled")
        by = Author(world.person("coordinator"), world.accounts["coordinator"], NOW, factory.TODAY)
        made = changing.save("cancelled", [Deed("cancelled", state, lesson)], by, MAY)
        edition(2)
    db.session.remove()
    return made


def test_a_class_with_old_paper_is_named(app, world, printed):
    client = signed(app, world, "deputy_studies")
    assert "2 printed packs show the old timetable." in client.get(f"/changes/{printed}").text
    page = client.get("/changes/strips?week=2026-W50").text
    assert "2 packs" in page and "8 Dec" in page and "/changes/strips/2026-W50/7a.pdf" in page
    assert "No pack of this week" in client.get("/changes/strips?week=2026-W51").text


@pytest.mark.pdf
def test_the_strips_come_as_a_file_and_that_is_recorded(app, world, printed):
    client = signed(app, world, "class_teacher")
    answer = client.get("/changes/strips/2026-W50/7a.pdf")
    assert answer.status_code == 200 and answer.data[:5] == b"%PDF-" and "no-store" in answer.headers["Cache-Control"]
    assert db.session.query(models.AuditEntry).filter_by(action="packs.download").count() == 1
    assert client.get("/changes/strips/2026-W51/7a.pdf").status_code == 303
    assert client.get("/changes/strips/2026-W50/8b.pdf").status_code == 403
