"""Documents in a real browser: kept with a file in the office, published, read by a family; look and accessibility."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from server.models import Notice
from server.services.going_out import PUBLISH
from server.services.running import running
from tests.browser.conftest import served
from tests.browser.looking import LONG, look_over
from tests.server import factory

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(new_office) -> Iterator[str]:
    """A class of three with a lesson, a deputy who keeps documents, a director who publishes."""
    with new_office() as app:
        factory.school(languages=["ru", "kk", "en"])
        factory.bells()
        group = factory.group()
        for name in ("Berezkin Konstantin", "Gorevaya Sofya", "Ivushkin Gleb"):
            factory.student(group, *name.split())
        course = factory.course(group)
        lesson = factory.lesson(course).lesson_course
        factory.material(lesson)
        factory.task(lesson)
        for days, title in ((2, "Holds"), (0, "Over tomorrow")):
            last = factory.TODAY + factory.timedelta(days=days)
            factory.add(Notice(id=factory.new_id(), title=title, body="Text", group_ids=[], starts_on=factory.TODAY,
                               ends_on=last))  # fmt: skip
        for login, role in (("deputy", "deputy_studies"), ("director", "director")):
            factory.account(login, role)
        with served(app) as listening:
            yield listening
            running().wait(PUBLISH)


def test_a_document_goes_from_the_office_to_a_familys_phone(opened, address):
    page = opened(address, "deputy", 360)
    page.goto(f"{address}/documents/")
    look_over(page, "office")
    page.click("main >> text=New document")
    expect(page.locator("form[data-module=keep-typed]")).to_be_visible()
    page.select_option("[name=kind]", "form")
    page.fill("[name=title]", "Application for lessons on paper")
    page.fill("[name=number]", "3")
    page.set_input_files("[name=file]", {"name": "form.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 x"})
    look_over(page, "office")
    page.click("main button.main")
    expect(page.locator(".flash").first).to_contain_text("Saved.")
    expect(page.locator("main")).to_contain_text("form.pdf, 1 kB")
    page.goto(f"{address}/documents/new?kind=advice")
    page.fill("[name=title]", "Sleep before a test")
    page.fill("[name=body]", "Go to bed **early**.")
    page.click("main button.main")
    expect(page.locator(".flash").first).to_contain_text("Saved.")

    director = opened(address, "director", 360)
    director.goto(f"{address}/publish/")
    director.click("text=Approve and publish the week")
    expect(director.locator(".flash.ok")).to_contain_text("Edition 1 is published", timeout=LONG)
    director.goto(f"{address}/site-sizes/")
    expect(director.locator("main")).to_contain_text("A phone of 7А carries")
    look_over(director, "sizes")

    family = opened(address, width=360)
    family.goto(f"{address}/public/7a/documents.html")
    expect(family.locator("main")).to_contain_text("No. 3")
    link = family.get_attribute("main a[href*='documents/']", "href")
    file = family.request.get(f"{address}/public/7a/{link}")
    assert file.status == 200 and file.body() == b"%PDF-1.4 x"
    for name in ("documents", "advice", "news", "due", "guide", "notices", "contacts", "tv"):
        family.goto(f"{address}/public/7a/{name}.html")
        look_over(family, name, targets=False)
    family.goto(f"{address}/public/7a/advice.html")
    expect(family.locator("main strong")).to_have_text("early")
    family.goto(f"{address}/public/7a/news.html")
    expect(family.locator("li[data-edition='1'][data-kind=days]")).to_be_visible()
    family.click("footer a[hreflang=kk]")
    family.wait_for_url(f"{address}/public/7a/kk/news.html")
    expect(family.locator("html")).to_have_attribute("lang", "kk")
    family.goto(f"{address}/public/guide-kk.html")
    look_over(family, "guide", targets=False)
    hidden_when_over(opened(address, width=360), address)


def hidden_when_over(family: Page, address: str) -> None:
    """A notice leaves the page by its date, though no new edition comes."""
    family.clock.install(time="2026-12-07T12:00:00+05:00")
    family.goto(f"{address}/public/7a/notices.html")
    expect(family.locator("article", has_text="Over tomorrow")).to_be_visible()
    family.clock.set_fixed_time("2026-12-08T12:00:00+05:00")
    family.reload()
    expect(family.locator("article", has_text="Holds")).to_be_visible()
    expect(family.locator("article", has_text="Over tomorrow")).to_be_hidden()
    expect(family.get_by_text("No notices now.")).to_be_hidden()
    family.clock.set_fixed_time("2026-12-10T12:00:00+05:00")
    family.reload()
    expect(family.get_by_text("No notices now.")).to_be_visible()
    expect(family.locator("article", has_text="Holds")).to_be_hidden()
