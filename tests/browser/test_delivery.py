"""Delivery in a real browser: a stop, its students, a register scanned and handed over; look and accessibility."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from server.extensions import db
from server.models import Manifest
from sync.codes import make_label
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory
from tests.server.parcels import printed

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(new_office) -> Iterator[str]:
    """A class of three with printed packs, and a deputy."""
    with new_office() as app:
        factory.school(locale="ru", languages=["ru", "kk", "en"])
        factory.bells()
        group = factory.group()
        lesson = factory.lesson(factory.course(group)).lesson_course
        students = [factory.student(group, *name.split()) for name in
                    ("Берёзкин Константин", "Горевая Софья", "Ивушкин Глеб")]  # fmt: skip
        factory.works(factory.task(lesson))
        for student in students:
            printed(student)
        factory.account("deputy", "deputy_studies")
        with served(app) as listening:
            yield listening


def looked_over(page: Page) -> None:
    """On a phone and on a table: nothing sticks out, axe finds nothing, everything to touch is large enough."""
    look_over(page, "delivery", (1280, 360))


def test_packs_go_out_on_a_register_and_come_back(opened, address):
    page = opened(address, "deputy", 360)
    page.goto(f"{address}/stops/")
    page.fill("[name=name]", "Дальний Кордон")
    page.fill("[name=contact]", "Дорогин П. С., 8 900 000-00-00")
    page.click("form.card button.main")
    page.click("main >> .chips a")
    page.check("input[name=student] >> nth=0")
    page.check("input[name=student] >> nth=1")
    looked_over(page)
    page.click("form:has(input[name=group]) button.main")
    expect(page.locator(".flash")).to_contain_text("2")
    looked_over(page)
    page.goto(f"{address}/stops/")
    looked_over(page)

    page.goto(f"{address}/registers/")
    looked_over(page)
    page.click("form.card button.main")
    expect(page.locator("table.registers tbody tr")).to_have_count(2)
    looked_over(page)
    code = db.session.query(Manifest.code).filter(Manifest.stop_id.is_not(None)).scalar()
    page.keyboard.press("Tab")
    page.focus("#register-code")
    page.keyboard.type(make_label("TEST", "M", code, 0).text)  # as a hand scanner does
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/registers/{code}")
    expect(page.locator("[name=taken_by]")).to_be_focused()
    looked_over(page)
    page.keyboard.type("Дорогин")
    page.keyboard.press("Enter")
    expect(page.locator(".flash")).to_be_visible()
    expect(page.locator("dl.facts")).to_contain_text("Дорогин")
    looked_over(page)
    page.select_option("select[name^=pack-] >> nth=0", "missing")
    page.click("button[value=back]")
    expect(page.locator(".packs .tag.bad")).to_have_count(1)
    looked_over(page)
    page.click("button[value=undo]")
    expect(page.locator(".packs .tag.bad")).to_have_count(0)
    page.go_back()
    page.goto(f"{address}/registers/find?code=12")
    looked_over(page)
    page.goto(f"{address}/registers/overdue")
    looked_over(page)
