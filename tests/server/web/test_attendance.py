"""The pages of attendance: proposals, reasons, presence, totals, TV lessons and incidents, as each role uses them."""


import re
from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import event, func, select, update

from server import models, store
from server.extensions import db
from server.services import absence_evidence, incident_patterns
from server.services.incident_patterns import Pattern
from server.web import incidents
from tests.server import factory, logbook
from tests.server.factory import TODAY, Client
from tests.server.web.world import Class, World

LATELY = TODAY - timedelta(days=7)


@pytest.fixture
def overdue(world: World) -> str:
    """A lesson of 7a a week ago whose work was due on Thursday; nobody handed it in. Its id."""
    near = world.near
    lesson = factory.lesson(near.course, on=LATELY, n=2, topic="Fractions").lesson_course
    factory.works(factory.task(lesson, "No. 300", TODAY - timedelta(days=4)))
    _reachable(near)
    return lesson


def _reachable(near: Class) -> None:
    def save(session) -> None:
        for link in session.scalars(select(models.Connectivity).filter_by(student_id=near.student)):
            link.internet, link.channel = "good", "messenger"
        for student in (near.student, near.sibling):
            session.get_one(models.Person, student).phone = "+7 900 000-00-05"

    store.write(save)


def client(app: APIFlask, world: World, role: str) -> Client:
    return factory.signed_in(app, world.accounts[role])


def page(one: Client, path: str) -> str:
    response = one.get(path, follow_redirects=True)
    assert response.status_code == 200, (path, response.status_code)
    return " ".join(response.get_data(as_text=True).split())


def sealed(html: str, form: str) -> str:
    """The draft of the form whose tag holds these words."""
    [found] = re.findall(rf'<form[^>]*{form}[^>]*>.*?name="draft" value="([^"]+)"', html)[:1]
    return found


def letters(lesson: str) -> dict[str, tuple[str | None, ...]]:
    db.session.remove()
    return {student: one.said.letters for (student, _), one in absence_evidence.standing(db.session, [lesson]).items()}


def count(model: type) -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(model))


# Proposals


def test_nothing_is_noted_until_somebody_says_so(app: APIFlask, world: World, overdue: str):
    html = page(client(app, world, "subject_teacher"), "/attendance/")
    assert "Veslov Yegor" in html and "nothing came by 3 Dec" in html
    assert letters(overdue) == {}


def test_all_are_noted_at_once_by_the_person_and_undone(app: APIFlask, world: World, overdue: str):
    teacher = client(app, world, "class_teacher")
    draft = sealed(page(teacher, "/attendance/"), 'id="accept"')
    answer = teacher.post("/attendance/", data={"draft": draft, "accept": "all"})
    assert answer.status_code == 303
    assert letters(overdue) == {world.near.student: ("Н",), world.near.sibling: ("Н",)}
    assert set(db.session.scalars(select(models.Absence.author_id))) == {world.person("class_teacher")}
    html = page(teacher, answer.location)
    assert "You have just noted 2 changes." in html and "nothing came by" not in html
    teacher.post("/attendance/undo", data={"draft": sealed(html, 'action="/attendance/undo"')})
    assert set(letters(overdue).values()) == {(None,)}
    assert "nothing came by" not in page(teacher, "/attendance/")  # somebody decided: it is not proposed again


def test_a_double_click_notes_once(app: APIFlask, world: World, overdue: str):
    teacher = client(app, world, "subject_teacher")
    draft = sealed(page(teacher, "/attendance/"), 'id="accept"')
    for _click in range(2):
        answer = teacher.post("/attendance/", data={"draft": draft, "accept": f"lesson-{overdue}"})
    assert "2 changes noted." in page(teacher, answer.location)
    assert count(models.Absence) == 2


