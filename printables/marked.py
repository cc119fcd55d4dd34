"""A work that was marked on screen, as plain data: its pages' pictures, the signs on them, mark and comments."""

from dataclasses import dataclass

KIND = "marked"  # of a sheet in a pack


@dataclass(frozen=True)
class Sign:
    """A sign on a page's picture, in shares of its width and height from the upper left corner.

    ``kind``: right, wrong, unclear or text at (x, y); line from there to (x2, y2); box from the upper left corner
    (x, y) to the lower right one (x2, y2). ``small``: of a ticked answer, where rows stand close.
    """

    kind: str
    x: float
    y: float
    x2: float = 0.0
    y2: float = 0.0
    text: str = ""
    small: bool = False


@dataclass(frozen=True)
class MarkedPage:
    """``picture``: path of the kept picture (JPEG)."""

    picture: str
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True)
class MarkedWork:
    """What is printed back. ``mark`` as the family reads it; ``returned_on`` and ``decided_on``: ISO dates or "".

    ``redo``: sent back to be corrected. ``asked``: a teacher asked for this copy, so no budget drops it.
    """

    code: str
    subject: str
    title: str
    mark: str
    comments: tuple[str, ...]
    pages: tuple[MarkedPage, ...]
    returned_on: str = ""
    decided_on: str = ""
    redo: bool = False
    asked: bool = False


@dataclass(frozen=True)
class CopyFile:
    """A PDF of marked copies alone."""

    pdf: bytes
    pages: int
