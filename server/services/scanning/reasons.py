"""Why a page waits for a person, in words; beside its word a reason bears what the codes on the page say."""

from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server.errors import DomainError, sentence_of
from sync.codes import Label, parse_qr
from sync.errors import SyncError

WORDS: dict[str, Any] = {
    "unread": _l("no code could be read"),
    "several": _l("several works are on it"),
    "school": _l("it is of another school"),
    "kind": _l("it is no work: a cover or a register"),
    "unknown": _l("no work of this school has its code"),
    "others": _l("who scanned it does not log this work"),
    "twice": _l("another sheet with the same code and page came"),
    "again": _l("the work was sent back, and this page looks as it did before"),
    "refused": _l("its work could not be logged as handed in: look at the day"),
    "stack": _l("the same sheet is in the stack before it"),
    "before": _l("it was taken in before"),
}


class Reason(NamedTuple):
    """A reason as it is stored, taken apart: its word, and the labels on the page."""

    word: str
    labels: tuple[Label, ...]


def parted(stored: str) -> Reason:
    """The word and the labels of a stored reason."""
    word, *texts = stored.split() or [""]
    labels = []
    for text in texts:
        try:
            labels.append(parse_qr(text))
        except SyncError:
            continue
    return Reason(word, tuple(labels))


def sentence(stored: str) -> str:
    """Why a page waits, or of what it is a double, in the language of the request."""
    word, labels = parted(stored)
    kinds = {label.kind for label in labels}
    if word == "school" and labels:
        return _("it is of another school (%(school)s)", school=labels[0].school)
    if word == "kind" and kinds == {"P"}:
        return _("it is a cover of a pack, no work")
    if word == "kind" and kinds == {"M"}:
        return _("it is a register of delivery, no work")
    return str(WORDS[word]) if word in WORDS else sentence_of(DomainError(word))
