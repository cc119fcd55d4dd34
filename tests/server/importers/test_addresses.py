"""Addresses are one place however they are spelled, and neighbours are not one family."""

import pytest

from server.importers.addresses import read_place, same_place

SAME = [
    ("ул. Садовая, д. 4", "Садовая 4"),
    ("ул. Садовая, д. 4", "Садовая ул., 4"),
    ("с. Тополиное, ул. Полевая, д. 32", "полевая,32"),
    ("г. Приозёрный, ул. Садовая, д. 37, кв. 80", "Садовая 37-80"),
    ("г Приозерный ул Садовая 37/80", "ул.Садовая, дом 37, квартира 80"),
    ("ул. Лесная, д. 4, корп. 2, кв. 7", "Лесная 4к2-7"),
    ("ул. Лесная, д. 4А", "Лесная 4 а"),
    ("пр-т Мира, 5", "проспект Мира д.5"),
    ("ул. им. Гагарина, 3", "Гагарина 3"),
    ("1-я Садовая, 4", "1 я Садовая ул. 4"),
    ("ул. 40 лет Октября, д. 15", "40 лет октября 15"),
    ("620000, Лесная обл., с. Тополиное, ул. Новая, д. 3", "с. Тополиное, Новая 3"),
    ("Ақбұлақ ауылы, Жастар көшесі, 35 үй", "Жастар 35"),
    ("ул. Сaдoвая, 4", "Садовая 4"),  # two Latin letters
    ("", "  "),
]
OTHER = [
    ("ул. Садовая, д. 37, кв. 80", "ул. Садовая, д. 37, кв. 81"),
    ("ул. Садовая, д. 37", "ул. Садовая, д. 37, кв. 81"),
    ("ул. Садовая, 4", "ул. Полевая, 4"),
    ("ул. Садовая, 4", "ул. Садовая, 4а"),
    ("1-я Садовая, 4", "2-я Садовая, 4"),
    ("с. Тополиное, ул. Новая, 3", "с. Берёзовое, ул. Новая, 3"),
    ("д. 4", "Садовая 4"),
    ("Садовая 4", ""),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_place_in_two_spellings(one: str, other: str) -> None:
    assert same_place(read_place(one), read_place(other)) and same_place(read_place(other), read_place(one))


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_two_places(one: str, other: str) -> None:
    assert not same_place(read_place(one), read_place(other)) and not same_place(read_place(other), read_place(one))
