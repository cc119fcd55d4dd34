"""How marks and states of works read: the labels, the choices of a form, the signs in the journal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server.errors import DomainError
from server.reference import VALUE_NAMES
from server.services.journal import Cell
from server.services.logging_work import Logged, mark_of
from server.services.works import MarkView
from sync.decide import Scale

STATES = {
    "issued": _l("not yet handed in"), "overdue": _l("not handed in"), "returned": _l("to check"),
    "marked": _l("marked"), "redo": _l("sent back"), "checked": _l("checked"),
}  # fmt: skip
TONES = {"issued": "", "overdue": "bad", "returned": "wait", "marked": "ok", "redo": "note", "checked": "ok"}
SIGNS = {"issued": "", "overdue": "!", "returned": "●", "redo": "↩", "checked": "✓"}
SHORT = {"pass": _l("pass"), "fail": _l("fail"), "na": _l("n/a")}


@dataclass(frozen=True)
class Choice:
    """A mark to choose: what the form sends, how it reads, and whether it is a mark proper."""

    sends: str
    label: str
    is_mark: bool = False


@dataclass(frozen=True)
class Sign:
    """A cell of the journal: the short text that is seen, and all of it in words."""

    text: str
    words: str
    tone: str


def mark_label(verdict: str, value: str | None, maximum: int | None = None) -> str:
    """``4``, ``passed``, ``12 of 20``, ``sent back`` …"""
    if verdict == "mark" and value is not None:
        if maximum is not None:
            return _("%(points)s of %(maximum)s", points=value, maximum=maximum)
        return str(VALUE_NAMES.get(value, value))
    return {"redo": _("sent back"), "checked": _("checked"), "cleared": _("mark removed")}[verdict]


def newer_label(stands: MarkView, maximum: int | None) -> str:
    """That a mark was saved, but another one stands; who said it and when."""
    who = ", ".join(part for part in (stands.author, format_datetime(stands.at, "d MMM, HH:mm")) if part)
    mark = mark_label(stands.verdict, stands.value, maximum)
    return _("Saved, but a newer mark stands: %(mark)s (%(who)s)", mark=mark, who=who)


def said_label(one: Logged) -> str:
    """What somebody logged: the mark, or that the work came back."""
    return mark_label(one.mark["verdict"] or "", one.mark["value"], one.maximum) if one.mark else _("handed in")


def choices(rule: Scale) -> list[Choice]:
    """What can be decided on a scale, best mark first."""
    found = [Choice(f"mark:{value}", str(VALUE_NAMES.get(value, value)), True) for value in rule.values]
    if rule.type == "none":
        found.append(Choice("checked", _("Checked")))
    return [*found, Choice("redo", _("Send back"))]


def read_choice(sent: str, points: str) -> dict[str, str | None] | None:
    """The mark that a form says, or None. Raises DomainError mark_invalid, mark_twice."""
    typed = points.strip()
    if typed and sent in ("redo", "cleared"):
        raise DomainError("mark_twice")
    if typed:
        value = str(int(typed)) if typed.isascii() and typed.isdigit() and len(typed) <= 4 else typed[:8]
        return mark_of("mark", value)
    verdict, _colon, value = sent.partition(":")
    if verdict == "":
        return None
    if (verdict == "mark") != bool(value) or verdict not in ("mark", "redo", "checked", "cleared"):
        raise DomainError("mark_invalid", value=sent[:20], allowed="–")
    return mark_of(verdict, value[:8] or None)


def signs() -> Callable[[Cell, int | None], Sign]:
    """``sign`` for one page: a journal has thousands of cells and few different ones."""
    known: dict[tuple[Any, ...], Sign] = {}

    def once(cell: Cell, maximum: int | None = None) -> Sign:
        key = cell.state, cell.values, maximum
        if key not in known:
            known[key] = sign(cell, maximum)
        return known[key]

    return once


def sign(cell: Cell, maximum: int | None = None) -> Sign:
    """How the journal shows a work."""
    labels = [mark_label(*value, maximum=maximum) for value in cell.values]
    if cell.conflict:
        short = "/".join(_short(*value) for value in cell.values)
        return Sign(f"{short} ?", _("two values: %(values)s", values=", ".join(labels)), "bad")
    tone, words = TONES[cell.state], str(STATES[cell.state])
    if cell.state == "marked":
        text = _short(*cell.values[0])
        return Sign(f"{text}/{maximum}" if maximum else text, labels[0], "mark")
    return Sign(SIGNS[cell.state], words, tone)


def _short(verdict: str, value: str | None) -> str:
    if verdict == "mark" and value is not None:
        return str(SHORT.get(value, value))
    return {"redo": SIGNS["redo"], "checked": SIGNS["checked"], "cleared": "–"}[verdict]
