"""The pages of attendance: proposals, reasons, presence, totals, TV lessons and incidents, as each role uses them."""


import re
from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import event, func, select

from server import models, store
from server.extensions import db
from server.services import absence_evidence
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
