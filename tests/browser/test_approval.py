"""A day's way in a real browser: submitted, returned with a remark, changed, submitted again, approved, published."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest
from apiflask import APIFlask
from playwright.sync_api import Page, expect

from server.extensions import db
from server.models import Lesson
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed
from server.services.days.state import state_of
from server.services.going_out import PUBLISH
from server.services.running import running
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory
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
def office(new_office) -> Iterator[Office]:
    """The world of the tests of pages, with two lessons tomorrow."""
    with new_office() as app:
        world = worlds.build()
        lesson = factory.lesson(world.near.course, TOMORROW, n=1).lesson
        factory.lesson(world.far.course, TOMORROW, n=2)
        account = world.accounts["timetabler"]
        with served(app) as address:
            yield Office(app, address, lesson, Author(factory.person_of(account), account, MOMENT, factory.TODAY))
        running().wait(PUBLISH)


def check(page: Page, path: str) -> None:
    """Accessible, no wider than the screen, large enough to tap."""
    page.goto(path)
    for fold in page.locator("main details.fold > summary").all():
        fold.click()
    look_over(page, path)


def move(office: Office, n: int) -> None:
    with office.app.app_context():
        state = state_of(db.session.get_one(Lesson, office.lesson))
        changing.save("moved", [Deed("moved", replace(state, n=n), office.lesson)], office.composer)
        db.session.remove()


def test_a_day_is_submitted_returned_changed_approved_and_published(opened, office: Office):
    deputy = opened(office.address, "deputy-studies", 360)
    director = opened(office.address, "director", 360, java_script_enabled=False)
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
    expect(deputy.get_by_text("1 day waits for approval now.")).to_be_visible()

    director.goto("/approval/")
    expect(director.get_by_text("lesson 1 → lesson 4")).to_be_visible()
    director.get_by_role("button", name="Approve: Tuesday, 8 December").click()
    expect(director.get_by_text("1 day is approved.")).to_be_visible()

    deputy.goto("/publish/")
    deputy.get_by_role("button", name="Publish what is approved").click()
    expect(deputy.locator(".working, .flash.ok").first).to_be_visible()
    with office.app.app_context():
        run = running().wait(PUBLISH)
    assert run is not None and run.state == "done"
    expect(deputy.get_by_text("Edition 1 is published.")).to_be_visible()  # the page looks anew by itself
    tuesday = deputy.get_by_role("listitem").filter(has_text="Tuesday, 8 December")
    expect(tuesday.get_by_text("published")).to_be_visible()


def test_the_pages_are_accessible_and_fit_a_phone(opened, office: Office):
    deputy, director = opened(office.address, "deputy-studies", 360), opened(office.address, "director", 360)
    deputy.goto("/approval/")
    buttons = deputy.get_by_role("button", name="Submit: Monday, 7 December")
    if buttons.count():
        buttons.click()
        expect(buttons).to_have_count(0)
    for page, paths in ((director, ("/approval/", "/publish/", "/duties/", "/school/")),
                        (deputy, ("/approval/", "/publish/"))):  # fmt: skip
        for path in paths:
            check(page, path)
