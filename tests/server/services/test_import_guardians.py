"""Lists of parents: students are found and never made, relations and consent are kept and change only when said."""

from apiflask import APIFlask
from sqlalchemy import func, select

from server import models
from server.extensions import db
from tests.server.village import bring, codes

CHILDREN = (
    "Класс;Фамилия;Имя;Отчество;Дата рождения;ФИО родителя;Телефон родителя\n"
    "5;Листов;Пётр;Ильич;03.07.2015;Листова Анна Юрьевна;+7 999 000-10-10\n"
    "5;Корнева;Вера;Ильинична;04.08.2015;;\n"
)
HEADER = "Класс;ФИО ребёнка;ФИО родителя;Степень родства;Телефон;E-mail;Можно сообщать об успеваемости\n"


def parents(*rows: str) -> tuple[str, bytes]:
    return ("parents.csv", (HEADER + "".join(rows)).encode())


def links() -> list[tuple[str, str, str, bool, str]]:
    db.session.remove()
    return sorted(
        (row.student.last_name, row.guardian.first_name, row.relation, row.may_receive, row.guardian.phone)
        for row in db.session.scalars(select(models.Guardianship))
    )


def test_guardians_are_added_and_known_ones_completed(school: APIFlask) -> None:
    bring("people", ("list.csv", CHILDREN.encode()))
    report = bring("guardians", parents(
        "5;Листов Пётр Ильич;Листова Анна Юрьевна;мама;8 999 000 10 10;;нет\n",
        "5;Корнева Вера;Корнев Илья Олегович;отец;8 999 000 20 20;kornev@example.org;да\n",
    ))  # fmt: skip
    assert (report.findings, report.counts) == ((), {"updated": 1, "created": 1})
    assert links() == [
        ("Корнева", "Илья", "father", True, "+79990002020"),
        ("Листов", "Анна", "mother", False, "+79990001010"),
    ]


def test_the_same_list_twice_changes_nothing(school: APIFlask) -> None:
    bring("people", ("list.csv", CHILDREN.encode()))
    rows = parents("5;Листов Пётр Ильич;Листова Анна Юрьевна;мама;8 999 000 10 10;;нет\n")
    bring("guardians", rows)
    report = bring("guardians", rows)
    assert (report.counts, report.changed) == ({"unchanged": 1}, False)


def test_what_a_list_does_not_say_stays(school: APIFlask) -> None:
    bring("people", ("list.csv", CHILDREN.encode()))
    bring("guardians", parents("5;Листов Пётр Ильич;Листова Анна Юрьевна;мама;;;нет\n"))
    bring("guardians", parents("5;Листов Пётр Ильич;Листова Анна Юрьевна;;;;\n"))
    assert links() == [("Листов", "Анна", "mother", False, "+79990001010")]


def test_no_student_is_made(school: APIFlask) -> None:
    bring("people", ("list.csv", CHILDREN.encode()))
    before = db.session.scalar(select(func.count()).select_from(models.Person))
    report = bring("guardians", parents("5;Чужой Олег;Чужая Анна;мама;;;\n", "9;Листов Пётр;Листова Анна;;;;\n"))
    assert codes(report) == ["student_unknown", "group_unknown"]
    assert db.session.scalar(select(func.count()).select_from(models.Person)) == before


def test_mother_and_father_of_a_class_list_are_told_apart(school: APIFlask) -> None:
    head = "Класс;Фамилия;Имя;Дата рождения;Мать;Телефон;Отец;Телефон\n"
    row = "5;Листов;Пётр;03.07.2015;Листова Анна;8 999 000 10 10;Листов Илья;8 999 000 10 11\n"
    bring("people", ("list.csv", (head + row).encode()))
    assert [link[1:] for link in links()] == [
        ("Анна", "mother", True, "+79990001010"),
        ("Илья", "father", True, "+79990001011"),
    ]
