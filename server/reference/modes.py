"""Rows about modes of teaching: why a school, a class or a student learns at a distance."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from server.models import Base, ModeReason
from server.reference.names import SOURCE_OWN, msgid

FROST = "frost"
REASONS = {
    "illness": _l("illness"), "quarantine": _l("quarantine"), FROST: _l("frost day"),
    "suspension": _l("suspension of the school"), "individual": _l("individual order"), "other": _l("other reason"),
}  # fmt: skip


def rows() -> Iterator[Base]:
    """The rows as model objects."""
    for position, (code, name) in enumerate(REASONS.items()):
        yield ModeReason(code=code, name=msgid(name), position=position, source=SOURCE_OWN)