def test_what_came_meanwhile_is_not_overrun(app: APIFlask, world: World, overdue: str):
    teacher = client(app, world, "subject_teacher")
    draft = sealed(page(teacher, "/attendance/"), 'id="accept"')
    code = db.session.scalar(select(models.Work.code).join(models.Task).where(
        models.Task.lesson_course_id == overdue, models.Work.student_id == world.near.student))  # fmt: skip
    logbook.hand_in(code, on=TODAY - timedelta(days=5))
    answer = teacher.post("/attendance/", data={"draft": draft, "accept": "all"})
    assert letters(overdue) == {world.near.sibling: ("Н",)}
    assert "Not noted, because something changed meanwhile: 1." in page(teacher, answer.location)


def test_a_proposal_is_refused_with_a_reason_and_proposed_again(app: APIFlask, world: World, overdue: str):
    teacher, near = client(app, world, "class_teacher"), world.near
    pair = {"student": near.student, "lesson": overdue, "verdict": "absent"}
    wrong = teacher.post("/attendance/refuse", data={**pair, "reason": " "})
    assert wrong.status_code == 422 and "Please fill in: reason." in wrong.get_data(as_text=True)
    teacher.post("/attendance/refuse", data={**pair, "reason": "was at the olympiad"})
    html = page(teacher, "/attendance/?refused=1")
    assert "was at the olympiad" in html and html.count("nothing came by") == 1
    [refusal] = re.findall(r'name="refusal" value="(\w+)"', html)
    teacher.post("/attendance/again", data={"refusal": refusal})
    assert page(teacher, "/attendance/").count("nothing came by") == 2


def test_out_of_reach_from_the_proposal_itself(app: APIFlask, world: World, overdue: str):
    teacher, near = client(app, world, "class_teacher"), world.near
    teacher.post("/attendance/refuse", data={"student": near.student, "lesson": overdue, "act": "cut",
                                             "cause": "road", "until": "2026-12-03"})  # fmt: skip
    html = page(teacher, "/attendance/")
    assert "Could not be reached: not absent" in html and "Noted as out of reach. Ask the family." in html
    assert letters(overdue) == {}


def test_a_form_of_somebody_else_is_not_taken(app: APIFlask, world: World, overdue: str):
    draft = sealed(page(client(app, world, "subject_teacher"), "/attendance/"), 'id="accept"')
    answer = client(app, world, "class_teacher").post("/attendance/", data={"draft": draft, "accept": "all"})
    assert answer.status_code == 400 and letters(overdue) == {}


def test_who_runs_the_school_looks_class_by_class(app: APIFlask, world: World, overdue: str):
    deputy = client(app, world, "deputy_studies")
    assert "2 to look at" in page(deputy, "/attendance/")
    html = page(deputy, "/attendance/?class=7a")
    answer = deputy.post("/attendance/", data={"draft": sealed(html, 'id="accept"'), "accept": "0", "class": "7a"})
    assert "class=7a" in answer.location and len(letters(overdue)) == 1


def test_the_pages_need_few_queries(app: APIFlask, world: World, overdue: str):
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda conn, cursor, statement, *rest: seen.append(statement))
    logbook.absent(world.near.student, world.near.lesson.lesson_course)
    paths = ("/attendance/", "/attendance/reasons/", "/attendance/totals/7a", "/incidents/", "/attendance/cut-off/7a")
    teacher = client(app, world, "class_teacher")
    for path in paths:
        seen.clear()
        page(teacher, path)
        assert len(seen) <= 20, (path, len(seen), seen)


# Reasons


def test_a_reason_is_recorded_as_a_new_revision_with_its_proof(app: APIFlask, world: World, overdue: str):
    teacher, near = client(app, world, "class_teacher"), world.near
    logbook.absent(near.student, overdue)
    html = page(teacher, "/attendance/reasons/")
    assert "Veslov Yegor" in html and "+7 900 000-00-01" in html
    form = {"draft": sealed(html, 'data-module="keep-typed"'), "student": near.student, "lesson-0": "on"}
    answer = teacher.post("/attendance/reasons/", data={**form, "letter": "Б", "reason": "flu",
                                                        "proof": "certificate"})  # fmt: skip
    assert answer.status_code == 303
    assert letters(overdue) == {near.student: ("Б",)}
    first, second = db.session.scalars(select(models.Absence).order_by(models.Absence.first_seq)).all()
    assert (second.base, second.reason, second.author_id) == ([first.id], "flu", world.person("class_teacher"))
    [proof] = db.session.scalars(select(models.AbsenceProof)).all()
    assert (proof.absence_id, proof.kind) == (second.id, "certificate")
    assert "Every absence has a reason." in page(teacher, "/attendance/reasons/")


