"""The office's frame in a real browser: signing in, Today, families and accounts; widths, keyboard, accessibility."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from server.extensions import db
from server.models import ROLES, Person
from tests.browser.conftest import served, sign_in
from tests.browser.looking import look_over, settled
from tests.server import factory, logbook
from tests.server.web.world import World, build

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)
ADVICE = "Password forms should have"  # the user name again, where somebody changes the password
DAY = timedelta(days=1)
LONG = "Krasnoperova-Zaozyornaya"


class Served(NamedTuple):
    """An office that listens, and the addresses of its pages."""

    address: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """Two classes in their fullest state: works to check, two values, students who sent nothing, long names."""
    with new_office() as app:
        pages = _furnish(build())
        with served(app) as address:
            yield Served(address, pages)


def _furnish(world: World) -> dict[str, str]:
    near, teacher = world.near, world.person("subject_teacher")
    long = factory.student(near.id, LONG, "Aleksandra", middle="Konstantinovna")
    factory.guardian(long, LONG, "Mariya", middle="Innokentyevna", email="a.very.long.address@mail.example.org")
    late = factory.works(factory.task(near.lesson.lesson_course, "Functions and their graphs", factory.TODAY - DAY))
    logbook.hand_in(late[near.sibling], teacher, on=factory.TODAY - 2 * DAY)
    logbook.hand_in(near.code, teacher, "4")
    logbook.mark(near.code, "5", world.person("director"))
    for n, form in ((2, "tv"), (3, None)):
        factory.lesson(near.course, n=n, teacher_id=teacher, form=form)
        factory.lesson(near.course, factory.TODAY + n * DAY, teacher_id=teacher, form=form)
    slug = {id: db.session.get_one(Person, id).slug for id in (long, near.student, world.clerk, teacher)}
    return {
        "families": "/people/", "class": "/people/class/7a", "student": f"/people/{slug[near.student]}",
        "long name": f"/people/{slug[long]}", "staff": "/people/staff", "accounts": "/accounts/",
        "without account": f"/accounts/{slug[world.clerk]}", "with account": f"/accounts/{slug[teacher]}",
        "rota": "/accounts/rota", "password": "/password", "not found": "/nothing-here",
    }  # fmt: skip


@pytest.fixture
def page(opened, office: Served) -> Page:
    """A page of nobody yet, on a narrow phone."""
    return opened(office.address, width=360, but=ADVICE)


def choose_language(page: Page, code: str) -> None:
    """Take another language from the menu; it stays with the account."""
    page.goto("/")
    page.locator(".me summary").click()
    page.locator(f"button[name=locale][value={code}]").click()
    expect(page.locator("html")).to_have_attribute("lang", code)


@pytest.mark.parametrize("role", ROLES)
def test_today_of_every_role_is_fit_for_a_phone_and_for_everybody(page: Page, role: str) -> None:
    sign_in(page, role.replace("_", "-"))
    look_over(page, role, WIDTHS)


def test_every_kind_of_page_is_fit_for_a_phone_and_for_everybody(page: Page, office: Served) -> None:
    page.goto("/sign-in")
    look_over(page, "sign-in", WIDTHS)
    sign_in(page, "director")
    for where, path in office.pages.items():
        page.goto(path)
        look_over(page, where, WIDTHS)


def test_longer_words_of_another_language_fit_too(page: Page, office: Served) -> None:
    sign_in(page, "admin")
    choose_language(page, "ru")
    widths = {}
    for where, path in {"today": "/", **office.pages}.items():
        page.goto(path)
        widths[where] = page.evaluate("document.documentElement.scrollWidth")
    choose_language(page, "en")
    assert {where: width for where, width in widths.items() if width > 360} == {}


def test_menus_are_fit_when_they_are_open(page: Page) -> None:
    sign_in(page, "director")
    settled(page)
    for summary in page.locator("summary").all():
        summary.click()
        look_over(page, "menu", WIDTHS)
        page.keyboard.press("Escape")


def test_a_family_is_found_and_no_address_names_it(page: Page) -> None:
    sign_in(page, "psychologist")
    page.get_by_role("searchbox", name="Name, class or phone").fill("veslova")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("family of Veslov Yegor")).to_be_visible()
    expect(page).to_have_url(re.compile("/people/$"))
    look_over(page, "found", WIDTHS)


def test_a_refused_form_is_fit_too(page: Page, office: Served) -> None:
    sign_in(page, "director")
    page.goto(office.pages["without account"])
    page.get_by_label("Login").fill("director")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("The login director is taken")).to_be_visible()
    look_over(page, "refused", WIDTHS)


def test_the_first_key_offers_to_skip_the_menu(page: Page) -> None:
    sign_in(page, "director")
    page.goto("/people/staff")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_menu_works_by_keyboard_and_closes_on_escape(page: Page) -> None:
    sign_in(page, "director")
    settled(page)
    name = page.locator(".me summary")
    name.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(name).to_be_focused()


def test_a_click_beside_the_menu_closes_it(page: Page) -> None:
    sign_in(page, "director")
    settled(page)
    page.set_viewport_size({"width": 1280, "height": 740})
    page.locator(".me summary").click()
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()


def test_digits_of_a_code_are_grouped_while_typed(page: Page) -> None:
    sign_in(page, "subject-teacher")
    field = page.get_by_label("Work code")
    expect(field).to_be_focused()
    settled(page)
    page.keyboard.type("482170317")
    expect(field).to_have_value("482 170 317")
    field.fill("")
    page.keyboard.type("K1SSSSW48217031703")
    expect(field).to_have_value("K1SSSSW48217031703")


def test_one_failing_module_stops_no_other(opened, office: Served) -> None:
    page = opened(office.address, but="menu|ERR_FAILED")
    page.route("**/menu.js", lambda route: route.abort())
    sign_in(page, "subject-teacher")
    settled(page)
    page.get_by_label("Work code").fill("")
    page.keyboard.type("4821")
    expect(page.get_by_label("Work code")).to_have_value("482 1")


def test_everything_in_the_frame_works_without_script(opened, office: Served) -> None:
    page = opened(office.address, "director", but=ADVICE, java_script_enabled=False)
    page.locator(".me summary").click()
    page.get_by_role("link", name="Change password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change password")
    page.locator(".me summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_an_operator_reaches_a_family_in_one_step(page: Page) -> None:
    sign_in(page, "operator")
    expect(page.get_by_label("Name, class, phone or work code")).to_be_focused()
    page.keyboard.type("veslova")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="+7 900 000-00-01").first).to_be_visible()  # the only one: opened at once
