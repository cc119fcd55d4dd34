"""A school with one class of thirty and a teacher's phone that is enrolled there, for tests of the phone's page."""

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from apiflask import APIFlask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from server import create_app, models
from server.config import make_config
from server.extensions import db
from server.services import devices, schema
from sync.codes import make_label
from tests.browser.conftest import served
from tests.browser.line import Line
from tests.browser.looking import listening
from tests.server import factory
from tests.server.conftest import NOW
from tests.server.phones import NOW as MOMENT

PROVOKED = "ERR_|^4|Password forms should have"  # the line is cut, the school refuses, a PIN has no user name

LAST_NAMES = (
    "Bakenova Berezkin Bortov Chaykin Dymova Efimov Fonareva Gavanev Gorevaya Ivushkin Kedrova Kiselyov Lodkina "
    "Machtin Nyrkov Olkhova Parusov Prichalova Rulyov Ryabova Shilova Sosnov Tumanova Utkin Vetlin Vodyanova Volnov "
    "Yakornaya Yunga Zimin"
).split()


@dataclass
class Class:
    """What was built: the teacher, the lesson and its two tasks, codes by last name."""

    account: str
    teacher: str
    group: str
    course: str
    lesson: str
    task: str
    points: str
    students: dict[str, str]  # last name → person's id
    codes: dict[str, str]  # last name → code of the five-point work
    point_codes: dict[str, str]


def build(home: Path) -> Class:
    """A home with the class in it."""
    home.mkdir(mode=0o700)
    with opened(home) as app, app.app_context():
        schema.prepare()
        return _class()


def _class() -> Class:
    factory.school()
    group = factory.group()
    students = {last: factory.student(group, last, "Vera" if last.endswith("a") else "Gleb") for last in LAST_NAMES}
    factory.guardian(students["Berezkin"], "Berezkina", "Anna")
    course = factory.course(group)
    teacher = factory.person("Nivina", "Olga", "Pavlovna")
    factory.teacher(course, teacher)
    factory.grant(teacher, "class_teacher", group_id=group)
    account = factory.account("nivina", person_id=teacher)
    lesson = factory.lesson(course, teacher_id=teacher).lesson_course
    task = factory.task(lesson, "Linear equations, No. 412–415")
    points = factory.task(lesson, "Section test", kind="test", scale="points", max_points=20)
    codes, point_codes = factory.works(task), factory.works(points)
    return Class(account, teacher, group, course, lesson, task, points, students,
                 {last: codes[id_] for last, id_ in students.items()},
                 {last: point_codes[id_] for last, id_ in students.items()})  # fmt: skip


@contextmanager
def opened(home: Path) -> Iterator[APIFlask]:
    """An office on a home."""
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


@dataclass
class School:
    """An office that listens behind a line, and what is in it."""

    app: APIFlask
    home: Path
    line: Line
    known: Class

    def code(self) -> str:
        """A fresh code for one phone of the teacher."""
        with self.app.app_context():
            return devices.make_code(self.known.teacher, MOMENT, self.known.account, secrets.randbelow)

    def confirm(self) -> str:
        """Confirm the phone that asks; returns its origin."""
        with self.app.app_context():
            [asking] = devices.asking(db.session, self.known.teacher)
            devices.confirm(asking.origin, self.known.teacher, MOMENT, self.known.account)
            return asking.origin

    def revoke(self, origin: str) -> None:
        with self.app.app_context():
            devices.revoke(origin, None, MOMENT, self.known.account)

    def rows(self, statement: object) -> list:
        """What the database says."""
        with self.app.app_context():
            found = list(db.session.execute(statement))  # type: ignore[call-overload]
            db.session.remove()
            return found

    def ops(self) -> list[tuple[str, str, dict]]:
        """(type, outcome, data) of every op at school, as received."""
        return [tuple(row) for row in self.rows(
            select(models.Op.type, models.Op.outcome, models.Op.data).order_by(models.Op.seq)
        )]  # fmt: skip

    def marks(self) -> dict[str, list[str | None]]:
        """Last name → the values said about the five-point work, in the order received."""
        codes = {code: last for last, code in self.known.codes.items()}
        found: dict[str, list[str | None]] = {}
        rows = select(models.Work.code, models.MarkRevision.value).join(
            models.MarkRevision, models.MarkRevision.work_id == models.Work.id
        ).order_by(models.MarkRevision.first_seq)  # fmt: skip
        for code, value in self.rows(rows):
            if code in codes:
                found.setdefault(codes[code], []).append(value)
        return found


@contextmanager
def school_on(home: Path, known: Class, line: Line | None = None) -> Iterator[School]:
    """The school of a home, listening; with ``line`` behind an address that browsers know already."""
    with opened(home) as app, served(app) as address:
        port = int(address.rpartition(":")[2])
        own = line or Line(port)
        own.port = port
        own.set()
        yield School(app, home, own, known)
        if line is None:
            own.close()
        else:
            line.set(cut=True)


@contextmanager
def copy_of(home: Path, known: Class, folder: Path) -> Iterator[School]:
    """The school on a copy of its home."""
    shutil.copytree(home, folder)
    with school_on(folder, known) as school:
        yield school


def enrol(page: Page, school: School) -> str:
    """Make the page a phone that the school knows, with lists on it; returns its origin."""
    page.goto(f"{school.line.address}/phone/#{make_label('TEST', 'D', school.code(), 0).text}")
    page.locator("main button.main").click()
    expect(page.locator(".check-digits")).to_be_visible()
    assert page.url.endswith("/phone/")  # the code is not left in the address
    origin = school.confirm()
    expect(page.locator("#code")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready")
    school.line.until("GET /api/v1/changes")
    page.locator("#places a").nth(1).click()
    expect(page.locator("ul.rows a").first).to_be_visible()
    page.locator("#places a").first.click()
    return origin


def unsent(page: Page, number: int) -> None:
    """The page says that so many are only here."""
    wanted = re.compile(rf"(^|\D){number} on the phone") if number else re.compile("all at school")
    expect(page.locator("#status")).to_have_text(wanted)


def open_task(page: Page, title: str = "Linear equations") -> None:
    """The class table of a task."""
    page.locator("#places a").nth(1).click()
    page.get_by_role("link", name=title).click()
    expect(page.locator(".pad")).to_be_visible()


def choose(page: Page, last: str) -> None:
    """Make a student the current one of the class table, by the first letters of the name."""
    page.locator("#pad-find").press_sequentially(last[:4].lower())
    expect(page.locator("#pad-who")).to_contain_text(last)
    page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Class]:
    """A home with a class of thirty."""
    home = tmp_path_factory.mktemp("phone") / "home"
    return home, build(home)


@pytest.fixture
def school(built: tuple[Path, Class], tmp_path: Path) -> Iterator[School]:
    """The school in a copy of its own, behind a line that can be cut."""
    with copy_of(*built, tmp_path / "home") as school:
        yield school


@pytest.fixture
def page(browser, school: School) -> Iterator[Page]:
    """An enrolled phone, 360 pixels wide; whatever breaks in its script fails the test."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.new_page()
    broken = listening(page, but=PROVOKED)
    page.origin = enrol(page, school)
    yield page
    assert not broken, broken
    context.close()
