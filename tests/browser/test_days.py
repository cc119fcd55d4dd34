"""The day board in a real browser: by keyboard, by touch on a phone, and without script."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from server.extensions import db
from server.models import Lesson
from tests.browser.conftest import served
from tests.browser.looking import look_over, settled
from tests.server import factory

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
def office(new_office) -> Iterator[Served]:
    """A small school with tomorrow's lessons."""
    with new_office() as app:
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


def at_the_board(opened: Callable[..., Page], office: Served, width: int, **more: bool) -> Page:
    """The board, signed in as the clerk who composes days."""
    page = opened(office.address, "timetabler", width, **more)
    page.goto(BOARD)
    if more.get("java_script_enabled", True):
        settled(page)
    return page


def number(lesson: str) -> int:
    db.session.remove()
    return db.session.get_one(Lesson, lesson).n


def cell(page: Page, klass: str, n: int) -> Locator:
    return page.locator(f'td[data-k="{klass}"][data-p="1-{n}"]')


def stands_on(page: Page, lesson: str) -> None:
    """The keyboard stands on a lesson and the new page's script is at work: the browser alone sets the focus, too."""
    expect(page.locator(f"#l-{lesson}")).to_be_focused()
    expect(page.locator(f"#l-{lesson}")).to_have_attribute("tabindex", "0")


def test_by_keyboard_a_lesson_moves_where_it_clashes_and_back(opened, office: Served) -> None:
    page = at_the_board(opened, office, 1280)
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
    stands_on(page, office.algebra)
    expect(page.locator("a.l.hard")).to_have_count(2)
    assert number(office.algebra) == 3
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.locator("a.l.hard")).to_have_count(0)
    assert number(office.algebra) == 1


def test_by_keyboard_a_lesson_is_put_down_swapped_and_another_one_begun(opened, office: Served) -> None:
    page = at_the_board(opened, office, 1280)
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
    stands_on(page, office.algebra)
    cell(page, "7a", 5).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("One more lesson: class 7А")
    expect(page.get_by_label("Lesson 5, 11:50–12:30")).to_be_checked()


def test_by_touch_on_a_phone_a_lesson_is_moved_and_cancelled(opened, office: Served) -> None:
    page = at_the_board(opened, office, 360, has_touch=True, is_mobile=True)
    page.locator(f"#l-{office.algebra}").tap()
    expect(cell(page, "7a", 4)).to_have_class("to free")
    cell(page, "7a", 4).tap()
    expect(page.get_by_text("Done.")).to_be_visible()
    assert number(office.algebra) == 4
    settled(page)
    page.locator(f"#l-{office.physics}").tap()
    page.get_by_placeholder("Reason, stays inside the school").fill("no heating")
    page.get_by_role("button", name="Cancel the lesson").tap()
    expect(page.locator(f"#l-{office.physics}.off")).to_contain_text("cancelled")
    expect(page.get_by_text("no heating")).to_be_visible()


def test_without_script_a_lesson_is_changed_by_its_form(opened, office: Served) -> None:
    page = at_the_board(opened, office, 360, java_script_enabled=False)
    page.get_by_role("link", name="algebra").click()
    expect(page.get_by_text("✗ Parusov N. I. has 8Б then.")).to_be_visible()
    page.get_by_label("Lesson 5, 11:50–12:30").check()
    page.get_by_label("Form").select_option("live online")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transfer of a lesson")
    assert number(office.algebra) == 5
    page.goto(BOARD)
    expect(page.get_by_text("Lesson moved")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert number(office.algebra) == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(opened, office: Served, width: int) -> None:
    page = at_the_board(opened, office, width)
    pages = (BOARD, f"{BOARD}?by=teacher", f"{BOARD}?by=room", f"{BOARD}/lesson/{office.algebra}",
             f"{BOARD}/add?group=7a", "/modes/", "/bells/")  # fmt: skip
    for path in pages:
        page.goto(path)
        if path == BOARD:
            settled(page)
            page.locator(f"#l-{office.algebra}").click()
            expect(cell(page, "7a", 4)).to_have_class("to free")
        look_over(page, path)
