"""Large print: noted once, recorded, and handed to the print with the roster."""

from datetime import UTC, datetime

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import models
from server.errors import DomainError
from server.extensions import db
from server.services import large_print
from server.services.content import Author
from tests.server import factory
from tests.server.factory import TODAY

NOW = datetime(2026, 12, 7, 5, 0, tzinfo=UTC)


@pytest.fixture
def student(app: APIFlask) -> str:
    factory.school()
    return factory.student(factory.group())


@pytest.fixture
def by(app: APIFlask, student: str) -> Author:
    account = factory.account("teacher", "class_teacher")
    return Author(factory.person_of(account), account, NOW, TODAY)


def entries() -> list[str]:
    db.session.rollback()
    rows = db.session.scalars(select(models.AuditEntry).order_by(models.AuditEntry.id))
    return [row.action for row in rows if row.action.startswith("large_print")]


def test_it_is_noted_and_taken_back_and_a_repetition_changes_nothing(student: str, by: Author):
    assert [large_print.note(student, needs, by) for needs in (True, True, False, False)] == [True, False, True, False]
    assert sorted(entries()) == ["large_print.off", "large_print.on"]
    assert db.session.get_one(models.Person, student).large_print is False


def test_a_stranger_is_refused(by: Author):
    with pytest.raises(DomainError) as refused:
        large_print.note("nobody", True, by)
    assert refused.value.code == "person_unknown"
