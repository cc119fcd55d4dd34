"""What came of a work: grouped by the decisions between, with the pages that did not come."""

from datetime import UTC, date, datetime

from server.services.marking.sheets import PageView, hand_ins, missing_of
from server.services.works import MarkView, ReturnView

AT = datetime(2026, 12, 7, tzinfo=UTC)


def came(seq: int, comment: str = "", day: int = 7) -> ReturnView:
    return ReturnView(seq, date(2026, 12, day), "paper", comment, AT, "")


def said(seq: int) -> MarkView:
    return MarkView(seq, f"r{seq}", "redo", None, "", AT, "", True)


def page(number: int, seq: int | None) -> PageView:
    return PageView(f"{number}-{seq}", number, seq)


def test_a_page_that_was_forgotten_and_sent_after_belongs_to_the_others():
    [one] = hand_ins([came(1), came(2)], [], [page(1, 1), page(2, 2)], 2)
    assert [each.number for each in one.pages] == [1, 2]
    assert one.missing == ()


def test_a_correction_stands_apart_from_what_was_sent_back():
    latest, first = hand_ins([came(1), came(3, day=9)], [said(2)], [page(1, 1), page(1, 3), page(2, 1)], 2)
    assert [each.seq for each in latest.pages] == [3]
    assert (latest.missing, latest.returned_on.day) == ((2,), 9)
    assert [each.number for each in first.pages] == [1, 2]


def test_a_mark_that_came_with_the_return_does_not_part_them():
    assert len(hand_ins([came(1)], [said(1)], [page(1, 1)], 1)) == 1


def test_texts_are_told_once_each_and_a_page_of_an_unknown_return_is_not_lost():
    [one] = hand_ins([came(1, "x = 2"), came(2, "x = 2")], [], [page(1, None)], 0)
    assert one.texts == ("x = 2",)
    assert len(one.pages) == 1


def test_missing_pages_are_named_only_where_pages_came():
    assert missing_of([page(1, 1), page(3, 1)], 4) == (2, 4)
    assert missing_of([], 4) == missing_of([page(0, 1)], 4) == missing_of([page(1, 1)], 0) == ()
