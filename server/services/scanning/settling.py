"""What a person decides about a page that waits: whose it is, that it is nothing of ours, how it stands upright."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import store
from server.config import Config
from server.errors import DomainError
from server.models import Op, ScanPage, ScanPageWork, ScanStack, Work
from server.services import returns
from server.services.answers import reading as answers
from server.services.returns import TAKEN, Delivery
from server.services.scanning import came, pictures
from server.services.scanning.balance import DISMISSED, DOUBLED, ROUTED, WAITING
from server.services.scanning.taking import Taking, envelope, open_returns


def route(page_id: str, codes: Sequence[str], number: int, by: Taking) -> None:
    """The page belongs to these works: each is logged as returned by it, unless it was already, and shows it.

    ``by``: who says so, and when; the day and the way of return are the stack's. Raises DomainError scan_settled when
    somebody was quicker, scan_unseen of a page without a picture, and what the return was refused for.
    """
    with store.snapshot() as session:
        page = _waiting(session, page_id)
        if not page.hash:
            raise DomainError("scan_unseen")
        stack = session.get_one(ScanStack, page.stack_id)
        how = replace(by, returned_on=stack.returned_on, channel=stack.channel)
        known = _logged(session, page.hash, codes)
        free = session.scalar(select(func.max(Op.n)).where(Op.origin == page.hash[:16]))
        missing = [code for code in codes if code not in known]
        first = 0 if free is None else free + 1
        envelopes = [envelope(code, page.hash, n, how) for n, code in enumerate(missing, first)]
        doubled = _came_before(session, page.hash, codes[0], number)

    def keep(session: Session) -> None:
        page = _waiting(session, page_id)
        logged = _logged(session, page.hash, codes)
        if codes[0] in logged:
            page.work_id = session.scalars(select(Work.id).where(Work.code == codes[0])).one()
            page.state, page.reason = (DOUBLED, "before") if doubled else (ROUTED, "")
            page.page, page.op_seq = number, None if doubled else logged[codes[0]]
            page.settled_by, page.settled_at = by.author, by.now
        others = [code for code in codes[1:] if code in logged and code != codes[0]]
        for code, work_id in session.execute(select(Work.code, Work.id).where(Work.code.in_(others))):
            session.add(ScanPageWork(page_id=page.id, work_id=work_id, op_seq=logged[code]))

    if not envelopes:
        store.write(keep)
        answers.read_pages([page_id])
        return
    for outcome in returns.receive(Delivery(envelopes, by.now, by.today, by.author, then=keep)):
        if outcome.outcome not in TAKEN:
            raise DomainError(outcome.reason, **outcome.data)
    answers.read_pages([page_id])


def route_known(stack_id: str, by: Taking) -> tuple[int, int]:
    """Log the pages of a stack that wait only because who scanned them may not log their works.

    Returns how many, and how many still wait: where another picture came to the same place, a person has to look.
    """
    with store.snapshot() as session:
        found = session.execute(
            select(ScanPage.id, ScanPage.hash, Work.code, ScanPage.page).join(Work, Work.id == ScanPage.work_id)
            .where(ScanPage.stack_id == stack_id, ScanPage.state == WAITING, ScanPage.reason == "others")
            .order_by(ScanPage.position)
        ).all()  # fmt: skip
    done = sum(_routed(page_id, image, code, number or 0, by) for page_id, image, code, number in found)
    return done, len(found) - done


def _routed(page_id: str, image: str, code: str, number: int, by: Taking) -> bool:
    with store.snapshot() as session:
        if any(one.number == number and one.hash != image for one in came.pages(session, [code])):
            return False
    try:
        route(page_id, [code], number, by)
    except DomainError:
        return False
    return True


def _waiting(session: Session, page_id: str) -> ScanPage:
    page = session.get(ScanPage, page_id, with_for_update=True)
    if page is None:
        raise DomainError("not_found")
    if page.state != WAITING:
        raise DomainError("scan_settled")
    return page


def _logged(session: Session, image: str, codes: Sequence[str]) -> dict[str, int]:
    """Code → number of the return that this picture, or another page of the work since it was sent back, stands for."""
    known = open_returns(session, [one for one in came.pages(session, codes) if not one.earlier])
    said = session.execute(select(Op.seq, Op.data).where(Op.origin == image[:16]))
    return {**known, **{data["code"]: seq for seq, data in said if data.get("code") in codes}}


def _came_before(session: Session, image: str, code: str, number: int) -> bool:
    return any(one.hash == image and one.number == number for one in came.pages(session, [code]))


def dismiss(page_ids: Sequence[str], by: str, now: datetime) -> int:
    """The pages are nothing of ours. Returns how many; raises DomainError scan_settled when none waits any more."""

    def save(session: Session) -> int:
        found = session.scalars(select(ScanPage).where(ScanPage.id.in_(page_ids), ScanPage.state == WAITING)).all()
        for page in found:
            page.state, page.settled_by, page.settled_at = DISMISSED, by, now
        return len(found)

    done = store.write(save)
    if not done:
        raise DomainError("scan_settled")
    return done


def restore(page_id: str) -> None:
    """A page that was dismissed waits again."""

    def save(session: Session) -> None:
        page = session.get(ScanPage, page_id)
        if page is None:
            raise DomainError("not_found")
        if page.state == DISMISSED:
            page.state, page.settled_by, page.settled_at = WAITING, None, None

    store.write(save)


def turn(config: Config, page: ScanPage, degrees: int) -> None:
    """Turn the kept picture clockwise: 90, 180 or 270 degrees."""
    file = pictures.file_of(config, page, small=False)
    current_app.extensions["child"].call("printables.stack:turn_kept", str(file), degrees)
