"""The desk of conflicts in a real browser: from Today with taps, by keyboard, on a narrow phone, without script."""

import os
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory, logbook

pytestmark = pytest.mark.browser
NAMES = ("Берёзкин Константин", "Горевая София", "Ивушкин Глеб", "Ветлин Артём")


class Served(NamedTuple):
    """An office that listens, and the codes of its works by last name."""

    address: str
    codes: dict[str, str]


@pytest.fixture
def office(new_office) -> Iterator[Served]:
    """A class where three works have two values, and one student two letters."""
    with new_office() as app:
        codes = _school()
        with served(app) as address:
            yield Served(address, codes)


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


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_from_today_each_conflict_is_two_taps(opened, office: Served, script: bool) -> None:
    page = opened(office.address, "nivina", 360, java_script_enabled=script)
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


def test_by_keyboard_alone(opened, office: Served) -> None:
    page = opened(office.address, "nivina")
    page.goto("/conflicts/")
    for _press in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        if focused == "Оставить: 4":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Оставлено: 4")


@pytest.mark.parametrize("login", ["nivina", "director"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_looks_right_and_everybody_can_use_it(opened, office: Served, width: int, login: str) -> None:
    page = opened(office.address, login, width)
    target = f"/conflicts/mark/{office.codes['Ивушкин']}"
    for name, path in (("desk", "/conflicts/"), ("target", target), ("today", "/")):
        page.goto(path)
        look_over(page, path)
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/conflicts-{name}-{login}-{width}.png", full_page=True)
