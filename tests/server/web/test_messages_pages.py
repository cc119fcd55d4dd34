"""Messages as people write them: previewed, made ready, ticked off; the weekly round, silence and letters as pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from server import models, store
from server.extensions import db
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.web.world import World

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
LATER = "The algebra lesson moves to 12:30. Veslov and all others bring a ruler."


def office(app: APIFlask, world: World, role: str = "class_teacher") -> FlaskClient:
    return factory.signed_in(app, world.accounts[role])


def rows(model: type) -> list:
    db.session.rollback()
    return list(db.session.scalars(select(model)))


def slug(person_id: str) -> str:
    return db.session.get_one(models.Person, person_id).slug


def typed(world: World, **values: object) -> dict[str, object]:
    return {"kind": "change", "audience": "groups", "group": [world.near.id], "text": LATER, "title": "A change",
            "channel": "own", "key": "k1", "act": "save", **values}  # fmt: skip


def written(client: FlaskClient, world: World, **values: object) -> str:
    answer = client.post("/messages/new", data=typed(world, **values))
    assert answer.status_code == 303, answer.text
    return answer.location


def test_the_preview_shows_every_channel_and_stores_nothing(app: APIFlask, world: World):
    factory.add(models.FamilyChannel(id=factory.new_id(), person_id=world.near.guardian, channel="sms",
                                     address="+79000000001", position=1, consent=True, confirmed_on=TODAY,
                                     noted_at=NOW))  # fmt: skip
    html = office(app, world).post("/messages/new", data=typed(world, act="preview", chat="class_chat")).text
    shown = html.split('id="seen"')[1].split("</section>")[0]
    assert "SMS" in shown and "The class&#39;s chat" in shown and "part" in shown
    assert "Yegor and all others" in shown, "the SMS has the first name instead of the surname"
    assert LATER in html, "what was typed stays"
    assert rows(models.Message) == []


def test_a_message_is_made_ready_for_each_family_and_chat_once(app: APIFlask, world: World):
    client = office(app, world)
    page = written(client, world, chat=["class_chat", "parents_chat"])
    assert written(client, world, chat=["class_chat", "parents_chat"]) == page, "a double click"
    found = rows(models.Delivery)
    assert sorted(one.channel for one in found) == ["class_chat", "parents_chat", "slip", "slip"]
    html = client.get(page).text
    assert "Veslov Yegor" in html and "To copy or share" in html and "Slips for the packs" in html
    assert "Perhaps sent" not in html
    assert client.get("/messages/").text.count("A change") == 1


def test_a_slip_is_put_into_the_pack_and_stands_as_a_contact(app: APIFlask, world: World):
    client = office(app, world)
    page = written(client, world)
    paper = client.get(page + "/slips").text
    assert paper.count('class="paper-slip"') == 2 and "Your answer" in paper
    one = rows(models.Delivery)[0]
    for _click in range(2):
        assert client.post(f"{page}/delivery/{one.id}", data={"act": "sent"}).status_code == 303
    [contact] = rows(models.Contact)
    assert (contact.channel, contact.topic, contact.outcome, contact.text) == ("slip", "change", "sent", "A change")
    client.post(f"{page}/delivery/{one.id}", data={"act": "undo"})
    assert rows(models.Contact) == []


def test_what_perhaps_did_not_arrive_stands_on_today_until_somebody_found_out(app: APIFlask, world: World):
    client = office(app, world)
    page = written(client, world)
    one = rows(models.Delivery)[0]
    assert "perhaps did not arrive" not in client.get("/").text
    store.write(lambda session: session.execute(
        update(models.Delivery).where(models.Delivery.id == one.id).values(state="perhaps", error="no_answer")
    ) and None)  # fmt: skip
    assert "perhaps did not arrive" in client.get("/").text
    html = client.get(page).text
    assert "Perhaps sent: please find out" in html and "the gateway gave no answer" in html
    client.post(f"{page}/delivery/{one.id}", data={"act": "was_sent"})
    assert "perhaps did not arrive" not in client.get("/").text


def test_another_way_gives_the_first_one_up(app: APIFlask, world: World):
    client = office(app, world)
    page = written(client, world, channel=["slip"])
    one = next(row for row in rows(models.Delivery) if row.person_id == world.near.guardian)
    assert client.post(f"{page}/delivery/{one.id}", data={"act": "another"}).status_code == 303
    found = {row.channel: row.state for row in rows(models.Delivery) if row.person_id == world.near.guardian}
    assert found == {"slip": "given_up", "call": "ready"}
    assert "To call" in client.get(page).text


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"text": " "}, "Please fill in"), ({"group": []}, "class"), ({"text": "x" * 2001}, "2000"),
        ({"kind": "result", "chat": "class_chat"}, "chat of many"), ({"channel": ["email"]}, "Nobody can be told"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(app: APIFlask, world: World, values: dict, place: str):
    answer = office(app, world).post("/messages/new", data=typed(world, **values))
    assert answer.status_code in (404, 422) and place in answer.text and 'value="A change"' in answer.text
    assert rows(models.Message) == []


def test_nobody_writes_to_or_reads_of_another_class(app: APIFlask, world: World):
    client = office(app, world)
    assert client.post("/messages/new", data=typed(world, group=[world.far.id])).status_code == 403
    assert client.post("/messages/new", data=typed(world, audience="school")).status_code == 403
    page = written(office(app, world, "deputy_studies"), world, group=[world.far.id])
    assert client.get(page).status_code == 403
    one = rows(models.Delivery)[0]
    assert client.post(f"{page}/delivery/{one.id}", data={"act": "sent"}).status_code == 403
    assert "A change" not in client.get("/messages/").text


def test_a_reminder_tells_each_family_what_is_missing(app: APIFlask, world: World):
    factory.works(factory.task(world.near.lesson.lesson_course, "Late work", TODAY - timedelta(days=1)))
    client = office(app, world)
    written(client, world, kind="reminder", audience="missing", text="Please hand in what is missing.")
    found = [row for row in rows(models.Delivery) if "Late work" in row.text]
    assert len(found) == 2 and all("Please hand in" in row.text for row in found)


def test_what_is_missing_is_told_to_nobody_barred_whatever_the_message_is_called(app: APIFlask, world: World):
    factory.works(factory.task(world.near.lesson.lesson_course, "Late work", TODAY - timedelta(days=1)))
    barred = update(models.Guardianship).values(may_receive=False)
    store.write(lambda session: session.execute(barred) and None)
    client = office(app, world)
    page = written(client, world, kind="notice", audience="missing", text="Please hand in what is missing.")
    assert world.near.guardian not in [row.person_id for row in rows(models.Delivery)]
    one = next(row for row in rows(models.Delivery) if row.person_id == world.near.student)
    client.post(f"{page}/delivery/{one.id}", data={"act": "another"})
    assert world.near.guardian not in [row.person_id for row in rows(models.Delivery)], "nor by the next way"


def test_each_family_is_read_its_own_debts(app: APIFlask, world: World):
    factory.guardian(world.near.sibling, "Yakornaya", "Olga", phone="+7 900 000-00-09")
    own = factory.task(world.near.lesson.lesson_course, "Extra work", TODAY - timedelta(days=1))
    factory.works(own)
    logbook.hand_in(db.session.scalars(select(models.Work.code).where(
        models.Work.task_id == own, models.Work.student_id == world.near.sibling)).one())  # fmt: skip
    factory.works(factory.task(world.near.lesson.lesson_course, "Late work", TODAY - timedelta(days=1)))
    client = office(app, world)
    page = written(client, world, kind="reminder", audience="missing", channel=["call"], text="Please hand it in.")
    lines = client.get(page).text.split('class="touch"')[1:]
    assert len(lines) == 2
    assert ["Extra work" in line for line in lines] == ["Veslova Anna" in line for line in lines]
    assert all("Late work" in line for line in lines)
    assert "Extra work" not in client.get(page).text.split('class="touch"')[0], "not as words for everybody"


def test_what_waits_for_a_hand_is_not_read_to_whom_the_school_barred_meanwhile(app: APIFlask, world: World):
    factory.works(factory.task(world.near.lesson.lesson_course, "Late work", TODAY - timedelta(days=1)))
    client = office(app, world)
    for n, channel in enumerate(("call", "slip")):
        page = written(client, world, kind="reminder", audience="missing", channel=[channel], key=f"b{n}", student="",
                       text="Please hand it in.")  # fmt: skip
    calls = f"/messages/{rows(models.Message)[0].id}"
    assert "tel:+79000000001" in client.get(calls).text
    barred = update(models.Guardianship).values(may_receive=False)
    store.write(lambda session: session.execute(barred) and None)
    for row in rows(models.Message):
        html = client.get(f"/messages/{row.id}").text
        assert "tel:+79000000001" not in html and "must not be told about marks" in html
    slips = client.get(f"{page}/slips").text
    assert "Veslov" not in slips


def test_an_sms_worded_anew_names_nobody_elses_surname_either(app: APIFlask, world: World):
    factory.add(models.FamilyChannel(id=factory.new_id(), person_id=world.near.guardian, channel="sms",
                                     address="+79000000001", position=1, consent=True, confirmed_on=TODAY,
                                     noted_at=NOW))  # fmt: skip
    client = office(app, world)
    page = written(client, world, channel=["slip"], text="Yakornaya brings the rulers.")
    one = next(row for row in rows(models.Delivery) if row.person_id == world.near.guardian)
    client.post(f"{page}/delivery/{one.id}", data={"act": "another"})
    [sms] = [row for row in rows(models.Delivery) if row.channel == "sms"]
    assert "brings the rulers" in sms.text and "Yakornaya" not in sms.text


def test_a_teacher_of_one_subject_hears_of_no_other_courses_debts(app: APIFlask, world: World):
    client = office(app, world, "subject_teacher")
    assert client.post("/messages/new", data=typed(world, audience="missing")).status_code == 403
    assert client.post("/messages/new", data=typed(world)).status_code == 303


def test_marks_and_answers_in_messages_are_not_for_every_teacher_of_the_class(app: APIFlask, world: World):
    factory.add(models.FamilyChannel(id=factory.new_id(), person_id=world.near.guardian, channel="sms",
                                     address="+79000000001", position=1, consent=True, confirmed_on=TODAY,
                                     noted_at=NOW))  # fmt: skip
    page = written(office(app, world), world)
    id = letter(app, world, "psychologist")
    counsel = office(app, world, "psychologist")
    counsel.post(f"/letters/{id}", data={"text": "A word in confidence.", "channel": "call"})
    answer = next(row for row in rows(models.Message) if row.kind == "answer")
    [delivery] = [row for row in rows(models.Delivery) if row.message_id == answer.id]
    counsel.post(f"/letters/{id}/told", data={"act": "reached"})
    for role in ("subject_teacher", "class_teacher", "deputy_studies", "tutor"):
        client = office(app, world, role)
        assert client.get(f"/messages/{answer.id}").status_code == 403, role
        assert client.post(f"/messages/{answer.id}/delivery/{delivery.id}", data={"act": "undo"}).status_code == 403
        assert "in confidence" not in client.get("/messages/").text
    assert not any("confidence" in contact.text for contact in rows(models.Contact))
    assert office(app, world, "subject_teacher").get(page).status_code == 403
    assert office(app, world, "tutor").get(page).status_code == 200


# the weekly round


def test_a_family_is_ticked_with_one_tap_and_taken_back(app: APIFlask, world: World):
    client = office(app, world)
    html = client.get("/round/7a").text
    assert html.index("Veslov Yegor") < html.index("Yakornaya Vera") and "2 students are left" in html
    data = {"student": slug(world.near.student), "person": world.near.guardian, "channel": "call", "act": "told",
            "key": "k"}  # fmt: skip
    answer = client.post("/round/7a", data=data)
    html = client.get(answer.location).text
    assert "1 student is left" in html and "Noted." in html
    [contact] = rows(models.Contact)
    assert (contact.person_id, contact.topic, contact.outcome) == (world.near.guardian, "results", "reached")
    key = re.search(r'name="key" value="([0-9a-f]{32})"', html)
    assert key is not None
    client.post("/round/7a", data={"student": slug(world.near.student), "act": "undo", "key": key[1]})
    assert rows(models.Contact) == [] and "2 students are left" in client.get("/round/7a").text


def test_the_round_stands_on_today_and_the_share_with_the_deputy(app: APIFlask, world: World):
    assert "Not told of results in this week" in office(app, world).get("/").text
    deputy = office(app, world, "deputy_studies")
    html = deputy.get("/round/").text
    assert "0 of 2" in html and "<svg" in html and "Rulev Class-teacher" in html
    data = {"student": slug(world.near.student), "channel": "call", "act": "told", "key": "k"}
    assert deputy.post("/round/7a", data=data).status_code == 303
    assert "1 of 2" in deputy.get("/round/").text, "the coordinator or deputy steps in"


def test_a_tick_for_another_class_is_refused(app: APIFlask, world: World):
    data = {"student": slug(world.far.student), "channel": "call", "act": "told", "key": "k"}
    assert office(app, world).post("/round/7a", data=data).status_code == 403
    assert rows(models.Contact) == []


def test_who_may_not_be_told_is_not_noted_as_told(app: APIFlask, world: World):
    data = {"student": slug(world.near.student), "person": world.far.guardian, "channel": "call", "act": "told",
            "key": "k"}  # fmt: skip
    office(app, world).post("/round/7a", data=data)
    assert [contact.person_id for contact in rows(models.Contact)] == [None]


# silence


def test_a_silent_student_is_tried_by_the_next_channel(app: APIFlask, world: World):
    for n in range(1, 7):
        factory.lesson(world.near.course, TODAY - timedelta(days=n))
    store.write(lambda session: session.execute(
        update(models.Task).values(published_at=datetime(2026, 11, 1, tzinfo=UTC))) and None)  # fmt: skip
    client = office(app, world)
    html = client.get("/silence/").text
    assert "Veslov Yegor" in html and "6 school days" in html and "Veslova Anna" in html
    assert "Nothing is heard of them" in client.get("/").text
    data = {"student": slug(world.near.student), "person": world.near.guardian, "channel": "call", "act": "not_reached",
            "key": "k"}  # fmt: skip
    html = client.get(client.post("/silence/", data=data).location).text
    assert "tried: phone call" in html and "In person" in html
    client.post("/silence/", data=data | {"act": "reached"})
    assert "Veslov Yegor" not in client.get("/silence/").text
    assert office(app, world, "operator").get("/silence/").status_code == 200


def test_thresholds_are_set_by_who_may(app: APIFlask, world: World):
    director = office(app, world, "director")
    assert director.post("/monitor/measures/", data={"silence_from": "7"}).status_code == 303
    assert db.session.get_one(models.Threshold, "silence_from").value == 7
    director.post("/monitor/measures/", data={"silence_from": "-3"})
    db.session.rollback()
    assert db.session.get_one(models.Threshold, "silence_from").value == 7


# letters


def letter(app: APIFlask, world: World, to: str = "class_teacher", **values: str) -> str:
    """The operator writes down what a mother says; returns the letter's id."""
    data = {"student": slug(world.near.student), "to": slug(world.person(to)), "from": slug(world.near.guardian),
            "channel": "call", "text": "May Yegor hand it in later?", "key": "k", **values}  # fmt: skip
    answer = office(app, world, "operator").post("/letters/new", data=data)
    assert answer.status_code == 303, answer.text
    return rows(models.Letter)[-1].id


