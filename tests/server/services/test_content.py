"""Saving a lesson: whole or not at all, nobody's words lost, tasks keep their id, works come at once where due."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Day, Lesson, LessonCourse, Material, Task, Work
from server.services import content
from server.services.content_draft import LessonDraft, ResourceDraft, TaskDraft
from tests.server import factory, logbook

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
TASK = TaskDraft("", "No. 412", "Solve.", "homework", "five", "", "2026-12-09")
BOOK = ResourceDraft("Textbook", "Vilenkin, p. 41", "", "12")
DRAFT = LessonDraft("Fractions", "self", "A *half*.", (BOOK,), (TASK,))


@pytest.fixture
def ids(app):
    factory.school()
    group = factory.group()
    factory.student(group)
    factory.student(group, "Yakornaya", "Vera")
    course = factory.course(group)
    teacher = factory.teacher(course)
    account = factory.account("teacher", person_id=teacher)
    lesson = factory.lesson(course, teacher_id=teacher, topic="", form=None)
    by = content.Author(teacher, account, NOW, date(2026, 12, 7))
    return {"group": group, "course": course, "lesson": lesson.lesson_course, "by": by}


def read(id: str) -> LessonDraft:
    db.session.expire_all()
    db.session.rollback()
    return content.read(db.session, db.session.get_one(LessonCourse, id))


def save(ids: dict, draft: LessonDraft, base: str | None = None) -> content.Saved:
    return content.save(ids["lesson"], draft, read(ids["lesson"]).mark() if base is None else base, ids["by"])


def task_of(ids: dict) -> TaskDraft:
    return read(ids["lesson"]).tasks[0]


def approve(on: date = factory.TODAY) -> None:
    factory.add(Day(on=on, approved_at=NOW))


def refused(ids: dict, draft: LessonDraft, base: str | None = None) -> str:
    before = read(ids["lesson"])
    with pytest.raises(DomainError) as error:
        save(ids, draft, base)
    assert read(ids["lesson"]) == before, "nothing half-saved"
    return error.value.code


def test_everything_typed_is_stored(ids):
    assert save(ids, DRAFT) == content.Saved(True, 0)
    stored = read(ids["lesson"])
    assert replace(stored, tasks=(replace(stored.tasks[0], id=""),)) == DRAFT
    material = db.session.query(Material).one()
    assert (material.origin, material.author_id, material.version) == ("office", ids["by"].person_id, 1)
    assert material.title == "Fractions"


def test_saving_again_changes_nothing(ids):
    base = read(ids["lesson"]).mark()
    save(ids, DRAFT)
    assert save(ids, DRAFT, base).changed is False, "a double click"
    assert save(ids, read(ids["lesson"])).changed is False
    assert db.session.query(Task).count() == 1 and db.session.query(Material).one().version == 1


def test_somebody_elses_save_in_between_is_not_overwritten(ids):
    base = read(ids["lesson"]).mark()
    save(ids, replace(DRAFT, body="First."))
    assert refused(ids, replace(DRAFT, body="Second."), base) == "material_changed"
    assert save(ids, replace(read(ids["lesson"]), body="Second.")).changed
    assert db.session.query(Material).one().version == 2


def test_a_changed_file_counts_as_somebody_else(ids):
    factory.material(ids["lesson"], title="From a file", origin="file", source_key="7.md")
    base = read(ids["lesson"]).mark()

    def from_file(session):
        session.query(Material).one().body = "The file says more now."

    store.write(from_file)
    assert refused(ids, DRAFT, base) == "material_changed"
    save(ids, DRAFT)
    material = db.session.query(Material).one()
    assert (material.origin, material.source_key) == ("office", "7.md"), "the file is still known, but has no word"


def test_a_bad_field_keeps_everything_out(ids):
    video = ResourceDraft("Video", "TV", "javascript:alert(1)")
    assert refused(ids, replace(DRAFT, resources=(video,))) == "address_invalid"
    assert refused(ids, replace(DRAFT, tasks=(replace(TASK, due="2026-12-01"),))) == "date_too_early"
    assert refused(ids, replace(DRAFT, tasks=(replace(TASK, id="0" * 32),))) == "bad_request"


def test_a_task_keeps_its_id_and_codes_when_it_changes(ids):
    approve()
    assert save(ids, DRAFT).works == 2
    codes = {work.code for work in db.session.query(Work)}
    changed = replace(task_of(ids), text="Solve and explain.", scale="points", points="20")
    assert save(ids, replace(read(ids["lesson"]), tasks=(changed,))) == content.Saved(True, 0)
    task = db.session.query(Task).one()
    assert (task.text, task.scale, task.max_points, task.version) == ("Solve and explain.", "points", 20, 2)
    assert {work.code for work in db.session.query(Work)} == codes


def test_works_wait_for_the_publication_of_a_day_that_is_not_approved(ids):
    assert save(ids, DRAFT).works == 0
    assert db.session.query(Work).count() == 0 and db.session.query(Task).one().published_at is None


def test_a_withdrawn_task_keeps_its_works_and_comes_back_with_them(ids):
    approve()
    save(ids, DRAFT)
    codes = {work.code for work in db.session.query(Work)}
    save(ids, replace(read(ids["lesson"]), tasks=(replace(task_of(ids), withdrawn=True),)))
    assert db.session.query(Task).one().withdrawn and {work.code for work in db.session.query(Work)} == codes
    factory.student(ids["group"], "Late", "Lev")
    again = save(ids, replace(read(ids["lesson"]), tasks=(replace(task_of(ids), withdrawn=False),)))
    assert again.works == 1, "who joined meanwhile gets one too"
    assert codes < {work.code for work in db.session.query(Work)}


def test_the_scale_of_marked_works_stays(ids):
    approve()
    save(ids, DRAFT)
    logbook.hand_in(db.session.query(Work).first().code, ids["by"].person_id, "5")
    task = task_of(ids)
    assert refused(ids, replace(read(ids["lesson"]), tasks=(replace(task, scale="none"),))) == "task_marked"
    assert save(ids, replace(read(ids["lesson"]), tasks=(replace(task, text="More."),))).changed


def test_tasks_that_the_form_does_not_name_stay(ids):
    save(ids, DRAFT)
    save(ids, replace(read(ids["lesson"]), tasks=(replace(TASK, title="Another"),)))
    assert {task.title for task in read(ids["lesson"]).tasks} == {"No. 412", "Another"}


def test_resources_are_added_and_removed_in_order(ids):
    save(ids, replace(DRAFT, resources=tuple(ResourceDraft(name, "shelf") for name in "abc")))
    save(ids, replace(read(ids["lesson"]), resources=tuple(ResourceDraft(name, "shelf") for name in "cd")))
    assert [row.title for row in read(ids["lesson"]).resources] == ["c", "d"]


def test_grade_one_has_no_marks(app):
    factory.school()
    course = factory.course(factory.group("1 «А»", "1a", 1), "reading")
    view = factory.lesson(course).lesson_course
    by = content.Author(factory.person(), factory.account("reader"), NOW, factory.TODAY)
    base = content.read(db.session, db.session.get_one(LessonCourse, view)).mark()
    with pytest.raises(DomainError, match="grade_without_marks"):
        content.save(view, DRAFT, base, by)
    assert content.save(view, replace(DRAFT, tasks=(replace(TASK, scale="none"),)), base, by).changed


def test_a_lesson_that_is_gone_is_not_saved(ids):
    store.write(lambda session: setattr(session.query(Lesson).one(), "state", "withdrawn"))
    db.session.rollback()
    with pytest.raises(DomainError, match="lesson_unknown"):
        content.save(ids["lesson"], DRAFT, "", ids["by"])
