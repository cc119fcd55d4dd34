"""From the scanned page to its points: read once, corrected by people, counted anew whenever the key changes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from printables.answer_reading import Answer
from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import AnswerField, AuditEntry, Material, ScanAnswer, Task, Work
from server.services.answers import fields, reading, settling, shown, view
from server.services.answers.draft import mark
from server.services.content import Author
from tests.server import answer_sheets, factory
from tests.server.answer_sheets import QUESTIONS
from tests.server.web.world import build

LATER = datetime(2026, 12, 9, 9, tzinfo=UTC)


class Reader:
    """In place of the child: every box is empty; or it dies."""

    def __init__(self):
        self.calls, self.dies, self.fits = [], False, 0

    def call(self, target, paths, layouts, progress=None):
        self.calls.append((target, paths, layouts))
        if self.dies:
            raise DomainError("child_died")
        return [(self.fits, [Answer(one["position"], ("no",) * len(one["boxes"]), [], (), ((0.1, 0.2),), 0.02, 1.4)
                             for one in possible[self.fits]["fields"]]) for possible in layouts]  # fmt: skip

    def close(self):
        """Nothing runs."""


@pytest.fixture
def world(app):
    return build()


@pytest.fixture
def reader(app, world):
    app.extensions["child"].close()
    app.extensions["child"] = Reader()
    answer_sheets.ask(world.near.task)
    return app.extensions["child"]


def rows_of(page_id):
    db.session.expire_all()
    return db.session.scalars(
        select(ScanAnswer).where(ScanAnswer.page_id == page_id).order_by(ScanAnswer.position)
    ).all()  # fmt: skip


def work_id(code):
    return db.session.scalar(select(Work.id).where(Work.code == code))


def author(world):
    account = world.accounts["subject_teacher"]
    return Author(factory.person_of(account), account, LATER, LATER.date())


def test_a_stack_is_read_once(reader, world):
    answer_sheets.printed(world.near.code, answer_sheets.layout())
    stack, page = answer_sheets.came_back(world.near.code)
    assert reading.read_stack(stack) == 0
    assert [(row.position, row.answer, len(row.read)) for row in rows_of(page)] == [(1, [], 3), (2, [], 3), (3, [], 20)]
    assert rows_of(page)[0].printed == {
        "kind": "one", "label": "Capital?", "options": ["А", "Б", "В"], "digits": 0, "places": [[0.1, 0.2]],
        "size": 0.02, "ratio": 1.4,
    }  # fmt: skip
    reading.read_stack(stack)
    assert len(reader.calls) == 1


def test_pages_without_boxes_and_of_other_pages_are_not_looked_at(reader, world):
    answer_sheets.printed(world.near.code, answer_sheets.layout())
    stack, _page = answer_sheets.came_back(world.near.code, number=1)
    reading.read_stack(stack)
    assert reader.calls == []


def test_works_stay_handed_in_when_reading_fails(reader, world):
    answer_sheets.printed(world.near.code, answer_sheets.layout())
    stack, page = answer_sheets.came_back(world.near.code)
    reader.dies = True
    assert reading.read_stack(stack) == 3
    assert [(row.answer, set(row.read), row.printed["places"]) for row in rows_of(page)] == [(None, {"unsure"}, [])] * 3


def test_a_sheet_printed_twice_is_read_as_the_one_it_is(reader, world):
    before = answer_sheets.layout(QUESTIONS[:2])
    answer_sheets.printed(world.near.code, before)
    answer_sheets.printed(world.near.code, answer_sheets.layout(), LATER, "b")
    stack, page = answer_sheets.came_back(world.near.code)
    reader.fits = 1
    reading.read_stack(stack)
    [(_target, [_path], [possible])] = reader.calls
    assert [len(one["fields"]) for one in possible] == [3, 2]
    assert len(rows_of(page)) == 2


def test_points_are_counted_by_the_key_as_it_stands(reader, world):
    answer_sheets.all_ticked(world.near.code, ([1], [0], ["42"]))
    found = view.answers_of_work(db.session, work_id(world.near.code))
    assert (found.points, found.most, found.open, found.suggested) == (4, 6, 0, None)
    assert [(line.shown, line.key, line.score.points) for line in found.pages[0].lines] == [
        ("Б", "Б", 1), ("А", "А, В", 0), ("42", "42", 3)]  # fmt: skip
    rows = fields.read(db.session, world.near.task)
    fields.save(world.near.lesson.lesson_course, world.near.task, [*rows[:1], replace(rows[1], key=(0,)), rows[2]],
                mark(rows), author(world))  # fmt: skip
    db.session.expire_all()
    assert view.answers_of_work(db.session, work_id(world.near.code)).points == 6


def test_points_are_proposed_where_the_scale_is_points_and_nothing_is_open(reader, world):
    points = update(Task).where(Task.id == world.near.task).values(scale="points", max_points=6)
    store.write(lambda session: session.execute(points) and None)
    page = answer_sheets.all_ticked(world.near.code, ([1], None, ["42"]))
    found = view.answers_of_work(db.session, work_id(world.near.code))
    assert (found.points, found.open, found.suggested) == (4, 1, None)
    settle(world, page, 2, [0, 2])
    found = view.answers_of_work(db.session, work_id(world.near.code))
    assert (found.points, found.open, found.suggested) == (6, 0, 6)


def settle(world, page, position, answer):
    by = author(world)
    settling.settle(page, position, answer, by=by.person_id, account=by.account_id, now=LATER)
    db.session.expire_all()


def test_a_person_s_word_counts_and_can_be_taken_back(reader, world):
    page = answer_sheets.all_ticked(world.near.code, ([0], [0, 2], None))
    settle(world, page, 1, [1])
    settle(world, page, 3, ["42"])
    lines = view.answers_of_work(db.session, work_id(world.near.code)).pages[0].lines
    assert [(line.shown, line.score.points, bool(line.settled_by)) for line in lines] == [
        ("Б", 1, True), ("А, В", 2, False), ("42", 3, True)]  # fmt: skip
    assert [box.said for box in lines[0].boxes] == ["no", "yes", "no"]
    assert [n for n, box in enumerate(lines[2].boxes) if box.said == "yes"] == [4, 12]
    settle(world, page, 1, None)
    assert view.answers_of_work(db.session, work_id(world.near.code)).pages[0].lines[0].shown == "А"
    entries = db.session.scalars(select(AuditEntry.target).where(AuditEntry.action == "answer.settle"))
    assert set(entries) == {page}


@pytest.mark.parametrize(("position", "answer", "code"), [(1, [7], "answer_key"), (9, [0], "answer_unknown")])
def test_what_does_not_fit_is_refused(reader, world, position, answer, code):
    page = answer_sheets.all_ticked(world.near.code)
    with pytest.raises(DomainError) as caught:
        settle(world, page, position, answer)
    assert caught.value.code == code


def test_of_a_page_that_came_twice_the_later_one_counts(reader, world):
    answer_sheets.all_ticked(world.near.code, ([0], [], []))
    _stack, page = answer_sheets.came_back(world.near.code, at=LATER, named="e")
    answer_sheets.ticked(page, 1, QUESTIONS[0], ["no", "yes", "no"], [1])
    found = view.answers_of_work(db.session, work_id(world.near.code))
    assert [one.id for one in found.pages] == [page]
    assert (found.points, found.missing) == (1, (2, 3))


def test_questions_are_stored_as_a_whole_and_a_double_click_changes_nothing(app, world):
    course, task = world.near.lesson.lesson_course, world.near.task
    answer_sheets.ask(task)
    rows = fields.read(db.session, task)
    version = db.session.get(Task, task).version
    assert fields.save(course, task, rows[::-1], mark(rows), author(world)) is True
    db.session.expire_all()
    assert fields.read(db.session, task) == rows[::-1]
    assert fields.save(course, task, rows[::-1], mark(rows), author(world)) is False
    with pytest.raises(DomainError) as caught:
        fields.save(course, task, rows[:1], mark(rows), author(world))
    assert caught.value.code == "material_changed"
    assert fields.save(course, task, [], mark(rows[::-1]), author(world)) is True
    db.session.expire_all()
    assert db.session.scalar(select(func.count()).select_from(AnswerField)) == 0
    assert db.session.get(Task, task).version == version + 2


def test_a_file_s_lesson_is_the_office_s_once_its_questions_are_written_there(app, world):
    store.write(lambda session: setattr(session.get(Material, world.near.material), "origin", "file"))
    answer_sheets.ask(world.near.task)
    rows = fields.read(db.session, world.near.task)
    fields.save(world.near.lesson.lesson_course, world.near.task, rows[:1], mark(rows), author(world))
    db.session.expire_all()
    assert db.session.get(Material, world.near.material).origin == "office"


def test_another_lesson_s_task_is_not_written(app, world):
    with pytest.raises(DomainError) as caught:
        fields.save(world.near.lesson.lesson_course, world.far.task, [], mark([]), author(world))
    assert caught.value.code == "task_unknown"


def test_what_everybody_sees_has_no_key(app, world):
    answer_sheets.ask(world.near.task)
    found = shown.questions_of(db.session, [world.near.task, world.far.task])
    assert found.keys() == {world.near.task}
    assert all(one.keys() == {"kind", "label", "options", "digits"} for one in found[world.near.task])