def test_a_reason_that_was_told_by_phone_is_a_call_too_and_once(app: APIFlask, world: World, overdue: str):
    teacher, near = client(app, world, "class_teacher"), world.near
    logbook.absent(near.student, overdue)
    draft = sealed(page(teacher, "/attendance/reasons/"), 'data-module="keep-typed"')
    form = {"draft": draft, "student": near.student, "lesson-0": "on", "letter": "УП", "reason": "at grandma's",
            "proof": "call"}  # fmt: skip
    for _click in range(2):
        assert teacher.post("/attendance/reasons/", data=form).status_code == 303
    [call] = db.session.scalars(select(models.Contact)).all()
    assert (call.student_id, call.topic, call.direction, call.text) == (near.student, "absence", "out", "at grandma's")
    assert (count(models.Absence), count(models.AbsenceProof)) == (2, 1)


@pytest.mark.parametrize(("left", "field"), [("letter", "letter"), ("reason", "reason"), ("proof", "what it rests on"),
                                             ("lesson-0", "lessons")])  # fmt: skip
def test_what_lacks_is_said_and_nothing_typed_is_lost(app: APIFlask, world: World, overdue: str, left: str, field: str):
    teacher, near = client(app, world, "class_teacher"), world.near
    logbook.absent(near.student, overdue)
    draft = sealed(page(teacher, "/attendance/reasons/"), 'data-module="keep-typed"')
    form = {"draft": draft, "student": near.student, "lesson-0": "on", "letter": "Б", "reason": "a cold",
            "proof": "note"}  # fmt: skip
    del form[left]
    answer = teacher.post("/attendance/reasons/", data=form)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422 and f"Please fill in: {field}." in html
    assert left == "reason" or 'value="a cold"' in html
    assert letters(overdue) == {near.student: ("Н",)}


def test_a_known_reason_an_excuse_and_being_late_are_not_asked_about(app: APIFlask, world: World, overdue: str):
    near = world.near
    logbook.absent(near.student, overdue, "Н", reason="overslept")
    logbook.absent(near.sibling, overdue, "ОП")
    logbook.absent(near.sibling, near.lesson.lesson_course, "Б")
    assert "Every absence has a reason." in page(client(app, world, "class_teacher"), "/attendance/reasons/")


# Presence


def test_support_staff_tell_who_is_here_and_correct_it(app: APIFlask, world: World):
    staff, near = client(app, world, "support_staff"), world.near
    path = f"/attendance/presence/{near.lesson.lesson_course}"
    assert path in page(staff, "/attendance/")  # leads to the lists of presence
    form = {"draft": sealed(page(staff, path), 'data-module="keep-typed"'), "place": "library",
            f"here-{near.student}": "1", f"here-{near.sibling}": "0"}  # fmt: skip
    for _click in range(2):
        assert staff.post(path, data=form).status_code == 303
    assert count(models.Presence) == 2
    html = page(staff, path)
    assert 'value="library"' in html and "2 students noted." in html
    form = {"draft": sealed(html, 'data-module="keep-typed"'), "place": "library", f"here-{near.student}": "1",
            f"here-{near.sibling}": "1"}  # fmt: skip
    staff.post(path, data=form)
    assert count(models.Presence) == 3  # what did not change is not said again


