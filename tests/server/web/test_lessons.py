"""Lessons in the office: what is missing comes first, a form that loses nothing, text that can do no harm."""

from html.parser import HTMLParser

import pytest

from server import store
from server.extensions import db
from server.models import Day, Lesson, Material, Task, Work
from tests.server import factory

XSS = '<script>alert(1)</script><img src=x onerror=alert(1)> <a href="javascript:alert(1)">x</a> <b>kept</b>'


class Form(HTMLParser):
    """What a browser would send for the lesson's form: name → values, in the page's order."""

    def __init__(self, html: str):
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.inside, self.area, self.select = False, "", ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form":
            self.inside = "lesson" in (found.get("class") or "").split()
        name = found.get("name")
        if not self.inside:
            return
        if tag == "input" and name and name != "csrf_token":
            self.values.setdefault(name, []).append(found.get("value") or "")
        if tag == "textarea" and name:
            self.area = name
            self.values.setdefault(name, []).append("")
        if tag == "select":
            self.select = name or ""
            self.values.setdefault(self.select, []).append("")
        if tag == "option" and "selected" in found:
            self.values[self.select][-1] = found["value"]

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        if tag == "textarea" and self.area:
            self.values[self.area][-1] = self.values[self.area][-1].removeprefix("\n")
            self.area = ""

    def handle_data(self, data):
        if self.area:
            self.values[self.area][-1] += data


@pytest.fixture
def teacher(app, world):
    return factory.signed_in(app, world.accounts["subject_teacher"])


def address(world) -> str:
    return f"/lessons/{world.near.lesson.lesson_course}"


def typed(client, world, **values) -> dict[str, list[str]]:
    """The form as it stands, with other values typed over it."""
    form = Form(client.get(address(world)).text).values
    return {**form, **{name: value if isinstance(value, list) else [value] for name, value in values.items()}}


def fresh(model):
    db.session.rollback()
    return db.session.query(model)


def test_own_lessons_of_the_week_the_incomplete_ones_first(app, world, teacher):
    factory.lesson(world.near.course, factory.TODAY, n=3, topic="Bare", form=None)
    page = teacher.get("/lessons/").text
    assert page.index("Complete these") < page.index("Bare") < page.index("Ready") < page.index("Linear equations")
    assert "form not chosen" in page and "geometry" not in page
    assert "No lessons in this week" in teacher.get("/lessons/?week=2026-W30").text
    assert teacher.get("/lessons/?week=W99").status_code == 422


def test_who_sees_all_chooses_a_class_or_a_teacher(app, world):
    director = factory.signed_in(app, world.accounts["director"])
    overview = director.get("/lessons/").text
    assert "Class 7А" in overview and "Class 8Б" in overview
    assert "geometry" in director.get("/lessons/?group=8b").text
    assert director.get("/lessons/?group=nothing").status_code == 404
    assert director.get("/lessons/?teacher=" + world.near.student).status_code == 404, "a student is no teacher"


def test_a_teacher_asking_for_another_class_sees_nothing_of_it(world, teacher):
    assert "geometry" not in teacher.get("/lessons/?group=8b").text


def test_saving_goes_back_to_the_page_and_counts(world, teacher):
    form = typed(teacher, world, topic="Fractions", form="tv", body="New *text*.")
    answer = teacher.post(address(world), data=form)
    assert answer.status_code == 303 and answer.location == address(world)
    page = teacher.get(address(world)).text
    assert "Saved." in page and 'value="Fractions"' in page and "New *text*." in page
    assert fresh(Material).filter_by(lesson_course_id=world.near.lesson.lesson_course).one().origin == "office"


def test_a_new_task_of_an_approved_day_gives_codes_at_once(world, teacher):
    factory.add(Day(on=factory.TODAY, approved_at=fresh(Task).first().published_at))
    form = typed(teacher, world)
    rows = {"id": "", "title": "Test", "text": "Do it.", "kind": "test", "scale": "points", "points": "20",
            "due": "2026-12-09", "withdrawn": "0"}  # fmt: skip
    for name, value in rows.items():
        form[f"task-{name}"].append(value)
    before = fresh(Work).count()
    teacher.post(address(world), data=form)
    assert fresh(Work).count() == before + 2
    assert "2 students got codes" in teacher.get(address(world)).text


def test_the_form_works_without_script(world, teacher):
    form = typed(teacher, world, topic="Unsaved topic", act="add-resource")
    page = teacher.post(address(world), data=form).text
    again = Form(page).values
    assert again["topic"] == ["Unsaved topic"] and len(again["resource-title"]) == 2
    page = teacher.post(address(world), data={**again, "act": "remove-resource-0"}).text
    assert len(Form(page).values["resource-title"]) == 1
    page = teacher.post(address(world), data={**again, "act": "add-task"}).text
    assert len(Form(page).values["task-title"]) == 2
    page = teacher.post(address(world), data={**again, "act": "withdraw-task-0"}).text
    assert Form(page).values["task-withdrawn"] == ["1"] and "Put it back" in page
    assert fresh(Task).filter_by(id=world.near.task).one().withdrawn is False, "nothing is stored before Save"
    assert teacher.post(address(world), data={**again, "act": "remove-resource-9"}).status_code == 400


