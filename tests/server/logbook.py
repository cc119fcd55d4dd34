"""Logs returns, marks and absences for tests, the way every channel does it: through ``receive``."""

import itertools
from datetime import UTC, date, datetime

from server.services import logging_work, returns
from server.services.logging_work import Arrival, Line, Said, mark_of
from tests.server.factory import TODAY

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)  # 08:00 at the school
_origins = itertools.count(1)


def _deliver(envelope: dict) -> returns.Outcome:
    return returns.receive(returns.Delivery([envelope], NOW, TODAY))[0]


def _draft(author: str, key: str, heads: tuple[str, ...] = (), state: str = "") -> logging_work.Draft:
    origin = next(_origins).to_bytes(8, "big")
    return logging_work.make_draft(origin, NOW, "Asia/Yekaterinburg", author, [Line(key, tuple(heads), state)])


def hand_in(
    code: str, author: str = "", mark: str | None = None, verdict: str = "mark", comment: str = "",
    on: date = TODAY, channel: str = "paper", base: tuple[str, ...] = (),
) -> returns.Outcome:  # fmt: skip
    """A work came back, with a mark (or another verdict) if one is named."""
    decided = mark_of(verdict, mark) if mark or verdict != "mark" else None
    draft = _draft(author, code, base, "issued")
    return _deliver(logging_work.op_about_work(draft, 0, Said(decided, comment), Arrival(on, channel)))


def mark(
    code: str, value: str | None = None, author: str = "", verdict: str = "mark", comment: str = "",
    base: tuple[str, ...] = (),
) -> returns.Outcome:  # fmt: skip
    """Somebody decides about a work."""
    said = Said(mark_of(verdict, value), comment, again=False)
    return _deliver(logging_work.op_about_work(_draft(author, code, base), 0, said, None))


def absent(
    student: str, lesson_course: str, letter: str | None = "Н", author: str = "", reason: str = "",
    base: tuple[str, ...] = (),
) -> returns.Outcome:  # fmt: skip
    """A student was not at a lesson; None takes it back."""
    return _deliver(logging_work.op_about_absence(_draft(author, student, base), 0, lesson_course, letter, reason))
