"""Pages of substitutions: an absence is noted, its lessons given in one form; stale pages keep what was typed."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.extensions import db
from server.models import Day, Lesson, LessonAct, LessonCourse, LessonTeacher, Task
from tests.server import factory
from tests.server.web.conftest import Office
from tests.server.web.world import World

TUESDAY = date(2026, 12, 8)


class Desk:
    """A deputy at the page of one absent teacher with two lessons on Tuesday, and two who could hold them."""

    def __init__(self, app, world: World):
        self.app, self.world = app, world
        self.client = self.deputy("deputy_studies")
        self.ann = factory.teacher(world.near.course, factory.person("Annina", "Olga"))
        self.bob = factory.teacher(world.far.course, factory.person("Bobrov", "Ivan"))
        self.lessons = [factory.lesson(world.near.course, TUESDAY, n, self.ann).lesson for n in (1, 2)]
        factory.lesson(world.far.course, TUESDAY, 5, self.bob)

    def deputy(self, role: str) -> FlaskClient:
        return factory.signed_in(self.app, self.world.accounts[role])

    def note(self, **values: str):
        form = {"teacher": self.ann, "since": "2026-12-08", "reason": "illness", "order": "7", **values}
        return self.client.post("/substitutions/", data=form)

    def absence(self) -> str:
        return self.note().location

    def form(self, address: str) -> dict[str, str]:
        """What a browser would send of the page as it comes."""
        text = self.client.get(address).get_data(as_text=True)
        hidden = dict(re.findall(r'<input type="hidden" name="(seen-\w+|from)" value="([^"]*)"', text))
        marked = re.findall(r'name="(do-\w+)" value="([^"]*)" checked', text)
        return {**hidden, **dict(marked)}

    def holders(self) -> list[str]:
        db.session.remove()
        return list(db.session.scalars(select(LessonTeacher.person_id).join(Lesson)
                                       .where(Lesson.id.in_(self.lessons)).order_by(Lesson.n)))  # fmt: skip


@pytest.fixture
def desk(app, world: World) -> Desk:
    return Desk(app, world)


def test_noting_an_absence_leads_to_its_lessons_with_reasons_beside_the_names(desk: Desk) -> None:
    text = desk.client.get(desk.absence()).get_data(as_text=True)
    assert "2 lessons without a teacher" in text
    assert "Bobrov I." in text
    assert "free · 1 lesson this week" in text
    assert text.count(" checked") == 2


def test_all_is_confirmed_with_one_post_and_a_second_click_changes_nothing(desk: Desk) -> None:
    address = desk.absence()
    form = desk.form(address)
    assert sorted(name for name in form if name.startswith("do-")) == sorted(f"do-{id}" for id in desk.lessons)
    first = desk.client.post(address, data=form)
    assert (first.status_code, first.location.startswith("/changes/")) == (303, True)
    assert desk.ann not in desk.holders()
    assert desk.client.post(address, data=form).location == first.location
    assert len(db.session.scalars(select(LessonAct.id)).all()) == 1
    assert "Every lesson of these days is provided for." in desk.client.get(address).get_data(as_text=True)


def test_any_other_teacher_can_be_chosen_from_the_list(desk: Desk) -> None:
    address = desk.absence()
    form = {**desk.form(address), f"do-{desk.lessons[0]}": "other", f"do-{desk.lessons[1]}": ""}
    missing = desk.client.post(address, data=form)
    assert missing.status_code == 422
    assert "another teacher" in missing.get_data(as_text=True)
    clerk = desk.world.person("class_teacher")
    assert desk.client.post(address, data={**form, f"who-{desk.lessons[0]}": clerk}).status_code == 303
    assert desk.holders() == [clerk, desk.ann]


def test_a_stale_page_says_so_and_keeps_everything_typed(desk: Desk) -> None:
    address = desk.absence()
    form = desk.form(address)
    one, two = desk.lessons
    first = {**form, f"do-{one}": f"teacher:{desk.bob}", f"do-{two}": ""}
    assert desk.client.post(address, data=first).status_code == 303
    desk.client = desk.deputy("coordinator")
    late = {**form, f"do-{one}": "cancel:", f"do-{two}": "self:", f"task-{two}": "Read § 7 – carefully"}
    answer = desk.client.post(address, data=late)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Somebody changed this lesson meanwhile" in text
    assert "Meanwhile decided or changed by somebody else" in text
    assert "Read § 7 – carefully" in text
    assert re.search(rf'name="do-{two}" value="self:" checked', text)
    kept = desk.form(address) | {f"do-{two}": "self:", f"task-{two}": "Read § 7 – carefully"}
    assert desk.client.post(address, data=kept).status_code == 303
    db.session.remove()
    assert "Read § 7 – carefully" in db.session.scalars(select(Task.text)).all()


def test_a_wrong_field_is_told_beside_it_and_the_rest_stays(desk: Desk) -> None:
    answer = desk.note(since="08.13.2026", order="12-к")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "is not a date" in text
    assert 'value="12-к"' in text
    assert f'value="{desk.ann}" selected' in text


def test_a_day_that_is_out_asks_for_the_right_to_correct(desk: Desk) -> None:
    factory.add(Day(on=TUESDAY, approved_at=db.func.now(), published_at=db.func.now()))
    address = desk.absence()
    form = desk.form(address)
    clerk = desk.deputy("timetabler").post(address, data=form)
    assert clerk.status_code == 403
    assert "may correct published days" in clerk.get_data(as_text=True)
    assert desk.client.post(address, data=form).status_code == 303


def test_a_teacher_who_comes_after_all_gets_the_lessons_back(desk: Desk) -> None:
    address = desk.absence()
    desk.client.post(address, data=desk.form(address))
    assert desk.client.post(f"{address}/end").status_code == 303
    text = desk.client.get(address).get_data(as_text=True)
    assert "Given to others, and may be taken back" in text
    assert desk.client.post(f"{address}/back", data={"lesson": desk.lessons[0]}).status_code == 303
    assert desk.holders()[0] == desk.ann
    assert desk.client.post(f"{address}/back", data={"all": "1"}).status_code == 303
    assert desk.holders() == [desk.ann, desk.ann]
    again = desk.client.post(f"{address}/back", data={"all": "1"})
    assert again.status_code == 409


def test_a_substitute_who_falls_ill_is_told_at_the_lesson(desk: Desk) -> None:
    address = desk.absence()
    form = desk.form(address) | {f"do-{desk.lessons[0]}": f"teacher:{desk.bob}", f"do-{desk.lessons[1]}": ""}
    desk.client.post(address, data=form)
    own = desk.note(teacher=desk.bob).location
    assert "Bobrov I. is absent then." in desk.client.get(address).get_data(as_text=True)
    assert "2 lessons without a teacher" in desk.client.get(own).get_data(as_text=True)


def test_the_journal_shows_it_and_its_files_come(desk: Desk) -> None:
    address = desk.absence()
    form = desk.form(address) | {f"do-{desk.lessons[0]}": f"teacher:{desk.bob}", f"do-{desk.lessons[1]}": "cancel:"}
    desk.client.post(address, data=form)
    director = desk.deputy("director")
    text = director.get("/substitutions/journal?month=2026-12").get_data(as_text=True)
    for word in ("Bobrov I.", "Annina O.", "illness", "not held"):
        assert word in text
    assert "No lesson was substituted" in director.get("/substitutions/journal?month=2026-11").get_data(as_text=True)
    assert director.get("/substitutions/journal?month=2026-13").status_code == 422
    answer = director.get("/substitutions/journal/journal.xlsx?month=2026-12")
    assert (answer.status_code, answer.data[:2]) == (200, b"PK")


def test_a_teacher_sees_on_today_whom_they_stand_in_for_and_opens_the_lesson(desk: Desk) -> None:
    bob = factory.signed_in(desk.app, factory.account("bob", person_id=desk.bob))
    address = desk.absence()
    assert "You stand in for others" not in bob.get("/").get_data(as_text=True)
    view = db.session.scalar(select(LessonCourse.id).where(LessonCourse.lesson_id == desk.lessons[0]))
    assert bob.get(f"/lessons/{view}").status_code == 403
    form = desk.form(address) | {f"do-{desk.lessons[0]}": f"teacher:{desk.bob}", f"do-{desk.lessons[1]}": ""}
    assert desk.client.post(address, data=form).status_code == 303
    text = bob.get("/").get_data(as_text=True)
    assert f'href="/lessons/{view}"' in text[text.index("You stand in for others") :]
    lesson = bob.get(f"/lessons/{view}")
    assert lesson.status_code == 200
    assert "<textarea" not in lesson.get_data(as_text=True)  # to read, not to write


def test_who_knows_nobody_absent_is_told_kindly(office: Office) -> None:
    client = factory.signed_in(office.app, office.world.accounts["day_approver"])
    text = client.get("/substitutions/").get_data(as_text=True)
    assert "Nobody is away" in text
    assert "Note an absent teacher" not in text
