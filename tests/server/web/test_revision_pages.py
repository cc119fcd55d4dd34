"""The pages of newer timetables, of the dates of the year, and of planned against held lessons."""

import io
import re
from datetime import date, timedelta

import pytest

from server import models
from server.extensions import db
from server.services import held_lessons, import_taking, workload
from server.services.held_lessons import Counts, Dated, count, hours_due
from server.services.measures import Span
from server.services.plan_hours import Topic
from server.services.running import running
from tests.server import factory
from tests.server.factory import TODAY

SINCE = TODAY + timedelta(days=9)
HEAD = "Activity Id,Day,Hour,Students Sets,Subject,Teachers,Activity Tags,Room,Comments\n"


def fet(*rows: str) -> bytes:
    return (HEAD + "".join(f"{row},,,\n" for row in rows)).encode()


def send(client, data: bytes, since: date = SINCE, name: str = "newer.csv"):
    form = {"file": (io.BytesIO(data), name), "from": since.isoformat()}
    return client.post("/revisions/", data=form, content_type="multipart/form-data")


@pytest.fixture
def deputy(app, world):
    return factory.signed_in(app, world.accounts["deputy_studies"])


# --- a newer timetable ---------------------------------------------------------------------------------------------


def test_a_file_is_compared_and_taken_from_the_day_that_was_looked_at(deputy, world):
    group = db.session.get_one(models.Group, world.near.id)
    teacher = db.session.get_one(models.Person, world.person("coordinator"))
    who, name = f"{teacher.last_name} {teacher.first_name} {teacher.middle_name}", group.name
    db.session.remove()
    page = send(deputy, fet(f"1,Понедельник,2,{name},Рисование,{who}"))
    assert page.status_code == 303 and f"from={SINCE}" in page.location
    text = deputy.get(page.location).text
    assert "Рисование" in text and 'value="take"' in text and "new" in text
    token = {"act": "take", "from": (SINCE + timedelta(days=1)).isoformat(), "seen": SINCE.isoformat()}
    assert deputy.post(page.location, data=token).status_code == 303
    assert db.session.query(models.ImportRun).count() == 0, "another day must be looked at first"
    db.session.remove()
    answer = deputy.post(page.location, data={"act": "take", "from": SINCE.isoformat(), "seen": SINCE.isoformat()})
    running().wait(import_taking.taking_name(page.location.rsplit("/", 1)[-1].split("?")[0]))
    assert answer.status_code == 303
    db.session.remove()
    run = db.session.query(models.ImportRun).one()
    slot = db.session.query(models.Slot).filter(models.Slot.since.is_not(None)).one()
    assert run.since == slot.since == SINCE
    db.session.remove()
    assert "newer.csv" in deputy.get("/revisions/").text


def test_another_schools_timetable_says_how_many_classes_are_known(deputy):
    page = send(deputy, fet("1,Понедельник,2,11Я,Рисование,"))
    text = deputy.get(page.location).text
    assert "0 of the 1 classes" in text and "11Я" in text and "another school" in text and 'value="take"' not in text


def test_what_is_no_timetable_is_refused(deputy):
    assert send(deputy, b"").status_code == 422
    assert deputy.post("/revisions/", data={}).status_code == 422
    refused = send(deputy, fet("1,Понедельник,2,7А,Рисование,"), since=TODAY - timedelta(days=3))
    assert "later day" in deputy.get(refused.location).text


# --- the dates of the year -----------------------------------------------------------------------------------------


def free(first: date = SINCE, **more: str) -> dict[str, str]:
    return {"new-name": "Quarantine", "new-kind": "public_holiday", "new-starts": first.isoformat(),
            "new-ends": first.isoformat(), **more}  # fmt: skip


def test_free_days_are_looked_at_then_made(deputy, world):
    weekly = factory.new_id()
    factory.add(models.WeeklyLesson(id=weekly, year_id=factory.year(), key="x", hours_per_week=1, length=1))
    factory.add(models.WeeklyLessonCourse(weekly_lesson_id=weekly, course_id=world.near.course))
    factory.add(models.Slot(id=factory.new_id(), weekly_lesson_id=weekly, weekday=SINCE.isoweekday(), n=6))
    lesson = factory.lesson(world.near.course, SINCE, n=6)
    db.session.get_one(models.Lesson, lesson.lesson)
    db.session.remove()
    factory.material(lesson.lesson_course)
    _bind(lesson.lesson, weekly)
    text = deputy.post("/term-dates/", data=free()).text
    seen = re.search(r'name="seen" value="(\w+)"', text)
    assert seen and "Quarantine" in text and "1 material" in text
    assert db.session.query(models.Term).count() == 1
    db.session.remove()
    answer = deputy.post("/term-dates/", data={**free(), "act": "apply", "seen": seen[1]})
    assert answer.status_code == 303, answer.text
    home = deputy.get("/term-dates/").text
    assert "To be decided" in home and "Quarantine" in home
    decided = deputy.post(f"/term-dates/lessons/{lesson.lesson}", data={"act": "cancel"})
    assert decided.status_code == 303 and decided.location.startswith("/changes/")
    assert "To be decided" not in deputy.get("/term-dates/").text


