"""Free times: inside the hours, never over something else; the gaps of the hotline's rota."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.duty_week import gaps, hours_on
from server.services.free_times import Hours, Span, at, free, span

ZONE = ZoneInfo("Asia/Almaty")
MONDAY = date(2026, 12, 7)
SATURDAY = MONDAY + timedelta(days=5)
EARLY = at(MONDAY, "00:00", ZONE)
CLOCKS = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    starts, ends = sorted(draw(st.lists(CLOCKS, min_size=2, max_size=2, unique=True)))
    return Hours("h", draw(st.integers(1, 7)), starts, ends, draw(st.sampled_from((10, 15, 20, 30, 45))), MONDAY, None)


spans = st.builds(lambda quarter, minutes: span(EARLY + timedelta(minutes=15 * quarter), minutes),
                  st.integers(0, 96 * 7), st.integers(5, 120))  # fmt: skip
DAYS = [MONDAY + timedelta(days=n) for n in range(7)]


@given(st.lists(hours(), max_size=4), st.lists(spans, max_size=12), st.integers(0, 96 * 7))
def test_free_times_meet_nothing_and_lie_in_the_hours(own: list[Hours], busy: list[Span], quarter: int):
    now = EARLY + timedelta(minutes=15 * quarter)
    found = free(own, busy, DAYS, now, ZONE)
    assert found == sorted(found)
    for n, one in enumerate(found):
        assert one.starts > now
        assert not any(one.meets(other) for other in [*busy, *found[:n]])
        day = one.starts.date()
        assert any(stretch.holds(day) and at(day, stretch.starts, ZONE) <= one.starts
                   and one.ends <= at(day, stretch.ends, ZONE) for stretch in own)  # fmt: skip


def test_hours_are_cut_into_visits_and_what_is_left_over_is_none():
    own = Hours("h", 1, "15:00", "16:10", 20, MONDAY, None)
    found = free([own], [span(at(MONDAY, "15:30", ZONE), 10)], DAYS, EARLY, ZONE)
    assert [f"{one.starts:%H:%M}" for one in found] == ["15:00", "15:40"]


def test_ended_hours_give_no_times():
    own = Hours("h", 1, "15:00", "16:00", 20, MONDAY - timedelta(days=30), MONDAY - timedelta(days=1))
    assert free([own], [], DAYS, EARLY, ZONE) == []


@given(spans, st.lists(spans, max_size=8))
def test_gaps_and_duties_together_are_the_hours(told: Span, duties: list[Span]):
    found = gaps(told, duties)
    minute = told.starts
    while minute < told.ends:
        here = span(minute, 1)
        assert any(here.meets(gap) for gap in found) != any(
            duty.starts <= minute and here.ends <= duty.ends for duty in duties
        )
        minute += timedelta(minutes=5)


@pytest.mark.parametrize(("told", "day", "expected"), [
    ("9:00–17:00", MONDAY, ("09:00", "17:00")), ("пн–пт 8.30 - 15.00", MONDAY, ("08:30", "15:00")),
    ("9:00–17:00", SATURDAY, None), ("дс–сб 9:00–14:00", SATURDAY, ("09:00", "14:00")),
    ("круглосуточно", MONDAY, None), ("17:00–9:00", MONDAY, None), ("25:00–26:00", MONDAY, None), ("", MONDAY, None),
])  # fmt: skip
def test_the_hotlines_hours_are_read_from_what_the_school_says(told: str, day: date, expected: tuple[str, str] | None):
    found = hours_on(told, day, ZONE)
    clocks = (f"{found.starts:%H:%M}", f"{found.ends:%H:%M}") if found else None
    assert clocks == expected


def test_the_zone_of_the_school_counts():
    assert at(MONDAY, "15:00", ZONE) == datetime(2026, 12, 7, 15, 0, tzinfo=ZONE)
