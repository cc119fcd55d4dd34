"""Documents that families may read at any time: acts, norms, blank forms, advice; they go out with the next edition."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Document, Group
from server.services.accounts import record
from server.services.content_draft import clean
from server.services.document_files import Stored
from sync.canonical import digest

KINDS = ("act", "norm", "form", "advice")
TITLE, NUMBER, BODY, ADDRESS = 200, 60, 20_000, 500  # characters
LARGEST_KB = 10_000_000


@dataclass(frozen=True)
class DocumentDraft:
    """A document as typed and checked. ``group_ids`` empty means everybody, ``ends_on`` None until it is withdrawn.

    ``size_kb``: of the file, or as told of what lies at ``url``.
    """

    kind: str
    title: str
    number: str
    issued_on: date | None
    body: str
    url: str
    file: str
    file_name: str
    size_kb: int | None
    group_ids: tuple[str, ...]
    starts_on: date
    ends_on: date | None

    def mark(self) -> str:
        """Names this content: equal marks, equal content."""
        return digest([str(value) for value in vars(self).values()])[:32]


@dataclass(frozen=True)
class DocumentView:
    """A document as the list shows it; ``state``: now, ahead or over."""

    id: str
    draft: DocumentDraft
    audience: tuple[str, ...]
    state: str


def check(
    typed: dict[str, str], issued_on: date | None, starts_on: date, ends_on: date | None, group_ids: Collection[str],
    stored: Stored | None,
) -> DocumentDraft:  # fmt: skip
    """A draft that can be stored; ``typed``: kind, title, number, body, url, size_kb as in the form.

    Raises DomainError value_invalid, field_needed, text_long, address_invalid, document_empty, notice_order.
    """
    kind, url = typed["kind"], typed["url"].strip()
    title, number = (" ".join(clean(typed[name]).split()) for name in ("title", "number"))
    body = clean(typed["body"])
    if kind not in KINDS:
        raise DomainError("value_invalid", field=_l("kind"), value=kind[:20])
    if not title:
        raise DomainError("field_needed", field=_l("title"))
    for text, limit in ((title, TITLE), (number, NUMBER), (body, BODY), (url, ADDRESS)):
        if len(text) > limit:
            raise DomainError("text_long", length=len(text), limit=limit)
    if url and not _is_address(url):
        raise DomainError("address_invalid", value=url[:80])
    if not (body.strip() or url or stored):
        raise DomainError("document_empty")
    if ends_on is not None and ends_on < starts_on:
        raise DomainError("notice_order")
    size = stored.size_kb if stored else _size(typed["size_kb"]) if url else None
    groups = tuple(sorted(set(group_ids)))
    return DocumentDraft(kind, title, number, issued_on, body, url, stored.file if stored else "",
                         stored.name if stored else "", size, groups, starts_on, ends_on)  # fmt: skip


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _size(text: str) -> int | None:
    text = "".join(text.split())
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) <= LARGEST_KB):
        raise DomainError("value_invalid", field=_l("size"), value=text[:20])
    return int(text)


def listed(session: Session, kinds: Collection[str], today: date) -> list[DocumentView]:
    """Documents of these kinds, those that hold first, by kind, newest first."""
    names = dict(session.execute(select(Group.id, Group.name)).all())
    rows = session.scalars(
        select(Document).where(Document.kind.in_(kinds))
        .order_by(Document.starts_on.desc(), Document.title, Document.id)
    )  # fmt: skip
    order = {"now": 0, "ahead": 1, "over": 2}
    views = [_view(row, names, today) for row in rows]
    return sorted(views, key=lambda view: (order[view.state], KINDS.index(view.draft.kind)))


def one(session: Session, document_id: str, kinds: Collection[str], today: date) -> DocumentView:
    """Raises DomainError not_found, forbidden for a kind that is not one of these."""
    row = _existing(session, document_id, kinds)
    return _view(row, dict(session.execute(select(Group.id, Group.name)).all()), today)


def _view(row: Document, names: dict[str, str], today: date) -> DocumentView:
    over = row.ends_on is not None and row.ends_on < today
    state = "over" if over else "ahead" if row.starts_on > today else "now"
    return DocumentView(row.id, _draft(row), tuple(sorted(names.get(id, "") for id in row.group_ids)), state)


def _draft(row: Document) -> DocumentDraft:
    groups = tuple(sorted(row.group_ids))
    return DocumentDraft(row.kind, row.title, row.number, row.issued_on, row.body, row.url, row.file or "",
                         row.file_name, row.size_kb, groups, row.starts_on, row.ends_on)  # fmt: skip


def create(
    draft: DocumentDraft, kinds: Collection[str], now: datetime, person_id: str, account_id: str, key: str
) -> str:
    """Store a new document; returns its id. ``key``: of one rendering of the form: a double click makes one document.

    Raises DomainError forbidden, group_unknown.
    """
    id = digest([account_id, "document", key])[:32]

    def save(session: Session) -> str:
        _allow(session, draft, kinds)
        if session.get(Document, id) is None:
            session.add(_fill(Document(id=id, author_id=person_id), draft, now))
            record(session, now, account_id, "document.create", id)
        return id

    return store.write(save)


def change(
    document_id: str, draft: DocumentDraft, base: str, kinds: Collection[str], now: datetime, account_id: str
) -> None:
    """Store other content. Raises DomainError not_found, forbidden, group_unknown, changed_meanwhile."""

    def save(session: Session) -> None:
        row = _existing(session, document_id, kinds)
        _allow(session, draft, kinds)
        if _draft(row) == draft:
            return
        if _draft(row).mark() != base:
            raise DomainError("changed_meanwhile")
        _fill(row, draft, now)
        record(session, now, account_id, "document.change", document_id)

    store.write(save)


def withdraw(document_id: str, kinds: Collection[str], today: date, now: datetime, account_id: str) -> None:
    """Let it not hold any more from today. It stays in the list, so that other days bring it back."""

    def save(session: Session) -> None:
        row = _existing(session, document_id, kinds)
        if row.ends_on is not None and row.ends_on < today:
            return
        yesterday = today - timedelta(days=1)
        row.starts_on, row.ends_on, row.changed_at = min(row.starts_on, yesterday), yesterday, now
        record(session, now, account_id, "document.withdraw", document_id)

    store.write(save)


def _existing(session: Session, document_id: str, kinds: Collection[str]) -> Document:
    row = session.get(Document, document_id)
    if row is None:
        raise DomainError("not_found")
    if row.kind not in kinds:
        raise DomainError("forbidden")
    return row


def _allow(session: Session, draft: DocumentDraft, kinds: Collection[str]) -> None:
    if draft.kind not in kinds:
        raise DomainError("forbidden")
    known = set(session.scalars(select(Group.id).where(Group.id.in_(draft.group_ids))))
    if known != set(draft.group_ids):
        raise DomainError("group_unknown", name="")


def _fill(row: Document, draft: DocumentDraft, now: datetime) -> Document:
    for name in ("kind", "title", "number", "issued_on", "body", "url", "file_name", "size_kb", "starts_on", "ends_on"):
        setattr(row, name, getattr(draft, name))
    row.file, row.group_ids, row.changed_at = draft.file or None, list(draft.group_ids), now
    return row
