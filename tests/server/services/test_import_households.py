"""Siblings meet across lists and spellings; what a person confirmed is compared and never changed."""

from apiflask import APIFlask
from sqlalchemy import select, update

from server import models, store
from server.extensions import db
from tests.server import village
from tests.server.village import bring, codes

HEADER = "Класс;Фамилия;Имя;Отчество;Дата рождения;ФИО родителя;Телефон родителя;ФИО отца;Телефон отца;Адрес\n"
PETYA = "5;Листов;Пётр;Ильич;03.07.2015;Листова Анна;+7 999 000-10-10;;;ул. Новая, д. 1\n"
NINA = "7;Листова;Нина;Ильинична;05.05.2013;Листова Анна;8 (999) 000 10 10;;;Новая 1\n"
FAR = "9;Листов;Лев;Ильич;06.06.2011;Листова Анна;+7 999 000-10-10;;;ул. Речная, д. 9\n"
NEIGHBOUR = "5;Веткин;Олег;Львович;08.08.2015;Веткина Яна;+7 999 000-55-55;;;ул. Новая, д. 1\n"


def listed(*rows: str) -> tuple[str, bytes]:
    return ("list.csv", (HEADER + "".join(rows)).encode())


def families() -> list[set[str]]:
    """First names by household."""
    db.session.remove()
    found: dict[str, set[str]] = {}
    for first, household in db.session.execute(
        select(models.Person.first_name, models.Person.household_id).where(models.Person.birth_date.is_not(None))
    ):
        found.setdefault(household, set()).add(first)
    return sorted(found.values(), key=sorted)


def confirm_all() -> None:
    store.write(lambda session: session.execute(update(models.Household).values(confirmed=True)) and None)


def test_siblings_of_two_files_are_proposed_together_and_neighbours_are_not(school: APIFlask) -> None:
    bring("people", listed(PETYA, NEIGHBOUR))
    bring("people", listed(NINA))
    assert families() == [{"Нина", "Пётр"}, {"Олег"}]
    assert {row.confirmed for row in db.session.scalars(select(models.Household))} == {False}
    before = village.fingerprint()
    for rows in (listed(PETYA, NEIGHBOUR), listed(NINA), listed(NINA, NEIGHBOUR, PETYA)):
        assert not bring("people", rows).changed
    assert village.fingerprint() == before


def test_another_address_at_the_same_phone_is_no_family_yet(school: APIFlask) -> None:
    bring("people", listed(PETYA, FAR))
    assert families() == [{"Лев"}, {"Пётр"}]


def test_the_fathers_phone_joins_as_the_mothers_does(school: APIFlask) -> None:
    father = ";Листов Илья;+7 999 000-77-77;"
    one = PETYA.replace(";;;", father)
    other = NINA.replace("Листова Анна;8 (999) 000 10 10;;;", "Листова А.;+7 999 000-22-22" + father)
    bring("people", listed(one, other))
    assert families() == [{"Нина", "Пётр"}]


def test_a_confirmed_household_takes_nobody_in(school: APIFlask) -> None:
    bring("people", listed(PETYA))
    confirm_all()
    report = bring("people", listed(PETYA, NINA))
    assert codes(report, "warning") == ["household_confirmed"]
    assert families() == [{"Нина"}, {"Пётр"}]
    assert codes(bring("people", listed(PETYA, NINA)), "warning") == ["households_differ"]
    assert families() == [{"Нина"}, {"Пётр"}]


def test_who_was_split_out_stays_out_and_that_is_not_said_again(school: APIFlask) -> None:
    bring("people", listed(PETYA))
    bring("people", listed(NINA.replace("10 10", "10 11")))
    confirm_all()
    report = bring("people", listed(PETYA, NINA))
    assert families() == [{"Нина"}, {"Пётр"}]
    assert codes(report, "warning") == []


def test_a_new_address_reaches_a_proposal_and_is_only_shown_for_a_confirmed_household(school: APIFlask) -> None:
    bring("people", listed(PETYA))
    bring("people", listed(PETYA.replace("Новая, д. 1", "Новая, д. 2")))
    assert db.session.scalars(select(models.Household.address)).one() == "ул. Новая, д. 2"
    confirm_all()
    report = bring("people", listed(PETYA))
    assert not report.changed and codes(report, "info") == ["household_address"]
    assert (report.findings[-1].suggestion, report.findings[-1].value) == ("ул. Новая, д. 1", "Листов Пётр Ильич")


def test_a_boarding_house_is_no_family(school: APIFlask) -> None:
    rows = [PETYA.replace("Листов;Пётр", f"Лодкин{number};Иван").replace("03.07", f"{number + 1:02d}.07")
            for number in range(13)]  # fmt: skip
    bring("people", listed(*rows))
    db.session.remove()
    assert len(db.session.scalars(select(models.Household)).all()) == 13
