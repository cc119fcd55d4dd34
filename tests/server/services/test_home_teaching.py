"""Taught at home: lessons of their own for a stretch of days, no works of the class in those subjects, no edition."""

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask_babel import force_locale
from sqlalchemy import select

from printables.views import student_lessons, week_lessons
from server import create_app, models, store
from server.config import make_config
from server.errors import DomainError
from server.extensions import db
from server.policy import Realm
from server.services import (
    absences,
    checks,
    courses,
    freezing,
    home_teaching,
    journal,
    lesson_list,
    movement,
    moving,
    pack_rosters,
    people,
    schema,
    timetable_view,
    waiting,
    works,
)
from server.services.freezing import Window
from server.services.moving import Clerk, Order
from server.services.pack_records import Ordered, order_packs
from tests.server import factory, logbook, village
from tests.server.factory import SINCE, TODAY

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
WINDOW = Window(TODAY, TODAY + 13 * DAY)
ALL = Realm(True, frozenset(), frozenset())


class School:
    """Class 7a of three with algebra and music; Yegor is to be taught at home from Wednesday on."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        self.group = factory.group()
        self.yegor = factory.student(self.group, "Veslov", "Yegor")
        self.others = [factory.student(self.group, last, "Vera") for last in ("Yakornaya", "Lodkina")]
        self.algebra, self.music = factory.course(self.group, "algebra"), factory.course(self.group, "music")
        self.teacher = factory.teacher(self.algebra)
        numbers, slugs = itertools.count(1), itertools.count(1)
        self.account = factory.account("office", "deputy_studies")
        self.clerk = Clerk(factory.person_of(self.account), self.account, NOW, TODAY, lambda n: next(numbers),
                           lambda: f"slug{next(slugs)}")  # fmt: skip
        self.since = TODAY + 2 * DAY

    def subject(self, name: str) -> str:
        return db.session.scalars(select(models.Subject.id).filter_by(name=name)).one()

    def begin(self, until: date | None = None, *names: str) -> home_teaching.Home:
        teachers = {self.subject(name): self.teacher for name in names or ("algebra",)}
        home_teaching.start(self.yegor, Order(self.since, "3-n"), until, teachers, self.clerk, "at home")
        return self.home()

    def home(self) -> home_teaching.Home:
        db.session.remove()
        found = home_teaching.of_student(db.session, self.yegor, TODAY)
        assert found is not None
        return found

    def arrange(self, *hours: tuple[int, int]) -> None:
        algebra = self.subject("algebra")
        home_teaching.arrange(self.yegor, dict.fromkeys(hours, algebra), {algebra: self.teacher}, self.home().base,
                              self.clerk)  # fmt: skip

    def lessons(self) -> list[tuple[date, int]]:
        """The planned lessons of the student's own group."""
        db.session.remove()
        rows = db.session.execute(
            select(models.Lesson.on, models.Lesson.n).join(models.LessonCourse).join(models.Course)
            .join(models.Group).where(models.Group.kind == "individual", models.Lesson.state == "planned")
            .order_by(models.Lesson.on, models.Lesson.n)
        )  # fmt: skip
        return [tuple(row) for row in rows]

    def own_lesson(self) -> str:
        """The first of them, as its course sees it."""
        return db.session.scalars(
            select(models.LessonCourse.id).join(models.Lesson).join(models.Course).join(models.Group)
            .where(models.Group.kind == "individual").order_by(models.Lesson.on).limit(1)
        ).one()  # fmt: skip

    def works_of(self, task: str) -> set[str]:
        return set(db.session.scalars(select(models.Work.student_id).filter_by(task_id=task)))


@pytest.fixture
def school(app: APIFlask) -> School:
    return School()


def create(task: str) -> None:
    numbers = itertools.count(2_000_000)
    store.write(lambda session: works.create_missing(session, [task], TODAY, NOW, lambda n: next(numbers)))
    db.session.remove()


def test_the_class_offers_its_subjects_with_their_teachers(school: School):
    half = factory.group("1", "7a-1", None, "subgroup", parent_id=school.group, division="English")
    english = factory.course(half, "English")
    factory.teacher(english, factory.person("Rulev", "Oleg", "Petrovich"))
    found = home_teaching.offers(db.session, school.group, TODAY)
    assert [(one.name, one.teacher) for one in found] == [
        ("algebra", "Parusova N. P."), ("English", "Rulev O. P."), ("music", "")
    ]  # fmt: skip


