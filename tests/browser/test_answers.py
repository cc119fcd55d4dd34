"""Questions to tick in a real browser: written with and without script, an unsure answer settled by one tap; look."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import served
from tests.browser.looking import hold, look_over
from tests.server import answer_sheets, factory

pytestmark = pytest.mark.browser


class Served(NamedTuple):
    """An office that listens: a task's questions, and a work whose answer sheet came back."""

    address: str
    edit: str
    work: str


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    with new_office() as app:
        edit, work = _school()
        folder = app.extensions["korablik"].home / "media" / "scans"
        folder.mkdir(parents=True)
        Image.new("L", (620, 877), 235).save(folder / f"{'f' * 64}.jpg")
        with served(app) as address:
            yield Served(address, edit, work)


def _school() -> tuple[str, str]:
    factory.school()
    factory.bells()
    group = factory.group()
    factory.student(group)
    course = factory.course(group)
    teacher = factory.person("Nivina", "Olga", "Pavlovna")
    factory.teacher(course, teacher)
    factory.account("nivina", person_id=teacher)
    lesson = factory.lesson(course, teacher_id=teacher).lesson_course
    factory.material(lesson)
    task = factory.task(lesson, scale="points", max_points=6)
    [code] = factory.works(task).values()
    answer_sheets.ask(task)
    answer_sheets.all_ticked(code, (None, [0, 2], ["42"]))
    other = factory.task(lesson, "Test")
    return f"/answers/{lesson}/{other}", f"/answers/work/{code}"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_test_of_four_questions_is_written_in_one_line(opened, office, script):
    page = opened(office.address, "nivina", java_script_enabled=script)
    page.goto(office.edit)
    for left in reversed(range(page.locator("[name=field-kind]").count())):
        page.click("button[value='remove-0']")
        expect(page.locator("[name=field-kind]")).to_have_count(left)
    page.fill("[name=many-key]", "БАВГ")
    page.click("button[value=many]")
    expect(page.locator("[name=field-kind]")).to_have_count(4)
    page.locator("[name=field-kind]").nth(3).select_option("number")
    expect(page.locator("[name=field-options]").nth(3)).to_be_hidden()
    page.locator("[name=field-digits]").nth(3).fill("2")
    page.locator("[name=field-key]").nth(3).fill("7")
    page.locator("[name=field-points]").nth(3).fill("3")
    page.locator("[name=field-label]").nth(0).fill("With script" if script else "Without")
    page.click("button[value='up-3']")
    expect(page.locator("[name=field-key]").nth(2)).to_have_value("7")
    page.locator(".save button").click()
    expect(page.locator(".flash.ok")).to_contain_text("Saved.")
    hold(page.locator("[name=field-key]"), ["Б", "А", "7", "В"])


def test_an_unsure_answer_is_settled_by_one_tap_and_the_points_go_to_the_mark(opened, office):
    page = opened(office.address, "nivina", 360)
    page.goto(office.work)
    expect(page.locator(".answers")).to_contain_text("1 question is open")
    page.locator(".found li").first.get_by_role("button", name="Б", exact=True).click()
    expect(page.locator(".answers")).to_contain_text("6 of 6 points")
    page.click("text=Set 6 points as the mark")
    expect(page.locator("[name=points]")).to_have_value("6")


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_and_everybody_can_use_them(opened, office, width):
    page = opened(office.address, "nivina", width)
    for address in (office.edit, office.work):
        page.goto(address)
        look_over(page, address)
