"""Names of classes: their canonical form, the key by which they are found, and their slug for addresses."""

import re
import unicodedata
from collections.abc import Collection, Mapping

from server.importers.alphabets import spell, to_cyrillic
from server.importers.findings import ERROR
from server.importers.tables import Cell
from server.importers.values import Read, clean

_NO_GROUPS = {"me"}  # folders of public/ that are something else's
_LONGEST = 60  # characters of a class's name with all that stands around it
_DROPPED = re.compile(r"[\s\"'«»“”„‟‘’‚‹›`´.]+")
_ASIDE = re.compile(r"\([^)]*\)")  # "5А (казахский)"
_BETWEEN = re.compile(
    r"(?<=\d)\s*[/_.]\s*(?=[^\W_])|(?<=\d)\s+(?=\d)|[–—−]"
)  # what stands for the hyphen of 5-А and 7-1
_ORDINAL = re.compile(r"(?<=\d)-(?:й|го)(?![^\W\d_])")  # 5-й «Б»
_WORDS = r"(?:классы|класса|класс|кл|сыныбы|сынып|class|grade)"
_WORD = re.compile(rf"(?i)(?:-?(?:й|го))?{_WORDS}:?")
_WORD_APART = re.compile(
    rf"(?i)(?:-?(?:й|го)\s*)?(?<![^\W\d_]){_WORDS}(?![^\W\d_])[.:]?"
)  # "10 класс А" is no "класса"
_CLASS = re.compile(r"(1[01]|[1-9])(?:-?([А-ЯЁІҺӘҒҚҢӨҰҮ]{1,4})|-(\d{1,2}))?")
_TITLE = re.compile(
    r"(?i)(?<!\d)(1[01]|[1-9])(?!\d)\s*(?:-?(?:й|го)\b)?\s*[-–]?\s*[«\"“„]?\s*([а-яёіһәғқңөұүa-z]?)\s*[»\"”]?\s*-?(?:го)?\s*"
    r"(?:класс|сынып|сыныб)"
)


def read_class(cell: Cell) -> Read[str]:
    """The canonical name: " 10 «а» " → "10А", 7.0 → "7". Latin look-alikes are taken as Cyrillic, and said.

    An empty cell gives "", what is no class of grades 1–11 is an error.
    """
    typed = clean(cell)
    if not typed:
        return Read("")
    if len(typed) > _LONGEST:
        return Read("", "class_unknown", level=ERROR)
    bare = _ORDINAL.sub("", _ASIDE.sub("", typed))
    told = _WORD_APART.sub("", bare)
    upper = _DROPPED.sub("", _BETWEEN.sub("-", told))
    upper = (_WORD.sub("", upper) if told == bare else upper).upper()
    mapped = to_cyrillic(upper)
    found = _CLASS.fullmatch(mapped)
    if not found:
        return Read("", "class_unknown", level=ERROR)
    grade, letters, number = found.groups()
    name = f"{grade}-{number}" if number else grade + (letters or "")
    return Read(name, "class_latin", name) if mapped != upper else Read(name)


def class_in_title(title: str) -> str:
    """The class that a heading names ("Список 10 «А» класса…", "1Ә сыныбының…"), or ""."""
    found = _TITLE.search(clean(title))
    return read_class(found[1] + found[2]).value if found else ""


def grade_of(name: str) -> int | None:
    """The grade that a class name begins with, 1–11."""
    found = re.match(r"1[01]|[1-9]", name)
    return int(found[0]) if found else None


def group_key(name: str) -> str:
    """The form in which names of groups are compared: NFC, no case, spaces or quotes, look-alikes as Cyrillic."""
    text = _DROPPED.sub("", unicodedata.normalize("NFC", name))
    return to_cyrillic(text.upper()).casefold().replace("ё", "е")


def group_slug(name: str, taken: Collection[str] = ()) -> str:
    """An ASCII name for folders and addresses: 7А → "7a", 1Ә → "1ae"; "7a-2" when another group has "7a"."""
    words = re.findall(r"[a-z0-9-]+", spell(_DROPPED.sub(" ", to_cyrillic(name.upper()))))
    joined = re.sub(r"-{2,}", "-", "".join(words) if _is_class(name) else "-".join(words)).strip("-")
    base = joined[:40] or "group"
    slug, n = base, 1
    while slug in taken or slug in _NO_GROUPS:
        n += 1
        slug = f"{base}-{n}"
    return slug


def _is_class(name: str) -> bool:
    return bool(read_class(name).value)


def find_groups(typed: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """The slugs that a typed name or slug can mean; ``names`` maps slug to name.

    A slug typed exactly is that group. Else both readings count: "10B" is the slug of 10Б and looks like 10В,
    so two answers mean: ask.
    """
    if typed in names:
        return (typed,)
    slug, key = _DROPPED.sub("", typed).casefold(), group_key(typed)
    return tuple(known for known, name in names.items() if known == slug or group_key(name) == key)
