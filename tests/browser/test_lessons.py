"""The day goes out in a real browser: write a lesson, publish it, read it as a family does; look and accessibility."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from server.services.going_out import PUBLISH
from server.services.running import running
from tests.browser.conftest import served
from tests.browser.looking import LONG, look_over, settled
from tests.server import factory

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)


class Served(NamedTuple):
    """An office that listens, and two lessons: one that is complete, one of which nothing is said."""

    address: str
    ready: str
    bare: str


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """A class of three; its teacher, and a director who sees all."""
    with new_office() as app:
        lessons = _school()
        with served(app) as address:
            yield Served(address, *lessons)
            running().wait(PUBLISH)


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


def test_a_lesson_is_written_with_its_preview_beside_and_published(opened, office):
    page = opened(office.address, "nivina")
    page.goto(f"/lessons/{office.bare}")
    settled(page)
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
    expect(page.locator("[name=task-due]")).to_have_value("2026-12-09")  # the next lesson is offered
    page.keyboard.press("Enter")
    expect(page.locator(".flash.ok")).to_contain_text("Saved.")
    expect(page.locator(".lacks")).to_have_count(0)
    expect(page).to_have_title(re.compile("^Fractions"))

    director = opened(office.address, "director")
    director.goto("/publish/")
    director.click("text=Approve and publish the week")
    expect(director.locator(".working, .flash.ok").first).to_be_visible()
    expect(director.locator(".flash.ok")).to_contain_text("Edition 1 is published", timeout=LONG)
    director.click("main a[href='/public/7a/']")
    expect(director.locator("body")).to_contain_text("No. 500")
    director.click("text=Fractions")
    expect(director.locator("article strong")).to_have_text("half")


def test_a_lesson_is_written_and_previewed_without_script(opened, office):
    page = opened(office.address, "nivina", java_script_enabled=False)
    page.goto(f"/lessons/{office.ready}")
    page.fill("[name=body]", "Now **bold**.")
    page.click("text=Add a resource")
    expect(page.locator("[name=resource-title]")).to_have_count(2)
    expect(page.locator("[name=resource-title]").last).to_be_focused()
    page.click("button[value=preview]")
    expect(page.locator(".seen strong")).to_have_text("bold")
    expect(page.locator("[name=body]")).to_have_value("Now **bold**.")
    page.locator(".save button[value=save]").click()
    expect(page.locator(".flash.ok")).to_contain_text("Saved.")


def test_a_page_with_unsaved_text_asks_before_it_is_left(opened, office):
    page = opened(office.address, "nivina")
    page.goto(f"/lessons/{office.ready}")
    settled(page)
    page.locator("[name=topic]").press_sequentially("!")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/lessons/")
    assert asked == ["beforeunload"]


def test_what_was_typed_before_the_script_came_is_asked_about_too(opened, office):
    page = opened(office.address, "nivina")
    held = []
    page.route("**/keep-typed.js*", lambda route: held.append(route))
    page.goto(f"/lessons/{office.ready}", wait_until="commit")
    page.locator("[name=topic]").press_sequentially("!")
    while not held:
        page.wait_for_timeout(20)
    with page.expect_response("**/keep-typed.js*"):
        held[0].continue_()
    settled(page)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/lessons/")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_bar_that_saves_never_lies_over_the_field_in_use(opened, office, width):
    page = opened(office.address, "nivina")
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(f"/lessons/{office.ready}")
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
def test_every_page_fits_the_screen_and_is_accessible(opened, office, width):
    pages = {
        "nivina": ("/lessons/", f"/lessons/{office.ready}", f"/lessons/{office.bare}", "/lessons/timetable?group=7a",
                   "/packs/"),
        "director": ("/lessons/?all=1", "/lessons/?group=7a", f"/lessons/{office.ready}", "/publish/", "/packs/",
                     "/notices/", "/notices/new", "/school/"),
    }  # fmt: skip
    for login, paths in pages.items():
        page = opened(office.address, login)
        for path in paths:
            page.goto(path)
            look_over(page, path, [width], targets=False)
