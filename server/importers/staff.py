"""Staff lists: who works here, in which roles, teaching what."""

import re
from datetime import date

from server.importers.contacts import read_email, read_phone
from server.importers.findings import WARNING, Notes, Result
from server.importers.groups import read_class
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.records import Record, read_records
from server.importers.rows import StaffRow
from server.importers.students import take_name
from server.importers.tables import Source
from server.importers.values import clean, plain, read_text, read_word

# Words of the lists → role codes. Compared as values.plain, so "зам. директора по УВР" stands here without the dot.
ROLES: dict[str, tuple[str, ...]] = {
    "director": ("директор", "директор школы", "и о директора", "мектеп директоры", "director", "principal"),
    "deputy_studies": (
        "заместитель директора по увр", "зам директора по увр", "зам по увр", "завуч", "завуч по увр",
        "заместитель директора по учебно воспитательной работе", "заместитель директора по учебной работе",
        "зам директора по учебной работе", "зам директора по ур", "заместитель директора по ур", "зам по ур",
        "директордың оқу ісі жөніндегі орынбасары", "deputy head for studies",
    ),
    "deputy_upbringing": (
        "заместитель директора по вр", "зам директора по вр", "зам по вр", "завуч по вр",
        "заместитель директора по воспитательной работе", "зам директора по воспитательной работе",
        "директордың тәрбие ісі жөніндегі орынбасары", "deputy head for upbringing",
    ),
    "coordinator": (
        "ответственный за дистанционное обучение", "ответственный за до", "координатор дистанционного обучения",
        "координатор до", "координатор", "қашықтан оқытуға жауапты", "coordinator",
    ),
    "class_teacher": ("классный руководитель", "кл рук", "сынып жетекшісі", "class teacher"),
    "subject_teacher": (
        "учитель", "учитель предметник", "преподаватель", "мұғалім", "пән мұғалімі", "teacher", "subject teacher",
        "педагог", "педагог дополнительного образования", "пдо", "учителя",
    ),
    "network_teacher": ("сетевой преподаватель", "сетевой учитель", "network teacher"),
    "tutor": ("тьютор", "tutor"),
    "psychologist": ("психолог", "педагог психолог", "школьный психолог", "педагог психологы", "psychologist"),
    "operator": ("оператор", "дежурный оператор", "оператор горячей линии", "operator"),
    "support_staff": (
        "вспомогательный персонал", "лаборант", "секретарь", "библиотекарь", "педагог библиотекарь", "support staff",
        "социальный педагог", "соцпедагог", "логопед", "учитель логопед", "дефектолог", "учитель дефектолог", "вожатый",
        "вожатая", "старший вожатый", "старшая вожатая", "педагог организатор", "воспитатель", "воспитатель гпд",
        "секретарь машинистка", "делопроизводитель", "медсестра", "медицинская сестра", "врач", "бухгалтер",
        "главный бухгалтер", "завхоз", "заведующий хозяйством", "заместитель директора по ахр", "зам директора по ахч",
        "тәлімгер", "аға тәлімгер", "әлеуметтік педагог", "кітапханашы", "зертханашы", "хатшы", "мейірбике",
        "librarian", "social worker", "secretary", "nurse",
    ),
    "admin": ("администратор", "системный администратор", "техник", "администратор системы", "admin", "administrator"),
}  # fmt: skip

_CODES = {plain(word): code for code, words in ROLES.items() for word in words}
_LIST = re.compile(r"[,;/\n]+")
_TEACHER_OF = re.compile(r"(?:учитель|преподаватель) \w.*|\w.* мұғалімі|teacher of .*")


def read_staff(
    file: str, data: Source, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """StaffRow for every employee, in file order. Raises Refused."""
    notes = Notes(file)
    read = [(record, _employee(record, region)) for record in read_records("staff", data, notes, mapping)]
    rows = tuple(row for record, row in read if not record.broken)
    return Result(rows, tuple(notes.found), {"teachers": len(rows)})


def role_code(words: str) -> str:
    """The code of a role as lists write it, "" when nobody knows it: "зам. директора по УВР" → "deputy_studies"."""
    known = plain(words)
    return _CODES.get(known) or ("subject_teacher" if _TEACHER_OF.fullmatch(known) else "")


def _employee(record: Record, region: str) -> StaffRow:
    name = take_name(record)
    homeroom = record.take("homeroom", read_class)
    roles = _roles(record)
    if homeroom and "class_teacher" not in roles:
        roles.append("class_teacher")
    return StaffRow(
        last=name.last,
        first=name.first,
        middle=name.middle,
        subjects=tuple(_parts(record.take("subjects", read_text))),
        roles=tuple(roles),
        homeroom=homeroom,
        room=record.take("room", read_word),
        phone=record.take("phone", lambda cell: read_phone(cell, region)),
        email=record.take("email", read_email),
        where=record.where,
    )


def _roles(record: Record) -> list[str]:
    codes: list[str] = []
    for words in _parts(clean(record.cells.get("roles", ""))):
        code = role_code(words)
        if not code:
            record.note(WARNING, "role_unknown", "roles", value=words)
        elif code not in codes:
            codes.append(code)
    return codes


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _LIST.split(text) if part.strip()]
