"""Which mode holds for whom, and which forms lessons take at a distance."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.days.modes import Link, Period, Reach, mode_of, period_of, proposed_form, reach

DAY = date(2026, 12, 8)
EARLY, LATE = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)


def period(id: str, mode: str = "distance", made_at: datetime = EARLY, **scope: str) -> Period:
    return Period(id, mode, DAY, DAY, made_at, **scope)


@pytest.mark.parametrize(("periods", "mode"), [
    ([], "in_person"),
    ([period("school")], "distance"),
    ([period("school"), period("class", "mixed", group="7a")], "mixed"),
    ([period("class", "mixed", LATE, group="7a"), period("student", "in_person", student="s")], "in_person"),
    ([period("other", group="7b"), period("stranger", student="t")], "in_person"),
    ([period("b", "distance", EARLY, group="7a"), period("a", "in_person", LATE, group="7a")], "in_person"),
    ([period("school", "distance", EARLY), period("again", "in_person", LATE)], "in_person"),
])  # fmt: skip
def test_the_nearest_word_counts_and_of_equals_the_later(periods: list[Period], mode: str) -> None:
    assert mode_of(periods, DAY, ("7a-en1", "7a"), "s") == mode


def test_a_mode_holds_from_its_first_to_its_last_day() -> None:
    known = [Period("p", "distance", DAY, DAY + timedelta(days=2), EARLY)]
    held = [mode_of(known, DAY + timedelta(days=n)) for n in range(-1, 4)]
    assert held == ["in_person", "distance", "distance", "distance", "in_person"]
    endless = [Period("p", "distance", DAY, None, EARLY)]
    assert mode_of(endless, DAY + timedelta(days=300)) == "distance"


SCOPES = st.sampled_from(({}, {"group": "7a"}, {"group": "7b"}, {"student": "s"}, {"student": "t"}))
PERIODS = st.lists(
    st.builds(
        lambda n, mode, start, length, made, scope: Period(
            str(n), mode, DAY + timedelta(days=start), None if length is None else DAY + timedelta(days=start + length),
            EARLY + timedelta(hours=made), **scope),
        st.integers(0, 99), st.sampled_from(("in_person", "distance", "mixed")), st.integers(-3, 3),
        st.one_of(st.none(), st.integers(0, 3)), st.integers(0, 5), SCOPES,
    ), max_size=8,
)  # fmt: skip


@given(PERIODS, st.integers(-4, 4))
def test_what_is_said_of_others_or_of_other_days_changes_nothing(periods: list[Period], shift: int) -> None:
    on = DAY + timedelta(days=shift)
    found = period_of(periods, on, ("7a",), "s")
    mine = [one for one in periods if one.holds(on) and one.group in (None, "7a") and one.student in (None, "s")]
    assert (found is None) == (not mine)
    assert found == period_of(list(reversed(mine)), on, ("7a",), "s") or found in mine
    if found is not None:
        assert all(one.student is None for one in mine) or found.student == "s"


LINKS = {
    "own": Link("laptop", "good", False), "shared": Link("laptop", "good", True),
    "slow": Link("smartphone", "phone_2g3g"), "none": Link("none", "none"), "keys": Link("button_phone", "good", False),
}  # fmt: skip


@pytest.mark.parametrize(("students", "form"), [
    (("own",), "live"), (("own", "shared"), "self"), (("own", "keys"), "self"), (("own", "slow", "none"), "self"),
    (("own", "none"), "self"), (("own", "none", "none"), "paper"), (("nobody asked",), "paper"), ((), "self"),
])  # fmt: skip
def test_the_form_follows_what_families_have(students: tuple[str, ...], form: str) -> None:
    assert proposed_form(False, reach(students, LINKS)) == form
    assert proposed_form(True, reach(students, LINKS)) == "tv"


def test_reach_is_counted() -> None:
    assert reach(("own", "shared", "slow", "none", "unknown"), LINKS) == Reach(5, 1, 3)
