"""The hotline's pages: who is found, what is told to whom and recorded, what a call leaves behind."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from server.errors import DomainError
from server.extensions import db
from server.models import Absence, Appointment, AuditEntry, Contact, Guardianship, Person, Request, Return
from server.services import hotline, reception
from server.services.content import Author
from server.services.free_times import Hours
from tests.server import factory, logbook
from tests.server.web.world import World

NOW = logbook.NOW


@pytest.fixture
def operator(app, world):
    return factory.signed_in(app, world.accounts["operator"])


def slug(person_id: str) -> str:
    return db.session.get_one(Person, person_id).slug


def sheet(world: World) -> str:
    return f"/hotline/student/{slug(world.near.student)}"


def rows(model):
    db.session.rollback()
    return list(db.session.scalars(select(model)))


def audits(action: str) -> list[AuditEntry]:
    return [row for row in rows(AuditEntry) if row.action == action]


def test_the_search_opens_the_only_one_and_lists_several(operator, world):
    answer = operator.post("/hotline/", data={"q": "Veslof Yegor"})
    assert answer.status_code == 303 and answer.location == sheet(world)
    listed = operator.post("/hotline/", data={"q": "Yakornaya"}).text
    assert listed.count("data-found") == 2 and listed.count("class=\"tag\"") >= 2
    assert "Nobody like this" in operator.post("/hotline/", data={"q": "Qqqqqq"}).text


def test_a_page_with_script_gets_the_lines_alone(operator):
    answer = operator.post("/hotline/", data={"q": "veslova anna"}, headers={"X-Fragment": "lines"})
    assert answer.status_code == 200 and "<html" not in answer.text and answer.text.count("data-found") == 1
    assert "Veslova Anna" in answer.text


def test_what_was_typed_is_shown_and_never_run(operator):
    text = operator.post("/hotline/", data={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in text and "&lt;script&gt;" in text


def test_a_works_code_leads_to_dictating_it_and_a_mistyped_one_says_so(operator, world):
    answer = operator.post("/hotline/", data={"q": world.near.code})
    assert answer.status_code == 303 and answer.location == f"{sheet(world)}/return?work={world.near.code}"
    wrong = world.near.code[:-1] + str((int(world.near.code[-1]) + 1) % 10)
    assert "mistyped" in operator.post("/hotline/", data={"q": wrong}).text


def test_the_sheet_tells_all_but_marks_and_absences(operator, world):
    logbook.hand_in(world.near.code, world.person("subject_teacher"), "3")
    logbook.absent(world.near.student, world.near.lesson.lesson_course, "Б", world.person("class_teacher"))
    text = operator.get(sheet(world)).text
    for told in ("Veslov Yegor", "algebra", "Veslova Anna", "+7 900 000-00-01", "Rulev Class-teacher", "no internet"):
        assert told in text, told
    assert 'class="card told"' not in text and "tag ok mark" not in text and ">Б<" not in text
    assert len(audits("hotline.open")) == 1 and audits("hotline.marks") == []


@pytest.mark.parametrize("how", ["call_back", "word"])
def test_a_verified_guardian_hears_marks_and_every_view_is_recorded(operator, world, how: str):
    logbook.hand_in(world.near.code, world.person("subject_teacher"), "3")
    logbook.absent(world.near.student, world.near.lesson.lesson_course, "Б", world.person("class_teacher"))
    operator.post(f"{sheet(world)}/verify", data={"caller": world.near.guardian, "how": how})
    for views in (1, 2):
        text = operator.get(sheet(world)).text
        assert 'class="card told"' in text and ">3<" in text and ">Б<" in text
        looked = audits("hotline.marks")
        assert len(looked) == views and looked[0].target == world.near.student
        assert looked[0].data == {"caller": world.near.guardian, "how": how}
    operator.post(f"{sheet(world)}/paper_pack", data={"key": "k1", "act": "promise", "caller": world.near.guardian})
    assert [row.verified for row in rows(Contact)] == [how]
    operator.post(f"{sheet(world)}/verify", data={"caller": world.near.guardian, "how": ""})
    assert 'class="card told"' not in operator.get(sheet(world)).text


def test_a_guardian_who_may_not_receive_hears_nothing(operator, world, app):
    from server import store

    row = select(Guardianship).where(Guardianship.guardian_id == world.near.guardian)
    store.write(lambda session: setattr(session.scalars(row).one(), "may_receive", False))
    answer = operator.post(f"{sheet(world)}/verify", data={"caller": world.near.guardian, "how": "word"},
                           follow_redirects=True)  # fmt: skip
    assert 'class="card told"' not in answer.text and "must not be told" in answer.text
    assert audits("hotline.marks") == []


def test_what_was_told_before_is_not_told_to_a_caller_whom_nobody_verified(operator, world, app):
    """Words of earlier calls repeat marks and reasons of absence."""
    for n, (topic, text) in enumerate([("results", "Algebra: mark 3."), ("absence", "In hospital."),
                                       ("technical", "No sound.")]):  # fmt: skip
        factory.add(Contact(id=factory.new_id(), student_id=world.near.student, direction="out", channel="call",
                            topic=topic, outcome="reached", text=text, at=NOW - timedelta(days=n),
                            author_id=world.person("class_teacher")))  # fmt: skip
    html = operator.get(sheet(world)).text
    assert "mark 3" not in html and "In hospital" not in html and "No sound." in html
    operator.post(f"{sheet(world)}/verify", data={"caller": world.near.guardian, "how": "word"})
    html = operator.get(sheet(world)).text
    assert "mark 3" in html and "In hospital" in html
    factory.add(Person(id=(barred := factory.new_id()), slug="barred0001", last_name="Veslov", first_name="Oleg"))
    factory.add(Guardianship(id=factory.new_id(), student_id=world.near.student, guardian_id=barred, relation="",
                             may_receive=False))  # fmt: skip
    operator.post(f"{sheet(world)}/verify", data={"caller": barred, "how": "word"})
    html = operator.get(sheet(world)).text
    assert "mark 3" not in html and "In hospital" not in html


def test_what_cannot_be_recorded_is_not_told_but_the_sheet_is_read(operator, world, monkeypatch):
    logbook.hand_in(world.near.code, world.person("subject_teacher"), "3")
    operator.post(f"{sheet(world)}/verify", data={"caller": world.near.guardian, "how": "word"})

    def full(*args: object) -> None:
        raise DomainError("disk_full")

    monkeypatch.setattr(hotline, "note_view", full)
    answer = operator.get(sheet(world))
    assert answer.status_code == 200 and "Veslov Yegor" in answer.text
    assert 'class="card told"' not in answer.text and "The disk is full" in answer.text


@pytest.mark.parametrize("form", [
    {"caller": "0" * 32, "how": "word"}, {"how": "word"}, {"caller": "far", "how": "word"},
    {"caller": "near", "how": "x"},
])  # fmt: skip
def test_nobody_unnamed_of_another_family_or_in_another_way_is_verified(operator, world, form: dict):
    people = {"near": world.near.guardian, "far": world.far.guardian}
    form = {**form, "caller": people.get(form.get("caller", ""), form.get("caller", ""))}
    operator.post(f"{sheet(world)}/verify", data=form)
    assert 'class="card told"' not in operator.get(sheet(world)).text and audits("hotline.marks") == []


def test_a_promise_is_a_contact_and_a_request_once(operator, world):
    form = {"key": "same", "act": "promise", "text": "Till Friday", "length": "3:20", "caller": world.near.guardian,
            "due": "2026-12-11"}  # fmt: skip
    for _click in range(2):
        assert operator.post(f"{sheet(world)}/paper_pack", data=form).status_code == 303
    [contact], [request] = rows(Contact), rows(Request)
    told = (contact.topic, contact.outcome, contact.seconds, contact.text)
    assert told == ("paper_pack", "promised", 200, "Till Friday")
    assert (contact.student_id, contact.person_id) == (world.near.student, world.near.guardian)
    assert (request.kind, request.contact_id, request.due_on.isoformat()) == ("paper_pack", contact.id, "2026-12-11")
    assert request.owner_id == world.person("coordinator")
    assert "by 11 Dec" in operator.get(sheet(world)).text


def test_settled_on_the_phone_promises_nothing(operator, world):
    operator.post(f"{sheet(world)}/technical", data={"key": "k", "act": "answered", "text": "Restarted the phone."})
    assert rows(Request) == [] and [row.outcome for row in rows(Contact)] == ["answered"]


@pytest.mark.parametrize("topic", ["timetable", "task", "other"])
def test_an_answer_can_be_promised_for_what_is_usually_told_at_once(operator, world, topic: str):
    operator.post(f"{sheet(world)}/{topic}", data={"key": "k", "act": "promise", "text": "When is the tour?"})
    assert [row.kind for row in rows(Request)] == ["other"] and [row.topic for row in rows(Contact)] == [topic]


@pytest.mark.parametrize("topic", ["files", "technical", "complaint", "other"])
def test_what_needs_words_is_refused_without_them(operator, world, topic: str):
    answer = operator.post(f"{sheet(world)}/{topic}", data={"key": "k", "act": "promise", "text": " "})
    assert answer.status_code == 422 and "Write a few words" in answer.text and rows(Contact) == []


def test_nothing_typed_is_lost_when_something_is_wrong(operator, world):
    form = {"key": "k", "act": "promise", "text": "A long story", "due": "31.02.2026", "length": "12:05"}
    answer = operator.post(f"{sheet(world)}/files", data=form)
    assert answer.status_code == 422 and rows(Contact) == []
    for typed in ("A long story", "31.02.2026", "12:05", 'value="k"'):
        assert typed in answer.text, typed


def test_the_timetable_and_tasks_can_be_read_out(operator, world):
    text = operator.get(f"{sheet(world)}/timetable").text
    assert "Today" in text and "Lesson 1" in text and "at 08:30" in text and "algebra, “Linear equations”" in text
    text = operator.get(f"{sheet(world)}/task").text
    assert "algebra: No. 412–415" in text and "Solve." in text
    operator.post(f"{sheet(world)}/task", data={"key": "k", "act": "answered", "read": ["algebra: No. 412–415"]})
    assert rows(Contact)[0].text == "algebra: No. 412–415"


def dictate(operator, world, **values):
    page = operator.get(f"{sheet(world)}/return?work={world.near.code}").text
    draft = page.split('name="draft" value="')[1].split('"')[0]
    form = {"key": "k", "act": "answered", "work": world.near.code, "draft": draft, "text": "x = 4", **values}
    return operator.post(f"{sheet(world)}/return", data=form), form


def test_a_dictated_answer_is_a_return_by_phone_once(operator, world):
    answer, form = dictate(operator, world)
    assert answer.status_code == 303
    assert operator.post(f"{sheet(world)}/return", data=form).status_code == 303
    [back] = rows(Return)
    assert (back.channel, back.comment, back.logged_by) == ("call", "x = 4", world.person("operator"))
    [contact] = rows(Contact)
    assert (contact.topic, contact.text) == ("return", "algebra: No. 412–415")


def test_an_empty_answer_and_anothers_code_are_no_return(operator, world):
    answer, _form = dictate(operator, world, text="")
    assert answer.status_code == 422 and "Write a few words" in answer.text
    answer = operator.get(f"{sheet(world)}/return?code={world.far.code}")
    assert "another student" in answer.text
    answer, _form = dictate(operator, world, work=world.far.code)
    assert answer.status_code == 422 and "another student" in answer.text
    assert rows(Return) == rows(Contact) == []


def test_the_reason_of_an_absence_goes_to_the_class_teacher(operator, world):
    form = {"key": "k", "act": "promise", "text": "Fever", "letter": "Б", "from": "2026-12-07", "to": "2026-12-09"}
    assert operator.post(f"{sheet(world)}/absence", data=form).status_code == 303
    [request] = rows(Request)
    assert request.owner_id == world.person("class_teacher") and "Fever" in request.text and "Б" in request.text
    assert rows(Absence) == []


def test_who_may_set_absences_sets_them_on_the_phone_once(operator, world):
    factory.grant(world.person("operator"), "deputy_studies")
    page = operator.get(f"{sheet(world)}/absence").text
    draft = page.split('name="draft" value="')[1].split('"')[0]
    form = {"key": "k", "act": "promise", "text": "Fever", "letter": "Б", "from": "2026-12-07", "to": "2026-12-07",
            "draft": draft}  # fmt: skip
    for _click in range(2):
        assert operator.post(f"{sheet(world)}/absence", data=form).status_code == 303
    [absence] = rows(Absence)
    assert (absence.letter, absence.reason, absence.lesson_course_id) == ("Б", "Fever", world.near.lesson.lesson_course)
    assert rows(Request) == [] and len(rows(Contact)) == 1


@pytest.mark.parametrize("form", [{"to": "2026-12-01"}, {"to": "2027-12-01"}, {"letter": "Ж"}, {"from": "soon"}])
def test_an_absence_that_cannot_be_is_refused(operator, world, form: dict):
    typed = {"key": "k", "text": "Fever", "letter": "Б", "from": "2026-12-07", "to": "2026-12-07", **form}
    assert operator.post(f"{sheet(world)}/absence", data=typed).status_code == 422 and rows(Contact) == []


def test_a_free_time_is_agreed_on_the_phone(operator, world):
    host = world.person("subject_teacher")
    by = Author(host, world.accounts["subject_teacher"], NOW, factory.TODAY)
    reception.add_hours(host, Hours("", 2, "15:00", "16:00", 20, factory.SINCE, None), by)
    assert "Rulev Subject-teacher" in operator.get(f"{sheet(world)}/consultation").text
    page = operator.get(f"{sheet(world)}/consultation?host={slug(host)}").text
    time = page.split('name="time" value="2')[1].split('"')[0]
    form = {"key": "k", "act": "promise", "host": slug(host), "time": "2" + time, "channel": "call"}
    assert operator.post(f"{sheet(world)}/consultation", data=form).status_code == 303
    [appointment], [request], [contact] = rows(Appointment), rows(Request), rows(Contact)
    assert (appointment.state, appointment.host_id, request.state) == ("agreed", host, "done")
    assert contact.outcome == "answered"
    taken = operator.post(f"{sheet(world)}/consultation", data={**form, "key": "other"})
    assert taken.status_code == 422 and "taken already" in taken.text and len(rows(Contact)) == 1


def test_a_call_that_ends_without_a_note_is_noted_unless_it_was_a_mistake(operator, world):
    operator.get(sheet(world))
    operator.post(f"{sheet(world)}/end", data={"act": "mistake"})
    assert rows(Contact) == []
    operator.get(sheet(world))
    operator.post(f"{sheet(world)}/end", data={"act": "end"})
    assert [row.topic for row in rows(Contact)] == ["other"]
    assert "Veslov Yegor" in operator.get("/hotline/").text


def test_a_colleagues_trouble_goes_to_the_coordinator_without_a_student(operator, world):
    page = f"/hotline/staff/{slug(world.clerk)}"
    assert "support staff" in operator.get(page).text
    assert operator.post(page, data={"key": "k", "act": "promise", "text": ""}).status_code == 422
    operator.post(page, data={"key": "k", "act": "promise", "text": "The projector is dead", "length": "2"})
    [contact], [request] = rows(Contact), rows(Request)
    assert (contact.topic, contact.student_id, contact.person_id, contact.seconds) == ("staff", None, world.clerk, 120)
    assert (request.kind, request.owner_id) == ("staff", world.person("coordinator"))


def test_off_duty_the_console_is_closed_and_the_rota_is_not(app, world):
    lazy = factory.account("lazy", "operator")
    client = factory.signed_in(app, lazy)
    assert client.get("/hotline/").status_code == 403 and client.get("/hotline/rota").status_code == 200


def test_the_rota_shows_gaps_in_the_hotlines_hours(app, world, operator):
    from server import store
    from server.models import School

    store.write(lambda session: setattr(session.scalars(select(School)).one(), "hotline_hours", "9:00–18:00"))
    text = operator.get("/hotline/rota?week=2026-W50").text
    assert "nobody 17:00–18:00" in text and text.count("nobody 9:00–18:00") + text.count("nobody 09:00–18:00") == 4


def test_the_sheet_asks_little_of_the_database(app, world, operator):
    operator.get(sheet(world))
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        operator.get(sheet(world))
    assert len(asked) <= 24, "\n".join(asked)  # of them eight ask who is signed in and what they may


def test_today_shows_promises_and_appointments(app, world, operator):
    operator.post(f"{sheet(world)}/files", data={"key": "k", "act": "promise", "text": "Week 50",
                                                 "due": (factory.TODAY - timedelta(days=3)).isoformat()})  # fmt: skip
    mine = factory.signed_in(app, world.accounts["class_teacher"]).get("/").text
    assert "Promised to families" in mine and "Veslov Yegor" in mine and "overdue" in mine
    late = factory.signed_in(app, world.accounts["deputy_studies"]).get("/").text
    assert "Overdue promises of others" in late
    assert "Overdue promises" not in factory.signed_in(app, world.accounts["subject_teacher"]).get("/").text
