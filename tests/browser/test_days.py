"""The day board in a real browser: by keyboard, by touch on a phone, and without script."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from server import create_app
from server.config import make_config
from server.extensions import db
from server.models import Lesson
from server.services import schema
from tests.browser.conftest import served
from tests.browser.test_office_shell import SMALL_TARGETS
from tests.server import factory
from tests.server.conftest import NOW

pytestmark = pytest.mark.browser
MORROW = factory.TODAY + timedelta(days=1)
BOARD = f"/days/{MORROW}"


class Served(NamedTuple):
    """An office that listens, and three lessons: algebra and physics of 7a, and geometry of 8b by algebra's teacher."""

    address: str
    algebra: str
    physics: str
    geometry: str


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Served]:
    """A small school with tomorrow's lessons."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        factory.school()
        factory.bells()
        near, far = factory.group(), factory.group("8 «Б»", "8b", 8)
        factory.student(near)
        factory.student(far, "Yakornaya")
        teacher = factory.person("Parusov", "Nikita", "Ilyich")
        factory.account("timetabler", "timetabler")
        lessons = [
            factory.lesson(factory.course(group, name), on=MORROW, n=n, teacher_id=who).lesson
            for group, name, n, who in (
                (near, "algebra", 1, teacher), (near, "physics", 2, None), (far, "geometry", 3, teacher),
            )
        ]  # fmt: skip
        with served(app) as address:
            yield Served(address, *lessons)
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


def opened(browser: Browser, office: Served, width: int, **more: bool) -> Page:
    """A page of its own at the board, signed in as the clerk who composes days."""
    context = browser.new_context(base_url=office.address, viewport={"width": width, "height": 740}, **more)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Login").fill("timetabler")
    page.get_by_label("Password").fill(factory.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Monday, 7 December")
    page.goto(BOARD)
    return page


def number(lesson: str) -> int:
    db.session.remove()
    return db.session.get_one(Lesson, lesson).n


def cell(page: Page, klass: str, n: int) -> Locator:
    return page.locator(f'td[data-k="{klass}"][data-p="1-{n}"]')


def test_by_keyboard_a_lesson_moves_where_it_clashes_and_back(browser: Browser, office: Served) -> None:
    page = opened(browser, office, 1280)
    page.locator(f"#l-{office.algebra}").focus()
    page.keyboard.press("Enter")
    expect(cell(page, "7a", 3)).to_have_class("to clash")  # its teacher has 8b then
    expect(cell(page, "7a", 3)).to_have_attribute("data-say", "✗ clash")
    expect(cell(page, "7a", 4)).to_have_class("to free")
    expect(cell(page, "7a", 2)).to_have_attribute("data-say", "⇄ swap ✓")
    expect(cell(page, "8b", 4)).not_to_have_class("to free")  # another class's line
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(cell(page, "7a", 3)).to_be_focused()
    expect(page.locator("[data-say][role=status]")).to_have_text("✗ Parusov N. I. has 8Б then.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 clash")).to_be_visible()
    expect(page.locator(f"#l-{office.algebra}")).to_be_focused()
    expect(page.locator("a.l.hard")).to_have_count(2)
    assert number(office.algebra) == 3
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.locator("a.l.hard")).to_have_count(0)
    assert number(office.algebra) == 1
    page.context.close()


def test_by_keyboard_a_lesson_is_put_down_swapped_and_another_one_begun(browser: Browser, office: Served) -> None:
    page = opened(browser, office, 1280)
    page.locator(f"#l-{office.algebra}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("td.to")).to_have_count(7)
    page.keyboard.press("Escape")
    expect(page.locator("td.to")).to_have_count(0)
    expect(page.locator(f"#l-{office.algebra}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("td.to")).to_have_count(7)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Swap")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Done.")).to_be_visible()
    assert (number(office.algebra), number(office.physics)) == (2, 1)
    expect(page.locator(f"#l-{office.algebra}")).to_be_focused()  # the script of the new page is at work
    cell(page, "7a", 5).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("One more lesson: class 7А")
    expect(page.get_by_label("Lesson 5, 11:50–12:30")).to_be_checked()
    page.context.close()


def test_by_touch_on_a_phone_a_lesson_is_moved_and_cancelled(browser: Browser, office: Served) -> None:
    page = opened(browser, office, 360, has_touch=True, is_mobile=True)
    page.locator(f"#l-{office.algebra}").tap()
    expect(cell(page, "7a", 4)).to_have_class("to free")
    cell(page, "7a", 4).tap()
    expect(page.get_by_text("Done.")).to_be_visible()
    assert number(office.algebra) == 4
    page.locator(f"#l-{office.physics}").tap()
    page.get_by_placeholder("Reason, stays inside the school").fill("no heating")
    page.get_by_role("button", name="Cancel the lesson").tap()
    expect(page.locator(f"#l-{office.physics}.off")).to_contain_text("cancelled")
    expect(page.get_by_text("no heating")).to_be_visible()
    page.context.close()


def test_without_script_a_lesson_is_changed_by_its_form(browser: Browser, office: Served) -> None:
    page = opened(browser, office, 360, java_script_enabled=False)
    page.get_by_role("link", name="algebra").click()
    expect(page.get_by_text("✗ Parusov N. I. has 8Б then.")).to_be_visible()
    page.get_by_label("Lesson 5, 11:50–12:30").check()
    page.get_by_label("Form").select_option("live online")
    page.get_by_role("button", name="Save").click()
    assert number(office.algebra) == 5
    page.goto(BOARD)
    expect(page.get_by_text("Lesson moved")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert number(office.algebra) == 1
    page.context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(browser: Browser, office: Served, width: int) -> None:
    page = opened(browser, office, width)
    pages = (BOARD, f"{BOARD}?by=teacher", f"{BOARD}?by=room", f"{BOARD}/lesson/{office.algebra}",
             f"{BOARD}/add?group=7a", "/modes/", "/bells/")  # fmt: skip
    for path in pages:
        page.goto(path)
        if path == BOARD:
            page.locator(f"#l-{office.algebra}").click()
            expect(cell(page, "7a", 4)).to_have_class("to free")
        found = Axe().run(page).response["violations"]
        assert not found, (path, [(one["id"], one["nodes"][0]["html"][:200]) for one in found])
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        assert page.evaluate(SMALL_TARGETS) == [], path
    page.context.close()
