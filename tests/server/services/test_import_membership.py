"""Places in subgroups: from a list, matched to the class; who is in none is told."""

import pytest
from apiflask import APIFlask
from flask_babel import force_locale
from sqlalchemy import select

from server.extensions import db
from server.models import Membership
from server.policy import Realm
from server.services import imports, parts
from server.services.imports import ImportReport
from tests.server import factory, village
from tests.server.factory import TODAY

ALL = Realm(True, frozenset(), frozenset())
HEAD = "Класс;Ученик;Подгруппа;Предмет"


def bring(*rows: str, head: str = HEAD) -> ImportReport:
    return village.bring("membership", ("parts.csv", "\n".join([head, *rows]).encode("utf-8")))


@pytest.fixture
def divided(school: APIFlask) -> dict[str, str]:
    """7А with three students, English in two groups and crafts for boys and girls."""
    group = factory.group("7А", "7a")
    ids = {last: factory.student(group, last, "Вера") for last in ("Веслова", "Якорная", "Парусова")}
    for slug, name, division, subject in (
        ("7a-1", "Группа 1", "1", "Английский язык"), ("7a-2", "Группа 2", "1", "Английский язык"),
        ("7a-m", "Мальчики", "2", "Технология"), ("7a-d", "Девочки", "2", "Технология"),
    ):  # fmt: skip
        ids[name] = factory.group(name, slug, kind="subgroup", parent_id=group, division=division)
        factory.course(ids[name], subject)
    return {**ids, "class": group}


def places(student: str) -> list[tuple[str, bool]]:
    db.session.rollback()
    rows = db.session.scalars(select(Membership).where(Membership.person_id == student))
    return sorted((row.group.name, row.until is None) for row in rows if row.group.kind == "subgroup")


def test_a_list_places_students(divided: dict[str, str]) -> None:
    report = bring("7А;Веслова Вера;Группа 1;", "7А;Веслова Вера;девочки;", "7А;Якорная Вера;2;Английский язык")
    assert (village.codes(report), report.counts) == ([], {"created": 3})
    assert places(divided["Веслова"]) == [("Группа 1", True), ("Девочки", True)]
    assert places(divided["Якорная"]) == [("Группа 2", True)]


def test_the_same_list_again_changes_nothing(divided: dict[str, str]) -> None:
    bring("7А;Веслова Вера;Группа 1;")
    report = bring("7А;Веслова Вера;Группа 1;")
    assert (report.changed, report.counts) == (False, {"unchanged": 1})


def test_another_part_of_the_division_ends(divided: dict[str, str]) -> None:
    bring("7А;Веслова Вера;Группа 1;", "7А;Веслова Вера;Девочки;")
    bring("7А;Веслова Вера;Группа 2;")
    assert places(divided["Веслова"]) == [("Группа 1", False), ("Группа 2", True), ("Девочки", True)]


@pytest.mark.parametrize("head", ["Сынып;Оқушы;Топша;Пән", "Class;Student;Subgroup;Subject"])
def test_headers_in_kazakh_and_english(divided: dict[str, str], head: str) -> None:
    assert bring("7А;Веслова Вера;Группа 1;", head=head).counts == {"created": 1}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("9В;Веслова Вера;Группа 1;", "group_unknown"),
        ("7А;Нетова Вера;Группа 1;", "student_unknown"),
        ("7А;Веслова Вера;Группа 3;", "part_unknown"),
        ("7А;Веслова Вера;Группа 1;Технология", "part_unknown"),
        ("7А;Веслова Вера;;", "value_missing"),
    ],
)
def test_what_is_wrong_is_an_error(divided: dict[str, str], row: str, code: str) -> None:
    report = bring(row)
    assert village.codes(report) == [code]
    with force_locale("en"):
        assert all(finding.text() for finding in report.findings)


def test_parts_of_one_name_in_two_divisions_need_the_subject(divided: dict[str, str]) -> None:
    other = factory.group("Группа 1", "7a-1-2", kind="subgroup", parent_id=divided["class"], division="3")
    factory.course(other, "Информатика")
    assert village.codes(bring("7А;Веслова Вера;Группа 1;")) == ["part_of_several"]
    assert bring("7А;Веслова Вера;Группа 1;информатика").counts == {"created": 1}


def test_who_is_in_no_part_is_told(divided: dict[str, str]) -> None:
    assert [(one.slug, one.students) for one in parts.unplaced(db.session, ALL, TODAY)] == [("7a", 3)]
    bring(*(f"7А;{name} Вера;{part};" for name in ("Веслова", "Якорная", "Парусова") for part in ("1", "Девочки")))
    db.session.rollback()
    assert parts.unplaced(db.session, ALL, TODAY) == []
    nobody = Realm(False, frozenset({"other"}), frozenset())
    assert parts.unplaced(db.session, nobody, TODAY) == []


def test_undo_takes_the_places_back(divided: dict[str, str]) -> None:
    report = bring("7А;Веслова Вера;Группа 1;")
    imports.undo(report.runs[0], actor_id=None, now=village.NOW)
    assert places(divided["Веслова"]) == []
