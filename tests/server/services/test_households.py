"""Households: what waits to be confirmed, every act and its way back, two people at once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server import create_app, models, store
from server.config import make_config
from server.errors import DomainError
from server.extensions import db
from server.services import household_view, households, schema
from server.services.household_view import Family, alike
from server.services.households import Actor
from tests.server import factory, village

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
PHONE, OTHER = "+79990001010", "+79990002020"


class Street:
    """A class of three: Pyotr and Nina share a proposed household; Lev has their mother's phone but lives elsewhere."""

    def __init__(self) -> None:
        factory.school()
        self.actor = Actor(factory.account("office", "deputy_studies"), NOW)
        self.group = factory.group()
        self.pyotr, self.nina = self.child("Listov", "Pyotr", "h1"), self.child("Listova", "Nina", "h1")
        self.lev = self.child("Listov", "Lev", "h2", "Rechnaya 9")
        mother = factory.guardian(self.pyotr, "Listova", "Anna", phone=PHONE)
        for child in (self.nina, self.lev):
            factory.add(models.Guardianship(id=factory.new_id(), guardian_id=mother, student_id=child))

    def child(self, last: str, first: str, household: str, address: str = "Novaya 1") -> str:
        if store.write(lambda session: session.get(models.Household, household)) is None:
            factory.add(models.Household(id=household, address=address))
        return factory.student(self.group, last, first, household_id=household)


@pytest.fixture
def street(app: APIFlask) -> Street:
    return Street()


def read(groups: set[str] | None = None) -> household_view.Households:
    db.session.remove()
    return household_view.read(db.session, groups, factory.TODAY)


def one(key: str) -> Family:
    return read().families[key]


def names(family: Family) -> list[str]:
    return [child.name for child in family.children]


def bases(*keys: str) -> dict[str, str]:
    known = read().families
    return {key: known[key].base for key in keys}


def state() -> str:
    """All but the log of acts."""
    db.session.remove()
    rows = [tuple(row) for row in db.session.execute(
        select(models.Household.id, models.Household.address, models.Household.note, models.Household.confirmed)
    )]  # fmt: skip
    people = [tuple(row) for row in db.session.execute(select(models.Person.id, models.Person.household_id))]
    return repr(sorted(rows) + sorted(people, key=str))


def test_a_proposal_waits_until_it_is_confirmed(street: Street):
    [proposal] = read().proposals
    assert names(proposal) == ["Listov Pyotr", "Listova Nina"]
    assert (proposal.common, proposal.one_name, proposal.clear) == ((PHONE,), True, True)
    households.confirm(bases("h1"), street.actor)
    assert read().proposals == [] and one("h1").confirmed


def test_one_phone_at_two_addresses_is_only_perhaps_a_family_until_somebody_says_no(street: Street):
    [perhaps] = read().perhaps
    assert ({family.key for family in perhaps.families}, perhaps.phones, perhaps.same_address) == (
        {"h1", "h2"}, (PHONE,), False
    )  # fmt: skip
    households.confirm(bases("h1", "h2"), street.actor)
    assert read().perhaps == ()


def test_neighbours_with_phones_of_their_own_are_nothing_to_each_other(street: Street):
    neighbour = street.child("Vetkin", "Oleg", "h3")
    factory.guardian(neighbour, "Vetkina", "Yana", phone=OTHER)
    [perhaps] = read().perhaps
    assert "h3" not in {family.key for family in perhaps.families}
    assert [names(family) for family in read().proposals] == [["Listov Pyotr", "Listova Nina"]]


def test_a_child_is_split_out_and_both_households_are_decided(street: Street):
    done = households.split("h1", one("h1").base, street.nina, street.actor)
    [own] = [family for family in read().families.values() if names(family) == ["Listova Nina"]]
    assert own.confirmed and own.address == "Novaya 1" and one("h1").confirmed
    households.undo(done.before, done.after, street.actor)
    assert names(one("h1")) == ["Listov Pyotr", "Listova Nina"] and own.key not in read().families


def test_two_families_become_one_and_keep_both_notes(street: Street):
    households.edit("h1", one("h1").base, "Novaya 1", "calls after six", street.actor)
    households.edit("h2", one("h2").base, "Rechnaya 9", "dog", street.actor)
    before = state()
    done = households.join(bases("h1", "h2"), street.actor)
    assert len(one("h1").children) == 3 and one("h1").note == "calls after six\ndog" and one("h1").confirmed
    assert "h2" not in read().families
    households.undo(done.before, done.after, street.actor)
    assert state() == before


def test_a_child_moves_to_another_family(street: Street):
    before = state()
    done = households.move(street.nina, bases("h1", "h2"), street.actor)
    assert names(one("h2")) == ["Listov Lev", "Listova Nina"] and names(one("h1")) == ["Listov Pyotr"]
    households.undo(done.before, done.after, street.actor)
    assert state() == before


