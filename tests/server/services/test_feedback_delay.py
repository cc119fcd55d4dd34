"""Delay of feedback: the median of any days, within the limit or not, and who is waited for."""

import statistics
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from server import store
from server.extensions import db
from server.models import MarkAct, Return
from server.services import feedback, feedback_delay
from server.services.feedback import Telling
from server.services.feedback_delay import NOTHING, spread
from tests.server import factory, logbook
from tests.server.logbook import NOW
from tests.server.web.world import World, build

DAY = timedelta(days=1)
TERM = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60), st.integers(0, 10))
def test_a_spread_is_what_statistics_says_of_the_same_days(days: list[int], limit: int) -> None:
    found = spread(Counter(days), limit)
    assert (found.count, found.median, found.worst) == (len(days), statistics.median(days), max(days))
    assert found.within == pytest.approx(sum(day <= limit for day in days) / len(days))


def test_nothing_has_no_median() -> None:
    assert spread({}, 3) == NOTHING


@pytest.fixture
def world(app: APIFlask) -> World:
    return build()


def _delays(world: World):
    db.session.rollback()
    return feedback_delay.delays(db.session, *TERM, 3, factory.TODAY)


def _earlier(model, column, days: int) -> None:
    store.write(lambda session: session.execute(update(model).values({column: NOW - days * DAY})) and None)


def test_days_count_from_the_return_to_the_first_decision_and_from_there_to_the_family(world: World) -> None:
    teacher = world.person("subject_teacher")
    logbook.hand_in(world.near.code, channel="call")
    _earlier(Return, "received_at", 5)
    first = logbook.mark(world.near.code, "4", teacher)
    _earlier(MarkAct, "at", 1)
    logbook.mark(world.near.code, "5", teacher, base=(first.revision or "",))  # a second thought is no first decision
    [one] = feedback.waiting_feedback(db.session)
    telling = Telling({one.seq: ""}, "call", teacher, NOW + 2 * DAY)
    store.write(lambda session: feedback.give(session, telling))
    delay = _delays(world)[teacher]
    assert (delay.decided.median, delay.decided.worst, delay.decided.within) == (4, 4, 0)
    assert (delay.given.median, delay.given.within) == (2, 1)
    assert delay.waiting == 0


def test_a_return_logged_with_its_mark_waited_no_day(world: World) -> None:
    teacher = world.person("subject_teacher")
    logbook.hand_in(world.near.code, teacher, mark="5")
    assert _delays(world)[teacher].decided == feedback_delay.Spread(1, 0, 0, 1)


def test_what_nobody_looked_at_counts_for_the_courses_teacher_also_after_a_second_return(world: World) -> None:
    teacher = world.person("subject_teacher")
    back = logbook.hand_in(world.near.code, teacher, verdict="redo")
    assert _delays(world)[teacher].waiting == 0
    logbook.hand_in(world.near.code, base=(back.revision or "",))
    assert (_delays(world)[teacher].waiting, _delays(world)[teacher].oldest) == (1, factory.TODAY)
