"""An edition: what was published, frozen, named by the hash of its content, free of personal data.

Content (JSON, every list sorted as the school shows it)::

    {"v": 1,
     "school":     {"id", "name", "timezone", "country", "locale", "languages": [..], "address",
                    "publish_at": "16:00" | null, "hotline": {"phone", "hours"},
                    "contacts": [{"name", "position", "phone", "email"}]},
     "window":     {"from": "2026-11-23", "to": "2026-12-06"},
     "days":       ["2026-11-23", ..],                        approved days of the window
     "groups":     {slug: {"name", "grade", "kind", "shift", "bells": [{"n", "start", "end"}]}},
     "lessons":    {id: {"lesson", "group", "subgroup", "joined": [slug, ..], "date", "n", "start", "end",
                         "subject", "short", "form", "topic", "room", "teachers": [name, ..],
                         "material": id | null, "tasks": [id, ..], "broadcast": id | null,
                         "change": {"kind", "from": {"date", "n"} | null} | null}},
     "materials":  {id: {"title", "subject", "grade", "body", "resources": [{"title", "source", "url", "size_kb"}]}},
     "tasks":      {id: {"lesson", "group", "subject", "title", "text", "kind", "scale", "max_points", "due",
                         "answers": [{"kind": "one" | "several" | "number", "label", "options": [..], "digits"}]}},
     "broadcasts": {id: {"date", "start", "minutes", "channel", "grade", "subject", "topic", "groups": [slug, ..]}},
     "notices":    {id: {"title", "body", "groups": [slug, ..], "from", "to"}},
     "assessments": {slug: [{"date", "subject", "kind", "topic", "number"}]},
     "exams":      {slug: [{"date", "start", "minutes", "subject", "kind", "room"}]},
     "documents":  {id: {"kind": "act" | "norm" | "form" | "advice", "title", "number", "issued_on": date | null,
                         "body", "url", "file": name in public/documents/ or "", "size_kb", "groups": [slug, ..],
                         "from", "to": date | null}},
     "images":     {name: {"width", "height", "bytes"}},     pictures that the texts show (sync/pictures.py)
     "labels":     {"form": {code: text}, "kind": {code: text}, "scale": {code: text}}}
     "labels_in":  {language: the same, and "position": {position of a contact: the same in the language}}}

A *lesson* here is one group's view of a dated lesson (a joined lesson appears once for each class, with its
own topic and material); ``lesson`` is the id of the dated lesson, ``joined`` names the other classes.
``form`` is tv, live, self, paper or null. ``body`` and ``text`` are Markdown. ``groups: []`` of a notice means
everybody. ``assessments`` (works that count, of the terms of the window) and ``exams`` (with consultations, from the
window on) hold what was published of them; a group without any, or an edition from before, has no such key.
``documents`` hold from–to; a file's name is SHA-256 (hex) of its bytes and its ending, and it lies with the school's
media, not in the edition. ``labels_in`` is for the site's further languages; neither is there without any, nor is
``images`` without pictures. ``answers`` are questions to tick, on paper an answer sheet; a task without any has no such
key; what is right is not in an edition.
``publish_at``: when the next day goes out by itself. Times are local "HH:MM", dates ISO. Missing text is "", a
missing number null.

The signed envelope beside it: ``{"v", "id", "number", "issued_at", "replaces", "school"}``; ``issued_at`` is
UTC ISO 8601 with Z, ``replaces`` the id before or null.

Folder ``editions/<id>/``: ``edition.json`` (canonical bytes), ``envelope.json``, ``envelope.json.minisig``,
``images/`` (the files of ``images`` under their names; one that was lost leaves the edition readable),
``changed.json`` ({slug: {page path: {"hash", "number"}}}: in which edition that page last changed; sync/pages.py),
``calendar.json`` (sync/calendars.py), ``news.json`` (what was new in the last editions; sync/news.py).
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sync.canonical import canonical
from sync.errors import SyncError

VERSION = 1


@dataclass(frozen=True)
class Edition:
    """Frozen content with its envelope. ``content`` must not be changed after construction."""

    content: dict[str, Any]
    number: int
    issued_at: str
    replaces: str | None

    @cached_property
    def canonical(self) -> bytes:
        """The bytes that name it."""
        return canonical(self.content)

    @cached_property
    def id(self) -> str:
        """64 hex digits: SHA-256 of the canonical content."""
        return hashlib.sha256(self.canonical).hexdigest()

    def envelope(self) -> dict[str, Any]:
        """What is signed: identity, number, time and predecessor."""
        return {
            "v": VERSION,
            "id": self.id,
            "number": self.number,
            "issued_at": self.issued_at,
            "replaces": self.replaces,
            "school": self.content["school"]["id"],
        }


def write_edition(edition: Edition, folder: Path) -> None:
    """Write ``edition.json`` and ``envelope.json`` (unsigned) into an existing folder."""
    (folder / "edition.json").write_bytes(edition.canonical)
    (folder / "envelope.json").write_bytes(canonical(edition.envelope()))


def read_edition(folder: Path) -> Edition:
    """Read a folder back. Raises SyncError when a file is missing or broken (``edition_unreadable``) or the content is
    not what the envelope names (``edition_altered``). Who wrote the envelope is the signature's to say.
    """
    try:
        written = (folder / "edition.json").read_bytes()
        content = json.loads(written)
        envelope = json.loads((folder / "envelope.json").read_bytes())
        edition = Edition(content, envelope["number"], envelope["issued_at"], envelope["replaces"])
        if hashlib.sha256(written).hexdigest() == envelope["id"]:  # as it was written: making the bytes anew is slow
            vars(edition)["canonical"] = written
        named = edition.envelope()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SyncError("edition_unreadable", name=folder.name) from error
    if content.get("v") != VERSION or envelope.get("v") != VERSION:
        raise SyncError("edition_unreadable", name=folder.name)
    if envelope != named:
        raise SyncError("edition_altered", name=folder.name)
    return edition
