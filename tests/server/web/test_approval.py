"""Days laid before who approves: what they see, what they say, who was quicker, and what Today and the banner say."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from server import store
from server.extensions import db
from server.models import AuditEntry, Day, DayStep, Lesson, School, TeacherAbsence
from server.services.content import Author
from server.services.days import changing, on_time
from server.services.days.changing import Deed, Rights
from server.services.days.state import state_of
from tests.server import factory
from tests.server.logbook import NOW

TOMORROW = factory.TODAY + timedelta(days=1)
TEXT = TOMORROW.isoformat()


@pytest.fixture
def lessons(app, world):
    """Three lessons tomorrow: two of 7a, one of 8b."""
    teacher = world.person("subject_teacher")
    return [
        factory.lesson(course, TOMORROW, n, teacher_id=teacher).lesson
        for course, n in ((world.near.course, 1), (world.near.course, 2), (world.far.course, 3))
    ]


@pytest.fixture
def people(app, world) -> dict[str, FlaskClient]:
    roles = ("director", "day_approver", "deputy_studies", "timetabler")
    return {role: factory.signed_in(app, world.accounts[role]) for role in roles}


def change(world, lesson: str, role: str = "deputy_studies", **values) -> str:
    db.session.rollback()
    state = state_of(db.session.get_one(Lesson, lesson))
    by = Author(world.person(role), world.accounts[role], NOW, factory.TODAY)
    kind = "cancelled" if values.get("state") == "cancelled" else "moved"
    return changing.save(kind, [Deed(kind, replace(state, **values), lesson)], by, Rights())


def day() -> Day:
    db.session.rollback()
    return db.session.query(Day).filter_by(on=TOMORROW).one()


def steps() -> list[str]:
    db.session.rollback()
    return [step.state for step in db.session.query(DayStep).order_by(DayStep.at, DayStep.id)]


def test_a_day_goes_the_whole_way(world, lessons, people):
    composer, director = people["timetabler"], people["director"]
    assert composer.post("/approval/submit", data={"day": TEXT}).status_code == 303
    page = director.get("/approval/").text
    assert "Tuesday, 8 December" in page and "3 lessons" in page and "The checks of this day found nothing." in page
    assert "submitted by Rulev T. P." in page and "As in the usual timetable." in page
    answer = director.post("/approval/return", data={"day": f"{TEXT}:0", "remark": "8Б has nobody for geometry"})
    assert answer.status_code == 303 and day().state == "returned"
    for reader in (composer, people["deputy_studies"]):
        today = reader.get("/").text
        assert "8Б has nobody for geometry" in today and "Rulev D. P." in today
        assert "8Б has nobody for geometry" in reader.get("/approval/").text
    assert "8Б has nobody for geometry" in people["deputy_studies"].get("/publish/").text
    change(world, lessons[2], "timetabler", state="cancelled")
    composer.post("/approval/submit", data={"day": TEXT})
    page = director.get("/approval/").text
    assert "1 change" in page and "cancelled: 1" in page and "Otherwise than in the usual timetable" in page
    assert "8 «Б» · geometry" in page.replace("класс ", "")
    assert director.post("/approval/approve", data={"day": f"{TEXT}:1"}).status_code == 303
    assert "1 day is approved." in director.get("/approval/").text
    assert (day().state, day().approved_by) == ("approved", world.person("director"))
    assert sorted(steps()) == ["approved", "returned", "submitted", "submitted"]
    acts = [row.action for row in db.session.query(AuditEntry).filter(AuditEntry.action.like("day.%"))]
    assert sorted(acts) == ["day.approve", "day.return", "day.submit", "day.submit"]


def test_what_was_not_looked_at_is_not_approved(world, lessons, people):
    people["timetabler"].post("/approval/submit", data={"day": TEXT})
    change(world, lessons[0], n=5)
    for path, more in (("approve", {}), ("return", {"remark": "No."})):
        answer = people["director"].post(f"/approval/{path}", data={"day": f"{TEXT}:0", **more})
        assert answer.status_code == 409 and "was changed after you opened the page" in answer.text
    assert day().state == "submitted" and 'value="2026-12-08:1"' in people["director"].get("/approval/").text


def test_the_second_of_two_approvers_is_told_who_was_quicker(world, lessons, people):
    people["timetabler"].post("/approval/submit", data={"day": TEXT})
    people["director"].post("/approval/approve", data={"day": f"{TEXT}:0"})
    answer = people["day_approver"].post("/approval/approve", data={"day": f"{TEXT}:0"}, follow_redirects=True)
    assert answer.status_code == 200 and "was approved already: Rulev D. P." in answer.text
    assert steps().count("approved") == 1


def test_a_clash_keeps_a_day_from_being_approved(world, lessons, people):
    change(world, lessons[2], n=2)  # the same teacher twice
    people["timetabler"].post("/approval/submit", data={"day": TEXT})
    page = people["director"].get("/approval/").text
    assert "1 clash keeps the day from being approved" in page and "has two lessons at once" in page
    assert 'aria-label="Approve: ' not in page
    for answer in (people["director"].post("/approval/approve", data={"day": f"{TEXT}:1"}),
                   people["director"].post("/publish/", data={"day": f"{TEXT}:1"})):  # fmt: skip
        assert answer.status_code == 409 and "(clashes: 1)" in answer.text
    assert day().approved_at is None
    change(world, lessons[2], n=4)
    people["director"].post("/approval/approve", data={"day": f"{TEXT}:2"})
    assert day().state == "approved"


def test_a_change_after_the_approval_asks_again_and_shows_what_it_was(world, lessons, people):
    people["director"].post("/approval/approve", data={"day": f"{TEXT}:0"})
    assert "not approved" not in people["director"].get("/publish/").text.split("8 December")[1][:200]
    change(world, lessons[0], n=6)
    people["timetabler"].post("/approval/submit", data={"day": TEXT})
    page = people["director"].get("/approval/").text
    assert "Changed since the approval of" in page and "lesson 1 → lesson 6" in page
    assert "reopened" in steps()


def test_all_that_has_no_clash_is_approved_at_once(world, lessons, people):
    factory.lesson(world.near.course, TOMORROW + timedelta(days=1))
    days = [TEXT, (TOMORROW + timedelta(days=1)).isoformat()]
    people["deputy_studies"].post("/approval/submit", data={"day": days})
    assert "2 days wait for your approval" in people["director"].get("/").text
    assert "Approve all" in people["director"].get("/approval/").text
    people["director"].post("/approval/approve", data={"day": [f"{one}:0" for one in days]})
    assert db.session.query(Day).filter(Day.approved_at.is_not(None)).count() == 2


def test_what_a_return_needs(world, lessons, people):
    director = people["director"]
    answer = director.post("/approval/return", data={"day": f"{TEXT}:0", "remark": "Why?"})
    assert answer.status_code == 409 and "does not wait for approval" in answer.text
    people["timetabler"].post("/approval/submit", data={"day": TEXT})
    for remark, status in (("  ", 422), ("x" * 501, 422)):
        assert director.post("/approval/return", data={"day": f"{TEXT}:0", "remark": remark}).status_code == status
    director.post("/approval/approve", data={"day": f"{TEXT}:0"})
    answer = director.post("/approval/return", data={"day": f"{TEXT}:0", "remark": "On second thoughts"})
    assert answer.status_code == 303
    assert day().state == "returned" and day().approved_at is None


def test_days_without_lessons_and_days_that_are_over_are_not_submitted(people, lessons):
    for text, status in (("2026-12-13", 422), ("2026-12-01", 422), ("soon", 422)):
        assert people["timetabler"].post("/approval/submit", data={"day": text}).status_code == status


def test_a_missed_day_is_said_on_every_page_until_it_is_approved(app, world, lessons, people):
    assert db.session.query(School).one().publish_at is None and on_time.tick(app) == []
    store.write(lambda session: session.query(School).update({"publish_at": "07:00"}))
    today = factory.TODAY
    assert on_time.tick(app) == [(on_time.Deed.MISS, today), (on_time.Deed.MISS, TOMORROW)], "it is 08:00 on Monday"
    assert on_time.tick(app) == []
    for role in ("director", "day_approver", "deputy_studies"):
        for path in ("/", "/publish/", "/lessons/timetable"):
            assert "were not sent out in time" in people[role].get(path).text, path
    assert "sent out in time" not in people["timetabler"].get("/").text
    people["director"].post("/approval/approve", data={"day": f"{TEXT}:0"})
    assert "Monday, 7 December is not approved and was not sent" in people["director"].get("/").text
    people["director"].post("/approval/approve", data={"day": f"{today.isoformat()}:0"})
    assert "sent out in time" not in people["director"].get("/").text


def test_the_second_reading_of_a_form_is_strict(people, lessons):
    for text in (TEXT, f"{TEXT}:", f"{TEXT}:x", f"{TEXT}:-1", f"{TEXT}:99999999999", ":0", "2026-13-01:0"):
        assert people["director"].post("/approval/approve", data={"day": text}).status_code == 422, text
        assert people["director"].post("/approval/return", data={"day": text, "remark": "x"}).status_code == 422, text


def test_who_is_away_keeps_the_day_from_being_approved_until_the_absence_ends(world, lessons, people):
    teacher = world.person("subject_teacher")
    people["timetabler"].post("/approval/submit", data={"day": TEXT})
    absence = factory.away(teacher, TOMORROW)
    page = people["director"].get("/approval/").text.replace("\u00a0", " ")
    assert "1 clash keeps the day from being approved" in page and "is away and stands in lessons 1, 2, 3." in page
    assert 'href="/substitutions/"' in page and 'href="/checks/?week=2026-W50"' in page
    refused = people["director"].post("/approval/approve", data={"day": f"{TEXT}:0"})
    assert refused.status_code == 409 and "clashes: 1" in refused.text
    store.write(lambda session: setattr(session.get_one(TeacherAbsence, absence), "ended_at", NOW))
    assert people["director"].post("/approval/approve", data={"day": f"{TEXT}:0"}).status_code == 303
    assert day().state == "approved"


def test_who_approves_sees_what_the_norms_and_schedules_say(world, lessons, people):
    factory.at_work(world.person("subject_teacher"), TOMORROW.isoweekday(), "methodical", most_a_week=1)
    people["timetabler"].post("/approval/submit", data={"day": TEXT})
    page = people["director"].get("/approval/").text
    assert "has a methodical day, and lessons: 1, 2, 3." in page and "this week, agreed are at most" not in page
    assert people["director"].post("/approval/approve", data={"day": f"{TEXT}:0"}).status_code == 303
