"""Times that suit everybody: against a count minute by minute, ranked, with the nearest compromise."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.services.wishes import meeting_time
from server.services.wishes.meeting_time import Busy, Place, blockers, meet, nearest, times, weekly, whole_day

MONDAY = date(2026, 12, 7)
PEOPLE = ("ada", "bek", "vera", "teacher")


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def place(n: int, day: int = 0, shift: int = 1, begins: int = 480) -> Place:
    return Place(MONDAY + timedelta(days=day), shift, n, clock(begins + 50 * n), clock(begins + 50 * n + 40))


spans = st.tuples(st.integers(480, 900), st.integers(1, 90))
busies = st.builds(
    lambda who, day, n, shift, span: Busy(who, MONDAY + timedelta(days=day), shift, n, clock(span[0]),
                                          clock(span[0] + span[1]), f"lesson {n}"),
    st.sampled_from(PEOPLE), st.integers(0, 9), st.integers(1, 9), st.integers(1, 2), spans,
)  # fmt: skip
off = st.builds(lambda who, day: whole_day(who, MONDAY + timedelta(days=day), "off"), st.sampled_from(PEOPLE),
                st.integers(0, 9))  # fmt: skip
one_place = st.builds(place, st.integers(0, 9), st.integers(0, 9), st.integers(1, 2), st.sampled_from((480, 800)))
places = st.lists(one_place, max_size=25, unique=True)  # fmt: skip


def minutes(starts: str, ends: str) -> set[int]:
    first, last = (int(one[:2]) * 60 + int(one[3:]) for one in (starts, ends))
    return set(range(first, last))


def brute(one: Place, busy: list[Busy]) -> set[str]:
    return {
        other.who for other in busy
        if other.on == one.on and minutes(one.starts, one.ends) & minutes(other.starts, other.ends)
    }  # fmt: skip


@given(places, st.lists(st.one_of(busies, off), max_size=40))
def test_who_cannot_come_is_what_a_count_by_minutes_says(given_places: list[Place], busy: list[Busy]) -> None:
    found = times(given_places, PEOPLE[:3], busy, must=("teacher",))
    assert {one.place for one in found} == set(given_places)
    for one in found:
        assert set(one.who) == brute(one.place, busy)
    order = [("teacher" in one.who, len(one.cannot)) for one in found]
    assert order == sorted(order)


@given(places, st.lists(st.one_of(busies, off), max_size=40))
def test_a_weekly_place_suits_who_can_come_every_week(given_places: list[Place], busy: list[Busy]) -> None:
    for one in weekly(times(given_places, PEOPLE, busy)):
        same = [p for p in given_places if (p.on.isoweekday(), p.shift, p.n) == (one.weekday, one.shift, one.n)]
        assert set(one.dates) == {p.on for p in same}
        assert set(one.who) == {who for p in same for who in brute(p, busy)}


@given(places, st.lists(st.one_of(busies, off), max_size=40))
def test_the_nearest_have_the_teacher_and_the_fewest_missing(given_places: list[Place], busy: list[Busy]) -> None:
    found = times(given_places, PEOPLE[:3], busy, must=("teacher",))
    best = nearest(found, ("teacher",))
    possible = [brute(p, busy) for p in given_places if "teacher" not in brute(p, busy)]
    assert len(best) == sum(len(who) == min(map(len, possible)) for who in possible) if possible else best == []


def test_who_comes_waits_least_in_the_first_place() -> None:
    busy = [Busy("ada", MONDAY, 1, n, place(n).starts, place(n).ends, "l") for n in (1, 2)]
    found = times([place(n) for n in (1, 2, 3, 4, 7)], ("ada",), busy)
    assert [one.place.n for one in found] == [3, 4, 7, 1, 2]
    assert [one.waits for one in found[:3]] == [10, 60, 210]
    alone = times([place(1, day=1)], ("ada",), busy)
    assert alone[0].waits == meeting_time.ALONE


def test_two_shifts_meet_by_their_bells() -> None:
    second = place(1, shift=2, begins=620)
    assert meet(second, Busy("ada", MONDAY, 1, 4, place(4).starts, place(4).ends))
    assert not meet(second, Busy("ada", MONDAY, 1, 1, place(1).starts, place(1).ends))


def test_where_no_bells_are_known_shift_and_number_decide() -> None:
    bare = Place(MONDAY, 1, 3)
    assert meet(bare, Busy("ada", MONDAY, 1, 3))
    assert not meet(bare, Busy("ada", MONDAY, 2, 3))
    assert meet(bare, whole_day("ada", MONDAY, "off"))


def test_who_stands_in_the_way_is_counted() -> None:
    busy = [Busy("ada", MONDAY, 1, n, place(n).starts, place(n).ends, "l") for n in (1, 2)]
    busy.append(Busy("bek", MONDAY, 1, 2, place(2).starts, place(2).ends, "l"))
    assert blockers(times([place(n) for n in (1, 2)], ("ada", "bek"), busy)) == [("ada", 2), ("bek", 1)]