def test_a_letter_stands_on_the_addressees_today_and_is_answered_once(app: APIFlask, world: World):
    id = letter(app, world)
    assert letter(app, world) == id and len(rows(models.Letter)) == 1, "a double click"
    teacher = office(app, world)
    assert "A letter: Veslov Yegor" in teacher.get("/").text
    html = teacher.get(f"/letters/{id}").text
    assert "May Yegor hand it in later?" in html and "Phone call: Veslova Anna" in html
    assert teacher.post(f"/letters/{id}", data={"text": "Yes, by Friday.", "channel": "call"}).status_code == 303
    again = teacher.post(f"/letters/{id}", data={"text": "No.", "channel": "call"})
    assert again.status_code == 409 and "Yes, by Friday." in again.text
    [answer] = rows(models.Message)
    [delivery] = rows(models.Delivery)
    assert (answer.kind, answer.text, delivery.channel, delivery.person_id) == (
        "answer", "Yes, by Friday.", "call", world.near.guardian
    )  # fmt: skip
    assert "A letter" not in teacher.get("/").text
    assert teacher.post(f"/letters/{id}/told", data={"act": "reached"}).status_code == 303
    touches = sorted((one.direction, one.outcome) for one in rows(models.Contact))
    assert touches == [("in", "letter"), ("out", "reached")]


