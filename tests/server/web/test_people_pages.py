"""The pages of families: what each role sees of a child, and what it does not."""

import re
from html import unescape

from apiflask import APIFlask

from server.extensions import db
from server.models import Person
from tests.server import factory, logbook
from tests.server.web.world import World

PHONE = "+7 900 000-00-01"


def _slug(person_id: str) -> str:
    return db.session.get_one(Person, person_id).slug


def _sheet(app: APIFlask, world: World, role: str, person_id: str) -> str:
    answer = factory.signed_in(app, world.accounts[role]).get(f"/people/{_slug(person_id)}")
    assert answer.status_code == 200
    return unescape(answer.text)


def test_an_operator_goes_from_a_callers_name_to_the_childs_sheet(app: APIFlask, world: World) -> None:
    client = factory.signed_in(app, world.accounts["operator"])
    found = unescape(client.post("/people/", data={"q": "veslova"}).text)
    assert "family of Veslov Yegor" in found
    [path] = set(re.findall(r'href="(/people/[0-9a-f]{12})"', found))
    sheet = unescape(client.get(path).text)
    for shown in ("Veslov Yegor", "Veslova Anna", PHONE, "no internet", "paper", "algebra"):
        assert shown in sheet


def test_a_name_that_is_looked_for_stands_in_no_address(app: APIFlask, world: World) -> None:
    client = factory.signed_in(app, world.accounts["operator"])
    for page, action in (("/", "/hotline/"), ("/people/", "/people/")):
        [form] = re.findall(r'<form class="search"[^>]*>', client.get(page).text)
        assert 'method="post"' in form and f'action="{action}"' in form
    answer = client.post("/people/", data={"q": "Veslova"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "eslova" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', answer.text))
    assert re.search(r'name="next" value="/"', answer.text)
    assert "family of" not in client.get("/people/", query_string={"q": "veslova"}).text
    stranger = factory.visitor(app).get("/people/", query_string={"q": "veslova"})
    assert stranger.location == "/sign-in?next=/people/"


def test_an_operator_sees_that_a_work_is_marked_but_not_the_mark(app: APIFlask, world: World) -> None:
    logbook.hand_in(world.near.code, mark="3")
    operator = _sheet(app, world, "operator", world.near.student)
    teacher = _sheet(app, world, "class_teacher", world.near.student)
    assert re.search(r'<span class="tag ok">marked</span>', operator)
    assert not re.search(r'class="tag ok mark">3<', operator)
    assert re.search(r'class="tag ok mark">3<', teacher)


def test_phones_are_shown_only_to_those_who_may_call(app: APIFlask, world: World) -> None:
    assert PHONE in _sheet(app, world, "subject_teacher", world.near.student)
    assert PHONE not in _sheet(app, world, "admin", world.near.student)
    client = factory.signed_in(app, world.accounts["admin"])
    assert PHONE not in client.get("/people/class/7a").text
    assert "Veslova" not in client.post("/people/", data={"q": "0000001"}).text


def test_an_administrator_sees_no_works(app: APIFlask, world: World) -> None:
    assert "algebra" not in _sheet(app, world, "admin", world.near.student)


def test_a_subject_teacher_sees_works_of_own_courses_only(app: APIFlask, world: World) -> None:
    lesson = factory.lesson(factory.course(world.near.id, "physics"))
    factory.works(factory.task(lesson.lesson_course, "Forces"))
    assert "Forces" not in _sheet(app, world, "subject_teacher", world.near.student)
    assert "Forces" in _sheet(app, world, "class_teacher", world.near.student)


def test_two_values_are_told_on_the_sheet(app: APIFlask, world: World) -> None:
    logbook.hand_in(world.near.code, mark="3")
    logbook.mark(world.near.code, "4")
    assert "two values" in _sheet(app, world, "class_teacher", world.near.student)


def test_what_is_missing_is_counted(app: APIFlask, world: World) -> None:
    late = factory.TODAY.replace(day=1)
    factory.works(factory.task(world.near.lesson.lesson_course, "Late", late))
    assert "1 not handed in" in _sheet(app, world, "class_teacher", world.near.student)


def test_a_guardian_who_must_not_be_told_is_marked(app: APIFlask, world: World) -> None:
    from server import store
    from server.models import Guardianship

    store.write(lambda session: setattr(session.scalar(
        db.select(Guardianship).filter_by(student_id=world.near.student)), "may_receive", False))  # fmt: skip
    assert "must not be told about marks" in _sheet(app, world, "operator", world.near.student)


def test_families_of_other_classes_are_not_found(app: APIFlask, world: World) -> None:
    client = factory.signed_in(app, world.accounts["class_teacher"])
    assert "Bakenov" not in client.post("/people/", data={"q": "bak"}).text
    assert "8Б" not in unescape(client.get("/people/").text)


def test_a_name_is_shown_as_text(app: APIFlask, world: World) -> None:
    factory.student(world.near.id, "<b>Bold</b>", "\"x\" onclick='y'")
    html = factory.signed_in(app, world.accounts["director"]).get("/people/class/7a").text
    assert "<b>Bold</b>" not in html
    assert "&lt;b&gt;Bold" in html


def test_an_empty_school_is_told_kindly(app: APIFlask) -> None:
    factory.school()
    client = factory.signed_in(app, factory.account("first", "admin"))
    assert "No class is yours yet" in unescape(client.get("/people/").text)
    assert client.get("/people/staff").status_code == 200
    assert client.get("/").status_code == 200
