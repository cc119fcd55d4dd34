"""The way back in a real browser: sign in, type a code, log it, see the mark in the journal; look and accessibility."""

import shutil
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from server import create_app
from server.config import make_config
from server.extensions import db
from server.services import schema
from sync.codes import group_digits
from tests.browser.conftest import served
from tests.server import factory, logbook
from tests.server.conftest import NOW

pytestmark = pytest.mark.browser

NAMES = ("Berezkin Konstantin", "Gorevaya Sofya", "Ivushkin Gleb", "Vetlin Artyom", "Yakornaya Vera", "Zimin Pavel")


class Served(NamedTuple):
    """An office that listens, and what is in it."""

    address: str
    course: str
    lesson: str
    task: str
    codes: dict[str, str]  # last name → code


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Iterator[Served]:
    """A class of six with two tasks; some works came back, one has two values, somebody was absent."""
    home = tmp_path_factory.mktemp("return") / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        ids, codes = _school()
        with served(app) as address:
            yield Served(address, *ids, codes)
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    shutil.rmtree(home)


def _school() -> tuple[tuple[str, str, str], dict[str, str]]:
    factory.school()
    group = factory.group()
    students = {name.split()[0]: factory.student(group, *name.split()) for name in NAMES}
    course = factory.course(group)
    teacher = factory.person("Nivina", "Olga", "Pavlovna")
    factory.teacher(course, teacher)
    factory.account("nivina", person_id=teacher)
    for days in range(20):
        factory.lesson(course, factory.TODAY - factory.timedelta(days=1 + days), topic=f"Topic {days}")
    lesson = factory.lesson(course, teacher_id=teacher).lesson_course
    task = factory.task(lesson, "Linear equations, No. 412–415")
    codes = _codes(task, students)
    points = _codes(factory.task(lesson, "Test", scale="points", max_points=20), students)
    logbook.hand_in(codes["Gorevaya"], teacher, "5")
    logbook.hand_in(codes["Ivushkin"], teacher, verdict="redo", comment="Check the sign in No. 414.")
    logbook.hand_in(codes["Vetlin"], teacher, "4")
    logbook.mark(codes["Vetlin"], "3", factory.person("Parusova", "Nina"), comment="Half of it is missing.")
    logbook.hand_in(codes["Yakornaya"], teacher)
    logbook.hand_in(points["Berezkin"], teacher, "12")
    logbook.absent(students["Zimin"], lesson, "Б", teacher)
    return (course, lesson, task), codes


def _codes(task: str, students: dict[str, str]) -> dict[str, str]:
    found = factory.works(task)
    return {last: found[student] for last, student in students.items()}


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(request, browser, office) -> Iterator[Page]:
    """A teacher who has signed in, with and without script."""
    context = browser.new_context(base_url=office.address, java_script_enabled=request.param)
    page = context.new_page()
    sign_in(page)
    yield page
    context.close()


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.fill("input[name=login]", "nivina")
    page.fill("input[name=password]", factory.PASSWORD)
    page.click("main button.main")


def paths(office: Served) -> dict[str, str]:
    """Every kind of page, in its fullest state."""
    codes = office.codes
    return {
        "find": "/works/find", "wrong-code": "/works/find?code=482170318", "issued": f"/works/{codes['Berezkin']}",
        "redo": f"/works/{codes['Ivushkin']}", "conflict": f"/works/{codes['Vetlin']}",
        "returned": f"/works/{codes['Yakornaya']}", "table": f"/works/task/{office.task}", "courses": "/journal/",
        "journal": f"/journal/{office.course}", "lesson": f"/journal/lesson/{office.lesson}",
    }  # fmt: skip


def test_a_typed_code_is_logged_and_its_mark_stands_in_the_journal(page, office, request):
    last = "Berezkin" if "no-script" not in request.node.name else "Zimin"
    code = office.codes[last]
    page.goto("/works/find")
    page.locator("#next-code").fill("482 170 318")
    page.keyboard.press("Enter")
    expect(page.locator("#next-code-error")).to_contain_text("one digit is mistyped")
    expect(page.locator("#next-code")).to_have_value("482 170 318")
    page.locator("#next-code").fill(group_digits(code))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(last)
    page.get_by_role("radio", name="4", exact=True).check(force=True)
    page.get_by_label("photo", exact=True).check(force=True)
    page.get_by_label("Comment").fill("Good.")
    page.get_by_role("button", name="Save and next code").click()
    expect(page.locator("p.flash.ok")).to_contain_text(last)
    expect(page.locator("#next-code")).to_be_focused()
    expect(page.locator("ul.rows li").first).to_contain_text(f"{last}")
    page.goto(f"/journal/{office.course}")
    row = page.locator("tbody tr", has=page.get_by_role("rowheader", name=last))
    expect(row.locator(f"a[href='/works/{code}']")).to_contain_text("4")


@pytest.fixture
def teacher(browser, office) -> Iterator[Page]:
    """A teacher with script; whatever the console or the policy complains about fails the test."""
    context = browser.new_context(base_url=office.address)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page)
    yield page
    assert [text for text in complaints if "status of 4" not in text] == []
    context.close()


def test_keys_choose_the_mark_and_enter_saves(teacher, office):
    teacher.goto(f"/works/{office.codes['Yakornaya']}", wait_until="networkidle")
    teacher.keyboard.press("3")
    expect(teacher.get_by_role("radio", name="3", exact=True)).to_be_checked()
    teacher.keyboard.press("Enter")
    expect(teacher.locator("p.flash.ok")).to_contain_text("Yakornaya")


def test_a_code_reader_opens_the_next_work_and_never_gives_marks(teacher, office):
    teacher.goto(f"/works/{office.codes['Ivushkin']}", wait_until="networkidle")
    teacher.keyboard.type(f"K1TESTW{office.codes['Vetlin']}01\n")
    expect(teacher.locator("h1")).to_contain_text("Vetlin")
    teacher.goto(f"/works/{office.codes['Ivushkin']}")
    expect(teacher.locator(".work .tag").first).to_contain_text("sent back")


def test_the_class_table_goes_down_by_enter_and_keeps_what_was_refused(teacher, office):
    teacher.goto(f"/works/task/{office.task}")
    first, second = (teacher.locator(f"input[name='mark-{office.codes[last]}']") for last in ("Berezkin", "Gorevaya"))
    expect(first).to_be_focused()
    first.fill("7")
    teacher.keyboard.press("Enter")
    expect(second).to_be_focused()
    second.fill("4")
    teacher.keyboard.press("Control+Enter")
    expect(teacher.locator("tr.wrong")).to_contain_text("is not a mark here")
    expect(first).to_have_value("7")
    expect(second).to_have_value("")
    expect(teacher.locator("tr", has_text="Gorevaya")).to_contain_text("4")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_scrolls_sideways_and_all_are_accessible(teacher, office, width):
    teacher.set_viewport_size({"width": width, "height": 800})
    for name, path in paths(office).items():
        teacher.goto(path)
        assert teacher.evaluate("document.documentElement.scrollWidth") <= width, name
        found = Axe().run(teacher)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
