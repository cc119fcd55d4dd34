"""The people of a OneRoster set: students by name and class (or birth date), staff and guardians by name and phone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from server.importers.oneroster_rows import RosterClass, RosterSet, RosterStaff, RosterStudent
from server.importers.people import households
from server.models import Group, Guardianship, Membership, Person, RoleGrant, Year
from server.services.imports.book import Book
from server.services.imports.families import Families
from server.services.imports.groups import Groups
from server.services.imports.people import take_back
from server.services.imports.roster import Named, Roster, name_key
from server.services.imports.staff import find_or_make, give_class, give_role, open_grants
from server.services.imports.undated import Undated
from server.services.imports.years import since
from server.services.people import full_name

Keep = Callable[[str], str]  # the id of a user → the id that a new person keeps, or ""


class Students:
    """Students of the set: ``found`` user → person; ``proposed`` people who may be meant and wait for a decision."""

    def __init__(self, book: Book, roster: Roster, groups: Groups, year: Year | None, keep: Keep):
        self.book, self.roster, self.groups, self.year, self.keep = book, roster, groups, year, keep
        self.undated = Undated(book, roster)
        self.found: dict[str, Person] = {}
        self.proposed: set[str] = set()
        self.claimed: set[str] = set()
        self.adults: dict[str, set[str]] = {}  # student → names of those who stand for the student
        for row in book.session.scalars(select(Guardianship)):
            self.adults.setdefault(row.student_id, set()).add(_key_of(roster.people[row.guardian_id]))

    def take(self, classes: Sequence[RosterClass], rows: Sequence[RosterStudent]) -> "Students":
        """Store the classes and the students; who is surely known is found before anybody is guessed."""
        started = set(self.book.session.scalars(select(Membership.group_id).distinct()))
        homes = {one.name: self._class(one) for one in classes}
        alike = Counter(_key(one) for one in rows)
        for one in rows:
            self._claim(one, homes[one.row.class_name], alike[_key(one)])
        for one in rows:
            before, created = self.book.touched, False
            group = homes[one.row.class_name]
            if one.id not in self.found:
                created = self._settle(one, group)
            if one.id in self.found:
                self._store(one, group, since(self.year, self.book.today, group.id in started))
                self.book.tally(before, created)
        return self

    def _class(self, stated: RosterClass) -> Group:
        known = self.groups.find(stated.name)
        group = known or self.groups.find_or_make(stated.name, may_make=True)
        if known is None and stated.shift:
            self.book.set(group, shift=stated.shift)
        if known is None and stated.language:
            self.book.set(group, language=stated.language)
        return group

    def _claim(self, one: RosterStudent, group: Group, alike: int) -> None:
        """Somebody of that name and birth date; else of that name in the class, if the set has as many of them.

        Of several namesakes it is the one whose family is the same.
        """
        row, born = one.row, one.row.birth_date
        ours = self.roster.people.get(one.id)
        if ours is not None and _key_of(ours) == _key(one)[1]:
            same, enough = [ours], True
        elif born is not None and (exact := self.roster.exact(row, born)):
            same, enough = exact, True
        else:
            same = self.undated.of_class(row, group) if born is None else self.undated.waiting(row, group)
            enough = len(same) <= alike
        free = [person for person in same if person.id not in self.claimed]
        likeness = sorted((self._likeness(one, person) for person in free), reverse=True)
        stands_out = bool(likeness) and likeness[0] > max([0, *likeness[1:]])
        if free and (enough or stands_out):
            person = max(free, key=lambda person: self._likeness(one, person))
            self.found[one.id] = person
            self.claimed.add(person.id)

    def _likeness(self, one: RosterStudent, person: Person) -> int:
        """Tells namesakes of a class apart by their families and phones: a child must not get another's parents."""
        stated = {_name(row) for row in one.row.guardians}
        known = self.adults.get(person.id, set())
        phone = (one.row.phone == person.phone) if one.row.phone and person.phone else 0
        return len(stated & known) - len(stated ^ known) + phone

    def _settle(self, one: RosterStudent, group: Group) -> bool:
        """True when the student is new; nobody is found where a decision is asked for."""
        book, row = self.book, one.row
        near = self.undated.like(row, group, self.claimed, any_date=row.birth_date is None)
        decision = book.decision(row.where)
        if near and decision == "same":
            book.set(near[0], last_name=row.last, first_name=row.first, middle_name=row.middle)
            self.found[one.id] = near[0]
            self.claimed.add(near[0].id)
            return False
        if near and decision != "new":
            self.proposed.add(near[0].id)
            name = f"{row.last} {row.first}"
            book.error("student_perhaps_known", row.where, value=name, suggestion=full_name(near[0]))
            return False
        person = Person(
            id=self.keep(one.id) or book.new_id(), slug=book.new_slug(), last_name=row.last, first_name=row.first,
            middle_name=row.middle, birth_date=row.birth_date, phone="", email="", released=[],
        )  # fmt: skip
        self.roster.add(person)
        self.found[one.id] = person
        return True

    def _store(self, one: RosterStudent, group: Group, start: date) -> None:
        person = self.found[one.id]
        self.book.fill(person, sex=one.row.sex, phone=one.row.phone, email=one.row.email, birth_date=one.row.birth_date)
        take_back(self.book, person, one.row.where)
        self.roster.join(person, group, one.since or start)


