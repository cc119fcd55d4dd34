"""The types of ops, and what each of them needs to be decided and stored: one entry per type of ``sync.ops.TYPES``."""

from server.services.acts.about_lessons import AbsenceKind, PresenceKind
from server.services.acts.about_works import AboutWork, ReturnKind
from server.services.acts.book import Kind
from server.services.acts.calls import CallKind
from server.services.acts.term_marks import TermMarkKind
from sync.ops import Op

KINDS: dict[str, Kind] = {
    "return": ReturnKind(), "mark": AboutWork(), "absence": AbsenceKind(), "presence": PresenceKind(),
    "call": CallKind(), "term_mark": TermMarkKind(),
}  # fmt: skip


def kind_of(op: Op) -> Kind:
    """What a known op's type needs."""
    return KINDS[op.type]


def target_of(op: Op) -> str:
    """What a known op's revision is about: a work's code, a student at a lesson, a student's term; "" for nothing."""
    return KINDS[op.type].target(op)


def value_of(op: Op) -> tuple[str, str | None] | None:
    """What a known op says about its target; None for only an act."""
    return KINDS[op.type].value(op)
