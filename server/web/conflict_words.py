"""How a conflict reads: its kind, its values, where a value came from; and whose it is to decide."""

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server.policy import Realm
from server.reference import CHANNELS, LETTERS, VALUE_NAMES
from server.services.conflict_kinds import KINDS
from server.services.conflicts import Conflict, Saying
from server.web import access
from server.web.marks import mark_label
from sync.decide import Value

NAMES = {"mark": _l("mark"), "absence": _l("absence"), "term_mark": _l("mark of the term")}
SOON = timedelta(hours=1)  # what takes longer from saying to school is told


def to_decide() -> dict[str, Realm]:
    """By kind, all that this person decides about."""
    return {name: access.realm(kind.decides) for name, kind in KINDS.items()}


def to_see() -> dict[str, Realm]:
    """By kind, all whose values this person may see."""
    return {name: access.realm(kind.decides, kind.views) for name, kind in KINDS.items()}


def label(conflict: Conflict, value: Value) -> str:
    """A value as people read it."""
    kind, said = value
    if conflict.kind == "mark":
        return mark_label(kind, said, conflict.place.rule.maximum)
    if conflict.kind == "absence":
        return f"{said} — {LETTERS[said][0]}" if said in LETTERS else said or _("was there")
    return str(VALUE_NAMES.get(said, said)) if said else _("mark removed")


def sent(value: Value) -> str:
    """What a form sends for a value; ``read`` is its inverse."""
    return f"{value[0]}:{value[1] or ''}"


def read(text: str) -> Value:
    """The value that a form sent."""
    kind, _colon, said = text.partition(":")
    return kind, said or None


def came(one: Saying) -> str:
    """From where: the phone or the office, and how the work itself came."""
    place = _("phone “%(name)s”", name=one.device) if one.device else _("typed in the office")
    return ", ".join([place, *([str(CHANNELS.get(one.channel, one.channel))] if one.channel else [])])


def is_late(one: Saying) -> bool:
    """True if it reached the school long after it was said."""
    return one.received_at - one.at > SOON
