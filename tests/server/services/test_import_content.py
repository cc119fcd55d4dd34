"""Lessons from files and broadcasts: where they land, who wins, what stays."""

import re
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import models, store
from server.extensions import db
from server.importers import registry
from server.services import content_flags
from server.services.imports import shift
from tests.server import factory, village
from tests.server.logbook import hand_in
from tests.server.village import bring, codes

FILE = "content/07-fizika-0712.md"
TEXT = village.read(FILE).decode()


def lesson_file(*pairs: tuple[str, str], name: str = "07-fizika-0712.md") -> tuple[str, bytes]:
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return (name, text.encode())


def material(key: str = "07-fizika-0712.md/7-2026") -> models.Material:
    db.session.remove()
    return db.session.scalars(select(models.Material).where(models.Material.source_key == key)).one()


def task() -> models.Task:
    view = material().lesson_course_id
    return db.session.scalars(select(models.Task).where(models.Task.lesson_course_id == view)).one()


def test_a_lesson_has_its_topic_form_material_resources_and_task(here: APIFlask) -> None:
    found = material()
    view = found.lesson_course
    assert (view.topic, view.form, view.lesson.on, view.lesson.n) == ("Плотность вещества", "tv", date(2026, 12, 7), 3)
    assert (view.course.group.slug, view.course.subject.name) == ("7", "Физика")
    assert (found.origin, found.version, found.title) == ("file", 1, "Плотность вещества")
    assert [resource.source for resource in found.resources] == ["Школа-ТВ", "Методическая копилка"]
    author = db.session.get(models.Person, found.author_id)
    assert author.last_name == "Незабудкина"  # who teaches physics
    stored = task()
    assert (stored.kind, stored.scale, stored.due_on) == ("homework", "five", date(2026, 12, 10))
    assert stored.published_at is None and stored.course_id == view.course_id


def test_a_changed_file_updates_what_it_made(here: APIFlask) -> None:
    id = task().id
    report = bring("content", lesson_file(("Плотность вещества", "Масса и плотность"), ("due_days: 3", "due_days: 2")))
    assert report.counts == {"updated": 1}
    assert (material().title, material().version) == ("Масса и плотность", 2)
    assert (task().id, task().title, task().due_on) == (id, "Масса и плотность", date(2026, 12, 9))
    assert task().version == 2


def test_fewer_resources_replace_more(here: APIFlask) -> None:
    start, end = TEXT.index('  - title: "Таблица'), TEXT.index("task:")
    assert bring("content", lesson_file((TEXT[start:end], ""))).counts == {"updated": 1}
    assert len(material().resources) == 1


def test_the_task_moves_with_its_file(here: APIFlask) -> None:
    id, old_view = task().id, material().lesson_course_id
    query = select(models.Lesson.on, models.Lesson.n).join(models.LessonCourse)
    course = material().lesson_course.course_id
    on, n = db.session.execute(
        query.where(models.LessonCourse.course_id == course, models.Lesson.on > date(2026, 12, 7)).order_by("on")
    ).first()
    report = bring("content", lesson_file(("2026-12-07", on.isoformat()), ("lesson: 3", f"lesson: {n}")))
    assert report.counts == {"updated": 1}
    assert task().id == id and task().lesson_course.lesson.on == on
    assert db.session.get(models.LessonCourse, old_view).topic == ""


def _another_lesson() -> tuple[str, str]:
    """Date and number of a later lesson of the course."""
    course = material().lesson_course.course_id
    query = select(models.Lesson.on, models.Lesson.n).join(models.LessonCourse)
    on, n = db.session.execute(
        query.where(models.LessonCourse.course_id == course, models.Lesson.on > date(2026, 12, 7)).order_by("on")
    ).first()
    return on.isoformat(), str(n)