def test_a_letter_is_not_for_everybody(app: APIFlask, world: World):
    id = letter(app, world, "subject_teacher")
    for role, status in (("subject_teacher", 200), ("operator", 200), ("class_teacher", 200), ("deputy_studies", 200),
                         ("network_teacher", 403), ("tutor", 403), ("support_staff", 403), ("admin", 403)):  # fmt: skip
        assert office(app, world, role).get(f"/letters/{id}").status_code == status, role
    counsel = world.person("psychologist")
    store.write(lambda session: session.execute(
        update(models.Letter).values(to_id=counsel, entered_by=counsel)) and None)  # fmt: skip
    for role, status in (("psychologist", 200), ("class_teacher", 403), ("director", 403), ("operator", 403)):
        assert office(app, world, role).get(f"/letters/{id}").status_code == status, role


def test_a_letter_that_waits_too_long_rises_and_may_be_handed_over(app: APIFlask, world: World):
    id = letter(app, world, "subject_teacher")
    deputy = office(app, world, "deputy_studies")
    assert "Letters that others leave waiting" not in deputy.get("/").text
    store.write(lambda session: session.execute(update(models.Letter).values(at=NOW - timedelta(days=3))) and None)
    assert "Letters that others leave waiting" in deputy.get("/").text
    html = office(app, world).get("/letters/").text
    assert "Others leave these waiting" in html and "May Yegor" not in html
    data = {"act": "hand_over", "to": slug(world.person("class_teacher"))}
    assert deputy.post(f"/letters/{id}", data=data).status_code == 303
    assert "A letter: Veslov Yegor" in office(app, world).get("/").text


