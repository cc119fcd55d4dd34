"""What the class teacher keeps current: a student's connection, who is in which subgroup; exemptions are seen."""

from datetime import date

import pytest
from sqlalchemy import select

from server.extensions import db
from server.models import Connectivity, Exemption, Membership, Person
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.web.test_lessons import Form


class Page(Form):
    """What a browser would send for the page's own form."""

    def handle_starttag(self, tag, attrs):
        if tag == "form":
            self.inside = dict(attrs).get("data-module") == "keep-typed"
            return
        super().handle_starttag(tag, attrs)


@pytest.fixture
def teacher(app, world):
    return factory.signed_in(app, world.accounts["class_teacher"])


def connection(world) -> str:
    return f"/people/{db.session.get_one(Person, world.near.student).slug}/connection"


def told(world) -> list[tuple]:
    db.session.rollback()
    rows = db.session.scalars(
        select(Connectivity).filter_by(student_id=world.near.student).order_by(Connectivity.recorded_on)
    )
    return [(row.recorded_on, row.internet, row.device, row.device_shared, row.channel, row.phone) for row in rows]


def test_what_is_told_today_counts_and_the_old_word_stays(teacher, world):
    values = Page(teacher.get(connection(world)).text).values
    assert values["internet"] == ["none"] and values["channel"] == ["paper"]
    data = {**values, "internet": "good", "device": "laptop", "shared": "yes", "phone": "8 (999) 000-11-22"}
    assert teacher.post(connection(world), data=data).status_code == 303
    assert told(world) == [
        (factory.SINCE, "none", "", None, "paper", ""), (TODAY, "good", "laptop", True, "paper", "+79990001122"),
    ]  # fmt: skip
    page = teacher.get(connection(world).removesuffix("/connection")).text
    assert "good internet" in page and "laptop" in page


def test_the_same_again_is_no_new_word(teacher, world):
    values = Page(teacher.get(connection(world)).text).values
    assert "Nothing had changed" in teacher.post(connection(world), data=values, follow_redirects=True).text
    assert len(told(world)) == 1


def test_a_second_change_of_the_day_corrects_the_first(teacher, world):
    for internet in ("good", "mobile_unstable"):
        values = Page(teacher.get(connection(world)).text).values
        teacher.post(connection(world), data={**values, "internet": internet})
    assert [row[1] for row in told(world)] == ["none", "mobile_unstable"]


def test_the_second_of_two_is_told_and_loses_nothing(teacher, world):
    mine = Page(teacher.get(connection(world)).text).values
    teacher.post(connection(world), data={**mine, "internet": "good"})
    answer = teacher.post(connection(world), data={**mine, "device": "tablet"})
    assert answer.status_code == 409
    assert "Somebody else changed this" in answer.text and "good internet" in answer.text
    assert Page(answer.text).values["device"] == ["tablet"]
    assert teacher.post(connection(world), data=Page(answer.text).values).status_code == 303
    assert told(world)[-1][2] == "tablet"


@pytest.mark.parametrize("wrong", [{"internet": "fibre"}, {"shared": "perhaps"}, {"phone": "1" * 61}])
def test_what_does_not_fit_is_refused(teacher, world, wrong):
    values = Page(teacher.get(connection(world)).text).values
    assert teacher.post(connection(world), data={**values, **wrong}).status_code == 422
    assert len(told(world)) == 1


@pytest.fixture
def divided(world) -> dict[str, str]:
    """7a learns English in two groups; nobody is placed."""
    found = {}
    for name in ("Group 1", "Group 2"):
        slug = name.replace("Group ", "7a-")
        found[name] = factory.group(name, slug, kind="subgroup", parent_id=world.near.id, division="1")
        factory.course(found[name], "English")
    return found


def parts_of(student: str) -> list[tuple[str, date, date | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(Membership).where(Membership.person_id == student).order_by(Membership.since))
    return [(row.group.name, row.since, row.until) for row in rows if row.group.kind == "subgroup"]


def test_today_tells_the_class_teacher_who_is_in_no_subgroup(app, teacher, world, divided):
    page = teacher.get("/").text
    assert "Subgroup not known" in page and "/people/class/7a/parts" in page and "2 students" in page
    deputy = factory.signed_in(app, world.accounts["deputy_studies"])
    assert "Subgroup not known" not in deputy.get("/").text


def test_students_are_placed_and_moved(teacher, world, divided):
    field = f"part/1/{world.near.student}"
    page = teacher.get("/people/class/7a/parts").text
    assert "2 students in no subgroup" in page and "English" in page
    teacher.post("/people/class/7a/parts", data={field: divided["Group 1"]})
    assert parts_of(world.near.student) == [("Group 1", factory.SINCE, None)]
    done = teacher.post("/people/class/7a/parts", data={field: divided["Group 2"]}, follow_redirects=True)
    assert "1 student placed" in done.text and "1 student in no subgroup" in done.text
    assert parts_of(world.near.student) == [
        ("Group 1", factory.SINCE, date(2026, 12, 6)), ("Group 2", TODAY, None),
    ]  # fmt: skip
    teacher.post("/people/class/7a/parts", data={field: divided["Group 1"]})
    assert parts_of(world.near.student)[-1] == ("Group 1", TODAY, None)


def test_nobody_is_placed_into_another_class(teacher, world, divided):
    other = factory.group("Group 1", "8b-1", kind="subgroup", parent_id=world.far.id, division="1")
    for student, part in ((world.near.student, other), (world.far.student, divided["Group 1"])):
        assert teacher.post("/people/class/7a/parts", data={f"part/1/{student}": part}).status_code == 400
    assert parts_of(world.near.student) == []


def test_a_student_of_the_page_is_exempt(app, teacher, world):
    factory.add(Exemption(
        id=factory.new_id(), student_id=world.near.student, subject_id=factory.subject("sport"), since=TODAY,
        until=date(2026, 12, 20), reason="certificate",
    ))  # fmt: skip
    address = connection(world).removesuffix("/connection")
    assert "sport" in teacher.get(address).text and "certificate" in teacher.get(address).text
    subject = factory.signed_in(app, world.accounts["subject_teacher"]).get(address).text
    assert "sport" in subject and "certificate" not in subject
