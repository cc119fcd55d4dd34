"""What a planned work collides with: each norm, the days of the subject, and the free days that are proposed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.reference.works import NORMS
from server.services.assessment_norms import Norm
from server.services.works_plan.hits import Planned, TermDays, free_days, hits

FIRST = date(2026, 11, 9)
SCHOOL = [FIRST + timedelta(days=n) for n in range(21) if (FIRST + timedelta(days=n)).weekday() < 5]
EACH_DAY = TermDays(FIRST, SCHOOL[-1], SCHOOL, {"alg": frozenset(SCHOOL), "bio": frozenset(SCHOOL[::2])}, {"alg": 15})


def norm(code: str) -> Norm:
    row = NORMS[code]
    return Norm(code, row["rule"], frozenset(row["kinds"]), row["value"], row["source"])


RU = [norm("ru_control_a_day"), norm("ru_control_share")]
KZ = [norm("kz_soch_a_day"), norm("kz_soch_last_day")]


def work(
    id: str, on: date | None, course: str = "alg", kind: str = "control", number: int = 1, part: str = ""
) -> Planned:  # fmt: skip
    return Planned(id, course, course, kind, number, on, part=part)


def rules(one: Planned, plan: list[Planned], norms: list[Norm], term: TermDays = EACH_DAY) -> list[str]:
    return [hit.rule for hit in hits(one, plan, norms, term)]


def test_in_russia_a_class_writes_one_control_work_a_day() -> None:
    other = work("b", SCHOOL[0], "bio", "dictation")
    [hit] = hits(work("a", SCHOOL[0]), [other], RU, EACH_DAY)
    assert (hit.rule, hit.others, hit.count) == ("a_day", (other,), 2)
    assert rules(work("a", SCHOOL[1]), [other], RU) == []
    assert rules(work("a", SCHOOL[0], kind="test"), [other], RU) == []  # a test is no control work


def test_parts_of_a_class_that_write_the_same_count_once() -> None:
    twin = work("b", SCHOOL[0], part="1")
    assert rules(work("a", SCHOOL[0], part="2"), [twin], RU) == []


@pytest.mark.parametrize(("before", "rule"), [(2, []), (3, ["a_day"])])
def test_in_kazakhstan_three_term_works_a_day(before: int, rule: list[str]) -> None:
    plan = [work(str(n), SCHOOL[1], f"s{n}", "soch") for n in range(before)]
    assert rules(work("a", SCHOOL[1], kind="soch"), plan, KZ) == rule


def test_in_kazakhstan_none_on_the_last_day() -> None:
    assert rules(work("a", SCHOOL[-1], kind="soch"), [], KZ) == ["last_days"]
    assert rules(work("a", SCHOOL[-1], kind="sor"), [], KZ) == []
    assert rules(work("a", SCHOOL[-2], kind="soch"), [], KZ) == []


@pytest.mark.parametrize(
    ("hours", "works", "over"), [(20, 2, False), (19, 2, True), (30, 3, False), (5, 1, False), (0, 9, False)]
)
def test_in_russia_a_tenth_of_the_hours(hours: int, works: int, over: bool) -> None:
    plan = [work(str(n), SCHOOL[n], number=n + 2) for n in range(works - 1)]
    term = TermDays(FIRST, SCHOOL[-1], SCHOOL, EACH_DAY.lessons, {"alg": hours})
    assert ("share" in rules(work("a", SCHOOL[-1]), plan, RU, term)) is over


def test_a_norm_holds_on_its_days_only() -> None:
    old = Norm("old", "a_day", frozenset({"control"}), 1, "", ends_on=FIRST - timedelta(days=1))
    assert rules(work("a", SCHOOL[0]), [work("b", SCHOOL[0], "bio")], [old]) == []


def test_the_day_itself() -> None:
    saturday = FIRST + timedelta(days=5)
    assert rules(work("a", saturday), [], RU) == ["not_taught"]
    assert rules(work("a", SCHOOL[1], "bio"), [], RU) == ["no_lesson"]
    assert rules(work("a", SCHOOL[-1] + timedelta(days=30)), [], RU) == ["outside"]
    assert rules(work("a", None), [], RU) == []


@given(
    st.lists(st.tuples(st.sampled_from(SCHOOL), st.sampled_from(["alg", "bio", "geo"])), max_size=12),
    st.sampled_from(SCHOOL),
)
def test_free_days_are_free_and_near(busy: list[tuple[date, str]], near: date) -> None:
    plan = [work(str(n), on, course, number=n + 2) for n, (on, course) in enumerate(busy)]
    mine = work("a", None)
    found = free_days(mine, plan, RU, EACH_DAY, near)
    assert all(set(rules(work("a", day), plan, RU)) <= {"share"} for day in found)
    taken = {on for on, _course in busy}
    nearest = sorted(set(SCHOOL) - taken, key=lambda day: (abs((day - near).days), day))
    assert found == nearest[:4]
