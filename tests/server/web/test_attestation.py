"""Attestation from the first day to the last debt: plan, propose, publish, protocol, correction, resit, families."""

import re
import shutil
import subprocess
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, func, select

from server import models, store
from server.extensions import db
from server.models import Attestation, Exam, ExamResult, Message
from tests.server import factory

DAYS = {"kind": "interim", "name": "Interim attestation", "first": "2026-12-14", "last": "2026-12-26", "order": "17",
        "key": "k"}  # fmt: skip
NOW = datetime(2026, 12, 4, tzinfo=UTC)


def client(app, world, role: str):
    return factory.signed_in(app, world.accounts[role])


@pytest.fixture
def deputy(app, world):
    return client(app, world, "deputy_studies")


@pytest.fixture
def room(world):
    id = factory.new_id()
    factory.add(models.Room(id=id, name="12"))
    return id


def begin(someone, **more: str) -> str:
    answer = someone.post("/attestation/", data={**DAYS, **more})
    assert answer.status_code == 303, answer.text
    return answer.location.rsplit("/", 1)[1]


def subject_of(course: str) -> str:
    return db.session.get_one(models.Course, course).subject_id


def exam_form(*courses: str, **more) -> dict:
    return {"kind": "exam", "of": "", "subject": subject_of(courses[0]), "course": list(courses), "form": "written",
            "scale": "five", "points": "", "on": "", "starts": "", "minutes": "120", "room": "", "note": "",
            "person": [], "part": [], "key": factory.new_id(), "act": "save", **more}  # fmt: skip


def exams(session: str) -> list[Exam]:
    db.session.rollback()
    return list(db.session.scalars(select(Exam).where(Exam.attestation_id == session).order_by(Exam.on, Exam.id)))


def said(exam: str) -> list[tuple]:
    db.session.rollback()
    row = ExamResult
    query = select(row.student_id, row.n, row.value, row.absent, row.debt, row.remark).where(row.exam_id == exam)
    return [tuple(one) for one in db.session.execute(query.order_by(row.student_id, row.n))]


def protocol(students: dict[str, tuple[int, str, str]], **more: str) -> dict[str, str]:
    """Student → (how much was said before, value or "absent", remark)."""
    form = {"act": "save", **more}
    for id, (seen, value, remark) in students.items():
        form |= {f"seen-{id}": str(seen), f"remark-{id}": remark}
        form |= {f"absent-{id}": "1"} if value == "absent" else {f"value-{id}": value}
    return form


@pytest.fixture
def held(world, deputy):
    """A session with one exam of algebra of 7a on a day."""
    session = begin(deputy)
    deputy.post(f"/attestation/{session}/exam",
                data=exam_form(world.near.course, on="2026-12-15", starts="10:00",
                               person=[world.person("psychologist")], part=["examiner"]))  # fmt: skip
    return exams(session)[0].id


