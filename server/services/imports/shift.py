"""Moves dated rows by whole weeks, so that a trial can put a sample week next to today. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from server.importers.rows import BroadcastRow, LessonContentRow, TermRow


def terms(rows: Sequence[TermRow], days: int) -> list[TermRow]:
    """Terms moved by ``days``, a multiple of 7. Raises ValueError otherwise."""
    by = _weeks(days)
    return [replace(row, start=row.start + by, end=row.end + by) for row in rows]


def broadcasts(rows: Sequence[BroadcastRow], days: int) -> list[BroadcastRow]:
    """TV lessons moved by ``days``."""
    by = _weeks(days)
    return [replace(row, date=row.date + by) for row in rows]


def content(rows: Sequence[LessonContentRow], days: int) -> list[LessonContentRow]:
    """Lessons moved by ``days``; one without a date stays so."""
    by = _weeks(days)
    return [replace(row, date=row.date and row.date + by) for row in rows]


def _weeks(days: int) -> timedelta:
    if days % 7:
        raise ValueError("a shift by whole weeks expected: weekdays must stay")
    return timedelta(days=days)
