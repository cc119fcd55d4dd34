"""Term marks by the countries' rules: worked examples, borders, exactness, on the rows every school starts with."""

import csv
import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import reference
from server.services import grading
from server.services.grading import Given, Rule, Step, decimal, half_up, hint, of_year

DAY = date(2026, 12, 7)
KAZAKH = Path(__file__).parents[2] / "data" / "kazakh" / "assessments.csv"


def rule(code: str, **more: object) -> Rule:
    """One of the rows that every school starts with."""
    row = reference.GRADING_RULES[code]
    return Rule(code, row["formula"], row["decided"], row["source"], {**row["parameters"], **more})


def table(grade: int) -> list[Step]:
    """The Kazakh table of a grade, as the rows say it."""
    return [
        Step(percent, value, reference.SOURCE_KZ)
        for (_country, first, last), rows in reference.MARK_PERCENTS.items() if first <= grade <= last
        for value, percent in rows.items()
    ]  # fmt: skip


def figures(*values: str, kind: str = "homework", weight: int = 1) -> list[Given]:
    return [Given(kind, f"{kind} {n}", DAY, "values", value, weight=weight) for n, value in enumerate(values)]


def points(kind: str, value: int | None, maximum: int, title: str = "") -> Given:
    return Given(kind, title or kind, DAY, "points", None if value is None else str(value), maximum)


def test_the_mean_counts_by_weight() -> None:
    marks = [*figures("5", "4"), *figures("3", kind="control", weight=2)]
    found = hint(rule("ru_term"), marks)
    assert (found.value, found.shown, found.between) == ("4", "3.75", False)
    assert found.trace["mean"] == "15/4"
    assert [one["weight"] for one in found.trace["counted"]] == [1, 1, 2]


@pytest.mark.parametrize(
    ("values", "shown", "value"),
    [("34", "3.50", "4"), ("333", "3.00", "3"), ("44554", "4.40", "4"), ("2", "2.00", "2"), ("45", "4.50", "5")],
)
def test_a_half_goes_up(values: str, shown: str, value: str) -> None:
    found = hint(rule("ru_term"), figures(*values))
    assert (found.shown, found.value) == (shown, value)


def test_a_mean_below_the_half_never_looks_like_it() -> None:
    marks = figures(*"3" * 101, *"4" * 100)  # 3.4975
    found = hint(rule("ru_term"), marks)
    assert (found.shown, found.value, found.between) == ("3.49", "3", True)


def test_what_does_not_count_is_told_with_the_reason() -> None:
    marks = [
        *figures("5"), points("test", 9, 10), Given("homework", "no mark", DAY, "values", None),
        Given("homework", "two", DAY, "values", "4", disputed=True), *figures("2", weight=0),
    ]  # fmt: skip
    found = hint(rule("ru_term"), marks)
    assert found.value == "5"
    assert [one["why"] for one in found.trace["left_out"]] == ["scale", "none", "disputed", "weight"]


def test_no_marks_no_hint() -> None:
    assert hint(rule("ru_term"), []).value is None
    assert hint(rule("kz_term"), [], table(7)).value is None
    assert hint(rule("ru_passed"), []).value is None


def test_grade_1_in_russia_has_no_marks() -> None:
    found = hint(rule("ru_grade_1"), figures("5", "5"))
    assert found.value is None and not rule("ru_grade_1").allows("5")
    assert "grade 1" in found.trace["source"]


def test_the_kazakh_quarter_by_hand() -> None:
    # FO 8/10 and 7/10, SOR 12/20 and 9/10: 36 of 50 = 72 %, half of it 36; SOCh 18/25 = 72 %, half of it 36
    marks = [points("formative", 8, 10), points("formative", 7, 10), points("sor", 12, 20), points("sor", 9, 10),
             points("soch", 18, 25)]  # fmt: skip
    found = hint(rule("kz_term"), marks, table(7), {"soch"})
    assert (found.shown, found.value) == ("72 %", "4")
    assert found.trace["row"] == {"from": 65, "to": 84, "value": "4", "source": reference.SOURCE_KZ}
    assert [part["share"] for part in found.trace["parts"]] == ["72.00", "72.00"]
    assert {one["kind"] for one in found.trace["counted"]} == {"formative", "sor", "soch"}


def test_the_parts_weigh_the_same_whatever_their_points() -> None:
    found = hint(rule("kz_term"), [points("sor", 20, 20), points("soch", 0, 25)], table(7), {"soch"})
    assert (found.shown, found.value) == ("50 %", "3")


def test_without_a_term_assessment_the_first_part_is_everything() -> None:
    found = hint(rule("kz_term"), [points("formative", 9, 10), points("sor", 8, 10)], table(7))
    assert (found.shown, found.value) == ("85 %", "5")


def test_who_missed_the_term_assessment_gets_no_value_yet() -> None:
    marks = [points("formative", 9, 10), points("soch", None, 25, "SOCh, 2nd quarter")]
    found = hint(rule("kz_term"), marks, table(7), {"soch"})
    assert found.value is None
    assert found.shown == "90 %"
    assert found.lacks == ("SOCh, 2nd quarter",)


@pytest.mark.parametrize(
    ("grade", "percent", "value"),
    [
        (7, 0, "2"), (7, 39, "2"), (7, 40, "3"), (7, 64, "3"), (7, 65, "4"), (7, 84, "4"), (7, 85, "5"), (11, 100, "5"),
        (1, 20, "2"), (1, 21, "3"), (1, 50, "3"), (1, 51, "4"), (1, 80, "4"), (1, 81, "5"), (2, 81, "4"),
    ],
)  # fmt: skip
def test_per_cent_become_marks_by_the_grades_own_table(grade: int, percent: int, value: str) -> None:
    found = hint(rule("kz_term"), [points("formative", percent, 100)], table(grade))
    assert found.value == value


