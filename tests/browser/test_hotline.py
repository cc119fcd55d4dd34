"""A call on the hotline in a real browser: from the search to the promised and printed pack, by keyboard alone."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from printables.report import PackInfo, PrintReport
from server import store
from server.extensions import db
from server.models import Edition, Group, Membership, Pack, Person
from server.services import reception, requests
from server.services.content import Author
from server.services.free_times import Hours
from server.services.pack_records import Ordered, Print, order_packs, record
from tests.browser.conftest import served
from tests.browser.looking import look_over, settled
from tests.server import factory, logbook

pytestmark = pytest.mark.browser
ZONE = ZoneInfo("Asia/Yekaterinburg")


class Served(NamedTuple):
    """An office that listens, a student's id and address, a request's id."""

    address: str
    student: str
    slug: str
    request: str
    app: object


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """Two classes; the operator is on duty; a teacher receives on Tuesdays."""
    with new_office() as app:
        student, request = _school()
        slug = db.session.get_one(Person, student).slug
        db.session.rollback()
        with served(app) as address:
            yield Served(address, student, slug, request, app)


def _school() -> tuple[str, str]:
    factory.school(locale="ru", hotline_hours="9:00–17:00")
    factory.bells()
    group = factory.group()
    student = factory.student(group, "Лодкин", "Семён", phone="+79000000101")
    factory.guardian(student, "Лодкина", "Анна")
    factory.student(group, "Парусова", "Вера")
    factory.connectivity(student)
    course = factory.course(group, "алгебра")
    teacher = factory.teacher(course, factory.person("Незабудкина", "Виктория", "Денисовна"))
    factory.account("teacher", person_id=teacher)
    task = factory.task(factory.lesson(course, teacher_id=teacher, topic="Линейные уравнения").lesson_course, "№ 412")
    code = factory.works(task)[student]
    logbook.hand_in(code, teacher, "4")
    factory.account("coordinator", "coordinator")
    operator = factory.account("operator", "operator")
    factory.duty(factory.person_of(operator))
    by = Author(factory.person_of(operator), operator, logbook.NOW, factory.TODAY)
    reception.add_hours(teacher, Hours("", 2, "15:00", "16:00", 20, factory.SINCE, None), by)
    wish = requests.Wish("consultation", "Объяснить ещё раз", student, host_id=teacher)
    return student, store.write(lambda session: requests.promise(session, wish, by))


class Keys:
    """The keyboard, counting: every letter and every key is one press."""

    def __init__(self, page: Page):
        self.page, self.presses = page, 0

    def type(self, text: str) -> None:
        self.presses += len(text)
        self.page.keyboard.type(text)

    def press(self, *names: str) -> None:
        for name in names:
            self.presses += 1
            self.page.keyboard.press(name)


@pytest.fixture
def operator(opened, office) -> Page:
    """The operator with script."""
    return opened(office.address, "operator")


def print_run(office: Served) -> None:
    """What a print of the class's packs records; the paper itself has tests of its own."""

    def save(session) -> None:
        session.add(Edition(number=1, id="e" * 64, issued_at=logbook.NOW, window_from=factory.TODAY,
                            window_to=factory.TODAY))  # fmt: skip
        session.flush()
        members = session.scalars(select(Membership.person_id).join(Group).where(Group.slug == "7a"))
        order_packs(session, Ordered("7a", "2026-W50", 1, dict.fromkeys(members, "everyone")), logbook.NOW, None)
        session.flush()
        printed = tuple(PackInfo(row.student_id, row.code, 2, 9, 1, ()) for row in session.query(Pack))
        record(session, Print(PrintReport(None, printed, 4, 5, 1, 0, {}), "7a", numbered=True), logbook.NOW, None)

    with office.app.app_context():
        store.write(save)


def test_a_call_from_search_to_promised_and_printed_pack_by_keyboard_alone(operator, office):
    operator.goto("/hotline/")
    settled(operator)
    keys = Keys(operator)
    keys.type("лоткина ана")  # two typing errors
    expect(operator.locator("#found [data-found]").first).to_contain_text("Лодкина Анна")
    keys.press("Enter")
    expect(operator.locator("h1")).to_have_text("Лодкин Семён")
    expect(operator.locator("main")).to_contain_text("алгебра")
    expect(operator.locator(".told")).to_have_count(0)
    settled(operator)
    keys.press("v")  # called back
    expect(operator.locator(".told")).to_contain_text("№ 412")
    expect(operator.locator(".told .tag.mark")).to_have_text("4")
    settled(operator)
    keys.press("4")  # a paper pack
    expect(operator.locator("h1")).to_have_text("Нужен бумажный пакет")
    settled(operator)
    keys.press("Enter")  # the promise
    expect(operator.locator(".flash.ok").first).to_contain_text("Обещано к 10 декабря")
    settled(operator)
    keys.press("e")
    expect(operator.locator("input[name=q]")).to_be_focused()
    expect(operator.locator("main")).to_contain_text("пакет на бумаге")
    print(f"key presses of the whole call: {keys.presses}")
    assert keys.presses == len("лоткина ана") + 5
    operator.goto("/requests/?show=all")
    expect(operator.locator("main li", has_text="Бумажный пакет")).to_contain_text("не выполнено")
    print_run(office)
    operator.goto("/requests/?show=closed")
    operator.get_by_role("link", name="Бумажный пакет").click()
    expect(operator.locator("main")).to_contain_text("готово")
    expect(operator.locator("main")).to_contain_text("печать пакетов")


