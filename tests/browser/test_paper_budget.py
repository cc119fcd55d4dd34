"""Paper and ink in a browser: on a phone, by keyboard and without script; the count before a print with its bars."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page, expect

from server.models import Edition
from server.services import pack_files
from server.services.print_estimates import ESTIMATE
from server.services.running import running
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory
from tests.server.web.test_paper_budget import Room
from tests.server.web.world import build

pytestmark = pytest.mark.browser
PATH = "/packs/settings/"


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[str]:
    """An office with an edition, whose print room counts as if."""
    with new_office() as app, pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.extensions, "child", Room())
        build()
        factory.add(Edition(number=1, id="e" * 64, issued_at=datetime(2026, 12, 6, tzinfo=UTC),
                            window_from=date(2026, 12, 7), window_to=date(2026, 12, 20)))  # fmt: skip
        patch.setattr(pack_files, "printable_weeks", lambda session: [date(2026, 12, 7)])
        with served(app) as address:
            yield address


def at_the_settings(opened: Callable[..., Page], office: str, width: int, **more: object) -> Page:
    """The page as the coordinator sees it."""
    page = opened(office, "coordinator", width, **more)
    page.goto(PATH)
    return page


def test_leaves_are_set_and_the_week_is_counted_without_script(opened, office: str):
    page = at_the_settings(opened, office, 360, java_script_enabled=False)
    page.get_by_label("Leaves for a class and week, at most").fill("7")
    page.get_by_label("One leaf costs, RUB").fill("1,5")
    page.get_by_label("Place of the step: no slips to cut out").select_option("1")
    page.get_by_role("checkbox", name="Tasks that every student must hand in").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It holds from the next print on.")).to_be_visible()
    expect(page.get_by_label("Place of the step: no slips to cut out")).to_have_value("1")
    page.get_by_role("button", name="Count before printing").click()
    page.wait_for_load_state()
    running().wait(ESTIMATE)
    page.goto(PATH)
    expect(page.get_by_role("img", name="8 of 7 leaves").first).to_be_visible()
    expect(page.get_by_text("1 too many").first).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_both_pages_are_accessible_and_fit(opened, office: str, width: int):
    page = at_the_settings(opened, office, width)
    for path in (PATH, "/packs/settings/7a"):
        page.goto(path)
        look_over(page, path)


def test_a_class_gets_its_own_limit_by_keyboard_alone(opened, office: str):
    page = at_the_settings(opened, office, 1280)
    page.get_by_role("link", name="Settings of class 7А").press("Enter")
    page.wait_for_url("**/packs/settings/7a")
    page.get_by_label("Leaves for a class and week, at most").focus()
    page.keyboard.type("many")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“many” does not fit here")).to_be_visible()
    field = page.get_by_label("Leaves for a class and week, at most")
    expect(field).to_have_value("many")
    field.fill("40")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Settings of class 7А")).to_have_text("own settings")