def test_a_file_name_that_is_used_again_leaves_works_that_came_back_with_their_task(here: APIFlask) -> None:
    old, old_view = task().id, material().lesson_course_id
    student = db.session.scalars(
        select(models.Membership.person_id).join(models.Group).where(models.Group.slug == "7")
    ).first()
    hand_in(factory.work_for(old, student))
    on, n = _another_lesson()
    other = lesson_file(("2026-12-07", on), ("lesson: 3", f"lesson: {n}"), ("Плотность вещества", "Сила"))
    report = bring("content", other)
    assert codes(report, "warning") == ["task_kept_with_works"]
    assert report.findings[0].data["other"] == "07.12.2026"
    assert (report.counts, material().lesson_course.lesson.on.isoformat()) == ({"created": 1}, on)
    assert (task().title, task().lesson_course.lesson.on.isoformat()) == ("Сила", on)
    assert task().id != old and task().published_at is None
    kept = db.session.get_one(models.Task, old)
    assert (kept.title, kept.lesson_course_id) == ("Плотность вещества", old_view)
    assert db.session.get_one(models.LessonCourse, old_view).topic == "Плотность вещества"
    assert db.session.scalar(select(models.Material.title).where(models.Material.lesson_course_id == old_view))
    new = task().id
    again = bring("content", other)
    assert (again.changed, list(again.findings), task().id) == (False, [], new)


def test_a_lesson_that_moves_within_its_day_takes_its_works_along(here: APIFlask) -> None:
    old = task().id
    student = db.session.scalars(select(models.Membership.person_id)).first()
    hand_in(factory.work_for(old, student))
    store.write(lambda session: setattr(session.get_one(models.Task, old).lesson_course.lesson, "n", 6))
    report = bring("content", lesson_file(("lesson: 3", "lesson: 6"), ("Плотность вещества", "Сила")))
    assert not codes(report, "warning")
    assert (task().id, task().title) == (old, "Сила")


def test_office_edits_win_and_the_difference_is_reported(here: APIFlask) -> None:
    def edit(session) -> None:
        row = session.scalars(
            select(models.Material).where(models.Material.source_key == "07-fizika-0712.md/7-2026")
        ).one()
        row.origin, row.body = "office", "Edited."

    store.write(edit)
    assert not bring("content", FILE).findings  # the file that the office started from says nothing new
    report = bring("content", lesson_file(("Плотность вещества", "Другая тема")))
    assert codes(report, "warning") == ["content_office_wins"]
    assert not report.changed
    assert material().body == "Edited."


def test_two_files_never_fight_for_a_lesson(here: APIFlask) -> None:
    before = village.fingerprint()
    report = bring("content", lesson_file(name="another.md"))
    assert codes(report) == ["content_place_taken"]
    assert report.findings[-1].data["other"] == "07-fizika-0712.md"
    assert village.fingerprint() == before


def test_a_lesson_that_is_not_there_says_what_is(here: APIFlask) -> None:
    before = village.fingerprint()
    report = bring("content", lesson_file(("lesson: 3", "lesson: 7"), name="new.md"))
    assert codes(report) == ["content_no_lesson"]
    assert "07.12 (3)" in report.findings[-1].suggestion
    for old, new, code in (
        ("2026-12-07", "2027-01-04", "content_no_lesson_week"),
        ("Физика", "Алхимия", "subject_unknown"),
        ('date: "2026-12-07"\n', "", "content_place_needed"),
    ):
        assert codes(bring("content", lesson_file((old, new), name="new.md"))) == [code]
    assert village.fingerprint() == before


def test_parallel_classes_each_get_a_copy(here: APIFlask) -> None:
    """A second seventh class with physics at the same hour."""
    view = material().lesson_course

    def second_class(session) -> None:
        session.add(models.Group(id="g" * 32, slug="7b", name="7Б", kind="class", grade=7))
        session.flush()
        session.add(models.Course(id="c" * 32, group_id="g" * 32, subject_id=subject, year_id=year))
        session.flush()
        session.add(models.LessonCourse(id="v" * 32, lesson_id=lesson, course_id="c" * 32))

    lesson, subject, year = view.lesson_id, view.course.subject_id, view.course.year_id
    db.session.remove()
    store.write(second_class)
    report = bring("content", FILE)
    assert report.counts == {"created": 1}
    assert material("07-fizika-0712.md/7b-2026").lesson_course_id == "v" * 32
    ids = {row.id for row in db.session.scalars(select(models.Task).where(models.Task.title == "Плотность вещества"))}
    assert len(ids) == 2
    assert bring("content", FILE).counts == {"unchanged": 1}


