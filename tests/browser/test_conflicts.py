"""The desk of conflicts in a real browser: from Today with taps, by keyboard, on a narrow phone, without script."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server import create_app
from server.config import make_config
from server.extensions import db
from server.services import schema
from tests.browser.conftest import served
from tests.server import factory, logbook
from tests.server.conftest import NOW

pytestmark = pytest.mark.browser
NAMES = ("Берёзкин Константин", "Горевая София", "Ивушкин Глеб", "Ветлин Артём")


class Served(NamedTuple):
    """An office that listens, and the codes of its works by last name."""

    address: str
    codes: dict[str, str]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Served]:
    """A class where three works have two values, and one student two letters."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        codes = _school()
        with served(app) as address:
            yield Served(address, codes)
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    shutil.rmtree(home)


def _school() -> dict[str, str]:
    factory.school(locale="ru")
    group = factory.group()
    students = {name.split()[0]: factory.student(group, *name.split()) for name in NAMES}
    course = factory.course(group, "алгебра")
    teacher, other = (factory.person(*name.split()) for name in ("Нивина Ольга Павловна", "Парусова Нина Петровна"))
    factory.teacher(course, teacher)
    factory.account("nivina", person_id=teacher)
    factory.account("director", "director")
    lesson = factory.lesson(course, teacher_id=teacher, topic="Линейные уравнения").lesson_course
    found = factory.works(factory.task(lesson, "Линейные уравнения, № 412–415"))
    codes = {last: found[student] for last, student in students.items()}
    for last, one, two in (("Берёзкин", "4", "5"), ("Горевая", "3", "4"), ("Ивушкин", "5", "2")):
        logbook.hand_in(codes[last], teacher, one, channel="photo")
        logbook.mark(codes[last], two, other, comment="Половина решения пропущена, см. № 414.")
    logbook.absent(students["Ветлин"], lesson, "Н", teacher)
    logbook.absent(students["Ветлин"], lesson, "Б", other, reason="звонила мама, простуда")
    return codes


def sign_in(page: Page, login: str = "nivina") -> None:
    page.goto("/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", factory.PASSWORD)
    page.click("main button.main")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_from_today_each_conflict_is_two_taps(browser: Browser, office: Served, script: bool) -> None:
    context = browser.new_context(base_url=office.address, java_script_enabled=script,
                                  viewport={"width": 360, "height": 740})  # fmt: skip
    page = context.new_page()
    sign_in(page)
    page.get_by_role("link", name="Берёзкин Константин").click()
    page.get_by_role("button", name="Оставить: 5").click()
    expect(page.get_by_role("status")).to_contain_text("Оставлено: 5")
    expect(page.locator("details.fold li")).to_have_count(3)
    for left in (2, 1, 0):
        page.get_by_role("link", name="Следующее").click()
        page.get_by_role("button", name="Оставить").first.click()
        expect(page.get_by_role("link", name="Следующее")).to_have_count(1 if left else 0)
    page.goto("/")
    expect(page.get_by_text("Сохранены два значения")).to_have_count(0)
    page.goto(f"/conflicts/mark/{office.codes['Берёзкин']}")
    page.get_by_role("button", name="Решить заново: 4").click()
    expect(page.get_by_role("status")).to_contain_text("Оставлено: 4")
    context.close()


def test_by_keyboard_alone(browser: Browser, office: Served) -> None:
    context = browser.new_context(base_url=office.address)
    page = context.new_page()
    sign_in(page)
    page.goto("/conflicts/")
    for _press in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        if focused == "Оставить: 4":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Оставлено: 4")
    context.close()


@pytest.mark.parametrize("login", ["nivina", "director"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_looks_right_and_everybody_can_use_it(browser: Browser, office: Served, width: int, login: str) -> None:
    context = browser.new_context(base_url=office.address, viewport={"width": width, "height": 800})
    page = context.new_page()
    sign_in(page, login)
    target = f"/conflicts/mark/{office.codes['Ивушкин']}"
    for name, path in (("desk", "/conflicts/"), ("target", target), ("today", "/")):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page)
        assert not found.response["violations"], (path, found.generate_report())
        small = page.eval_on_selector_all(
            ".conflict button, .conflict a, .conflict summary, main > p a",
            "all => all.filter(one => one.getBoundingClientRect().height < 43.5).map(one => one.textContent.trim())",
        )
        assert small == [], path
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/conflicts-{name}-{login}-{width}.png", full_page=True)
    context.close()
