"""How many keys thirty works with two comments take in the office, with and without script: counted, not timed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import phone_school
from tests.browser.conftest import sign_in
from tests.browser.looking import settled
from tests.browser.phone_school import LAST_NAMES, Class, School

pytestmark = pytest.mark.browser

COMMENTS = {3: "Check the sign.", 17: "Half of it is missing."}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Class]:
    """A home with a class of thirty."""
    home = tmp_path_factory.mktemp("quick") / "home"
    return home, phone_school.build(home)


@pytest.fixture
def school(built: tuple[Path, Class], tmp_path: Path) -> Iterator[School]:
    """The school in a copy of its own."""
    with phone_school.copy_of(*built, tmp_path / "home") as school:
        yield school


class Hands:
    """Presses keys and counts them; the letters of comments are not counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def hands(request, browser, school: School) -> Iterator[Hands]:
    """A teacher who has signed in."""
    context = browser.new_context(base_url=school.line.address, java_script_enabled=request.param)
    hands = Hands(context.new_page())
    hands.script = request.param
    sign_in(hands.page, "nivina")
    yield hands
    context.close()


def expected() -> dict[str, list[str]]:
    return {last: ["5432"[number % 4]] for number, last in enumerate(LAST_NAMES)}


def test_the_class_table_takes_one_key_a_mark(hands, school):
    page = hands.page
    page.goto(f"/works/task/{school.known.task}")
    if hands.script:
        settled(page)
    else:
        page.locator("input[name^=mark-]").first.focus()
    expect(page.locator("input[name^=mark-]").first).to_be_focused()
    for number in range(30):
        hands.press("5432"[number % 4])
        if number in COMMENTS:
            hands.press("Shift+Tab" if hands.script else "Tab")
            hands.write(COMMENTS[number])
            hands.press("Enter" if hands.script else "Tab")
        elif not hands.script and number < 29:
            hands.press("Tab", "Tab")
    hands.press("Control+Enter" if hands.script else "Enter")
    expect(page.locator("[role=status].ok")).to_contain_text("30 rows saved")
    assert hands.pressed <= (35 if hands.script else 94)
    assert school.marks() == expected()
    assert [data["comment"] for *_, data in school.ops() if data["comment"]] == list(COMMENTS.values())


def test_code_by_code_takes_twelve_keys_a_work(hands, school):
    page = hands.page
    page.goto("/works/find")
    for number, last in list(enumerate(LAST_NAMES))[:6]:
        expect(page.locator("#next-code")).to_be_focused()
        hands.press(*school.known.codes[last], "Enter")
        expect(page.locator("h1")).to_contain_text(last)
        if hands.script:
            settled(page)
            hands.press("5432"[number % 4])
            expect(page.get_by_role("radio", name="5432"[number % 4], exact=True)).to_be_checked()
        else:
            expect(page.get_by_role("radio", name="5", exact=True)).to_be_focused()
            hands.press("Space", *["ArrowDown"] * (number % 4))
        if number in COMMENTS:
            page.locator("#f-comment").fill(COMMENTS[number])
            page.locator("button.full").click()
        else:
            hands.press("Enter")
        expect(page.locator("p.flash.ok")).to_contain_text(last)
    assert hands.pressed <= 6 * (12 if hands.script else 14)
    assert school.marks() == {last: marks for last, marks in expected().items() if last in LAST_NAMES[:6]}


def test_enter_by_habit_passes_nobody_over(hands, school):
    if not hands.script:
        return
    hands.page.goto(f"/works/task/{school.known.task}")
    settled(hands.page)
    expect(hands.page.locator("input[name^=mark-]").first).to_be_focused()
    for mark in "543":
        hands.press(mark, "Enter")
    hands.press("Control+Enter")
    expect(hands.page.locator("[role=status].ok")).to_contain_text("3 rows saved")
    assert school.marks() == {"Bakenova": ["5"], "Berezkin": ["4"], "Bortov": ["3"]}
