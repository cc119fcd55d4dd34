"""A stack adds up: every page is in one place, none at another work than its code says, and missing pages are named."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from printables.reading import Page, Reading
from server.services.scanning.balance import BLANK, DOUBLED, ROUTED, WAITING, Balance, Before, Known
from server.services.scanning.balance import balance as decide
from sync.codes import Label, complete

CODES = [complete(f"{number:07d}") for number in range(1, 7)]
PAGES = {code: 1 + number % 3 for number, code in enumerate(CODES)}
DARK, LIGHT = b"dark", b"light"


def page(code: str, number: int, copy: int = 0, small: bytes = DARK, state: str = "work") -> Page:
    label = Label("ZRC2", "W", code, number) if code else None
    return Page("stack.pdf", 1, f"{code}-{number}-{copy}".ljust(64, "0"), Reading(state, label), small)


def nothing(state: str) -> Page:
    return Page("stack.pdf", 1, state.ljust(64, "0"), Reading(state))


def balance(pages: list[Page], known: Known) -> Balance:
    """Two pages show the same sheet when they are equally dark."""
    return decide(pages, known, lambda one, other: one == other)


whole = [page(code, number) for code, total in PAGES.items() for number in range(1, total + 1)]


@st.composite
def stacks(draw: st.DrawFn) -> list[Page]:
    """Pages of works: some lost, some twice (the same file's page, or scanned anew), blank and unread ones between."""
    kept = [one for one in whole if draw(st.booleans())]
    again = [page(one.reading.label.digits, one.reading.label.page, 1) for one in kept if draw(st.integers(0, 4)) == 0]
    twice = [one for one in kept if draw(st.integers(0, 4)) == 0]
    other = [
        nothing(draw(st.sampled_from(["blank", "unread", "several", "school"]))) for _ in range(draw(st.integers(0, 6)))
    ]
    return draw(st.permutations([*kept, *again, *twice, *other]))


@given(stacks())
@settings(max_examples=1000, deadline=None)
def test_a_shuffled_stack_adds_up_and_no_page_goes_wrong(pages):
    found = balance(pages, Known(PAGES))
    assert len(found.rows) == len(pages)
    assert Counter(row.state for row in found.rows).keys() <= {ROUTED, BLANK, DOUBLED, WAITING}
    assert sum(found.count(state) for state in (ROUTED, BLANK, DOUBLED, WAITING)) == len(pages)
    for row in found.rows:
        if row.state == ROUTED:
            assert (row.code, row.number) == (row.page.reading.label.digits, row.page.reading.label.page)
    sent = {(one.reading.label.digits, one.reading.label.page) for one in pages if one.reading.label}
    assert {(row.code, row.number) for row in found.rows if row.state == ROUTED} == sent
    for code, total in PAGES.items():
        lost = {number for number in range(1, total + 1) if (code, number) not in sent}
        expected = tuple(sorted(lost)) if len(lost) < total else ()
        assert found.missing.get(code, ()) == expected


def test_another_sheet_with_the_same_code_and_page_waits_for_a_person():
    found = balance([page(CODES[0], 1), page(CODES[0], 1, 1, LIGHT)], Known(PAGES))
    assert [row.state for row in found.rows] == [ROUTED, WAITING]
    assert found.rows[1].reason == "twice"


def came(*before: Before, code: str = CODES[1], number: int = 1, **more) -> Known:
    """These pages came to a work before."""
    return Known(PAGES, {code: {number: before}}, **more)


def test_a_page_that_an_earlier_stack_brought_counts_nothing_twice():
    known = page(CODES[1], 1)
    found = balance([known, page(CODES[1], 2)], came(Before(known.hash)))
    assert [(row.state, row.reason) for row in found.rows] == [(DOUBLED, "before"), (ROUTED, "")]
    assert found.missing == {}


def test_a_code_that_the_school_does_not_know_waits():
    stranger = complete("9999999")
    (row,) = balance([page(stranger, 1)], Known(PAGES)).rows
    assert (row.state, row.reason, row.code) == (WAITING, "unknown", stranger)


def test_of_a_work_with_a_slip_nothing_is_missing():
    assert balance([page(CODES[2], 0)], Known(PAGES)).missing == {}


def test_a_picture_that_cannot_be_opened_waits_with_its_reason():
    (row,) = balance([Page("a.pdf", 1, "", Reading("broken"), error="scan_locked")], Known(PAGES)).rows
    assert (row.state, row.reason) == (WAITING, "scan_locked")


def test_a_page_scanned_anew_in_another_stack_is_a_double():
    found = balance([page(CODES[1], 1, 1)], came(Before("other", DARK)))
    assert [(row.state, row.reason) for row in found.rows] == [(DOUBLED, "before")]
    assert found.missing == {CODES[1]: (2,)}


def test_another_sheet_at_a_place_that_an_earlier_stack_filled_waits():
    (row,) = balance([page(CODES[1], 1, 1, LIGHT)], came(Before("other", DARK))).rows
    assert (row.state, row.reason) == (WAITING, "twice")


def test_a_missing_page_that_comes_later_completes_its_work():
    known = Known(PAGES, {CODES[2]: {1: [Before("one")], 3: [Before("three")]}})
    found = balance([page(CODES[2], 2)], known)
    assert [row.state for row in found.rows] == [ROUTED]
    assert found.missing == {}


def test_new_work_on_a_sheet_that_was_sent_back_is_a_new_return():
    (row,) = balance([page(CODES[1], 1, 1, LIGHT)], came(Before("other", DARK, earlier=True))).rows
    assert row.state == ROUTED


def test_pages_from_before_a_work_was_sent_back_do_not_complete_it():
    assert balance([page(CODES[1], 2)], came(Before("other", DARK, earlier=True))).missing == {CODES[1]: (1,)}


def test_a_sheet_that_looks_as_before_it_was_sent_back_waits_for_a_person():
    (row,) = balance([page(CODES[1], 1, 1)], came(Before("other", DARK, earlier=True))).rows
    assert (row.state, row.reason) == (WAITING, "again")


def test_the_very_picture_from_before_a_work_was_sent_back_is_a_double():
    again = page(CODES[1], 1)
    (row,) = balance([again], came(Before(again.hash, DARK, earlier=True))).rows
    assert (row.state, row.reason) == (DOUBLED, "before")


def test_a_work_that_is_not_for_the_taker_to_log_waits():
    (row,) = balance([page(CODES[1], 1)], Known(PAGES, others={CODES[1]})).rows
    assert (row.state, row.reason, row.code) == (WAITING, "others", CODES[1])


def test_a_picture_without_a_work_waits_once_however_often_it_is_sent():
    unread = nothing("unread")
    found = balance([unread, unread], Known(PAGES))
    assert [(row.state, row.reason) for row in found.rows] == [(WAITING, "unread"), (DOUBLED, "stack")]
    (row,) = balance([unread], Known(PAGES, seen={unread.hash})).rows
    assert (row.state, row.reason) == (DOUBLED, "before")
