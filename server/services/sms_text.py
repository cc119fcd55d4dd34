"""What an SMS may say and how long it is: parts counted as phones count them, first names at most, cut sensibly.

Counting after 3GPP TS 23.038: seven-bit letters give 160 in one message and 153 in each of several, anything else
(all Cyrillic) 70 and 67 UTF-16 units.
"""

import re
from collections.abc import Collection, Iterable, Sequence

_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = set("^{}\\[~]|€\f")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NAME_ENDING = re.compile(r"(?:ий|ый|ой|ая|яя|а|я|ь|й)$")
_CASES = re.compile(
    r"(?:а|у|ом|ем|ым|им|е|ой|ей|ою|ы|и|ого|его|ому|ему|ых|их|ыми|ими|ую|юю|ая|яя|ий|ый|ое|ее|ые|ие|я|ю|ям|ам|ами|ями|"
    r"ах|ях|ов|ев|ёй|ём)?"
)
_AGGLUTINATED = 4  # letters of a Kazakh ending behind a whole surname
_ELLIPSIS = "…"


def parts(text: str) -> int:
    """How many messages a text is sent as; 0 for an empty one."""
    if not text:
        return 0
    if all(letter in _GSM or letter in _GSM_TWICE for letter in text):
        return _parts([2 if letter in _GSM_TWICE else 1 for letter in text], 160, 153)
    return _parts([2 if ord(letter) > 0xFFFF else 1 for letter in text], 70, 67)


def _parts(sizes: Sequence[int], alone: int, joined: int) -> int:
    """A letter of two units is never parted between two messages."""
    if sum(sizes) <= alone:
        return 1
    count, free = 1, joined
    for size in sizes:
        if size > free:
            count, free = count + 1, joined
        free -= size
    return count


def fit(text: str, most: int) -> str:
    """The text in at most so many parts: cut after a sentence if that keeps most of it, else after a word."""
    clean = " ".join(text.split())
    if parts(clean) <= most:
        return clean
    low, high = 0, len(clean)
    while low < high:  # the longest beginning that fits with the sign that something is missing
        middle = (low + high + 1) // 2
        low, high = (middle, high) if parts(clean[:middle] + _ELLIPSIS) <= most else (low, middle - 1)
    head = clean[:low]
    sentence = max(head.rfind(end) for end in (". ", "! ", "? "))
    if sentence >= low // 2:
        return head[: sentence + 1] + " " + _ELLIPSIS if parts(head[: sentence + 1] + " " + _ELLIPSIS) <= most else head
    word = head.rfind(" ")
    return (head[:word] if word >= low // 2 else head).rstrip(" ,;:–-") + _ELLIPSIS


def first_that_fits(versions: Iterable[str], most: int) -> str:
    """Of versions that grow shorter the first that fits; the last one is cut."""
    last = ""
    for last in versions:
        if parts(last) <= most:
            return last
    return fit(last, most)


def without_surnames(text: str, children: Collection[tuple[str, str]], others: Collection[str] = ()) -> str:
    """The text with nobody's surname: of the family's own children (surname, first name) the first name stays.

    ``others``: surnames of all the people who may be named in it. A word counts as a surname in any case ending; of
    others only when it begins with a capital letter, so that «листов» is not taken for Листов.
    """
    firsts = {first.casefold() for _last, first in children if first}
    out: list[str] = []
    end = 0
    for found in _WORD.finditer(text):
        own = [first for last, first in children if _bears(found[0], last, exact_small=True)]
        foreign = any(_bears(found[0], last) for last in others)
        if not own and not foreign:
            continue
        around = text[max(0, found.start() - 40) : found.start()], text[found.end() : found.end() + 40]
        named = any(_next_word(side, last) in firsts for side, last in zip(around, (True, False), strict=True))
        out.append(text[end : found.start()])
        out.append("" if named or not own or not own[0] else own[0])
        end = found.end()
    out.append(text[end:])
    joined = re.sub(r"[ \t]{2,}", " ", "".join(out))
    return re.sub(r" +([,.;:!?])", r"\1", joined).strip()


def _next_word(side: str, last: bool) -> str:
    words = _WORD.findall(side)
    return (words[-1] if last else words[0]).casefold() if words else ""


def _bears(word: str, surname: str, exact_small: bool = False) -> bool:
    """Whether a word is the surname, or one of its parts, in some case."""
    names = [surname, *(surname.split("-") if "-" in surname else ())]
    pieces = [word, *(word.split("-") if "-" in word else ())]
    return any(_is_case_of(piece, name, exact_small) for piece in pieces for name in names if len(name) > 1)


def _is_case_of(word: str, surname: str, exact_small: bool) -> bool:
    mine, theirs = _plain(word), _plain(surname)
    if mine == theirs:
        return exact_small or word[0].isupper()
    if not word[0].isupper():
        return False
    if len(theirs) >= 5 and mine.startswith(theirs) and len(mine) - len(theirs) <= _AGGLUTINATED:
        return True
    stem = _NAME_ENDING.sub("", theirs)
    return len(stem) >= 3 and mine.startswith(stem) and bool(_CASES.fullmatch(mine[len(stem) :]))


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е")
