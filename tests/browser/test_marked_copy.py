"""Signs on a page in a real browser, by mouse, finger and keyboard; what was put is in the printed copy's picture."""

import subprocess
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from server.services.scanning import pictures
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory, logbook
from tests.server.web.rows_marking import scanned

pytestmark = pytest.mark.browser


class Served(NamedTuple):
    """An office that listens, and the codes of works that came back with a page each."""

    address: str
    codes: list[str]


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """A class whose works came back, each page with lines of ink on it."""
    with new_office() as app:
        codes, folder = _school(), pictures.folder(app.extensions["korablik"])
        folder.mkdir(parents=True)
        for number, code in enumerate(codes):
            logbook.hand_in(code)
            scanned(code, 1, f"{number:064x}")
            _page(number).save(folder / f"{number:064x}.jpg")
        with served(app) as address:
            yield Served(address, codes)


def _school() -> list[str]:
    """The codes of six students' works."""
    factory.school()
    group = factory.group()
    students = [factory.student(group, f"Весло{letter}", "Егор") for letter in "абвгде"]
    course = factory.course(group)
    teacher = factory.person("Нивина", "Ольга", "Павловна")
    factory.teacher(course, teacher)
    factory.account("nivina", person_id=teacher)
    works = factory.works(factory.task(factory.lesson(course, teacher_id=teacher).lesson_course, "Уравнения"))
    return [works[student] for student in students]


def _page(number: int) -> Image.Image:
    picture = Image.new("L", (1237, 1750), 235)
    draw = ImageDraw.Draw(picture)
    for y in range(120, 800, 70):
        draw.line((120, y, 1100, y), fill=90 + number, width=4)
    return picture


@pytest.fixture
def teacher(opened, office: Served) -> Page:
    """A teacher with script and a screen to touch; whatever the page complains about fails the test."""
    return opened(office.address, "nivina", has_touch=True)


def shown(page: Page, code: str) -> Locator:
    """The work's picture, once the scripts listen."""
    page.goto(f"/marking/{code}")
    expect(page.locator("form.panel[data-ready]")).to_be_visible()
    expect(page.locator("section.sheets[data-ready]")).to_be_visible()
    return page.locator("a.sheet")


def at(sheet: Locator, x: float, y: float) -> dict[str, float]:
    """A place on a picture, in shares, as a click wants it."""
    box = sheet.bounding_box()
    return {"x": box["width"] * x, "y": box["height"] * y}


