"""Staff lists: who works here and in which roles. Accounts are made in the office, nothing is released here."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select

from server.importers.rows import StaffRow
from server.models import Group, Person, RoleGrant, StaffSubject
from server.services.imports.book import Book
from server.services.imports.groups import Groups
from server.services.imports.roster import Roster
from server.services.imports.years import year_of
from server.services.people import full_name
from sync.ids import content_id


def apply(book: Book, rows: Sequence[StaffRow], shift_days: int = 0) -> None:
    """Store people and their roles; nobody and no role is removed."""
    groups, roster = Groups(book), Roster(book)
    grants = open_grants(book)
    year = year_of(book.session, book.today)
    beginning = min(year.starts_on, book.today) if year else book.today
    subjects: dict[str, set[str]] = {}
    for person_id, words in book.session.execute(select(StaffSubject.person_id, StaffSubject.words)):
        subjects.setdefault(person_id, set()).add(words)
    seen: set[str] = set()
    for row in rows:
        before = book.touched
        person, created = find_or_make(book, roster, grants, row)
        if person is None:
            continue
        seen.add(person.id)
        book.fill(person, phone=row.phone, email=row.email)
        book.set(person, left_on=None)
        _teaches(book, subjects.setdefault(person.id, set()), person, row.subjects)
        since = beginning if created else book.today
        for role in row.roles:
            if role == "class_teacher":
                _class_teacher(book, groups, grants, person, row, since)
            else:
                give_role(book, grants, person, role, None, since)
        book.tally(before, created)
    for person_id, held in grants.items():
        if person_id not in seen and any(grant.role != "admin" for grant in held):
            book.show("staff_not_in_list", value=full_name(roster.people[person_id]))


def _teaches(book: Book, known: set[str], person: Person, words: Sequence[str]) -> None:
    """What the list says somebody teaches; what another list said stays."""
    for subject in dict.fromkeys(words):
        if subject not in known:
            known.add(subject)
            book.add(StaffSubject(person_id=person.id, words=subject))


def open_grants(book: Book) -> dict[str, list[RoleGrant]]:
    """The grants that have not ended, by person."""
    found: dict[str, list[RoleGrant]] = {}
    for grant in book.session.scalars(select(RoleGrant).order_by(RoleGrant.id)):
        if grant.until is None or grant.until >= book.today:
            found.setdefault(grant.person_id, []).append(grant)
    return found


def find_or_make(
    book: Book, roster: Roster, grants: dict[str, list[RoleGrant]], row: StaffRow, id: str = "",
    others: Collection[str] = (),
) -> tuple[Person | None, bool]:  # fmt: skip
    """(the person, whether new). Staff of one name are told apart by phone; that also finds a parent.

    ``id`` is that of a new person, where another Korablik has given one; ``others`` of that name are not meant.
    """
    same = [person for person in roster.exact(row, None) if person.id not in others]
    staff = [person for person in same if person.id in grants]
    by_phone = [person for person in same if row.phone and person.phone == row.phone]
    if len(staff) > 1 and not by_phone:
        book.error("staff_ambiguous", row.where, value=full_name(staff[0]))
        return None, False
    if by_phone or staff:
        return (by_phone or staff)[0], False
    person = Person(
        id=id or book.new_id(), slug=book.new_slug(), last_name=row.last, first_name=row.first, middle_name=row.middle,
        phone=row.phone, email=row.email, released=[],
    )  # fmt: skip
    roster.add(person)
    grants[person.id] = []
    return person, True


def _class_teacher(
    book: Book, groups: Groups, grants: dict[str, list[RoleGrant]], person: Person, row: StaffRow, since: date
) -> None:
    if not row.homeroom:
        book.warn("homeroom_missing", row.where, value=full_name(person))
        return
    group = groups.find_or_make(row.homeroom, may_make=not groups.has_lists)
    if group is None:
        book.error("group_unknown", row.where, value=row.homeroom, suggestion=groups.known_names())
        return
    give_class(book, grants, person, group, since)


def give_class(book: Book, grants: dict[str, list[RoleGrant]], person: Person, group: Group, since: date) -> None:
    """Make somebody the class's teacher; another one stays, and is shown."""
    for holder, rows in grants.items():
        if holder != person.id and any(_is(grant, "class_teacher", group) for grant in rows):
            book.show("class_teacher_other", value=group.name)
    give_role(book, grants, person, "class_teacher", group, since)


def _is(grant: RoleGrant, role: str, group: Group | None) -> bool:
    return grant.role == role and grant.group_id == (group.id if group else None)


def give_role(
    book: Book, grants: dict[str, list[RoleGrant]], person: Person, role: str, group: Group | None, since: date
) -> None:
    """A role from that day on, unless the person has it on this scope; ``grants`` as of ``open_grants``."""
    mine = grants.setdefault(person.id, [])
    if any(_is(grant, role, group) for grant in mine):
        return
    scope = group.id if group else ""
    grant = RoleGrant(
        id=content_id("role_grant", person.id, role, scope, since.isoformat()), person_id=person.id, role=role,
        group_id=group.id if group else None, since=since, granted_by=book.actor_id,
    )  # fmt: skip
    book.add(grant)
    mine.append(grant)
