"""Everybody of a school in memory, found by parts of names, class or phone, typing errors tolerated. No database.

An entry is a student with the family, or a member of staff. Every part that was typed must fit a word of the entry;
a word that fits exactly counts most, then one that begins so, then one that contains it, then one with typing errors
(optimal string alignment: swapped neighbours are one error). The words of all entries stand in one text, so that one
pass at C speed finds those that contain a part; rapidfuzz compares the rest.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from server.importers.groups import group_key
from server.services import typed_names

EXACT, BEGINS, HAS, TYPO, BEGINS_TYPO, OTHER_LAYOUT, FAMILY = 100, 90, 70, 60, 50, 5, 8  # the last two are taken away
ENOUGH = 8  # found without typing errors: none are looked for; if nothing is found with them, one more is forgiven
SHORTEST_TYPO = 4  # letters of a part in which one typing error is tolerated; from LONG on two
LONG = 8
Hits = dict[int, tuple[int, int]]  # entry → (score, who of the entry: 0 itself, else its n-th relative)


@dataclass(frozen=True)
class Relative:
    """A guardian of a student."""

    id: str
    name: str
    phone: str = ""


@dataclass(frozen=True)
class Entry:
    """Whom a caller may ask about. ``kind``: student or staff."""

    kind: str
    id: str
    slug: str
    name: str
    phone: str = ""
    classes: tuple[str, ...] = ()
    family: tuple[Relative, ...] = ()


@dataclass(frozen=True)
class Found:
    """An entry that fits; ``via``: the relative by whom it was found, if any."""

    entry: Entry
    score: int
    via: Relative | None = None


@dataclass
class _Words:
    """Words in one text, each with the entries it stands in."""

    uses: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)
    text: str = "\n"
    starts: list[int] = field(default_factory=list)  # where each word begins in the text

    def add(self, word: str, entry: int, who: int) -> None:
        """The word stands in this entry."""
        self.uses.setdefault(word, []).append((entry, who))

    def close(self) -> None:
        """All words are known: lay them out for searching."""
        self.known = sorted(self.uses)
        self.text = "\n" + "\n".join(self.known) + "\n"
        place = 1
        for word in self.known:
            self.starts.append(place)
            place += len(word) + 1

    def having(self, part: str, anywhere: bool) -> Iterable[tuple[str, int]]:
        """Words that are, begin with or (``anywhere``) contain the part, with what that is worth."""
        wanted = part if anywhere else "\n" + part
        place = self.text.find(wanted)
        while place >= 0:
            index = bisect_right(self.starts, place if anywhere else place + 1) - 1
            word = self.known[index]
            yield word, EXACT if word == part else BEGINS if word.startswith(part) else HAS
            place = self.text.find(wanted, self.starts[index] + len(word))

    def nearly(self, part: str, more: int) -> Iterable[tuple[str, int]]:
        """Words that are, or begin with, the part but for typing errors, ``more`` than are usual for its length."""
        errors = 0 if len(part) < SHORTEST_TYPO else 1 if len(part) < LONG else 2
        errors += more if len(part) != SHORTEST_TYPO and len(part) > 2 else 0
        if not errors or part.isdigit():
            return
        for word, off, _index in process.extract(part, self.known, scorer=OSA.distance, score_cutoff=errors,
                                                 limit=None):  # fmt: skip
            yield word, TYPO - 5 * int(off)
        if len(part) <= SHORTEST_TYPO:
            return
        heads = [word[: len(part)] for word in self.known]
        for _head, off, index in process.extract(part, heads, scorer=OSA.distance, score_cutoff=errors, limit=None):
            yield self.known[index], BEGINS_TYPO - 5 * int(off)


class PeopleIndex:
    """All entries, ready to be searched; it is never changed, a new one is built."""

    def __init__(self, entries: Sequence[Entry]):
        self.entries = entries
        self._words, self._phones = _Words(), _Words()
        self._classes: dict[str, list[int]] = {}
        for number, entry in enumerate(entries):
            for who, person in enumerate((entry, *entry.family)):
                for word in typed_names.words(person.name):
                    self._words.add(word, number, who)
                if person.phone:
                    self._phones.add(typed_names.phone_digits(person.phone), number, who)
            for name in entry.classes:
                self._classes.setdefault(group_key(name), []).append(number)
        self._words.close()
        self._phones.close()

    def search(self, text: str, limit: int = 20) -> list[Found]:
        """The entries that fit best, the best first, then by name; nothing for less than two letters or digits."""
        parts, digits = typed_names.split(text)
        if sum(map(len, parts)) + len(digits) < 2 and not any(map(typed_names.class_keys, parts)):
            return []
        found = self._all_parts(parts, digits, None)
        if len(found) < ENOUGH:
            found = {**self._all_parts(parts, digits, 0), **found}
        if not found:
            found = self._all_parts(parts, digits, 1)
        best = sorted(found.items(), key=lambda item: (-item[1][0], self.entries[item[0]].name))[:limit]
        return [self._found(entry, *hit) for entry, hit in best]

    def _found(self, number: int, score: int, who: int) -> Found:
        entry = self.entries[number]
        return Found(entry, score, entry.family[who - 1] if who else None)

    def _all_parts(self, parts: Sequence[str], digits: str, errors: int | None) -> Hits:
        """Entries in which every part fits, with the mean of what each is worth; ``errors``: see nearly, or none."""
        every = [self._of_phone(digits, errors)] if digits else []
        for part in sorted(parts, key=len, reverse=True):
            every.append(self._of_part(part, errors))
            if not every[-1]:
                return {}
        if not every:
            return {}
        every.sort(key=len)
        common = set(every[0]).intersection(*every[1:])
        return {
            number: (sum(hits[number][0] for hits in every) // len(every), max(hits[number][1] for hits in every))
            for number in common
        }

    def _of_part(self, part: str, errors: int | None) -> Hits:
        found: Hits = {}
        for key in typed_names.class_keys(part):
            for name, members in self._classes.items():
                if name == key or (key.isdigit() and name.startswith(key) and not name[len(key) :][:1].isdigit()):
                    found.update((number, (EXACT, 0)) for number in members)
        for order, reading in enumerate(typed_names.readings(part)):
            less = OTHER_LAYOUT if order else 0
            words = list(self._words.having(reading, anywhere=len(reading) > 2))
            if errors is not None:
                words += self._words.nearly(reading, errors)
            self._spread(found, self._words, words, less)
        return found

    def _of_phone(self, digits: str, errors: int | None) -> Hits:
        found: Hits = {}
        numbers = list(self._phones.having(digits, anywhere=True))
        if errors is not None and len(digits) > LONG:
            numbers += [(number, TYPO) for number, _off, _index in process.extract(
                digits, self._phones.known, scorer=OSA.distance, score_cutoff=1, limit=None)]  # fmt: skip
        self._spread(found, self._phones, numbers, 0)
        return found

    @staticmethod
    def _spread(found: Hits, words: _Words, hits: Iterable[tuple[str, int]], less: int) -> None:
        """Give each entry of the words what its best word is worth; a relative's word is worth a little less."""
        for word, worth in hits:
            for number, who in words.uses[word]:
                score = worth - less - (FAMILY if who else 0)
                if number not in found or found[number][0] < score:
                    found[number] = score, who