def test_home_teaching_is_a_dated_fact_with_a_group_that_names_nobody(school: School):
    home = school.begin(TODAY + 20 * DAY)
    group = db.session.get_one(models.Group, home.group_id)
    assert (group.kind, group.parent_id, group.name, group.grade) == ("individual", school.group, "at home", 7)
    assert "eslov" not in group.slug + group.name and group.slug.startswith("7a-")
    [fact] = movement.of_person(db.session, school.yegor)
    assert (fact.kind, fact.on, fact.until, fact.before, fact.after) == (
        "home_taught", school.since, TODAY + 20 * DAY, "7 «А»", ""
    )  # fmt: skip
    [stay] = db.session.scalars(select(models.Membership).filter_by(group_id=home.group_id))
    assert (stay.since, stay.until) == (school.since, TODAY + 20 * DAY)
    assert [row.id for row in people.classes(db.session, None)] == [school.group]


def test_lessons_follow_the_own_week_inside_the_days_of_home_teaching_only(school: School):
    school.begin(school.since + WEEK)
    school.arrange((1, 3), (4, 5))
    assert school.lessons() == [(school.since + DAY, 5), (TODAY + WEEK, 3)]
    school.arrange((3, 2))
    assert school.lessons() == [(school.since, 2), (school.since + WEEK, 2)]


def test_an_earlier_end_withdraws_the_lessons_after_it(school: School):
    school.begin()
    school.arrange((1, 3), (4, 5))
    assert len(school.lessons()) > 4
    home_teaching.end(school.yegor, TODAY + 4 * DAY, school.clerk)
    assert school.lessons() == [(TODAY + 3 * DAY, 5)]
    assert movement.of_person(db.session, school.yegor)[0].until == TODAY + 4 * DAY


def test_a_departure_and_a_transfer_end_home_teaching(school: School):
    other = factory.group("7 «Б»", "7b")
    school.begin()
    school.arrange((1, 3), (4, 5))
    moving.transfer(school.yegor, other, Order(TODAY + WEEK), school.clerk)
    assert school.lessons() == [(TODAY + 3 * DAY, 5)]
    db.session.remove()
    facts = movement.of_person(db.session, school.yegor)
    assert [(fact.kind, fact.until) for fact in facts] == [("home_taught", TODAY + 6 * DAY), ("transferred", None)]


def test_a_timetable_that_comes_in_leaves_the_own_week_alone(here: APIFlask):
    clerk = Clerk(None, None, NOW, TODAY, lambda n: 1, lambda: "slug")
    student = db.session.scalars(
        select(models.Membership.person_id).join(models.Group).where(models.Group.slug == "7").limit(1)
    ).first()
    group = db.session.scalars(select(models.Group.id).filter_by(slug="7")).one()
    chosen = home_teaching.offers(db.session, group, TODAY)[0]
    subject = chosen.subject_id
    home_teaching.start(student, Order(TODAY), None, {subject: chosen.teacher_id}, clerk, "на дому")
    db.session.remove()
    base = home_teaching.of_student(db.session, student, TODAY).base
    home_teaching.arrange(student, {(1, 7): subject, (3, 7): subject}, {}, base, clerk)
    before = village.fingerprint()
    assert not village.bring("timetable", "timetable_asc.xml").changed
    assert not village.bring("content", *village.FILES["content"]).changed
    assert village.fingerprint() == before


def test_no_works_of_the_class_in_these_subjects_but_in_others(school: School):
    school.begin()
    own = factory.task(factory.lesson(school.algebra, school.since).lesson_course, due_on=school.since + DAY)
    before = factory.task(factory.lesson(school.algebra, TODAY, n=2).lesson_course, due_on=TODAY + DAY)
    music = factory.task(factory.lesson(school.music, school.since).lesson_course, due_on=school.since + DAY)
    for task in (own, before, music):
        create(task)
    assert school.works_of(own) == set(school.others)
    assert school.works_of(before) == school.works_of(music) == {school.yegor, *school.others}
    assert "work_missing" not in {problem.code for problem in checks.problems(db.session, NOW)}