def test_per_cent_are_whole_before_the_table() -> None:
    assert hint(rule("kz_term"), [points("formative", 169, 200)], table(7)).value == "5"  # 84.5 → 85
    assert hint(rule("kz_term"), [points("formative", 168, 200)], table(7)).value == "4"  # 84.0


def test_every_course_of_the_kazakh_sample_can_be_counted() -> None:
    terms: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
    with KAZAKH.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            kind = {"СОР": "sor", "СОЧ": "soch"}[row["Вид"]]
            key = (row["Предмет"], row["Класс"], row["Четверть"])
            terms.setdefault(key, []).append((kind, int(row["Макс. балл"])))
    assert len(terms) > 300
    for (_subject, grade, _term), works in terms.items():
        kinds = {kind for kind, _most in works}
        full = hint(rule("kz_term"), [points(kind, most, most) for kind, most in works], table(int(grade)), kinds)
        assert (full.shown, full.value) == ("100 %", "5")
        none = hint(rule("kz_term"), [points(kind, 0, most) for kind, most in works], table(int(grade)), kinds)
        assert (none.shown, none.value) == ("0 %", "2")
        half = [points(kind, most // 2, most) for kind, most in works]
        mine = hint(rule("kz_term"), half, table(int(grade)), kinds)
        first = [(most // 2, most) for kind, most in works if kind != "soch"]
        last = [(most // 2, most) for kind, most in works if kind == "soch"]
        shares = [Fraction(sum(a for a, _b in part), sum(b for _a, b in part)) for part in (first, last) if part]
        assert mine.trace["percent"] == half_up(sum(shares) * 100 / len(shares))


def test_the_year_is_the_mean_of_its_terms() -> None:
    found = of_year(rule("ru_year"), [("1", "4"), ("2", "4"), ("3", "5"), ("4", "5")])
    assert (found.value, found.shown) == ("5", "4.50")
    found = of_year(rule("kz_year"), [("1", "3"), ("2", "4"), ("3", "4"), ("4", "3")])
    assert found.value == "4"


def test_the_year_waits_for_all_its_terms() -> None:
    found = of_year(rule("ru_year"), [("1", "5"), ("2", None), ("3", "na"), ("4", "4")])
    assert found.value is None
    assert found.lacks == ("2", "3")
    assert found.shown == "4.50"


def test_passed_and_not_passed() -> None:
    marks = [Given("homework", "t", DAY, "values", value) for value in ("pass", "fail", "pass")]
    assert hint(rule("ru_passed"), marks).value == "pass"
    assert hint(rule("ru_passed"), marks[1:2]).value == "fail"
    assert hint(rule("ru_passed", percent=70), marks).value == "fail"
    assert of_year(rule("ru_passed"), [("1", "pass"), ("2", "fail")]).value == "pass"


def test_not_attested_only_where_the_school_allows_it() -> None:
    strict = rule("ru_term")
    assert not strict.allows("na") and strict.allows(None) and strict.allows("5") and not strict.allows("6")
    free = Rule(strict.code, strict.formula, strict.decided, strict.source, strict.parameters, not_attested=True)
    assert free.allows("na")


@given(st.lists(st.tuples(st.sampled_from("2345"), st.integers(1, 10)), min_size=1, max_size=60), st.randoms())
def test_order_does_not_matter_and_the_mean_lies_between(marks: list[tuple[str, int]], chance: object) -> None:
    given_marks = [Given("homework", "t", DAY, "values", value, weight=weight) for value, weight in marks]
    found = hint(rule("ru_term"), given_marks)
    shuffled = list(given_marks)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert hint(rule("ru_term"), shuffled).value == found.value
    assert min(marks)[0] <= (found.value or "") <= max(marks)[0]


@given(st.fractions(min_value=0, max_value=100))
def test_what_is_shown_lies_on_the_side_of_the_half_to_which_it_rounds(number: Fraction) -> None:
    shown = Fraction(decimal(number))
    assert half_up(shown) == half_up(number)
    assert abs(shown - number) <= Fraction(1, 100)


@given(
    st.lists(
        st.integers(1, 30).flatmap(
            lambda most: st.tuples(st.sampled_from(["formative", "sor", "soch"]), st.integers(0, most), st.just(most))
        ),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_more_points_never_make_a_worse_mark(works: list[tuple[str, int, int]]) -> None:
    kinds = {kind for kind, _value, _most in works}
    before = hint(rule("kz_term"), [points(*work) for work in works], table(7), kinds)
    better = [(kind, min(value + 1, most), most) for kind, value, most in works]
    after = hint(rule("kz_term"), [points(*work) for work in better], table(7), kinds)
    assert 0 <= before.trace["percent"] <= after.trace["percent"] <= 100
    assert (before.value or "") <= (after.value or "")


def test_a_trace_is_plain_and_fits_into_an_op() -> None:
    marks = [Given("homework", "Long title " * 30, DAY, "values", "4", source="Another school " * 20)] * 100
    trace = hint(rule("ru_term"), marks).trace
    text = json.dumps(trace, ensure_ascii=False)
    assert len(text.encode()) < 60_000
    assert json.loads(text) == trace
    assert _leaves(trace) <= {str, int, type(None)}


def _leaves(value: object) -> set[type]:
    if isinstance(value, dict):
        return set().union(*map(_leaves, value.values()))
    if isinstance(value, list):
        return set().union(*map(_leaves, value)) if value else set()
    return {type(value)}


def test_only_the_rows_know_numbers() -> None:
    text = Path(grading.__file__).read_text(encoding="utf-8")
    assert not any(number in text for number in ("50,", "65", "85", '"5"', '"4"'))