def test_the_second_of_two_people_is_told(street: Street):
    seen = bases("h1", "h2")
    households.split("h1", seen["h1"], street.nina, street.actor)
    before = state()
    for act in (
        lambda: households.edit("h1", seen["h1"], "Elsewhere 5", "", street.actor),
        lambda: households.join(seen, street.actor),
        lambda: households.move(street.pyotr, seen, street.actor),
        lambda: households.split("h1", seen["h1"], street.pyotr, street.actor),
    ):
        with pytest.raises(DomainError, match="household_changed"):
            act()
    assert state() == before


def test_what_is_so_already_is_no_quarrel(street: Street):
    seen = bases("h1")
    households.confirm(seen, street.actor)
    assert households.confirm(seen, street.actor).changed == 0
    assert households.edit("h2", "old", "Rechnaya 9", "", street.actor).changed == 0


def test_an_act_is_not_taken_back_over_what_came_after(street: Street):
    done = households.confirm(bases("h1"), street.actor)
    households.edit("h1", one("h1").base, "Novaya 2", "", street.actor)
    with pytest.raises(DomainError, match="household_changed"):
        households.undo(done.before, done.after, street.actor)
    assert one("h1").address == "Novaya 2"


def test_a_child_without_a_household_gets_one_with_the_first_act(street: Street):
    alone = factory.student(street.group, "Listov", "Ilya")
    key = f"child-{alone}"
    households.join(bases("h1", key), street.actor)
    assert len(one("h1").children) == 3 and key not in read().families


def test_who_left_is_not_shown_but_moves_along(street: Street):
    gone = factory.person("Listov", "Gleb", household_id="h2")
    factory.membership(gone, street.group, until=factory.SINCE)
    assert names(one("h2")) == ["Listov Lev"]
    households.join(bases("h1", "h2"), street.actor)
    assert db.session.get_one(models.Person, gone).household_id == "h1"


def test_only_families_with_a_child_of_ones_own_groups_are_shown(street: Street):
    far = factory.group("8 «Б»", "8b", 8)
    assert read({far}).families == {} and read({far}).perhaps == ()
    assert set(read({street.group}).families) == {"h1", "h2"}


def test_search_takes_beginnings_of_names_of_children_and_parents(street: Street):
    found = read()
    assert [family.key for family in found.find("list nin")] == ["h1"]
    assert {family.key for family in found.find("anna")} == {"h1", "h2"}
    assert found.find("") == [] and found.find("ovich") == []


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [("Листов", "Листова", True), ("Горский", "Горская", True), ("Ким", "Ким", True), ("Ким", "Кан", False),
     ("Веслов", "Веслина", False), ("Ершов", "ЕРШОВА", True), ("Ёлкин", "Елкина", True)],
)  # fmt: skip
def test_surnames_of_brother_and_sister(first: str, second: str, same: bool):
    assert alike(first, second) is alike(second, first) is same


@given(steps=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 9)), max_size=8))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_nobody_is_lost_and_each_act_can_be_taken_back(street: Street, steps):
    """Split, join, move, confirm in any order: every child has one household; undo gives the state before."""
    everybody = {child.id for family in read().families.values() for child in family.children}
    for kind, first, second in steps:
        known = list(read().families.values())
        one_, other = known[first % len(known)], known[second % len(known)]
        child = one_.children[second % len(one_.children)].id
        before = state()
        if kind == 0:
            done = households.split(one_.key, one_.base, child, street.actor)
        elif kind == 1 or one_.key == other.key:
            done = households.confirm({one_.key: one_.base}, street.actor)
        elif kind == 2:
            done = households.join({one_.key: one_.base, other.key: other.base}, street.actor)
        else:
            done = households.move(child, {one_.key: one_.base, other.key: other.base}, street.actor)
        if second % 2:
            households.undo(done.before, done.after, street.actor)
            assert state() == before
    shown = [child.id for family in read().families.values() for child in family.children]
    assert sorted(shown) == sorted(everybody)


@pytest.mark.postgres
def test_the_same_on_postgresql(tmp_path: Path, pg_url: str):
    app = create_app(make_config(tmp_path, testing=True, database_url=pg_url))
    with app.app_context():
        schema.prepare()
        factory.school(locale="ru", week_anchor=None)
        village.bring("people", "classes.xlsx")
        actor = Actor(factory.account("office", "deputy_studies"), NOW)
        found = read()
        assert (len(found.families), len(found.proposals)) == (39, 35)
        before = state()
        first, second = found.proposals[:2]
        done = households.confirm({one.key: one.base for one in found.proposals}, actor)
        assert (done.changed, read().proposals) == (35, [])
        households.undo(done.before, done.after, actor)
        assert state() == before
        joined = households.join({first.key: first.base, second.key: second.base}, actor)
        assert len(read().families) == 38
        households.undo(joined.before, joined.after, actor)
        assert state() == before
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
