"""Rows about staff: why a teacher is absent."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from server.models import Base, LeaveReason
from server.reference.names import SOURCE_OWN, msgid

LEAVE = {
    "illness": _l("illness"), "child": _l("child's illness"), "trip": _l("business trip"),
    "course": _l("training course"), "leave": _l("leave"), "other": _l("another reason"),
}  # fmt: skip


def rows() -> Iterator[Base]:
    """The rows as model objects."""
    for position, (code, name) in enumerate(LEAVE.items()):
        yield LeaveReason(code=code, name=msgid(name), position=position, source=SOURCE_OWN)
