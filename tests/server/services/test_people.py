"""Finding people as a caller names them, class lists and sheets."""

from datetime import date

import pytest
from apiflask import APIFlask

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Household, Person
from server.policy import Realm
from server.services import people, people_search
from tests.server import factory

TODAY = factory.TODAY


@pytest.fixture(autouse=True)
def _people(app: APIFlask) -> dict[str, str]:
    factory.school()
    near, far = factory.group("7А", "7a"), factory.group("10Б", "10b", 10)
    artyom = factory.student(near, "Ветлин", "Артём")
    factory.guardian(artyom, "Ветлина", "Мария", phone="8 (900) 123-45-67")
    vera = factory.student(far, "Ёлкина", "Вера")
    factory.grant(factory.person("Ветрова", "Нина"), "tutor")
    return {"near": near, "far": far, "artyom": artyom, "vera": vera}


def _found(text: str, groups: frozenset[str] | None = None, phones: bool = True) -> list[tuple[str, str]]:
    return [(line.kind, line.name) for line in people_search.search(db.session, text, groups, TODAY, phones)]


ARTYOM, MARIA, VERA, NINA = (
    ("student", "Ветлин Артём"), ("guardian", "Ветлина Мария"), ("student", "Ёлкина Вера"), ("staff", "Ветрова Нина"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("вет", [ARTYOM, MARIA, NINA]),
        ("ветлин артем", [ARTYOM]),
        ("АРТЁМ", [ARTYOM]),
        ("елк", [VERA]),
        ("7а", [ARTYOM, MARIA]),
        ("7 «А»", [ARTYOM, MARIA]),
        ("10б вера", [VERA]),
        ("7а вера", []),
        ("+7 900 123-45-67", [MARIA]),
        ("8 9001234567", [MARIA]),
        ("4567", [MARIA]),
        ("", []),
        ("  ", []),
        ("петров", []),
    ],
)
def test_people_are_found_by_name_class_or_phone(typed: str, found: list[tuple[str, str]]) -> None:
    assert _found(typed) == found


def test_a_phone_finds_nobody_for_those_who_may_not_see_phones() -> None:
    assert _found("4567", phones=False) == []


def test_only_families_of_the_groups_one_may_see_are_found(_people: dict[str, str]) -> None:
    assert _found("в", frozenset({_people["far"]})) == [VERA, NINA]


def test_a_guardian_leads_to_the_child() -> None:
    [line] = people_search.search(db.session, "ветлина", None, TODAY, False)
    assert (line.of, line.groups) == ("Ветлин Артём", ("7А",))
    assert line.slug == people_search.search(db.session, "ветлин артем", None, TODAY, False)[0].slug


def test_those_who_left_a_class_are_not_found_in_it(_people: dict[str, str]) -> None:
    gone = factory.person("Ветвистый", "Пётр")
    factory.membership(gone, _people["near"], until=date(2026, 10, 1))
    assert ("student", "Ветвистый Пётр") not in _found("вет")


def test_a_search_is_cut_at_what_a_person_can_take_in(_people: dict[str, str]) -> None:
    for number in range(people_search.LIMIT + 5):
        factory.student(_people["near"], f"Ветка{number}", "Анна")
    assert len(_found("ветка")) == people_search.LIMIT + 1


def test_a_class_list_is_in_the_order_of_the_alphabet_with_families(_people: dict[str, str]) -> None:
    factory.student(_people["near"], "Ёлкин", "Глеб")
    factory.student(_people["near"], "Журавин", "Лев")
    listed = people.class_list(db.session, people.group_by_slug(db.session, "7a"), TODAY)
    assert [student.name for student in listed] == ["Ветлин Артём", "Ёлкин Глеб", "Журавин Лев"]
    assert [(one.name, one.relation) for one in listed[0].guardians] == [("Ветлина Мария", "mother")]


def test_the_newest_word_on_connectivity_counts(_people: dict[str, str]) -> None:
    factory.connectivity(_people["artyom"], "none")
    factory.connectivity(_people["artyom"], "good", recorded_on=date(2026, 11, 1))
    [student] = people.students(db.session, [_people["artyom"]])
    assert student.link is not None
    assert student.link.internet == "good"


def test_a_sheet_names_siblings_of_the_household_and_class_teachers(_people: dict[str, str]) -> None:
    household = factory.new_id()
    factory.add(Household(id=household, address="Лесная, 1"))
    ids = [_people["artyom"], _people["vera"]]
    store.write(lambda session: [setattr(session.get_one(Person, id), "household_id", household) for id in ids])
    teacher = factory.person("Причалова", "Ольга", "Юрьевна")
    factory.grant(teacher, "class_teacher", _people["near"])
    found = people.sheet(db.session, db.session.get_one(Person, _people["artyom"]), TODAY)
    assert [(sibling.name, where) for sibling, where in found.siblings] == [("Ёлкина Вера", "10Б")]
    assert (found.address, found.class_teachers) == ("Лесная, 1", ("Причалова Ольга Юрьевна",))


def test_who_never_was_a_student_has_no_sheet() -> None:
    parent = db.session.scalar(db.select(Person).filter_by(last_name="Ветлина"))
    assert parent is not None
    with pytest.raises(DomainError, match="person_unknown"):
        people.sheet(db.session, parent, TODAY)


def test_staff_are_listed_once_with_roles_and_courses(_people: dict[str, str]) -> None:
    course = factory.course(_people["near"], "алгебра")
    person = factory.teacher(course, factory.person("Циркулева", "Инна"))
    factory.grant(person, "class_teacher", _people["near"])
    [member] = [one for one in people.staff(db.session, TODAY) if one.id == person]
    assert (member.roles, member.courses) == ([("class_teacher", "7А")], [("7А", "алгебра")])


def test_a_realm_reaches_subgroups_and_their_classes(_people: dict[str, str]) -> None:
    half = factory.group("1", "7a-1", None, "subgroup", parent_id=_people["near"], division="English")
    course = factory.course(half, "English")
    none: frozenset[str] = frozenset()
    assert people.reachable(db.session, Realm(True, none, none)) is None
    assert people.reachable(db.session, Realm(False, frozenset({_people["near"]}), none)) == {_people["near"], half}
    assert people.reachable(db.session, Realm(False, none, frozenset({course}))) == {_people["near"], half}
    assert people.reachable(db.session, Realm(False, none, none)) == frozenset()


def test_names_are_written_as_registers_do() -> None:
    person = Person(last_name="Иванова", first_name="Мария", middle_name="Петровна")
    assert (people.full_name(person), people.short_name(person)) == ("Иванова Мария Петровна", "Иванова М. П.")
    assert people.short_name(Person(last_name="Ан", first_name="", middle_name="")) == "Ан"

