"""Marking on screen in a real browser: thirty works by keyboard alone, nothing typed is lost; look and access."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory, logbook
from tests.server.web.rows_marking import scanned

pytestmark = pytest.mark.browser
WORKS = 30
LETTERS = "абвгдежзиклмнопрстуфхцчшщэюяёй"
ESSAY = "Герой повести уехал из города, потому что его никто не слушал."


class Served(NamedTuple):
    """An office that listens: tasks marked by values and by points, and their works' codes."""

    address: str
    task: str
    test: str
    essay: str
    codes: list[str]
    points: list[str]
    essays: list[str]


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """A class of thirty whose works came back as pictures, six of them a test with points, two an essay by phone."""
    with new_office() as app:
        ids, codes = _school(app.extensions["korablik"].home)
        with served(app) as address:
            yield Served(address, *ids, *codes)


def _school(home) -> tuple[list[str], list[list[str]]]:
    factory.school()
    group = factory.group()
    students = [factory.student(group, f"Весло{letter}", "Егор") for letter in LETTERS]
    course = factory.course(group)
    teacher = factory.person("Нивина", "Ольга", "Павловна")
    factory.teacher(course, teacher)
    factory.account("nivina", person_id=teacher)
    lesson = factory.lesson(course, teacher_id=teacher).lesson_course
    tasks = [factory.task(lesson, "Уравнения"), factory.task(lesson, "Тест", scale="points", max_points=20),
             factory.task(lesson, "Сочинение")]  # fmt: skip
    by_student = [factory.works(task) for task in tasks]
    codes, points, essays = ([works[student] for student in students] for works in by_student)
    (home / "media" / "scans").mkdir(parents=True)
    for number, code in enumerate([*codes, *points[:6]]):
        logbook.hand_in(code)
        named = f"{number:064x}"
        scanned(code, 1, named)
        Image.new("L", (620, 877), 200 + number).save(home / "media" / "scans" / f"{named}.jpg")
    for code in essays[:2]:
        logbook.hand_in(code, channel="call", comment=ESSAY)
    return tasks, [codes, points[:6], essays[:2]]


@pytest.fixture
def teacher(opened, office) -> Page:
    """A teacher with script."""
    return opened(office.address, "nivina")


def visit(page: Page, address: str) -> None:
    page.goto(address)
    ready(page)


def ready(page: Page) -> None:
    """The scripts listen."""
    expect(page.locator("form.panel[data-ready]")).to_be_visible()
    expect(page.locator(".tools")).to_be_visible()


def test_no_page_scrolls_sideways_and_all_are_accessible(teacher, office):
    pages = {
        "home": "/marking/", "work": f"/marking/{office.codes[0]}", "points": f"/marking/{office.points[0]}",
        "alike": f"/marking/{office.essays[0]}", "beside": f"/marking/{office.essays[0]}/beside/{office.essays[1]}",
        "comments": "/marking/comments", "nothing": "/marking/?task=none",
    }  # fmt: skip
    for name, path in pages.items():
        teacher.goto(path)
        look_over(teacher, name, (360, 1280), targets=False)


def test_on_a_phone_mark_and_save_are_in_sight_with_the_page_above(teacher, office):
    teacher.set_viewport_size({"width": 360, "height": 740})
    visit(teacher, f"/marking/{office.codes[0]}")
    for name in ("5", "2"):
        expect(teacher.locator(f"label:has(input[value='mark:{name}'])")).to_be_in_viewport()
    expect(teacher.locator("form.panel button.main")).to_be_in_viewport()
    small = teacher.locator("main :is(button, .button, .pick label)").evaluate_all(
        "all => all.map(x => x.getBoundingClientRect()).filter(x => x.width && (x.height < 44 || x.width < 44)).length"
    )
    assert small == 0


def test_unsaved_words_are_there_again_when_a_skipped_work_is_opened(teacher, office):
    first = office.codes[0]
    visit(teacher, f"/marking/{first}?task={office.task}")
    teacher.keyboard.press("4")
    expect(teacher.locator("input[value='mark:4']")).to_be_checked()
    teacher.locator("#f-comment").fill("Проверьте знак в № 414")
    teacher.keyboard.press("Alt+PageDown")
    expect(teacher.locator("h1")).to_contain_text("Веслоб")
    ready(teacher)
    teacher.keyboard.press("Alt+PageUp")
    expect(teacher.locator("h1")).to_contain_text("Веслоа")
    expect(teacher.locator("#f-comment")).to_have_value("Проверьте знак в № 414")
    expect(teacher.locator("input[value='mark:4']")).to_be_checked()
    expect(teacher.locator("[data-restored]")).to_be_visible()
    teacher.locator("#f-comment").fill("")
    teacher.reload()
    expect(teacher.locator("#f-comment")).to_have_value("")


