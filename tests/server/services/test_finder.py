"""The index follows the database: who came, left or was renamed is seen by the next search, and nothing else costs."""

import pytest
from sqlalchemy import update

from server import store
from server.extensions import db
from server.models import Membership, Person
from server.services import finder
from tests.server import factory


@pytest.fixture
def group(app) -> str:
    factory.school()
    return factory.group("7А", "7a")


def names(text: str) -> list[str]:
    db.session.rollback()
    return [hit.entry.name for hit in finder.finder().search(db.session, text, factory.TODAY)]


def test_whoever_is_written_after_the_first_search_is_found(group):
    factory.student(group, "Лодкин", "Семён")
    assert names("Лодкин") == ["Лодкин Семён"]
    other = factory.student(group, "Лодкин", "Пётр")
    assert names("Лодкин") == ["Лодкин Пётр", "Лодкин Семён"]
    store.write(lambda session: session.execute(update(Person).where(Person.id == other).values(last_name="Вёслов"))
                and None)  # fmt: skip
    assert names("Лодкин") == ["Лодкин Семён"] and names("Веслов") == ["Вёслов Пётр"]
    gone = update(Membership).where(Membership.person_id == other).values(until=factory.SINCE)
    store.write(lambda session: session.execute(gone) and None)
    assert names("Веслов") == []


def test_parents_and_staff_are_found_too(group):
    child = factory.student(group, "Лодкин", "Семён")
    assert names("Якорная") == []
    factory.guardian(child, "Якорная", "Анна", phone="+79000000009")
    assert names("Якорная") == names("0009") == ["Лодкин Семён"]
    factory.account("parusova", "deputy_studies", person_id=factory.person("Парусова", "Нина"))
    assert names("Парусова") == ["Парусова Нина"]


def test_the_index_is_kept_while_nobody_changes(group):
    factory.student(group, "Лодкин", "Семён")
    index = finder.finder().index(db.session, factory.TODAY)
    course = factory.course(group)
    factory.task(factory.lesson(course).lesson_course)
    assert finder.finder().index(db.session, factory.TODAY) is index
    factory.person("Парусова", "Нина")
    assert finder.finder().index(db.session, factory.TODAY) is not index


def test_another_day_has_an_index_of_its_own(group):
    leaver = factory.person("Лодкин", "Семён")
    factory.membership(leaver, group, until=factory.TODAY)
    assert names("Лодкин") == ["Лодкин Семён"]
    assert finder.finder().search(db.session, "Лодкин", factory.TODAY + factory.timedelta(days=1)) == []
