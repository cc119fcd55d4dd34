"""A course's plan in a real browser: cells from Excel, the keyboard, no script; and the class teacher's pages."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from server.extensions import db
from server.models import Assessment, Person
from tests.browser.conftest import served
from tests.browser.looking import hold, look_over, settled
from tests.server import factory

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)
PASTE = """(input, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


class Served(NamedTuple):
    """An office that listens, a course, and a student."""

    address: str
    course: str
    student: str


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """A class with subgroups and a teacher who is its class teacher too."""
    with new_office() as app:
        course, student = _school()
        with served(app) as address:
            yield Served(address, course, student)


def _school() -> tuple[str, str]:
    factory.school()
    group = factory.group()
    student = factory.student(group, "Berezkin", "Konstantin")
    for n in ("1", "2"):
        factory.course(
            factory.group(f"Group {n}", f"7a-{n}", kind="subgroup", parent_id=group, division="1"), "English"
        )
    course = factory.course(group)
    teacher = factory.teacher(course, factory.person("Nivina", "Olga", "Pavlovna"))
    factory.grant(teacher, "class_teacher", group_id=group)
    factory.account("nivina", person_id=teacher)
    for days in (0, 2, 7):
        factory.lesson(course, factory.TODAY + factory.timedelta(days=days), topic="")
    factory.add(Assessment(id=factory.new_id(), course_id=course, kind="control", term_number=2, number=1,
                           planned_on=factory.TODAY, max_points=20))  # fmt: skip
    return course, db.session.get_one(Person, student).slug


def test_a_plan_is_written_without_script(opened, office: Served) -> None:
    page = opened(office.address, "nivina", java_script_enabled=False)
    page.goto(f"/plans/{office.course}")
    page.locator("[name=topic]").nth(0).fill("Fractions")
    page.locator("[name=topic]").nth(1).fill("Roots")
    page.click("button[value=up-1]")
    expect(page.locator("[name=topic]").nth(0)).to_have_value("Roots")
    expect(page.locator("[name=topic]").nth(0)).to_be_focused()
    page.click("button[value=remove-0]")
    page.click("text=Put it back")
    page.locator(".save button[value=save]").click()
    expect(page.locator(".flash.ok")).to_contain_text("Saved.")
    hold(page.locator("[name=topic]"), ["Roots", "Fractions"])
    expect(page.locator(".stands")).to_contain_text("1 hour too few")


def test_cells_from_excel_fill_the_sheet_and_the_keyboard_walks_it(opened, office: Served) -> None:
    page = opened(office.address, "nivina")
    page.goto(f"/plans/{office.course}")
    settled(page)
    cells = "\n".join(f"Part {n}\tTopic {n}\t1\t0{n}.12.2026" for n in range(1, 8))
    page.locator("[name=section]").first.evaluate(PASTE, cells)
    assert page.locator("[name=topic]").nth(6).input_value() == "Topic 7"
    assert page.locator("[name=on]").nth(6).input_value() == "2026-12-07"
    page.locator("[name=hours]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("2")
    page.keyboard.press("ArrowUp")
    assert [box.input_value() for box in page.locator("[name=hours]").all()][:3] == ["1", "1", "2"]
    page.locator(".save button[value=save]").click()
    expect(page.locator(".flash.ok")).to_contain_text("Saved.")
    expect(page.locator("[name=topic]")).to_have_count(7)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_the_screen_and_is_accessible(opened, office: Served, width: int) -> None:
    page = opened(office.address, "nivina")
    for path in ("/plans/", f"/plans/{office.course}", "/assessment-plans/7a", f"/people/{office.student}/connection",
                 "/people/class/7a/parts", "/"):  # fmt: skip
        page.goto(path)
        look_over(page, path, [width], targets=False)