def test_grade_one_has_no_marks(here: APIFlask) -> None:
    text = village.read("content/01-matematika-0912.md").replace(b"scale: none", b"scale: five")
    report = bring("content", ("01-matematika-0912.md", text))
    assert codes(report, "warning") == ["grade_without_marks"]
    view = material("01-matematika-0912.md/1-2026").lesson_course_id
    assert db.session.scalar(select(models.Task.scale).where(models.Task.lesson_course_id == view)) == "none"


def test_a_published_task_keeps_its_scale(here: APIFlask) -> None:
    id = task().id
    store.write(lambda session: setattr(session.get_one(models.Task, id), "published_at", village.NOW))
    report = bring("content", lesson_file(("scale: five", "scale: points\n  max_points: 10")))
    assert codes(report, "warning") == ["task_scale_kept"]
    assert (task().scale, task().max_points) == ("five", None)


def test_a_task_that_the_file_no_longer_has_stays(here: APIFlask) -> None:
    start, end = TEXT.index("task:"), TEXT.index("---\n\n#")
    report = bring("content", lesson_file((TEXT[start:end], "")))
    assert "task_not_in_file" in codes(report, "info")
    assert not task().withdrawn


def test_a_file_without_form_source_or_date_is_taken_and_flagged(here: APIFlask) -> None:
    gone = (("form: tv\n", ""), ('source: "Школа-ТВ"', 'source: ""'), ("  due_days: 3\n", ""))
    report = bring("content", lesson_file(*gone))
    assert report.counts == {"updated": 1} and not report.errors
    found = material()
    assert content_flags.flags(found.lesson_course.form, found.resources, [task()]) == ["form", "source", "due"]


def test_a_complete_lesson_has_no_flags(here: APIFlask) -> None:
    found = material()
    assert content_flags.flags(found.lesson_course.form, found.resources, [task()]) == []
    assert content_flags.flags("self", [], [models.Task(due_on=None, withdrawn=True)]) == []


# --- broadcasts ------------------------------------------------------------------------------------------------

TV = "Дата,Время,Канал,Класс,Предмет,Тема,Длительность\n"


def broadcasts(*rows: str) -> tuple[str, bytes]:
    return ("tv.csv", (TV + "".join(rows)).encode())


def linked(on: date, grade: int, subject: str) -> list[tuple[int, str | None]]:
    """Lesson number and broadcast's time of the grade's lessons that day."""
    db.session.remove()
    query = (
        select(models.Lesson.n, models.Broadcast.starts)
        .select_from(models.LessonCourse)
        .join(models.Lesson)
        .join(models.Course)
        .join(models.Subject, models.Subject.id == models.Course.subject_id)
        .join(models.Group)
        .outerjoin(models.Broadcast)
        .where(models.Lesson.on == on, models.Group.grade == grade, models.Subject.name == subject)
    )
    return [tuple(row) for row in db.session.execute(query.order_by(models.Lesson.n))]


def test_a_broadcast_belongs_to_the_lesson_of_its_grade_and_subject(here: APIFlask) -> None:
    assert [start for _, start in linked(date(2026, 12, 7), 8, "Геометрия")] == ["10:00"]
    assert [start for _, start in linked(date(2026, 12, 7), 7, "Геометрия")] in ([], [None])


def test_a_broadcast_of_a_joined_lesson_is_for_one_grade(here: APIFlask) -> None:
    assert [start for _, start in linked(date(2026, 12, 7), 3, "Русский язык")] == ["11:20"]
    assert [start for _, start in linked(date(2026, 12, 7), 1, "Русский язык")] == [None]


