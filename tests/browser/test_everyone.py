"""Reading for everyone: without script, by ear, enlarged, in forced colours, on paper, in a browser without grid."""

import itertools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.reader_site import LESSON, PAGES, build

pytestmark = pytest.mark.browser
EVERY = pytest.mark.parametrize("kind", PAGES)


@pytest.fixture(scope="module")
def public(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("everyone"))


@pytest.fixture(scope="module")
def contexts(browser) -> Iterator[dict[bool, BrowserContext]]:
    """By whether scripts run."""
    made = {script: browser.new_context(java_script_enabled=script) for script in (True, False)}
    yield made
    for context in made.values():
        context.close()


@pytest.fixture
def page(contexts) -> Iterator[Page]:
    page = contexts[True].new_page()
    page.set_viewport_size({"width": 640, "height": 740})
    yield page
    page.close()


@pytest.fixture
def scriptless(contexts) -> Iterator[Page]:
    page = contexts[False].new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    yield page
    page.close()


def test_without_script_one_gets_from_the_root_to_a_task_and_back(scriptless, public):
    scriptless.goto((public / "index.html").as_uri())
    scriptless.get_by_role("link", name="7 класс").click()
    scriptless.get_by_role("link", name="Вся неделя").first.click()
    expect(scriptless.locator("h1")).to_contain_text("Неделя")
    scriptless.get_by_role("link", name="Этот день на отдельной странице").first.click()
    scriptless.get_by_role("link", name="Плотность вещества").first.click()
    expect(scriptless.locator("h1")).to_have_text("Плотность вещества")
    scriptless.get_by_role("link", name="Как оценивается и как сдать").click()
    expect(scriptless.get_by_role("heading", name="Как сдать")).to_be_visible()
    scriptless.get_by_role("link", name=re.compile("К уроку")).click()
    scriptless.get_by_role("link", name="Контакты").click()
    expect(scriptless.locator("h1")).to_have_text("Контакты")
    scriptless.get_by_role("link", name="Все классы").click()
    expect(scriptless.locator("h1")).to_have_text("Выберите класс")


@EVERY
def test_without_script_everything_on_a_page_is_shown(scriptless, public, kind):
    scriptless.goto((public / PAGES[kind]).as_uri())
    expect(scriptless.locator("h1")).to_have_count(1)
    hidden = scriptless.locator("main [hidden]")
    assert hidden.count() == (kind in ("search", "notices"))  # a form that could do nothing; "none" for a later day


@EVERY
def test_a_screen_reader_finds_its_way(page, public, kind):
    page.goto((public / PAGES[kind]).as_uri())
    for role in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(role)).to_have_count(1)
    levels = page.locator("h1,h2,h3,h4,h5,h6").evaluate_all("all => all.map(x => Number(x.tagName[1]))")
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))
    names = page.locator("nav").evaluate_all("all => all.map(x => x.getAttribute('aria-label'))")
    assert all(names) and len(set(names)) == len(names)
    language = page.locator("html").get_attribute("lang")
    assert language == "ru" and page.title()
    if kind in ("today", "tv", "notices", "contacts", "search"):
        expect(page.locator("footer [aria-current=page]")).to_have_count(1)


@EVERY
def test_enlarged_twice_nothing_is_cut_off(page, public, kind):
    """A window of 640 px at 200 %: the page has 320 px, or its letters are twice as large."""
    page.goto((public / PAGES[kind]).as_uri())
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 320, "height": 370})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@EVERY
def test_in_forced_colours_edges_and_the_current_place_are_seen(page, public, kind):
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto((public / PAGES[kind]).as_uri())
    borders = page.locator(".card, .tag").evaluate_all(
        "all => all.map(x => getComputedStyle(x).borderTop).filter(x => /^0px|none/.test(x)).length"
    )
    assert borders == 0
    weights = page.locator("[aria-current]").evaluate_all("all => all.map(x => getComputedStyle(x).fontWeight)")
    assert set(weights) <= {"600"}
    assert page.evaluate("document.getAnimations().length") == 0


@EVERY
def test_the_focus_is_seen_on_every_link(page, public, kind):
    page.goto((public / PAGES[kind]).as_uri())
    for _ in range(4):
        page.keyboard.press("Tab")
        style = page.evaluate("(({outlineStyle, outlineWidth}) => [outlineStyle, outlineWidth])"
                              "(getComputedStyle(document.activeElement))")  # fmt: skip
        if page.evaluate("document.activeElement !== document.body"):
            assert style == ["solid", "3px"]


def printed(page: Page, file: Path) -> str:
    page.pdf(path=file, format="A4")
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


@EVERY
def test_on_paper_no_navigation_and_black_on_white(page, public, tmp_path, kind):
    page.emulate_media(color_scheme="dark")
    page.goto((public / PAGES[kind]).as_uri())
    text = printed(page, tmp_path / "page.pdf")
    heading = page.locator("h1").inner_text()
    if kind != "today":  # its heading is for screen readers
        assert heading.split()[0] in text
    if not kind.startswith("guide"):  # which speaks of these places, and leads to the other languages
        assert "Все классы" not in text and "Қазақ тілі" not in text
    page.emulate_media(media="print")
    colours = page.locator("main *:not(svg *)").evaluate_all(
        "all => [...new Set(all.map(x => getComputedStyle(x)).map(x => x.color + ' ' + x.backgroundColor))]"
    )
    assert colours == ["rgb(0, 0, 0) rgba(0, 0, 0, 0)"]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"


def test_on_paper_a_link_says_where_it_leads(page, public, tmp_path):
    page.goto((public / PAGES["lesson"]).as_uri())
    text = printed(page, tmp_path / "lesson.pdf")
    assert "https://example.org/res/plotnost.pdf" in text
    assert "Как оценивается и как сдать" in text


@EVERY
def test_a_browser_without_grid_shows_one_column(page, public, kind):
    """Chromium 51–56: no grid, no gap, no :focus-visible. What they pass over is taken out of the sheet."""
    text = (public / PAGES[kind]).read_text("utf-8")
    text = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", text)
    older = re.sub(r"display:grid;?|grid[a-z-]*:[^;}]*;?|[{;]gap:[^;}]*", lambda m: "{" if m[0][0] == "{" else "", text)
    older = re.sub(r":focus-visible{[^}]*}", "", older)
    page.set_viewport_size({"width": 1280, "height": 740})
    page.route("**/old.html", lambda route: route.fulfill(body=older, content_type="text/html; charset=utf-8"))
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("http://old.test/old.html")
    boxes = page.locator("main > *").evaluate_all(
        "all => all.map(x => x.getBoundingClientRect()).filter(x => x.height && x.right > 0)"
        ".map(x => [x.top, x.bottom])"
    )
    assert boxes
    assert all(above[1] <= below[0] for above, below in itertools.pairwise(boxes))
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_only_one_request_is_needed_to_read_a_lesson(page, public):
    """The page itself; the edition's age comes afterwards and may be missing."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/edition.js", lambda route: route.abort())
    page.goto((public / PAGES["lesson"]).as_uri(), wait_until="load")
    expect(page.locator("h1")).to_have_text("Плотность вещества")
    assert [url.rsplit("/", 1)[1] for url in asked] == [f"lesson-{LESSON}.html", "edition.js"]
