"""Requests as lists and pages show them: what is owed, by whom, since when, and how it ended."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session, aliased

from server.errors import DomainError
from server.models import Group, Membership, Pack, Person, Request, RequestKind, RequestStep
from server.policy import Realm
from server.services.people import full_name, short_name
from server.services.requests import OPEN
from server.services.works import current


@dataclass(frozen=True)
class RequestView:
    """A request as lists show it; ``name`` is the kind's message id, ``pack`` the code of the pack that kept it."""

    id: str
    kind: str
    name: str
    text: str
    state: str
    made_at: datetime
    due_on: date
    overdue: bool
    owner_id: str
    owner: str
    host_id: str | None
    host: str
    student_id: str | None
    student: str
    slug: str
    classes: tuple[str, ...]
    person_id: str | None
    person: str
    outcome: str
    done_at: datetime | None
    done_by: str
    pack: str

    @property
    def is_open(self) -> bool:
        """True while somebody still owes it."""
        return self.state in OPEN


@dataclass(frozen=True)
class StepView:
    """A step of a request: when, by whom ("" for a print run), what then was its state and owner."""

    at: datetime
    by: str
    state: str
    owner: str
    remark: str


def kinds(session: Session) -> dict[str, RequestKind]:
    """The kinds by code, in the school's order."""
    return {row.code: row for row in session.scalars(select(RequestKind).order_by(RequestKind.position))}


def within(realm: Realm, today: date) -> ColumnElement[bool]:
    """SQL: requests of a realm: all, or those about students of its groups."""
    if realm.everything:
        return Request.id.is_not(None)
    if not realm.groups:
        return false()
    return Request.student_id.in_(select(Membership.person_id).where(
        Membership.group_id.in_(realm.groups), current(Membership.since, Membership.until, today)))  # fmt: skip


def owned_by(person_id: str) -> ColumnElement[bool]:
    """SQL: requests that a person keeps."""
    return Request.owner_id == person_id


def about(student_id: str) -> ColumnElement[bool]:
    """SQL: requests about a student."""
    return Request.student_id == student_id


def listed(
    session: Session, today: date, *where: ColumnElement[bool], states: Collection[str] = OPEN, limit: int = 200,
    named: bool = True,
) -> list[RequestView]:
    """Requests: those that are owed by their due day, the oldest first; the closed ones newest first.

    ``named``: with the students' classes, which one more query tells.
    """
    order = (Request.due_on, Request.made_at) if set(states) <= set(OPEN) else (Request.done_at.desc(), Request.id)
    rows = session.execute(_ROWS.where(Request.state.in_(states), *where).order_by(*order).limit(limit)).all()
    views = [_view(row, today) for row in rows]
    return _with_classes(session, views, today) if named else views


def one(session: Session, request_id: str, today: date) -> RequestView:
    """Raises DomainError not_found."""
    row = session.execute(_ROWS.where(Request.id == request_id)).first()
    if row is None:
        raise DomainError("not_found")
    return _with_classes(session, [_view(row, today)], today)[0]


def steps(session: Session, request_id: str) -> list[StepView]:
    """All that happened to a request, in order."""
    owner = aliased(Person)
    rows = session.execute(
        select(RequestStep, Person, owner).outerjoin(Person, Person.id == RequestStep.by_id)
        .join(owner, owner.id == RequestStep.owner_id).where(RequestStep.request_id == request_id)
        .order_by(RequestStep.n)
    )  # fmt: skip
    return [StepView(row.at, short_name(by) if by else "", row.state, short_name(own), row.remark)
            for row, by, own in rows]  # fmt: skip


def overdue(session: Session, today: date, realm: Realm) -> list[RequestView]:
    """What should have been kept by now, within a realm: it rises to who answers for the hotline."""
    return listed(session, today, within(realm, today), Request.due_on < today)


_Student, _Person, _Host, _Owner, _Closer = (aliased(Person) for _number in range(5))
_ROWS = (
    select(Request, RequestKind.name, _Student, _Person, _Host, _Owner, _Closer, Pack.code)
    .join(RequestKind, RequestKind.code == Request.kind)
    .join(_Owner, _Owner.id == Request.owner_id)
    .outerjoin(_Student, _Student.id == Request.student_id)
    .outerjoin(_Person, _Person.id == Request.person_id)
    .outerjoin(_Host, _Host.id == Request.host_id)
    .outerjoin(_Closer, _Closer.id == Request.done_by)
    .outerjoin(Pack, Pack.id == Request.pack_id)
)


def _view(found: Any, today: date) -> RequestView:
    row, name, student, person, host, owner, closer, pack = found
    return RequestView(
        id=row.id, kind=row.kind, name=name, text=row.text, state=row.state, made_at=row.made_at, due_on=row.due_on,
        overdue=row.state in OPEN and row.due_on < today, owner_id=row.owner_id, owner=short_name(owner),
        host_id=row.host_id, host=full_name(host) if host else "", student_id=row.student_id,
        student=full_name(student) if student else "", slug=student.slug if student else "", classes=(),
        person_id=row.person_id, person=full_name(person) if person else "", outcome=row.outcome,
        done_at=row.done_at, done_by=short_name(closer) if closer else "", pack=pack or "",
    )  # fmt: skip


def _with_classes(session: Session, views: list[RequestView], today: date) -> list[RequestView]:
    ids = {view.student_id for view in views if view.student_id}
    if not ids:
        return views
    classes: dict[str, list[str]] = {}
    for person_id, name in session.execute(
        select(Membership.person_id, Group.name).join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id.in_(ids), Group.kind == "class", current(Membership.since, Membership.until, today))
    ):  # fmt: skip
        classes.setdefault(person_id, []).append(name)
    return [replace(view, classes=tuple(classes.get(view.student_id or "", ()))) for view in views]
