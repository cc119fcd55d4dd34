"""What a check has to say about a timetable, as plain values."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Finding:
    """Something wrong. ``lessons``: ids, ``who``: ids of the people, groups or rooms it is about; ``data`` fills the
    sentence (finding_words.py) and can be written as JSON; ``on``: the day, or the first day of a week."""

    code: str
    hard: bool
    on: date
    lessons: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
