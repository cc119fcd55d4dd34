"""Pages of questions to tick: a form that loses nothing, decisions on the picture, corrections that lead back."""

import pytest
from sqlalchemy import select, update

from server import store
from server.extensions import db
from server.models import AnswerField, ScanAnswer, Task
from tests.server import answer_sheets, factory, logbook

XSS = "<script>alert(1)</script>"


@pytest.fixture
def teacher(app, world):
    return factory.signed_in(app, world.accounts["subject_teacher"])


def address(world):
    return f"/answers/{world.near.lesson.lesson_course}/{world.near.task}"


def form(*rows, **more):
    """What a browser sends: each row (kind, label, options, digits, key, points)."""
    columns = ("kind", "label", "options", "digits", "key", "points")
    return {**{f"field-{name}": [row[n] for row in rows] for n, name in enumerate(columns)}, **more}


def version(page):
    return page.text.partition('name="version" value="')[2].partition('"')[0]


ONE = ("one", "Capital?", "А, Б, В", "", "Б", "2")
NUMBER = ("number", "", "", "3", "", "1")


def stored(world):
    db.session.expire_all()
    return db.session.scalars(
        select(AnswerField).where(AnswerField.task_id == world.near.task).order_by(AnswerField.position)
    ).all()  # fmt: skip


def test_questions_are_written_without_script(teacher, world):
    base = version(teacher.get(address(world)))
    answer = teacher.post(address(world), data=form(ONE, NUMBER, act="save", version=base), follow_redirects=True)
    assert answer.status_code == 200 and "Saved." in answer.text
    assert [(row.kind, row.label, row.options, row.digits, row.key, row.points) for row in stored(world)] == [
        ("one", "Capital?", ["А", "Б", "В"], 0, [1], 2), ("number", "", [], 3, [], 1)]  # fmt: skip
    lesson = teacher.get(f"/lessons/{world.near.lesson.lesson_course}").text
    assert "2 questions to tick" in lesson and address(world) in lesson


def test_buttons_in_between_store_nothing_and_lose_nothing(teacher, world):
    for act, rows in (("add", 3), ("remove-0", 1), ("up-1", 2), ("many", 4)):
        page = teacher.post(address(world), data=form(ONE, NUMBER, act=act, **{"many-options": "АБ", "many-key": "БА"}))
        assert page.status_code == 200
        assert page.text.count('name="field-kind"') == rows
    assert not stored(world)


def test_many_that_were_typed_but_not_added_are_saved_too(teacher, world):
    data = form(act="save", version=version(teacher.get(address(world))), **{"many-options": "АБВГ", "many-key": "БАГ"})
    teacher.post(address(world), data=data)
    assert [row.key for row in stored(world)] == [[1], [0], [3]]


def test_a_mistake_is_told_beside_its_field_and_what_was_typed_stays(teacher, world):
    row = ("one", XSS, "А, Б", "", "Я", "1")
    page = teacher.post(address(world), data=form(ONE, row, act="save", version=""))
    assert page.status_code == 422
    assert "e-field-key-1" in page.text and 'value="Я"' in page.text
    assert XSS not in page.text
    assert not stored(world)


def test_what_another_saved_meanwhile_is_shown(teacher, world):
    base = version(teacher.get(address(world)))
    answer_sheets.ask(world.near.task)
    page = teacher.post(address(world), data=form(ONE, act="save", version=base))
    assert page.status_code == 409
    assert "What stands now" in page.text and "Capital?" in page.text
    assert len(stored(world)) == 3


@pytest.mark.parametrize("data", [{"field-kind": ["one"]}, {"act": "fly"}, {"act": "up-99"}])
def test_broken_forms_are_refused(teacher, world, data):
    assert teacher.post(address(world), data=data).status_code == 400


def test_printed_sheets_are_warned_of(teacher, world):
    assert "printed already" not in teacher.get(address(world)).text
    answer_sheets.printed(world.near.code, answer_sheets.layout())
    assert "printed already" in teacher.get(address(world)).text


