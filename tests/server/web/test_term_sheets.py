"""The pages of term marks, oral answers and rules of marks: what is saved, refused, kept and shown."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server import models, store
from server.extensions import db
from server.models import AuditEntry, KindWeight, Op, TermMark
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.web.forms import form_of
from tests.server.web.world import World


@pytest.fixture
def teacher(app, world: World) -> FlaskClient:
    return factory.signed_in(app, world.accounts["subject_teacher"])


def address(world: World, term: str = "") -> str:
    return f"/journal/{world.near.course}/terms" + (f"?term={term}" if term else "")


def stored() -> list[tuple[str, str | None, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(TermMark).order_by(TermMark.first_seq))
    return [(row.student_id, row.value, row.decided) for row in rows]


def test_a_mark_is_saved_and_told(world, teacher):
    logbook.hand_in(world.near.code, mark="4")
    form = form_of(teacher.get(address(world)).text)
    field = f"mark-{world.near.student}"
    assert form[field] == ""
    answer = teacher.post(address(world), data={**form, field: "5"})
    assert answer.status_code == 200 and "1 row saved" in answer.text
    assert stored() == [(world.near.student, "5", "teacher")]
    assert form_of(answer.text)[field] == "5"


def test_a_double_click_says_the_same_twice(world, teacher):
    form = {**form_of(teacher.get(address(world)).text), f"mark-{world.near.student}": "5"}
    for _ in range(2):
        assert teacher.post(address(world), data=form).status_code == 200
    assert len(stored()) == 1
    assert db.session.scalar(select(func.count()).select_from(Op)) == 1


def test_a_page_saved_unchanged_says_nothing(world, teacher):
    teacher.post(address(world), data={**form_of(teacher.get(address(world)).text),
                                       f"mark-{world.near.student}": "5"})  # fmt: skip
    teacher.post(address(world), data=form_of(teacher.get(address(world)).text))
    assert len(stored()) == 1


def test_a_wrong_row_stays_and_the_others_are_saved(world, teacher):
    form = form_of(teacher.get(address(world)).text)
    near = world.near
    answer = teacher.post(address(world), data={**form, f"mark-{near.student}": "9", f"mark-{near.sibling}": "4"})
    assert answer.status_code == 422
    assert stored() == [(near.sibling, "4", "teacher")]
    assert form_of(answer.text)[f"mark-{near.student}"] == "9"
    assert "Possible: 5, 4, 3, 2" in answer.text


def test_accepting_leaves_alone_what_was_decided(world, teacher):
    logbook.hand_in(world.near.code, mark="4")
    logbook.hand_in(world.near.codes[world.near.sibling], mark="3")
    form = form_of(teacher.get(address(world)).text)
    teacher.post(address(world), data={**form, f"mark-{world.near.student}": "5"})
    form = form_of(teacher.get(address(world)).text)
    teacher.post(address(world), data={**form, "act": "accept"})
    assert stored() == [(world.near.student, "5", "teacher"), (world.near.sibling, "3", "teacher")]


def test_two_people_on_one_page_are_both_kept(app, world, teacher):
    other = factory.signed_in(app, world.accounts["network_teacher"])
    field = f"mark-{world.near.student}"
    first, second = (form_of(client.get(address(world)).text) for client in (teacher, other))
    teacher.post(address(world), data={**first, field: "4"})
    answer = other.post(address(world), data={**second, field: "5"})
    assert "Somebody else saved another value" in answer.text and "two values: 4 / 5" in answer.text
    form = form_of(other.get(address(world)).text)
    assert form[field] == ""
    assert "two values" not in other.post(address(world), data={**form, field: "4"}).text


def test_a_mark_is_taken_back(world, teacher):
    field = f"mark-{world.near.student}"
    teacher.post(address(world), data={**form_of(teacher.get(address(world)).text), field: "5"})
    teacher.post(address(world), data={**form_of(teacher.get(address(world)).text), field: "-"})
    assert [value for _student, value, _decided in stored()] == ["5", None]
    assert "taken back" in teacher.get(address(world)).text


def test_what_has_changed_since_the_decision_is_told(world, teacher):
    first = logbook.hand_in(world.near.code, mark="4")
    field = f"mark-{world.near.student}"
    teacher.post(address(world), data={**form_of(teacher.get(address(world)).text), field: "4"})
    assert "have changed since" not in teacher.get(address(world)).text
    logbook.mark(world.near.code, "2", base=(first.revision,))
    page = teacher.get(address(world)).text
    assert "have changed since" in page and "Mean: 4.00, rounded 4." in page and "Mean: 2.00, rounded 2." in page


def test_who_may_only_look_gets_no_form(app, world):
    page = factory.signed_in(app, world.accounts["class_teacher"]).get(address(world)).text
    assert "mark-" + world.near.student not in page and "How it comes about" in page


def test_grade_1_in_russia_says_why_there_is_nothing_to_decide(app, world):
    first = factory.course(factory.group("1 «А»", "1a", 1), "reading")
    page = factory.signed_in(app, world.accounts["director"]).get(f"/journal/{first}/terms").text
    assert "This grade gets no marks" in page and "2021/11-13" in page


def test_a_course_without_a_rule_is_told(app, world, teacher):
    store.write(lambda session: session.query(models.GradingRule).delete())
    answer = teacher.get(address(world))
    assert answer.status_code == 409 and "No rule says how this course is marked" in answer.text


def test_the_traces_are_a_page_to_print(world, teacher):
    logbook.hand_in(world.near.code, mark="4")
    page = teacher.get(f"/journal/{world.near.course}/terms/traces").text
    assert "Veslov Yegor" in page and "No. 412–415" in page and "Mean: 4.00, rounded 4." in page


def test_oral_answers_have_a_column_without_return(world, teacher):
    past = factory.lesson(world.near.course, TODAY - timedelta(days=1)).lesson_course
    first, second = (teacher.post(f"/journal/lesson/{past}/oral").location for _ in range(2))
    assert first == second
    page = teacher.get(first).text
    assert "Day of return" not in page and "only marks are noted" in page
    form = form_of(page)
    field = next(name for name in form if name.startswith("mark-"))
    assert "saved" in teacher.post(first, data={**form, field: "5"}).text
    assert db.session.scalar(select(models.Return.op_seq)) is None
    journal = teacher.get(f"/journal/{world.near.course}").text
    assert re.search(r'title="oral answer: Oral answers">oral<', journal)
    lesson = teacher.get(f"/lessons/{past}").text
    assert "Oral answers" not in lesson  # no task to edit


def test_the_deputy_changes_rules_and_it_is_noted(app, world):
    deputy = factory.signed_in(app, world.accounts["deputy_studies"])
    page = deputy.get("/journal/rules/").text
    base = re.search(r'name="base" value="(\w+)"', page)[1]
    form = {f"weight-{code}": "1" for code in db.session.scalars(select(KindWeight.code))}
    form |= {"base": base, "weight-control": "3", "not_attested": "ru_term"}
    assert deputy.post("/journal/rules/", data=form).status_code == 303
    db.session.rollback()
    assert db.session.get_one(KindWeight, "control").weight == 3
    assert db.session.get_one(models.GradingRule, "ru_term").not_attested
    assert db.session.scalar(select(AuditEntry.action).where(AuditEntry.action == "marks.rules")) == "marks.rules"
    stale = deputy.post("/journal/rules/", data={**form, "weight-control": "4"})
    assert stale.status_code == 409 and "Somebody else changed this meanwhile" in stale.text
    assert db.session.get_one(KindWeight, "control").weight == 3


def test_pass_and_fail_is_a_setting_of_the_subject(app, world, teacher):
    deputy = factory.signed_in(app, world.accounts["deputy_studies"])
    base = re.search(r'name="base" value="(\w+)"', deputy.get("/journal/rules/").text)[1]
    algebra = db.session.scalar(select(models.Subject.id).where(models.Subject.name == "algebra"))
    form = {f"weight-{code}": "1" for code in db.session.scalars(select(KindWeight.code))}
    assert deputy.post("/journal/rules/", data={**form, "base": base, "passing": algebra}).status_code == 303
    form = form_of(teacher.get(address(world)).text)
    teacher.post(address(world), data={**form, f"mark-{world.near.student}": "p"})
    assert stored() == [(world.near.student, "pass", "teacher")]
