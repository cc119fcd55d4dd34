"""Parents and other guardians: in the columns of a class list, and in lists of their own."""

import re
from collections.abc import Iterator
from datetime import date

from server.importers.contacts import phones_in, read_email, read_phone
from server.importers.findings import ERROR, Notes, Result
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.names import Name, read_name, read_name_if_any, split_name
from server.importers.records import Record, read_records
from server.importers.rows import GuardianRow, GuardianshipRow
from server.importers.students import take_class, take_name
from server.importers.tables import Cell, Source
from server.importers.values import Read, clean, plain, read_date, read_yes_no, show

OWNERS = ("parent", "parent2", "mother", "father")  # whose columns there can be
_OWN = {"mother": "mother", "father": "father"}
_RELATIONS = tuple((re.compile(pattern), code) for pattern, code in (
    (r"бабуш\w*|әже\w*|апа|grandmother|grandma", "grandmother"),
    (r"дедуш\w*|дед|ата|grandfather|grandpa", "grandfather"),
    (r"мат(?:ь|ери)|мам[аы]|ана|анасы|шешесі|mother|mom|mum", "mother"),
    (r"от(?:ец|ца)|пап[аы]|әке|әкесі|father|dad", "father"),
    (r"опекун\w*|попечител\w*|законн\w* представител\w*|қамқоршы\w*|guardian", "guardian"),
))  # fmt: skip
_SIGNS = r"мать|мама|отец|папа|бабушка|дедушка|опекун|опекунша|анасы|ана|әкесі|әке|әжесі|атасы|mother|father|guardian"
_ASIDE = re.compile(rf"(?i)\(\s*({_SIGNS})\s*\)|^({_SIGNS})\s*[:—–-]\s*|\s*[,—–-]\s*({_SIGNS})$")
_BEFORE = re.compile(rf"(?i)({_SIGNS})\s+(\w.*\s.*)")  # "мать Иванова Анна": a sign before a whole name
_NAME_WORD = re.compile(r"(?:[^\W\d_]\.){1,2}|[^\W\d_]+(?:-[^\W\d_]+)*")
_LONGEST = 400  # characters of a cell that names people
_MORE = re.compile(r"[;/\n,():\d=]|[—–-]\s|\s[—–-]")  # signs without which a cell is one name and nothing else
_LINES = re.compile(r"[;/\n]")
_PHONE = re.compile(r"[,:(\s]*(?:т(?:ел)?\.?\s*)?(\+?[78][\d\s()\-–]{9,17}\d)\)?")