def test_decisions_are_drawn_and_corrected(teacher, world):
    answer_sheets.ask(world.near.task)
    page = answer_sheets.all_ticked(world.near.code, ([1], None, ["42"]))
    shown = teacher.get(f"/answers/work/{world.near.code}").text
    assert "4 of 6 points" in shown and "1 question is open" in shown
    assert shown.count('<rect class="unsure"') == 3
    assert f"/stacks/page/{page}.jpg" in shown
    answer = teacher.post(f"/answers/page/{page}/2", data={"place": ["0", "2"]})
    assert answer.status_code == 303
    assert answer.location == f"/answers/work/{world.near.code}#answer-{page}-2"
    assert "6 of 6 points" in teacher.get(f"/answers/work/{world.near.code}").text


@pytest.mark.parametrize(
    ("position", "data", "settled"),
    [
        (1, {"said": "2"}, [2]), (1, {"said": "none"}, []), (3, {"number": " 0 7 "}, ["07"]), (3, {"number": ""}, []),
        (3, {"number": "07", "said": "none"}, []), (2, {}, []),
    ],
)  # fmt: skip
def test_every_kind_of_answer_can_be_said(teacher, world, position, data, settled):
    page = answer_sheets.all_ticked(world.near.code)
    assert teacher.post(f"/answers/page/{page}/{position}", data=data).status_code == 303
    db.session.expire_all()
    row = db.session.get(ScanAnswer, (page, position))
    assert row.settled == settled and row.settled_at is not None
    teacher.post(f"/answers/page/{page}/{position}", data={"said": "read"})
    db.session.expire_all()
    assert db.session.get(ScanAnswer, (page, position)).settled_at is None


@pytest.mark.parametrize(
    ("back", "leads"),
    [
        ("/marking/{code}?task=5", "/marking/{code}?task=5"), ("https://example.org/{code}", "/answers/work/{code}"),
        ("//example.org/{code}", "/answers/work/{code}"), ("/marking/123", "/answers/work/{code}"),
        ("/\\example.org/{code}", "/answers/work/{code}"),
    ],
)  # fmt: skip
def test_a_correction_leads_back_within_the_office(teacher, world, back, leads):
    page = answer_sheets.all_ticked(world.near.code)
    answer = teacher.post(f"/answers/page/{page}/1", data={"said": "0", "back": back.format(code=world.near.code)})
    assert answer.location == f"{leads.format(code=world.near.code)}#answer-{page}-1"


def test_nonsense_is_refused(teacher, world):
    page = answer_sheets.all_ticked(world.near.code)
    assert teacher.post(f"/answers/page/{page}/1", data={"said": "x"}).status_code == 400
    assert teacher.post(f"/answers/page/{page}/1", data={"said": "9"}).status_code == 422
    assert teacher.post(f"/answers/page/{page}/77", data={"said": "0"}).status_code == 404
    assert teacher.post(f"/answers/page/{'0' * 32}/1", data={"said": "0"}).status_code == 404


def test_a_work_without_answer_sheets_says_so(teacher, world):
    assert "No answer sheet of this work came back yet." in teacher.get(f"/answers/work/{world.near.code}").text


def test_marking_shows_what_was_ticked_and_proposes_the_points(teacher, world):
    points = update(Task).where(Task.id == world.near.task).values(scale="points", max_points=6)
    store.write(lambda session: session.execute(points) and None)
    answer_sheets.ask(world.near.task)
    page = answer_sheets.all_ticked(world.near.code, ([1], None, ["42"]))
    logbook.hand_in(world.near.code)
    shown = teacher.get(f"/marking/{world.near.code}").text
    assert "4 of 6 points" in shown and 'name="points" value=""' in shown
    back = f"/marking/{world.near.code}"
    answer = teacher.post(f"/answers/page/{page}/2", data={"place": ["0", "2"], "back": back})
    assert answer.location == f"{back}#answer-{page}-2"
    assert 'name="points" value="6"' in teacher.get(back).text