def test_a_letter_to_the_psychologist_is_in_confidence_in_every_list(app: APIFlask, world: World):
    id = letter(app, world, "psychologist")
    store.write(lambda session: session.execute(update(models.Letter).values(at=NOW - timedelta(days=3))) and None)
    for role in ("director", "deputy_studies", "coordinator", "class_teacher"):
        client = office(app, world, role)
        assert "Letters that others leave waiting" not in client.get("/").text, role
        assert "Others leave these waiting" not in client.get("/letters/").text, role
    second = factory.signed_in(app, factory.account("second", "psychologist"))
    assert "Others leave these waiting" in second.get("/letters/").text
    assert "Letters that others leave waiting" in second.get("/").text
    assert second.post(f"/letters/{id}", data={"text": "A word between us.", "channel": "call"}).status_code == 303
    html = office(app, world, "operator").get(f"/letters/{id}").text
    assert "May Yegor" in html and "between us" not in html, "who wrote it down does not read the answer"
    assert "between us" in office(app, world, "psychologist").get(f"/letters/{id}").text


def test_a_letter_to_the_psychologist_stays_in_confidence_when_the_psychologist_leaves(app: APIFlask, world: World):
    id = letter(app, world, "psychologist")
    over = update(models.RoleGrant).where(models.RoleGrant.role == "psychologist").values(until=TODAY - timedelta(1))
    store.write(lambda session: session.execute(over) and None)
    for role in ("class_teacher", "deputy_studies", "director"):
        assert office(app, world, role).get(f"/letters/{id}").status_code == 403, role


