"""Checks of the timetable, norms and working schedules in a real browser: accessible, narrow, without script."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from server.extensions import db
from server.models import Person
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory

pytestmark = pytest.mark.browser


class Served(NamedTuple):
    """An office that listens, and a teacher of it."""

    address: str
    slug: str


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """A teacher in two classes at once, a deputy head and a director."""
    with new_office() as app:
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


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(opened, office: Served, width: int) -> None:
    page = opened(office.address, "deputy-studies", width)
    for path in ("/checks/", "/norms/", "/schedules/", f"/schedules/{office.slug}", "/schedules/mine"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        look_over(page, path)


def test_a_schedule_is_written_and_approved_without_script(opened, office: Served) -> None:
    page = opened(office.address, "deputy-studies", 360, java_script_enabled=False)
    page.goto("/checks/")
    expect(page.get_by_text("2 conflicts")).to_be_visible()
    page.get_by_role("link", name="Working schedules").click()
    page.get_by_role("link", name="Parusova").click()
    page.get_by_label("Monday: Kind of day").select_option("methodical day")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It waits for approval.")).to_be_visible()
    page = opened(office.address, "director", 360, java_script_enabled=False)
    page.goto(f"/schedules/{office.slug}")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved.")).to_be_visible()
    page.goto("/checks/")
    expect(page.get_by_text("has a methodical day, and lessons: 1, 3")).to_be_visible()
