"""Where each page of a stack goes, decided from what the pages say: pure, and every page is in exactly one place."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from printables.reading import Page, label_of

ROUTED, BLANK, DOUBLED, WAITING, DISMISSED = "routed", "blank", "doubled", "waiting", "dismissed"
Alike = Callable[[bytes, bytes], bool]


@dataclass(frozen=True)
class Before:
    """A page that an earlier stack brought to its work. ``earlier``: before the work was last sent back."""

    hash: str
    small: bytes = b""
    earlier: bool = False


@dataclass(frozen=True)
class Known:
    """What the school knows of works, by code.

    ``totals``: pages of the printed sheet (0: not known); ``before``: pages that came, by their numbers; ``others``:
    works that are not for who takes the stack in to log; ``seen``: hashes of pages that earlier stacks had.
    """

    totals: Mapping[str, int]
    before: Mapping[str, Mapping[int, Sequence[Before]]] = field(default_factory=dict)
    others: Collection[str] = ()
    seen: Collection[str] = ()


@dataclass(frozen=True)
class Row:
    """A page and where it goes. ``reason``: why it waits ("unread", "several", "school", "kind", "unknown", "others",
    "twice", "again", or a code of the catalogue), or of what it is a double ("stack", "before")."""

    page: Page
    state: str
    code: str = ""
    number: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Balance:
    """A stack's rows in the order of its pages; ``missing``: code of a work → its pages that did not come."""

    rows: tuple[Row, ...]
    missing: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def count(self, state: str) -> int:
        """How many pages are in a state."""
        return sum(row.state == state for row in self.rows)

    def works(self) -> dict[str, list[Row]]:
        """Code → the pages that go to it, by their numbers."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            if row.state == ROUTED:
                found.setdefault(row.code, []).append(row)
        return {code: sorted(rows, key=lambda row: row.number or 0) for code, rows in found.items()}


def balance(pages: Sequence[Page], known: Known, alike: Alike) -> Balance:
    """Decide about every page; ``alike(small, small)`` says whether two pictures show the same sheet."""
    rows: list[Row] = []
    first: dict[tuple[str, int], Page] = {}
    for page in pages:
        row = _row(page, known, first, alike)
        if row.state == WAITING and not row.code and page.hash:
            row = _once(row, rows, known)
        rows.append(row)
    return Balance(tuple(rows), _missing(rows, known))


def _once(row: Row, rows: Sequence[Row], known: Known) -> Row:
    """A page that is no work's waits once, however often its picture was sent."""
    here = any(other.page.hash == row.page.hash for other in rows)
    reason = "stack" if here else "before" if row.page.hash in known.seen else ""
    return Row(row.page, DOUBLED, reason=reason) if reason else row


def _row(page: Page, known: Known, first: dict[tuple[str, int], Page], alike: Alike) -> Row:
    label = label_of(page)
    if page.reading.state == "blank":
        return Row(page, BLANK)
    if label is None:
        return Row(page, WAITING, reason=page.error or page.reading.state)
    place = label.digits, label.page
    if label.digits not in known.totals:
        return Row(page, WAITING, *place, "unknown")
    if label.digits in known.others:
        return Row(page, WAITING, *place, "others")
    came = known.before.get(label.digits, {}).get(label.page, ())
    if any(page.hash == one.hash for one in came):
        return Row(page, DOUBLED, *place, "before")
    if place in first:
        other = first[place]
        same = other.hash == page.hash or alike(other.small, page.small)
        return Row(page, DOUBLED, *place, "stack") if same else Row(page, WAITING, *place, "twice")
    if (reason := _as_before(page, came, alike)) != "":
        return Row(page, DOUBLED if reason == "before" else WAITING, *place, reason)
    first[place] = page
    return Row(page, ROUTED, *place)


def _as_before(page: Page, came: Sequence[Before], alike: Alike) -> str:
    """What an earlier stack says about a page at the same place, "" if it says nothing.

    A sheet that looks as it did before the work was sent back may bear small corrections: a person tells.
    """
    now = [one for one in came if not one.earlier]
    if any(alike(one.small, page.small) for one in now):
        return "before"
    if now:
        return "twice"
    return "again" if any(alike(one.small, page.small) for one in came) else ""


def _missing(rows: Iterable[Row], known: Known) -> dict[str, tuple[int, ...]]:
    """Of each work in the stack what has not come, in this stack or before it."""
    came: dict[str, set[int]] = {}
    for row in rows:
        if row.code and row.number is not None and row.state in (ROUTED, DOUBLED):
            came.setdefault(row.code, set()).add(row.number)
    found = {code: lacking(known.totals[code], numbers | since(known, code)) for code, numbers in came.items()}
    return {code: numbers for code, numbers in found.items() if numbers}


def since(known: Known, code: str) -> set[int]:
    """The pages of a work that earlier stacks brought since it was last sent back."""
    return {number for number, came in known.before.get(code, {}).items() if not all(one.earlier for one in came)}


def lacking(total: int, came: Collection[int]) -> tuple[int, ...]:
    """The pages of a work that did not come. A slip (0) stands for all: of a work with one none is missing."""
    return () if 0 in came else tuple(sorted(set(range(1, total + 1)) - set(came)))
