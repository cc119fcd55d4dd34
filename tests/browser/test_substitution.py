"""Substitutions in a real browser: a teacher falls ill, everything is given to others at once, the journal shows it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import served
from tests.browser.looking import look_over, settled
from tests.server import factory, village

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[str]:
    """The address of the village's office, with its lists and its timetable."""
    with new_office() as app:
        factory.school(week_anchor=None)
        for kind in ("terms", "bells", "people", "staff", "timetable"):
            village.bring(kind, *village.FILES[kind])
        factory.account("deputy", "deputy_studies")
        with served(app) as address:
            yield address


def note(page: Page, name: str, first: str, last: str) -> str:
    """Note an absence; returns the address of its lessons."""
    page.goto("/substitutions/")
    page.get_by_label("Teacher", exact=True).select_option(label=name)
    page.get_by_label("Reason", exact=True).select_option("illness")
    page.get_by_label("First day").fill(first)
    page.get_by_label("Last day, if it is another").fill(last)
    page.get_by_label("Order No.").fill("14-к")
    page.get_by_role("button", name="Note it and see the lessons").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page.url


def test_an_ill_teachers_lessons_are_given_to_others_without_script(opened, office: str):
    page = opened(office, "deputy", 360, java_script_enabled=False)
    address = note(page, "Дроздова О. П.", "2026-12-08", "2026-12-09")
    lessons = page.locator("fieldset.case")
    page.wait_for_load_state()
    count = lessons.count()
    assert count > 5
    for lesson in lessons.all():
        assert lesson.locator("input[type=radio]:checked").count() == 1
    last = lessons.last
    last.locator("summary").click()
    last.get_by_label("self-study, nobody holds it").check()
    last.get_by_label("Task for self-study").fill("Read § 12, answer the questions.")
    page.get_by_role("button", name="Confirm all that is marked").click()
    page.wait_for_url("**/changes/*")
    page.goto(address)
    expect(page.get_by_text("Every lesson of these days is provided for.")).to_be_visible()
    page.goto("/substitutions/journal?month=2026-12")
    rows = page.locator("table.stacks tbody tr")
    expect(rows).to_have_count(count)
    expect(rows.filter(has_text="self-study")).to_have_count(1)
    expect(rows.filter(has_text="Дроздова О. П.")).to_have_count(count)


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(opened, office: str, width: int):
    page = opened(office, "deputy", width)
    name = {360: "Незабудкина В. Д.", 1280: "Загоров М. В."}[width]
    address = note(page, name, "2026-12-10", "2026-12-11")
    settled(page)
    for summary in page.locator("fieldset.case summary").all():
        summary.click()
    look_over(page, "lessons")
    box = page.locator(".other").first
    box.locator("select").select_option(index=1)
    expect(box.locator("input[type=radio]")).to_be_checked()
    page.get_by_role("button", name="Confirm all that is marked").click()
    page.wait_for_url("**/changes/*")
    page.goto(address)
    page.get_by_role("button", name="Take the absence back").click()
    expect(page.get_by_role("heading", name="Given to others, and may be taken back")).to_be_visible()
    look_over(page, "back")
    page.get_by_role("button", name="Give all of them back").click()
    expect(page.get_by_text("Nothing was given to others.")).to_be_visible()
    for path in ("/substitutions/", "/substitutions/journal?month=2026-12", "/"):
        page.goto(path)
        look_over(page, path)
