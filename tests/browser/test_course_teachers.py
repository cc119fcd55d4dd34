"""Naming the teachers that a drawn timetable leaves open, in a real browser: accessible, narrow, without script."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from server.extensions import db
from server.services import course_teachers
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory, village
from tests.server.factory import TODAY

pytestmark = pytest.mark.browser


class Served(NamedTuple):
    """An office that listens, and a subject of it."""

    address: str
    history: str


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """The village with its lists and the timetable as drawn."""
    with new_office() as app:
        factory.school(week_anchor=None)
        for kind in ("terms", "bells", "people", "staff"):
            village.bring(kind, *village.FILES[kind])
        village.bring("timetable", "timetable.xlsx")
        factory.account("deputy-studies", "deputy_studies")
        lines = course_teachers.board(db.session, TODAY).lines
        history = next(line.subject_id for line in lines if line.subject == "История")
        with served(app) as address:
            yield Served(address, history)


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(opened, office: Served, width: int):
    page = opened(office.address, "deputy-studies", width)
    for path in ("", f"subject/{office.history}", "class/1"):
        page.goto(f"/timetable/teachers/{path}")
        look_over(page, path)


def test_teachers_are_named_without_script(opened, office: Served):
    page = opened(office.address, "deputy-studies", 360, java_script_enabled=False)
    page.goto("/timetable/teachers/")
    expect(page.get_by_role("heading", name="127 courses have no teacher")).to_be_visible()
    page.get_by_role("button", name="Take these 49 names").click()
    expect(page.get_by_text("49 courses have a teacher now.")).to_be_visible()
    page.get_by_role("link", name="История").click()
    page.get_by_label("The same person for all").select_option("Дроздова Ольга Павловна")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who teaches what")
    expect(page.get_by_role("link", name="История all named")).to_be_visible()
