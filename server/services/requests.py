"""What was promised, until it is done: who keeps it and by when; every step on the way is noted."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Membership, Pack, Person, Request, RequestKind, RequestStep, RoleGrant
from server.services.accounts import new_id, record
from server.services.content import Author
from server.services.content_draft import clean
from server.services.works import current

OPEN = ("open", "proposed")
CLOSED = ("done", "refused")
MOST_TEXT = 2000  # characters of a request and of its outcome
NEXT = ("coordinator", "deputy_studies", "director")  # who keeps a promise when its own role is nobody's


@dataclass(frozen=True)
class Wish:
    """What is promised to whom. Without ``owner_id`` and ``due_on`` the kind's own count.

    ``host_id``: with whom a meeting is wanted, who then keeps the promise.
    """

    kind: str
    text: str = ""
    student_id: str | None = None
    person_id: str | None = None
    host_id: str | None = None
    owner_id: str | None = None
    due_on: date | None = None


def due(days: int, today: date) -> date:
    """The day so many working days (Monday to Friday) after today."""
    day = today
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


def promise(session: Session, wish: Wish, by: Author, id: str = "", contact_id: str | None = None) -> str:
    """Store a promise within the caller's write; returns its id. The same ``id`` again changes nothing.

    Raises DomainError value_invalid for a kind that is none, person_unknown, text_long.
    """
    if id and session.get(Request, id) is not None:
        return id
    kind = session.get(RequestKind, wish.kind)
    if kind is None:
        raise DomainError("value_invalid", field="kind", value=wish.kind[:20])
    for person_id in filter(None, (wish.student_id, wish.person_id, wish.host_id, wish.owner_id)):
        if session.get(Person, person_id) is None:
            raise DomainError("person_unknown")
    owner = wish.owner_id or wish.host_id or owner_for(session, kind.role, wish.student_id, by)
    row = Request(
        id=id or new_id(by.now), contact_id=contact_id, student_id=wish.student_id, person_id=wish.person_id,
        host_id=wish.host_id, kind=kind.code, text=_text(wish.text), made_at=by.now,
        due_on=wish.due_on or due(kind.days, by.today), owner_id=owner, state="open",
    )  # fmt: skip
    session.add(row)
    session.flush()
    _step(session, row, by.now, by.person_id)
    return row.id


def owner_for(session: Session, role: str, student_id: str | None, by: Author) -> str:
    """Who keeps a promise: who has the role for the student's class, else for the school, else who runs studies.

    Of several the one with the fewest open requests. If there is nobody: whoever promised.
    """
    for wanted in dict.fromkeys((role, *NEXT)):
        holders = _holders(session, wanted, student_id, by.today)
        if holders:
            owed = dict(session.execute(
                select(Request.owner_id, func.count()).where(Request.owner_id.in_(holders), Request.state.in_(OPEN))
                .group_by(Request.owner_id)
            ).all())  # fmt: skip
            return min(holders, key=lambda id: (owed.get(id, 0), id))
    return by.person_id


def _holders(session: Session, role: str, student_id: str | None, today: date) -> list[str]:
    rows = session.execute(
        select(RoleGrant.person_id, RoleGrant.group_id).join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == role, RoleGrant.course_id.is_(None), Person.left_on.is_(None),
               current(RoleGrant.since, RoleGrant.until, today))
    ).all()  # fmt: skip
    if not rows:
        return []
    groups = set(session.scalars(select(Membership.group_id).where(
        Membership.person_id == student_id, current(Membership.since, Membership.until, today))))  # fmt: skip
    own = sorted({person for person, group in rows if group in groups})
    return own or sorted({person for person, group in rows if group is None})


def take_over(request_id: str, by: Author) -> None:
    """From now on this person keeps the promise. Raises DomainError not_found, request_closed."""

    def save(session: Session) -> None:
        row = open_request(session, request_id)
        if row.owner_id != by.person_id:
            row.owner_id = by.person_id
            _step(session, row, by.now, by.person_id)
            record(session, by.now, by.account_id, "request.take", request_id)

    store.write(save)


def hand_over(request_id: str, owner_id: str, by: Author) -> None:
    """Somebody else keeps it. Raises DomainError not_found, request_closed, person_unknown."""

    def save(session: Session) -> None:
        row = open_request(session, request_id)
        if session.get(Person, owner_id) is None:
            raise DomainError("person_unknown")
        if row.owner_id != owner_id:
            row.owner_id = owner_id
            _step(session, row, by.now, by.person_id)
            record(session, by.now, by.account_id, "request.hand", request_id)

    store.write(save)


def close(request_id: str, state: str, outcome: str, by: Author) -> None:
    """It is done, or refused with a reason. Raises DomainError not_found, request_closed, reason_needed, text_long."""
    if state not in CLOSED:
        raise DomainError("bad_request")
    said = _text(outcome)
    if state == "refused" and not said:
        raise DomainError("reason_needed")

    def save(session: Session) -> None:
        row = open_request(session, request_id)
        end(session, row, state, said, by.now, by.person_id)
        record(session, by.now, by.account_id, f"request.{state}", request_id)

    store.write(save)


def reopen(request_id: str, by: Author) -> None:
    """It was closed too early: it is owed again, by the same person. Raises DomainError not_found."""

    def save(session: Session) -> None:
        row = session.get(Request, request_id)
        if row is None:
            raise DomainError("not_found")
        if row.state in CLOSED:
            open_again(session, row, by)
            record(session, by.now, by.account_id, "request.reopen", request_id)

    store.write(save)


def open_again(session: Session, row: Request, by: Author, remark: str = "") -> None:
    """Within a write: owed again."""
    row.state, row.done_at, row.done_by, row.pack_id = "open", None, None, None
    _step(session, row, by.now, by.person_id, remark)


def end(session: Session, row: Request, state: str, outcome: str, now: datetime, by_id: str | None) -> None:
    """Within a write: closed, by a person or (None) by a print run."""
    row.state, row.outcome, row.done_at, row.done_by = state, outcome, now, by_id
    _step(session, row, now, by_id, outcome)


def propose(session: Session, row: Request, by: Author) -> None:
    """Within a write: times were offered."""
    row.state = "proposed"
    _step(session, row, by.now, by.person_id)


def open_request(session: Session, request_id: str) -> Request:
    """A request that is still owed, for a write. Raises DomainError not_found, request_closed."""
    row = session.get(Request, request_id)
    if row is None:
        raise DomainError("not_found")
    if row.state not in OPEN:
        raise DomainError("request_closed")
    return row


def keep_by_packs(session: Session, packs: Iterable[Pack], now: datetime) -> int:
    """Within a write: paper was printed, so open requests for paper of these students are done; returns how many."""
    by_student = {pack.student_id: pack for pack in packs}
    rows = session.scalars(
        select(Request).where(Request.kind == "paper_pack", Request.state.in_(OPEN),
                              Request.student_id.in_(list(by_student)))
    ).all()  # fmt: skip
    for row in rows:
        row.pack_id = by_student[row.student_id or ""].id
        end(session, row, "done", "", now, None)
    return len(rows)


def keep_by_reason(session: Session, student_ids: Collection[str], reason: str, by: Author) -> int:
    """Within a write: why these students were absent is noted, so open requests to find out are done; how many."""
    rows = session.scalars(
        select(Request).where(Request.kind == "absence", Request.state.in_(OPEN),
                              Request.student_id.in_(list(student_ids)))
    ).all()  # fmt: skip
    for row in rows:
        end(session, row, "done", reason, by.now, by.person_id)
    return len(rows)


def who_wants_paper(session: Session) -> frozenset[str]:
    """Students for whom a paper pack was promised and is owed: they get one, whatever their usual channel is."""
    return frozenset(session.scalars(
        select(Request.student_id).where(Request.kind == "paper_pack", Request.state.in_(OPEN),
                                         Request.student_id.is_not(None))
    ))  # fmt: skip


def _step(session: Session, row: Request, at: datetime, by_id: str | None, remark: str = "") -> None:
    last = session.scalar(select(func.max(RequestStep.n)).where(RequestStep.request_id == row.id)) or 0
    session.add(RequestStep(request_id=row.id, n=last + 1, at=at, by_id=by_id, state=row.state, owner_id=row.owner_id,
                            remark=remark))  # fmt: skip


def _text(text: str) -> str:
    said = clean(text)
    if len(said) > MOST_TEXT:
        raise DomainError("text_long", length=len(said), limit=MOST_TEXT)
    return said
