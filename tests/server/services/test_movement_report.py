"""The report of movement: start + in − out = end for every class and the school, whatever happened."""

import itertools
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from hypothesis import given
from hypothesis import strategies as st

from server.extensions import db
from server.services import movement, movement_report, moving
from server.services.export import neutral, write_csv
from server.services.movement_report import Numbers, Span, Stay, count, total
from server.services.moving import Clerk, Newcomer, Order
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.services.test_moving import NOW, Two

DAY = timedelta(days=1)
DECEMBER = Span(date(2026, 12, 1), date(2026, 12, 31))


@pytest.fixture
def two(app: APIFlask) -> Two:
    return Two()


def numbers(span: Span, groups: set[str] | None = None) -> dict[str, Numbers]:
    db.session.remove()
    return {group.slug: found for group, found in movement_report.balance(db.session, span, groups)}


def test_a_month_is_told_class_by_class(two: Two):
    two.transfer(date(2026, 12, 3))
    moving.arrive(Newcomer("Lodkina", "Zoya", "", date(2013, 2, 3)), two.a, Order(date(2026, 12, 4)), two.clerk)
    moving.depart([two.vera], Order(date(2026, 12, 31)), two.clerk)
    found = numbers(DECEMBER)
    assert found["7a"] == Numbers(start=2, arrived=1, left=1, moved_out=1, end=1)
    assert found["7b"] == Numbers(moved_in=1, end=1)
    assert total(found.values()) == Numbers(start=2, arrived=1, moved_in=1, left=1, moved_out=1, end=2)
    january = numbers(Span(date(2027, 1, 1), date(2027, 1, 31)))
    assert {slug: one.start for slug, one in january.items()} == {slug: one.end for slug, one in found.items()}


def test_who_is_there_when_the_year_begins_did_not_arrive(two: Two):
    september = numbers(Span(date(2026, 9, 1), date(2026, 9, 30)))
    assert september["7a"] == Numbers(start=2, end=2)


def test_only_the_classes_one_may_see(two: Two):
    two.transfer(date(2026, 12, 3))
    assert set(numbers(DECEMBER, {two.b})) == {"7b"}
    assert len(movement.between(db.session, DECEMBER.first, DECEMBER.last, {two.b})) == 1
    assert movement.between(db.session, DECEMBER.first, DECEMBER.last, {"other"}) == []


def test_a_file_holds_numbers_and_facts_and_no_formula(two: Two):
    moving.depart([two.yegor], Order(TODAY, "=1+1", "@SUM(A1)"), two.clerk)
    lines = movement_report.balance(db.session, DECEMBER, None)
    facts = movement.between(db.session, DECEMBER.first, DECEMBER.last, None)
    tables = movement_report.tables(lines, facts, {"left": "left"}, "en")
    assert tables[0].rows[1] == ("7A", 2, 0, 0, 1, 0, 1, 0) or tables[0].rows[1][1:] == (2, 0, 0, 1, 0, 1, 0)
    assert tables[1].rows[1][0] == "07.12.2026" and tables[1].rows[1][6:] == ("=1+1", "@SUM(A1)")
    text = write_csv(tables).decode("utf-8-sig")
    assert neutral("=1+1") in text and ";=1+1" not in text


def test_months_and_terms_are_offered(two: Two):
    found = movement_report.spans(db.session, TODAY)
    assert [(one.first.isoformat(), one.last.isoformat()) for one in found[:2]] == [
        ("2026-12-01", "2026-12-31"), ("2026-11-01", "2026-11-30")
    ]  # fmt: skip
    assert [one.name for one in found[2:]] == ["2", "2026/27"]


@st.composite
def histories(draw: st.DrawFn) -> list[Stay]:
    """Stays of some students in three classes, none of a student's overlapping another."""
    found = []
    for person in range(draw(st.integers(1, 5))):
        days = sorted(draw(st.sets(st.integers(0, 60), max_size=6)))
        for first, last in itertools.pairwise([*days, None]):
            if first is not None and (draw(st.booleans()) or last is None):
                ends = date(2026, 11, 1) + timedelta(days=last) if last is not None else None
                group = draw(st.sampled_from("abc"))
                if not (found and found[-1][:2] == (str(person), group)):
                    found.append((str(person), group, date(2026, 11, 1) + timedelta(days=first), ends))
    return [Stay(*one) for one in found]


@given(known=histories(), offset=st.integers(0, 60), length=st.integers(0, 40))
def test_the_balance_is_true(known: list[Stay], offset: int, length: int):
    first = date(2026, 10, 25) + timedelta(days=offset)
    span = Span(first, first + timedelta(days=length))
    found = [count(known, group, span) for group in "abc"]
    for one in [*found, total(found)]:
        assert one.start + one.arrived + one.moved_in - one.left - one.moved_out == one.end
    assert total(found).end == len({stay.person_id for stay in known if stay.is_there(span.last)})
    after = Span(span.last + DAY, span.last + 9 * DAY)
    assert [count(known, group, after).start for group in "abc"] == [one.end for one in found]
    if span.first <= date(2026, 10, 31) and span.last >= date(2027, 1, 31):
        assert total(found).moved_in == total(found).moved_out


def test_the_clerk_is_named(two: Two):
    moving.depart([two.yegor], Order(TODAY), Clerk(two.clerk.person_id, None, NOW, TODAY, lambda n: 1, lambda: "x"))
    assert factory._found(lambda session: session.get(moving.Movement, movement.fact_id(two.yegor, "left", TODAY))
                          .recorded_by) == two.clerk.person_id  # fmt: skip
