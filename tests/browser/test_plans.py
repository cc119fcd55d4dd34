"""A course's plan in a real browser: cells from Excel, the keyboard, no script; and the class teacher's pages."""

import shutil
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server import create_app
from server.config import make_config
from server.extensions import db
from server.models import Assessment, Person
from server.services import schema
from tests.browser.conftest import served
from tests.server import factory
from tests.server.conftest import NOW

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
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A class with subgroups and a teacher who is its class teacher too."""
    home = tmp_path_factory.mktemp("plans") / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        course, student = _school()
        with served(app) as address:
            yield Served(address, course, student)
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    shutil.rmtree(home)


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


def sign_in(browser: Browser, office: Served, script: bool = True) -> Page:
    """A fresh context; what the console complains about is kept."""
    page = browser.new_context(java_script_enabled=script).new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(f"{office.address}/sign-in")
    page.fill("input[name=login]", "nivina")
    page.fill("input[name=password]", factory.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{office.address}/")
    return page


def test_a_plan_is_written_without_script(browser: Browser, office: Served) -> None:
    page = sign_in(browser, office, script=False)
    page.goto(f"{office.address}/plans/{office.course}")
    page.locator("[name=topic]").nth(0).fill("Fractions")
    page.locator("[name=topic]").nth(1).fill("Roots")
    page.click("button[value=up-1]")
    assert page.locator("[name=topic]").nth(0).input_value() == "Roots"
    page.click("button[value=remove-0]")
    page.click("text=Put it back")
    page.locator(".save button[value=save]").click()
    expect(page.locator(".flash.ok")).to_contain_text("Saved.")
    assert [box.input_value() for box in page.locator("[name=topic]").all()] == ["Roots", "Fractions"]
    expect(page.locator(".stands")).to_contain_text("1 hour too few")


def test_cells_from_excel_fill_the_sheet_and_the_keyboard_walks_it(browser: Browser, office: Served) -> None:
    page = sign_in(browser, office)
    page.goto(f"{office.address}/plans/{office.course}")
    page.wait_for_load_state("networkidle")
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
    assert page.locator("[name=topic]").count() == 7
    assert page.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_the_screen_and_is_accessible(browser: Browser, office: Served, width: int) -> None:
    page = sign_in(browser, office)
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/plans/", f"/plans/{office.course}", "/assessment-plans/7a", f"/people/{office.student}/connection",
                 "/people/class/7a/parts", "/"):  # fmt: skip
        page.goto(office.address + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than the screen"
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == [], path
    assert page.complaints == []