def read_guardians(
    file: str, data: Source, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """GuardianshipRow for every guardian of every line, in file order. Raises Refused."""
    notes = Notes(file)
    rows: list[GuardianshipRow] = []
    for record in read_records("guardians", data, notes, mapping):
        rows += _guardianships(record, region)
    counts = {"guardians": len({_who(row.guardian) for row in rows}), "guardianships": len(rows)}
    return Result(tuple(rows), tuple(notes.found), counts)


def _who(guardian: GuardianRow) -> tuple[str, ...]:
    return plain(f"{guardian.last} {guardian.first} {guardian.middle}"), guardian.phone


def _guardianships(record: Record, region: str) -> list[GuardianshipRow]:
    name, class_name = take_name(record), take_class(record)
    born = record.take("birth_date", read_date)
    told = record.take("may_receive", read_yes_no)
    if record.broken:
        return []
    found = [one for one in take_guardians(record, region) if one.last]
    if not found:
        record.note(ERROR, "guardian_missing", next((owner for owner in OWNERS if owner in record.labels), ""))
    return [
        GuardianshipRow(class_name, name.last, name.first, name.middle, born, guardian, told, record.where)
        for guardian in found
    ]


def relation_code(words: str) -> str:
    """The code of a relation ("мама" → "mother"), else the words themselves."""
    known = plain(words)
    return next((code for pattern, code in _RELATIONS if pattern.fullmatch(known)), " ".join(words.split()))


def take_guardians(record: Record, region: str) -> Iterator[GuardianRow]:
    """Everybody whom the family's columns of a record name; somebody may be known by a phone or an address only."""
    for owner in OWNERS:
        if any(f"{owner}{part}" in record.cells for part in ("", "_last", "_first", "_phone", "_email")):
            yield from _of_owner(record, owner, region)


def _of_owner(record: Record, owner: str, region: str) -> Iterator[GuardianRow]:
    names = _names(record, owner)
    cell = record.cells.get(f"{owner}_phone", "")
    phones = list(phones_in(show(cell), region))
    if not (len(names) > 1 and len(phones) == len(names)):
        phones = [record.take(f"{owner}_phone", lambda cell: read_phone(cell, region))]
    email = record.take(f"{owner}_email", read_email)
    relation = relation_code(clean(record.cells.get(f"{owner}_relation", ""))) or _OWN.get(owner, "")
    if not names and (phones[0] or email):
        yield GuardianRow("", "", "", phones[0], email, relation)
    for at, (name, sign, own_phone) in enumerate(names):
        phone = read_phone(own_phone, region).value or (phones[at] if at < len(phones) else "")
        yield GuardianRow(
            name.last, name.first, name.middle, phone, "" if at else email, relation_code(sign) or relation
        )


def _names(record: Record, owner: str) -> list[tuple[Name, str, str]]:
    """(name, words that say the relation, phone beside the name) of each person whom the cells of one owner name."""
    if f"{owner}_last" in record.cells:
        parts = [record.take(f"{owner}_{part}", read_name_if_any) for part in ("last", "first", "middle")]
        if parts[0]:
            return [(Name(*parts), "", "")]
    field = owner if owner in record.cells else f"{owner}_first"
    cell = show(record.cells.get(field, ""))[:_LONGEST]
    if not clean(cell):
        return []
    whole = record.take(field, _read_without_phone)
    if not whole:
        return []
    if not _MORE.search(cell) and not _BEFORE.match(clean(cell)):
        return [(split_name(whole), "", "")]
    return [found for piece in _pieces(cell) if (found := _one(piece))[0].last]


def _read_without_phone(cell: Cell) -> Read[str]:
    """What is to be said of a name that may have a phone beside it."""
    text = show(cell)[:_LONGEST]
    return read_name_if_any(_PHONE.sub(" ", text) if _PHONE.search(text) else cell)


def _pieces(text: str) -> list[str]:
    """A cell with several people, person by person; what stands between commas and is no whole name is left out."""
    if clean(text).startswith("="):
        return [text]
    pieces: list[str] = []
    for line in _LINES.split(text):
        first, *more = line.split(",")
        if not (more and _is_whole_name(first)):
            pieces.append(line)
            continue
        pieces.append(first)
        for part in more:
            if _is_whole_name(part):
                pieces.append(part)
            elif _PHONE.search(part):
                pieces[-1] += f" {part}"
    return pieces


def _is_whole_name(part: str) -> bool:
    """Several words with capital letters, beside the relation and the phone: no place of work, no number."""
    text = _ASIDE.sub(" ", _PHONE.sub(" ", part)).strip()
    front = _BEFORE.match(text)
    words = (front[2] if front else text).split()
    return len(words) > 1 and all(_NAME_WORD.fullmatch(word) for word in words)


def _one(piece: str) -> tuple[Name, str, str]:
    phone = _PHONE.search(piece)
    text = _PHONE.sub(" ", piece).strip()
    sign = _ASIDE.search(text)
    words = next((group for group in sign.groups() if group), "") if sign else ""
    bare = _ASIDE.sub(" ", text)
    if front := _BEFORE.match(bare.strip()):
        words, bare = words or front[1], front[2]
    name = split_name(read_name(bare).value)
    return name, words, phone[1] if phone else ""
