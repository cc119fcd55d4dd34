"""The clock's decision: whatever the ticks and restarts, each day is sent out, reminded of and called missed once."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.days.due import Clock, Deed, SchoolDay, due

ZONE = ZoneInfo("Asia/Yekaterinburg")
MONDAY = date(2026, 12, 7)
CLOCK = Clock(time(16, 0), timedelta(hours=2))


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def at(number: int, clock: str) -> datetime:
    return datetime.combine(day(number), time.fromisoformat(clock), ZONE)


def days(*numbers: int, **facts: bool) -> list[SchoolDay]:
    return [SchoolDay(day(number), **facts) for number in numbers]


@pytest.mark.parametrize(
    ("now", "open_days", "expected"),
    [
        (at(0, "13:59"), (0, 1, 2), []),
        (at(0, "14:00"), (0, 1, 2), [(Deed.REMIND, 1)]),
        (at(0, "15:59"), (0, 1, 2), [(Deed.REMIND, 1)]),
        (at(0, "16:00"), (0, 1, 2), [(Deed.MISS, 1)]),
        (at(4, "16:00"), (4, 7, 8), [(Deed.MISS, 7)]),  # Friday: Monday is the next
        (at(5, "09:00"), (4, 7, 8), [(Deed.MISS, 7)]),  # asleep on Friday
        (at(0, "16:00"), (0, 7), []),  # a week of frost: nobody is pressed yet
        (at(4, "14:00"), (0, 7), [(Deed.REMIND, 7)]),
        (at(1, "00:00"), (0, 1, 2), [(Deed.MISS, 1)]),  # the day itself has begun
    ],
)
def test_days_that_nobody_approved(now, open_days, expected):
    today = SchoolDay(day(0), approved=True, published=True)
    known = [today if number == 0 else SchoolDay(day(number)) for number in open_days]
    if 4 in open_days:
        known = [replace(one, approved=True, published=True) if one.on == day(4) else one for one in known]
    assert due(now, CLOCK, known) == [(deed, day(number)) for deed, number in expected]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(0, "15:59"), []),
        (at(0, "16:00"), [1]),
        (at(0, "23:59"), [1]),
        (at(1, "07:00"), [1]),  # the machine was off in the night
        (at(1, "16:00"), [1, 2]),
        (at(2, "00:00"), [2]),  # Tuesday is over
    ],
)
def test_an_approved_day_goes_out_at_the_time_of_the_school_day_before(now, expected):
    known = [SchoolDay(day(0), True, True), *days(1, 2, approved=True)]
    assert due(now, CLOCK, known) == [(Deed.PUBLISH, day(number)) for number in expected]


def test_an_approved_day_after_a_free_week_goes_out_on_the_last_school_day_before_it():
    known = [SchoolDay(day(0), True, True), SchoolDay(day(7), approved=True)]
    assert due(at(0, "15:59"), CLOCK, known) == []
    assert due(at(0, "16:00"), CLOCK, known) == [(Deed.PUBLISH, day(7))]


def test_a_reminder_may_fall_into_the_evening_before():
    known = [SchoolDay(day(0), True, True), SchoolDay(day(1), True, True), SchoolDay(day(2))]
    night = Clock(time(1, 0), timedelta(hours=2))
    assert due(at(0, "22:59"), night, known) == []
    assert due(at(0, "23:00"), night, known) == [(Deed.REMIND, day(2))]
    assert due(at(1, "01:00"), night, known) == [(Deed.MISS, day(2))]


def test_the_school_s_day_counts_and_not_that_of_greenwich():
    known = [SchoolDay(day(0)), SchoolDay(day(1), approved=True)]
    late = datetime(2026, 12, 7, 20, 0, tzinfo=UTC).astimezone(ZONE)  # 01:00 on Tuesday
    assert due(late, CLOCK, known) == [(Deed.PUBLISH, day(1))]


SCHOOL_DAYS = st.sets(st.integers(0, 13), max_size=10)
APPROVALS = st.dictionaries(st.integers(0, 13), st.integers(-1440, 14 * 1440), max_size=10)  # day → minute of approval
CLOCKS = st.builds(Clock, st.builds(time, st.integers(0, 23), st.sampled_from((0, 30))),
                   st.builds(timedelta, minutes=st.integers(0, 1440)))  # fmt: skip
TICKS = st.lists(st.integers(-1440, 14 * 1440), max_size=60)  # minutes; gaps are nights, holidays, crashes


@given(SCHOOL_DAYS, APPROVALS, CLOCKS, TICKS)
def test_any_ticks_and_restarts_do_everything_once_and_nothing_too_early_or_too_late(held, approvals, clock, ticks):
    begin = datetime.combine(MONDAY, time(0), ZONE)
    state = {number: SchoolDay(day(number)) for number in held}
    done: list[tuple[Deed, date]] = []
    for minute in sorted(ticks):
        now = begin + timedelta(minutes=minute)
        for number, when in approvals.items():
            if number in state and when <= minute:
                state[number] = replace(state[number], approved=True)
        window = [one for one in state.values() if one.on >= now.date() - timedelta(days=3)]
        for deed, on in due(now, clock, window):
            number = (on - MONDAY).days
            assert on >= now.date(), "a day that is over stays as it is"
            fact = {Deed.PUBLISH: "published", Deed.REMIND: "reminded", Deed.MISS: "missed"}[deed]
            assert state[number].approved is (deed is Deed.PUBLISH)
            before = [one for one in held if one < number]
            if deed is Deed.PUBLISH and before:
                assert now >= datetime.combine(day(max(before)), clock.at, ZONE)
            state[number] = replace(state[number], **{fact: True})
            done.append((deed, on))
        assert not due(now, clock, [one for one in state.values() if one.on >= now.date() - timedelta(days=3)])
    assert len(done) == len(set(done)), "each once"


@given(SCHOOL_DAYS, CLOCKS)
def test_who_ticks_every_half_hour_sends_every_approved_day_out(held, clock):
    begin = datetime.combine(MONDAY, time(0), ZONE)
    state = {number: SchoolDay(day(number), approved=True) for number in held}
    for tick in range(14 * 48):
        now = begin + timedelta(minutes=30 * tick)
        for _deed, on in due(now, clock, [one for one in state.values() if one.on >= now.date() - timedelta(days=3)]):
            number = (on - MONDAY).days
            state[number] = replace(state[number], published=True)
    assert all(one.published for one in state.values())
