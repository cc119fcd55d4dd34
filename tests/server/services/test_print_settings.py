"""How packs are printed: the school's settings, a class's own above them, the steps, and what a week costs."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from printables.order import AS_USUAL
from printables.report import Cut, PackInfo, PrintReport
from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Edition, Group, Pack, PrintSetting, TaskKind
from server.reference.paper import CUT_STEPS
from server.services import print_estimates, print_settings, stick_on
from server.services.print_estimates import Figures
from server.services.print_settings import Setting
from tests.server import factory
from tests.server.village import NOW
from tests.server.web.world import World, build

MONDAY = date(2026, 12, 7)


@pytest.fixture
def world(app) -> World:
    return build()


@pytest.fixture
def near(world) -> Group:
    return db.session.get_one(Group, world.near.id)


def save(group_id, setting):
    def write(session):
        print_settings.save(session, session.get(Group, group_id) if group_id else None, setting)

    store.write(write)
    db.session.expire_all()


def test_a_school_that_set_nothing_prints_as_usual(near):
    order = print_settings.order_for(db.session, near)
    assert replace(order, steps=(), must=frozenset()) == AS_USUAL
    assert order.steps == tuple(CUT_STEPS)


def test_what_a_class_has_of_its_own_stands_above_the_schools(near, world):
    save(None, Setting(False, "two_up", 60, Decimal("2.5"), Decimal("20")))
    save(near.id, Setting(layout="booklet", leaves=40))
    own, other = print_settings.order_for(db.session, near), print_settings.order_for(db.session, None)
    assert (own.duplex, own.layout, own.leaves) == (False, "booklet", 40)
    assert (other.duplex, other.layout, other.leaves) == (False, "two_up", 60)
    assert print_settings.setting_for(db.session, near).leaf_cost == Decimal("2.5")
    assert print_settings.order_of(db.session, near.slug) == own


def test_an_emptied_class_is_printed_as_the_school_has_it(near):
    save(None, Setting(leaves=60))
    save(near.id, Setting(leaves=40))
    save(near.id, Setting())
    assert db.session.scalars(select(PrintSetting.group_id)).all() == [None]
    assert print_settings.order_for(db.session, near).leaves == 60
    save(None, Setting())
    assert print_settings.order_for(db.session, near).leaves is None


def test_saving_twice_keeps_one_row(near):
    for leaves in (10, 20):
        save(None, Setting(leaves=leaves))
        save(near.id, Setting(leaves=leaves))
    assert sorted(db.session.scalars(select(PrintSetting.leaves))) == [20, 20]


@pytest.mark.parametrize("setting", [
    Setting(layout="scroll"), Setting(leaves=0), Setting(leaves=-1), Setting(leaves=10**6),
    Setting(leaf_cost=Decimal("-1")), Setting(ink_cost=Decimal("NaN")), Setting(ink_cost=Decimal("100000")),
])  # fmt: skip
def test_values_that_cannot_be_are_refused(world, setting):
    with pytest.raises(DomainError) as told:
        save(None, setting)
    assert told.value.code == "value_invalid"
    assert db.session.scalars(select(PrintSetting)).all() == []


def test_the_school_chooses_which_steps_are_taken_and_in_which_order(world):
    first = {"no_slips": 1, "duplex": 3}
    store.write(lambda session: print_settings.save_steps(session, {"must_only": False, "two_up": False}, first))
    db.session.expire_all()
    steps = print_settings.order_for(db.session, None).steps
    assert steps[0] == "no_slips" and set(steps) == set(CUT_STEPS) - {"must_only", "two_up"}
    assert [step.position for step in print_settings.steps(db.session)] == list(range(1, len(CUT_STEPS) + 1))


@pytest.mark.parametrize(("code", "place"), [("no_slips", 1), ("duplex", 4), ("must_only", 6), ("two_up", 2)])
def test_a_step_gets_the_place_it_was_given_and_the_others_keep_their_order(world, code, place):
    codes = list(CUT_STEPS)
    form = {one: number for number, one in enumerate(codes, 1)} | {code: place}
    store.write(lambda session: print_settings.save_steps(session, {}, form))
    db.session.expire_all()
    found = [step.code for step in print_settings.steps(db.session)]
    assert found.index(code) + 1 == place
    assert [one for one in found if one != code] == [one for one in codes if one != code]


def test_an_unknown_step_is_refused(world):
    with pytest.raises(DomainError) as told:
        store.write(lambda session: print_settings.save_steps(session, {"to_the_moon": True}, {}))
    assert told.value.code == "value_invalid"


def test_compulsory_kinds_are_what_the_monitor_calls_so(world):
    def write(session):
        session.execute(update(TaskKind).values(compulsory=TaskKind.code == "control"))

    store.write(write)
    assert print_settings.order_for(db.session, None).must == {"control"}


def test_a_cost_is_that_of_leaves_and_ink():
    figures = Figures(packs=2, leaves=30, ink=1.25)
    assert print_estimates.cost(Setting(), figures) is None
    assert print_estimates.cost(Setting(leaf_cost=Decimal("0.8")), figures) == Decimal("24.0")
    assert print_estimates.cost(Setting(leaf_cost=Decimal("1"), ink_cost=Decimal("20")), figures) == Decimal("55.00")


@pytest.mark.parametrize(
    ("country", "code"), [("RU", "RUB"), ("KZ", "KZT"), ("KG", "KGS"), ("ZZ", "XXX"), ("?", "XXX")]
)
def test_money_is_the_countrys(country, code):
    assert print_estimates.currency(country) == code


def test_what_was_printed_is_summed_class_by_class(world, near):
    first, second = world.near.student, world.near.sibling
    packs(first, second)
    found = print_estimates.printed(db.session, "2026-W50", [near.id, world.far.id])
    assert found[near.id] == Figures(2, 9, 0.75, 0, {"two_up": 2, "no_texts": 1})
    assert world.far.id not in found
    assert print_estimates.printed(db.session, "2026-W49", [near.id]) == {}


def packs(first, second):
    factory.add(Edition(number=1, id="e" * 64, issued_at=datetime(2026, 12, 6, tzinfo=UTC), window_from=MONDAY,
                        window_to=date(2026, 12, 20)))  # fmt: skip
    for student, leaves, cuts in ((first, 4, [["two_up", ""]]),
                                  (second, 5, [["two_up", ""], ["no_texts", "A"], ["no_texts", "B"]])):  # fmt: skip
        factory.add(Pack(id=factory.new_id(), code=f"{leaves:09d}", student_id=student, week="2026-W50",
                         edition_number=1, leaves=leaves, ink=0.375, cuts=cuts))  # fmt: skip


class CountingRoom:
    """In the child's place: notes what is asked and reports what an estimate would."""

    def __init__(self):
        self.asked = []

    def call(self, target, edition, roster, *rest, progress=None):
        self.asked.append((target, roster, rest[-1]))
        cuts = Cut("no_texts", "A"), Cut("no_texts", "B")
        packs = tuple(
            PackInfo(one.id, one.pack_code, 9, 8, 1, (), leaves=4, ink=0.3, cuts=cuts) for one in roster.students
        )
        return PrintReport(rest[0], packs, 0, 0, 0, 0, {}, 4 * len(packs), 0.3 * len(packs), 2)

    def close(self):
        """Nothing runs here."""


