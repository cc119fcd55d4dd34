"""Names as people type them on the phone: without ё and Kazakh letters, in the wrong keyboard layout. Pure."""

import re
import unicodedata
from functools import lru_cache

from server.importers.groups import group_key

_SEPARATORS = re.compile(r"[^\w]+|_")
_CLASS = re.compile(r"(?<![\d\w])(1[01]|[1-9])\s*[-«\"“]?\s*([^\W\d_])[»\"”]?(?!\w)")  # 7 «А», 7-а: one word
_CLASS_WORD = re.compile(r"(1[01]|[1-9])([^\W\d_]{0,4}|-\d{1,2})")
_PHONE = re.compile(r"\+?\d[\d\s().\-–]{2,}\d")
_DOUBLE = re.compile(r"(?<=[^\W\d_]{3})[-–](?=[^\W\d_]{3})")  # Петрова-Водкина
_SAME = str.maketrans("ёәғқңөұүһі", "еагкноуухи")
_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё"
_TO_RUSSIAN = str.maketrans(_LATIN, _RUSSIAN)
_TO_LATIN = str.maketrans(_RUSSIAN, _LATIN)
_TO_KAZAKH = str.maketrans(_LATIN + "23458890-=", _RUSSIAN + "әіңғүүұқөһ")  # letters on the row of digits
FEWEST = 4  # digits that tell one phone from another


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[str, ...]:
    """The words of a name in the one form in which they are compared; a double surname is two words."""
    plain = unicodedata.normalize("NFC", text).casefold().translate(_SAME)
    return tuple(word for word in _SEPARATORS.split(plain) if word)


def phone_digits(text: str) -> str:
    """The digits of a phone without the country's 7 or 8."""
    digits = re.sub(r"\D", "", text)
    return digits[1:] if len(digits) == 11 and digits[0] in "78" else digits


def split(text: str) -> tuple[list[str], str]:
    """What was typed: (words as typed, digits of a phone or "")."""
    joined = _CLASS.sub(r" \1\2 ", text.strip())
    found = _PHONE.search(joined)
    digits = phone_digits(found[0]) if found else ""
    if found and len(digits) >= FEWEST:
        joined = joined[: found.start()] + " " + joined[found.end() :]
    else:
        digits = ""
    parts = [part for word in joined.split() for part in _DOUBLE.split(word)]
    return [part for part in parts if any(sign.isalnum() for sign in part)], digits


def readings(part: str) -> tuple[str, ...]:
    """What a typed part can mean: as it stands, or typed in the other keyboard layout."""
    lower = part.casefold()
    meant = [lower]
    if any("a" <= sign <= "z" for sign in lower):
        meant += [lower.translate(_TO_RUSSIAN), lower.translate(_TO_KAZAKH)]
    elif any(sign in _RUSSIAN for sign in lower):
        meant.append(lower.translate(_TO_LATIN))
    return tuple(dict.fromkeys("".join(words(each)) for each in meant if words(each)))


def class_keys(part: str) -> tuple[str, ...]:
    """If a typed part can be a class: the keys it may have; "7" is all classes of the grade."""
    lower = part.casefold()
    keys = [group_key(each) for each in (lower, lower.translate(_TO_RUSSIAN))]
    return tuple(dict.fromkeys(key for key in keys if _CLASS_WORD.fullmatch(key)))