def _bind(lesson_id: str, weekly: str) -> None:
    from server import store

    def write(session):
        session.get_one(models.Lesson, lesson_id).weekly_lesson_id = weekly

    store.write(write)


@pytest.mark.parametrize("form", [
    free(**{"new-name": ""}), free(**{"new-ends": "2026-01-01"}), free(**{"new-starts": "soon"}),
    free(**{"new-grades": "77"}), free(**{"new-kind": "half"}), {},
])  # fmt: skip
def test_dates_that_cannot_be_are_explained_and_kept_in_the_form(deputy, form):
    answer = deputy.post("/term-dates/", data={**form, "act": "apply"})
    assert 400 <= answer.status_code < 500 and 'role="alert"' in answer.text
    if form.get("new-name"):
        assert "Quarantine" in answer.text


# --- planned and held ----------------------------------------------------------------------------------------------


def test_the_page_counts_what_was_held_and_by_whom(deputy, world):
    course = world.near.course
    gone, other, cancelled = (factory.lesson(course, TODAY - timedelta(days=back), n=7) for back in (3, 4, 5))
    for lesson, kind in ((other, "substituted"), (cancelled, "cancelled")):
        factory.add(models.LessonChange(id=factory.new_id(), lesson_id=lesson.lesson, kind=kind, before={}, after={},
                                        changed_at=factory_now()))  # fmt: skip
    _cancel(cancelled.lesson)
    somebody = factory.person("Zamenov", "Pyotr", "Ilyich")
    _hold(other.lesson, somebody)
    span = Span("x", "2", TODAY - timedelta(days=6), TODAY)
    line = next(one for one in held_lessons.lines(db.session, span, TODAY) if one.course_id == course)
    assert (line.counts.held, line.counts.cancelled, line.counts.substituted) == (2, 1, 1)
    assert [(name.split()[0], number) for name, number in line.by_whom] == [("Zamenov", 1)]
    assert gone.lesson != other.lesson
    loads = {one.person_id: one for one in workload.loads(db.session, span, TODAY - timedelta(days=4))}
    assert loads[somebody].week == 1 and loads[somebody].limit is None and not loads[somebody].is_over
    db.session.remove()
    factory.add(models.WorkSchedule(id=factory.new_id(), person_id=somebody, since=factory.SINCE, most_a_week=1))
    for n in (2, 3):
        _hold(factory.lesson(course, TODAY - timedelta(days=3), n=n).lesson, somebody)
    loads = {one.person_id: one for one in workload.loads(db.session, span, TODAY - timedelta(days=4))}
    assert loads[somebody].is_over and len(loads[somebody].over) == 1
    text = deputy.get("/held-lessons/?fresh=1").text
    assert "Zamenov" in text and "<svg" in text
    assert "Zamenov" in deputy.get("/held-lessons/export.csv").get_data().decode("utf-8-sig")


def test_a_teacher_sees_the_own_courses(app, world):
    teacher = factory.signed_in(app, world.accounts["subject_teacher"])
    assert teacher.get("/held-lessons/mine").status_code == 200
    assert teacher.get("/held-lessons/").status_code == 403


def factory_now():
    from tests.server import village

    return village.NOW


def _cancel(lesson_id: str) -> None:
    from server import store

    def write(session):
        session.get_one(models.Lesson, lesson_id).state = "cancelled"

    store.write(write)


def _hold(lesson_id: str, person_id: str) -> None:
    factory.add(models.LessonTeacher(lesson_id=lesson_id, person_id=person_id))


def test_counts_and_hours_are_plain_arithmetic():
    days = [TODAY - timedelta(days=7 * back) for back in (3, 2, 1, 0)]
    lessons = [Dated(str(at), on, 1, at != 1, True) for at, on in enumerate(days)]
    lessons.insert(2, Dated("more", days[1] + timedelta(days=1), 2, True, False))
    span = Span("x", "x", days[0], TODAY)
    assert count(lessons, {"2": {"substituted"}}, span, TODAY) == Counts(
        timetable=3, held=3, cancelled=1, substituted=1, added=1
    )  # fmt: skip
    plan = [Topic("", "a", 2), Topic("", "b")]
    assert hours_due(plan, lessons, span, TODAY) == (3, 3)
    assert hours_due(plan, lessons, Span("x", "x", days[2], TODAY), TODAY) == (1, 3)
    assert Counts(1, 2, 3) + Counts(1, 1, 1) == Counts(2, 3, 4)
