"""The pages of the checks: what a week lacks, the norms behind it, working schedules and their approval."""

import re
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from server import models, store
from server.extensions import db
from tests.server import factory
from tests.server.village import NOW
from tests.server.web.conftest import Office
from tests.server.web.world import World

TUESDAY = factory.TODAY + timedelta(days=1)
WEEK = "2026-W50"


def client(app: APIFlask, world: World, role: str = "deputy_studies") -> FlaskClient:
    return factory.signed_in(app, world.accounts[role])


def text(answer: object) -> str:
    assert answer.status_code == 200
    return " ".join(answer.get_data(as_text=True).split())


# --- findings -----------------------------------------------------------------------------------------------------


@pytest.fixture
def clash(world: World) -> str:
    """A teacher in both classes at once on Tuesday; returns the teacher's id."""
    teacher = factory.person("Parusov", "Ivan", "Ilyich")
    for one in (world.near, world.far):
        factory.lesson(one.course, TUESDAY, 3, teacher)
    return teacher


def test_a_conflict_leads_to_its_day(app: APIFlask, world: World, clash: str) -> None:
    page = text(client(app, world).get("/checks/", query_string={"week": WEEK}))
    assert "1 conflict" in page
    assert "Parusov I. I. has two lessons at once." in page.replace("\u00a0", " ")
    assert 'href="/days/2026-12-08"' in page
    assert "lesson 3: 7А, algebra" in page and "lesson 3: 8Б, geometry" in page


def test_a_week_of_a_class_and_of_a_teacher(app: APIFlask, world: World, clash: str) -> None:
    asked = client(app, world)
    third = factory.group("9 «В»", "9v", 9)
    lonely = factory.person("Yakorev")
    factory.lesson(factory.course(third), TUESDAY, 3, lonely)
    for query, hit in (({"group": "7a"}, True), ({"group": "9v"}, False), ({"teacher": clash}, True),
                       ({"teacher": lonely}, False)):  # fmt: skip
        page = text(asked.get("/checks/", query_string={"week": WEEK, **query}))
        assert ("1 conflict" in page) is hit
        assert ("no conflicts" in page) is not hit


def test_a_week_without_lessons_and_a_week_that_is_none(app: APIFlask, world: World) -> None:
    asked = client(app, world)
    assert "No lessons in this week." in text(asked.get("/checks/?week=2031-W10"))
    assert asked.get("/checks/?week=soon").status_code == 422
    assert asked.get("/checks/?week=2026-W50&group=nobody&teacher=nobody").status_code == 200


@pytest.mark.parametrize(("role", "named"), [("deputy_studies", True), ("timetabler", False)])
def test_siblings_are_named_to_those_who_see_families(app: APIFlask, world: World, role: str, named: bool) -> None:
    family = factory.new_id()
    factory.add(models.Household(id=family, address="", note=""))
    for one in (world.near, world.far):
        student = factory.student(one.id, "Gruzov", f"Petr {one.slug}", household_id=family)
        factory.connectivity(student, device_shared=True)
        lesson = factory.lesson(one.course, TUESDAY, 4)
        _set_live(lesson.lesson_course)
    page = text(client(app, world, role).get("/checks/", query_string={"week": WEEK}))
    assert "Siblings share one device" in page
    assert ("Gruzov Petr 7a" in page) is named


def _set_live(view: str) -> None:
    store.write(lambda session: setattr(session.get_one(models.LessonCourse, view), "form", "live"))


# --- norms --------------------------------------------------------------------------------------------------------


