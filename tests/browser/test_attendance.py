"""Attendance in a real browser: support staff on a small phone without script, a class teacher with the letters."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from server import models, store
from server.extensions import db
from server.services import cut_offs, incidents
from server.services.content import Author
from server.services.cut_offs import Stretch
from server.services.incidents import Opening
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.web.world import World, build

pytestmark = pytest.mark.browser
LATELY = TODAY - timedelta(days=7)


class Served(NamedTuple):
    """An office that listens, and the addresses of its pages by role."""

    address: str
    pages: dict[str, tuple[str, str]]
    lesson: str


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """Work is missing from last week, an absence has no reason, an incident is open, somebody is cut off."""
    with new_office() as app:
        world = build()
        pages = _furnish(world)
        with served(app) as address:
            yield Served(address, pages, world.near.lesson.lesson_course)


def _furnish(world: World) -> dict[str, tuple[str, str]]:
    near = world.near

    def connect(session) -> None:
        for link in session.scalars(select(models.Connectivity)):
            link.internet, link.channel = "good", "messenger"
        session.get_one(models.Person, near.sibling).phone = "+7 900 000-00-05"

    store.write(connect)
    for n in (2, 3):
        factory.works(factory.task(factory.lesson(near.course, on=LATELY, n=n).lesson_course, f"No. {n}00",
                                   TODAY - timedelta(days=4)))  # fmt: skip
    tv = factory.lesson(near.course, on=LATELY, n=4, form="tv", teacher_id=world.person("subject_teacher"))
    logbook.absent(near.sibling, factory.lesson(near.course, on=LATELY, n=5).lesson_course)
    by = Author(world.person("class_teacher"), world.accounts["class_teacher"], datetime(2026, 12, 7, 3, tzinfo=UTC),
                TODAY)  # fmt: skip
    cut_offs.note([near.sibling], Stretch(TODAY, TODAY, "road", "snow"), by)
    incident = incidents.open_incident(Opening(near.student, "behaviour", "Left the lesson."), by)
    incidents.add_note(incident, "Talked with the mother.", by)
    slug = db.session.get_one(models.Person, near.student).slug
    return {
        "today": ("class-teacher", "/"), "proposals": ("class-teacher", "/attendance/?refused=1"),
        "reasons": ("class-teacher", "/attendance/reasons/"), "totals": ("class-teacher", "/attendance/totals/7a"),
        "cut off": ("class-teacher", "/attendance/cut-off/7a"), "incidents": ("class-teacher", "/incidents/"),
        "incident": ("class-teacher", f"/incidents/{incident}"), "new": ("class-teacher", f"/incidents/new/{slug}"),
        "student": ("class-teacher", f"/people/{slug}"), "classes": ("deputy-studies", "/attendance/"),
        "choice": ("deputy-studies", "/attendance/totals/"),
        "followup": ("deputy-studies", f"/attendance/followup/{tv.lesson_course}"),
        "presence": ("support-staff", "/attendance/presence/"),
        "roll": ("support-staff", f"/attendance/presence/{near.lesson.lesson_course}"),
    }  # fmt: skip


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("login", ["class-teacher", "deputy-studies", "support-staff"])
def test_every_page_is_accessible_and_fits(opened, office: Served, login: str, width: int):
    page = opened(office.address, login, width)
    for name, (who, path) in office.pages.items():
        if who != login:
            continue
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true; })")
        look_over(page, name)


def test_support_staff_report_on_a_small_phone_without_script(opened, office: Served):
    page = opened(office.address, "support-staff", 360, java_script_enabled=False)
    page.get_by_role("link", name="algebra").first.click()
    page.get_by_label("Place").fill("village library")
    page.get_by_role("group", name="Veslov Yegor").get_by_label("not here").check()
    page.get_by_role("group", name="Yakornaya Vera").get_by_text("Behaviour …").click()
    page.get_by_role("group", name="Yakornaya Vera").get_by_role("textbox").fill("Shouted at others.")
    page.get_by_role("button", name="Save, all others are here").click()
    expect(page.get_by_role("status")).to_contain_text("2 students noted.")
    expect(page.get_by_role("status")).to_contain_text("1 report on behaviour went to who answers for it.")
    expect(page.get_by_role("group", name="Veslov Yegor").get_by_label("not here")).to_be_checked()
    expect(page.get_by_role("group", name="Yakornaya Vera").get_by_label("here", exact=True)).to_be_checked()
    teacher = opened(office.address, "class-teacher", 360)
    teacher.get_by_role("link", name="Behaviour: Yakornaya Vera").click()
    expect(teacher.get_by_text("Shouted at others.")).to_be_visible()


def test_the_class_teacher_accepts_a_proposal_and_records_the_reason(opened, office: Served):
    page = opened(office.address, "class-teacher", 360)
    page.get_by_role("link", name="Absences to look at").click()
    lesson = page.get_by_role("region", name="algebra, lesson 2")
    lesson.get_by_role("button", name=re.compile("^Note Н.*Veslov Yegor")).click()
    expect(page.get_by_role("status")).to_contain_text("1 change noted.")
    expect(lesson.get_by_text("Veslov Yegor")).to_have_count(0)
    lesson.get_by_text("Not absent …").click()
    lesson.get_by_label("Reason").fill("was at the olympiad")
    lesson.get_by_role("button", name="Refuse").click()
    expect(page.get_by_role("status")).to_contain_text("Kept. It is not proposed again.")
    page.get_by_role("link", name="Reasons to ask").click()
    family = page.get_by_role("region", name="Veslov Yegor")
    expect(family.get_by_role("link", name="+7 900 000-00-01")).to_be_visible()
    page.wait_for_load_state()
    if not family.get_by_label("Reason", exact=True).is_visible():
        family.get_by_text("Note the reason").first.click()
    family.get_by_label("Б · ill").check()
    family.get_by_label("Reason", exact=True).fill("flu")
    family.get_by_label("It rests on").select_option("certificate of a doctor")
    family.get_by_role("button", name="Note the reason").click()
    expect(page.get_by_role("status")).to_contain_text("Reason noted for 1 lesson.")
    expect(page.get_by_role("region", name="Veslov Yegor")).to_have_count(0)
    page.get_by_role("link", name="Totals").click()
    row = page.get_by_role("row", name="Veslov Yegor")
    expect(row.get_by_role("cell").nth(2)).to_have_text("1")
