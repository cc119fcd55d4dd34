"""The office's frame in a real browser: signing in, Today, families and accounts; widths, keyboard, accessibility."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

from server import create_app
from server.config import make_config
from server.extensions import db
from server.models import ROLES, Person
from server.services import schema
from tests.browser.conftest import served
from tests.server import factory, logbook
from tests.server.conftest import NOW
from tests.server.web.world import World, build

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)
DAY = timedelta(days=1)
LONG = "Krasnoperova-Zaozyornaya"
SMALL_TARGETS = """() => {
  const targets = [...document.querySelectorAll("a, button, input, select, summary, textarea")];
  return targets.filter((element) => {
    const box = element.getBoundingClientRect();
    const tiny = ["checkbox", "radio", "hidden"].includes(element.type) || element.matches(".skip");
    return !tiny && box.width > 0 && box.height < 44;
  }).map((element) => element.outerHTML.slice(0, 120));
}"""


class Served(NamedTuple):
    """An office that listens, and the addresses of its pages."""

    address: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two classes in their fullest state: works to check, two values, students who sent nothing, long names."""
    home: Path = tmp_path_factory.mktemp("shell") / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        pages = _furnish(build())
        with served(app) as address:
            yield Served(address, pages)
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


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
def context(browser: Browser, office: Served) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=office.address, viewport={"width": 360, "height": 740})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page; what the console or the security policy complains about, or a missing part, fails the test."""
    page, complaints = context.new_page(), []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    def watch(response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            complaints.append(response.url)

    page.on("console", hear)
    page.on("response", watch)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


def sign_in(page: Page, role: str) -> None:
    """Fill in the form as the holder of a role."""
    page.goto("/sign-in")
    page.get_by_label("Login").fill(role.replace("_", "-"))
    page.get_by_label("Password").fill(factory.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Monday, 7 December")


def choose_language(page: Page, code: str) -> None:
    """Take another language from the menu; it stays with the account."""
    page.goto("/")
    page.locator(".me summary").click()
    page.locator(f"button[name=locale][value={code}]").click()
    expect(page.locator("html")).to_have_attribute("lang", code)


def look_over(page: Page, where: str) -> None:
    """At both widths: nothing to scroll sideways, targets large enough, nothing that axe finds."""
    page.wait_for_load_state()  # a heading can be read before the styles are there
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{where} scrolls at {width}"
        assert page.evaluate(SMALL_TARGETS) == [], f"{where} at {width}"
        found = Axe().run(page)
        assert found.violations_count == 0, f"{where} at {width}\n{found.generate_report()}"


@pytest.mark.parametrize("role", ROLES)
def test_today_of_every_role_is_fit_for_a_phone_and_for_everybody(page: Page, role: str) -> None:
    sign_in(page, role)
    look_over(page, role)


def test_every_kind_of_page_is_fit_for_a_phone_and_for_everybody(page: Page, office: Served) -> None:
    page.goto("/sign-in")
    look_over(page, "sign-in")
    sign_in(page, "director")
    for where, path in office.pages.items():
        page.goto(path)
        look_over(page, where)


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
    for summary in page.locator("summary").all():
        summary.click()
        look_over(page, "menu")
        page.keyboard.press("Escape")


def test_a_family_is_found_and_no_address_names_it(page: Page) -> None:
    sign_in(page, "psychologist")
    page.get_by_role("searchbox", name="Name, class or phone").fill("veslova")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("family of Veslov Yegor")).to_be_visible()
    assert page.url.endswith("/people/")
    look_over(page, "found")


def test_a_refused_form_is_fit_too(page: Page, office: Served) -> None:
    sign_in(page, "director")
    page.goto(office.pages["without account"])
    page.get_by_label("Login").fill("director")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("The login director is taken")).to_be_visible()
    look_over(page, "refused")


def test_the_first_key_offers_to_skip_the_menu(page: Page) -> None:
    sign_in(page, "director")
    page.goto("/people/staff")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_menu_works_by_keyboard_and_closes_on_escape(page: Page) -> None:
    sign_in(page, "director")
    name = page.locator(".me summary")
    name.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(name).to_be_focused()


def test_a_click_beside_the_menu_closes_it(page: Page) -> None:
    sign_in(page, "director")
    page.set_viewport_size({"width": 1280, "height": 740})
    page.locator(".me summary").click()
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()


def test_digits_of_a_code_are_grouped_while_typed(page: Page) -> None:
    sign_in(page, "subject_teacher")
    field = page.get_by_label("Work code")
    expect(field).to_be_focused()
    page.wait_for_load_state("networkidle")  # modules are loaded by name, after the page
    page.keyboard.type("482170317")
    expect(field).to_have_value("482 170 317")
    field.fill("")
    page.keyboard.type("K1SSSSW48217031703")
    expect(field).to_have_value("K1SSSSW48217031703")


def test_one_failing_module_stops_no_other(context: BrowserContext) -> None:
    context.route("**/menu.js", lambda route: route.abort())
    page = context.new_page()
    sign_in(page, "subject_teacher")
    page.wait_for_load_state("networkidle")  # modules are loaded by name, after the page
    page.get_by_label("Work code").fill("")
    page.keyboard.type("4821")
    expect(page.get_by_label("Work code")).to_have_value("482 1")


def test_everything_in_the_frame_works_without_script(browser: Browser, office: Served) -> None:
    context = browser.new_context(base_url=office.address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "director")
    page.locator(".me summary").click()
    page.get_by_role("link", name="Change password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change password")
    page.locator(".me summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    context.close()


def test_an_operator_reaches_a_family_in_one_step(page: Page) -> None:
    sign_in(page, "operator")
    expect(page.get_by_label("Name, class, phone or work code")).to_be_focused()
    page.keyboard.type("veslova")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="+7 900 000-00-01").first).to_be_visible()  # the only one: opened at once
