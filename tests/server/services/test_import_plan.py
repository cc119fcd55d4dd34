"""Course plans come in: whose they are, twice, newer, with lessons that were held; topics reach the lessons."""

import io
from datetime import date

import pytest
import xlsxwriter
from apiflask import APIFlask
from flask_babel import force_locale
from sqlalchemy import event, select

from server import store
from server.extensions import db
from server.models import Course, CoursePlanTopic, LessonCourse, Material
from server.services import course_plan, imports
from server.services.freezing import Window, freeze
from server.services.imports import ImportReport
from server.services.imports.plan import absent_topics
from server.services.lesson_list import lessons_between
from server.services.plan_hours import Topic
from tests.server import factory, village

MONDAY = date(2026, 12, 7)  # today
HEAD = "№;Тема;Часы;Дата"
TITLE = "Календарно-тематическое планирование по алгебре, 7 «А» класс;;;"


def bring(*rows: str, name: str = "plan.csv", title: str = TITLE, head: str = HEAD, **values: object) -> ImportReport:
    lines = [title, head, *rows] if title else [head, *rows]
    return village.bring("plan", (name, "\n".join(lines).encode("utf-8")), **values)


def plan(course_id: str) -> list[tuple[str, str, int, date | None]]:
    db.session.rollback()
    return [
        (row.section, row.topic, row.hours, row.on)
        for row in course_plan.plans_of(db.session, [course_id]).get(course_id, [])
    ]


def shown(course_id: str) -> list[str]:
    """Topics of the course's lessons as lists show them."""
    db.session.rollback()
    lines = lessons_between(db.session, date(2026, 9, 1), date(2027, 5, 31), Course.id == course_id)
    return [line.topic for line in lines]


@pytest.fixture
def seven(school: APIFlask) -> str:
    """Algebra in 7А: Mondays before, on and after today, nothing said about them; returns the course."""
    course = factory.course(factory.group("7А", "7a"), "Алгебра")
    for day in (date(2026, 11, 30), MONDAY, date(2026, 12, 14), date(2026, 12, 21)):
        factory.lesson(course, on=day, topic="")
    return course


def test_a_plan_is_stored_and_lessons_take_their_topics(seven: str) -> None:
    report = bring("1;Степень;1;", "2;Корень;2;", "3;Дробь;1;")
    assert report.counts == {"created": 3}
    assert plan(seven) == [("", "Степень", 1, None), ("", "Корень", 2, None), ("", "Дробь", 1, None)]
    assert shown(seven) == ["Степень", "Корень", "Корень", "Дробь"]
    assert set(db.session.scalars(select(LessonCourse.topic))) == {""}


def test_the_same_file_again_changes_nothing(seven: str) -> None:
    bring("1;Степень;1;", "2;Корень;2;07.12")
    before = village.fingerprint()
    report = bring("1;Степень;1;", "2;Корень;2;07.12")
    assert (report.counts, report.changed) == ({"unchanged": 2}, False)
    assert village.fingerprint() == before


def test_a_newer_file_changes_what_differs_and_keeps_what_it_lacks_at_the_end(seven: str) -> None:
    bring("1;Степень;1;", "2;Корень;2;", "3;Дробь;1;")
    report = bring("1;Степень числа;1;", "2;Дробь;1;")
    assert [topic for _, topic, _, _ in plan(seven)] == ["Степень числа", "Дробь", "Корень"]
    assert "course_plan_topic_not_in_file" in village.codes(report, "info")
    again = bring("1;Степень числа;1;", "2;Дробь;1;")
    assert not again.changed


def test_hours_beyond_the_calendar_are_said(seven: str) -> None:
    report = bring("1;Степень;6;")
    [finding] = [one for one in report.findings if one.code == "plan_too_long"]
    assert (finding.data["hours"], finding.data["lessons"], finding.data["differ"]) == (6, 4, 2)
    assert village.codes(bring("1;Степень;1;"), "info") == ["plan_too_short"]


