"""Works of one task that are alike to the letter: a hint for who marks them, which decides nothing."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

LEAST_LETTERS = 40  # shorter texts are alike because there is little to say
LEAST_WRONG = 3  # right answers are everybody's; the same wrong ones are not
TEXT, ANSWERS, PAGE = "text", "answers", "page"


@dataclass(frozen=True)
class Handed:
    """What came of one work. ``wrong``: (position, answer) of every answer that is not right; ``pages``: hashes."""

    key: str
    texts: tuple[str, ...] = ()
    wrong: frozenset[tuple[int, str]] = frozenset()
    pages: frozenset[str] = field(default=frozenset())


def normalised(text: str) -> str:
    """A text without what hands and keyboards add: case, ё, hyphens of one line end, and any amount of white space."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return re.sub(r"\s+", " ", plain.replace("\u00ad", "")).strip()


def alike(works: Iterable[Handed]) -> dict[str, dict[str, str]]:
    """Work → the works it is alike to → in what: the text, the same wrong answers, or the very same picture."""
    bearers: dict[tuple[str, object], list[str]] = {}
    for work in works:
        for trait in _traits(work):
            bearers.setdefault(trait, []).append(work.key)
    found: dict[str, dict[str, str]] = {}
    for (how, _what), keys in bearers.items():
        for one in keys:
            for other in keys:
                if one != other:
                    found.setdefault(one, {}).setdefault(other, how)
    return found


def _traits(work: Handed) -> set[tuple[str, object]]:
    texts = {normalised(text) for text in work.texts}
    found: set[tuple[str, object]] = {(TEXT, text) for text in texts if len(text) >= LEAST_LETTERS}
    if len(work.wrong) >= LEAST_WRONG:
        found.add((ANSWERS, work.wrong))
    return found | {(PAGE, page) for page in work.pages}
