"""Class lists: who studies in which class, with birth date, family and contacts."""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from server.importers.addresses import read_place, same_place
from server.importers.contacts import read_email, read_phone
from server.importers.findings import ERROR, WARNING, Notes, Result
from server.importers.groups import class_in_title, read_class
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.names import Name, identity, near_identity, read_name, split_name
from server.importers.records import Record, read_records
from server.importers.rows import GuardianRow, HouseholdRow, StudentRow
from server.importers.values import read_date, read_sex, read_text

MOST_SIBLINGS = 12  # more children than that at one phone are a boarding house, not a family
_GUARDIANS = (
    ("parent", "parent_phone", "parent_email"),
    ("mother", "mother_phone", ""),
    ("father", "father_phone", ""),
)


def read_people(
    file: str, data: bytes, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """StudentRow for every student, in file order; ``counts`` as in ``count``. Raises Refused."""
    notes = Notes(file)
    read = [(record, _student(record, region, today)) for record in read_records("people", data, notes, mapping)]
    rows = tuple(row for record, row in read if row and not record.broken)
    rows = _without_doubles(rows, notes)
    return Result(rows, tuple(notes.found), count(rows))


def count(rows: Sequence[StudentRow]) -> dict[str, object]:
    """Totals: students, classes, class_sizes, families, families_2plus (with two or more children here)."""
    sizes = Counter(row.class_name for row in rows)
    families = households(rows)
    return {
        "students": len(rows),
        "classes": len(sizes),
        "class_sizes": dict(sizes),
        "families": len(families),
        "families_2plus": sum(len(family.members) > 1 for family in families),
    }


def households(rows: Sequence[StudentRow]) -> tuple[HouseholdRow, ...]:
    """Proposed households in the order of their first child: a guardian's phone in common and the same address.

    Addresses are compared as places (see addresses). A list without addresses joins by phone alone; a child without
    a guardian's phone is a household of its own, and so is each child of a phone that too many share.
    """
    places = [read_place(row.address) for row in rows]
    head = list(range(len(rows)))
    for sharing in _by_phone(rows).values():
        if len(sharing) <= MOST_SIBLINGS:
            for index, other in itertools.combinations(sharing, 2):
                if same_place(places[index], places[other]):
                    _join(head, index, other)
    found: dict[int, list[int]] = {}
    for index in range(len(rows)):
        found.setdefault(_head(head, index), []).append(index)
    return tuple(
        HouseholdRow(_common_phone(rows, members), rows[members[0]].address, tuple(members))
        for members in found.values()
    )


def _by_phone(rows: Sequence[StudentRow]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        for phone in dict.fromkeys(guardian.phone for guardian in row.guardians if guardian.phone):
            found.setdefault(phone, []).append(index)
    return found


def _head(head: list[int], index: int) -> int:
    """The first row of the family that a row belongs to by now."""
    while head[index] != index:
        index = head[index]
    return index


def _join(head: list[int], index: int, other: int) -> None:
    first, second = sorted((_head(head, index), _head(head, other)))
    head[second] = first


def _common_phone(rows: Sequence[StudentRow], members: Sequence[int]) -> str:
    """A phone that every child of the family has; "" for one without phones or where they are chained by two."""
    theirs = [dict.fromkeys(guardian.phone for guardian in rows[index].guardians) for index in members]
    return next((phone for phone in theirs[0] if phone and all(phone in other for other in theirs)), "")


def take_name(record: Record) -> Name:
    """Surname, first name, patronymic of a record, from three columns or one; errors when one is missing."""
    if "full" in record.cells and "last" not in record.cells:
        name = split_name(record.need("full", read_name))
        if name.last and not name.first:
            record.note(ERROR, "name_incomplete", "full", value=name.last)
        return name
    return Name(record.need("last", read_name), record.need("first", read_name), record.take("middle", read_name))


def _student(record: Record, region: str, today: date | None) -> StudentRow | None:
    name = take_name(record)
    born = record.need("birth_date", read_date)
    if born and today and born > today:
        record.note(ERROR, "date_future", "birth_date", value=born)
    class_name = _class_name(record)
    if record.broken or not born:
        return None
    return StudentRow(
        last=name.last,
        first=name.first,
        middle=name.middle,
        birth_date=born,
        sex=record.take("sex", read_sex),
        phone=record.take("phone", lambda cell: read_phone(cell, region)),
        class_name=class_name,
        guardians=tuple(_guardians(record, region)),
        address=record.take("address", read_text),
        siblings_text=record.take("siblings", read_text),
        where=record.where,
    )


def _class_name(record: Record) -> str:
    """From the class column, else from the sheet's name, else from the title above the header."""
    if "class" in record.cells:
        return record.need("class", read_class)
    sheet, _, title = record.sheet_title.partition("\n")
    name = read_class(sheet).value or class_in_title(sheet) or class_in_title(title)
    if not name:
        record.note(ERROR, "class_not_stated")
    return name


def _guardians(record: Record, region: str) -> Iterable[GuardianRow]:
    for name_field, phone_field, email_field in _GUARDIANS:
        name = split_name(record.take(name_field, read_name))
        phone = record.take(phone_field, lambda cell: read_phone(cell, region))
        email = record.take(email_field, read_email) if email_field else ""
        if name.last or phone or email:
            yield GuardianRow(name.last, name.first, name.middle, phone, email)


def _without_doubles(rows: Sequence[StudentRow], notes: Notes) -> tuple[StudentRow, ...]:
    """The same name and birth date twice is an error; a difference of ё and е only is said and kept."""
    exact: dict[tuple[str, date], StudentRow] = {}
    near: dict[tuple[str, date], StudentRow] = {}
    kept = []
    for row in rows:
        key = identity(row.last, row.first, row.middle), row.birth_date
        near_key = near_identity(row.last, row.first, row.middle), row.birth_date
        if key in exact:
            notes.add(ERROR, "student_double", row.where, value=row.last, other=exact[key].where.row)
            continue
        if near_key in near:
            other = near[near_key]
            notes.add(WARNING, "student_near", row.where, value=row.last, suggestion=other.last, other=other.where.row)
        exact[key] = row
        near.setdefault(near_key, row)
        kept.append(row)
    return tuple(kept)
