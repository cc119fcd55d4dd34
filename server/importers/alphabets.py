"""Latin letters that look like Cyrillic ones, and a plain Latin spelling of Russian and Kazakh letters."""

import re

_LATIN = "ABCEHIKMOPTXYaceiopxy"
_CYRILLIC = "АВСЕНІКМОРТХУасеіорху"
_LOOK_ALIKE = str.maketrans(_LATIN, _CYRILLIC)

_SPELLING = {
    **dict(zip("абвгдезийклмнопрстуфхцыэіһұүқ", "abvgdezijklmnoprstufhcyeihuuq", strict=True)),
    **dict(zip("ёжчшщюяъьәғңөү", "yo zh ch sh shh yu ya   ae gh ng oe ue".split(" "), strict=True)),
}

_HAS_LATIN = re.compile(r"[A-Za-z]")
_HAS_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_WORD = re.compile(r"[^\W\d_]+")


def to_cyrillic(text: str) -> str:
    """Every Latin letter that has a Cyrillic twin becomes it: "5A" → "5А". Others stay."""
    return text.translate(_LOOK_ALIKE)


def mend_mixed(text: str) -> str:
    """Look-alikes are replaced only in words that mix both alphabets; a wholly Latin word is somebody's name."""
    return _WORD.sub(lambda word: to_cyrillic(word[0]) if _mixed(word[0]) else word[0], text)


def _mixed(word: str) -> bool:
    return bool(_HAS_LATIN.search(word) and _HAS_CYRILLIC.search(word))


def spell(text: str) -> str:
    """Lower-case ASCII for a file name or an address; letters without a spelling drop out."""
    spelled = "".join(_SPELLING.get(letter, letter) for letter in text.casefold())
    return "".join(letter for letter in spelled if letter.isascii())
