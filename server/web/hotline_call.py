"""The call under way: kept in the operator's own signed session, so that it outlives every page of the call.

It holds ids and moments, no names: since when one talks about whom, who calls and how the caller was verified.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import session

KEY = "calls"
MOST = 3  # calls that may be open in one browser; the oldest is forgotten
WAYS = ("call_back", "word")


@dataclass(frozen=True)
class CallState:
    """A call about a student. ``since``: where the length of the next note begins; ``noted``: how many there are."""

    student_id: str
    since: datetime
    caller_id: str = ""
    how: str = ""
    noted: int = 0

    @property
    def verified(self) -> bool:
        """Whether the caller is known to be who they said."""
        return bool(self.caller_id and self.how)

    def seconds(self, now: datetime) -> int:
        """How long it has lasted."""
        return max(0, int((now - self.since).total_seconds()))


def begun(student_id: str, now: datetime) -> tuple[CallState, bool]:
    """The call about a student, and whether it begins only now."""
    known = _calls().get(student_id)
    if known:
        return _read(student_id, known), False
    state = CallState(student_id, now)
    keep(state)
    return state, True


def keep(state: CallState) -> None:
    """Remember how far it is."""
    calls = _calls()
    calls.pop(state.student_id, None)
    calls[state.student_id] = [state.since.isoformat(), state.caller_id, state.how, state.noted]
    session[KEY] = dict(list(calls.items())[-MOST:])


def noted(state: CallState, now: datetime) -> None:
    """Something was written down: the next note's length begins here."""
    keep(replace(state, since=now, noted=state.noted + 1))


def end(student_id: str) -> None:
    """The receiver is down."""
    calls = _calls()
    calls.pop(student_id, None)
    session[KEY] = calls


def _calls() -> dict[str, Any]:
    return dict(session.get(KEY, {}))


def _read(student_id: str, known: list[Any]) -> CallState:
    since, caller, how, count = known
    return CallState(student_id, datetime.fromisoformat(since), caller, how if how in WAYS else "", count)


def seconds_of(typed: str, otherwise: int) -> int:
    """A length as typed ("3:20", "3" minutes); what is no length counts as not typed."""
    minutes, _colon, rest = typed.strip().partition(":")
    if minutes.isdecimal() and (not rest or rest.isdecimal()) and len(minutes) < 4 and len(rest) < 3:
        return int(minutes) * 60 + int(rest or 0)
    return otherwise