def test_a_time_is_agreed_on_the_phone_by_keys(operator, office):
    operator.goto(f"/hotline/student/{office.slug}")
    settled(operator)
    operator.keyboard.press("6")
    expect(operator.locator("h2", has_text="С кем?")).to_be_visible()
    settled(operator)
    operator.keyboard.press("1")  # the first teacher
    expect(operator.locator("fieldset", has_text="Когда")).to_be_visible()
    settled(operator)
    operator.keyboard.press("1")  # the first free time
    expect(operator.get_by_role("radio", name="Вторник, 8 декабря, 15:00")).to_be_checked()
    operator.keyboard.press("Enter")
    expect(operator.locator(".flash.ok").first).to_be_visible()
    expect(operator.locator("main")).to_contain_text("8 дек., 15:00")


def test_what_was_typed_comes_back_until_it_is_noted(operator, office):
    place = f"/hotline/student/{office.slug}/other"
    operator.goto(place)
    settled(operator)
    operator.keyboard.type("Просили передать спасибо")
    operator.keyboard.press("Escape")
    expect(operator.locator("h1")).to_have_text("Лодкин Семён")
    operator.goto(place)
    settled(operator)
    expect(operator.locator("textarea[name=text]")).to_have_value("Просили передать спасибо")
    operator.keyboard.press("Control+Enter")
    expect(operator.locator(".flash.ok").first).to_be_visible()
    settled(operator)  # the script of that page forgets what was kept
    operator.goto(place)
    settled(operator)
    expect(operator.locator("textarea[name=text]")).to_have_value("")


def test_the_clock_counts_and_a_corrected_length_stays(operator, office):
    operator.clock.install()
    operator.goto(f"/hotline/student/{office.slug}/timetable")
    settled(operator)
    length = operator.locator("input[name=length]")
    operator.clock.run_for(90_000)
    expect(length).to_have_value(re.compile("^1:3"))
    length.fill("7:30")
    operator.clock.run_for(5_000)
    expect(length).to_have_value("7:30")
    operator.locator("[data-save]").click()
    expect(operator.locator("main")).to_contain_text("7:30")


def test_the_call_goes_without_script(opened, office):
    page = opened(office.address, "operator", java_script_enabled=False)
    page.goto("/hotline/")
    page.fill("input[name=q]", "лодкн семен")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Лодкин Семён")
    page.get_by_role("link", name="Файлы").click()
    page.fill("textarea[name=text]", "Презентацию по алгебре")
    page.get_by_role("button", name="Обещать").click()
    expect(page.locator(".flash.ok").first).to_be_visible()


def test_a_teacher_proposes_times_and_the_family_takes_one(opened, office):
    page = opened(office.address, "teacher")
    page.goto("/")
    page.get_by_role("link", name="Консультация: Лодкин Семён").first.click()
    for n in (1, 2):
        page.get_by_role("checkbox").nth(n).check()
    page.get_by_role("button", name="Придержать и сообщить семье").click()
    expect(page.locator("#f-proposal")).to_have_value(re.compile("Незабудкина"))
    page.get_by_role("button", name="Согласны").first.click()
    expect(page.locator("main")).to_contain_text("записано")
    page.goto(f"/appointments/?week={datetime(2026, 12, 8, tzinfo=ZONE):%G-W%V}")
    expect(page.locator("main")).to_contain_text("Лодкин Семён")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_scrolls_sideways_and_all_are_accessible(operator, office, width):
    student = f"/hotline/student/{office.slug}"
    topics = [f"{student}/{topic}" for topic in ("timetable", "task", "return", "consultation", "absence", "repeat")]
    pages = ["/hotline/", student, *topics, "/hotline/rota", "/requests/?show=all", f"/requests/{office.request}",
             "/appointments/"]  # fmt: skip
    for path in pages:
        operator.goto(path)
        look_over(operator, path, [width], targets=False)
