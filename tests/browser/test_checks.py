"""Checks of the timetable, norms and working schedules in a real browser: accessible, narrow, without script."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server import create_app
from server.config import make_config
from server.extensions import db
from server.models import Person
from server.services import schema
from tests.browser.conftest import served
from tests.browser.test_office_shell import SMALL_TARGETS
from tests.server import factory
from tests.server.conftest import NOW

pytestmark = pytest.mark.browser


class Served(NamedTuple):
    """An office that listens, and a teacher of it."""

    address: str
    slug: str


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A teacher in two classes at once, a deputy head and a director."""
    home: Path = tmp_path_factory.mktemp("checks") / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        factory.school()
        factory.bells()
        teacher = factory.person("Parusova", "Nina", "Pavlovna")
        for name, slug in (("7 «А»", "7a"), ("7 «Б»", "7b")):
            course = factory.course(factory.group(name, slug))
            factory.teacher(course, teacher)
            for n in (1, 3):
                factory.lesson(course, n=n, teacher_id=teacher)
        factory.account("deputy-studies", "deputy_studies")
        factory.account("director", "director")
        slug = db.session.get_one(Person, teacher).slug
        with served(app) as address:
            yield Served(address, slug)
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


def opened(browser: Browser, office: Served, login: str, width: int = 360, **more: bool) -> Page:
    """A page of its own, signed in."""
    context = browser.new_context(base_url=office.address, viewport={"width": width, "height": 740}, **more)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(factory.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Monday, 7 December")
    return page


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(browser: Browser, office: Served, width: int) -> None:
    page = opened(browser, office, "deputy-studies", width)
    for path in ("/checks/", "/norms/", "/schedules/", f"/schedules/{office.slug}", "/schedules/mine"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        found = Axe().run(page).response["violations"]
        assert not found, (path, [violation["id"] for violation in found])
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        assert page.evaluate(SMALL_TARGETS) == [], path
    page.context.close()


def test_a_schedule_is_written_and_approved_without_script(browser: Browser, office: Served) -> None:
    page = opened(browser, office, "deputy-studies", java_script_enabled=False)
    page.goto("/checks/")
    expect(page.get_by_text("2 conflicts")).to_be_visible()
    page.get_by_role("link", name="Working schedules").click()
    page.get_by_role("link", name="Parusova").click()
    page.get_by_label("Monday: Kind of day").select_option("methodical day")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It waits for approval.")).to_be_visible()
    page.context.close()
    page = opened(browser, office, "director", java_script_enabled=False)
    page.goto(f"/schedules/{office.slug}")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved.")).to_be_visible()
    page.goto("/checks/")
    expect(page.get_by_text("has a methodical day, and lessons: 1, 3")).to_be_visible()
    page.context.close()
