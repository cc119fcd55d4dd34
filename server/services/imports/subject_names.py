"""Finds the school's subjects by the names that files use, and in headings, whatever case they stand in."""

import re
from collections.abc import Collection, Iterable

from sqlalchemy import select

from server.importers.values import plain
from server.models import ImportAlias, Subject
from server.services.imports.book import Book

_ENDING = 3  # letters by which two cases of a word may differ: "алгебра", "алгебре"; "тілі", "тілінен"
_STEM = 3  # letters that they share at least


class Subjects:
    """All subjects of the school."""

    def __init__(self, book: Book):
        self.all = list(book.session.scalars(select(Subject).order_by(Subject.name, Subject.id)))
        by_id = {subject.id: subject for subject in self.all}
        self._known: dict[str, Subject] = {}
        aliases = book.session.execute(select(ImportAlias.words, ImportAlias.target_id).where(
            ImportAlias.kind == "subject"))  # fmt: skip
        for words, id in [
            *((row.name, row.id) for row in self.all),
            *((row.short, row.id) for row in self.all),
            *aliases,
        ]:
            if plain(words) and id in by_id:
                self._known.setdefault(plain(words), by_id[id])

    def find(self, name: str) -> Subject | None:
        """By name, short form, or what a person said that the words mean; punctuation does not matter."""
        return self._known.get(plain(name))

    def in_text(self, text: str, among: Collection[str]) -> Subject | None:
        """The subject that a heading names, of those whose ids are given; the one of most words, then letters."""
        words = plain(text).split()
        fits = [subject for subject in self.all if subject.id in among and _stands_in(_tokens(subject.name), words)]
        if not fits:
            fits = [subject for subject in self.all if subject.id in among and subject.short
                    and _run(plain(subject.short).split(), words)]  # fmt: skip
        return max(fits, key=lambda subject: (len(_tokens(subject.name)), len(subject.name)), default=None)

    def near(self, name: str) -> str:
        """Names that resemble it, for the sentence of a finding."""
        words = plain(name).split()
        found = [
            row.name for row in self.all if any(_same(token, word) for token in _tokens(row.name) for word in words)
        ]
        return ", ".join(found[:5])


def _tokens(name: str) -> list[str]:
    """ "Технология (девочки)" → its words; what stands in parentheses narrows and need not be named."""
    return plain(re.sub(r"\(.*?\)", " ", name)).split()


def _stands_in(tokens: Iterable[str], words: Collection[str]) -> bool:
    tokens = list(tokens)
    return bool(tokens) and all(any(_same(token, word) for word in words) for token in tokens)


def _same(token: str, word: str) -> bool:
    """Two cases of one word: they part within their last letters."""
    shared = next((n for n, (one, other) in enumerate(zip(token, word, strict=False)) if one != other),
                  min(len(token), len(word)))  # fmt: skip
    if token == word:
        return True
    return shared >= _STEM and len(token) - shared < _ENDING and len(word) - shared <= _ENDING


def _run(tokens: list[str], words: list[str]) -> bool:
    """The short form stands in the heading as it is."""
    return any(words[start : start + len(tokens)] == tokens for start in range(len(words)))