def _key(one: RosterStudent) -> tuple[str, str]:
    return one.row.class_name, _name(one.row)


def _name(row: Named) -> str:
    return name_key(row.last, row.first, row.middle)


def _key_of(person: Person) -> str:
    """The name of somebody known as ``name_key`` has it."""
    return name_key(person.last_name, person.first_name, person.middle_name)


def take_staff(
    book: Book, roster: Roster, groups: Groups, year: Year | None, stated: RosterSet, keep: Keep
) -> dict[str, Person]:
    """User → person. Whoever has a role here keeps to it: the roles of a roster are too coarse to add to."""
    grants = open_grants(book)
    beginning = min(year.starts_on, book.today) if year else book.today
    found: dict[str, Person] = {}
    for one in stated.staff:
        before = book.touched
        person, created = _employee(book, roster, grants, one, keep, {person.id for person in found.values()})
        if person is None:
            continue
        found[one.id] = person
        book.fill(person, phone=one.row.phone, email=one.row.email)
        book.set(person, left_on=None)
        for role in one.row.roles if not grants.get(person.id) else ():
            give_role(book, grants, person, role, None, dict(one.since).get(role) or beginning)
        book.tally(before, created)
    for one in stated.classes:
        group = groups.find(one.name)
        for user, start in one.teachers:
            if group is not None and user in found:
                give_class(book, grants, found[user], group, start or beginning)
    seen = {person.id for person in found.values()}
    for person_id, held in grants.items():
        if person_id not in seen and any(grant.role != "admin" for grant in held):
            book.show("staff_not_in_list", value=full_name(roster.people[person_id]))
    return found


def _employee(
    book: Book, roster: Roster, grants: dict[str, list[RoleGrant]], one: RosterStaff, keep: Keep, claimed: set[str]
) -> tuple[Person | None, bool]:
    """(the person, whether new): by our id or the e-mail of somebody of that name, else as lists know staff.

    Two users of a set are two people: one who cannot be told from another is an error.
    """
    row = one.row
    same = [person for person in roster.exact(row, None) if person.id not in claimed]
    sure = [person for person in same if person.id == one.id]
    sure += [person for person in same if row.email and person.email == row.email]
    if sure:
        return sure[0], False
    kept = keep(one.id)
    told_apart = kept or row.email or row.phone  # also by the next set
    person, created = find_or_make(book, roster, grants, row, kept, claimed if told_apart else ())
    if person is not None and person.id in claimed:
        book.error("staff_ambiguous", row.where, value=full_name(person))
        return None, False
    return person, created


def take_guardians(
    families: Families, stated: RosterSet, students: Students, staff: Mapping[str, Person], keep: Keep
) -> None:
    """Guardians with their children; households are proposed only where a child has none."""
    for one in stated.guardians:
        children = [students.found[id] for id in one.students if id in students.found]
        ours = families.roster.people.get(one.id)
        known = staff.get(one.id) or (ours if ours and _key_of(ours) == _name(one.row) else None)
        if children and known:
            families.book.fill(known, phone=one.row.phone, email=one.row.email)
            for child in children:
                families.link(child, known)
        elif children:
            families.add_guardian(children, one.row, keep(one.id))
    rows = [one.row for one in stated.students]
    taken = {index: students.found[one.id] for index, one in enumerate(stated.students) if one.id in students.found}
    homeless = {
        index
        for home in households(rows) for index in home.members
        if any(taken[other].household_id is None for other in home.members if other in taken)
    }  # fmt: skip
    families.propose_households(rows, {index: person for index, person in taken.items() if index in homeless})
