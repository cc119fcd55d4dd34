"""The deputy agrees to tasks of the coming week, or returns them; the teacher sees it and answers."""

import re
from datetime import date, timedelta

import pytest

from server.extensions import db
from server.models import Day, LessonAgreement
from tests.server import factory

MON = date(2026, 12, 14)  # the clock of the tests stands in the week before
WED, SUN = MON + timedelta(days=2), MON + timedelta(days=6)


@pytest.fixture
def lessons(world):
    """Algebra of the near class in the coming week: one complete lesson, one that is odd."""
    person = world.person("subject_teacher")
    first = factory.lesson(world.near.course, MON, teacher_id=person).lesson_course
    other = factory.lesson(world.near.course, WED, teacher_id=person).lesson_course
    factory.task(first, "No. 500", due_on=WED)
    factory.task(other, "No. 501", due_on=SUN)
    return first, other


def client(app, world, role):
    return factory.signed_in(app, world.accounts[role])


def words() -> list[str]:
    db.session.rollback()
    return [row.answer for row in db.session.query(LessonAgreement).order_by(LessonAgreement.at, LessonAgreement.n)]


def asked(world, **more):
    return {"week": "2026-W51", "group": world.near.slug, **more}


def marks(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="lesson" value="(\w+):(\w+)"', page))


def test_the_coming_week_by_class_and_by_teacher(app, world, lessons):
    deputy = client(app, world, "deputy_studies")
    page = deputy.get("/agreed-works/").text
    assert "agreed 0 of 2" in page and "look: 1" in page
    assert f"teacher={world.person('subject_teacher')}" in page
    page = deputy.get("/agreed-works/", query_string=asked(world)).text
    assert "No. 500" in page and "The class has no lessons on the day it is due." in page
    own = deputy.get(f"/agreed-works/?teacher={world.person('subject_teacher')}").text
    assert "No. 500" in own and "No. 501" in own
    assert deputy.get("/agreed-works/?group=nobody").status_code == 404
    assert deputy.get("/agreed-works/?week=never").status_code == 422
    assert "No lesson of this week has a task yet." in deputy.get("/agreed-works/?week=2027-W02").text


def test_all_that_are_complete_with_one_button(app, world, lessons):
    deputy = client(app, world, "deputy_studies")
    page = deputy.get("/agreed-works/", query_string=asked(world)).text
    button = page[: page.index("Agree to all that are complete")]
    [(id, mark)] = re.findall(r'name="lesson" value="(\w+):(\w+)"', button)
    assert id == lessons[0]  # not the odd one
    answer = deputy.post("/agreed-works/agree", data=asked(world, lesson=f"{id}:{mark}"), follow_redirects=True)
    assert "The tasks of 1 lesson are agreed." in answer.text and words() == ["agreed"]
    factory.task(id, "One more", due_on=WED)
    page = deputy.get("/agreed-works/", query_string=asked(world)).text
    assert "changed since it was agreed" in page
    late = deputy.post("/agreed-works/agree", data=asked(world, lesson=f"{id}:{mark}"), follow_redirects=True)
    assert "1 lesson was changed meanwhile" in late.text and words() == ["agreed"]


def test_returned_seen_by_the_teacher_and_answered(app, world, lessons):
    deputy, teacher = client(app, world, "deputy_studies"), client(app, world, "subject_teacher")
    id = lessons[1]
    assert "Tasks and dates to be changed" not in teacher.get("/").text
    given = asked(world, lesson=f"{id}:{marks(deputy.get('/agreed-works/', query_string=asked(world)).text)[id]}")
    empty = deputy.post("/agreed-works/return", data={**given, "remark": " "})
    assert empty.status_code == 422 and "Please say why" in empty.text and "No. 501" in empty.text
    stale = deputy.post("/agreed-works/return", data={**given, "lesson": f"{id}:x", "remark": "Not Sunday"})
    assert stale.status_code == 409 and "Not Sunday</textarea>" in stale.text and words() == []
    assert deputy.post("/agreed-works/return", data={**given, "remark": "Not on Sunday"}).status_code == 303
    assert words() == ["returned"]
    assert "Not on Sunday" in teacher.get("/").text
    page = teacher.get(f"/lessons/{id}").text
    assert "Not on Sunday" in page and "Change the lesson and save it" in page

    fields = dict(re.findall(r'<input[^>]*name="(task-\w+|version|topic|csrf_token)"[^>]*value="([^"]*)"', page))
    form = {
        "version": fields["version"], "topic": "Linear equations", "form": "self", "body": "", "act": "save",
        "task-id": fields["task-id"], "task-title": "No. 501", "task-text": "Solve.", "task-kind": "homework",
        "task-scale": "five", "task-points": "", "task-due": WED.isoformat(), "task-withdrawn": "",
    }  # fmt: skip
    assert teacher.post(f"/lessons/{id}", data=form).status_code == 303
    assert "Not on Sunday" not in teacher.get("/").text
    assert "to be agreed again" in teacher.get(f"/lessons/{id}").text
    assert "changed after your remark" in deputy.get("/agreed-works/", query_string=asked(world)).text


def test_who_approves_a_day_sees_what_is_not_agreed(app, world, lessons):
    factory.add(Day(on=MON, submitted_at=factory.datetime(2026, 12, 7, tzinfo=factory.UTC)))
    told = "1 lesson has tasks that are not agreed with the teacher"
    page = client(app, world, "director").get("/approval/").text
    assert told in page and "/agreed-works/?week=2026-W51" in page
    page = client(app, world, "day_approver").get("/approval/").text
    assert told in page and "/agreed-works/?week=2026-W51" not in page
    deputy = client(app, world, "deputy_studies")
    seen = marks(deputy.get("/agreed-works/", query_string=asked(world)).text)[lessons[0]]
    deputy.post("/agreed-works/agree", data=asked(world, lesson=f"{lessons[0]}:{seen}"))
    assert told not in client(app, world, "director").get("/approval/").text


def test_junk_is_not_a_lesson(app, world, lessons):
    deputy = client(app, world, "deputy_studies")
    gone = deputy.post("/agreed-works/return", data=asked(world, lesson="junk", remark="Why"))
    assert gone.status_code == 404
    assert deputy.post("/agreed-works/agree", data={"lesson": ["junk", ":", ""]}).status_code == 303
    assert words() == []
