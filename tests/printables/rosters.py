"""Invented students for the print tests: Kazakh letters, ё, hyphens, long names; codes that count upwards."""

import itertools
from collections.abc import Mapping
from typing import Any

from printables.roster import Roster, Student
from sync.codes import complete

NAMES = [
    ("Берёзкин Константин Львович", "Берёзкин К."),
    ("Әлиғұлова Ұлжан Һайдарқызы", "Әлиғұлова Ұ."),
    ("Ёлкина-Подосиновикова Александра Владиславовна", "Ёлкина-Подосиновикова А."),
    ("Өңдірбек Інжу", "Өңдірбек І."),
    ("Щукин Фёдор", "Щукин Ф."),
    ("O’Neill-Ґречко Ян", "O’Neill-Ґречко Я."),
]


def codes(start: int) -> itertools.count:
    """Seven-digit starts of codes, from ``start`` on."""
    return itertools.count(start)


def sample_roster(
    content: Mapping[str, Any],
    group: str = "7",
    week: str = "2026-W50",
    students: int = len(NAMES),
    first: int = 4821703,
) -> Roster:
    """A roster whose students all have a work for every task of the group."""
    tasks = [key for key, task in content["tasks"].items() if task["group"] == group]
    numbers = codes(first)
    people = tuple(
        Student(
            id=f"student-{group}-{index}",
            name=NAMES[index % len(NAMES)][0],
            short=NAMES[index % len(NAMES)][1],
            group_name=group,
            pack_code=complete(f"{next(numbers):07d}"),
            works={task: complete(f"{next(numbers):07d}") for task in tasks},
        )
        for index in range(students)
    )
    return Roster(group, group, week, 41, people)
