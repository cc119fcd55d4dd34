"""Understands a header word by word: "Контактный телефон матери" is a phone, and the mother's.

A label is understood only when every word of it is: "Дата рождения" is, "Дата зачисления" is not, whatever stands
before it. Whose a column is ("student", "parent", "parent2", "mother", "father", "staff") and what it holds are told
apart, so that a heading over several columns can say the first and the columns below it the second.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from server.importers.headers import HEADERS

# Several words that mean one thing; replaced before words are looked at one by one.
_PHRASES = tuple((re.compile(rf"\b(?:{pattern})(?!\w)"), f" {sign} ") for pattern, sign in (
    (r"ата ана\w*", "_parent"),
    (r"әкесінің аты жөні", "_father _full"),
    (r"анасының аты жөні", "_mother _full"),
    (r"әкесінің аты", "_middle"),
    (r"аты жөні|есімі?і жөні|т а ә", "_full"),
    (r"ф и(?: о)?", "_full"),
    (r"last name|family name", "_last"),
    (r"first name|given name", "_first"),
    (r"middle name", "_middle"),
    (r"(?:дата|день|число(?: месяц)? год|день месяц год) рожд\w*|д р|дата рожд", "_birth"),
    (r"туған (?:күні|жылы)(?: айы)?(?: жылы| күні)?|birth ?date|birth ?day|date of birth|d o b", "_birth"),
    (r"(?:адрес )?[еe] ?mail\w*(?: address)?|(?:адрес )?эл(?:ектронн\w*)? (?:почт\w*|адрес\w*)", "_email"),
    (r"электрондық пошта\w*", "_email"),
    (r"место (?:жительств\w*|прожив\w*)|мекен жай\w*|тұр\w+ (?:мекен ?жай\w*|жері)", "_address"),
    (r"кем приход\w*|кім болып келеді|степен\w* родств\w*|туыстық дәрежесі", "_relation"),
    (r"классн\w* руковод\w*|кл рук\w*|сынып жетекші\w*|class teacher", "_homeroom"),
    (r"состав семьи|братья и сестры|отбасы құрамы", "_siblings"),
    (r"зам\w* директор\w*", "_post"),
))  # fmt: skip

# One word each: whose, what, or nothing of its own.
_WORDS = tuple((re.compile(pattern), sign) for pattern, sign in (
    (r"учени\w*|учащ\w*|обучающ\w*|воспитан\w*|реб[её]н\w*|дет(?:и|ей|ям)|школьник\w*", "_student"),
    (r"оқушы\w*|бала(?:ның|сы|сының)?|student\w*|pupil\w*|child\w*|learner\w*", "_student"),
    (r"мат(?:ь|ери)|мам(?:а|ы|ин\w*)|ана(?:сы|сының|ның)|шеше\w*|mother\w*|mom|mum", "_mother"),
    (r"от(?:ец|ца)|пап(?:а|ы|ин\w*)|әке(?:сі|сінің|нің)|father\w*|dad", "_father"),
    (r"родител\w*|законн\w*|представител\w*|опекун\w*|заңды|өкіл\w*", "_parent"),
    (r"parents?|guardians?|legal|representative", "_parent"),
    (r"учител\w*|педагог\w*|сотрудник\w*|работник\w*|преподавател\w*", "_staff"),
    (r"мұғалім\w*|қызметкер\w*|teacher\w*|employee\w*|staff", "_staff"),
    (r"фамили\w*|тег[іи]\w*|surname|lastname", "_last"),
    (r"им(?:я|ени)|аты|есімі?|firstname|forename", "_first"),
    (r"отчеств\w*|patronymic", "_middle"),
    (r"фио|names?", "_full"),
    (r"рожд(?:ения)?|туған", "_birth"),
    (r"пол|жынысы?|sex|gender", "_sex"),
    (r"тел(?:ефон\w*)?|моб(?:ильн\w*)?|сотов\w*|ұялы|(?:tele)?phones?|mobile|cell|tel|whatsapp|ватсап", "_phone"),
    (r"почт\w*|пошта\w*|e?mail", "_email"),
    (r"классы?|класса|параллел\w*|сыны[пб]\w*|class|form|grade", "_class"),
    (r"адрес\w*|мекенжай\w*|address|прожив\w*|жительств\w*|регистрац\w*|прописк\w*", "_address"),
    (r"предмет\w*|пән\w*|дисциплин\w*|subjects?", "_subjects"),
    (r"должност\w*|рол[иь]|лауазым\w*|position|roles?", "_roles"),
    (r"каб(?:инет\w*)?|аудитори\w*|room", "_room"),
    (r"родств\w*|туыст\w*|relation\w*", "_relation"),
    (r"nr|номер\w*|нөмірі|number|контакт\w*|contacts?|домашн\w*|home|личн\w*|основн\w*|фактическ\w*|полн\w*", ""),
    (r"и|или|по|на|места|месту|его|ее|их|дата|преподаваем\w*|of|the|and|or|to|s|date|1", ""),
    (r"мен|және|күні|оқытатын|үй|байланыс", ""),
))  # fmt: skip

_OWNERS = ("_mother", "_father", "_parent", "_student", "_staff")  # when several are named the first one counts
_NAMES = frozenset({"last", "first", "middle", "full"})
_WHOLE = frozenset({"full", ""})
_FAMILY = ("parent", "parent2", "mother", "father")
_FIELDS = {"birth": "birth_date", "subjects": "subject"}  # what a thing is called where it is not called like itself


@dataclass(frozen=True)
class Meaning:
    """Whose a column is ("" = not said) and what it holds ("" = the person, that is the name)."""

    owner: str
    what: str


@lru_cache(4096)
def understand(label: str) -> Meaning | None:
    """The meaning of a normalised label (columns.normal); None when a word of it is not understood."""
    text = label
    for pattern, sign in _PHRASES:
        text = pattern.sub(sign, text)
    signs = []
    second = False
    for word in text.split():
        sign = word if word.startswith("_") else _sign(word)
        second = second or word == "2"
        if sign is None and word != "2":
            return None
        signs.append(sign or "")
    owners = {sign for sign in signs if sign in _OWNERS}
    whats = {sign[1:] for sign in signs if sign and sign not in _OWNERS}
    what = _what(whats)
    owner = "_parent" if {"_mother", "_father"} <= owners else next((one for one in _OWNERS if one in owners), "")
    if what is None or (second and owner != "_parent") or not (owner or what):
        return None
    return Meaning("parent2" if second else owner[1:], what)


def _sign(word: str) -> str | None:
    return next((sign for pattern, sign in _WORDS if pattern.fullmatch(word)), None)


def _what(whats: set[str]) -> str | None:
    """One thing from several words; None when they do not make one."""
    if len(whats) <= 1:
        return next(iter(whats), "")
    if whats <= _NAMES:
        return "first" if whats == {"first", "middle"} else "full"
    return "full" if whats <= {*_NAMES, "phone"} and "phone" in whats else None


def part_of(kind: str, heading: str, label: str) -> str:
    """The field of a label that names a part of the name its heading names whole: "Имя" below "ФИО ученика"."""
    whole, part = understand(heading), understand(label)
    if whole is None or part is None or whole.what not in _WHOLE or part.what not in _NAMES - {"full"}:
        return ""
    return field_of(kind, Meaning(part.owner or whole.owner, part.what))


def field_of(kind: str, meaning: Meaning) -> str:
    """The field of ``kind`` that means that, or ""; only kinds that list people are written so freely."""
    known = HEADERS[kind]
    if "full" not in known:
        return ""
    field = _staff_field(meaning) if kind == "staff" else _student_field(kind, meaning)
    return field if field in known else ""


def _student_field(kind: str, meaning: Meaning) -> str:
    owner, what = meaning.owner, meaning.what
    if owner in _FAMILY:
        return _family_field(kind, owner, what)
    if owner == "staff":
        return ""
    if what in _NAMES or not what:
        return what or "full"
    if what == "relation":
        return "parent_relation"
    if kind == "guardians" and what in ("phone", "email"):
        return "" if owner else f"parent_{what}"
    return _FIELDS.get(what, what)


def _family_field(kind: str, owner: str, what: str) -> str:
    if kind == "connectivity" or what == "address":
        return what
    return owner if what in ("", "full") else f"{owner}_{what}"


def _staff_field(meaning: Meaning) -> str:
    owner, what = meaning.owner, meaning.what
    return (what or "full") if owner in ("", "staff") else ""
