"""What became of the records of a file from a phone, told for people: one line a record."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from server.services.afar import FileTaken, told
from server.services.returns import Outcome
from sync import codes, decide


@dataclass(frozen=True)
class Told:
    """A record: its number on the phone, its type, the work's code where it has one, what became of it, a sentence."""

    n: int
    type: str
    code: str
    outcome: str
    reason: str
    text: str

    @property
    def taken(self) -> bool:
        """Nobody need look at it."""
        return self.outcome in (decide.ACCEPTED, decide.DUPLICATE)


def lines(taken: FileTaken) -> Iterator[Told]:
    """A line for each record, in the order of the file."""
    for raw, outcome in zip(taken.envelopes, taken.outcomes, strict=True):
        said = raw if isinstance(raw, dict) else {}
        data = said.get("data") if isinstance(said.get("data"), dict) else {}
        yield Told(outcome.n, _text(said.get("type")), _code(data.get("code")), outcome.outcome, outcome.reason,
                   _sentence(outcome))  # fmt: skip


def _sentence(outcome: Outcome) -> str:
    if outcome.outcome == decide.ACCEPTED:
        return _("taken in")
    if outcome.outcome == decide.DUPLICATE:
        return _("known already")
    if outcome.reason == "forbidden":  # whoever brings the file is mostly somebody else
        return _("The role of the phone's owner does not include this.")
    return told(outcome)


def _text(value: Any) -> str:
    return value[:24] if isinstance(value, str) and value.isascii() and value.isprintable() else ""


def _code(value: Any) -> str:
    """Grouped digits; "" for what is no code."""
    is_code = isinstance(value, str) and len(value) == 9 and value.isascii() and value.isdigit()
    return codes.group_digits(value) if is_code else ""
