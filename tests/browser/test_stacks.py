"""Scanned paper, in a browser: a stack sent and watched, its pages settled by keyboard, also without a script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from sync.codes import group_digits, make_label
from tests.browser.conftest import served
from tests.browser.looking import LONG, look_over
from tests.printables.scans import blank, pdf_of, sheet, slips
from tests.server.web.world import World, build

pytestmark = pytest.mark.browser


@pytest.fixture
def office(new_office) -> Iterator[tuple[str, World]]:
    """Two small classes, and an operator on duty."""
    with new_office() as app:
        world = build()
        with served(app) as address:
            yield address, world


@pytest.fixture(params=[True, False], ids=["with a script", "without a script"])
def page(opened, office: tuple[str, World], request: pytest.FixtureRequest) -> Page:
    """The operator's page."""
    return opened(office[0], "operator", java_script_enabled=request.param)


def stack(world: World) -> bytes:
    """A work, a blank back, slips of two works, and a sheet whose code nobody can read."""
    labels = [make_label("TEST", "W", code, 0).text for code in world.near.codes.values()]
    work = make_label("TEST", "W", world.far.code, 1).text
    return pdf_of([sheet(work, 1), blank(), slips(labels), sheet(None, 4)])


def test_a_stack_is_read_and_settled(page: Page, office: tuple[str, World], request: pytest.FixtureRequest) -> None:
    world, scripted = office[1], "with a script" in request.node.name
    page.goto("/stacks/")
    page.get_by_label("Files of the copier, or photos").set_input_files(
        {"name": "stack.pdf", "mimeType": "application/pdf", "buffer": stack(world)}
    )
    page.get_by_role("button", name="Send and read").click()
    expect(page.locator(".sum")).to_contain_text("In all 4 pages = 1 to works + 1 blank + 0 doubled + 2 for a person",
                                                 timeout=LONG)  # fmt: skip
    if scripted:
        look_over(page, "stack", (360, 1280))
    page.goto("/")
    page.get_by_role("link", name="Pages that wait for a person").click()
    expect(page.get_by_role("link", name="Begin with the oldest")).to_be_visible()
    if scripted:
        look_over(page, "waiting", (360, 1280))
    page.get_by_role("link", name="Begin with the oldest").click()
    expect(page.get_by_role("heading", name="Works on this page")).to_be_visible()
    if scripted:
        look_over(page, "several", (360, 1280))
    page.get_by_role("button", name="Log the ticked works as handed in").click()
    expect(page.get_by_text("2 works were logged as handed in.")).to_be_visible()
    code = page.get_by_label("Code on the page")
    expect(code).to_be_focused()
    code.fill(group_digits(world.near.code))
    code.press("Enter")
    expect(page.get_by_text("Veslov Yegor")).to_be_visible()
    if scripted:
        look_over(page, "whose", (360, 1280))
    page.get_by_role("button", name="It is nothing of ours").click()
    expect(page.get_by_text("No page waits.")).to_be_visible()


def turn(page: Page, key: str) -> None:
    """Press a key as soon as the new page's script listens."""
    expect(page.locator("[data-module=waiting-page][data-ready]")).to_be_attached()
    page.keyboard.press(key)


@pytest.mark.parametrize("page", [True], indirect=True)
def test_one_key_leads_to_the_next_page(page: Page) -> None:
    page.goto("/stacks/")
    page.get_by_label("Files of the copier, or photos").set_input_files(
        {"name": "s.pdf", "mimeType": "application/pdf", "buffer": pdf_of([sheet(None, 4), sheet(None, 5)])}
    )
    page.get_by_role("button", name="Send and read").click()
    expect(page.locator(".sum")).to_contain_text("2 for a person", timeout=LONG)
    page.goto("/stacks/waiting/")
    page.get_by_role("link", name="Begin with the oldest").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("s.pdf, page 1")
    turn(page, "PageDown")
    expect(page.get_by_role("heading", level=1)).to_have_text("s.pdf, page 2")
    turn(page, "PageUp")
    expect(page.get_by_role("heading", level=1)).to_have_text("s.pdf, page 1")
