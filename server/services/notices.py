"""Notices to the whole school or to some classes, from a first to a last day; they go out with the next edition."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Group, Notice
from server.policy import Realm
from server.services.accounts import record
from server.services.content_draft import clean
from sync.canonical import digest

TITLE, BODY = 200, 10_000  # characters


@dataclass(frozen=True)
class NoticeDraft:
    """A notice as typed and checked; ``group_ids`` empty means everybody."""

    title: str
    body: str
    group_ids: tuple[str, ...]
    starts_on: date
    ends_on: date

    def mark(self) -> str:
        """Names this content: equal marks, equal content."""
        days = [self.starts_on.isoformat(), self.ends_on.isoformat()]
        return digest([self.title, self.body, list(self.group_ids), days])[:32]


@dataclass(frozen=True)
class NoticeView:
    """A notice as the list shows it; ``state``: now, ahead or over."""

    id: str
    draft: NoticeDraft
    audience: tuple[str, ...]
    state: str


def check(title: str, body: str, starts_on: date, ends_on: date, group_ids: tuple[str, ...]) -> NoticeDraft:
    """A draft that can be stored. Raises DomainError field_needed, text_long, notice_order."""
    title, body = " ".join(clean(title).split()), clean(body)
    if not title:
        raise DomainError("field_needed", field=_l("title"))
    for text, limit in ((title, TITLE), (body, BODY)):
        if len(text) > limit:
            raise DomainError("text_long", length=len(text), limit=limit)
    if ends_on < starts_on:
        raise DomainError("notice_order")
    return NoticeDraft(title, body, tuple(sorted(set(group_ids))), starts_on, ends_on)


def may_address(realm: Realm, group_ids: tuple[str, ...] | list[str]) -> bool:
    """True if somebody with this realm may speak to this audience; everybody is the whole school."""
    return realm.everything or (bool(group_ids) and set(group_ids) <= realm.groups)


def listed(session: Session, realm: Realm, today: date) -> list[NoticeView]:
    """Notices that a person may change, those that hold first, then by their last day, newest first."""
    names = dict(session.execute(select(Group.id, Group.name)).all())
    rows = session.scalars(select(Notice).order_by(Notice.ends_on.desc(), Notice.id.desc()))
    views = [_view(row, names, today) for row in rows if may_address(realm, row.group_ids)]
    order = {"now": 0, "ahead": 1, "over": 2}
    return sorted(views, key=lambda view: order[view.state])


def one(session: Session, notice_id: str, realm: Realm, today: date) -> NoticeView:
    """Raises DomainError not_found, forbidden."""
    row = session.get(Notice, notice_id)
    if row is None:
        raise DomainError("not_found")
    if not may_address(realm, row.group_ids):
        raise DomainError("forbidden")
    return _view(row, dict(session.execute(select(Group.id, Group.name)).all()), today)


def _view(row: Notice, names: dict[str, str], today: date) -> NoticeView:
    state = "over" if row.ends_on < today else "ahead" if row.starts_on > today else "now"
    return NoticeView(row.id, _draft(row), tuple(sorted(names.get(id, "") for id in row.group_ids)), state)


def _draft(row: Notice) -> NoticeDraft:
    return NoticeDraft(row.title, row.body, tuple(sorted(row.group_ids)), row.starts_on, row.ends_on)


def create(draft: NoticeDraft, realm: Realm, now: datetime, person_id: str, account_id: str, key: str) -> str:
    """Store a new notice; returns its id. ``key``: of one rendering of the form, so a double click makes one notice.

    Raises DomainError forbidden, group_unknown.
    """
    id = digest([account_id, key])[:32]

    def save(session: Session) -> str:
        _allow(session, draft, realm)
        if session.get(Notice, id) is None:
            session.add(_fill(Notice(id=id, author_id=person_id), draft))
            record(session, now, account_id, "notice.create", id)
        return id

    return store.write(save)


def change(notice_id: str, draft: NoticeDraft, base: str, realm: Realm, now: datetime, account_id: str) -> None:
    """Store another text, audience or days. Raises DomainError not_found, forbidden, changed_meanwhile."""

    def save(session: Session) -> None:
        row = _existing(session, notice_id, realm)
        _allow(session, draft, realm)
        if _draft(row) == draft:
            return
        if _draft(row).mark() != base:
            raise DomainError("changed_meanwhile")
        _fill(row, draft)
        record(session, now, account_id, "notice.change", notice_id)

    store.write(save)


def end(notice_id: str, realm: Realm, today: date, now: datetime, account_id: str) -> None:
    """Let it not hold any more from today. It stays in the list, so that other days bring it back."""

    def save(session: Session) -> None:
        row = _existing(session, notice_id, realm)
        if row.ends_on < today:
            return
        yesterday = today - timedelta(days=1)
        row.starts_on, row.ends_on = min(row.starts_on, yesterday), yesterday
        record(session, now, account_id, "notice.end", notice_id)

    store.write(save)


def _existing(session: Session, notice_id: str, realm: Realm) -> Notice:
    row = session.get(Notice, notice_id)
    if row is None:
        raise DomainError("not_found")
    if not may_address(realm, row.group_ids):
        raise DomainError("forbidden")
    return row


def _allow(session: Session, draft: NoticeDraft, realm: Realm) -> None:
    if not may_address(realm, draft.group_ids):
        raise DomainError("forbidden")
    known = set(session.scalars(select(Group.id).where(Group.id.in_(draft.group_ids))))
    if known != set(draft.group_ids):
        raise DomainError("group_unknown", name="")


def _fill(row: Notice, draft: NoticeDraft) -> Notice:
    row.title, row.body, row.group_ids = draft.title, draft.body, list(draft.group_ids)
    row.starts_on, row.ends_on = draft.starts_on, draft.ends_on
    return row
