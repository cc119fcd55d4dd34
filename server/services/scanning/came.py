"""What came of works through the scanner, across all stacks: which pages, and which are still missing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, func, literal, select
from sqlalchemy.orm import Session

from server.models import MarkAct, MarkRevision, PackSheet, ScanPage, ScanPageWork, ScanStack, Sheet, Work
from server.services.scanning.balance import ROUTED, lacking

MOST = 5000  # values of one query


SLIP = 0  # the page number of a slip, which stands for all pages


@dataclass(frozen=True)
class Came:
    """A page that was brought to its work. ``seq``: the op of the return it stands for; ``earlier``: it came before the
    work was last sent back to be corrected."""

    id: str
    stack: str
    work_id: str
    code: str
    number: int
    hash: str
    seq: int | None
    earlier: bool


def totals(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Code of each work that the school knows → pages of its sheet as last printed (0: never)."""
    found: dict[str, int] = {}
    for part in _parts(codes):
        rows = session.execute(
            select(Work.code, func.max(Sheet.pages)).outerjoin(PackSheet, PackSheet.work_id == Work.id)
            .outerjoin(Sheet, Sheet.hash == PackSheet.sheet_hash).where(Work.code.in_(part)).group_by(Work.code)
        )  # fmt: skip
        found |= {code: pages or 0 for code, pages in rows}
    return found


def links(*works: ColumnElement[bool]) -> Subquery:
    """SQL: page_id, work_id, page and op_seq of the pages that were brought to some works, given as conditions on Work.

    A page on which slips of several works lie was brought to each of them.
    """
    own = (
        select(ScanPage.id.label("page_id"), ScanPage.work_id, ScanPage.page, ScanPage.op_seq)
        .join(Work, Work.id == ScanPage.work_id).where(ScanPage.state == ROUTED, *works)
    )  # fmt: skip
    shared = (
        select(ScanPageWork.page_id, ScanPageWork.work_id, literal(SLIP), ScanPageWork.op_seq)
        .join(Work, Work.id == ScanPageWork.work_id).where(*works)
    )  # fmt: skip
    return own.union_all(shared).subquery()


def pages(session: Session, codes: Iterable[str]) -> list[Came]:
    """Every page that was brought to these works, in the order in which they came."""
    found: list[Came] = []
    for part in _parts(codes):
        sent_back = (
            select(MarkAct.work_id, func.max(MarkAct.op_seq).label("seq"))
            .join(MarkRevision, MarkRevision.id == MarkAct.revision_id).join(Work, Work.id == MarkAct.work_id)
            .where(MarkRevision.verdict == "redo", Work.code.in_(part)).group_by(MarkAct.work_id).subquery()
        )  # fmt: skip
        link = links(Work.code.in_(part))
        rows = session.execute(
            select(ScanPage.id, ScanPage.stack_id, Work.id, Work.code, link.c.page, ScanPage.hash, link.c.op_seq,
                   func.coalesce(link.c.op_seq, 0) < func.coalesce(sent_back.c.seq, 0))
            .select_from(link).join(ScanPage, ScanPage.id == link.c.page_id).join(Work, Work.id == link.c.work_id)
            .join(ScanStack, ScanStack.id == ScanPage.stack_id)
            .outerjoin(sent_back, sent_back.c.work_id == Work.id).order_by(ScanStack.at, ScanPage.position)
        )  # fmt: skip
        found += [Came(*row[:4], row[4] or SLIP, row[5], row[6], bool(row[7])) for row in rows]
    return found


def seen(session: Session, hashes: Iterable[str]) -> set[str]:
    """Those of the pictures that an earlier stack had."""
    found: set[str] = set()
    for part in _parts(hashes):
        found |= set(session.scalars(select(ScanPage.hash).where(ScanPage.hash.in_(part), ScanPage.hash != "")))
    return found


def missing(session: Session, codes: Collection[str]) -> dict[str, tuple[int, ...]]:
    """Code → the pages that are still missing, of works of which something came since they were last sent back."""
    return _missing(session, pages(session, codes))


def _missing(session: Session, arrived: Iterable[Came]) -> dict[str, tuple[int, ...]]:
    came: dict[str, set[int]] = {}
    for one in arrived:
        if not one.earlier:
            came.setdefault(one.code, set()).add(one.number)
    known = totals(session, came)
    return {code: left for code, numbers in came.items() if (left := lacking(known.get(code, 0), numbers))}


@dataclass(frozen=True)
class OfWork:
    """The scanned pages of one work, and the numbers of those that are missing."""

    pages: tuple[Came, ...] = ()
    missing: tuple[int, ...] = ()


def of_work(session: Session, code: str) -> OfWork:
    """What came of one work."""
    found = tuple(pages(session, [code]))
    return OfWork(found, _missing(session, found).get(code, ())) if found else OfWork()


def _parts(values: Iterable[str]) -> Iterable[list[str]]:
    wanted = sorted(set(values))
    return (wanted[start : start + MOST] for start in range(0, len(wanted), MOST))
