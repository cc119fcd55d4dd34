"""Class lists: who studies in which class, with birth date, family and contacts."""

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import date

from server.importers.addresses import read_place, same_place
from server.importers.contacts import read_email, read_phone
from server.importers.findings import ERROR, WARNING, Notes, Result
from server.importers.guardians import take_guardians
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.names import identity, near_identity
from server.importers.records import Record, read_records
from server.importers.rows import HouseholdRow, StudentRow
from server.importers.students import take_class, take_name, warn_of_initials
from server.importers.tables import Source
from server.importers.values import read_date, read_sex, read_text

MOST_SIBLINGS = 12  # more children than that at one phone are a boarding house, not a family


def read_people(
    file: str, data: Source, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """StudentRow for every student, in file order; ``counts`` as in ``count``. Raises Refused."""
    notes = Notes(file)
    doubles = _Doubles()
    rows = tuple(
        row
        for record in read_records("people", data, notes, mapping)
        if (row := _student(record, region, today)) and not record.broken and doubles.check(record, row)
    )
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


def _student(record: Record, region: str, today: date | None) -> StudentRow | None:
    name = take_name(record)
    born = record.need("birth_date", read_date)
    if born and today and born > today:
        record.note(ERROR, "date_future", "birth_date", value=born)
    class_name = take_class(record)
    if record.broken or not born:
        return None
    warn_of_initials(record, name)
    return StudentRow(
        last=name.last,
        first=name.first,
        middle=name.middle,
        birth_date=born,
        sex=record.take("sex", read_sex),
        phone=record.take("phone", lambda cell: read_phone(cell, region)),
        class_name=class_name,
        guardians=tuple(take_guardians(record, region)),
        address=record.take("address", read_text),
        siblings_text=record.take("siblings", read_text),
        email=record.take("email", read_email),
        where=record.where,
    )


class _Doubles:
    """Students of one file who were listed before: exactly, and but for ё and е."""

    def __init__(self) -> None:
        self.exact: dict[tuple[str, date], int] = {}
        self.near: dict[tuple[str, date], tuple[str, int]] = {}

    def check(self, record: Record, row: StudentRow) -> bool:
        """Whether the row is new; the same name and birth date twice is an error, ё for е is said and kept."""
        field = "last" if "last" in record.cells else "full"
        line = row.where.row
        key = identity(row.last, row.first, row.middle), row.birth_date
        if key in self.exact:
            record.note(ERROR, "student_double", field, value=row.last, other=self.exact[key])
            return False
        near = near_identity(row.last, row.first, row.middle), row.birth_date
        if near in self.near:
            name, other = self.near[near]
            record.note(WARNING, "student_near", field, value=row.last, suggestion=name, other=other)
        self.exact[key] = line
        self.near.setdefault(near, (row.last, line))
        return True
