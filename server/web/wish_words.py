"""How wishes about lessons are said to people."""

from flask_babel import lazy_gettext as _l

KINDS = {
    "again": _l("a lesson again"), "move": _l("move a lesson"), "cancel": _l("cancel a lesson"),
    "extra": _l("one more lesson"), "consultation": _l("a consultation"),
}  # fmt: skip
STATES = {
    "open": _l("waits for agreement"), "agreed": _l("agreed, to be scheduled"), "scheduled": _l("scheduled"),
    "refused": _l("declined"), "withdrawn": _l("no longer wanted"),
}  # fmt: skip
TONES = {"open": "wait", "agreed": "note", "scheduled": "ok", "refused": "bad", "withdrawn": ""}
ANSWERS = {"": _l("not answered yet"), "yes": _l("agrees"), "no": _l("does not agree")}
ANSWER_TONES = {"": "wait", "yes": "ok", "no": "bad"}
