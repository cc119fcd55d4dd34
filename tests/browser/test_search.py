"""Searching in a class's pages: from a folder and over HTTP, and in what a phone makes of the pages it keeps."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import listening
from tests.browser.reader_site import LESSON, build, hosted

pytestmark = pytest.mark.browser

THEME = Path(__file__).parents[2] / "site/theme"


@pytest.fixture(scope="module")
def public(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("search"))


@pytest.fixture(scope="module")
def address(public) -> Iterator[str]:
    with hosted(public) as address:
        yield address


@pytest.fixture
def page(browser) -> Iterator[Page]:
    """A small phone; whatever the console or the policy complains about fails the test."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, timezone_id="Europe/Moscow")
    page = context.new_page()
    complaints = listening(page)
    yield page
    context.close()
    assert complaints == []


def found(page: Page, words: str) -> list[str]:
    page.get_by_role("searchbox").fill(words)
    return page.locator("#found a").evaluate_all("links => links.map(x => x.getAttribute('href'))")


@pytest.fixture(params=["folder", "http"])
def place(request, public) -> str:
    return public.as_uri() if request.param == "folder" else request.getfixturevalue("address")


def test_a_lesson_is_found_by_any_form_of_its_words(page, place):
    page.goto(f"{place}/7/search.html")
    lesson = f"lesson-{LESSON}.html"
    assert found(page, "плотностью")[0] == lesson
    for words in ("картофелину", "КАРТОФЕЛИНЫ", "картоф", "канистрами", "физика кубиком", "алюминием железо"):
        assert lesson in found(page, words), words
    assert found(page, "рычаг картофель") == []
    page.get_by_role("searchbox").fill("плотность веще")
    page.keyboard.press("Enter")
    expect(page.locator("#hits[role=status]")).to_contain_text("3")  # the lesson, its task, the broadcast
    page.get_by_role("link", name="Плотность вещества").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Плотность вещества")
    page.go_back()
    expect(page.locator("#found a").first).to_have_attribute("href", lesson)


def test_what_is_in_the_title_comes_before_what_is_in_the_text(page, place):
    page.goto(f"{place}/7/search.html")
    page.get_by_role("searchbox").fill("географии")
    names = page.locator("#found li").evaluate_all("rows => rows.map(x => x.textContent)")
    assert names[0].startswith("Учебник географии")
    assert ["География" in name for name in names] == [False, True, True]


def test_nothing_found_is_said(page, place):
    page.goto(f"{place}/7/search.html")
    assert found(page, "бегемот") == []
    expect(page.locator("#hits[role=status]")).not_to_be_empty()
    assert found(page, " ?! ") == []
    expect(page.locator("#hits[role=status]")).to_be_empty()


def test_kazakh_words_are_found_with_and_without_a_kazakh_keyboard(page, public):
    page.goto((public / "7/kk/search.html").as_uri())
    rows = [["a.html", "Қазақ әдебиеті", "Әдебиет", "", "мектеп гылым"], ["b.html", "Ёлка", "", "", "өзен"], 0]
    page.evaluate("rows => korablik_search(rows)", rows)
    for words in ("қазақтың", "Казак", "әдебиетіміз", "мектебінде", "мектептер", "ғылымға", "гылымнан", "мектебиміз"):
        assert found(page, words) == ["a.html"], words
    assert found(page, "елки") == ["b.html"]
    assert found(page, "ёлку") == ["b.html"]


def test_without_script_the_way_to_the_lessons_is_told(browser, public):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((public / "7/search.html").as_uri())
    expect(page.get_by_role("searchbox")).to_have_count(0)
    expect(page.locator("main a[href='index.html']")).to_be_visible()
    context.close()


def test_a_phone_makes_the_same_search_of_the_pages_it_keeps(page, public, address):
    """No index travels: the file is made of the kept pages, and leads to the same lessons."""
    kept = {file.name: file.read_text("utf-8") for file in (public / "7").glob("*.html")}
    page.goto(f"{address}/7/tv.html")
    source = "\n".join((THEME / name).read_text("utf-8") for name in ("search.js", "app/finding.js"))
    made = page.evaluate("([source, pages]) => new Function(source + '; return Finding.script(' + pages + ')')()",
                         [source, json.dumps(kept)])  # fmt: skip
    page.route("**/search.js", lambda route: route.fulfill(body=made, content_type="text/javascript"))
    page.goto(f"{address}/7/search.html")
    lesson = f"lesson-{LESSON}.html"
    assert found(page, "плотностью")[0] == lesson
    for words in ("картофелину", "физика кубиком", "алюминием железо"):
        assert lesson in found(page, words), words
    assert "notices.html" in found(page, "дежурный")
