"""Paper for families from the office: slips, journal pages, copies, large print; by thumb, keyboard, without script."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from server import models
from server.extensions import db
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.printables.paper import Margins, pages_of, whole
from tests.server import logbook
from tests.server.web.world import build

pytestmark = [pytest.mark.browser, pytest.mark.pdf]

class Served(NamedTuple):
    """An office that listens; a student's page and a course's."""

    address: str
    student: str
    course: str


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """A class with a mark that its class teacher sees."""
    with new_office() as app:
        world = build()
        logbook.hand_in(world.near.code, mark="4", comment="Check the sign")
        slug = db.session.get_one(models.Person, world.near.student).slug
        with served(app) as address:
            yield Served(address, f"/people/{slug}", f"/journal/{world.near.course}")


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(opened, office: Served, width: int):
    page = opened(office.address, "class-teacher", width)
    for path in ("/weekly-slips/", "/weekly-slips/?group=7a", "/accessible/", "/packs/", "/people/class/7a?large=1",
                 office.student, office.course):  # fmt: skip
        page.goto(path)
        look_over(page, path, targets=path != office.course)  # its headings are a grid's


def test_the_slips_are_two_clicks_from_the_round_without_script(opened, office: Served, tmp_path: Path):
    page = opened(office.address, "class-teacher", 360, java_script_enabled=False)
    page.goto("/round/7a")
    page.get_by_role("link", name="Slips to parents (PDF)").click()
    page.get_by_role("link", name=re.compile("7–13 December|December 7")).first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Slips for everybody")).click()
    file = tmp_path / "slips.pdf"
    download.value.save_as(file)
    assert "Check the sign" in " ".join(whole(file, tmp_path, margins=Margins(13, 5)))


def test_the_journal_is_printed_from_its_page(opened, office: Served, tmp_path: Path):
    page = opened(office.address, "class-teacher", 1280)
    page.goto(office.course)
    with page.expect_download() as download:
        page.get_by_role("link", name="Pages to print (PDF)").press("Enter")
    file = tmp_path / "journal.pdf"
    download.value.save_as(file)
    assert "Veslov" in pages_of(file)[0]


def test_large_print_is_noted_and_taken_back_and_a_double_click_does_no_harm(opened, office: Served):
    page = opened(office.address, "class-teacher", 360)
    page.goto(office.student)
    page.get_by_role("button", name="Print in large letters").dblclick()
    expect(page.get_by_text("Packs are printed in letters of 18 points.")).to_be_visible()
    page.goto("/people/class/7a?large=1")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto(office.student)
    page.get_by_role("button", name="Print in usual letters").press("Enter")
    expect(page.get_by_text("Packs are printed in usual letters.")).to_be_visible()