def test_a_session_is_planned_proposed_published(app, world, deputy, room):
    session = begin(deputy)
    for course in (world.near.course, world.far.course):
        form = exam_form(course, room=room)
        assert deputy.post(f"/attestation/{session}/exam", data=form).status_code == 303
        assert deputy.post(f"/attestation/{session}/exam", data=form).status_code == 303  # a double click
    own = exams(session)
    assert len(own) == 2
    first = own[0].id
    kept = exam_form(own[0].courses[0].course_id, kind="consultation", of=first, minutes="45")
    assert deputy.post(f"/attestation/{session}/exam", data=kept).status_code == 303
    page = deputy.get(f"/attestation/{session}").text
    assert "It has no day yet." in page and "Propose days" in page
    refused = deputy.post(f"/attestation/{session}/publish", follow_redirects=True)
    assert "3 things stand against it" in refused.text
    wish = {"at": "10:00", "before": "14:00", "sundays": ""}
    shown = deputy.post(f"/attestation/{session}/propose", data={**wish, "act": "look"}).text
    [seen] = re.findall(r'name="seen" value="([^"]+)"', shown)
    assert all(one.on is None for one in exams(session))
    assert deputy.post(f"/attestation/{session}/propose", data={**wish, "act": "take", "seen": "x"},
                       follow_redirects=True).text.count("changed this meanwhile")  # fmt: skip
    deputy.post(f"/attestation/{session}/propose", data={**wish, "act": "take", "seen": seen})
    placed = exams(session)
    assert all(one.on and one.starts for one in placed)
    days = {one.kind: one.on for one in placed if first in (one.id, one.of_exam_id)}
    assert days["consultation"] < days["exam"]
    assert "Published" in deputy.post(f"/attestation/{session}/publish", follow_redirects=True).text
    db.session.rollback()
    row = db.session.get_one(Attestation, session)
    assert set(row.entries) == {world.near.id, world.far.id}
    assert {"Rulev", "Veslov"}.isdisjoint(re.findall(r"\w+", str(row.entries)))
    moved = exam_form(placed[-1].courses[0].course_id, on="2026-12-26", starts="12:00")
    base = re.findall(r'name="base" value="([^"]*)"', deputy.get(f"/attestation/exam/{placed[-1].id}").text)[0]
    assert deputy.post(f"/attestation/exam/{placed[-1].id}", data={**moved, "base": "old"}).status_code == 409
    assert deputy.post(f"/attestation/exam/{placed[-1].id}", data={**moved, "base": base}).status_code == 303
    assert "changed since publication" in deputy.get(f"/attestation/{session}").text


def test_what_cannot_be_is_told_with_names(app, world, deputy, room):
    teacher = world.person("subject_teacher")
    factory.lesson(world.far.course, date(2026, 12, 15), 3, teacher, room_id=room)  # 10:10–10:50
    session = begin(deputy)
    deputy.post(f"/attestation/{session}/exam",
                data=exam_form(world.near.course, on="2026-12-15", starts="10:00", room=room,
                               person=[teacher], part=["invigilator"]))  # fmt: skip
    page = deputy.get(f"/attestation/{session}").text
    assert "12 is taken by a lesson: 8 «Б», geometry." in page
    assert "has a lesson then, 8 «Б», geometry." in page and "invigilates the own subject" in page


def test_who_is_exempt_or_taught_at_home_does_not_sit_it(app, world, deputy, held):
    factory.add(models.Exemption(id=factory.new_id(), student_id=world.near.sibling,
                                 subject_id=subject_of(world.near.course), since=date(2026, 12, 1),
                                 reason="x"))  # fmt: skip
    page = deputy.get(f"/attestation/exam/{held}/protocol").text
    assert "Veslov" in page and "Yakornaya" not in page
    session = exams_session(held)
    assert "1 does not sit it: taught at home or exempt" in deputy.get(f"/attestation/{session}").text


def exams_session(exam: str) -> str:
    db.session.rollback()
    return db.session.get_one(Exam, exam).attestation_id


def test_a_protocol_is_kept_corrected_and_closed(app, world, deputy, held):
    a, b = world.near.student, world.near.sibling
    at = f"/attestation/exam/{held}/protocol"
    half = deputy.post(at, data=protocol({a: (0, "4", "")}, act="close", number="1", text=""))
    assert half.status_code == 409 and "1 students have neither" in half.text
    assert deputy.post(at, data=protocol({a: (1, "4", ""), b: (0, "absent", "ill")})).status_code == 303
    assert deputy.post(at, data=protocol({a: (1, "4", ""), b: (1, "absent", "ill")})).status_code == 303
    twice = {(a, 1, "4", False, False, ""), (b, 1, "", True, True, "ill")}
    assert set(said(held)) == twice and len(said(held)) == 2
    assert deputy.post(at, data=protocol({a: (0, "5", "")})).status_code == 409  # somebody looked at an older page
    assert deputy.post(at, data=protocol({a: (1, "7", "")})).status_code == 422
    assert deputy.post(at, data=protocol({}, act="close", number="12", text="Held in order.")).status_code == 303
    assert deputy.post(at, data=protocol({a: (1, "3", "")})).status_code == 422  # closed: why?
    assert deputy.post(at, data=protocol({a: (1, "3", "appeal")})).status_code == 303
    told = [one[1:] for one in said(held) if one[0] == a]
    assert told == [(1, "4", False, False, ""), (2, "3", False, False, "appeal")]
    assert db.session.get_one(Exam, held).state == "held"


