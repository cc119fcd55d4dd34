"""How packs come down to their budget of leaves, step by step: what a student loses least by comes first."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from server.models import Base, CutStep
from server.reference.names import SOURCE_OWN, msgid

CUT_STEPS = {
    "no_marked": _l("no marked copies of works, unless a teacher asked for one"),
    "duplex": _l("print on both sides"),
    "two_up": _l("lessons: two pages on one side"),
    "no_slips": _l("no slips to cut out: task sheets bear the codes"),
    "fewer_lines": _l("no additional page with lines to write on"),
    "no_tv_texts": _l("no texts of lessons that are on television"),
    "no_texts": _l("no texts of lessons: their sources only"),
    "must_only": _l("tasks that every student must hand in, and none else"),
}


def rows() -> Iterator[Base]:
    """The rows as model objects; a school changes their order, and which are used."""
    for position, (code, name) in enumerate(CUT_STEPS.items(), 1):
        yield CutStep(code=code, name=msgid(name), position=position, used=True, source=SOURCE_OWN)
