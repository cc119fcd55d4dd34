"""Feedback and monitoring: given by a tap and taken back, accessible and narrow, whole without script."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from server import models
from server.extensions import db
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import logbook
from tests.server.web.world import build

pytestmark = pytest.mark.browser


class Served(NamedTuple):
    """An office that listens, and the addresses of its pages."""

    address: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """A class with decisions of which the families do not know, by two ways."""
    with new_office() as app:
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


def _is_fit(page: Page, name: str) -> None:
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((one) => (one.open = true))")
    look_over(page, name)


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(opened, office: Served, width: int):
    page = opened(office.address, "subject-teacher", width)
    page.goto("/feedback/")
    _is_fit(page, "own")
    deputy = opened(office.address, "deputy-studies", width)
    for name, path in office.pages.items():
        assert deputy.goto(path).status == 200, name
        _is_fit(deputy, name)


@pytest.mark.parametrize("script", [True, False])
def test_an_answer_is_given_with_one_tap_and_taken_back(opened, office: Served, script: bool):
    page = opened(office.address, "subject-teacher", 360, has_touch=True, java_script_enabled=script)
    page.goto("/feedback/")
    given = page.get_by_role("button", name="Given: Veslov Yegor")
    given.tap()
    expect(page.get_by_text("1 answer noted as given.")).to_be_visible()
    expect(given).to_have_count(0)
    expect(page.get_by_role("button", name="Given: Yakornaya Vera")).to_be_visible()
    page.get_by_role("button", name="Undo").tap()
    expect(page.get_by_text("1 answer waits again.")).to_be_visible()
    expect(given).to_be_visible()


def test_the_text_is_copied_as_the_family_is_told_it(opened, office: Served):
    page = opened(office.address, "subject-teacher", 360, has_touch=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/feedback/")
    page.get_by_role("region", name="Messenger").get_by_role("button", name="Copy").tap()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "No. 413" in copied
    assert "Yakornaya" not in copied  # a chat needs no surname


def test_monitoring_opens_down_to_the_class_without_script(opened, office: Served):
    page = opened(office.address, "deputy-studies", 360, java_script_enabled=False)
    page.goto("/monitor/")
    page.locator("main a[href^='/monitor/classes/7a']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("compulsory works")
