"""Rows of limits on classes' days and weeks, and how hard subjects are, each with its source."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from server.models import Base, SubjectDifficulty, TimetableNorm
from server.reference.names import msgid

SOURCE_SCREEN_RU = msgid(_l("SanPiN 1.2.3685-21 as told by Rospotrebnadzor on 2 September 2025 (RU)"))
SOURCE_HOME_RU = msgid(_l("SanPiN 1.2.3685-21 as told by Rospotrebnadzor on 2 September 2025: at home in a day, "
                          "leisure included (RU)"))  # fmt: skip
SOURCE_SCREEN_KZ = msgid(_l("Order ҚР ДСМ-76 of 2021 as changed by order 9 of 18 January 2023 (KZ)"))
SOURCE_WEEK_RU = msgid(_l("SanPiN 1.2.3685-21, weekly load (RU)"))
SOURCE_DAY_RU = msgid(_l("SP 2.4.3648-20, 3.4.16; grades 1–4: with the one lesson more that one day a week may have "
                         "for physical education (RU); the school confirms it"))  # fmt: skip
SOURCE_HOMEWORK_RU = msgid(_l("SanPiN 1.2.3685-21, homework of all subjects in a day (RU)"))
SOURCE_DIFFICULTY_RU = msgid(_l("SanPiN 1.2.3685-21, tables 6.9–6.11 (RU); to be confirmed by the school"))
SCREEN_RU, SCREEN_KZ = date(2021, 3, 1), date(2023, 1, 18)

Grades = tuple[int, int]
_WEEK = {(1, 1): (21, None), (2, 4): (23, 26), (5, 5): (29, 32), (6, 6): (30, 33), (7, 7): (32, 35), (8, 9): (33, 36),
         (10, 11): (34, 37)}  # lessons in five and in six days a week  # fmt: skip
_DAY = {(1, 1): 5, (2, 4): 6, (5, 6): 6, (7, 11): 7}  # lessons
_HOMEWORK = {(1, 1): 60, (2, 3): 90, (4, 5): 120, (6, 8): 150, (9, 11): 210}  # minutes
_AT_HOME = {(1, 2): (80, 80), (3, 4): (90, 90), (5, 9): (120, 120), (10, 11): (170, 150)}  # computer, tablet: minutes
_IN_LESSON = {(1, 2): 20, (3, 4): 25, (5, 9): 30, (10, 11): 35}
_LOOK = {(1, 4): 10, (5, 9): 15}
_IN_LESSON_KZ = {(1, 1): 15, (2, 3): 20, (4, 8): 25, (9, 11): 30}

_PRIMARY = {  # grades 1–4
    "математика": 8, "русский язык": 7, "родной язык": 7, "родной язык (русский)": 7, "обучение грамоте": 7,
    "английский язык": 7, "иностранный язык": 7, "немецкий язык": 7, "французский язык": 7, "окружающий мир": 6,
    "информатика": 6, "литературное чтение": 5, "литературное чтение на родном языке": 5,
    "изобразительное искусство": 3, "изо": 3, "музыка": 3, "технология": 2, "труд (технология)": 2, "труд": 2,
    "физическая культура": 1, "физкультура": 1,
}  # fmt: skip
_MIDDLE = {  # grades 5, 6, 7, 8, 9; 0: not taught then
    "химия": (0, 0, 13, 10, 12), "геометрия": (0, 0, 12, 10, 8), "физика": (0, 0, 8, 9, 13),
    "алгебра": (0, 0, 10, 9, 7), "экономика": (0, 0, 0, 0, 11), "черчение": (0, 0, 0, 5, 4),
    "биология": (10, 8, 7, 7, 7), "математика": (10, 13, 0, 0, 0), "английский язык": (9, 11, 10, 8, 9),
    "иностранный язык": (9, 11, 10, 8, 9), "немецкий язык": (9, 11, 10, 8, 9), "французский язык": (9, 11, 10, 8, 9),
    "русский язык": (8, 12, 11, 7, 6), "краеведение": (7, 9, 5, 5, 0), "география": (0, 7, 6, 6, 5),
    "обществознание": (6, 9, 9, 5, 0), "история": (5, 8, 6, 8, 10), "литература": (4, 6, 4, 4, 7),
    "изобразительное искусство": (3, 3, 1, 3, 0), "изо": (3, 3, 1, 3, 0), "технология": (4, 3, 2, 1, 4),
    "труд (технология)": (4, 3, 2, 1, 4), "труд": (4, 3, 2, 1, 4), "физическая культура": (3, 4, 2, 2, 2),
    "физкультура": (3, 4, 2, 2, 2), "экология": (3, 3, 3, 6, 1), "музыка": (2, 1, 1, 1, 0),
    "информатика": (4, 10, 4, 7, 7), "обж": (1, 2, 3, 3, 3), "обзр": (1, 2, 3, 3, 3),
}  # fmt: skip
_UPPER = {  # grades 10–11
    "физика": 12, "геометрия": 11, "химия": 11, "алгебра": 10, "алгебра и начала математического анализа": 10,
    "математика": 10, "русский язык": 9, "литература": 8, "английский язык": 8, "иностранный язык": 8,
    "немецкий язык": 8, "французский язык": 8, "биология": 7, "информатика": 6, "экономика": 6, "история": 5,
    "обществознание": 5, "астрономия": 4, "география": 3, "экология": 3, "обж": 2, "обзр": 2,
    "физическая культура": 1, "физкультура": 1,
}  # fmt: skip


def rows() -> Iterator[Base]:
    """The rows as model objects."""
    yield from _limits()
    for number, (subject, points) in enumerate(_PRIMARY.items(), 1):
        yield _difficulty(f"ru_1_4_{number}", subject, (1, 4), points)
    for number, (subject, by_grade) in enumerate(_MIDDLE.items(), 1):
        for grade, points in enumerate(by_grade, 5):
            if points:
                yield _difficulty(f"ru_{grade}_{number}", subject, (grade, grade), points)
    for number, (subject, points) in enumerate(_UPPER.items(), 1):
        yield _difficulty(f"ru_10_11_{number}", subject, (10, 11), points)


def _limits() -> Iterator[TimetableNorm]:
    for grades, by_days in _WEEK.items():
        for days, value in zip((5, 6), by_days, strict=True):
            if value:
                yield _norm("RU", "lessons_week", grades, value, SOURCE_WEEK_RU, days=days)
    for rule, source, table in (("lessons_day", SOURCE_DAY_RU, _DAY), ("homework_day", SOURCE_HOMEWORK_RU, _HOMEWORK),
                                ("screen_look", SOURCE_SCREEN_RU, _LOOK)):  # fmt: skip
        for grades, value in table.items():
            yield _norm("RU", rule, grades, value, source, starts_on=SCREEN_RU)
    for grades, by_device in _AT_HOME.items():
        for device, value in zip(("computer", "tablet"), by_device, strict=True):
            yield _norm("RU", "screen_day", grades, value, SOURCE_HOME_RU, device=device, starts_on=SCREEN_RU)
    for grades, value in _IN_LESSON.items():
        yield _norm("RU", "screen_lesson", grades, value, SOURCE_SCREEN_RU, device="computer", starts_on=SCREEN_RU)
    for grades, value in _IN_LESSON_KZ.items():
        yield _norm("KZ", "screen_lesson", grades, value, SOURCE_SCREEN_KZ, starts_on=SCREEN_KZ)


def _norm(country: str, rule: str, grades: Grades, value: int, source: str, **more: Any) -> TimetableNorm:
    parts = (country.lower(), rule, f"{grades[0]}_{grades[1]}", more.get("days"), more.get("device"))
    return TimetableNorm(code="_".join(str(part) for part in parts if part), country=country, rule=rule,
                         grades_from=grades[0], grades_to=grades[1], value=value, source=source,
                         **{"device": "", **more})  # fmt: skip


def _difficulty(code: str, subject: str, grades: Grades, points: int) -> SubjectDifficulty:
    return SubjectDifficulty(code=code, country="RU", subject=subject, grades_from=grades[0], grades_to=grades[1],
                             points=points, source=SOURCE_DIFFICULTY_RU)  # fmt: skip
