"""The search index of one group's site: which pages hold which words, as a script that loads from a folder, too.

``search.js`` beside the pages is the reader's script (site/theme/search.js) and a call of it: ``korablik_search([``,
one row a line, ``0])``. A row is a JSON array and a comma::

    [path, title, subject, ISO date or "", stems]

Each row depends on its own page alone. ``stems`` are the page's words without their endings, folded, at most MOST
letters of each, sorted, with blanks between them; those that title or subject hold are left out; а to я are written as
LETTERS, a byte each and not two. Folding: small letters, ё as е, and Kazakh letters as the Russian ones that stand in
for them where a keyboard has none (қ as к, ң as н, ғ as г). The script folds what is typed in the same way and lets
endings differ. Phones that keep the pages make the file of them (site/theme/app/finding.js): no index travels to them.

Russian stems: Snowball (https://snowballstem.org/algorithms/russian/stemmer.html). Kazakh words lose their case,
possessive and plural suffixes, and a voiced last letter (мектебі → мектеп).
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import snowballstemmer

from sync.pages import Page, untagged

FILE = "search.js"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&*"  # for а to я; none of them needs an escape in JSON
LEAST = 3  # letters of a word that is worth a place; digits: years and the like
MOST = 7  # letters of a stem that are kept: what follows tells few words apart
_KAZAKH = "әғқңөұүһі"
_FOLDED = str.maketrans(_KAZAKH + "ё", "агкноуухи" + "е")
_SPELLED = re.compile(rf"[0-9a-zа-яё{_KAZAKH}]+")
_DRAWING = re.compile(r"<(?i:svg.*?</svg>)", re.DOTALL)
_ADDRESS = re.compile(r"[hH](?i:ttps?)://\S+")
# Cases, possessives, plurals after folding; the longest first.
_SUFFIX = re.compile(
    r"(?:[лдт][ае]р|[ндт][ыи]н|н[дт][ае]н|[ыи]н?[мн]?[ыи]з|[дтн][ае]н|[мбп]ен|н[дт][ае]|[гкнд][ае]|т[ае]"
    r"|[ндт][ыи]|[ыи][мн]|с[ыи]|[ыи])$"
)
_VOICED = {"б": "п", "г": "к"}
# Words of which every page is full: they find nothing.
_EMPTY = frozenset(
    "без был была были было быть весь вот все всех где для его если есть еще как какой когда который кто или между"
    " меня может можно над надо наш она они оно под после потом при про сам свой себя так такой там тебя тем то тот"
    " тоже только том тут уже чем что чтобы эта эти это этот жане бул мен сен бар ушин да де".split()
)
_SHORT = str.maketrans("абвгдежзийклмнопрстуфхцчшщъыьэюя", LETTERS)
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_RUSSIAN = snowballstemmer.stemmer("russian")


class Row(NamedTuple):
    """What is found: a page (or a row of one), and the words that lead to it."""

    path: str
    title: str
    subject: str
    date: str
    text: str


def calls(pages: Mapping[str, Page]) -> str:
    """The call with the rows of the pages of sync.pages.group_pages."""
    lines = [_line(row) for path, page in pages.items() for row in rows(path, page)]
    return "\n".join(["korablik_search([", *dict.fromkeys(lines), "0])", ""])


def rows(path: str, page: Page) -> Iterator[Row]:
    """What may be found on a page; nothing for pages that only repeat what others hold."""
    data = page["data"]
    match page["template"]:
        case "index.html" | "week.html" | "search.html" | "news.html" | "due.html":
            return
        case "day.html":
            day = data["day"]
            lessons = (row for row in day["rows"] if row["topic"] and not row["path"])
            yield from (Row(path, row["topic"], row["subject"], day["date"], "") for row in lessons)
        case "lesson.html":
            material = data["material"] or {"body": "", "resources": []}
            text = " ".join([material["body"], *(resource["title"] for resource in material["resources"])])
            yield Row(path, data["topic"] or data["subject"], data["subject"], data["date"], text)
        case "task.html":
            yield Row(path, data["title"], data["subject"], data["due"] or "", f"{data['kind']} {data['text']}")
        case "tv.html":
            shown = (row for day in data["days"] for row in day["broadcasts"])
            yield from (Row(path, x["topic"] or x["subject"], x["subject"], x["date"], x["channel"]) for x in shown)
        case "exams.html":
            yield from (Row(path, x.get("topic") or x["subject"], x["subject"], x["date"], x["kind"])
                        for x in (*data["works"], *data["exams"]))  # fmt: skip
        case "notices.html":
            yield from (Row(path, x["title"], "", x["from"], x["body"]) for x in data["notices"])
        case "contacts.html":
            yield from (Row(path, x["name"], x["position"], "", "") for x in data["contacts"])
        case _:
            yield from (Row(path, x["title"], "", "", x["body"]) for x in _written(data))


def stems(text: str) -> set[str]:
    """The words of a text that can be searched for, without their endings, folded."""
    words = set(_SPELLED.findall(unicodedata.normalize("NFC", text).lower()))
    return set(map(_told, words)) - {""}


def fold(text: str) -> str:
    """Small letters, ё as е, Kazakh letters as their Russian stand-ins."""
    return unicodedata.normalize("NFC", text).lower().translate(_FOLDED)


@lru_cache(maxsize=20_000)
def _told(word: str) -> str:
    """Its stem; "" for a word that finds nothing."""
    return _stem(word) if len(word) >= LEAST and word.translate(_FOLDED) not in _EMPTY else ""


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    if not any(letter in _KAZAKH for letter in word):
        return _RUSSIAN.stemWord(word).translate(_FOLDED)
    stem = fold(word)
    while (shorter := _SUFFIX.sub("", stem)) != stem and len(shorter) >= LEAST:
        stem = shorter
    return stem[:-1] + _VOICED.get(stem[-1], stem[-1])


@lru_cache(maxsize=3000)
def _line(row: Row) -> str:
    """Most pages are the same in the next edition."""
    shown = set(map(_stem, _SPELLED.findall(f"{row.title} {row.subject}".lower())))
    text = untagged(_ADDRESS.sub(" ", _DRAWING.sub(" ", row.text))).replace("**", "")  # which may end inside a word
    words = sorted({stem[:MOST] for stem in stems(text) - shown})
    cells = [row.path, _one_line(row.title), _one_line(row.subject), row.date, " ".join(map(_short, words))]
    return _json(cells) + ","


@lru_cache(maxsize=20_000)
def _short(stem: str) -> str:
    return stem.translate(_SHORT)


def _one_line(text: str) -> str:
    return " ".join(text.split())  # and none of the line ends that a script's text may not hold


def _written(data: Any) -> Iterator[Mapping[str, str]]:
    """Whatever has a title and a text, wherever it stands in a page's data."""
    if isinstance(data, Mapping):
        if isinstance(data.get("title"), str) and isinstance(data.get("body"), str):
            yield data
        for value in data.values():
            yield from _written(value)
    elif isinstance(data, list):
        for value in data:
            yield from _written(value)
