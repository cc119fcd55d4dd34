"""Totals of absences: lessons and days by letter, whatever the order in which letters were said."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.absence_totals import Letter, Total, together, total

LETTERS = (Letter("Н", "absent", False, True), Letter("Б", "ill", True, True), Letter("УП", "excused", True, True),
           Letter("ОП", "late", False, False))  # fmt: skip
MON, TUE = date(2026, 12, 7), date(2026, 12, 8)


@pytest.mark.parametrize(("said", "held", "lessons", "days", "late"), [
    ([], {}, {}, {}, 0),
    ([(MON, "Н")], {MON: 6}, {"Н": 1}, {}, 0),
    ([(MON, "Б")] * 6, {MON: 6}, {"Б": 6}, {"Б": 1}, 0),
    ([(MON, "Б")] * 4 + [(MON, "Н")] * 2, {MON: 6}, {"Б": 4, "Н": 2}, {"Б": 1}, 0),
    ([(MON, "Б")] * 3 + [(MON, "Н")] * 3, {MON: 6}, {"Б": 3, "Н": 3}, {"Н": 1}, 0),
    ([(MON, "Б")] * 5 + [(MON, "ОП")], {MON: 6}, {"Б": 5}, {}, 1),
    ([(MON, "Н")] * 2 + [(TUE, "Н")], {MON: 2, TUE: 2}, {"Н": 3}, {"Н": 1}, 0),
    ([(MON, "Н")], {}, {"Н": 1}, {}, 0),
], ids=["nothing", "one lesson", "a day", "a mixed day", "a tie goes to the first letter", "late is no missed lesson",
        "two days", "a day without lessons is none"])  # fmt: skip
def test_lessons_and_days(said, held, lessons, days, late):
    found = total(said, held, LETTERS)
    assert (found.lessons, found.days, found.late) == (lessons, days, late)


marks = st.lists(st.tuples(st.dates(MON, MON + timedelta(4)), st.sampled_from(["Н", "Б", "УП", "ОП"])), max_size=40)
plans = st.dictionaries(st.dates(MON, MON + timedelta(4)), st.integers(0, 8))


@given(marks, plans, st.randoms())
def test_the_order_does_not_matter_and_nothing_is_lost(said, held, random):
    found = total(said, held, LETTERS)
    assert total(random.sample(said, len(said)), held, LETTERS) == found
    assert found.missed + found.late == len(said)
    assert found.missed_days <= len({day for day, letter in said if letter != "ОП"})
    assert all(code in found.lessons for code in found.days)


@given(st.lists(marks, max_size=4), plans)
def test_a_class_is_the_sum_of_its_students(said, held):
    totals = [total(one, held, LETTERS) for one in said]
    whole = together(totals)
    assert whole.missed == sum(one.missed for one in totals)
    assert whole.missed_days == sum(one.missed_days for one in totals)
    assert Counter(whole.lessons) == sum((Counter(one.lessons) for one in totals), Counter())


def test_who_was_never_absent_has_zeros():
    assert (Total().missed, Total().missed_days, Total().unexcused(LETTERS)) == (0, 0, 0)
    assert Total({"Н": 2, "Б": 3}).unexcused(LETTERS) == 2