def test_a_work_that_was_given_before_is_not_missed(school: School):
    task = factory.task(factory.lesson(school.algebra, TODAY).lesson_course, due_on=school.since + DAY)
    create(task)
    school.begin()
    later = school.since + WEEK
    assert {line.student.id for line in waiting.missing(db.session, ALL, later)} == set(school.others)


def test_the_lesson_of_the_class_does_not_ask_where_the_student_is(school: School):
    school.begin()
    lesson = factory.lesson(school.algebra, school.since).lesson_course
    shown = [one for one, *_ in absences.lesson(db.session, lesson, TODAY).students]
    assert set(shown) == set(school.others)


def test_the_teacher_sees_the_lesson_sets_a_task_and_the_journal_knows_both(school: School):
    earlier = factory.works(factory.task(factory.lesson(school.algebra, TODAY - WEEK).lesson_course))
    logbook.hand_in(earlier[school.yegor], mark="4")
    school.begin()
    school.arrange((4, 5))
    [line] = lesson_list.lessons_between(
        db.session, TODAY, TODAY + 6 * DAY, lesson_list.held_by(school.teacher), models.Group.kind == "individual"
    )
    assert line.group_name == "7 «А», Veslov Y. (at home)" and line.start
    task = factory.task(school.own_lesson(), "Own", due_on=TODAY + 9 * DAY)
    create(task)
    assert school.works_of(task) == {school.yegor}
    course = db.session.get_one(models.Task, task).course_id
    later = TODAY + 4 * DAY
    head = courses.course(db.session, course, later)
    assert head.group_name == "7 «А», Veslov Y. (at home)" and head.teachers
    [row] = journal.grid(db.session, head, SINCE, later, later).rows
    assert [(mark.group, mark.values) for mark in row.carried] == [("7 «А»", (("mark", "4"),))]
    old = courses.course(db.session, school.algebra, later)
    rows = journal.grid(db.session, old, SINCE, later, later).rows
    apart = {row.student_id: (row.apart, row.carried) for row in rows}
    assert apart[school.yegor] == (True, ()) and not any(apart[one][0] for one in school.others)


def test_the_week_of_the_class_is_one_timetable_and_the_own_week_another(school: School):
    home = school.begin()
    school.arrange((4, 5))
    factory.lesson(school.algebra, TODAY + 3 * DAY, n=2)
    of_class = timetable_view.grid(db.session, TODAY, "group", "7a")
    assert (of_class.lessons, [row.n for row in of_class.rows]) == (1, [2])
    own = timetable_view.grid(db.session, TODAY, "group", home.slug)
    assert (own.name, own.lessons, [row.n for row in own.rows]) == ("7 «А», Veslov Y. (at home)", 1, [5])
    assert [key for key, _ in timetable_view.choice(db.session, TODAY, TODAY).groups] == ["7a"]


def test_two_at_once_and_what_does_not_fit_are_refused(school: School):
    with pytest.raises(DomainError, match="student_not_home"):
        home_teaching.end(school.yegor, TODAY, school.clerk)
    stale = school.begin().base
    with pytest.raises(DomainError, match="student_home_taught"):
        school.begin()
    school.arrange((4, 5))
    algebra = school.subject("algebra")
    with pytest.raises(DomainError, match="changed_meanwhile"):
        home_teaching.arrange(school.yegor, {(1, 1): algebra}, {}, stale, school.clerk)
    for hours in ({(7, 1): algebra}, {(1, 0): algebra}, {(1, 1): school.subject("music")}):
        with pytest.raises(DomainError, match="value_invalid"):
            home_teaching.arrange(school.yegor, hours, {}, school.home().base, school.clerk)
    with pytest.raises(DomainError, match="value_invalid"):
        home_teaching.end(school.yegor, TODAY, school.clerk)
    with pytest.raises(DomainError, match="field_needed"):
        home_teaching.start(school.yegor, Order(TODAY), None, {}, school.clerk, "at home")


def test_a_second_time_uses_the_same_group_and_journal(school: School):
    first = school.begin(school.since + DAY)
    teachers = {school.subject("algebra"): ""}
    home_teaching.start(school.yegor, Order(TODAY + 20 * DAY), None, teachers, school.clerk, "at home")
    db.session.remove()
    again = home_teaching.of_student(db.session, school.yegor, TODAY + 20 * DAY)
    assert again is not None and again.group_id == first.group_id and again.until is None


