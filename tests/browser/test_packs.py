"""Packs in a real browser: printed for those on paper, on from pack 2 after a jam, found again with their history."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from server.services import publishing
from server.services.going_out import PRINT
from server.services.running import running
from tests.browser.conftest import served
from tests.browser.looking import LONG, look_over
from tests.server import factory
from tests.server.logbook import NOW as MOMENT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(new_office) -> Iterator[str]:
    """A class of three, one of whom reads the site; the day is published, no pages are built."""
    with new_office() as app, pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "build_site", lambda *args: [])
        factory.school()
        factory.bells()
        group = factory.group()
        for name in ("Berezkin", "Gorevaya"):
            factory.student(group, name)
        factory.connectivity(factory.student(group, "Ivushkin"), internet="good", channel="site")
        lesson = factory.lesson(factory.course(group))
        factory.material(lesson.lesson_course)
        factory.task(lesson.lesson_course, published_at=None)
        factory.account("director", "director")
        publishing.publish([factory.TODAY], today=factory.TODAY, now=MOMENT, actor_id=None)
        with served(app) as found:
            yield found
            running().wait(PRINT)


@pytest.fixture
def page(opened, address: str) -> Page:
    """The director with a narrow phone."""
    return opened(address, "director", 360)


def test_a_week_is_printed_goes_on_after_a_jam_and_is_followed(page):
    page.goto("/packs/")
    expect(page.locator("main")).to_contain_text("2 on paper, 3 in all")
    page.get_by_role("button", name="Print the ticked classes").click()
    expect(page.locator(".flash.ok")).to_contain_text("Printed.", timeout=LONG)
    expect(page.locator("main")).to_contain_text("2 packs")
    jam = page.locator("form").filter(has_text="For whom").locator("details.rest")
    jam.locator("summary").click()
    jam.locator("input").fill("2")
    look_over(page, "packs", targets=False)
    jam.get_by_role("button", name="Print the rest").click()
    expect(page.get_by_role("link", name="The rest")).to_be_visible(timeout=LONG)
    with page.expect_download() as taken:
        page.get_by_role("link", name="The rest").click()
    assert taken.value.suggested_filename == "7a.rest-2026-W50.pdf"

    page.get_by_role("link", name="Where the packs are").click()
    page.get_by_label("Show").select_option("unhanded")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("ul.rows li")).to_have_count(2)
    look_over(page, "packs", targets=False)
    page.locator("ul.rows a").first.click()
    expect(page.locator("main")).to_contain_text("Printed")
    look_over(page, "packs", targets=False)
    page.locator("a[href*='/packs/student/']").click()
    expect(page.get_by_role("button", name="Print the pack")).to_be_visible()
    look_over(page, "packs", targets=False)
    page.get_by_role("button", name="Print the pack").click()
    expect(page.get_by_role("link", name="the whole pack")).to_be_visible(timeout=LONG)