def _numbers(page: str) -> dict[str, str]:
    """All fields of the page's form that says what it was filled in on."""
    start = page.index('name="base"') - 40
    form = page[start : page.index("</form>", start)]
    return dict(re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', form))


def test_a_norm_is_changed_and_ended_and_counts_from_then_on(app: APIFlask, world: World) -> None:
    asked = client(app, world, "director")
    page = asked.get("/norms/").get_data(as_text=True)
    fields = _numbers(page)
    assert fields["value-ru_lessons_day_7_11"] == "7"
    fields |= {"value-ru_lessons_day_7_11": "0", "ends-ru_homework_day_1_1": "2026-12-31", "screen-live": "60"}
    assert asked.post("/norms/", data=fields).status_code == 303
    db.session.remove()
    assert db.session.get(models.TimetableNorm, "ru_lessons_day_7_11").value == 0
    assert db.session.get(models.TimetableNorm, "ru_homework_day_1_1").ends_on.isoformat() == "2026-12-31"
    assert db.session.get(models.LessonForm, "live").screen == 60
    assert "at most 0 are allowed" in text(asked.get(f"/checks/?week={WEEK}"))
    assert asked.post("/norms/", data=fields | {"value-ru_lessons_day_7_11": "5"}).status_code == 409  # an old page


@pytest.mark.parametrize(("field", "value"), [
    ("value-ru_lessons_day_7_11", "many"), ("value-ru_lessons_day_7_11", "1441"), ("screen-live", "101"),
    ("ends-ru_lessons_day_7_11", "soon"), ("ends-ru_lessons_day_7_11", "2001-01-01"), ("points-ru_1_4_1", "21"),
])  # fmt: skip
def test_numbers_that_do_not_fit_are_shown_beside_their_field(app: APIFlask, world: World, field: str,
                                                              value: str) -> None:  # fmt: skip
    answer = client(app, world, "director").post("/norms/", data={field: value})
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.get_data(as_text=True) or f'id="e-f-{field}"' in answer.get_data(as_text=True)


def test_a_school_sets_a_limit_of_its_own(app: APIFlask, world: World) -> None:
    asked = client(app, world, "director")
    new = {"rule": "lessons_week", "grades_from": "7", "grades_to": "8", "new_value": "0", "days": "", "device": ""}
    assert asked.post("/norms/new", data=new | {"grades_to": "6"}).status_code == 422
    assert asked.post("/norms/new", data=new | {"rule": "naps"}).status_code == 422
    assert asked.post("/norms/new", data=new).status_code == 303
    assert "this week, at most 0 are allowed" in text(asked.get(f"/checks/?week={WEEK}"))


# --- working schedules --------------------------------------------------------------------------------------------


def slug_of(world: World, role: str = "subject_teacher") -> str:
    return db.session.get_one(models.Person, world.person(role)).slug


def test_a_schedule_is_written_by_one_and_approved_by_another(app: APIFlask, world: World) -> None:
    deputy, director = client(app, world), client(app, world, "director")
    address = f"/schedules/{slug_of(world)}"
    base = _numbers(deputy.get(address).get_data(as_text=True))["base"]
    form = {"base": base, "since": "2026-12-07", "kind-1": "methodical", "kind-2": "work", "starts-2": "08:00",
            "ends-2": "15:00", "most_a_week": "18"}  # fmt: skip
    assert deputy.post(address, data=form).status_code == 303
    assert "waits for approval" in text(client(app, world, "subject_teacher").get("/schedules/mine"))
    assert "Waiting for approval 1" in text(director.get("/schedules/"))
    page = director.get(address).get_data(as_text=True)
    assert 'name="since"' not in page  # the director approves, and does not write
    mark = page.split('name="mark" value="')[1].split('"')[0]
    assert director.post(f"{address}/approve", data={"mark": mark}).status_code == 303
    db.session.remove()
    [row] = db.session.scalars(select(models.WorkSchedule))
    assert (row.approved_by, row.most_a_week) == (world.person("director"), 18)
    assert "approved" in text(client(app, world, "subject_teacher").get("/schedules/mine"))


def test_a_wrong_schedule_is_shown_again_with_what_was_typed(app: APIFlask, world: World) -> None:
    answer = client(app, world).post(f"/schedules/{slug_of(world)}", data={
        "since": "2026-12-07", "kind-1": "work", "starts-1": "15:00", "ends-1": "08:00", "most_a_day": "99",
    })  # fmt: skip
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="e-day-1"' in page and 'id="e-most_a_day"' in page and 'value="15:00"' in page


def test_an_approved_schedule_is_followed_not_changed(app: APIFlask, world: World) -> None:
    factory.add(models.WorkSchedule(id=factory.new_id(), person_id=world.person("subject_teacher"),
                                    since=factory.TODAY, approved_at=NOW, days=[]))  # fmt: skip
    deputy, address = client(app, world), f"/schedules/{slug_of(world)}"
    fields = _numbers(deputy.get(address).get_data(as_text=True))
    assert fields["since"] == "2026-12-08"
    answer = deputy.post(address, data=fields | {"since": "2026-12-07", "most_a_day": "3"})
    assert answer.status_code == 409
    assert "Choose a later first day." in answer.get_data(as_text=True)


def test_nobody_and_a_teacher_without_a_schedule(office: Office) -> None:
    deputy = factory.signed_in(office.app, office.world.accounts["deputy_studies"])
    assert deputy.get("/schedules/nobody").status_code == 404
    page = text(factory.signed_in(office.app, office.world.accounts["tutor"]).get("/schedules/mine"))
    assert "No schedule is written down for you yet." in page