def test_reported_behaviour_opens_an_incident_of_the_class_teacher(app: APIFlask, world: World):
    staff, near = client(app, world, "support_staff"), world.near
    path = f"/attendance/presence/{near.lesson.lesson_course}"
    form = {"draft": sealed(page(staff, path), 'data-module="keep-typed"'), "place": "",
            f"here-{near.student}": "1", f"behaviour-{near.student}": "Threw a book."}  # fmt: skip
    for _click in range(2):
        staff.post(path, data=form)
    [incident] = db.session.scalars(select(models.Incident)).all()
    assert (incident.student_id, incident.kind, incident.text) == (near.student, "behaviour", "Threw a book.")
    assert (incident.owner_id, incident.opened_by) == (world.person("class_teacher"), world.person("support_staff"))
    assert "reported from a supervised place" in page(client(app, world, "class_teacher"), f"/incidents/{incident.id}")
    assert staff.get(f"/incidents/{incident.id}").status_code == 403


# TV lessons


@pytest.fixture
def tv(world: World) -> str:
    """A TV lesson of the subject teacher last week."""
    return factory.lesson(world.near.course, on=LATELY, n=4, topic="The Volga", form="tv",
                          teacher_id=world.person("subject_teacher")).lesson_course  # fmt: skip


def test_after_a_tv_lesson_the_teacher_is_asked_once(app: APIFlask, world: World, tv: str):
    teacher = client(app, world, "subject_teacher")
    assert f"/attendance/followup/{tv}" in page(teacher, "/")
    assert f"/attendance/followup/{tv}" not in page(client(app, world, "class_teacher"), "/")
    teacher.post(f"/attendance/followup/{tv}", data={"act": "nothing"})
    assert f"/attendance/followup/{tv}" not in page(teacher, "/")


def test_a_tv_lesson_of_today_is_asked_about_when_its_bell_has_rung(app: APIFlask, world: World):
    def lesson(n: int) -> str:
        return factory.lesson(world.near.course, on=TODAY, n=n, form="tv",
                              teacher_id=world.person("subject_teacher")).lesson_course  # fmt: skip

    over, later = lesson(1), lesson(5)
    store.write(lambda session: session.execute(
        models.Bell.__table__.update().where(models.Bell.__table__.c.n == 1).values(starts="07:10", ends="07:50")
    ) and None)  # fmt: skip
    html = page(client(app, world, "subject_teacher"), "/")
    assert f"/attendance/followup/{over}" in html and f"/attendance/followup/{later}" not in html


def test_homework_advice_and_feedback_go_into_the_lesson(app: APIFlask, world: World, tv: str):
    teacher, path = client(app, world, "subject_teacher"), f"/attendance/followup/{tv}"
    html = page(teacher, path)
    [base] = re.findall(r'name="base" value="(\w+)"', html)
    form = {"base": base, "title": "No. 412", "text": "Solve it.", "due": TODAY.isoformat(), "advice": "A map",
            "url": "https://maps.example/volga", "source": "Atlas, 2021", "feedback": "You watched well."}  # fmt: skip
    for _click in range(2):
        assert teacher.post(path, data=form).status_code == 303
    lesson = page(teacher, f"/lessons/{tv}")
    for words in ("No. 412", "Atlas, 2021", "You watched well.", "After the TV lesson"):
        assert words in lesson
    assert list(db.session.scalars(select(models.Task.title).filter_by(lesson_course_id=tv))) == ["No. 412"]
    assert db.session.get_one(models.LessonFollowup, tv).said == "added"


def test_a_followup_with_a_wrong_field_is_shown_again_with_what_was_typed(app: APIFlask, world: World, tv: str):
    teacher, path = client(app, world, "subject_teacher"), f"/attendance/followup/{tv}"
    [base] = re.findall(r'name="base" value="(\w+)"', page(teacher, path))
    answer = teacher.post(path, data={"base": base, "advice": "A map", "url": "not an address", "feedback": "Good."})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "is not a web address" in html and ">Good.</textarea>" in html
    assert teacher.post(path, data={"base": base, "feedback": " "}).status_code == 422
    assert count(models.LessonFollowup) == 0


