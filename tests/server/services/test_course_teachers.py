"""Teachers that a drawn timetable does not name: proposed, named, and kept when the file comes again."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.errors import DomainError
from server.extensions import db
from server.models import (
    Account,
    CourseTeacher,
    Lesson,
    LessonTeacher,
    Person,
    RoleGrant,
    StaffSubject,
    WeeklyLessonTeacher,
)
from server.services import course_teachers_save
from server.services.content import Author
from server.services.course_teachers import Board, Line, board
from tests.server import factory, village
from tests.server.conftest import office_on_copy
from tests.server.village import bring

TODAY = date(2026, 12, 7)


@pytest.fixture(scope="module")
def drawn_home(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The village with its lists and the timetable as drawn, and a deputy."""
    home = tmp_path_factory.mktemp("drawn") / "home"
    with office_on_copy(blank_home, home):
        factory.school(locale="ru", week_anchor=None)
        for kind in ("terms", "bells", "people", "staff"):
            bring(kind, *village.FILES[kind])
        bring("timetable", "timetable.xlsx")
        factory.account("deputy", "deputy_studies")
    return home


@pytest.fixture
def drawn(drawn_home: Path, tmp_path: Path) -> Iterator[Author]:
    """Somebody who names teachers, in an office of this test's own."""
    with office_on_copy(drawn_home, tmp_path / "home"):
        account = db.session.scalars(select(Account).where(Account.login == "deputy")).one()
        yield Author(account.person_id, account.id, village.NOW, TODAY)


def now() -> Board:
    db.session.remove()
    return board(db.session, TODAY)


def line(subject: str, *classes: str) -> Line:
    (found,) = [
        one for one in now().lines if one.subject == subject and tuple(name for _, name in one.classes) == classes
    ]
    return found


def person(last: str) -> str:
    staff = select(RoleGrant.person_id)
    return db.session.scalars(select(Person.id).where(Person.last_name == last, Person.id.in_(staff))).one()


def test_what_staff_lists_say_is_kept_once(drawn: Author) -> None:
    before = db.session.scalar(select(func.count()).select_from(StaffSubject))
    assert before > 30
    bring("staff", "staff.xlsx")
    assert db.session.scalar(select(func.count()).select_from(StaffSubject)) == before


def test_every_course_of_the_drawn_timetable_is_asked_for(drawn: Author) -> None:
    found = now()
    assert len(found.missing) == len(found.lines) == 127
    joined = line("Русский язык", "1", "3")
    assert len(joined.courses) == 2 and joined.hours == 5


def test_the_only_teacher_of_a_subject_is_clear(drawn: Author) -> None:
    english = [one for one in now().lines if one.subject == "Английский язык"]
    assert {one.proposed for one in english} == {person("Кукушкина")}
    assert line("Русский язык", "1", "3").proposed == person("Василёкина")
    assert line("История", "7").proposed == ""


def test_clear_proposals_are_taken_at_once_and_right(drawn: Author) -> None:
    taken = {one.key: one.proposed for one in now().sure}
    assert course_teachers_save.accept(drawn) == len(taken) > 40
    after = {one.key: one.teachers for one in now().lines}
    assert all(after[key] == (proposed,) for key, proposed in taken.items())


def test_a_name_goes_into_the_course_its_week_and_its_coming_lessons(drawn: Author) -> None:
    history = line("История", "7")
    teacher = person("Дроздова")
    assert course_teachers_save.save({history.key: teacher}, {}, drawn) == 1
    db.session.remove()
    (row,) = db.session.scalars(select(CourseTeacher).where(CourseTeacher.course_id == history.courses[0]))
    assert (row.person_id, row.since, row.until, row.is_lead) == (teacher, date(2026, 9, 1), None, True)
    lessons = db.session.execute(
        select(Lesson.on, LessonTeacher.person_id).join(LessonTeacher, LessonTeacher.lesson_id == Lesson.id)
    ).all()
    assert {id for _, id in lessons} == {teacher} and min(on for on, _ in lessons) >= TODAY
    assert line("История", "7").teachers == (teacher,)
    assert course_teachers_save.save({history.key: teacher}, {}, drawn) == 0


def test_a_joined_lesson_gets_one_teacher_for_both_classes(drawn: Author) -> None:
    joined = line("Технология", "5", "6")
    course_teachers_save.save({joined.key: person("Загоров")}, {}, drawn)
    rows = db.session.scalars(select(CourseTeacher).where(CourseTeacher.course_id.in_(joined.courses))).all()
    assert len(rows) == 2


def test_a_later_file_that_names_nobody_keeps_them(drawn: Author) -> None:
    course_teachers_save.accept(drawn)
    before = {one.key: one.teachers for one in now().lines}
    fingerprint = village.fingerprint()
    report = bring("timetable", "timetable.xlsx")
    assert report.counts == {"unchanged": 128} and not report.changed
    assert {one.key: one.teachers for one in now().lines} == before
    assert village.fingerprint() == fingerprint


def test_a_file_that_names_others_says_who_teaches(drawn: Author) -> None:
    history = line("История", "7")
    course_teachers_save.save({history.key: person("Дроздова")}, {}, drawn)
    bring("timetable", "timetable_asc.xml")
    assert len(line("История", "7").teachers) == 1
    assert not now().missing


def test_another_name_ends_the_first_one_yesterday(drawn: Author) -> None:
    history = line("История", "7")
    first, second = person("Дроздова"), person("Кукушкин")
    course_teachers_save.save({history.key: first}, {}, drawn)
    assert course_teachers_save.save({history.key: second}, {history.key: first}, drawn) == 1
    db.session.remove()
    rows = db.session.scalars(
        select(CourseTeacher).where(CourseTeacher.course_id == history.courses[0]).order_by(CourseTeacher.since)
    ).all()
    assert [(row.person_id, row.until) for row in rows] == [(first, TODAY - timedelta(days=1)), (second, None)]
    assert {id for (id,) in db.session.execute(select(LessonTeacher.person_id))} == {second}
    assert {id for (id,) in db.session.execute(select(WeeklyLessonTeacher.person_id))} == {second}


def test_who_comes_second_is_told_and_nothing_is_written(drawn: Author) -> None:
    history, other = line("История", "7"), line("История", "8")
    course_teachers_save.save({history.key: person("Дроздова")}, {}, drawn)
    fingerprint = village.fingerprint()
    choices = {other.key: person("Кукушкин"), history.key: person("Кукушкин")}
    with pytest.raises(DomainError) as error:
        course_teachers_save.save(choices, {history.key: ""}, drawn)
    assert error.value.code == "changed_meanwhile"
    assert village.fingerprint() == fingerprint


@pytest.mark.parametrize(("key", "who", "code"), [("none", "", "course_unknown"), ("", "none", "person_unknown")])
def test_what_is_not_there_is_refused(drawn: Author, key: str, who: str, code: str) -> None:
    with pytest.raises(DomainError) as error:
        course_teachers_save.save({key or line("История", "7").key: who or person("Дроздова")}, {}, drawn)
    assert error.value.code == code
