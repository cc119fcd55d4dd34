"""What a student handed in for a work: pages as pictures, a text, or paper in somebody's hand; each time it came."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import PackSheet, ScanPage, ScanStack, Sheet, Work
from server.services.scanning import came
from server.services.scanning.came import SLIP
from server.services.works import MarkView, ReturnView


@dataclass(frozen=True)
class PageView:
    """A scanned page. ``number`` counts within the task's sheet; ``seq``: the op of the return it belongs to."""

    id: str
    number: int
    seq: int | None


@dataclass(frozen=True)
class HandIn:
    """All that came between two decisions: a page that was forgotten and sent after belongs to the first ones.

    ``missing``: numbers of pages that did not come; ``texts``: what was typed or dictated.
    """

    returned_on: date
    channel: str
    texts: tuple[str, ...]
    pages: tuple[PageView, ...]
    missing: tuple[int, ...]


def pages_of(session: Session, work_id: str) -> tuple[list[PageView], int]:
    """A work's pages in the order of their numbers, the earlier scan first, and how many its sheet has (0: unknown)."""
    link = came.links(Work.id == work_id)
    rows = session.execute(
        select(ScanPage.id, link.c.page, link.c.op_seq).select_from(link)
        .join(ScanPage, ScanPage.id == link.c.page_id).join(ScanStack, ScanStack.id == ScanPage.stack_id)
        .order_by(link.c.page, ScanStack.at, ScanPage.position)
    )  # fmt: skip
    total = session.scalar(
        select(func.max(Sheet.pages)).join(PackSheet, PackSheet.sheet_hash == Sheet.hash)
        .where(PackSheet.work_id == work_id)
    )  # fmt: skip
    return [PageView(id_, page or SLIP, seq) for id_, page, seq in rows], total or 0


def hand_ins(
    returns: Sequence[ReturnView], marks: Iterable[MarkView], pages: Sequence[PageView], total: int
) -> list[HandIn]:
    """Each time that a work came, the latest first. A page whose return is not known is shown with the latest."""
    return grouped(returns, [one.seq for one in marks], pages, total)


def grouped(
    returns: Sequence[ReturnView], decisions: Iterable[int], pages: Sequence[PageView], total: int
) -> list[HandIn]:  # fmt: skip
    """The same with the numbers of the decisions alone."""
    decided = sorted(decisions)
    groups: dict[int, list[ReturnView]] = {}
    for one in returns:
        groups.setdefault(bisect_left(decided, one.seq), []).append(one)
    found = []
    known = {one.seq for one in returns}
    for _at, own in sorted(groups.items(), reverse=True):
        seqs: set[int | None] = {one.seq for one in own}
        shown = tuple(page for page in pages if page.seq in seqs or (not found and page.seq not in known))
        last = own[-1]
        texts = tuple(dict.fromkeys(one.comment for one in own if one.comment))
        found.append(HandIn(last.returned_on, last.channel, texts, shown, missing_of(shown, total)))
    return found


def missing_of(pages: Collection[PageView], total: int) -> tuple[int, ...]:
    """Numbers of pages that did not come; with a slip, or with no page at all, none is missing."""
    numbers = {page.number for page in pages}
    if not numbers or SLIP in numbers:
        return ()
    return tuple(sorted(set(range(1, total + 1)) - numbers))


def latest_pages(session: Session, code: str, seq: int) -> list[str]:
    """Ids of the pages that came with a return, to be fetched before they are asked for."""
    link = came.links(Work.code == code)
    return list(session.scalars(select(link.c.page_id).where(link.c.op_seq == seq).order_by(link.c.page)))