def test_a_held_lesson_keeps_its_topic_when_the_plan_shifts(seven: str) -> None:
    bring("1;Степень;1;", "2;Корень;1;", "3;Дробь;1;")
    bring("1;Введение;1;", "2;Степень;1;", "3;Корень;1;", "4;Дробь;1;")
    assert shown(seven) == ["Степень", "Степень", "Корень", "Дробь"]
    bring("1;Введение;1;", "2;Степень числа;1;", "3;Корень;1;", "4;Дробь;1;")
    assert shown(seven)[1] == "Степень числа"


def test_what_a_teacher_wrote_wins(seven: str) -> None:
    bring("1;Степень;1;", "2;Корень;1;")
    own = db.session.scalars(
        select(LessonCourse).join(LessonCourse.lesson).where(LessonCourse.course_id == seven)
    ).all()
    id = own[0].id
    store.write(lambda session: setattr(session.get(LessonCourse, id), "topic", "Контрольная"))
    assert "Контрольная" in shown(seven)
    assert id not in course_plan.topics(db.session, [seven])


def test_a_cancelled_lesson_does_not_count(school: APIFlask) -> None:
    course = factory.course(factory.group("7А", "7a"), "Алгебра")
    factory.lesson(course, on=MONDAY, topic="", state="cancelled")
    factory.lesson(course, on=date(2026, 12, 14), topic="")
    bring("1;Степень;1;", "2;Корень;1;")
    assert shown(course) == ["", "Степень"]


def test_a_grade_means_all_its_classes_and_their_parts(school: APIFlask) -> None:
    one, other = factory.group("7А", "7a"), factory.group("7Б", "7b")
    part = factory.group("1", "7b-1", kind="subgroup", parent_id=other, division="1")
    courses = [factory.course(one, "Английский язык"), factory.course(part, "Английский язык")]
    report = bring("1;Hello;1;", title="КТП по английскому языку, 7 класс;;;")
    assert village.codes(report) == []
    assert [plan(course) for course in courses] == [[("", "Hello", 1, None)]] * 2


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("КТП по физике 7 класс", "Физика"),
        ("Планирование по физической культуре, 7 класс", "Физическая культура"),
        ("Планирование по литературному чтению, 7 класс", "Литературное чтение"),
        ("Рабочая программа по литературе, 7 класс", "Литература"),
        ("Русский язык 7 класс", "Русский язык"),
        ("Қазақ тілінен күнтізбелік-тақырыптық жоспар, 7 сынып", "Қазақ тілі"),
        ("Математикадан жоспар, 7 «А» сынып", "Математика"),
        ("КТП по окружающему миру 7 «А» класс", "Окружающий мир"),
    ],
)
def test_the_subject_of_a_title_in_any_case(school: APIFlask, title: str, subject: str) -> None:
    group = factory.group("7А", "7a")
    names = ("Физика", "Физическая культура", "Литературное чтение", "Литература", "Русский язык", "Қазақ тілі",
             "Математика", "Информатика", "Окружающий мир")  # fmt: skip
    courses = {name: factory.course(group, name) for name in names}
    report = bring("1;Тема;1;", title=f"{title};;;")
    assert village.codes(report) == []
    assert [name for name, course in courses.items() if plan(course)] == [subject]


def test_sheets_named_by_class_and_a_file_named_by_subject(seven: str) -> None:
    other = factory.course(factory.group("7Б", "7b"), "Алгебра")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name in ("7А", "7Б"):
            sheet = book.add_worksheet(name)
            for number, row in enumerate((["№", "Тема", "Часы"], [1, "Степень", 1])):
                sheet.write_row(number, 0, row)
    report = village.bring("plan", ("КТП по алгебре.xlsx", out.getvalue()))
    assert village.codes(report) == []
    assert [len(plan(course)) for course in (seven, other)] == [1, 1]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("КТП по алгебре, 9 «В» класс", "group_unknown"),
        ("КТП по химии, 7 «А» класс", "plan_subject_missing"),
        ("КТП по алгебре", "plan_class_missing"),
    ],
)
def test_a_plan_that_belongs_nowhere_says_why(seven: str, title: str, code: str) -> None:
    report = bring("1;Степень;1;", "2;Корень;1;", title=f"{title};;;")
    assert village.codes(report) == [code]
    assert plan(seven) == []
    with force_locale("en"):
        assert all(finding.text() for finding in report.findings)


