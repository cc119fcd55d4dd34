"""The reader in a real browser: from a folder and over HTTP, with the network cut, on a small phone."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from server.services.sitebuild import build_group, look_digest, write_changed, write_public_root
from tests.editions import lesson_of, sample_content, write_sample

pytestmark = pytest.mark.browser

CONTENT = sample_content()
LESSON = lesson_of(CONTENT, "7", "2026-12-07", 3)
DRAWN = lesson_of(CONTENT, "7", "2026-12-10", 2)
PAGES = [
    "index.html",
    "7/index.html",
    "7/week-2026-W50.html",
    "7/day-2026-12-08.html",
    f"7/lesson-{LESSON}.html",
    f"7/lesson-{DRAWN}.html",
    f"7/task-{CONTENT['lessons'][LESSON]['tasks'][0]}.html",
    "7/tv.html",
    "7/notices.html",
    "7/contacts.html",
]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def public(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("reader")
    edition = write_sample(home / "editions")
    look = look_digest(home / "locale")
    write_changed(edition, None, look)
    build_group(edition, "7", home / "public", home / "cache", home / "locale", look)
    write_public_root(edition, home / "public", home / "locale")
    return home / "public"


@pytest.fixture(scope="module")
def address(public) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(public))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, timezone_id="Europe/Moscow")
    yield context
    context.close()


@pytest.fixture
def page(context) -> Iterator[Page]:
    """A page on a small phone; whatever the console or the policy complains about fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


def at(page: Page, time: str) -> None:
    page.clock.install(time=f"{time}:00+03:00")


def shown_days(page: Page) -> list[str]:
    return page.evaluate(
        "[...document.querySelectorAll('[data-day]')].filter(x => x.offsetHeight).map(x => x.dataset.day)"
    )


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
    assert shown_days(page) == [day]
    assert page.locator("nav [aria-current=date]").get_attribute("href") == f"#d{day}"
    assert page.locator("#edition").inner_text().startswith("edition 41 · ")


def test_another_day_is_one_tap_away(context, page, public):
    context.set_offline(True)
    at(page, "2026-12-08T07:10")
    page.goto((public / "7/index.html").as_uri())
    page.get_by_role("link", name="Чт 10").click()
    assert shown_days(page) == ["2026-12-10"]
    page.get_by_role("link", name="Линейная функция и её график").first.click()
    assert page.locator("h1").inner_text() == "Линейная функция и её график"
    page.go_back()
    assert shown_days(page) == ["2026-12-10"]


def test_without_script_all_days_are_there(browser, public):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((public / "7/index.html").as_uri())
    assert page.locator("[data-day]:visible").count() == 6
    context.close()


def test_age_is_told_over_http_too(page, address):
    at(page, "2026-12-08T13:10")
    page.goto(f"{address}/7/tv.html")
    assert page.locator("#edition").inner_text() == "edition 41 · позавчера"
    page.goto(f"{address}/index.html")
    assert page.locator("#edition").inner_text() == "edition 41 · позавчера"


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


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_kind_of_page_can_be_used_by_everybody(page, public, path, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto((public / path).as_uri())
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_every_kind_of_page_fits_a_small_phone(page, public, path):
    page.goto((public / path).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("path", PAGES)
def test_targets_can_be_hit_with_a_thumb(page, public, path):
    """44 px in both directions, but for links inside a sentence."""
    page.goto((public / path).as_uri())
    small = page.evaluate("""() => [...document.querySelectorAll("a[href]")].filter(link => {
        const box = link.getBoundingClientRect();
        const inline = getComputedStyle(link).display === "inline" && link.closest("p, .md");
        return box.height && !inline && (box.height < 44 || box.width < 44);
    }).map(link => link.textContent + " " + link.getBoundingClientRect().height)""")
    assert small == []
