"""Naming the teachers that a drawn timetable leaves open, in a real browser: accessible, narrow, without script."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server import create_app
from server.config import make_config
from server.extensions import db
from server.services import course_teachers, schema
from tests.browser.conftest import served
from tests.browser.test_office_shell import SMALL_TARGETS
from tests.server import factory, village
from tests.server.conftest import NOW
from tests.server.factory import TODAY

pytestmark = pytest.mark.browser


class Served(NamedTuple):
    """An office that listens, and a subject of it."""

    address: str
    history: str


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The village with its lists and the timetable as drawn."""
    home: Path = tmp_path_factory.mktemp("teachers") / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        factory.school(week_anchor=None)
        for kind in ("terms", "bells", "people", "staff"):
            village.bring(kind, *village.FILES[kind])
        village.bring("timetable", "timetable.xlsx")
        factory.account("deputy-studies", "deputy_studies")
        lines = course_teachers.board(db.session, TODAY).lines
        history = next(line.subject_id for line in lines if line.subject == "История")
        with served(app) as address:
            yield Served(address, history)
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


def opened(browser: Browser, office: Served, width: int, **more: bool) -> Page:
    """A page of its own, signed in as the deputy head."""
    context = browser.new_context(base_url=office.address, viewport={"width": width, "height": 740}, **more)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Login").fill("deputy-studies")
    page.get_by_label("Password").fill(factory.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Monday, 7 December")
    return page


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(browser: Browser, office: Served, width: int):
    page = opened(browser, office, width)
    for path in ("", f"subject/{office.history}", "class/1"):
        page.goto(f"/timetable/teachers/{path}")
        found = Axe().run(page).response["violations"]
        assert not found, (path, [violation["id"] for violation in found])
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        assert page.evaluate(SMALL_TARGETS) == [], path
    page.context.close()


def test_teachers_are_named_without_script(browser: Browser, office: Served):
    page = opened(browser, office, 360, java_script_enabled=False)
    page.goto("/timetable/teachers/")
    expect(page.get_by_role("heading", name="127 courses have no teacher")).to_be_visible()
    page.get_by_role("button", name="Take these 49 names").click()
    expect(page.get_by_text("49 courses have a teacher now.")).to_be_visible()
    page.get_by_role("link", name="История").click()
    page.get_by_label("The same person for all").select_option("Дроздова Ольга Павловна")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who teaches what")
    expect(page.get_by_role("link", name="История all named")).to_be_visible()
    page.context.close()