def test_a_letter_goes_to_somebody_of_the_students_and_says_something(app: APIFlask, world: World):
    operator = office(app, world, "operator")
    stranger = factory.person("Stranger")
    data = {"student": slug(world.near.student), "to": slug(stranger), "channel": "call", "text": "Hello", "key": "k"}
    assert operator.post("/letters/new", data=data).status_code == 404
    data["to"] = slug(world.person("class_teacher"))
    for wrong in ({"text": " "}, {"channel": "pigeon"}, {"text": "x" * 4001}):
        assert operator.post("/letters/new", data=data | wrong).status_code == 422
    assert rows(models.Letter) == []


def test_the_teacher_without_the_right_to_write_messages_still_passes_the_answer_on(app: APIFlask, world: World):
    id = letter(app, world, "psychologist")
    client = office(app, world, "psychologist")
    assert client.post(f"/letters/{id}", data={"text": "Come on Monday.", "channel": "slip"}).status_code == 303
    html = client.get(f"/letters/{id}").text
    assert "Slip put into the pack" in html
    client.post(f"/letters/{id}/told", data={"act": "sent"})
    assert "sent" in client.get(f"/letters/{id}").text and rows(models.Delivery)[0].state == "sent"


# cost


def test_pages_of_a_class_ask_few_queries(app: APIFlask, world: World):
    for n in range(24):
        student = factory.student(world.near.id, f"Student{n:02d}", "A")
        factory.guardian(student, f"Parent{n:02d}", phone=f"+7999000{n:04d}")
    codes = factory.works(factory.task(world.near.lesson.lesson_course, "More", TODAY - timedelta(days=1)))
    for code in list(codes.values())[:8]:
        logbook.hand_in(code, mark="4", comment="Fine")
    deputy = office(app, world, "deputy_studies")
    page = written(deputy, world)
    counted: list[str] = []

    def count(connection, cursor, statement, *rest) -> None:
        counted.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        for path in ("/round/", "/round/7a", "/silence/", "/messages/", page, "/letters/", "/messages/new"):
            counted.clear()
            assert deputy.get(path).status_code == 200
            most = 26 if path == "/round/7a" else 20  # with marks, debts and absences: belonging alone asks five times
            assert len(counted) <= most, (path, len(counted))
        teacher = office(app, world)
        for path in ("/", "/round/7a"):
            counted.clear()
            teacher.get(path)
            assert len(counted) <= 40, (path, len(counted))
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
