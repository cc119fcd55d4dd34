"""From one edition of a site to the newest: a small file that names the lines that changed.

``data/from-<tree>.json.gz`` of a site (sync/bundle.py) is gzip of a text with a byte to a letter (sync/lines.py). Its
first line is four words::

    NUMBER ISSUED_AT LOOK_AGAIN|- SIGNATURE

The other lines tell the pages that are new or different, from those of ``tree``; there is none when nothing is new. The
signature (Base64 of 64 bytes, Ed25519) is over the canonical JSON of sync.bundle.head_of. What of it the phone knows
without being told does not travel: school, group, language, and the tree, which it computes of the pages that it gets.
So the signature holds only if these are the pages that the school signed, and they were made of the right ones.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sync.bundle import VERSION, page_hash, tree_of
from sync.canonical import canonical
from sync.errors import SyncError
from sync.lines import from_bytes, read, to_bytes
from sync.signing import verify_bare


class Update(NamedTuple):
    """An update: what it says of its edition, the signature, and the telling of the pages."""

    number: int
    issued_at: str
    look_again: str | None
    signature: str
    telling: str

    def text(self) -> bytes:
        """As it is packed."""
        line = f"{self.number} {self.issued_at} {self.look_again or '-'} {self.signature}"
        return to_bytes(f"{line}\n{self.telling}" if self.telling else line)

    def head(self, known: Mapping[str, Any], tree: str) -> dict[str, Any]:
        """What was signed, where the pages are those of ``tree``. ``known``: school, group and language."""
        own = {name: known[name] for name in ("school", "group", "language")}
        return {**own, "v": VERSION, "number": self.number, "issued_at": self.issued_at,
                "look_again": self.look_again, "tree": tree}  # fmt: skip

    def verify(self, public_text: str, known: Mapping[str, Any], tree: str) -> None:
        """Check that the school signed it for pages of ``tree``. Raises SyncError as signing.verify does."""
        verify_bare(public_text, canonical(self.head(known, tree)), self.signature)


def made(head: Mapping[str, Any], signature: str, pieces: Iterable[str]) -> Update:
    """An update. ``head``: of bundle.head_of; ``signature``: over its canonical JSON; ``pieces``: of sync.lines."""
    return Update(head["number"], head["issued_at"], head["look_again"], signature, "\n".join(pieces))


def opened(text: bytes) -> Update:
    """The update that a text is. Raises SyncError ``delta_broken``."""
    line, _, telling = from_bytes(text).partition("\n")
    try:
        number, issued_at, look_again, signature = line.split(" ")
        return Update(int(number), issued_at, None if look_again == "-" else look_again, signature, telling)
    except ValueError as error:
        raise SyncError("delta_broken") from error


def apply(pages: Mapping[str, str], update: Update) -> tuple[dict[str, str], str]:
    """The pages after an update, and their tree: whoever applies one verifies the update with it.

    Raises SyncError ``delta_other`` when it names what these pages do not hold, ``delta_broken`` when it is no telling.
    """
    try:
        after = read(update.telling, pages)
    except (KeyError, IndexError) as error:
        raise SyncError("delta_other") from error
    except ValueError as error:
        raise SyncError("delta_broken") from error
    return after, tree_of({path: page_hash(html) for path, html in after.items()})
