"""What an edition shows of plans of control works and of exams: what was published, by groups, and nobody's name."""

from datetime import UTC, date, datetime

import pytest
from flask_babel import force_locale

from server import models, store
from server.services import freezing
from server.services.freezing import Window
from sync.pages import group_pages
from tests.server import factory

NOW = datetime(2026, 12, 4, tzinfo=UTC)
WINDOW = Window(date(2026, 12, 7), date(2026, 12, 20))
CANARY = "Kanareykina"
WORK = {"date": "2026-12-08", "subject": "algebra", "kind": "control", "topic": "Equations", "number": 1}
EXAM = {"date": "2027-05-20", "start": "10:00", "minutes": 120, "subject": "algebra", "kind": "exam", "room": "12"}


@pytest.fixture
def classes(school):
    group, alone = factory.group(), factory.group("8 «Б»", "8b", 8)
    for last in (CANARY, "Veslov"):
        factory.student(group, last)
    factory.student(alone, CANARY)
    factory.course(group)
    return group, alone


def plan(group: str, term: int = 2, **more) -> None:
    row = {**WORK, "student": CANARY, "teacher": CANARY, **more}  # whatever a row may hold besides is not shown
    factory.add(models.AssessmentPlan(id=factory.new_id(), group_id=group, year_id=factory.year(), term_number=term,
                                      hash="x" * 64, entries=[row], published_at=NOW))  # fmt: skip


def session(entries, published: datetime | None = NOW) -> None:
    factory.add(models.Attestation(id=factory.new_id(), year_id=factory.year(), kind="interim", name=CANARY,
                                   starts_on=date(2027, 5, 11), ends_on=date(2027, 5, 25), entries=entries,
                                   published_at=published))  # fmt: skip


def frozen() -> dict:
    with store.snapshot() as session, force_locale("en"):
        return freezing.freeze(session, WINDOW, [])


def test_without_anything_published_an_edition_is_as_before(classes):
    group, _alone = classes
    session({group: [EXAM]}, published=None)
    content = frozen()
    assert "assessments" not in content and "exams" not in content
    assert "exams.html" not in group_pages(content, "7a")


def test_what_was_published_is_shown_without_people(classes):
    group, alone = classes
    plan(group)
    plan(alone)
    past = {**EXAM, "date": "2026-12-01"}
    session({group: [{**EXAM, "staff": [CANARY]}, past], alone: [EXAM]})
    content = frozen()
    assert content["assessments"] == {"7a": [WORK]}  # a class of one student is not shown
    assert content["exams"] == {"7a": [EXAM]}
    assert CANARY not in str(content)
    pages = group_pages(content, "7a")
    assert pages["exams.html"]["data"]["works"] == [{**WORK, "kind": "control work"}]
    assert pages["week-2026-W50.html"]["data"]["works"] and not pages["week-2026-W51.html"]["data"]["works"]
    assert CANARY not in str(pages)


def test_a_plan_of_another_term_waits_for_its_time(classes):
    group, _alone = classes
    factory.add(models.Term(id=factory.new_id(), year_id=factory.year(), kind="quarter", number=3, name="3",
                            starts_on=date(2027, 1, 11), ends_on=date(2027, 3, 20)))  # fmt: skip
    plan(group, 3)
    assert "assessments" not in frozen()


def test_parts_of_a_class_stand_once_with_their_class(classes):
    group, _alone = classes
    parts = [factory.group(name, f"7a-{name}", None, "subgroup", parent_id=group, division="1") for name in "12"]
    for part in parts:
        for last in ("Mostov", "Rekin"):
            factory.student(part, last)
    session({part: [EXAM] for part in parts})
    assert frozen()["exams"] == {"7a": [EXAM]}
