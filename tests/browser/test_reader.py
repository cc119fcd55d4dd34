"""The reader in a real browser: from a folder and over HTTP, with the network cut, on a small phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.looking import listening, look_over
from tests.browser.reader_site import PAGES, build, hosted

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def public(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def address(public) -> Iterator[str]:
    with hosted(public) as address:
        yield address


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, timezone_id="Europe/Moscow")
    yield context
    context.close()


@pytest.fixture
def page(context) -> Iterator[Page]:
    """A page on a small phone; whatever the console or the policy complains about fails the test."""
    page = context.new_page()
    complaints = listening(page)
    yield page
    assert complaints == []


def at(page: Page, time: str) -> None:
    page.clock.install(time=f"{time}:00+03:00")


def shows(page: Page, day: str) -> None:
    """Of all days this one is seen."""
    expect(page.locator(f"[data-day='{day}']")).to_be_visible()
    expect(page.locator("[data-day]:visible")).to_have_count(1)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-12-08T07:10", "2026-12-08"),
        ("2026-12-08T00:30", "2026-12-08"),  # still Monday in Greenwich
        ("2026-12-12T10:00", "2026-12-14"),
        ("2026-12-01T10:00", "2026-12-07"),
        ("2027-01-15T10:00", "2026-12-14"),
    ],
)
def test_from_a_folder_without_network_today_is_shown(context, page, public, now, day):
    context.set_offline(True)
    at(page, now)
    page.goto((public / "7/index.html").as_uri())
    shows(page, day)
    expect(page.locator("nav [aria-current=date]")).to_have_attribute("href", f"#d{day}")
    expect(page.locator("#edition")).to_have_text(re.compile("^выпуск 41 · "))


def test_another_day_is_one_tap_away(context, page, public):
    context.set_offline(True)
    at(page, "2026-12-08T07:10")
    page.goto((public / "7/index.html").as_uri())
    page.get_by_role("link", name="Чт 10").click()
    shows(page, "2026-12-10")
    page.get_by_role("link", name="Линейная функция и её график").first.click()
    expect(page.locator("h1")).to_have_text("Линейная функция и её график")
    page.go_back()
    shows(page, "2026-12-10")


def test_without_script_all_days_are_there(browser, public):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((public / "7/index.html").as_uri())
    expect(page.locator("[data-day]:visible")).to_have_count(6)
    context.close()


@pytest.mark.parametrize(
    ("now", "issued"), [("06T13:10", "сегодня в"), ("07T08:00", "вчера в"), ("08T13:10", "6 дек.,")]
)
def test_age_is_told_over_http_too(page, address, now, issued):
    at(page, f"2026-12-{now}")
    for path in ("7/tv.html", "index.html"):
        page.goto(f"{address}/{path}")
        told = re.compile(f"^выпуск 41 · издан {issued} 10:10")  # and when it was checked, once a class is kept
        expect(page.locator("#edition")).to_have_text(told)


def test_the_policy_stops_what_slips_through(context, address):
    page = context.new_page()
    page.goto(f"{address}/7/index.html")
    ran = page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        const picture = document.createElement("img");
        picture.setAttribute("onerror", "window.ran = true");
        picture.src = "data:,";
        document.body.append(picture);
        return new Promise(done => setTimeout(() => done(Boolean(window.ran)), 100));
    }""")
    assert ran is False


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_kind_of_page_can_be_used_by_everybody(page, public, path, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto((public / path).as_uri())
    look_over(page, scheme, targets=False)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_every_kind_of_page_fits_a_small_phone(page, public, path):
    page.goto((public / path).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_targets_can_be_hit_with_a_thumb(page, public, path):
    """44 px in both directions, but for links inside a sentence."""
    page.goto((public / path).as_uri())
    small = page.evaluate("""() => [...document.querySelectorAll("a[href]")].filter(link => {
        const box = link.getBoundingClientRect();
        const inline = getComputedStyle(link).display === "inline" && link.closest("p, .md");
        return box.height && !inline && (box.height < 44 || box.width < 44);
    }).map(link => link.textContent + " " + link.getBoundingClientRect().height)""")
    assert small == []
