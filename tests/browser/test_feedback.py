"""Feedback and monitoring: given by a tap and taken back, accessible and narrow, whole without script."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server import create_app, models
from server.config import make_config
from server.extensions import db
from server.services import schema
from tests.browser.conftest import served
from tests.browser.test_office_shell import SMALL_TARGETS
from tests.server import factory, logbook
from tests.server.conftest import NOW
from tests.server.web.world import build

pytestmark = pytest.mark.browser


class Served(NamedTuple):
    """An office that listens, and the addresses of its pages."""

    address: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A class with decisions of which the families do not know, by two ways."""
    home: Path = tmp_path_factory.mktemp("feedback") / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        world = build()
        near, far = world.near, world.far
        logbook.hand_in(near.code, mark="4", comment="Neat and clear", channel="call")
        logbook.hand_in(near.codes[near.sibling], verdict="redo", comment="No. 413", channel="messenger")
        logbook.hand_in(far.code, mark="3", channel="paper")
        db.session.rollback()
        teacher = db.session.get_one(models.Person, world.person("subject_teacher")).slug
        pages = {
            "school": "/feedback/?whose=all", "teacher's": f"/feedback/?teacher={teacher}", "monitor": "/monitor/",
            "class": "/monitor/classes/7a", "teachers": "/monitor/teachers/", "teacher": f"/monitor/teachers/{teacher}",
            "materials": "/monitor/materials", "measures": "/monitor/measures/",
        }  # fmt: skip
        with served(app) as address:
            yield Served(address, pages)
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


def opened(browser: Browser, office: Served, width: int, login: str = "subject-teacher", **more: object) -> Page:
    """A page of its own, signed in."""
    context = browser.new_context(base_url=office.address, viewport={"width": width, "height": 740}, **more)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(factory.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Monday, 7 December")
    return page


def _is_fit(page: Page, name: str) -> None:
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((one) => (one.open = true))")
    found = Axe().run(page).response["violations"]
    assert not found, (name, [(one["id"], one["nodes"][0]["html"][:200]) for one in found])
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    assert page.evaluate(SMALL_TARGETS) == [], name


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(browser: Browser, office: Served, width: int):
    page = opened(browser, office, width)
    page.goto("/feedback/")
    _is_fit(page, "own")
    page.context.close()
    deputy = opened(browser, office, width, "deputy-studies")
    for name, path in office.pages.items():
        assert deputy.goto(path).status == 200, name
        _is_fit(deputy, name)
    deputy.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_an_answer_is_given_with_one_tap_and_taken_back(browser: Browser, office: Served, script: bool):
    page = opened(browser, office, 360, has_touch=True, java_script_enabled=script)
    page.goto("/feedback/")
    given = page.get_by_role("button", name="Given: Veslov Yegor")
    given.tap()
    expect(page.get_by_text("1 answer noted as given.")).to_be_visible()
    expect(given).to_have_count(0)
    expect(page.get_by_role("button", name="Given: Yakornaya Vera")).to_be_visible()
    page.get_by_role("button", name="Undo").tap()
    expect(page.get_by_text("1 answer waits again.")).to_be_visible()
    expect(given).to_be_visible()
    page.context.close()


def test_the_text_is_copied_as_the_family_is_told_it(browser: Browser, office: Served):
    page = opened(browser, office, 360, has_touch=True, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/feedback/")
    page.get_by_role("region", name="Messenger").get_by_role("button", name="Copy").tap()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "No. 413" in copied
    assert "Yakornaya" not in copied  # a chat needs no surname
    page.context.close()


def test_monitoring_opens_down_to_the_class_without_script(browser: Browser, office: Served):
    page = opened(browser, office, 360, "deputy-studies", java_script_enabled=False)
    page.goto("/monitor/")
    page.locator("main a[href^='/monitor/classes/7a']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("compulsory works")
    page.context.close()
