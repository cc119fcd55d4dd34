"""A plan as a sheet: nothing typed is lost, the second of two editors is told, hours are weighed against lessons."""

from datetime import date, timedelta

import pytest

from server import store
from server.extensions import db
from server.models import CoursePlanTopic, LessonCourse
from server.services import course_plan
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.web.test_lessons import Form


class Sheet(Form):
    """What a browser would send for the plan's form."""

    def handle_starttag(self, tag, attrs):
        if tag == "form":
            self.inside = "plan" in (dict(attrs).get("class") or "").split()
            return
        super().handle_starttag(tag, attrs)


@pytest.fixture
def teacher(app, world):
    return factory.signed_in(app, world.accounts["subject_teacher"])


def address(world) -> str:
    return f"/plans/{world.near.course}"


def topics(world) -> list[tuple[str, int, date | None]]:
    db.session.rollback()
    plan = course_plan.plans_of(db.session, [world.near.course]).get(world.near.course, [])
    return [(topic.topic, topic.hours, topic.on) for topic in plan]


def sheet(client, world) -> dict[str, list[str]]:
    return Sheet(client.get(address(world)).text).values


def rows(*typed: tuple[str, str, str, str], version: str, **more: str) -> dict[str, object]:
    columns = dict(zip(("section", "topic", "hours", "on"), zip(*typed, strict=True), strict=True))
    return {**{name: list(values) for name, values in columns.items()}, "version": version, **more}


def plant(world, *names: str) -> None:
    def write(session):
        for n, name in enumerate(names, 1):
            session.add(CoursePlanTopic(id=factory.new_id(), course_id=world.near.course, position=n, topic=name))

    store.write(write)


def test_an_empty_plan_begins_with_empty_rows(teacher, world):
    values = sheet(teacher, world)
    assert values["topic"] == [""] * 5
    done = teacher.post(address(world), data={**values, "act": "save"}, follow_redirects=True)
    assert "Nothing had changed" in done.text
    assert topics(world) == []


def test_what_is_typed_is_stored(teacher, world):
    version = sheet(teacher, world)["version"][0]
    data = rows(("Powers", "Degree", "2", "2026-12-07"), ("", "Root", "", ""), ("", "", "", ""), version=version)
    answer = teacher.post(address(world), data=data)
    assert answer.status_code == 303
    assert topics(world) == [("Degree", 2, TODAY), ("Root", 1, None)]
    page = teacher.get(address(world)).text
    assert 'value="Degree"' in page and 'value="Powers"' in page


def test_hours_and_lessons_are_weighed(teacher, world):
    plant(world, "Degree", "Root", "Fraction")
    page = teacher.get(address(world)).text
    assert "2 hours too many" in page
    assert "Join topics" in page
    assert page.count("1 hour without a lesson") == 2


def test_a_day_without_a_lesson_is_told_and_can_be_taken_anew(teacher, world):
    factory.lesson(world.near.course, on=TODAY + timedelta(days=7), topic="")
    version = sheet(teacher, world)["version"][0]
    data = rows(("", "Degree", "1", "2026-12-08"), ("", "Root", "1", "2026-12-14"), version=version)
    teacher.post(address(world), data=data)
    page = teacher.get(address(world)).text
    assert "1 topic is not on its day" in page
    redated = Sheet(teacher.post(address(world), data={**Sheet(page).values, "act": "dates"}).text).values
    assert redated["on"] == ["2026-12-07", "2026-12-14"]
    assert topics(world)[0][2] == date(2026, 12, 8)  # nothing is stored before it is saved


@pytest.mark.parametrize(
    ("act", "left"),
    [
        ("up-1", ["B", "A", "C"]), ("down-1", ["A", "C", "B"]), ("up-0", ["A", "B", "C"]),
        ("insert-0", ["A", "", "B", "C"]), ("remove-1", ["A", "C"]), ("add", ["A", "B", "C", ""]),
    ],
)  # fmt: skip
def test_the_buttons_of_a_row_redraw_and_store_nothing(teacher, world, act, left):
    plant(world, "A", "B", "C")
    answer = teacher.post(address(world), data={**sheet(teacher, world), "act": act})
    assert answer.status_code == 200
    assert Sheet(answer.text).values["topic"] == left
    assert [topic for topic, *_ in topics(world)] == ["A", "B", "C"]


