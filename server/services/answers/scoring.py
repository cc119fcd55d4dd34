"""Scores ticked answers by the key: pure, so that it is simply counted anew when an answer or the key is corrected.

A question counts all its points or none: with several right options exactly those must be ticked. What is unsure, has
no key, or was changed after it was printed has no points until a person says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.importers.answer_rows import AnswerRow

UNSURE, NO_KEY, CHANGED, MISSING = "unsure", "no_key", "changed", "missing"


@dataclass(frozen=True)
class Given:
    """A question as it was printed, and the answer that counts: None while nobody knows it, [] for none given."""

    kind: str
    label: str
    options: tuple[str, ...]
    digits: int
    answer: Sequence[Any] | None


@dataclass(frozen=True)
class Score:
    """Points of a question, None while ``why`` keeps it open: unsure, no_key, changed or missing (not handed in)."""

    points: int | None
    most: int
    why: str = ""


@dataclass(frozen=True)
class Result:
    """``lines``: of each given answer its question's place among the task's (None: no longer there) and its score;
    ``missing``: places of questions that no page brought. ``points`` counts what is sure, ``open`` what is not."""

    lines: tuple[tuple[int | None, Score], ...]
    missing: tuple[int, ...]
    points: int
    most: int
    open: int


def scored(given: Sequence[Given], rows: Sequence[AnswerRow]) -> Result:
    """All answers of a work against the task's questions as they stand now."""
    places = matched(given, rows)
    lines = []
    for one, place in zip(given, places, strict=True):
        lines.append((place, Score(None, 0, CHANGED) if place is None else score(rows[place], one.answer)))
    missing = tuple(sorted(set(range(len(rows))) - {place for place in places if place is not None}))
    return Result(
        tuple(lines), missing, sum(one.points or 0 for _place, one in lines), sum(row.points for row in rows),
        len(missing) + sum(one.points is None and one.why != CHANGED for _place, one in lines),
    )  # fmt: skip


def matched(given: Sequence[Given], rows: Sequence[AnswerRow]) -> list[int | None]:
    """Which of the task's questions each printed one is: the same words and boxes, in the order of the sheet."""
    left = list(range(len(rows)))
    found: list[int | None] = []
    for one in given:
        same = [n for n in left if _same(one, rows[n])]
        found.append(same[0] if same else None)
        if same:
            left.remove(same[0])
    return found


def _same(one: Given, row: AnswerRow) -> bool:
    return (one.kind, one.label, one.options, one.digits) == (row.kind, row.label, row.options, row.digits)


def score(row: AnswerRow, answer: Sequence[Any] | None) -> Score:
    """One question."""
    if answer is None:
        return Score(None, row.points, UNSURE)
    if not row.key:
        return Score(None, row.points, NO_KEY)
    if row.kind == "number":
        right = bool(answer) and int(answer[0]) == int(row.key[0])
    else:
        right = sorted(answer) == sorted(row.key)
    return Score(row.points if right else 0, row.points)


def valid(answer: Sequence[Any], kind: str, options: Sequence[str], digits: int) -> bool:
    """Whether a person's answer fits a printed question; [] is no answer given."""
    if not answer:
        return True
    if kind == "number":
        text = answer[0]
        return len(answer) == 1 and isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= digits
    places = set(answer)
    whole = all(isinstance(place, int) and not isinstance(place, bool) for place in answer)
    return whole and places <= set(range(len(options))) and len(places) == len(answer) and (
        kind == "several" or len(answer) == 1
    )  # fmt: skip
