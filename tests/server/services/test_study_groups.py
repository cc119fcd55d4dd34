"""Study groups: made, filled, given hours that all can attend, published like any group, ended."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask_babel import force_locale
from sqlalchemy import select

from server import create_app, models
from server.config import make_config
from server.errors import DomainError
from server.extensions import db
from server.models import Group, Lesson, LessonCourse, LessonTeacher, Membership
from server.services import freezing, schema, study_groups, study_hours, study_times
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Rights
from server.services.freezing import Window
from server.services.movement import Clerk
from server.services.study_groups import Draft
from server.services.study_hours import Meeting
from server.services.study_times import Search
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.village import NOW

DAY, WEEK = timedelta(days=1), timedelta(days=7)
NEXT = TODAY + WEEK  # a Monday


class School:
    """7a in the first shift with lessons 1–3 on Mondays, 8b in the second with lessons 1–2; Lodkin teaches both."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        self.second = factory.new_id()
        bells = [models.Bell(id=factory.new_id(), n=n, starts=f"{13 + n}:00", ends=f"{13 + n}:40") for n in (1, 2, 3)]
        factory.add(models.BellSchedule(id=self.second, shift=2, bells=bells))
        self.a, self.b = factory.group(), factory.group("8 «Б»", "8b", 8, shift=2)
        self.ada, self.vera = factory.student(self.a, "Adova", "Ada"), factory.student(self.a, "Yakornaya", "Vera")
        self.bek = factory.student(self.b, "Bekov", "Bek")
        self.lodkin = factory.person("Lodkin")
        first, second = factory.course(self.a), factory.course(self.b)
        for number in (1, 2, 3):
            factory.lesson(first, NEXT, number, self.lodkin)
        for number in (1, 2):
            factory.lesson(second, NEXT, number)
        numbers = itertools.count(1)
        account = factory.account("office", "deputy_studies")
        self.clerk = Clerk(factory.person_of(account), account, NOW, TODAY, lambda n: next(numbers), lambda: "slug")
        self.by = Author(self.clerk.person_id, account, NOW, TODAY)

    def make(self, *people: str, name: str = "Олимпиада: физика") -> str:
        return study_groups.create(
            Draft(name, frozenset(people or (self.ada, self.bek)), {factory.subject("physics"): self.lodkin}, TODAY),
            self.clerk,
        )  # fmt: skip

    def page(self, slug: str) -> study_groups.StudyGroup:
        db.session.remove()
        return study_groups.page(db.session, slug, TODAY)


@pytest.fixture
def school(app: APIFlask) -> School:
    return School()


def lessons(slug: str, state: str = "planned") -> list[Lesson]:
    db.session.remove()
    return list(db.session.scalars(
        select(Lesson).join(LessonCourse).join(models.Course).join(Group)
        .where(Group.slug == slug, Lesson.state == state).order_by(Lesson.on)
    ))  # fmt: skip


def test_a_group_across_classes_has_an_ascii_slug_and_a_course(school: School) -> None:
    slug, again = school.make(), school.make()
    assert slug.isascii() and again == f"{slug}-2"
    page = school.page(slug)
    assert [member.klass for member in page.members] == ["7 «А»", "8 «Б»"]
    assert [(one.subject, one.teacher) for one in page.courses] == [("physics", "Lodkin S.")]
    assert page.grade is None  # of two grades


@pytest.mark.parametrize(("values", "code"), [
    ({"name": " "}, "field_needed"), ({"members": frozenset({"x"})}, "study_members_needed"),
    ({"members": frozenset({"x", "y"})}, "person_unknown"), ({"teachers": {}}, "field_needed"),
    ({"name": "x" * 61}, "text_long"),
])  # fmt: skip
def test_what_cannot_be_a_group_is_refused_whole(school: School, values: dict, code: str) -> None:
    good = {"name": "Olympiad", "members": frozenset({school.ada, school.bek}),
            "teachers": {factory.subject("physics"): ""}, "since": TODAY}  # fmt: skip
    with pytest.raises(DomainError) as error:
        study_groups.create(Draft(**{**good, **values}), school.clerk)
    assert error.value.code == code
    assert db.session.scalars(select(Group).where(Group.kind == "study")).all() == []


def test_times_are_found_across_shifts_and_for_the_teacher(school: School) -> None:
    page = school.page(school.make())
    found = study_times.find(db.session, page, page.courses[0], Search(NEXT, weekly=False))
    monday = {(cell.shift, cell.n): cell for cell in found.cells.values() if cell.on == NEXT}
    assert {place for place, cell in monday.items() if not cell.teacher} == {(1, 1), (1, 2), (1, 3)}
    assert monday[1, 4].everybody
    assert monday[2, 1].can == 1  # Bek has a lesson in the second shift
    assert not monday[1, 7].everybody  # 14:30 by the first shift's bells is within Bek's lesson
    assert monday[2, 3].everybody
    assert found.suits_all and found.best[0].on == NEXT
    assert (found.best[0].shift, found.best[0].n) == (1, 4)  # right after the lessons of one