def test_the_second_broadcast_is_for_the_second_lesson(here: APIFlask) -> None:
    query = select(models.Lesson.on, models.Group.grade, models.Subject.name).select_from(models.LessonCourse)
    query = query.join(models.Lesson).join(models.Course).join(models.Group)
    query = query.join(models.Subject, models.Subject.id == models.Course.subject_id)
    rows = db.session.execute(query.where(models.Lesson.on.between(date(2026, 12, 14), date(2026, 12, 18)))).all()
    on, grade, subject = next(row for row in rows if rows.count(row) == 2)
    day = f"{on.isoformat()},%s,Школа-ТВ,{grade},{subject},Тема,20\n"
    assert bring("tv", broadcasts(day % "11:00", day % "09:00", day % "12:00")).counts == {"created": 3}
    assert [start for _, start in linked(on, grade, subject)] == ["09:00", "11:00"]


def test_a_broadcast_follows_the_lesson_that_moves(here: APIFlask) -> None:
    """The link is by day: a lesson that leaves the day gives the broadcast up."""
    text = village.read("timetable_asc.xml").decode()
    monday_only = [line for line in text.splitlines() if 'lessonid="*1"' in line and 'days="10000"' in line]
    moved = monday_only[0].replace('days="10000"', 'days="00100"').replace('period="1"', 'period="7"')
    bring("timetable", ("timetable.xml", text.replace(monday_only[0], moved).encode()))
    assert linked(date(2026, 12, 7), 3, "Русский язык") == []
    assert all(start is None for _, start in linked(date(2026, 12, 9), 3, "Русский язык"))


def test_a_changed_topic_updates_a_missing_row_stays(here: APIFlask) -> None:
    first = village.read("tv_broadcasts.csv").decode("utf-8-sig").splitlines()[1]
    report = bring("tv", broadcasts(first.replace("Роман второй половины XIX века", "Роман") + "\n"))
    assert report.counts == {"updated": 1}
    db.session.remove()
    assert len(db.session.scalars(select(models.Broadcast)).all()) == 36


@pytest.mark.parametrize("days", [7, -350])
def test_broadcasts_and_lessons_move_by_weeks(days: int) -> None:
    rows = registry.read("tv", "tv.csv", village.read("tv_broadcasts.csv")).rows
    moved = shift.broadcasts(rows, days)
    assert [row.date - timedelta(days=days) for row in moved] == [row.date for row in rows]
    assert [row.date.weekday() for row in moved] == [row.date.weekday() for row in rows]


def test_a_broadcast_without_length_is_asked_for(here: APIFlask) -> None:
    assert codes(bring("tv", broadcasts("2026-12-08,09:00,Школа-ТВ,9,Физика,Тема,\n"))) == ["broadcast_length_missing"]


def test_the_same_file_a_year_later_leaves_last_years_works_where_they_are(here: APIFlask) -> None:
    old, lesson_then = task().id, material().lesson_course_id
    next_autumn = village.NOW + timedelta(days=268)
    terms = re.sub(r"202[67]", lambda year: str(int(year[0]) + 1), village.read("terms.csv").decode("utf-8-sig"))
    bring("terms", ("terms.csv", terms.encode()), now=next_autumn)
    bring("timetable", "timetable_asc.xml", now=next_autumn)
    report = bring("content", lesson_file(("2026-12-07", "2027-12-06")), now=next_autumn)
    assert report.counts == {"created": 1}
    new = material("07-fizika-0712.md/7-2027")
    assert new.lesson_course.lesson.on == date(2027, 12, 6)
    assert (task().id, material().lesson_course_id) == (old, lesson_then)
    again = db.session.scalars(select(models.Task).where(models.Task.lesson_course_id == new.lesson_course_id)).one()
    assert again.id != old and again.course_id == new.lesson_course.course_id
