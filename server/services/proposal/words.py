"""How a proposal is told: what it counts, and what becomes of a lesson."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server.naming import klass_short
from server.services.proposal.proposing import Move, Proposed

COUNTS = {
    "clashes": _l("lessons that cannot be held at once"), "uncovered": _l("lessons whose teacher is away"),
    "broadcasts": _l("broadcasts beside their lesson"), "windows": _l("windows of classes"),
    "siblings": _l("lessons for which siblings need one device at once"),
    "screen": _l("minutes of screen above the norm"), "teacher_windows": _l("windows of teachers"),
    "moved": _l("lessons moved"), "off_screen": _l("lessons taken off the screen"),
    "substituted": _l("substitutions"),
}  # fmt: skip


def lesson(move: Move, proposed: Proposed) -> str:
    """«7 «А», алгебра»."""
    facts = proposed.days.facts
    groups = ", ".join(klass_short(facts.group_name(id)) for id in dict.fromkeys(move.lesson.groups))
    subjects = ", ".join(dict.fromkeys(facts.subjects[part.subject] for part in move.lesson.parts))
    return f"{groups}, {subjects}"


def change(move: Move, proposed: Proposed) -> str:
    """What becomes of it."""
    said = []
    if move.n != move.lesson.n:
        said.append(_("lesson %(before)s → %(after)s", before=move.lesson.n, after=move.n))
    if move.substitute:
        said.append(_("substitute: %(name)s", name=proposed.names[move.substitute]))
    if move.off_screen:
        said.append(_("self-study instead of the screen"))
    return "; ".join(said)
