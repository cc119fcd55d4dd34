"""How pages call deeds on lessons."""

from flask_babel import lazy_gettext as _l

ACTS = {
    "substituted": _l("substitution"), "moved": _l("transfer of a lesson"), "swapped": _l("exchange of lessons"),
    "cancelled": _l("cancellation"), "reassigned": _l("lesson given again"), "joined": _l("joined lesson"),
    "self_study": _l("self-study instead of the lesson"), "added": _l("additional lesson"),
    "adjusted": _l("correction"), "mode": _l("another mode of teaching"), "proposed": _l("composed day"),
    "undone": _l("taken back"),
}  # fmt: skip
