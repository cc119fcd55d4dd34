"""Wishes, study groups and TV lessons in a browser: on a narrow phone, with and without script, for everybody."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from server.models import Broadcast
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory
from tests.server.factory import TODAY

pytestmark = pytest.mark.browser
TOMORROW = TODAY + timedelta(days=1)


class Served(NamedTuple):
    """An office that listens, with a lesson of tomorrow and a broadcast."""

    address: str
    lesson: str
    broadcast: str


@pytest.fixture
def office(new_office) -> Iterator[Served]:
    """Two classes, a class teacher, a teacher of algebra and a timetabler."""
    with new_office() as app:
        lesson, broadcast = _school()
        with served(app) as address:
            yield Served(address, lesson, broadcast)


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


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_wish_goes_from_the_lesson_to_the_timetable(opened, office: Served, script: bool) -> None:
    asks = opened(office.address, "class-teacher", 360, java_script_enabled=script, locale="ru-RU")
    asks.goto(f"/wishes/new?lesson={office.lesson}")
    expect(asks.locator("select[name=lesson]")).to_have_value(office.lesson)
    asks.check("input[value=move]")
    asks.fill("textarea[name=text]", "Экскурсия")
    asks.locator("input[name=on]").first.fill(TOMORROW.isoformat())
    asks.locator("input[name=n]").first.fill("4")
    if script:
        look_over(asks, "wish")
    asks.get_by_role("button", name="Попросить").click()
    expect(asks.locator("main")).to_contain_text("Нивина О. П.")
    teacher = opened(office.address, "nivina", 360, java_script_enabled=script, locale="ru-RU")
    teacher.get_by_role("link", name="Перенос урока").first.click()
    agrees = teacher.get_by_role("button", name="Да, согласен")
    expect(agrees).to_be_visible()
    if script:
        look_over(teacher, "wish")
    agrees.click()
    expect(agrees).to_have_count(0)
    clerk = opened(office.address, "office", 360, java_script_enabled=script, locale="ru-RU")
    clerk.get_by_role("link", name="Перенос урока").first.click()
    expect(clerk.locator(".slots label").first).to_contain_text("урок 4")
    if script:
        look_over(clerk, "wish")
    clerk.get_by_role("button", name="Поставить в расписание").click()
    clerk.wait_for_url("**/changes/*")
    asks.goto("/")
    expect(asks.locator("main")).to_contain_text("назначено")


def test_a_study_group_finds_its_time_and_tv_lessons_are_seen_by_all(opened, office: Served) -> None:
    clerk = opened(office.address, "office", 360, locale="ru-RU")
    clerk.goto("/study-groups/new")
    clerk.fill("input[name=name]", "Олимпиада")
    clerk.locator("select[name=subject]").first.select_option(label="алгебра")
    clerk.locator("select[name=teacher]").first.select_option(index=1)
    for name in ("7 «А» класс", "8 «Б» класс"):
        clerk.locator("summary", has_text=name).click()
    clerk.get_by_label("Берёзкин Константин").check()
    clerk.get_by_label("Горевая София").check()
    look_over(clerk, "new")
    clerk.get_by_role("button", name="Создать группу").click()
    expect(clerk.get_by_role("link", name="Найти время")).to_be_visible()
    look_over(clerk, "made")
    clerk.get_by_role("link", name="Найти время").click()
    expect(clerk.get_by_role("button", name="Заниматься тогда каждую неделю").first).to_be_visible()
    look_over(clerk, "times")
    clerk.get_by_role("button", name="Заниматься тогда каждую неделю").click()
    expect(clerk.locator("main")).to_contain_text("Понедельник, урок 1")
    for path in ("/study-groups/", "/wishes/", "/tv/?week=2026-W50", "/tv/?week=2026-W50&class=7a",
                 f"/tv/{office.broadcast}/7a"):  # fmt: skip
        clerk.goto(path)
        look_over(clerk, path)