def test_who_notes_no_absences_still_reads_totals_without_ways_that_end_nowhere(app: APIFlask, world: World):
    for role, path in (("deputy_upbringing", "/attendance/cut-off/"), ("psychologist", "/attendance/totals/")):
        html = page(client(app, world, role), path)
        assert 'href="/attendance/"' not in html.split('aria-label="Attendance"')[1].split("</nav>")[0], role
        assert "/attendance/reasons/" not in html, role


# Phones


def test_phones_of_families_are_for_who_sees_them_and_of_who_may_be_told(app: APIFlask, world: World):
    for one in (world.near, world.far):
        logbook.absent(one.student, one.lesson.lesson_course, "Н")
    helper = factory.account("helper", "support_staff")
    factory.grant(factory.person_of(helper), "class_teacher", group_id=world.near.id)
    html = page(factory.signed_in(app, helper), "/attendance/reasons/")
    near, far = html.split('class="card ask"')[1:]
    if "Bakenov" in near:
        near, far = far, near
    assert "Veslova Anna" in near and "000-00-01" in near
    assert "Bakenov Timur" in far and "Bakenova" not in far and "000-00-0" not in far
    barred = update(models.Guardianship).values(may_receive=False)
    store.write(lambda session: session.execute(barred) and None)
    html = page(client(app, world, "class_teacher"), "/attendance/reasons/")
    assert "000-00-01" not in html and "must not be told about marks" in html


# Totals


def test_a_day_is_missed_when_all_of_its_lessons_are(app: APIFlask, world: World):
    near, other = world.near, factory.lesson(world.near.course, n=2).lesson_course
    logbook.absent(near.student, near.lesson.lesson_course, "Б")
    logbook.absent(near.student, other, "Н")
    logbook.absent(near.sibling, other, "УП")
    logbook.absent(near.sibling, near.lesson.lesson_course, "ОП")
    teacher = client(app, world, "class_teacher")
    html = page(teacher, "/attendance/totals/7a")
    assert "Veslov Yegor" in html
    answer = teacher.get("/attendance/totals/7a/export.csv")
    rows = [line.split(";") for line in answer.get_data().decode("utf-8-sig").split("\r\n") if line]
    assert rows[0][:2] == ["Student", "Missed lessons"]
    assert rows[1] == ["Veslov Yegor", "2", "1", "1", "0", "1", "1", "0", "0", "0"]
    assert rows[2] == ["Yakornaya Vera", "1", "0", "0", "1", "0", "0", "0", "0", "1"]
    assert rows[3][0] == "The class"
    assert teacher.get("/attendance/totals/7a/export.xlsx").get_data()[:2] == b"PK"


def test_the_journal_tells_each_students_letters(app: APIFlask, world: World):
    logbook.absent(world.near.student, world.near.lesson.lesson_course, "Б")
    html = page(client(app, world, "subject_teacher"), f"/journal/{world.near.course}")
    assert ">Missed<" in html and "Б&nbsp;1" in html


def test_a_stretch_in_the_wrong_order_is_refused(app: APIFlask, world: World):
    teacher = client(app, world, "class_teacher")
    assert teacher.get("/attendance/totals/7a?since=2026-12-05&until=2026-12-01").status_code == 422


# Incidents


def opened(one: Client, world: World, **values: str) -> str:
    """An incident about the near student, through the form; its address."""
    slug = db.session.get_one(models.Person, world.near.student).slug
    html = page(one, f"/incidents/new/{slug}")
    [key] = re.findall(r'name="key" value="(\w+)"', html)
    form = {"key": key, "kind": "behaviour", "text": "Left the lesson.", "owner": "", **values}
    first, second = (one.post(f"/incidents/new/{slug}", data=form) for _click in range(2))
    assert first.location == second.location
    return first.location