def test_thirty_works_are_marked_by_keyboard_alone(teacher, office, capsys):
    """Two keys a work: the mark and Enter; a kept comment costs one more, and the work's pages need none."""
    keys = 0

    def press(key: str) -> None:
        nonlocal keys
        keys += 1
        teacher.keyboard.press(key)

    visit(teacher, f"/marking/next?task={office.task}")
    for number in range(WORKS):
        code = office.codes[number]
        expect(teacher.locator(f"form.panel[data-work='{code}']")).to_be_visible()
        ready(teacher)
        expect(teacher.locator(".turns .num")).to_contain_text(f"{number + 1} of {WORKS}")
        if number == 0:
            press("r")
            press("Tab")
            teacher.keyboard.type("Покажите ход решения.")
            press("Tab")
            press("Space")  # keep it
            press("Control+Enter")
        elif number == 1:
            press("4")
            press("Alt+1")
            expect(teacher.locator("#f-comment")).to_have_value("Покажите ход решения.")
            press("Enter")
        else:
            press(str(2 + number % 4))
            press("Enter")
    expect(teacher.locator("main")).to_contain_text("Everything that came back is decided.")
    assert keys == 2 * WORKS + 3 + 1
    teacher.goto(f"/works/task/{office.task}")
    expect(teacher.locator("tbody .tag.ok")).to_have_count(WORKS - 1)
    with capsys.disabled():
        print(f"\n{keys} keys for {WORKS} works, beside the words of one comment")


def test_points_are_typed_at_once_and_a_letter_sends_back(teacher, office):
    visit(teacher, f"/marking/{office.points[0]}?task={office.test}")
    teacher.keyboard.type("17")
    expect(teacher.locator("input[name=points]")).to_have_value("17")
    teacher.keyboard.press("Enter")
    expect(teacher.locator(f"form.panel[data-work='{office.points[1]}']")).to_be_visible()
    ready(teacher)
    teacher.keyboard.type("8")
    teacher.keyboard.press("r")
    expect(teacher.locator("input[value=redo]")).to_be_checked()
    expect(teacher.locator("input[name=points]")).to_have_value("")
    teacher.keyboard.press("Enter")
    expect(teacher.locator(f"form.panel[data-work='{office.points[2]}']")).to_be_visible()


def test_a_comment_is_put_in_by_a_tap_filtered_while_typing_and_keys_go_on(teacher, office):
    visit(teacher, f"/marking/{office.points[3]}?task={office.test}")
    for text in ("Name the units.", "Check the sign."):
        teacher.locator("#f-comment").fill(text)
        teacher.locator("input[name=keep]").check()
        teacher.keyboard.type("9")
        teacher.keyboard.press("Enter")
        teacher.wait_for_url(lambda url: "done=" in url)
        visit(teacher, f"/marking/{office.points[3]}?task={office.test}")
    offered = teacher.locator(".phrases label")
    teacher.locator("#f-comment").fill("Good. sign")
    expect(offered.filter(has_text="Check the sign.")).to_be_visible()
    expect(offered.filter(has_text="Name the units.")).to_be_hidden()
    teacher.keyboard.press("Alt+1")
    expect(teacher.locator("#f-comment")).to_have_value("Good. Check the sign.")
    offered.filter(has_text="Name the units.").click()
    expect(teacher.locator("#f-comment")).to_have_value("Good. Check the sign. Name the units.")
    expect(teacher.locator("input[name=phrase]:checked")).to_have_count(0)
    teacher.keyboard.type("14")
    expect(teacher.locator("input[name=points]")).to_have_value("14")


def test_pages_are_enlarged_and_turned_by_keys(teacher, office):
    visit(teacher, f"/marking/{office.points[5]}")
    sheet = teacher.locator("a.sheet")
    width = sheet.bounding_box()["width"]
    teacher.keyboard.press("+")
    assert sheet.bounding_box()["width"] > 1.3 * width
    teacher.keyboard.press("-")
    teacher.keyboard.press("*")
    box, picture = sheet.bounding_box(), sheet.locator("img").bounding_box()
    assert box["width"] > box["height"]
    assert abs(picture["width"] - box["width"]) < 6 and abs(picture["height"] - box["height"]) < 6


def test_without_script_works_are_marked_by_a_plain_form(opened, office):
    page = opened(office.address, "nivina", java_script_enabled=False)
    page.goto(f"/marking/{office.points[4]}?task={office.test}")
    page.locator("input[name=points]").fill("12")
    page.locator("#f-comment").fill("Единицы!")
    page.locator("form.panel button.main").click()
    expect(page.locator(f"form.panel[data-work='{office.points[5]}']")).to_be_visible()
    page.goto(f"/works/{office.points[4]}")
    expect(page.locator(".history")).to_contain_text("Единицы!")