@pytest.fixture
def room(published) -> CountingRoom:
    published.extensions["child"] = CountingRoom()
    return published.extensions["child"]


def test_an_estimate_counts_everybody_who_would_get_a_pack_and_stores_nothing(room):
    told = []
    found = print_estimates.estimate(
        MONDAY, ["7", "8"], now=NOW, everyone=True, progress=lambda *step: told.append(step)
    )
    assert told == [("packs", 0, 2), ("packs", 1, 2), ("packs", 2, 2)]
    assert {target for target, *_ in room.asked} == {"printables.pack:estimate_group"}
    seven = room.asked[0][1]
    assert found.classes["7"] == Figures(len(seven.students), 4 * len(seven.students), 0.3 * len(seven.students), 2,
                                 {"no_texts": len(seven.students)})  # fmt: skip
    codes = [one.pack_code for one in seven.students]
    works = {code for one in seven.students for code in one.works.values()}
    assert len(set(codes)) == len(codes) and not works & set(codes)
    assert db.session.scalars(select(Pack)).all() == []


def test_an_estimate_follows_the_settings(room):
    save(None, Setting(layout="booklet", leaves=50))
    print_estimates.estimate(MONDAY, ["7"], now=NOW, everyone=True, plain=True)
    order = room.asked[0][2]
    assert (order.layout, order.leaves, order.plain) == ("booklet", 50, True)


def test_a_week_that_is_not_published_cannot_be_counted(room):
    with pytest.raises(DomainError) as told:
        print_estimates.estimate(date(2027, 3, 1), ["7"], now=NOW)
    assert told.value.code == "week_not_in_edition"


def test_slips_are_printed_only_for_packs_that_were(room):
    with pytest.raises(DomainError) as told:
        stick_on.print_slips(MONDAY, ["7"], now=NOW)
    assert told.value.code == "pack_missing"