def drag(page: Page, sheet: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    page.mouse.move(box["x"] + box["width"] * start[0], box["y"] + box["height"] * start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end[0], box["y"] + box["height"] * end[1], steps=4)
    page.mouse.up()


def tool(page: Page, kind: str) -> Locator:
    return page.locator(f"[data-sign={kind}]")


def save(page: Page, mark: str) -> None:
    page.locator(f"label:has(input[value='mark:{mark}'])").click()
    page.locator("form.panel button.main").click()
    page.wait_for_url("**done=**")


def dark(picture: Image.Image, x: float, y: float, around: float = 0.03) -> int:
    """How many dark points lie around a place."""
    width, height = picture.size
    half = around * width
    part = picture.crop((x * width - half, y * height - half, x * width + half, y * height + half))
    return sum(part.histogram()[:100])


def test_what_the_mouse_put_is_on_the_printed_picture(teacher, office, tmp_path):
    teacher.set_viewport_size({"width": 1280, "height": 1000})
    code = office.codes[0]
    sheet = shown(teacher, code)
    tool(teacher, "right").click()
    sheet.click(position=at(sheet, 0.3, 0.6))
    tool(teacher, "line").click()
    drag(teacher, sheet, (0.5, 0.55), (0.8, 0.55))
    tool(teacher, "text").click()
    teacher.locator("[data-word]").fill("−1")
    sheet.click(position=at(sheet, 0.9, 0.65))
    expect(teacher.locator("svg.signs .sign")).to_have_count(3)
    save(teacher, "4")

    answer = teacher.request.get(f"/works/{code}/marked.pdf")
    assert answer.status == 200 and answer.headers["content-type"] == "application/pdf"
    (tmp_path / "copy.pdf").write_bytes(answer.body())
    command = ["pdftoppm", "-r", "100", "-gray", "-singlefile", tmp_path / "copy.pdf", tmp_path / "copy"]
    subprocess.run(command, check=True)
    printed = Image.open(tmp_path / "copy.pgm")
    # the picture is 167 mm wide and its left upper corner lies 21 and 37 mm from the page's
    places = {(0.3, 0.6), (0.65, 0.55), (0.88, 0.65)}
    there = [dark(printed, (21 + 167 * x) / 210, (37 + 236 * y) / 297) for x, y in places]
    assert min(there) > 20
    assert dark(printed, (21 + 167 * 0.3) / 210, (37 + 236 * 0.75) / 297) == 0


def test_the_keyboard_puts_signs_and_takes_the_last_away(teacher, office):
    sheet = shown(teacher, office.codes[1])
    tool(teacher, "unclear").press("Enter")
    expect(tool(teacher, "unclear")).to_have_attribute("aria-pressed", "true")
    sheet.press("ArrowDown")
    sheet.press("Enter")
    expect(teacher.locator("svg.signs .unclear")).to_have_count(1)
    expect(teacher.locator("[data-said]")).not_to_be_empty()
    tool(teacher, "line").press("Enter")
    sheet.press("Enter")
    sheet.press("ArrowRight")
    sheet.press("ArrowRight")
    sheet.press("Enter")
    expect(teacher.locator("svg.signs .line")).to_have_count(1)
    teacher.keyboard.press("Control+z")
    expect(teacher.locator("svg.signs .line")).to_have_count(0)
    teacher.locator("[data-undo]").press("Enter")
    expect(teacher.locator("svg.signs .sign")).to_have_count(0)
    expect(teacher.locator("[data-undo]")).to_be_disabled()


def test_unsaved_signs_are_there_again_and_saved_ones_can_be_taken_away(teacher, office):
    code = office.codes[2]
    sheet = shown(teacher, code)
    tool(teacher, "right").click()
    sheet.click(position=at(sheet, 0.3, 0.3))
    sheet.click(position=at(sheet, 0.3, 0.4))
    expect(teacher.locator("svg.signs .right")).to_have_count(2)
    shown(teacher, code)
    expect(teacher.locator("svg.signs .right")).to_have_count(2)
    save(teacher, "5")
    shown(teacher, code)
    expect(teacher.locator("svg.signs .right")).to_have_count(2)
    expect(teacher.locator("form.panel input[name=signs]")).to_have_value("")
    teacher.locator(".signs-list summary").click()
    teacher.locator(".signs-list button").first.click()
    expect(teacher.locator("svg.signs .right")).to_have_count(1)
    save(teacher, "4")
    shown(teacher, code)
    expect(teacher.locator("svg.signs .right")).to_have_count(1)


def test_a_turned_page_takes_signs_where_they_are_seen(teacher, office):
    teacher.set_viewport_size({"width": 1280, "height": 1000})
    sheet = shown(teacher, office.codes[3])
    teacher.locator("[data-act=turn]").click()
    expect(sheet).to_have_attribute("data-turns", "1")
    tool(teacher, "right").click()
    sheet.click(position=at(sheet, 0.25, 0.5))
    field = teacher.locator("form.panel input[name=signs]")
    expect(field).not_to_have_value("")
    [page] = teacher.evaluate("value => Object.values(JSON.parse(value))", field.input_value())
    [sign] = page["signs"]
    assert abs(sign["x"] - 0.5) < 0.02 and abs(sign["y"] - 0.75) < 0.02
    drawn, whole = teacher.locator("svg.signs .ink").bounding_box(), sheet.bounding_box()
    middle = (drawn["x"] + drawn["width"] / 2 - whole["x"]) / whole["width"]
    assert abs(middle - 0.25) < 0.03


@pytest.mark.parametrize("width", [360, 1280])
def test_it_is_accessible_and_nothing_scrolls_sideways(teacher, office, width):
    teacher.set_viewport_size({"width": width, "height": 740})
    sheet = shown(teacher, office.codes[4])
    tool(teacher, "text").click()
    teacher.locator("[data-word]").fill("знак?")
    sheet.tap(position=at(sheet, 0.9, 0.2))
    tool(teacher, "right").tap()
    sheet.tap(position=at(sheet, 0.4, 0.15))
    expect(teacher.locator("svg.signs .sign")).to_have_count(2)
    teacher.locator(".signs-list summary").click()
    look_over(teacher, "signs")
