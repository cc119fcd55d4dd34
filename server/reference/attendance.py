"""Rows about attendance: letters of absence, what a reason rests on, why somebody was cut off, kinds of incidents."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l

from server.models import AbsenceLetter, Base, CutOffCause, IncidentKind, ProofKind
from server.reference.names import SOURCE_OWN, SOURCE_RU, msgid

LETTERS = {  # name, excused, counts as a missed lesson
    "Н": (_l("absent, reason unknown"), False, True), "Б": (_l("ill"), True, True), "УП": (_l("excused"), True, True),
    "ОП": (_l("late"), False, False),
}  # fmt: skip
LETTER_ABSENT, LETTER_LATE = "Н", "ОП"  # what is proposed for missing and for late work
PROOFS = {
    "note": _l("note of the parents"), "certificate": _l("certificate of a doctor"), "call": _l("told by phone"),
    "order": _l("order of the school"), "word": _l("told in person"),
}  # fmt: skip
CAUSES = {
    "road": _l("road closed"), "pack": _l("pack not delivered"), "power": _l("no electricity"),
    "link": _l("no connection"), "other": _l("another cause"),
}  # fmt: skip
INCIDENTS: dict[str, tuple[Any, int | None, int | None]] = {  # name; how many within how many days make a pattern
    "behaviour": (_l("behaviour"), None, None), "absence": (_l("repeated absence"), 6, 14),
    "not_handed_in": (_l("work not handed in"), 5, 28), "other": (_l("other"), None, None),
}  # fmt: skip


def rows() -> Iterator[Base]:
    """The rows as model objects."""
    for position, (code, (name, excused, missed)) in enumerate(LETTERS.items()):
        yield AbsenceLetter(code=code, name=msgid(name), excused=excused, missed=missed, position=position,
                            source=SOURCE_RU)  # fmt: skip
    for model, names in ((ProofKind, PROOFS), (CutOffCause, CAUSES)):
        yield from (model(code=code, name=msgid(name), position=n) for n, (code, name) in enumerate(names.items()))
    for position, (code, (name, threshold, within)) in enumerate(INCIDENTS.items()):
        yield IncidentKind(code=code, name=msgid(name), position=position, threshold=threshold, within_days=within,
                           source=SOURCE_OWN if threshold else "")  # fmt: skip
