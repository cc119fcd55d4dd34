"""Words about school days and their changes, as the pages of the timetable office say them."""

from flask_babel import lazy_gettext as _l

STATES = {  # of a day on its way out: word and tone
    "draft": (_l("being composed"), ""),
    "submitted": (_l("submitted for approval"), "wait"),
    "returned": (_l("returned to be changed"), "bad"),
    "approved": (_l("approved"), "ok"),
}
CHANGES = {
    "substituted": _l("substituted"), "moved": _l("moved"), "cancelled": _l("cancelled"),
    "reassigned": _l("given again"), "added": _l("added"), "adjusted": _l("changed"),
}  # fmt: skip
ACTS = {  # what was done, to begin a line
    "substituted": _l("Substitution"), "moved": _l("Lesson moved"), "swapped": _l("Lessons swapped"),
    "cancelled": _l("Lesson cancelled"), "reassigned": _l("Lesson given again"), "joined": _l("Classes joined"),
    "self_study": _l("Self-study"), "added": _l("Lesson added"), "adjusted": _l("Lesson changed"),
    "mode": _l("Mode of teaching"), "proposed": _l("Proposed day accepted"),
}  # fmt: skip