def test_an_incident_goes_from_opening_to_its_outcome(app: APIFlask, world: World):
    teacher, deputy = client(app, world, "class_teacher"), client(app, world, "deputy_upbringing")
    path = opened(teacher, world)
    assert "Left the lesson." in page(teacher, path) and "Behaviour: Veslov" in page(teacher, "/")
    teacher.post(path, data={"act": "note", "note": "Talked with the mother."})
    teacher.post(path, data={"act": "owner", "owner": world.person("deputy_upbringing")})
    assert "Behaviour: Veslov" in page(deputy, "/") and "Behaviour: Veslov" not in page(teacher, "/")
    assert deputy.post(path, data={"act": "close", "outcome": " "}).status_code == 422
    deputy.post(path, data={"act": "close", "outcome": "Apologised."})
    html = page(deputy, path)
    assert "Talked with the mother." in html and "Apologised." in html and "Close the incident" not in html
    assert "Veslov" in page(deputy, "/incidents/?show=closed")
    deputy.post(path, data={"act": "reopen"})
    assert "Apologised." in page(deputy, path) and "Close the incident" in page(deputy, path)


def test_an_incident_is_nobodys_who_does_not_answer_for_the_student(app: APIFlask, world: World):
    teacher = client(app, world, "class_teacher")
    path = opened(teacher, world)
    for role in ("subject_teacher", "tutor", "operator", "psychologist", "admin", "support_staff"):
        assert client(app, world, role).get(path).status_code == 403, role
    assert teacher.post(path, data={"act": "owner", "owner": world.person("subject_teacher")}).status_code == 422


def test_repeated_absence_asks_for_an_incident_and_opens_none(app: APIFlask, world: World):
    near, teacher = world.near, client(app, world, "class_teacher")
    for n in range(2, 8):
        logbook.absent(near.student, factory.lesson(near.course, on=LATELY, n=n).lesson_course)
    html = page(teacher, "/incidents/")
    assert "Repeated absence: 6 in 14 days" in html and count(models.Incident) == 0
    opened(teacher, world, kind="absence")
    assert "Repeated absence: 6 in 14 days" not in page(teacher, "/incidents/")


def test_of_many_patterns_the_first_are_shown_and_the_rest_is_one_tap_away(
    app: APIFlask, world: World, monkeypatch: pytest.MonkeyPatch
):
    found = [Pattern("", slug, name, "absence", "repeated absence", count, 14)
             for slug, name, count in (("a", "Veslov Yegor", 9), ("b", "Lodkin Semyon", 7))]  # fmt: skip
    monkeypatch.setattr(incident_patterns, "patterns", lambda *asked: found)
    monkeypatch.setattr(incidents, "SHOWN", 1)
    deputy = client(app, world, "deputy_studies")
    html = page(deputy, "/incidents/")
    assert "Veslov Yegor" in html and "Lodkin Semyon" not in html and "and 1 more student" in html
    assert "Lodkin Semyon" in page(deputy, "/incidents/?show=open&all=1")


def test_nothing_of_an_incident_stands_in_its_address(app: APIFlask, world: World):
    path = opened(client(app, world, "class_teacher"), world)
    assert re.fullmatch(r"/incidents/[0-9a-f]{32}", path)


# The student's page


def test_the_students_page_tells_absences_and_incidents_to_who_may_know(app: APIFlask, world: World):
    logbook.absent(world.near.student, world.near.lesson.lesson_course, "Б")
    opened(client(app, world, "class_teacher"), world)
    slug = db.session.get_one(models.Person, world.near.student).slug
    html = page(client(app, world, "class_teacher"), f"/people/{slug}")
    assert "whole days: 1" in html and "Open an incident" in html
    for role in ("operator", "admin"):
        html = page(client(app, world, role), f"/people/{slug}")
        assert "whole days" not in html and "Open an incident" not in html


def test_who_asks_no_families_is_shown_no_way_to_it(app: APIFlask, world: World) -> None:
    factory.teacher(world.far.course, world.person("director"))  # a director who also teaches
    director = factory.signed_in(app, world.accounts["director"])
    for path in ("/attendance/", "/attendance/totals/"):
        assert "/attendance/reasons/" not in director.get(path).text
    teacher = factory.signed_in(app, world.accounts["class_teacher"])
    assert "/attendance/reasons/" in teacher.get("/attendance/").text
