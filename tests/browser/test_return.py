"""The way back in a real browser: sign in, type a code, log it, see the mark in the journal; look and accessibility."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, Route, expect

from sync.codes import group_digits
from tests.browser.conftest import served
from tests.browser.looking import look_over, settled
from tests.server import factory, logbook

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
def office(new_office) -> Iterator[Served]:
    """A class of six with two tasks; some works came back, one has two values, somebody was absent."""
    with new_office() as app:
        ids, codes = _school()
        with served(app) as address:
            yield Served(address, *ids, codes)


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
def page(request, opened, office) -> Page:
    """A teacher who has signed in, with and without script."""
    return opened(office.address, "nivina", java_script_enabled=request.param)


@pytest.fixture
def teacher(opened, office) -> Page:
    """A teacher with script."""
    return opened(office.address, "nivina")


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


def test_keys_choose_the_mark_and_enter_saves(teacher, office):
    teacher.goto(f"/works/{office.codes['Yakornaya']}")
    settled(teacher)
    teacher.keyboard.press("3")
    expect(teacher.get_by_role("radio", name="3", exact=True)).to_be_checked()
    teacher.keyboard.press("Enter")
    expect(teacher.locator("p.flash.ok")).to_contain_text("Yakornaya")


@pytest.fixture
def early(teacher, office) -> Route:
    """A work's page whose script has not come: it comes when this goes on."""
    held: list[Route] = []
    teacher.route("**/mark-keys.js", lambda route: held.append(route))
    with teacher.expect_request("**/mark-keys.js"):
        teacher.goto(f"/works/{office.codes['Zimin']}", wait_until="commit")
    expect(teacher.get_by_role("radio", name="5", exact=True)).to_be_focused()
    return held[0]


def test_a_mark_and_enter_that_are_quicker_than_the_script_are_not_lost(teacher, early):
    """Enter alone would save the work as one to be checked later."""
    for key in ("4", "Enter"):
        teacher.keyboard.press(key)
    early.continue_()
    expect(teacher.locator("p.flash.ok")).to_contain_text("Zimin Pavel — 4")


def test_a_code_reader_may_be_quicker_too(teacher, office, early):
    teacher.keyboard.type(f"K1TESTW{office.codes['Vetlin']}01\n")
    early.continue_()
    expect(teacher.locator("h1")).to_contain_text("Vetlin")


def test_a_code_reader_opens_the_next_work_and_never_gives_marks(teacher, office):
    teacher.goto(f"/works/{office.codes['Ivushkin']}")
    settled(teacher)
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
    for name, path in paths(office).items():
        teacher.goto(path)
        look_over(teacher, name, [width], targets=False)


def test_a_script_that_comes_early_leaves_the_focus_to_the_page(teacher):
    """Or the browser would pass over `autofocus`, and say so."""
    teacher.goto("/works/find?code=482170318")
    settled(teacher)
    teacher.evaluate("""async () => {
      const form = document.createElement("form");
      form.innerHTML = "<input name=code value=482>";
      document.activeElement.blur();
      document.body.append(form);
      (await import("/static/next-code.js")).default(form);
    }""")
    field = teacher.locator("body > form input")
    expect(field).not_to_be_focused()
    field.focus()
    teacher.keyboard.type("1")
    expect(field).to_have_value("1")
