"""Class lists: students with their classes, matched to those known by name and birth date.

Who came without a birth date, from a roster, is known by name and class, and gets it from the list.
"""

from collections.abc import Collection, Iterable, Sequence
from random import SystemRandom

from sqlalchemy import select

from server.importers.rows import StudentRow, Where
from server.models import Group, Membership, Person
from server.services import works
from server.services.imports.book import Book
from server.services.imports.families import Families
from server.services.imports.groups import Groups
from server.services.imports.roster import Roster, may_be
from server.services.imports.undated import Undated
from server.services.imports.years import since, year_of
from server.services.people import full_name


def apply(book: Book, rows: Sequence[StudentRow], shift_days: int = 0) -> None:
    """Store students, classes, guardians and proposed households; nobody is removed."""
    groups, roster = Groups(book), Roster(book)
    families, undated = Families(book, roster), Undated(book, roster)
    started = set(book.session.scalars(select(Membership.group_id).distinct()))
    year = year_of(book.session, book.today)
    claimed = {person.id for row in rows for person in roster.exact(row, row.birth_date)}
    waiting = [undated.waiting(row, groups.find(row.class_name)) for row in rows]
    claimed |= {found[0].id for found in waiting if len(found) == 1}
    taken: dict[int, Person] = {}
    proposed: set[str] = set()
    for index, row in enumerate(rows):
        before = book.touched
        group = groups.find_or_make(row.class_name, may_make=True)
        person, created = _student(book, roster, undated, row, group, claimed, proposed)
        if person is None or group is None:
            continue
        claimed.add(person.id)
        book.fill(person, sex=row.sex, phone=row.phone, email=row.email)
        take_back(book, person, row.where)
        roster.join(person, group, since(year, book.today, group.id in started))
        families.add_guardians(person, row)
        taken[index] = person
        book.tally(before, created)
    families.propose_households(rows, taken)
    stated = {row.class_name for row in rows}
    show_absent(book, roster, groups, stated, proposed | {person.id for person in taken.values()})
    book.flush()
    works.give_to_joiners(book.session, book.today, book.now, SystemRandom().randrange)


def _student(
    book: Book, roster: Roster, undated: Undated, row: StudentRow, group: Group | None, claimed: set[str],
    proposed: set[str],
) -> tuple[Person | None, bool]:  # fmt: skip
    """(the person, whether new); no person where one that is nearly the same is ``proposed`` for a decision."""
    exact = roster.exact(row, row.birth_date)
    if not exact and len(waiting := undated.waiting(row, group)) == 1 and waiting[0].birth_date is None:
        book.set(waiting[0], birth_date=row.birth_date)
        exact = waiting
    if exact:
        return exact[0], False
    near = [person for person in roster.born(row.birth_date) if person.id not in claimed and may_be(person, row)]
    near += undated.like(row, group, claimed, any_date=False)
    decision = book.decision(row.where)
    if near and decision == "same":
        book.set(near[0], last_name=row.last, first_name=row.first, middle_name=row.middle, birth_date=row.birth_date)
        return near[0], False
    if near and decision != "new":
        proposed.add(near[0].id)
        book.error("student_perhaps_known", row.where, value=f"{row.last} {row.first}", suggestion=full_name(near[0]))
        return None, False
    person = Person(
        id=book.new_id(), slug=book.new_slug(), last_name=row.last, first_name=row.first, middle_name=row.middle,
        birth_date=row.birth_date, phone="", email="", released=[],
    )  # fmt: skip
    roster.add(person)
    return person, True


def take_back(book: Book, person: Person, where: Where) -> None:
    """Whoever had left and is listed again is back, and that is said."""
    if person.left_on is not None and person.left_on <= book.today:
        book.warn("student_returned", where, value=full_name(person))
        book.set(person, left_on=None)


def show_absent(book: Book, roster: Roster, groups: Groups, names: Iterable[str], seen: Collection[str]) -> None:
    """Students of the classes of a file whom it does not name."""
    stated = {group.id: group for name in sorted(names) if (group := groups.find(name))}
    for group in stated.values():
        for person in roster.in_class(group):
            if person.id not in seen:
                book.show("student_not_in_list", value=full_name(person), group=group.name)
