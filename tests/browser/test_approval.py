"""A day's way in a real browser: submitted, returned with a remark, changed, submitted again, approved, published."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from apiflask import APIFlask
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server import create_app
from server.config import make_config
from server.extensions import db
from server.models import Lesson
from server.services import schema
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed
from server.services.days.state import state_of
from server.services.going_out import PUBLISH
from server.services.running import running
from tests.browser.conftest import served
from tests.browser.test_office_shell import SMALL_TARGETS
from tests.server import factory
from tests.server.conftest import NOW
from tests.server.village import NOW as MOMENT
from tests.server.web import world as worlds

pytestmark = pytest.mark.browser
TOMORROW = factory.TODAY + timedelta(days=1)


class Office(NamedTuple):
    """An office that listens, and a lesson that can be moved."""

    app: APIFlask
    address: str
    lesson: str
    composer: Author


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The world of the tests of pages, with two lessons tomorrow."""
    home: Path = tmp_path_factory.mktemp("approval") / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        world = worlds.build()
        lesson = factory.lesson(world.near.course, TOMORROW, n=1).lesson
        factory.lesson(world.far.course, TOMORROW, n=2)
        account = world.accounts["timetabler"]
        with served(app) as address:
            yield Office(app, address, lesson, Author(factory.person_of(account), account, MOMENT, factory.TODAY))
        running().wait(PUBLISH)
        db.session.remove()
        db.engine.dispose()
    app.extensions["child"].close()
    app.extensions["store"].close()


def signed_in(browser: Browser, office: Office, login: str, **more: bool) -> Page:
    """A page of its own on a narrow phone."""
    page = browser.new_context(
        base_url=office.address, viewport={"width": 360, "height": 740}, **more
    ).new_page()  # fmt: skip
    page.goto("/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(factory.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Monday, 7 December")
    return page


def check(page: Page, path: str) -> None:
    """Accessible, no wider than the screen, large enough to tap."""
    page.goto(path)
    for fold in page.locator("main details.fold > summary").all():
        fold.click()
    found = Axe().run(page).response["violations"]
    assert not found, (path, [violation["id"] for violation in found])
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    assert page.evaluate(SMALL_TARGETS) == [], path


def move(office: Office, n: int) -> None:
    with office.app.app_context():
        state = state_of(db.session.get_one(Lesson, office.lesson))
        changing.save("moved", [Deed("moved", replace(state, n=n), office.lesson)], office.composer)
        db.session.remove()


def test_a_day_is_submitted_returned_changed_approved_and_published(browser: Browser, office: Office):
    deputy = signed_in(browser, office, "deputy-studies")
    director = signed_in(browser, office, "director", java_script_enabled=False)
    deputy.goto("/approval/")
    deputy.get_by_role("button", name="Submit: Tuesday, 8 December").click()
    expect(deputy.get_by_text("1 day waits for approval now.")).to_be_visible()

    director.goto("/")
    director.get_by_role("link", name="1 day waits for your approval").click()
    director.get_by_text("Return with a remark").click()
    director.get_by_label("What is to be changed").fill("Algebra is too early")
    director.get_by_role("button", name="Return: Tuesday, 8 December").click()
    expect(director.get_by_text("Tuesday, 8 December is returned")).to_be_visible()

    deputy.goto("/")
    expect(deputy.get_by_role("link", name="Algebra is too early")).to_be_visible()
    move(office, 4)
    deputy.goto("/approval/")
    deputy.get_by_role("button", name="Submit: Tuesday, 8 December").click()

    director.goto("/approval/")
    expect(director.get_by_text("lesson 1 → lesson 4")).to_be_visible()
    director.get_by_role("button", name="Approve: Tuesday, 8 December").click()
    expect(director.get_by_text("1 day is approved.")).to_be_visible()

    deputy.goto("/publish/")
    deputy.get_by_role("button", name="Publish what is approved").click()
    with office.app.app_context():
        run = running().wait(PUBLISH)
    assert run is not None and run.state == "done"
    deputy.goto("/publish/")
    expect(deputy.get_by_text("Edition 1 is published.")).to_be_visible()
    tuesday = deputy.get_by_role("listitem").filter(has_text="Tuesday, 8 December")
    expect(tuesday.get_by_text("published")).to_be_visible()
    for page in (deputy, director):
        page.context.close()


def test_the_pages_are_accessible_and_fit_a_phone(browser: Browser, office: Office):
    deputy, director = signed_in(browser, office, "deputy-studies"), signed_in(browser, office, "director")
    deputy.goto("/approval/")
    buttons = deputy.get_by_role("button", name="Submit: Monday, 7 December")
    if buttons.count():
        buttons.click()
    for page, paths in ((director, ("/approval/", "/publish/", "/duties/", "/school/")),
                        (deputy, ("/approval/", "/publish/"))):  # fmt: skip
        for path in paths:
            check(page, path)
        page.context.close()