def test_debts_resits_and_what_is_left(app, world, deputy, held):
    a, b = world.near.student, world.near.sibling
    deputy.post(f"/attestation/exam/{held}/protocol", data=protocol({a: (0, "2", ""), b: (0, "absent", "")}))
    assert debts(deputy) == {"Veslov Yegor", "Yakornaya Vera"}
    session = exams_session(held)
    for day in ("2026-12-22", "2026-12-25"):
        deputy.post(f"/attestation/{session}/exam",
                    data=exam_form(world.near.course, kind="resit", of=held, on=day, starts="10:00"))  # fmt: skip
    first, second = (one.id for one in exams(session) if one.kind == "resit")
    page = deputy.get(f"/attestation/exam/{first}/protocol").text
    assert "Veslov" in page and "Yakornaya" in page
    deputy.post(f"/attestation/exam/{first}/protocol", data=protocol({a: (0, "3", ""), b: (0, "2", "")}))
    assert debts(deputy) == {"Yakornaya Vera"}
    page = deputy.get(f"/attestation/exam/{second}/protocol").text
    assert "Veslov" not in page and "Yakornaya" in page  # only who is still in debt sits it
    assert "1 resit in vain" in deputy.get("/attestation/debts/").text
    deputy.post(f"/attestation/exam/{second}/protocol", data=protocol({b: (0, "4", "")}))
    assert debts(deputy) == set()
    deputy.post(f"/attestation/exam/{first}/protocol", data=protocol({a: (1, "2", "a slip of the pen")}))
    assert debts(deputy) == {"Veslov Yegor"}  # a correction brings the debt back
    assert deputy.post(f"/attestation/exam/{held}", data={"act": "remove"}, follow_redirects=True).text.count("Results")


def debts(someone) -> set[str]:
    return set(re.findall(r"(?:Veslov Yegor|Yakornaya Vera|Bakenov Timur)", someone.get("/attestation/debts/").text))


def test_points_are_a_debt_below_the_countrys_table(app, world, deputy):
    school = db.session.scalars(select(models.School)).one()
    store.write(lambda session: setattr(session.get_one(models.School, school.id), "country", "KZ"))
    session = begin(deputy)
    deputy.post(f"/attestation/{session}/exam",
                data=exam_form(world.near.course, scale="points", points="20", on="2026-12-15",
                               starts="10:00"))  # fmt: skip
    exam = exams(session)[0].id
    a, b = world.near.student, world.near.sibling
    deputy.post(f"/attestation/exam/{exam}/protocol", data=protocol({a: (0, "7", ""), b: (0, "8", "")}))
    assert {(one[0], one[4]) for one in said(exam)} == {(a, True), (b, False)}  # 35 and 40 per cent


def test_families_of_debtors_are_told_by_their_own_way(app, world, deputy, held):
    factory.add(models.FamilyChannel(id=factory.new_id(), person_id=world.near.guardian, channel="call",
                                     address="+79000000001", position=1, consent=True, confirmed_on=date(2026, 12, 1),
                                     noted_at=NOW))  # fmt: skip
    a, b = world.near.student, world.near.sibling
    deputy.post(f"/attestation/exam/{held}/protocol", data=protocol({a: (0, "2", ""), b: (0, "5", "")}))
    page = deputy.get(f"/attestation/exam/{held}/tell").text
    assert f'value="{a}" checked' in page and f'value="{b}" checked' not in page
    for _ in range(2):
        deputy.post(f"/attestation/exam/{held}/tell", data={"student": [a], "key": "k"})
    db.session.rollback()
    [message] = db.session.scalars(select(Message)).all()
    assert (message.kind, message.student_id) == ("result", a)
    assert "algebra, 15 December: 2." in message.text and "must be sat again" in message.text


