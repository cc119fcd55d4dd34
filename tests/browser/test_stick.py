"""A stick's folder and the single file of a class in a real browser: opened from file://, without any network."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from server.services.carrying.disk import Disk
from server.services.carrying.usb import About, carry
from server.services.sitebuild import build_group, look_digest, write_changed, write_public_root
from sync.signing import new_keypair
from tests.browser.looking import listening, look_over
from tests.editions import lesson_of, sample_content, sample_edition, write_sample

pytestmark = pytest.mark.browser

CONTENT = sample_content()
CONTENT["school"]["languages"] = ["ru", "kk"]
LESSON = lesson_of(CONTENT, "7", "2026-12-07", 3)
TODAY = "2026-12-08"


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes in two languages on a stick."""
    home = tmp_path_factory.mktemp("carried")
    edition, look = write_sample(home / "editions", sample_edition(41, CONTENT)), look_digest(home / "locale")
    write_changed(edition, None, look)
    for slug in ("7", "8"):
        build_group(edition, slug, home / "public", home / "cache", home / "locale", look, new_keypair(os.urandom)[0])
    write_public_root(edition, home / "public", home / "locale")
    about = About("ZRC2", 41, ("ru", "kk"), lambda root, weeks: root)
    carry(home / "public", Disk(home / "stick"), home / "home", (), about, lambda what, done, total: None)
    return home / "stick"


@pytest.fixture
def page(browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page on a small phone without network; what the console complains of or is loaded from elsewhere fails."""
    options = {"viewport": {"width": 360, "height": 740}, "timezone_id": "Europe/Moscow", "offline": True}
    context = browser.new_context(**options, **getattr(request, "param", {}))
    page = context.new_page()
    complaints = listening(page)
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else complaints.append(asked.url))
    page.clock.install(time=f"{TODAY}T07:10:00+03:00")
    yield page
    context.close()
    assert complaints == []


def shows(page: Page, section: str = "", day: str = "") -> None:
    """Of all sections this one is seen, and of all days."""
    for own, every in ((f"#{section}", "[data-page]"), (f"[data-day='{day}']", "[data-day]")):
        if own not in ("#", "[data-day='']"):
            expect(page.locator(own)).to_be_visible()
            expect(page.locator(f"{every}:visible")).to_have_count(1)


def test_from_the_first_page_of_the_stick_to_a_lesson_and_back(page: Page, stick: Path):
    page.goto((stick / "index.html").as_uri())
    expect(page.locator("a[href='7/index.html']")).to_be_visible()
    expect(page.locator("a[href='3/index.html']")).to_have_count(0)  # a class that is not on the stick is not offered
    page.locator("a[href='7/index.html']").click()
    shows(page, day=TODAY)
    expect(page.locator("#edition")).to_have_text(re.compile("^edition 41"))
    page.locator("nav a[href='#d2026-12-07']").click()
    page.locator(f"[data-day='2026-12-07'] a[href='lesson-{LESSON}.html']").click()
    expect(page.locator("h1")).to_have_text(CONTENT["lessons"][LESSON]["topic"])
    page.locator("a[href='../index.html']").click()
    expect(page.locator("a[href='8/index.html']")).to_be_visible()


def test_the_single_file_shows_today_a_lesson_and_the_day_again(page: Page, stick: Path):
    page.goto((stick / "7-week.html").as_uri())
    shows(page, "p-index", TODAY)
    expect(page.locator("#edition")).to_have_text(re.compile("^edition 41"))
    page.locator("nav a[href='#d2026-12-07']").click()
    shows(page, day="2026-12-07")
    page.locator(f"[data-day='2026-12-07'] a[href='#p-lesson-{LESSON}']").click()
    shows(page, f"p-lesson-{LESSON}")
    expect(page).to_have_title(re.compile(re.escape(CONTENT["lessons"][LESSON]["topic"])))
    expect(page.locator("h1:visible")).to_have_text(CONTENT["lessons"][LESSON]["topic"])
    page.go_back()
    shows(page, "p-index", "2026-12-07")
    page.locator("footer a[href='#p-tv']").click()
    shows(page, "p-tv")
    page.locator("header a").click()
    shows(page, "p-index")


def test_every_link_of_the_single_file_leads_to_its_section(page: Page, stick: Path):
    page.goto((stick / "7-week.html").as_uri())
    links = page.evaluate("[...document.querySelectorAll(\"a[href^='#']\")].map(x => x.getAttribute('href'))")
    assert len(set(links)) > 15
    for link in dict.fromkeys(links):
        page.evaluate("link => { location.hash = link }", link)
        page.wait_for_function(
            "link => { const at = document.getElementById(link.slice(1)); return at && at.offsetHeight > 0 "
            "&& [...document.querySelectorAll('[data-page]')].filter(x => x.offsetHeight).length === 1 }", arg=link
        )  # fmt: skip


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_script_all_days_and_pages_follow_one_another(browser, page: Page, stick: Path):
    page.goto((stick / "7-week.html").as_uri())
    shown = page.locator("[data-page]")
    assert shown.count() > 8 and all(section.is_visible() for section in shown.all())
    assert all(day.is_visible() for day in page.locator("[data-day]").all())


@pytest.mark.parametrize(("file", "width"), [
    ("7-week.html", 360), ("7-week.html", 180),  # 180: a phone of 360 at 200 % zoom
    ("7-week-kk.html", 180), ("7/index.html", 360), ("index.html", 360),
])  # fmt: skip
def test_nothing_is_wider_than_the_phone(page: Page, stick: Path, file: str, width: int):
    page.set_viewport_size({"width": width, "height": 370})
    page.goto((stick / file).as_uri())
    anchors = page.evaluate("[...document.querySelectorAll('[data-page]')].map(x => x.id)") or [""]
    for anchor in anchors:
        page.evaluate("id => { location.hash = id }", anchor)
        page.wait_for_function("id => !id || document.getElementById(id).offsetHeight > 0", arg=anchor)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, anchor


def test_the_single_file_is_for_everybody(page: Page, stick: Path):
    page.goto((stick / "7-week.html").as_uri())
    for anchor in ("p-index", f"p-lesson-{LESSON}", "p-week-2026-W50"):
        page.evaluate("id => { location.hash = id }", anchor)
        page.wait_for_function("id => document.getElementById(id).offsetHeight > 0", arg=anchor)
        look_over(page, anchor, targets=False)
