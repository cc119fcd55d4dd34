"""The class teachers' survey of devices, internet and channels; the newest row of a student counts."""

from collections.abc import Sequence

from sqlalchemy import select

from server.importers.rows import ConnectivityRow
from server.models import Connectivity, Group, Person
from server.services.imports.book import Book
from server.services.imports.groups import Groups
from server.services.imports.roster import Roster, name_key
from sync.ids import content_id


def apply(book: Book, rows: Sequence[ConnectivityRow], shift_days: int = 0) -> None:
    """Store what is told today, where it differs from what was told last."""
    groups, roster = Groups(book), Roster(book)
    newest: dict[str, Connectivity] = {}
    for known in book.session.scalars(select(Connectivity).order_by(Connectivity.recorded_on)):
        newest[known.student_id] = known
    members: dict[str, list[Person]] = {}
    for row in rows:
        group = groups.find(row.class_name)
        if group is None:
            book.error("group_unknown", row.where, value=row.class_name, suggestion=groups.known_names())
            continue
        if group.id not in members:
            members[group.id] = roster.in_class(group)
        person = _student(book, row, group, members[group.id])
        if person is not None:
            _store(book, person, newest.get(person.id), row)


def _student(book: Book, row: ConnectivityRow, group: Group, members: list[Person]) -> Person | None:
    key = name_key(row.last, row.first, row.middle)
    found = [
        person for person in members
        if name_key(person.last_name, person.first_name, person.middle_name if row.middle else "") == key
        and (row.birth_date is None or person.birth_date == row.birth_date)
    ]  # fmt: skip
    if len(found) == 1:
        return found[0]
    book.error("student_unknown", row.where, value=f"{row.last} {row.first}", group=group.name)
    return None


def _store(book: Book, person: Person, known: Connectivity | None, row: ConnectivityRow) -> None:
    before = book.touched
    values = {
        "device": row.device_code, "device_shared": row.device_shared, "internet": row.internet_code,
        "television": row.tv, "phone": row.phone, "channel": row.channel_code,
        "words": {"device": row.device, "internet": row.internet, "channel": row.channel},
    }  # fmt: skip
    if known is not None and all(getattr(known, name) == value for name, value in values.items()):
        book.tally(before)
    elif known is not None and known.recorded_on >= book.today:
        book.set(known, **values)
        book.tally(before)
    else:
        id = content_id("connectivity", person.id, book.today.isoformat())
        book.add(Connectivity(id=id, student_id=person.id, recorded_on=book.today, **values))
        book.tally(before, created=True)