def test_preview_keeps_everything_typed_and_can_do_no_harm(world, teacher):
    form = typed(teacher, world, body=XSS, act="preview")
    page = teacher.post(address(world), data=form).text
    assert Form(page).values["body"] == [XSS]
    assert "<script>alert" not in page and "onerror=alert" not in page.replace("&lt;img src=x onerror=alert", "")
    assert 'href="javascript:' not in page and "<b>kept</b>" in page
    assert fresh(Material).filter_by(lesson_course_id=world.near.lesson.lesson_course).one().body == "Read and solve."


def test_the_live_preview_sanitises_too(world, teacher):
    answer = teacher.post(address(world) + "/preview", data={"text": "# Title\n\n" + XSS})
    assert answer.mimetype == "text/html"
    assert "<h2>Title</h2>" in answer.text and "<b>kept</b>" in answer.text
    assert "script" not in answer.text and "onerror" not in answer.text and "javascript" not in answer.text
    assert teacher.post(address(world) + "/preview", data={"text": "x" * 500_001}).status_code == 422


def test_stored_text_can_do_no_harm_to_who_only_reads(app, world, teacher):
    teacher.post(address(world), data=typed(teacher, world, body=XSS, **{"task-text": XSS}))
    page = factory.signed_in(app, world.accounts["director"]).get(address(world)).text
    assert "<b>kept</b>" in page and "<script>alert" not in page and "onerror" not in page
    assert "javascript:" not in page


def test_the_writer_and_the_preview_need_the_token(app, world):
    client = factory.signed_in(app, world.accounts["subject_teacher"])
    client.environ_base.pop("HTTP_X_CSRFTOKEN")
    for path in (address(world), address(world) + "/preview"):
        assert client.post(path, data={"text": "x", "topic": "x"}).status_code == 400


def test_a_wrong_field_is_told_beside_it_and_nothing_is_lost(world, teacher):
    form = typed(teacher, world, topic="Kept", **{"resource-url": "example", "task-due": "2026-01-01"})
    answer = teacher.post(address(world), data=form)
    assert answer.status_code == 422
    for place in ("resource-url-0", "task-due-0"):
        assert f'id="e-{place}"' in answer.text, "beside the field"
        assert f'href="#f-{place}"' in answer.text and f'id="f-{place}"' in answer.text, "and one tap from the top"
    again = Form(answer.text).values
    assert again["topic"] == ["Kept"] and again["resource-url"] == ["example"]


def test_two_people_at_once_both_texts_are_shown(app, world, teacher):
    mine, theirs = typed(teacher, world, body="Mine."), typed(teacher, world, body="Theirs.")
    deputy = factory.signed_in(app, world.accounts["deputy_studies"])
    assert deputy.post(address(world), data=theirs).status_code == 303
    answer = teacher.post(address(world), data=mine)
    assert answer.status_code == 409 and "Theirs." in answer.text
    again = Form(answer.text).values
    assert again["body"] == ["Mine."]
    assert teacher.post(address(world), data=again).status_code == 303, "after looking, saving again counts"
    assert fresh(Material).filter_by(lesson_course_id=world.near.lesson.lesson_course).one().body == "Mine."


def test_rows_of_unequal_length_are_refused(world, teacher):
    form = typed(teacher, world)
    form["resource-title"].append("one more")
    assert teacher.post(address(world), data=form).status_code == 400


def test_a_withdrawn_lesson_is_gone(world, teacher):
    store.write(lambda session: setattr(session.get_one(Lesson, world.near.lesson.lesson), "state", "withdrawn"))
    assert teacher.get(address(world)).status_code == 404
    assert "Linear equations" not in teacher.get("/lessons/").text


def test_the_timetable_of_a_class_a_teacher_and_a_room(app, world, teacher):
    mine = world.person("subject_teacher")
    factory.lesson(world.near.course, factory.TODAY, n=2, teacher_id=mine)
    factory.lesson(world.far.course, factory.TODAY, n=2, state="cancelled")
    page = teacher.get("/lessons/timetable?group=7a&week=2026-W50").text
    assert address(world) in page and "08:30" in page and "algebra" in page
    other = teacher.get("/lessons/timetable?group=8b&week=2026-W50").text
    assert "geometry" in other and "cancelled" in other
    assert world.far.lesson.lesson_course not in other, "a lesson one may not open is no link"
    own = teacher.get(f"/lessons/timetable?teacher={mine}&week=2026-W50").text
    assert "class 7А" in own and "geometry" not in own
    assert teacher.get("/lessons/timetable?room=nothing").status_code == 404
    assert teacher.get(f"/lessons/timetable?teacher={world.near.student}").status_code == 404