def test_a_row_taken_away_can_be_put_back(teacher, world):
    plant(world, "A", "B", "C")
    less = Sheet(teacher.post(address(world), data={**sheet(teacher, world), "act": "remove-1"}).text).values
    assert less["gone-topic"] == ["B"]
    again = Sheet(teacher.post(address(world), data={**less, "act": "put-back"}).text).values
    assert again["topic"] == ["A", "B", "C"]
    assert "gone-topic" not in again


def test_the_second_of_two_editors_is_told_and_loses_nothing(teacher, world):
    plant(world, "A", "B")
    mine, theirs = sheet(teacher, world), sheet(teacher, world)
    teacher.post(address(world), data={**theirs, "topic": ["A", "Theirs"]})
    answer = teacher.post(address(world), data={**mine, "topic": ["Mine", "B"]})
    assert answer.status_code == 409
    shown = Sheet(answer.text).values
    assert shown["topic"] == ["Mine", "B"]
    assert "Theirs" in answer.text and "Somebody else changed this plan" in answer.text
    assert [topic for topic, *_ in topics(world)] == ["A", "Theirs"]
    assert teacher.post(address(world), data=shown).status_code == 303
    assert [topic for topic, *_ in topics(world)] == ["Mine", "B"]


def test_a_double_click_is_one_save(teacher, world):
    data = rows(("", "A", "1", ""), version=sheet(teacher, world)["version"][0])
    assert teacher.post(address(world), data=data).status_code == 303
    assert teacher.post(address(world), data=data).status_code == 303
    assert topics(world) == [("A", 1, None)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("", "", "2", "2026-12-07"), "Please fill in: Topic"),
        (("", "A", "none", ""), "does not fit here: Hours"),
        (("", "A", "0", ""), "does not fit here: Hours"),
        (("", "A", "1", "next week"), "is not a date"),
        (("", "A" * 301, "1", ""), "too long"),
    ],
)
def test_what_is_wrong_is_told_beside_its_row(teacher, world, row, said):
    data = rows(("", "Kept", "1", ""), row, version=sheet(teacher, world)["version"][0])
    answer = teacher.post(address(world), data=data)
    assert answer.status_code == 422
    assert said in answer.text and "row 2" in answer.text
    assert Sheet(answer.text).values["topic"] == ["Kept", row[1]]
    assert topics(world) == []


def test_a_held_lesson_keeps_its_topic_when_a_row_is_put_before_it(teacher, world):
    held = factory.lesson(world.near.course, on=TODAY - timedelta(days=7), topic="")
    plant(world, "A", "B")
    values = sheet(teacher, world)
    teacher.post(address(world), data={
        "version": values["version"], "section": ["", "", ""], "topic": ["New", "A", "B"], "hours": ["1", "1", "1"],
        "on": ["", "", ""],
    })  # fmt: skip
    db.session.rollback()
    assert db.session.get_one(LessonCourse, held.lesson_course).topic == "A"


def test_rows_that_do_not_belong_together_are_refused(teacher, world):
    assert teacher.post(address(world), data={"topic": ["A", "B"], "hours": ["1"]}).status_code == 400
    assert teacher.post(address(world), data={"act": "remove-x"}).status_code == 400


def test_the_lessons_page_shows_the_plans_topic(app, teacher, world):
    lesson = factory.lesson(world.near.course, on=TODAY + timedelta(days=1), topic="")
    plant(world, "A", "Root")
    page = teacher.get(f"/lessons/{lesson.lesson_course}").text
    assert "<h1>Root</h1>" in page
    assert "By the plan: Root" in page


def test_who_may_only_look_sees_no_form(app, world):
    plant(world, "A")
    page = factory.signed_in(app, world.accounts["class_teacher"]).get(address(world)).text
    assert "<form" not in page.split("<main")[1]
    assert ">A</td>" in page


def test_home_tells_how_each_plan_stands(app, world):
    deputy = factory.signed_in(app, world.accounts["deputy_studies"])
    assert deputy.get("/plans/").text.count("no plan") == 2
    plant(world, "A", "B")
    page = deputy.get("/plans/").text
    assert "1 hour too many" in page
    assert "/imports/?kind=plan" in page