def test_where_nobody_suits_all_the_nearest_are_named(school: School) -> None:
    for day in range(5):
        for number in range(1, 9):
            if (day, number) > (0, 3):
                factory.lesson(factory.course(school.a, f"s{day}{number}"), NEXT + day * DAY, number)
    factory.add(models.WorkSchedule(id=(id := factory.new_id()), person_id=school.lodkin, since=TODAY, days=[
        models.WorkDay(schedule_id=id, weekday=n, kind="work", starts="08:00", ends="14:00") for n in range(1, 6)
    ]))  # fmt: skip
    page = school.page(school.make(school.ada, school.vera, school.bek))
    found = study_times.find(db.session, page, page.courses[0], Search(NEXT, weekly=False))
    assert not found.suits_all
    assert {cell.can for cell in found.best} == {1}
    assert {who for cell in found.best for who, _what in cell.cannot} == {school.ada, school.vera}
    assert all(cell.ends <= "14:00" for cell in found.best)
    assert dict(found.blockers).keys() >= {school.ada, school.vera, school.lodkin}
    assert found.lessons[found.best[0].cannot[0][1]][0] == "7 «А»"


def test_weekly_hours_make_dated_lessons_from_their_day_on(school: School) -> None:
    slug = school.make()
    page = school.page(slug)
    study_hours.meet_weekly(Meeting(page.courses[0].id, NEXT, 4, 1), school.clerk, Rights())
    made = lessons(slug)
    assert [lesson.on for lesson in made] == [NEXT, NEXT + WEEK]  # the quarter ends on 27 December
    held = db.session.scalars(select(LessonTeacher.person_id).where(LessonTeacher.lesson_id == made[0].id)).all()
    assert held == [school.lodkin]
    [hour] = school.page(slug).hours
    assert (hour.weekday, hour.n, hour.since) == (1, 4, NEXT)
    study_hours.stop_meeting(page.id, hour.id, NEXT, school.clerk, Rights())
    assert [lesson.on for lesson in lessons(slug)] == [NEXT]
    assert [lesson.on for lesson in lessons(slug, "withdrawn")] == [NEXT + WEEK]


def test_an_approved_day_is_noted_as_changed(school: School) -> None:
    factory.add(models.Day(on=NEXT, version=1, approved_at=NOW))
    page = school.page(school.make())
    study_hours.meet_weekly(Meeting(page.courses[0].id, NEXT, 4, 1), school.clerk, Rights())
    db.session.remove()
    day = db.session.get_one(models.Day, NEXT)
    assert (day.approved_at, day.version) == (None, 2)


def test_a_lesson_once_is_a_deed(school: School) -> None:
    slug = school.make()
    page = school.page(slug)
    act = study_hours.meet_once(Meeting(page.courses[0].id, NEXT, 3, 2), school.by, Rights())
    assert [(lesson.on, lesson.n, lesson.shift) for lesson in lessons(slug)] == [(NEXT, 3, 2)]
    changing.undo(act, school.by)
    assert lessons(slug) == []


def test_the_edition_has_the_group_as_any_other(school: School) -> None:
    slug = school.make()
    page = school.page(slug)
    study_hours.meet_weekly(Meeting(page.courses[0].id, NEXT, 4, 1), school.clerk, Rights())
    db.session.remove()
    with force_locale("en"):
        edition = freezing.freeze(db.session, Window(TODAY, TODAY + 13 * DAY), [NEXT])
    assert edition["groups"][slug]["kind"] == "study"
    assert any(lesson.get("group") == slug for lesson in edition["lessons"].values())


def test_who_leaves_and_joins_counts_from_the_day(school: School) -> None:
    slug = school.make()
    study_groups.set_members(slug, {school.ada, school.vera}, NEXT, school.clerk)
    db.session.remove()
    stays = {row.person_id: (row.since, row.until) for row in db.session.scalars(
        select(Membership).join(Group).where(Group.slug == slug))}  # fmt: skip
    assert stays == {school.ada: (TODAY, None), school.bek: (TODAY, NEXT - DAY), school.vera: (NEXT, None)}
    with pytest.raises(DomainError, match="study_members_needed"):
        study_groups.set_members(slug, {school.ada}, NEXT, school.clerk)


def test_a_group_that_ended_has_no_lessons_and_takes_nothing_more(school: School) -> None:
    slug = school.make()
    page = school.page(slug)
    study_hours.meet_weekly(Meeting(page.courses[0].id, NEXT, 4, 1), school.clerk, Rights())
    study_groups.end(slug, TODAY, school.clerk)
    assert lessons(slug) == []
    assert school.page(slug).closed_on == TODAY
    with pytest.raises(DomainError, match="study_closed"):
        study_groups.set_members(slug, {school.ada, school.bek}, NEXT, school.clerk)
    with pytest.raises(DomainError, match="study_closed"):
        study_hours.meet_once(Meeting(page.courses[0].id, NEXT, 3, 2), school.by, Rights())


@pytest.fixture
def on_postgres(tmp_path: Path, pg_url: str) -> Iterator[APIFlask]:
    app = create_app(make_config(tmp_path / "pg", testing=True, database_url=pg_url))
    with app.app_context():
        schema.prepare()
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


@pytest.mark.postgres
def test_postgresql_keeps_a_group_its_hours_and_a_wish(on_postgres: APIFlask) -> None:
    from server.services.wishes import asking, scheduling
    from server.services.wishes.asking import Wish
    from server.services.wishes.scheduling import Choice

    school = School()
    slug = school.make()
    page = school.page(slug)
    study_hours.meet_weekly(Meeting(page.courses[0].id, NEXT, 4, 1), school.clerk, Rights())
    assert [lesson.on for lesson in lessons(slug)] == [NEXT, NEXT + WEEK]
    id = asking.ask(Wish("extra", page.courses[0].id, text="one more"), school.by)
    assert asking.answer(id, True, "", Author(school.lodkin, school.clerk.account_id, NOW, TODAY)) == "agreed"
    scheduling.schedule(id, Choice(NEXT + DAY, 3, 1), school.by, Rights())
    assert NEXT + DAY in [lesson.on for lesson in lessons(slug)]