# --- editions and paper ----------------------------------------------------------------------------------------


def frozen() -> dict:
    db.session.remove()
    with force_locale("en"):
        days = [WINDOW.first + number * DAY for number in range(14)]
        return freezing.freeze(db.session, WINDOW, days)


@pytest.mark.parametrize("until", [None, TODAY + 3 * DAY, TODAY + 30 * DAY])
def test_no_edition_shows_the_group_its_lessons_or_its_tasks(school: School, until: date | None):
    factory.lesson(school.algebra, school.since)
    school.begin(until)
    school.arrange((3, 5), (4, 5))
    factory.task(school.own_lesson(), "Own task", due_on=TODAY + 9 * DAY)
    content = frozen()
    assert list(content["groups"]) == ["7a"] and len(content["lessons"]) == 1
    text = repr(content)
    assert not any(word in text for word in ("at home", "Own task", "slug1", "eslov"))


def test_a_group_whose_student_is_gone_is_no_group_of_many(school: School):
    """Without any member on the window's days it is still nobody's business."""
    school.begin(school.since)
    db.session.remove()
    later = Window(TODAY + 20 * DAY, TODAY + 33 * DAY)
    with force_locale("en"):
        assert list(freezing.freeze(db.session, later, [])["groups"]) == ["7a"]


def test_the_pack_has_the_own_lessons_instead_of_the_classs(school: School):
    for on in (TODAY, school.since, school.since + DAY):
        factory.lesson(school.algebra, on)
        factory.lesson(school.music, on, n=2)
    half = factory.group("1", "7a-1", None, "subgroup", parent_id=school.group, division="English")
    factory.membership(school.others[0], half)
    factory.membership(school.others[1], half)
    factory.membership(school.yegor, half)
    school.begin()
    school.arrange((4, 5))
    task = factory.task(school.own_lesson(), "Own task", due_on=TODAY + 9 * DAY)
    create(task)
    content = frozen()
    factory.add(models.Edition(number=1, id="e" * 64, issued_at=NOW, window_from=WINDOW.first, window_to=WINDOW.last))
    everybody = Ordered("7a", "2026-W50", 1, dict.fromkeys((*school.others, school.yegor), "everyone"))
    store.write(lambda session: order_packs(session, everybody, NOW, None))
    roster = pack_rosters.make_roster(db.session, "7a", TODAY, 1, "")
    shown = {
        student.id: [(view.lesson["date"][-2:], view.lesson["n"], view.lesson["subject"], len(view.tasks))
                     for view in student_lessons(week_lessons(content, roster), student, roster.week)]
        for student in roster.students
    }  # fmt: skip
    assert shown[school.others[0]] == [
        ("07", 1, "algebra", 0), ("07", 2, "music", 0), ("09", 1, "algebra", 0), ("09", 2, "music", 0),
        ("10", 1, "algebra", 0), ("10", 2, "music", 0),
    ]  # fmt: skip
    assert shown[school.yegor] == [
        ("07", 1, "algebra", 0), ("07", 2, "music", 0), ("09", 2, "music", 0), ("10", 2, "music", 0),
        ("10", 5, "algebra", 1),
    ]  # fmt: skip
    assert roster.students[0].subgroups == ("1",)


@pytest.mark.postgres
def test_movement_and_home_teaching_on_postgresql(tmp_path: Path, pg_url: str):
    app = create_app(make_config(tmp_path, testing=True, database_url=pg_url))
    with app.app_context():
        schema.prepare()
        school = School()
        school.begin(school.since + WEEK)
        school.arrange((1, 3), (4, 5))
        assert school.lessons() == [(school.since + DAY, 5), (TODAY + WEEK, 3)]
        moving.depart([school.yegor], Order(TODAY + 5 * DAY), school.clerk)
        assert school.lessons() == [(school.since + DAY, 5)]
        moving.take_back(school.yegor, movement.of_person(db.session, school.yegor)[-1].id, school.clerk)
        db.session.remove()
        assert db.session.get_one(models.Person, school.yegor).left_on is None
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