def roles_that(world, app, address: str, form: dict | None = None) -> set[str]:
    found = set()
    for role in world.accounts:
        someone = client(app, world, role)
        answer = someone.get(address) if form is None else someone.post(address, data=form)
        assert answer.status_code < 500, answer.text
        found |= {role} if answer.status_code != 403 else set()
    return found


ALL = {"director", "deputy_studies", "coordinator"}
NEAR = {"class_teacher", "tutor", "subject_teacher", "network_teacher"}


def test_each_role_sees_and_writes_its_own(app, world, deputy, held):
    session = exams_session(held)
    deputy.post(f"/attestation/{session}/exam", data=exam_form(world.far.course, on="2026-12-16", starts="10:00"))
    far = next(one.id for one in exams(session) if one.id != held)
    assert roles_that(world, app, f"/attestation/{session}") == ALL | NEAR
    assert roles_that(world, app, f"/attestation/exam/{held}/protocol") == ALL | NEAR
    assert roles_that(world, app, f"/attestation/exam/{far}/protocol") == ALL
    writes = {"deputy_studies", "coordinator", "tutor", "subject_teacher", "network_teacher"}
    assert roles_that(world, app, f"/attestation/exam/{held}/protocol", {"act": "save"}) == writes
    office = {"deputy_studies", "coordinator"}
    assert roles_that(world, app, f"/attestation/exam/{far}/protocol", {"act": "save"}) == office
    assert roles_that(world, app, f"/attestation/exam/{held}") == {"deputy_studies", "coordinator", "tutor"}
    assert roles_that(world, app, f"/attestation/exam/{far}") == {"deputy_studies", "coordinator"}
    assert roles_that(world, app, f"/attestation/{session}/publish", {}) == {"deputy_studies", "coordinator"}


def test_who_examines_writes_its_protocol_and_no_other(app, world, deputy, held):
    """A teacher of another class's course who is named examiner."""
    session = exams_session(held)
    teacher = factory.account("examiner")
    factory.teacher(world.far.course, factory.person_of(teacher))
    someone = factory.signed_in(app, teacher)
    form = protocol({world.near.student: (0, "4", "")})
    assert someone.get(f"/attestation/exam/{held}/protocol").status_code == 403
    base = re.findall(r'name="base" value="([^"]*)"', deputy.get(f"/attestation/exam/{held}").text)[0]
    named = exam_form(world.near.course, on="2026-12-15", starts="10:00", person=[factory.person_of(teacher)],
                      part=["examiner"], base=base)  # fmt: skip
    assert deputy.post(f"/attestation/exam/{held}", data=named).status_code == 303
    assert someone.post(f"/attestation/exam/{held}/protocol", data=form).status_code == 303
    assert len(said(held)) == 1
    assert someone.get(f"/attestation/{session}").status_code == 200
    assert someone.get(f"/attestation/exam/{held}").status_code == 403  # plans nothing


def test_a_tutor_plans_for_the_own_group_only(app, world):
    tutor = client(app, world, "tutor")
    session = begin(tutor)
    assert tutor.post(f"/attestation/{session}/exam", data=exam_form(world.far.course)).status_code == 403
    assert tutor.post(f"/attestation/{session}/exam", data=exam_form(world.near.course)).status_code == 303
    both = {**exam_form(world.near.course), "course": [world.near.course, world.far.course]}
    assert tutor.post(f"/attestation/{session}/exam", data=both).status_code == 403
    assert len(exams(session)) == 1


