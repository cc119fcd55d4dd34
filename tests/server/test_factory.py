"""The builders that other tests stand on make what they say."""

from apiflask import APIFlask

from server import models
from server.extensions import db
from tests.server import factory


def test_a_task_gives_every_member_a_code_of_its_own(app: APIFlask) -> None:
    factory.school()
    group = factory.group()
    children = {factory.student(group), factory.student(group, "Yakornaya", "Vera")}
    course = factory.course(group)
    lesson = factory.lesson(course, teacher_id=factory.teacher(course))
    codes = factory.works(factory.task(lesson.lesson_course))
    assert set(codes) == children
    assert len(set(codes.values())) == 2


def test_the_school_and_the_year_are_made_once(app: APIFlask) -> None:
    assert factory.school() == factory.school("Another")
    assert factory.year() == factory.year()
    assert db.session.scalar(db.select(db.func.count()).select_from(models.School)) == 1


def test_an_account_carries_its_role(app: APIFlask) -> None:
    factory.school()
    account = factory.account("lots", "operator")
    grants = db.session.scalars(db.select(models.RoleGrant).filter_by(person_id=factory.person_of(account)))
    assert [row.role for row in grants] == ["operator"]
