"""Roles in force: what is granted, taught or on the rota at a moment."""

from datetime import UTC, date, datetime, timedelta

import pytest
from apiflask import APIFlask

from server.errors import DomainError
from server.extensions import db
from server.policy import Grant
from server.services import roles
from tests.server import factory

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _school(app: APIFlask) -> None:
    factory.school()


def _grants(person: str, now: datetime = NOW, day: date = factory.TODAY) -> set[Grant]:
    db.session.rollback()
    return set(roles.grants_of(db.session, person, now, day))


def test_a_role_holds_from_its_first_to_its_last_day() -> None:
    person = factory.person()
    roles.grant_role(person, Grant("director"), factory.TODAY, factory.TODAY + DAY, NOW)
    assert [bool(_grants(person, day=factory.TODAY + DAY * n)) for n in (-1, 0, 1, 2)] == [False, True, True, False]


def test_the_same_grant_twice_is_one_with_the_later_end() -> None:
    person = factory.person()
    first = roles.grant_role(person, Grant("director"), factory.TODAY, None, NOW)
    assert roles.grant_role(person, Grant("director"), factory.TODAY, factory.TODAY + DAY, NOW) == first
    assert [line.until for line in roles.of_person(db.session, person, factory.TODAY)] == [factory.TODAY + DAY]


def test_who_teaches_today_is_a_subject_teacher_of_that_course() -> None:
    group = factory.group()
    course, old = factory.course(group), factory.course(group, "physics")
    person = factory.teacher(course)
    factory.teacher(old, person, until=factory.TODAY - DAY)
    assert _grants(person) == {Grant("subject_teacher", group, course)}


def test_a_teacher_of_a_subgroup_reaches_its_class_but_no_other_course() -> None:
    group = factory.group()
    half = factory.group("1", "7a-en-1", None, "subgroup", parent_id=group, division="English")
    course = factory.course(half, "English")
    assert _grants(factory.teacher(course)) == {
        Grant("subject_teacher", half, course), Grant("subject_teacher", group, course)
    }  # fmt: skip


def test_a_class_teacher_has_the_subgroups_of_the_class_too() -> None:
    group = factory.group()
    half = factory.group("1", "7a-en-1", None, "subgroup", parent_id=group, division="English")
    person = factory.person()
    factory.grant(person, "class_teacher", group)
    assert _grants(person) == {Grant("class_teacher", group), Grant("class_teacher", half)}


def test_an_operator_counts_only_during_the_duty() -> None:
    person, boss = factory.person(), factory.account("boss", "admin")
    factory.grant(person, "operator")
    roles.add_duty(person, NOW, NOW + timedelta(hours=2), NOW, boss)
    assert [bool(_grants(person, NOW + timedelta(hours=n))) for n in (-1, 0, 1, 2)] == [False, True, True, False]
    [duty] = roles.rota(db.session, NOW)
    roles.remove_duty(duty.id, NOW, boss)
    assert not _grants(person)


def test_a_duty_ends_after_it_begins() -> None:
    with pytest.raises(DomainError, match="value_invalid"):
        roles.add_duty(factory.person(), NOW, NOW, NOW, "")


def test_a_role_ends_with_a_day_and_one_not_begun_never_counts() -> None:
    person, boss = factory.person(), factory.account("boss", "admin")
    begun = roles.grant_role(person, Grant("tutor"), factory.TODAY - DAY, None, NOW, boss)
    future = roles.grant_role(person, Grant("director"), factory.TODAY + DAY, None, NOW, boss)
    roles.end_role(begun, factory.TODAY, NOW, boss)
    roles.end_role(future, factory.TODAY, NOW, boss)
    [line] = roles.of_person(db.session, person, factory.TODAY)
    assert (line.role, line.until) == ("tutor", factory.TODAY)


def test_nobody_ends_their_own_administration() -> None:
    boss = factory.account("boss")
    own = roles.grant_role(factory.person_of(boss), Grant("admin"), factory.TODAY, None, NOW, boss)
    with pytest.raises(DomainError, match="own_account"):
        roles.end_role(own, factory.TODAY, NOW, boss)


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        (Grant("king"), "value_invalid"),
        (Grant("tutor", "no-group"), "group_unknown"),
        (Grant("tutor", None, "no-course"), "course_unknown"),
    ],
)
def test_a_grant_names_things_that_are_there(grant: Grant, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        roles.grant_role(factory.person(), grant, factory.TODAY, None, NOW)