def test_junk_is_told_and_nothing_is_stored(app, world, deputy):
    session = begin(deputy)
    for more in ({"minutes": "x"}, {"starts": "25:00"}, {"scale": "points"}, {"course": []}, {"on": "soon"},
                 {"room": "x"}, {"person": ["x"], "part": ["chair"]}, {"scale": "none-such"}, {"form": "x" * 99},
                 {"person": [world.clerk] * 2, "part": ["chair", "examiner"]}):  # fmt: skip
        answer = deputy.post(f"/attestation/{session}/exam", data={**exam_form(world.near.course), **more})
        assert 400 <= answer.status_code < 500, more
    assert db.session.scalar(select(func.count(Exam.id))) == 0
    assert deputy.post("/attestation/", data={**DAYS, "last": "2026-12-01", "key": "m"}).status_code == 422


def text_of(answer, tmp_path) -> str:
    assert answer.mimetype == "application/pdf", answer.text
    file = tmp_path / "sheet.pdf"
    file.write_bytes(answer.data)
    done = subprocess.run([shutil.which("pdftotext"), "-layout", file, "-"], capture_output=True, check=True)
    fonts = subprocess.run([shutil.which("pdffonts"), file], capture_output=True, check=True).stdout.decode()
    assert not done.stderr and "Paper" in fonts
    return done.stdout.decode()


def test_papers(app, world, deputy, held, tmp_path):
    session = exams_session(held)
    a, b = world.near.student, world.near.sibling
    deputy.post(f"/attestation/exam/{held}/protocol", data=protocol({a: (0, "2", ""), b: (0, "absent", "ill")}))
    closed = protocol({a: (1, "4", "appeal")}, act="close", number="7", text="x")
    deputy.post(f"/attestation/exam/{held}/protocol", data=closed)
    deputy.post(f"/attestation/{session}/exam",
                data=exam_form(world.near.course, kind="resit", of=held, on="2026-12-23", starts="10:00"))  # fmt: skip
    wall = text_of(deputy.get(f"/attestation/{session}/wall.pdf"), tmp_path)
    assert "Tuesday, 15 December" in wall and "10:00–12:00" in wall and "23 December" not in wall
    assert "Veslov" not in wall and "examiner" not in wall
    assert "algebra" in text_of(deputy.get(f"/attestation/{session}/class/7a.pdf"), tmp_path)
    assert "No exam" in text_of(deputy.get(f"/attestation/{session}/class/8b.pdf"), tmp_path)
    person = world.person("psychologist")
    assert "examiner" in text_of(deputy.get(f"/attestation/{session}/person/{person}.pdf"), tmp_path)
    paper = text_of(deputy.get(f"/attestation/exam/{held}/protocol.pdf"), tmp_path)
    assert "Protocol No. 7" in paper and "Veslov Yegor" in paper and "before: 2" in paper and "absent" in paper
    assert "present 1, absent 1, to sit it again 1" in paper


def asked(someone, address: str) -> int:
    """How many statements a page asks."""
    found: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        found.append(statement)

    someone.get(address)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert someone.get(address).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(found)


def test_pages_ask_as_much_of_one_exam_as_of_many(app, world, deputy, held):
    session, a = exams_session(held), world.near.student
    deputy.post(f"/attestation/exam/{held}/protocol", data=protocol({a: (0, "2", "")}))
    someone = client(app, world, "class_teacher")
    pages = [f"/attestation/{session}", f"/attestation/exam/{held}/protocol", f"/attestation/exam/{held}/tell",
             "/attestation/debts/", "/attestation/", f"/assessment-plans/{world.near.slug}"]  # fmt: skip
    before = [asked(someone, page) for page in pages]
    for n in range(4):
        student = factory.student(world.near.id, f"Mostov{n}", "Ilya")
        course = factory.course(world.near.id, f"subject {n}")
        deputy.post(f"/attestation/{session}/exam", data=exam_form(course, on=f"2026-12-{17 + n}", starts="10:00"))
        deputy.post(f"/attestation/exam/{held}/protocol", data=protocol({student: (0, "2", "")}))
    assert [asked(someone, page) for page in pages] == before
    assert max(before) <= 32
