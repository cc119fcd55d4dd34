"""What looks at pages sees what it is there to see: planted faults, complaints, and a document that is replaced."""

import itertools

import pytest
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page

from tests.browser.conftest import quiet_pages
from tests.browser.looking import BROWSERS_OWN, LOOKS, REPLACED, listening, look_over, settled, steady

pytestmark = pytest.mark.browser

GOOD = "<!doctype html><html lang=en><title>Page</title><meta name=viewport content=width=device-width><main><h1>P</h1>"
FAULTS = {
    "image-alt": "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
    "scrolls sideways": "<p style='width: 3000px'>Wide</p>",
    "low target": "<button style='height: 20px'>Low</button>",
}
AT = "http://school.test/"


@pytest.fixture
def page(browser) -> Page:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    yield page
    page.close()


def serve(page: Page, *bodies: str) -> None:
    """Answer with these pages in turn, and again from the first."""
    turn = itertools.cycle(bodies)
    page.route(AT, lambda route: route.fulfill(body=GOOD + next(turn), content_type="text/html"))
    page.goto(AT)


def test_a_good_page_passes_at_every_width(page):
    serve(page, "<button style='height: 44px'>High</button>")
    look_over(page, "good", (360, 1280))
    assert page.viewport_size["width"] == 1280


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(page, fault):
    serve(page, FAULTS[fault])
    with pytest.raises(AssertionError, match=f"planted.*{AT}[^$]*{fault}"):
        look_over(page, "planted")


def test_low_targets_can_be_left_out_and_nothing_else(page):
    serve(page, "".join(FAULTS.values()))
    with pytest.raises(AssertionError) as told:
        look_over(page, "", targets=False)
    assert [fault in str(told.value) for fault in FAULTS] == [True, True, False]


def test_a_document_that_comes_meanwhile_is_the_one_that_counts(page):
    serve(page, "", FAULTS["image-alt"])
    looks = []

    def look() -> str:
        looks.append(page.url)
        if len(looks) == 1:
            page.reload()
        return page.locator("img").count()

    assert steady(page, look) == 1
    assert len(looks) == 2


def test_a_look_that_is_broken_off_begins_anew_and_other_errors_are_told(page):
    serve(page, "")
    looks = []

    def look() -> None:
        looks.append(1)
        page.evaluate("new Promise(() => location.reload())" if len(looks) == 1 else "nothing.here")

    with pytest.raises(Exception, match="nothing is not defined"):
        steady(page, look)
    assert len(looks) == 2


def test_a_page_that_is_replaced_for_ever_is_not_passed(page):
    serve(page, "")
    looks = []

    def look() -> None:
        looks.append(page.reload())

    with pytest.raises(BrowserError, match=REPLACED):
        steady(page, look)
    assert len(looks) == LOOKS


@pytest.mark.parametrize("script", [
    "console.error('bad')", "console.warn('bad')", "console.info('bad')", "setTimeout(() => { throw Error('bad') })",
    "fetch('/bad').catch(() => 0)", "document.body.append(Object.assign(new Image(), {src: '/bad'}))",
])  # fmt: skip
@pytest.mark.parametrize("status", [404, 500])
def test_a_complaint_is_heard(page, script, status):
    page.route("**/bad", lambda route: route.fulfill(status=status))
    complaints, allowed = listening(page), listening(page, but="bad")
    serve(page, "")
    with page.expect_event("console") if "Error" not in script else page.expect_event("pageerror"):
        page.evaluate(script)
    assert "bad" in " ".join(complaints)
    assert allowed == []


def test_a_page_that_complains_fails_its_test(browser):
    with pytest.raises(AssertionError, match="bad"), quiet_pages(browser) as opened:
        opened(AT).evaluate("console.error('bad')")
    with quiet_pages(browser) as opened:
        opened(AT, but="bad").evaluate("console.error('bad')")


def test_a_refused_form_is_no_complaint_but_a_broken_office_is(page):
    complaints = listening(page)
    turn = iter((422, 500))
    page.route(AT, lambda route: route.fulfill(status=next(turn), body=GOOD, content_type="text/html"))
    for _ in range(2):
        page.goto(AT)
        settled(page)
    assert complaints == [f"500 {AT}"]


def test_of_what_the_browser_says_by_itself_one_remark_is_left_out(page):
    complaints = listening(page)
    serve(page, "")
    page.evaluate("(text) => [text, text + '!'].forEach((one) => console.info(one))", BROWSERS_OWN)
    page.evaluate("console.log('said to nobody')")
    assert complaints == [f"{BROWSERS_OWN}!"]
