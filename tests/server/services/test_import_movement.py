"""What class lists say about movement: newcomers of a running year, changes of class, returns; and nothing twice."""

from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import models
from server.extensions import db
from server.services import movement, moving
from server.services.moving import Clerk, Order
from tests.server import village
from tests.server.services.test_import_lists import LEAF, ROOT, classes_of, listed, one
from tests.server.village import bring, codes

TODAY = date(2026, 12, 7)
IN_SIX = LEAF.replace("5;Листов;Пётр", "6;Листов;Олег")


@pytest.fixture(autouse=True)
def _year(school: APIFlask) -> None:
    bring("terms", "terms.csv")


def facts() -> list[tuple[str, str, date, str, str]]:
    db.session.remove()
    found = movement.between(db.session, date(2026, 1, 1), date(2027, 12, 31), None)
    return [(fact.name.split()[0], fact.kind, fact.on, fact.before, fact.after) for fact in found]


def test_the_first_list_of_a_class_is_no_movement_and_a_newcomer_is() -> None:
    bring("people", listed(LEAF))
    assert facts() == []
    bring("people", listed(LEAF, ROOT))
    assert facts() == [("Корнева", "arrived", TODAY, "", "5")]
    before = village.fingerprint()
    assert not bring("people", listed(LEAF, ROOT)).changed
    assert village.fingerprint() == before


def test_another_class_is_a_transfer_and_a_correction_of_the_same_day_none() -> None:
    bring("people", listed(LEAF, ROOT, IN_SIX))
    bring("people", listed(ROOT.replace("5;", "6;", 1)))
    assert facts() == [("Корнева", "transferred", TODAY, "5", "6")]
    bring("people", listed(ROOT.replace("5;", "7;", 1)))
    assert facts() == [("Корнева", "transferred", TODAY, "5", "7")]
    bring("people", listed(ROOT))
    assert facts() == []


def test_a_newcomer_whose_class_was_mistyped_arrived_once() -> None:
    bring("people", listed(LEAF, IN_SIX))
    bring("people", listed(ROOT))
    bring("people", listed(ROOT.replace("5;", "6;", 1)))
    assert facts() == [("Корнева", "arrived", TODAY, "", "6")]


def test_who_is_absent_from_a_list_has_not_left() -> None:
    bring("people", listed(LEAF, ROOT))
    bring("people", listed(LEAF))
    assert facts() == [] and classes_of("Корнева")[0][2] is None


def test_who_had_left_and_stands_in_a_list_is_back_and_that_is_said() -> None:
    bring("people", listed(LEAF, ROOT))
    clerk = Clerk(None, None, village.NOW, TODAY, lambda n: 1, lambda: "slug")
    moving.depart([one("Корнева").id], Order(TODAY - timedelta(days=9)), clerk)
    report = bring("people", listed(LEAF, ROOT))
    assert codes(report, "warning") == ["student_returned"]
    assert one("Корнева").left_on is None
    assert [(kind, on) for _, kind, on, *_ in facts()] == [("left", date(2026, 11, 28)), ("arrived", TODAY)]
    assert classes_of("Корнева") == [("5", date(2026, 9, 1), date(2026, 11, 27)), ("5", TODAY, None)]


def test_a_departure_to_come_is_not_wiped_out_by_todays_list() -> None:
    bring("people", listed(LEAF, ROOT))
    clerk = Clerk(None, None, village.NOW, TODAY, lambda n: 1, lambda: "slug")
    moving.depart([one("Корнева").id], Order(TODAY + timedelta(days=9)), clerk)
    assert not bring("people", listed(LEAF, ROOT)).changed
    assert one("Корнева").left_on == TODAY + timedelta(days=9)


def test_home_teaching_ends_with_a_change_of_class() -> None:
    bring("people", listed(LEAF, ROOT, IN_SIX))
    five = db.session.scalars(select(models.Group).filter_by(slug="5")).one().id
    from tests.server import factory

    alone = factory.group("at home", "5-h", 5, "individual", parent_id=five, division="x")
    factory.membership(one("Корнева").id, alone)
    bring("people", listed(ROOT.replace("5;", "6;", 1)))
    assert classes_of("Корнева") == [
        ("5", date(2026, 9, 1), TODAY - timedelta(days=1)), ("at home", date(2026, 9, 1), TODAY - timedelta(days=1)),
        ("6", TODAY, None),
    ]  # fmt: skip
