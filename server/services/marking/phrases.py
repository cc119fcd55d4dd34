"""Comments that a teacher uses again: each teacher's own, the usual ones first, and no child's name among them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Phrase
from server.services.accounts import new_id
from sync.ops import MAX_COMMENT

OFFERED = 40  # at the marking page
LISTED = 300  # at their own page
KEPT, NAMED, NOTHING = "kept", "named", ""
_ENDINGS = ("", *"аяуюеёыиьйо", "ой", "ою", "ей", "ею", "ом", "ем", "ём", "ым", "им", "ого", "его", "ому", "ему",
            "ая", "яя", "ую", "юю", "ых", "их", "ами", "ями")  # fmt: skip
_OWN_ENDING = re.compile(r"(ый|ий|ой|ая|яя|[аяьйео])$")


@dataclass(frozen=True)
class Comment:
    """A comment to use again; ``uses`` says how often it was."""

    id: str
    text: str
    uses: int


def of_person(session: Session, person_id: str, limit: int = OFFERED) -> list[Comment]:
    """A teacher's comments, the most used first, of equals the later used."""
    rows = session.execute(
        select(Phrase.id, Phrase.text, Phrase.uses).where(Phrase.person_id == person_id)
        .order_by(Phrase.uses.desc(), Phrase.used_at.desc(), Phrase.text).limit(limit)
    )  # fmt: skip
    return [Comment(*row) for row in rows]


def with_chosen(comment: str, chosen: Sequence[str], known: Iterable[Comment]) -> str:
    """A comment followed by the chosen ones (ids) that it does not say yet, in their order."""
    texts = {one.id: one.text for one in known}
    found = comment
    for id_ in chosen:
        text = texts.get(id_, "")
        if text and text not in found:
            found = f"{found} {text}" if found else text
    return found


def used(session: Session, person_id: str, text: str, keep: bool, names: Iterable[str], now: datetime) -> str:
    """Count the comments that a text uses; with ``keep`` the text becomes one, unless it names the child (``names``).

    Says what became of the wish to keep: kept, named, or "" without one.
    """
    known = session.scalars(select(Phrase).where(Phrase.person_id == person_id)).all()
    for row in known:
        if row.text in text:
            row.uses += 1
            row.used_at = now
    if not keep or not text:
        return NOTHING
    if names_in(text, names):
        return NAMED
    if all(row.text != text for row in known):
        session.add(Phrase(id=new_id(now), person_id=person_id, text=text, uses=1, used_at=now))
    return KEPT


def change(session: Session, person_id: str, phrase_id: str, text: str) -> None:
    """Give a comment another text; two that say the same become one. Raises DomainError not_found, text_needed."""
    row = _own(session, person_id, phrase_id)
    clean = " ".join(text.split())
    if not clean:
        raise DomainError("text_needed")
    if len(clean) > MAX_COMMENT:
        raise DomainError("comment_long", limit=MAX_COMMENT)
    same = session.scalar(
        select(Phrase).where(Phrase.person_id == person_id, Phrase.text == clean, Phrase.id != phrase_id)
    )
    if same is not None:
        row.uses += same.uses
        session.delete(same)
        session.flush()
    row.text = clean


def forget(session: Session, person_id: str, phrase_id: str) -> None:
    """Delete a comment; one that is gone already is no error."""
    row = session.get(Phrase, phrase_id)
    if row is not None and row.person_id == person_id:
        session.delete(row)


def _own(session: Session, person_id: str, phrase_id: str) -> Phrase:
    row = session.get(Phrase, phrase_id)
    if row is None or row.person_id != person_id:
        raise DomainError("not_found")
    return row


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Which of a child's names a text speaks of, in any case of Russian, or with a Kazakh ending."""
    words = set(re.findall(r"[^\W\d_]+", _plain(text)))
    return [name for name in names if name and any(_is_form(word, _plain(name)) for word in words)]


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е")


def _is_form(word: str, name: str) -> bool:
    if len(name) >= 4 and word.startswith(name):
        return True
    stem = _OWN_ENDING.sub("", name)
    if len(stem) < 2:
        return word == name
    return word.startswith(stem) and word[len(stem) :] in _ENDINGS
