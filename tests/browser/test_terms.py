"""A teacher decides a quarter in a real browser: by keyboard, by hints, without script; look and accessibility."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import served
from tests.browser.looking import hold, look_over, settled
from tests.server import factory, logbook, village

pytestmark = pytest.mark.browser

NAMES = ("Berezkin Konstantin", "Gorevaya Sofya", "Ivushkin Gleb", "Vetlin Artyom", "Yakornaya Vera")
MARKS = {"Berezkin": "55", "Gorevaya": "43", "Ivushkin": "33", "Vetlin": "", "Yakornaya": "24"}


class Served(NamedTuple):
    """An office that listens, and what is in it."""

    address: str
    courses: dict[str, str]  # a course for each test that writes
    lesson: str


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """A class of five with two marked tasks in several subjects, and marks from a network course."""
    with new_office() as app:
        courses, lesson = _school()
        with served(app) as address:
            yield Served(address, courses, lesson)


def _school() -> tuple[dict[str, str], str]:
    factory.school()
    group = factory.group("7А", "7a")
    students = {name.split()[0]: factory.student(group, *name.split()) for name in NAMES}
    teacher = factory.person("Nivina", "Olga", "Pavlovna")
    factory.account("nivina", person_id=teacher)
    factory.account("deputy", "deputy_studies")
    courses = {}
    for subject in ("algebra", "geometry", "physics", "biology"):
        course = courses[subject] = factory.course(group, subject)
        factory.teacher(course, teacher)
        lesson = factory.lesson(course, factory.TODAY - timedelta(days=2)).lesson_course
        for n in range(2):
            codes = factory.works(factory.task(lesson, f"Task {n}"))
            for last, values in MARKS.items():
                if values:
                    logbook.hand_in(codes[students[last]], teacher, values[n])
    rows = "Класс;ФИО;Предмет;Дата;Тема;Отметка;Платформа\n" + "\n".join(
        f"7А;{name};physics;05.12.2026;Waves;4;Network school" for name in NAMES[:2]
    )
    village.bring("outside_marks", ("net.csv", rows.encode()))
    return courses, lesson


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(request, opened, office) -> Page:
    """A teacher who has signed in, with and without script."""
    return opened(office.address, "nivina", java_script_enabled=request.param)


@pytest.fixture
def scripted(opened, office) -> Page:
    """The same with script only."""
    return opened(office.address, "nivina")


def marks(page: Page) -> Locator:
    return page.locator('input[name^="mark-"]')


def test_a_quarter_is_decided_by_keyboard_alone(scripted, office):
    scripted.goto(f"/journal/{office.courses['algebra']}/terms")
    settled(scripted)
    expect(scripted.locator('input[name^="mark-"]').first).to_be_focused()
    scripted.keyboard.type("5")  # one key each: the cursor goes on by itself
    scripted.keyboard.type("=")  # the hint: 3.50 → 4
    scripted.keyboard.type("4")  # against the hint
    scripted.keyboard.press("ArrowDown")  # Vetlin has no marks
    scripted.keyboard.type("=")
    hold(marks(scripted), ["5", "4", "4", "", "3"])
    scripted.keyboard.press("Control+Enter")
    expect(scripted.get_by_role("status").first).to_contain_text("4 rows saved")
    hold(marks(scripted), ["5", "4", "4", "", "3"])
    scripted.goto(f"/journal/{office.courses['algebra']}")
    row = scripted.locator("tbody tr", has_text="Ivushkin").first
    expect(row.locator("td.term.mark")).to_have_text("4")


def test_all_hints_are_seen_before_they_are_saved(scripted, office):
    scripted.goto(f"/journal/{office.courses['geometry']}/terms")
    settled(scripted)
    scripted.get_by_role("button", name="Accept 4 hints").click()
    hold(marks(scripted), ["5", "4", "3", "", "3"])
    expect(scripted.get_by_role("button", name="Save the marks")).to_be_focused()
    scripted.keyboard.press("Enter")
    expect(scripted.get_by_role("status").first).to_contain_text("4 rows saved")


def test_hints_are_accepted_without_script_too(opened, office):
    page = opened(office.address, "nivina", java_script_enabled=False)
    page.goto(f"/journal/{office.courses['biology']}/terms")
    page.get_by_role("button", name="Accept 4 hints").click()
    expect(page.get_by_role("status").first).to_contain_text("4 rows saved")
    hold(marks(page), ["5", "4", "3", "", "3"])
    first = page.locator('input[name^="mark-"]').first
    first.fill("7")
    page.get_by_role("button", name="Save the marks").click()
    expect(page.locator(".told.bad")).to_contain_text("not a mark here")
    expect(marks(page).first).to_have_value("7")


def test_the_trace_says_what_counts(page, office):
    page.goto(f"/journal/{office.courses['physics']}/terms")
    page.locator("details.how summary").first.click()
    trace = page.locator("details.how").first
    expect(trace).to_contain_text("Task 0")
    expect(trace).to_contain_text("Mean: 5.00, rounded 5.")
    expect(trace).to_contain_text("273-FZ")
    page.get_by_role("link", name="Print how they come about").click()
    expect(page.locator("section.person")).to_have_count(5)


def test_one_tap_opens_the_column_of_oral_answers(page, office):
    page.goto(f"/journal/lesson/{office.lesson}")
    page.get_by_role("button", name="Oral answers").click()
    expect(page.locator("h1")).to_have_text("Oral answers")
    address = page.url
    expect(page.get_by_text("How it came")).to_have_count(0)
    page.locator('input[name^="mark-"]').first.fill("5")
    page.get_by_role("button", name="Save all filled rows").click()
    expect(page.locator(".told.ok")).to_have_text("saved")
    page.goto(f"/journal/lesson/{office.lesson}")
    page.get_by_role("button", name="Oral answers").click()
    expect(page).to_have_url(address)


def test_marks_from_elsewhere_are_decided_row_by_row(scripted, office):
    scripted.goto("/journal/outside/")
    rows = scripted.locator("form ul.rows > li")
    expect(rows).to_have_count(2)
    rows.nth(0).get_by_label("into the journal").check(force=True)
    rows.nth(1).get_by_label("decline", exact=True).check(force=True)
    scripted.get_by_role("button", name="Save the decisions").click()
    expect(scripted.locator(".told.bad")).to_contain_text("Please fill in")
    expect(rows).to_have_count(1)
    rows.nth(0).get_by_label("decline", exact=True).check(force=True)
    rows.nth(0).get_by_label("Reason, if you decline").fill("Another programme")
    scripted.get_by_role("button", name="Save the decisions").click()
    expect(scripted.get_by_text("Nothing waits for a decision.")).to_be_visible()
    scripted.goto(f"/journal/{office.courses['physics']}")
    expect(scripted.locator("thead").first).to_contain_text("Waves (Network school)")


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_fit_and_are_accessible(opened, office, width):
    course = f"/journal/{office.courses['algebra']}"
    pages = {"nivina": (f"{course}/terms", f"{course}/terms?term=year", f"{course}/terms/traces", "/journal/outside/"),
             "deputy": ("/journal/rules/",)}  # fmt: skip
    for login, paths in pages.items():
        page = opened(office.address, login, width)
        for path in paths:
            page.goto(path)
            look_over(page, path)


def test_rules_are_changed_by_the_deputy(opened, office):
    page = opened(office.address, "deputy")
    page.goto("/journal/rules/")
    page.get_by_label("Control work").fill("x")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field.wrong .error")).to_contain_text("does not fit")
    page.get_by_label("Control work").fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.get_by_label("Control work")).to_have_value("2")
    expect(page.locator("main")).to_contain_text("273-FZ")
