"""A scanned page as it was read: plain values, for those who decide where it goes."""

from dataclasses import dataclass

from sync.codes import Label


@dataclass(frozen=True)
class Reading:
    """What a page says. ``state``: work (``label`` is its code and page), blank, or why a person must look:
    unread, several (``labels``), school, kind.

    ``turn``: degrees that the picture must be turned anticlockwise to stand upright (0, 90, 180, 270); ``tries``: how
    many versions of the picture were read.
    """

    state: str
    label: Label | None = None
    turn: int = 0
    tries: int = 0
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page of a stack. ``file`` and ``number`` (from 1) say where it was; ``hash`` names its picture's grey pixels.

    ``reading`` is that of printables.scan, or has the state "broken" (a picture that cannot be opened) with ``error``:
    a code of the catalogue. ``small``: where its ink is, to tell whether two are the same sheet (printables.alike).
    """

    file: str
    number: int
    hash: str
    reading: Reading
    small: bytes = b""
    error: str = ""


def label_of(page: Page) -> Label | None:
    """The label of a page that is somebody's work."""
    return page.reading.label if page.reading.state == "work" else None
