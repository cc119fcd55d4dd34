"""Households and movement in a real browser: accessible, narrow enough for a phone, and whole without script."""

import re
from collections.abc import Iterator
from random import SystemRandom
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from server import models, store
from server.extensions import db
from server.services import home_teaching, moving
from server.services.moving import Clerk, Order
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory, village
from tests.server.factory import TODAY
from tests.server.web.world import World, build

pytestmark = pytest.mark.browser


class Served(NamedTuple):
    """An office that listens, and the addresses of its pages."""

    address: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """A proposed family, a perhaps, a transfer, and a student who is taught at home."""
    with new_office() as app:
        pages = _furnish(build())
        with served(app) as address:
            yield Served(address, pages)


def _furnish(world: World) -> dict[str, str]:
    near, household = world.near, factory.new_id()
    factory.add(models.Household(id=household, address="Sadovaya street, 4"))
    brother = factory.student(near.id, "Veslov", "Gleb", household_id=household)
    factory.add(models.Guardianship(id=factory.new_id(), guardian_id=near.guardian, student_id=brother))

    def live_together(session) -> None:
        session.get_one(models.Person, near.student).household_id = household

    store.write(live_together)
    clerk = Clerk(world.person("deputy_studies"), world.accounts["deputy_studies"], village.NOW, TODAY,
                  SystemRandom().randrange, lambda: "slug")  # fmt: skip
    moving.transfer(near.sibling, world.far.id, Order(TODAY, "12-k", "by request of the parents"), clerk)
    subject = db.session.scalars(db.select(models.Subject.id).filter_by(name="algebra")).one()
    home_teaching.start(brother, Order(TODAY), None, {subject: world.person("subject_teacher")}, clerk, "at home")
    slug = {id: db.session.get_one(models.Person, id).slug for id in (near.sibling, near.student, brother)}
    return {
        "households": "/households/", "household": f"/households/{household}", "movement": "/movement/",
        "moved": f"/movement/student/{slug[near.sibling]}", "new": "/movement/new", "leaving": "/movement/leaving/7a",
        "begin": f"/movement/home/{slug[near.student]}", "week": f"/movement/home/{slug[brother]}",
        "student": f"/people/{slug[brother]}", "journal": f"/journal/{world.near.course}",
    }  # fmt: skip


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(opened, office: Served, width: int):
    page = opened(office.address, "deputy-studies", width)
    for name, path in office.pages.items():
        page.goto(path)
        look_over(page, name, targets=name != "journal")  # its headings are a grid's


def test_a_family_is_confirmed_parted_and_put_back_without_script(opened, office: Served):
    page = opened(office.address, "deputy-studies", 360, java_script_enabled=False)
    page.goto(office.pages["households"])
    proposed = page.get_by_role("region", name="To confirm")
    proposed.get_by_role("button", name=re.compile("^One family.*Veslov Gleb, Veslov Yegor$")).click()
    expect(page.get_by_role("status").filter(has_text="1 family confirmed.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    page.goto(office.pages["household"])
    page.get_by_role("button", name=re.compile("^Lives elsewhere.*Veslov Gleb$")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Family of 1 child")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Family of 2 children")


def test_a_week_at_home_is_arranged_without_script(opened, office: Served):
    page = opened(office.address, "deputy-studies", 360, java_script_enabled=False)
    page.goto(office.pages["week"])
    page.get_by_label("Wednesday, 3").select_option("algebra")
    page.get_by_role("button", name="Save the week").click()
    expect(page.get_by_text("The lessons stand in the teachers")).to_be_visible()
    expect(page.get_by_label("Wednesday, 3").locator("option:checked")).to_have_text("algebra")
    page.get_by_role("link", name="Timetable", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Veslov G. (at home)")
