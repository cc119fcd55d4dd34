"""Files on their way in: an upload is kept as a draft in the home until it is taken in, left, or too old.

Every draft is open to all who may import for the whole school: whoever begins may be ill when it is to be ended.
"""

import hashlib
import secrets
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server import store
from server.config import Config
from server.errors import DomainError
from server.importers import limits, registry
from server.importers.findings import ERROR, Finding
from server.models import Account, ImportDraft, Person
from server.security import private_folder, write_private
from server.services.people import short_name
from sync.ids import uuid7

KEEP = timedelta(days=7)  # a draft that nobody touched for so long is removed
AT_ONCE = 40  # files of one upload
_LONGEST_NAME = 120  # characters
_UNREADABLE = frozenset({  # what no choice of kind or column can mend
    "file_empty", "file_too_large", "format_unknown", "not_text", "encoding_unknown", "text_broken", "text_garbled",
    "not_a_table", "archive_broken", "archive_locked", "archive_bomb", "table_too_large", "xml_doctype", "xml_cut_off",
    "xml_broken",
})  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A draft as a list shows it. ``by`` is the uploader's short name, ``mine`` whether it is who looks."""

    id: str
    file_name: str
    kind: str
    size: int
    uploaded_at: datetime
    by: str
    mine: bool


def shown_name(name: str) -> str:
    """A file's name as it is shown: the last part of a path, without control characters, at most 120 characters."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in last).split())
    return text[-_LONGEST_NAME:] or "-"


def recognise(name: str, data: bytes) -> tuple[str, Finding | None]:
    """(the kind that the content looks like or "", why nothing could ever be read from the bytes or None)."""
    if not data or len(data) > limits.MAX_FILE:
        code = "file_too_large" if data else "file_empty"
        return "", Finding(ERROR, code, name, data={"megabytes": limits.MAX_FILE // 1_000_000}, refuses=True)
    guesses = registry.guess_kind(name, data)
    if guesses:
        return guesses[0][0], None
    found = registry.read("people", name, data).findings
    return "", next((finding for finding in found if is_unreadable(finding)), None)


def is_unreadable(finding: Finding) -> bool:
    """Whether the finding says that the file as such cannot be read."""
    return finding.refuses and finding.code in _UNREADABLE


def keep(config: Config, name: str, data: bytes, kind: str, account_id: str, now: datetime) -> str:
    """Store an upload and return the draft's id; the same file sent again by the same person is the same draft.

    ``kind`` may be "": not known yet. The bytes lie in ``imports/<id>``, which only the home's owner can read; the
    name given is never a path.
    """
    values = {
        "kind": kind, "file_name": shown_name(name), "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(), "uploaded_by": account_id,
    }  # fmt: skip
    fresh = uuid7(int(now.timestamp() * 1000), secrets.token_bytes)
    write_private(_file(config, fresh), data)
    kept = ""
    try:
        kept = store.write(lambda session: _row(session, fresh, now, values))
    finally:
        if kept != fresh:
            _file(config, fresh).unlink(missing_ok=True)
    return kept


def _row(session: Session, fresh: str, now: datetime, values: dict[str, Any]) -> str:
    """The id of the draft that holds exactly this already, else of a new one."""
    known = session.scalar(select(ImportDraft.id).filter_by(**values, run_id=None))
    if known is None:
        session.add(ImportDraft(id=fresh, uploaded_at=now, decisions={}, **values))
    return known or fresh


def draft(session: Session, draft_id: str) -> ImportDraft:
    """The draft. Raises DomainError not_found."""
    row = session.get(ImportDraft, draft_id)
    if row is None:
        raise DomainError("not_found")
    return row


def content(config: Config, row: ImportDraft) -> bytes:
    """The draft's bytes. Raises DomainError file_missing when they are gone from the disk."""
    try:
        return _file(config, row.id).read_bytes()
    except OSError as error:
        raise DomainError("file_missing", name=row.file_name) from error


def open_drafts(session: Session, account_id: str) -> list[Line]:
    """Drafts that were not taken in yet, the viewer's own first, the newest of them first."""
    rows = session.execute(
        select(ImportDraft, Person).join(Account, Account.id == ImportDraft.uploaded_by)
        .join(Person, Person.id == Account.person_id).where(ImportDraft.run_id.is_(None))
        .order_by(ImportDraft.uploaded_at.desc(), ImportDraft.id.desc())
    )  # fmt: skip
    lines = [
        Line(row.id, row.file_name, row.kind, row.size, row.uploaded_at, short_name(person),
             row.uploaded_by == account_id)
        for row, person in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda line: not line.mine)


def correct(draft_id: str, kind: str, shapes: Mapping[str, Mapping[str, str]], decisions: Mapping[str, str]) -> bool:
    """Store what a person said of a draft's kind, columns and probable twins; True if it was anything new.

    Columns said of another kind are forgotten. A draft that was taken in stays as it is. Raises not_found.
    """

    def save(session: Session) -> bool:
        row = draft(session, draft_id)
        known = (row.mapping or {}).get("shapes", {}) if kind == row.kind else {}
        mapping = {"shapes": {**known, **{shape: dict(said) for shape, said in shapes.items()}}}
        wanted: dict[str, Any] = {
            "kind": kind, "mapping": mapping if mapping["shapes"] else None,
            "decisions": {**row.decisions, **decisions},
        }  # fmt: skip
        if row.run_id is not None or all(getattr(row, name) == value for name, value in wanted.items()):
            return False
        for name, value in wanted.items():
            setattr(row, name, value)
        return True

    return store.write(save)


def taken(draft_id: str, run_id: str) -> None:
    """Note by which run a draft was taken in; the first one stays."""

    def save(session: Session) -> None:
        row = draft(session, draft_id)
        row.run_id = row.run_id or run_id

    store.write(save)


def reopen(run_id: str) -> None:
    """The draft of an import that was taken back can be corrected and taken in again."""
    store.write(lambda session: session.execute(
        update(ImportDraft).where(ImportDraft.run_id == run_id).values(run_id=None)
    ) and None)  # fmt: skip


def leave(config: Config, draft_id: str) -> None:
    """Forget a draft and its bytes. Raises DomainError not_found."""
    store.write(lambda session: session.delete(draft(session, draft_id)))
    _file(config, draft_id).unlink(missing_ok=True)


def forget_old(config: Config, now: datetime) -> int:
    """Remove drafts older than KEEP, and bytes that belong to no draft; returns how many drafts."""

    def sweep(session: Session) -> tuple[int, set[str]]:
        old = delete(ImportDraft).where(ImportDraft.uploaded_at < now - KEEP)
        removed = session.connection().execute(old).rowcount
        return removed, set(session.scalars(select(ImportDraft.id)))

    removed, kept = store.write(sweep)
    young = time.time() - 3600  # an upload under way has its file before its row
    for path in folder(config).iterdir():
        if path.name not in kept and path.stat().st_mtime < young:
            path.unlink(missing_ok=True)
    return removed


def folder(config: Config) -> Path:
    """Where uploads lie: ``imports/`` of the home, mode 0700, never below ``public/``."""
    return private_folder(config.home / "imports")


def _file(config: Config, draft_id: str) -> Path:
    return folder(config) / draft_id
