"""What words of the files mean here, as people said: a subject's short form, a teacher's initials, a room's number."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.importers.values import plain
from server.models import ImportAlias


class HasName(Protocol):
    """A row that is known by its name."""

    id: str
    name: str


Row = TypeVar("Row", bound=HasName)


class Aliases:
    """All that was said, read once."""

    def __init__(self, session: Session):
        query = select(ImportAlias.kind, ImportAlias.words, ImportAlias.target_id)
        self._known = {(kind, words): id for kind, words, id in session.execute(query)}

    def target(self, kind: str, text: str) -> str | None:
        """The id of the subject, teacher (a Person) or room that is meant; case and punctuation do not matter."""
        return self._known.get((kind, plain(text)))

    def of(self, kind: str) -> dict[str, str]:
        """Words → id."""
        return {words: id for (one, words), id in self._known.items() if one == kind}


def learn(session: Session, kind: str, text: str, target_id: str) -> bool:
    """Keep what words mean from now on; True when that is new. ``kind``: subject, teacher or room."""
    known = session.get(ImportAlias, (kind, plain(text)))
    if known is None:
        session.add(ImportAlias(kind=kind, words=plain(text), target_id=target_id))
    elif known.target_id == target_id:
        return False
    else:
        known.target_id = target_id
    return True


def index(rows: Iterable[Row], shorts: Iterable[tuple[str, Row]], aliases: dict[str, str]) -> dict[str, Row]:
    """Words → row: by the name itself, then as people said, by the name without punctuation, by a short form.

    A short form that several have names none of them.
    """
    rows = list(rows)
    by_id = {row.id: row for row in rows}
    found = {row.name.casefold(): row for row in rows}
    for words, id in aliases.items():
        if id in by_id:
            found.setdefault(words, by_id[id])
    for row in rows:
        found.setdefault(plain(row.name), row)
    by_short: dict[str, list[Row]] = {}
    for short, row in shorts:
        by_short.setdefault(plain(short), []).append(row)
    for words, meant in by_short.items():
        if words and len(meant) == 1:
            found.setdefault(words, meant[0])
    return found


def is_short_for(written: str, name: str) -> bool:
    """ "Лит. чт." for "Литературное чтение": the words in order, at least one of them cut off with a full stop."""
    parts, words = written.casefold().replace(".", ". ").split(), plain(name).split()
    if len(parts) != len(words) or not any(part.endswith(".") for part in parts):
        return False
    return all(
        word == plain(part) or (part.endswith(".") and len(part) > 2 and word.startswith(part.rstrip(".")))
        for part, word in zip(parts, words, strict=True)
    )


def looks_short(name: str) -> bool:
    """A name that was cut: "Рус. яз.", "Физ-ра", "ИЗО"."""
    return "." in name or "-" in name or name.isupper()
