"""Files that come in, in a browser: columns corrected, findings, all but the errors, taken back; drop, keyboard."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from server.importers.findings import Notes
from server.importers.tables import read_sheets
from server.importers.values import show
from tests.browser.conftest import served
from tests.browser.looking import LONG, look_over, settled
from tests.server import factory

pytestmark = pytest.mark.browser

DATA = Path(__file__).parents[1] / "data"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DROP = """([name, type, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type }));
  const form = document.querySelector("form.drop");
  for (const kind of ["dragover", "drop"]) {
    form.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def dirty_list() -> bytes:
    """The damaged class list, with one more column of which nobody can say what it is."""
    sheet = read_sheets((DATA / "dirty" / "classes.xlsx").read_bytes(), Notes(""))[0]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet(sheet.name)
        for row, cells in enumerate(sheet.rows):
            for column, text in enumerate([*map(show, cells), "Ромашка" if row else "Прозвание"]):
                if any(cells):
                    page.write_string(row, column, text)
    return stream.getvalue()


@pytest.fixture
def office(new_office) -> Iterator[str]:
    """An empty school with a deputy head."""
    with new_office() as app:
        factory.school()
        factory.account("deputy", "deputy_studies")
        with served(app) as address:
            yield address


@pytest.fixture
def page(opened, office: str) -> Page:
    """The deputy's page."""
    return opened(office, "deputy")


def upload(page: Page, data: bytes, name: str = "classes.xlsx") -> None:
    page.goto("/imports/")
    page.get_by_label("Files to bring in").set_input_files({"name": name, "mimeType": SHEET, "buffer": data})
    page.get_by_role("button", name="Upload and look").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_from_the_first_look_to_the_way_back(page: Page) -> None:
    page.get_by_role("link", name="Bring in files").click()
    look_over(page, "empty", (360, 1280))
    upload(page, dirty_list())
    expect(page.get_by_text("4 rows cannot be taken as they are.")).to_be_visible()
    expect(page.get_by_role("cell", name="There is no date “31.02.2013”.")).to_be_visible()
    look_over(page, "findings", (360, 1280))
    page.get_by_label("Column L, Прозвание").select_option(label="Brothers and sisters")
    expect(page.get_by_role("button", name="Check again")).to_have_class("main")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_role("row", name="L Прозвание")).to_contain_text("as you said")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the findings").click()
    assert download.value.suggested_filename == "classes – findings.xlsx"
    page.get_by_role("button", name="Take all but 4 rows").click()
    expect(page.get_by_role("heading", name="Taken in")).to_be_visible()
    expect(page.get_by_text("4 rows were left out because of errors.")).to_be_visible()
    look_over(page, "taken", (360, 1280))
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The import was taken back")).to_be_visible()
    look_over(page, "home", (360, 1280))
    page.get_by_role("link", name="classes.xlsx").click()
    expect(page.get_by_text("4 rows cannot be taken as they are.")).to_be_visible()
    page.get_by_role("button", name="Put it aside").click()
    expect(page.get_by_text("Nothing was changed.")).to_be_visible()


def test_a_file_is_dropped_on_the_page(page: Page) -> None:
    page.goto("/imports/")
    settled(page)
    expect(page.get_by_text("You can also drop them here.")).to_be_visible()
    data = (DATA / "town" / "classes.xlsx").read_bytes()
    page.evaluate(DROP, ["classes.xlsx", SHEET, base64.b64encode(data).decode()])
    expect(page.get_by_text("No errors: it can be taken in.")).to_be_visible()
    expect(page.get_by_text("New: class or group")).to_contain_text("33")
    look_over(page, "town", (360, 1280))


def test_everything_works_by_keyboard_alone(page: Page) -> None:
    page.goto("/imports/")
    field = page.get_by_label("Files to bring in")
    field.set_input_files(DATA / "dirty" / "staff.xlsx")
    field.focus()
    for _step in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == "Upload and look":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("No errors: it can be taken in.")).to_be_visible()
    seen = []
    for _step in range(80):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent").strip())
        if seen[-1] == "Take it in":
            break
    else:
        pytest.fail(f"never reached: {seen}")
    assert page.evaluate("document.activeElement.getBoundingClientRect().bottom <= innerHeight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Taken in")).to_be_visible()


def test_what_is_refused_is_said_beside_the_field(page: Page) -> None:
    page.goto("/imports/")
    page.get_by_label("Files to bring in").set_input_files(DATA / "dirty" / "truncated.xlsx")
    page.get_by_role("button", name="Upload and look").click()
    expect(page.get_by_role("alert")).to_contain_text("The file is damaged or cut off.")
    look_over(page, "refused", (360, 1280))


def test_a_drawn_timetable_scrolls_in_its_own_box(page: Page) -> None:
    for name in ("town/terms.csv", "town/bells.csv", "town/classes.xlsx"):
        upload(page, (DATA / name).read_bytes(), Path(name).name)
        page.get_by_role("button", name="Take it in").click()
        expect(page.get_by_role("heading", name="Taken in")).to_be_visible(timeout=LONG)
    upload(page, (DATA / "town" / "timetable.xlsx").read_bytes(), "timetable.xlsx")
    expect(page.get_by_role("heading", name="The sheet as it was understood")).to_be_visible(timeout=LONG)
    look_over(page, "drawn", (360, 1280))


def test_all_of_it_works_without_script(opened, office: str) -> None:
    page = opened(office, "deputy", java_script_enabled=False)
    upload(page, (DATA / "dirty" / "staff.xlsx").read_bytes(), "staff.xlsx")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("heading", name="Taken in")).to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The import was taken back")).to_be_visible()
