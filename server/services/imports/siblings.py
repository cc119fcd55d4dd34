"""Proposes households while a class list is taken in: siblings of this file and of the lists before it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import inspect, select

from server.importers.addresses import Place, read_place, same_place
from server.importers.people import MOST_SIBLINGS, households
from server.importers.rows import HouseholdRow, StudentRow
from server.models import Household, Person
from server.services.imports.book import Book
from server.services.people import full_name


class Siblings:
    """Households by what a list says. One that a person confirmed is only compared, never changed."""

    def __init__(self, book: Book, people: Mapping[str, Person], guardians: Mapping[str, Sequence[Person]]):
        self.book = book
        self.people = people
        self.known = {row.id: row for row in book.session.scalars(select(Household))}
        self.members: dict[str, list[str]] = {}
        for person in people.values():
            if person.household_id:
                self.members.setdefault(person.household_id, []).append(person.id)
        self.by_phone: dict[str, set[str]] = {}
        for student_id, adults in guardians.items():
            for adult in adults:
                if adult.phone:
                    self.by_phone.setdefault(adult.phone, set()).add(student_id)

    def propose(self, rows: Sequence[StudentRow], taken: Mapping[int, Person]) -> None:
        """A household for everybody who was ``taken`` (row's index → person) and has none; siblings share it."""
        joining: list[tuple[Household, list[Person]]] = []
        for proposal in households(rows):
            listed = [taken[index] for index in proposal.members if index in taken]
            homeless = [person for person in listed if person.household_id is None]
            phones = {guardian.phone for index in proposal.members for guardian in rows[index].guardians}
            household = self._of(proposal, listed, phones, bool(homeless))
            if household is not None:
                joining.append((household, homeless))
        pairs = [(person, household.id) for household, homeless in joining for person in homeless]
        for person, household_id in pairs:
            if inspect(person).transient:
                person.household_id = household_id  # both are new, and stored in the right order
        if any(person.household_id is None for person, _household_id in pairs):
            self.book.flush()
            for person, household_id in pairs:
                self.book.set(person, household_id=household_id)

    def _of(
        self, proposal: HouseholdRow, listed: Sequence[Person], phones: set[str], is_needed: bool
    ) -> Household | None:
        """The household for the listed children who have none; None where there is nothing to do or to be sure of."""
        theirs = sorted({person.household_id for person in listed if person.household_id})
        if len(theirs) > 1:
            self._tell_apart(listed, theirs)
            return self._new(proposal) if is_needed else None
        place = read_place(proposal.address)
        found = [self.known[id] for id in theirs or (self._elsewhere(phones, place) if is_needed else [])]
        if len(found) == 1 and not found[0].confirmed:
            if not same_place(place, read_place(found[0].address)):
                self.book.fill(found[0], address=proposal.address)  # another spelling of the same is no news
            return found[0]
        if len(found) == 1:
            self._tell_difference(found[0], listed, place, proposal.address)
        return self._new(proposal) if is_needed else None

    def _elsewhere(self, phones: set[str], place: Place) -> list[str]:
        """Households of children whom this list does not name: a guardian's phone in common and the same address."""
        found = set()
        for phone in phones - {""}:
            sharing = self.by_phone.get(phone, set())
            if len(sharing) <= MOST_SIBLINGS:
                found |= {self.people[id].household_id for id in sharing} - {None}
        return sorted(id for id in found if same_place(place, read_place(self.known[id].address)))

    def _new(self, proposal: HouseholdRow) -> Household:
        household = Household(id=self.book.new_id(), address=proposal.address, note="", confirmed=False)
        self.book.add(household)
        return household

    def _tell_apart(self, listed: Sequence[Person], theirs: Sequence[str]) -> None:
        """Siblings by the list who live apart here: said as long as nobody has decided it."""
        if not all(self.known[id].confirmed for id in theirs):
            self.book.warn("households_differ", value=", ".join(person.last_name for person in listed))

    def _tell_difference(self, household: Household, listed: Sequence[Person], place: Place, address: str) -> None:
        newcomers = [person for person in listed if person.household_id is None]
        if newcomers:
            names = ", ".join(full_name(person) for person in newcomers)
            self.book.warn("household_confirmed", value=names, other=household.address)
        elif place and not same_place(place, read_place(household.address)):
            self.book.show("household_address", value=full_name(listed[0]), other=household.address, suggestion=address)
