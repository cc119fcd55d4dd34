"""Rows about exams: how many a day a student may sit, and how many days lie between two."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l

from server.models import Base, TimetableNorm
from server.reference.names import msgid

SOURCE_EXAMS_RU = msgid(_l("SanPiN 2.4.2.2821-10, 10.24, in force until 2021 and kept by schools since (RU)"))
SOURCE_EXAMS_KZ = msgid(_l("Custom of final attestation, no norm says it: see the year's own order (KZ)"))
EXAM_NORMS: dict[str, dict[str, Any]] = {
    "ru_exams_day": {"country": "RU", "rule": "exams_day", "value": 1, "source": SOURCE_EXAMS_RU},
    "ru_exams_between": {"country": "RU", "rule": "exams_between", "value": 2, "source": SOURCE_EXAMS_RU},
    "kz_exams_day": {"country": "KZ", "rule": "exams_day", "value": 1, "source": SOURCE_EXAMS_KZ},
    "kz_exams_between": {"country": "KZ", "rule": "exams_between", "value": 2, "source": SOURCE_EXAMS_KZ},
}


def rows() -> Iterator[Base]:
    """The rows as model objects, each for all grades."""
    yield from (TimetableNorm(code=code, grades_from=1, grades_to=12, **norm) for code, norm in EXAM_NORMS.items())