def test_a_column_with_a_subject_that_the_class_does_not_have(seven: str) -> None:
    factory.subject("Химия")
    report = bring("7А;Химия;Степень", "7А;Алхимия;Корень", title="", head="Класс;Предмет;Тема")
    assert village.codes(report) == ["course_unknown_here", "subject_unknown_near"]


def test_undo_brings_the_old_plan_back(seven: str) -> None:
    bring("1;Степень;1;", "2;Корень;1;")
    before, topics = plan(seven), shown(seven)
    report = bring("1;Введение;1;", "2;Степень;1;", "3;Корень;1;")
    imports.undo(report.runs[0], actor_id=None, now=village.NOW)
    assert (plan(seven), shown(seven)) == (before, topics)


def test_an_edition_freezes_the_topic_of_the_plan(here: APIFlask) -> None:
    course = db.session.scalars(
        select(LessonCourse.course_id).join(LessonCourse.lesson).where(LessonCourse.topic == "")
    ).first()
    [lesson] = course_plan.lessons_of(db.session, [course])[course][:1]
    store.write(lambda session: session.add(
        CoursePlanTopic(id=factory.new_id(), course_id=course, position=1, topic="Кораблик", hours=1)
    ))  # fmt: skip
    db.session.rollback()
    with force_locale("ru"):
        content = freeze(db.session, Window(lesson.on, lesson.on), [lesson.on])
    assert content["lessons"][lesson.id]["topic"] == "Кораблик"


def test_a_content_file_goes_to_the_lesson_of_its_topic(seven: str) -> None:
    bring("1;Степень;1;", "2;Корень;1;", "3;Дробь;1;")
    text = "---\nid: root\ngrade: 7\nsubject: Алгебра\ntopic: корень\nform: self\n---\nТекст\n"
    report = village.bring("content", ("root.md", text.encode()))
    assert village.codes(report) == []
    days = select(LessonCourse).join(Material, Material.lesson_course_id == LessonCourse.id)
    assert [view.lesson.on for view in db.session.scalars(days)] == [MONDAY]
    assert not village.bring("content", ("root.md", text.encode())).changed
    other = text.replace("корень", "Логарифм").replace("root", "log")
    assert village.codes(village.bring("content", ("log.md", other.encode()))) == ["content_place_needed"]


def test_no_query_per_lesson(here: APIFlask) -> None:
    """As many queries for a month of all classes as for a day of one."""
    ids = list(db.session.scalars(select(LessonCourse.course_id).distinct()))
    store.write(lambda session: session.add_all(
        CoursePlanTopic(id=factory.new_id(), course_id=id, position=1, topic="Тема", hours=200) for id in ids
    ))  # fmt: skip
    db.session.rollback()
    queries: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda conn, cur, statement, *rest: queries.append(statement))
    course_plan.topics(db.session, ids)
    assert len(queries) == 2


def test_topics_that_a_newer_plan_lacks() -> None:
    def named(*names: str) -> list[Topic]:
        return [Topic("", name) for name in names]

    def gone(old: list[Topic], new: list[Topic]) -> list[str]:
        return [topic.topic for topic in absent_topics(old, new)]

    assert gone(named("a", "b", "c"), named("a", "b", "c")) == []
    assert gone(named("a", "b", "c"), named("c", "a", "b")) == []
    assert gone(named("a", "b", "c"), named("a", "c")) == ["b"]
    assert gone(named("a", "b", "c"), named("a", "B1", "c")) == []
    assert gone(named("a", "b", "c", "d"), named("a", "x", "d")) == ["c"]
    assert gone(named("a", "a", "b"), named("a", "b")) == ["a"]
