"""Rows about term marks: by which rule one is found, what counts how much, from which per cent on a mark is given."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from server.models import Base, GradingRule, KindWeight, MarkPercent
from server.reference.names import SOURCE_KZ, msgid
from server.reference.works import KINDS

SOURCE_GRADE_1 = msgid(_l("Letter 2021/11-13 of 25 September 2000: no marks in grade 1 (RU)"))
SOURCE_LAW_RU = msgid(_l("Federal Law 273-FZ, articles 28 and 58: finding marks is the school's own regulation (RU)"))
SOURCE_WEIGHTS = msgid(_l("No norm sets weights: all count alike until the school's own regulation says otherwise"))
_FIVE = {"values": ["5", "4", "3", "2"], "oral": {"scale": "five"}}
_SHARES = {  # the parts of a quarter's per cent; without the second the first is all of it
    "parts": [{"kinds": ["formative", "sor", "oral", "elsewhere"], "percent": 50},
              {"kinds": ["soch"], "percent": 50}],
    "needed": ["sor", "soch"],
    "values": ["5", "4", "3", "2"], "oral": {"scale": "points", "maximum": 10},
}  # fmt: skip
_PASSED = {"values": ["pass", "fail"], "percent": 50, "oral": {"scale": "pass"}}  # so much of the works, or more
GRADING_RULES: dict[str, dict[str, Any]] = {
    "ru_grade_1": {
        "country": "RU", "grades_from": 1, "grades_to": 1, "scale": "five", "formula": "none", "decided": "teacher",
        "parameters": {"values": [], "oral": {"scale": "none"}}, "source": SOURCE_GRADE_1,
        "starts_on": date(2000, 9, 25),
    },
    "ru_term": {
        "country": "RU", "grades_from": 2, "grades_to": 9, "scale": "five", "period": "term", "term_kind": "quarter",
        "formula": "mean", "parameters": _FIVE, "decided": "teacher", "source": SOURCE_LAW_RU,
    },
    "ru_half": {
        "country": "RU", "grades_from": 10, "grades_to": 11, "scale": "five", "period": "term", "term_kind": "half",
        "formula": "mean", "parameters": _FIVE, "decided": "teacher", "source": SOURCE_LAW_RU,
    },
    "ru_year": {
        "country": "RU", "grades_from": 2, "grades_to": 11, "scale": "five", "period": "year", "formula": "terms",
        "parameters": _FIVE, "decided": "teacher", "source": SOURCE_LAW_RU,
    },
    "ru_passed": {
        "country": "RU", "grades_from": 2, "grades_to": 11, "scale": "pass", "formula": "passed",
        "parameters": _PASSED, "decided": "teacher", "source": SOURCE_LAW_RU,
    },
    "kz_term": {
        "country": "KZ", "grades_from": 1, "grades_to": 11, "scale": "five", "period": "term",
        "term_kind": "quarter", "formula": "shares", "parameters": _SHARES, "decided": "formula", "source": SOURCE_KZ,
    },
    "kz_year": {
        "country": "KZ", "grades_from": 1, "grades_to": 11, "scale": "five", "period": "year", "formula": "terms",
        "parameters": {"values": ["5", "4", "3", "2"]}, "decided": "formula", "source": SOURCE_KZ,
    },
    "kz_passed": {
        "country": "KZ", "grades_from": 1, "grades_to": 11, "scale": "pass", "formula": "passed",
        "parameters": _PASSED, "decided": "teacher", "source": SOURCE_KZ,
    },
}  # fmt: skip
MARK_PERCENTS = {  # country and grades → value → the whole per cent from which on it is given
    ("KZ", 1, 1): {"2": 0, "3": 21, "4": 51, "5": 81},
    ("KZ", 2, 11): {"2": 0, "3": 40, "4": 65, "5": 85},
}


def rows() -> Iterator[Base]:
    """The rows as model objects."""
    yield from (GradingRule(code=code, **rule) for code, rule in GRADING_RULES.items())
    yield from (KindWeight(code=code, weight=1, source=SOURCE_WEIGHTS) for code in KINDS)
    for (country, first, last), table in MARK_PERCENTS.items():
        for value, percent in table.items():
            yield MarkPercent(code=f"{country.lower()}_{first}_{last}_{value}", country=country, grades_from=first,
                              grades_to=last, value=value, starts_at=percent, source=SOURCE_KZ)  # fmt: skip
