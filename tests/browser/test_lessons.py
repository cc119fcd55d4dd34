"""The day goes out in a real browser: write a lesson, publish it, read it as a family does; look and accessibility."""

import shutil
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server import create_app
from server.config import make_config
from server.extensions import db
from server.services import schema
from server.services.going_out import PUBLISH
from server.services.running import running
from tests.browser.conftest import served
from tests.server import factory
from tests.server.conftest import NOW

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)


class Served(NamedTuple):
    """An office that listens, and two lessons: one that is complete, one of which nothing is said."""

    address: str
    ready: str
    bare: str


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Iterator[Served]:
    """A class of three; its teacher, and a director who sees all."""
    home = tmp_path_factory.mktemp("lessons") / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        lessons = _school()
        with served(app) as address:
            yield Served(address, *lessons)
            running().wait(PUBLISH)
        db.session.remove()
        db.engine.dispose()
    app.extensions["child"].close()
    app.extensions["store"].close()
    shutil.rmtree(home)


def _school() -> tuple[str, str]:
    factory.school()
    factory.bells()
    group = factory.group()
    for name in ("Berezkin Konstantin", "Gorevaya Sofya", "Ivushkin Gleb"):
        factory.student(group, *name.split())
    course = factory.course(group)
    teacher = factory.person("Nivina", "Olga", "Pavlovna", phone="+7 900 000-00-05", email="nivina@example.org")
    factory.teacher(course, teacher)
    factory.account("nivina", person_id=teacher)
    factory.account("director", "director")
    ready = factory.lesson(course, teacher_id=teacher).lesson_course
    factory.material(ready)
    factory.task(ready)
    bare = factory.lesson(course, n=2, teacher_id=teacher, topic="", form=None).lesson_course
    factory.lesson(course, factory.TODAY + factory.timedelta(days=2), teacher_id=teacher, topic="Next")
    return ready, bare


def sign_in(browser: Browser, office: Served, login: str, script: bool = True) -> Page:
    """A fresh context; what the console complains about fails the test that looks at ``page.complaints``."""
    page = browser.new_context(java_script_enabled=script).new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(f"{office.address}/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", factory.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{office.address}/")
    return page


def test_a_lesson_is_written_with_its_preview_beside_and_published(browser, office):
    page = sign_in(browser, office, "nivina")
    page.goto(f"{office.address}/lessons/{office.bare}")
    expect(page.locator(".lacks")).to_contain_text("Choose its form")
    page.fill("[name=topic]", "Fractions")
    page.select_option("[name=form]", "self")
    page.fill("[name=body]", "A **half** and <script>document.title = 'taken over'</script> more")
    expect(page.locator(".md strong")).to_have_text("half")
    page.fill("[name=resource-title]", "Textbook")
    page.fill("[name=resource-source]", "Vilenkin, p. 41")
    page.fill("[name=task-title]", "No. 500")
    page.fill("[name=task-text]", "Solve it.")
    page.select_option("[name=task-scale]", "points")
    page.fill("[name=task-points]", "20")
    assert page.input_value("[name=task-due]") == "2026-12-09", "the next lesson is offered"
    page.keyboard.press("Enter")
    expect(page.locator(".flash.ok")).to_contain_text("Saved.")
    assert page.locator(".lacks").count() == 0 and page.title().startswith("Fractions")

    director = sign_in(browser, office, "director")
    director.goto(f"{office.address}/publish/")
    director.click("text=Approve and publish the week")
    expect(director.locator(".working, .flash.ok").first).to_be_visible()
    expect(director.locator(".flash.ok")).to_contain_text("Edition 1 is published", timeout=60_000)
    director.click("main a[href='/public/7a/']")
    expect(director.locator("body")).to_contain_text("No. 500")
    director.click("text=Fractions")
    expect(director.locator("article strong")).to_have_text("half")
    assert page.complaints == [] and director.complaints == []


def test_a_lesson_is_written_and_previewed_without_script(browser, office):
    page = sign_in(browser, office, "nivina", script=False)
    page.goto(f"{office.address}/lessons/{office.ready}")
    page.fill("[name=body]", "Now **bold**.")
    page.click("text=Add a resource")
    assert page.locator("[name=resource-title]").count() == 2
    page.click("button[value=preview]")
    expect(page.locator(".seen strong")).to_have_text("bold")
    assert page.input_value("[name=body]") == "Now **bold**."
    page.locator(".save button[value=save]").click()
    expect(page.locator(".flash.ok")).to_contain_text("Saved.")


def test_a_page_with_unsaved_text_asks_before_it_is_left(browser, office):
    page = sign_in(browser, office, "nivina")
    page.goto(f"{office.address}/lessons/{office.ready}")
    page.locator("[name=topic]").press_sequentially("!")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{office.address}/lessons/")
    assert asked == ["beforeunload"]


def test_what_was_typed_before_the_script_came_is_asked_about_too(browser, office):
    page = sign_in(browser, office, "nivina")
    held = []
    page.route("**/keep-typed.js*", lambda route: held.append(route))
    page.goto(f"{office.address}/lessons/{office.ready}", wait_until="commit")
    page.locator("[name=topic]").press_sequentially("!")
    while not held:
        page.wait_for_timeout(20)
    with page.expect_response("**/keep-typed.js*"):
        held[0].continue_()
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{office.address}/lessons/")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_bar_that_saves_never_lies_over_the_field_in_use(browser, office, width):
    page = sign_in(browser, office, "nivina")
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(f"{office.address}/lessons/{office.ready}")
    page.locator("[name=topic]").focus()
    seen = set()
    for _step in range(25):
        page.keyboard.press("Tab")
        name, bottom, bar = page.evaluate("""() => {
          const field = document.activeElement, bar = document.querySelector(".save");
          if (bar.contains(field)) return ["", 0, 0];
          const [own, its] = [field, bar].map((one) => one.getBoundingClientRect());
          return [field.name || field.textContent, own.bottom, its.top];
        }""")
        if not name:
            break
        seen.add(name)
        assert bottom <= bar or name in ("body", "task-text"), name  # a text that is higher than the screen scrolls
    assert {"form", "resource-title", "task-due"} <= seen


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_the_screen_and_is_accessible(browser, office, width):
    pages = {
        "nivina": ("/lessons/", f"/lessons/{office.ready}", f"/lessons/{office.bare}", "/lessons/timetable?group=7a",
                   "/packs/"),
        "director": ("/lessons/?all=1", "/lessons/?group=7a", f"/lessons/{office.ready}", "/publish/", "/packs/",
                     "/notices/", "/notices/new", "/school/"),
    }  # fmt: skip
    for login, paths in pages.items():
        page = sign_in(browser, office, login)
        page.set_viewport_size({"width": width, "height": 800})
        for path in paths:
            page.goto(office.address + path)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than the screen"
            found = Axe().run(page).response["violations"]
            assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == [], path
        assert page.complaints == []
        page.context.close()
