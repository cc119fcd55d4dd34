"""Wishes, study groups and TV lessons in a browser: on a narrow phone, with and without script, for everybody."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server import create_app
from server.config import make_config
from server.extensions import db
from server.models import Broadcast
from server.services import schema
from tests.browser.conftest import served
from tests.server import factory
from tests.server.conftest import NOW
from tests.server.factory import TODAY

pytestmark = pytest.mark.browser
TOMORROW = TODAY + timedelta(days=1)


class Served(NamedTuple):
    """An office that listens, with a lesson of tomorrow and a broadcast."""

    address: str
    lesson: str
    broadcast: str


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Served]:
    """Two classes, a class teacher, a teacher of algebra and a timetabler."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        lesson, broadcast = _school()
        with served(app) as address:
            yield Served(address, lesson, broadcast)
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    shutil.rmtree(home)


def _school() -> tuple[str, str]:
    factory.school(locale="ru")
    factory.bells()
    first, second = factory.group(), factory.group("8 «Б»", "8b", 8)
    factory.student(first, "Берёзкин", "Константин")
    factory.student(second, "Горевая", "София")
    course = factory.course(first, "алгебра")
    teacher = factory.person("Нивина", "Ольга", "Павловна")
    factory.teacher(course, teacher)
    factory.account("nivina", person_id=teacher)
    factory.account("class-teacher", "class_teacher", group_id=first)
    factory.account("office", "deputy_studies")
    lesson = factory.lesson(course, TOMORROW, 2, teacher, "Степени").lesson_course
    broadcast = factory.new_id()
    factory.add(Broadcast(id=broadcast, on=TOMORROW, starts="15:10", minutes=20, channel="Школа-ТВ", grade=7,
                          subject="Алгебра", topic="Степени"))  # fmt: skip
    return lesson, broadcast


def signed_in(browser: Browser, office: Served, login: str, script: bool) -> Page:
    context = browser.new_context(base_url=office.address, java_script_enabled=script, locale="ru-RU",
                                  viewport={"width": 360, "height": 740})  # fmt: skip
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", factory.PASSWORD)
    page.click("main button.main")
    return page


def looks_well(page: Page) -> None:
    """Nobody is left out by how the page is made, and nothing is cut off on a narrow phone."""
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_wish_goes_from_the_lesson_to_the_timetable(browser: Browser, office: Served, script: bool) -> None:
    asks = signed_in(browser, office, "class-teacher", script)
    asks.goto(f"/wishes/new?lesson={office.lesson}")
    expect(asks.locator("select[name=lesson]")).to_have_value(office.lesson)
    asks.check("input[value=move]")
    asks.fill("textarea[name=text]", "Экскурсия")
    asks.locator("input[name=on]").first.fill(TOMORROW.isoformat())
    asks.locator("input[name=n]").first.fill("4")
    if script:
        looks_well(asks)
    asks.get_by_role("button", name="Попросить").click()
    expect(asks.locator("main")).to_contain_text("Нивина О. П.")
    teacher = signed_in(browser, office, "nivina", script)
    teacher.get_by_role("link", name="Перенос урока").first.click()
    if script:
        looks_well(teacher)
    teacher.get_by_role("button", name="Да, согласен").click()
    clerk = signed_in(browser, office, "office", script)
    clerk.get_by_role("link", name="Перенос урока").first.click()
    expect(clerk.locator(".slots label").first).to_contain_text("урок 4")
    if script:
        looks_well(clerk)
    clerk.get_by_role("button", name="Поставить в расписание").click()
    assert "/changes/" in clerk.url
    asks.goto("/")
    expect(asks.locator("main")).to_contain_text("назначено")


def test_a_study_group_finds_its_time_and_tv_lessons_are_seen_by_all(browser: Browser, office: Served) -> None:
    clerk = signed_in(browser, office, "office", True)
    clerk.goto("/study-groups/new")
    clerk.fill("input[name=name]", "Олимпиада")
    clerk.locator("select[name=subject]").first.select_option(label="алгебра")
    clerk.locator("select[name=teacher]").first.select_option(index=1)
    for name in ("7 «А» класс", "8 «Б» класс"):
        clerk.locator("summary", has_text=name).click()
    clerk.get_by_label("Берёзкин Константин").check()
    clerk.get_by_label("Горевая София").check()
    looks_well(clerk)
    clerk.get_by_role("button", name="Создать группу").click()
    looks_well(clerk)
    clerk.get_by_role("link", name="Найти время").click()
    looks_well(clerk)
    clerk.get_by_role("button", name="Заниматься тогда каждую неделю").click()
    expect(clerk.locator("main")).to_contain_text("Понедельник, урок 1")
    for path in ("/study-groups/", "/wishes/", "/tv/?week=2026-W50", "/tv/?week=2026-W50&class=7a",
                 f"/tv/{office.broadcast}/7a"):  # fmt: skip
        clerk.goto(path)
        looks_well(clerk)
