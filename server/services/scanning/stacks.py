"""Stacks as people look at them: the balance of each, a line per work, and the pages that wait for a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Person, ScanPage, ScanPageWork, ScanStack, Work
from server.services import works
from server.services.courses import alphabetical
from server.services.people import short_name
from server.services.scanning import came, reasons
from server.services.scanning.balance import BLANK, DISMISSED, DOUBLED, ROUTED, WAITING
from server.services.scanning.reasons import Reason
from server.services.works import WorkView

STATES = (ROUTED, BLANK, DOUBLED, WAITING, DISMISSED)
SHOWN = 40  # stacks of a list


@dataclass(frozen=True)
class Looker:
    """Who looks: ``whole`` sees the stacks of all, others their own and in them what is theirs to settle."""

    person_id: str
    whole: bool

    @property
    def stacks(self) -> ColumnElement[bool]:
        """SQL, beside a ScanStack: it is theirs to see."""
        return true() if self.whole else ScanStack.by_id == self.person_id

    @property
    def waiting(self) -> ColumnElement[bool]:
        """SQL, beside a ScanPage and its ScanStack: it waits for them."""
        theirs = true() if self.whole else (ScanStack.by_id == self.person_id) & (ScanPage.reason != "others")
        return (ScanPage.state == WAITING) & theirs


@dataclass(frozen=True)
class StackLine:
    """A stack and how it adds up; ``counts``: pages by state, all states named; ``by``: a short name."""

    id: str
    at: datetime
    by: str
    returned_on: date
    channel: str
    files: tuple[str, ...]
    counts: dict[str, int]

    @property
    def pages(self) -> int:
        """Pages in all."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class PageView:
    """A page. ``work``: whose it is, or would be by its code; ``reason`` as it is stored."""

    id: str
    stack_id: str
    position: int
    file: str
    number: int
    hash: str
    state: str
    reason: str
    page: int | None
    work: WorkView | None
    by_id: str | None

    @property
    def why(self) -> Reason:
        """The reason's word and labels."""
        return reasons.parted(self.reason)

    @property
    def has_picture(self) -> bool:
        """Whether a picture was kept."""
        return bool(self.hash) and self.state != BLANK


@dataclass
class WorkLine:
    """A work of a stack: the pages that the stack brought, pages that others did, and those still missing."""

    work: WorkView
    pages: list[PageView] = field(default_factory=list)
    elsewhere: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()


def listed(session: Session, looker: Looker) -> list[StackLine]:
    """The latest stacks, newest first."""
    rows = session.execute(
        select(ScanStack, Person).outerjoin(Person, Person.id == ScanStack.by_id).where(looker.stacks)
        .order_by(ScanStack.at.desc(), ScanStack.id.desc()).limit(SHOWN)
    ).all()  # fmt: skip
    counts = _counts(session, [stack.id for stack, _person in rows])
    return [_line(stack, person, counts.get(stack.id, {})) for stack, person in rows]


def one(session: Session, stack_id: str, looker: Looker) -> StackLine:
    """One stack. Raises DomainError not_found, forbidden."""
    stack = session.get(ScanStack, stack_id)
    if stack is None:
        raise DomainError("not_found")
    if not looker.whole and stack.by_id != looker.person_id:
        raise DomainError("forbidden")
    person = session.get(Person, stack.by_id) if stack.by_id else None
    return _line(stack, person, _counts(session, [stack.id]).get(stack.id, {}))


def _line(stack: ScanStack, person: Person | None, counts: dict[str, int]) -> StackLine:
    return StackLine(stack.id, stack.at, short_name(person) if person else "", stack.returned_on, stack.channel,
                     tuple(stack.files), {state: counts.get(state, 0) for state in STATES})  # fmt: skip


def _counts(session: Session, ids: Collection[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    rows = session.execute(
        select(ScanPage.stack_id, ScanPage.state, func.count()).where(ScanPage.stack_id.in_(ids))
        .group_by(ScanPage.stack_id, ScanPage.state)
    )  # fmt: skip
    for stack_id, state, count in rows:
        found.setdefault(stack_id, {})[state] = count
    return found


def pages_of(session: Session, stack_id: str) -> list[PageView]:
    """The pages of a stack in their order."""
    return _pages(session, ScanPage.stack_id == stack_id)


def page_of(session: Session, page_id: str) -> PageView:
    """One page. Raises DomainError not_found."""
    found = _pages(session, ScanPage.id == page_id)
    if not found:
        raise DomainError("not_found")
    return found[0]


def waiting(session: Session, looker: Looker) -> list[PageView]:
    """Pages that wait for this person, the oldest first."""
    return _pages(session, looker.waiting)


def count_waiting(session: Session, looker: Looker) -> int:
    """How many pages wait for this person."""
    return session.scalar(waiting_number(looker)) or 0


def waiting_number(looker: Looker) -> Select[tuple[int]]:
    """SQL: the same."""
    return (
        select(func.count()).select_from(ScanPage).join(ScanStack, ScanStack.id == ScanPage.stack_id)
        .where(looker.waiting)
    )  # fmt: skip


def _pages(session: Session, where: Any) -> list[PageView]:
    rows = session.execute(
        select(ScanPage, ScanStack.by_id).join(ScanStack, ScanStack.id == ScanPage.stack_id).where(where)
        .order_by(ScanStack.at, ScanStack.id, ScanPage.position)
    ).all()  # fmt: skip
    known = _works(session, {page.work_id for page, _by in rows if page.work_id})
    return [
        PageView(page.id, page.stack_id, page.position, page.file, page.number, page.hash, page.state, page.reason,
                 page.page, known.get(page.work_id or ""), by)
        for page, by in rows
    ]  # fmt: skip


def _works(session: Session, ids: Collection[str]) -> dict[str, WorkView]:
    wanted, found = sorted(ids), dict[str, WorkView]()
    for start in range(0, len(wanted), came.MOST):
        rows = session.execute(works.VIEW.where(Work.id.in_(wanted[start : start + came.MOST])))
        found |= {row[0]: works.view_of(row) for row in rows}
    return found


def _further(session: Session, page_ids: Collection[str]) -> list[tuple[str, WorkView]]:
    """(id of a page, work) of those works that share a page with the one it was brought to."""
    pairs = session.execute(
        select(ScanPageWork.page_id, ScanPageWork.work_id).where(ScanPageWork.page_id.in_(list(page_ids)))
    ).all()  # fmt: skip
    known = _works(session, {work_id for _page, work_id in pairs})
    return [(page_id, known[work_id]) for page_id, work_id in pairs]


def lines(session: Session, stack_id: str, pages: Sequence[PageView]) -> list[WorkLine]:
    """A line per work of a stack, by class and name."""
    found: dict[str, WorkLine] = {}
    for page in pages:
        if page.state == ROUTED and page.work is not None:
            found.setdefault(page.work.code, WorkLine(page.work)).pages.append(page)
    by_id = {page.id: page for page in pages}
    for page_id, view in _further(session, by_id):
        found.setdefault(view.code, WorkLine(view)).pages.append(replace(by_id[page_id], page=came.SLIP))
    missing = came.missing(session, found)
    for one in came.pages(session, found):
        if one.stack != stack_id and not one.earlier:
            line = found[one.code]
            line.elsewhere = tuple(sorted({*line.elsewhere, one.number}))
    for code, line in found.items():
        line.missing = missing.get(code, ())
        line.pages.sort(key=lambda page: page.page or 0)
    return sorted(found.values(), key=lambda line: (line.work.group_name, *alphabetical(line.work.last_name,
        line.work.first_name), line.work.subject))  # fmt: skip
