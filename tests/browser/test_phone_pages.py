"""The phone's pages: for thumb and keyboard, honest about what is unsent, locked, left and forgotten safely."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import update

from server import models, store
from sync.codes import make_label
from tests.browser.looking import look_over
from tests.browser.phone_school import LAST_NAMES, Class, School, built, choose, enrol, open_task, page, school, unsent
from tests.browser.test_phone import WHAT_IS_KEPT, connect, cut, log_by_code, until_kept

__all__ = ["built", "page", "school"]
pytestmark = pytest.mark.browser


def pages(known: Class) -> dict[str, str]:
    """Every page by its address's end."""
    return {"code": "", "classes": "class", "class": f"class/{known.task}", "points": f"class/{known.points}",
            "lessons": "absent", "lesson": f"absent/{known.lesson}", "call": "call", "outbox": "outbox",
            "more": "more"}  # fmt: skip


def turn_to(page: Page, school: School, end: str) -> None:
    """Another page by its address's end, drawn."""
    page.goto(f"{school.line.address}/phone/#/{end}")
    expect(page.locator("main")).to_have_attribute("data-shown", f"#/{end}")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_scrolls_sideways_all_are_accessible_and_tell_what_is_unsent(page, school, width):
    cut(page, school)
    log_by_code(page, school.known.codes["Utkin"], "4", "Check No. 414.")
    for name, end in pages(school.known).items():
        turn_to(page, school, end)
        unsent(page, 1)
        if name == "code":
            page.locator("#code").press_sequentially(school.known.codes["Volnov"])
            expect(page.locator(".work-form")).to_be_visible()
        look_over(page, name, [width], targets=False)


SMALL = """() => {
  const wanted = 'button, a[href], label:has(input[type=radio]), select, summary, input:not([type=radio])';
  return [...document.querySelectorAll(wanted)]
    .filter((one) => one.checkVisibility() && !one.closest('.skip, [hidden]'))
    .filter((one) => { const box = one.getBoundingClientRect(); return Math.min(box.height, box.width) < 43.5; })
    .map((one) => one.outerHTML.slice(0, 80));
}"""


def test_a_thumb_hits_everything(page, school):
    for name, end in pages(school.known).items():
        turn_to(page, school, end)
        assert page.evaluate(SMALL) == [], name


def test_thirty_marks_and_two_comments_are_thirty_taps_and_a_few_keys(page, school):
    open_task(page)
    taps = 0
    for number, last in enumerate(LAST_NAMES):
        expect(page.locator("#pad-who")).to_contain_text(last)
        if number in (3, 17):
            page.locator(".pad").get_by_role("button", name="Comment").tap()
            page.keyboard.type("Check the sign.")
            page.keyboard.press("Enter")
            taps += 1
        page.locator(".pad").get_by_role("button", name="5432"[number % 4], exact=True).tap()
        taps += 1
    assert taps == 32
    expect(page.locator(".people li", has_text="Zimin").locator(".tag")).to_have_count(2)
    unsent(page, 0)
    assert school.marks() == {last: ["5432"[number % 4]] for number, last in enumerate(LAST_NAMES)}
    assert [data["comment"] for *_, data in school.ops() if data["comment"]] == ["Check the sign."] * 2


def test_a_pile_in_any_order_goes_by_letters_and_mark(page, school):
    open_task(page)
    for last, mark in (("Vetlin", "5"), ("Bortov", "3"), ("Machtin", "4")):
        page.locator("#pad-find").press_sequentially(f"{last[:3].lower()}{mark}")
    unsent(page, 3)
    unsent(page, 0)
    assert school.marks() == {"Vetlin": ["5"], "Bortov": ["3"], "Machtin": ["4"]}


def test_points_are_typed_and_enter_goes_on(page, school):
    open_task(page, "Section test")
    page.keyboard.type("17")
    page.keyboard.press("Enter")
    page.keyboard.type("21")
    page.keyboard.press("Enter")
    expect(page.locator(".pad .error")).to_contain_text("0 to 20")
    page.locator(".pad input.points").fill("9")
    page.keyboard.press("Enter")
    unsent(page, 2)
    unsent(page, 0)
    assert [data["mark"]["value"] for *_, data in school.ops()] == ["17", "9"]


def test_where_nothing_is_handed_in_only_marks_are_noted(page, school):
    with school.app.app_context():
        change = update(models.Task).where(models.Task.id == school.known.task).values(marks_only=True)
        store.write(lambda session: session.execute(change))
    page.evaluate("dispatchEvent(new Event('online'))")
    school.line.until("GET /api/v1/changes", 2)
    until_kept(page, '"marks_only":true')
    open_task(page)
    expect(page.locator(".pad").get_by_role("button", name="Came")).to_have_count(0)
    page.keyboard.press("4")
    unsent(page, 1)
    unsent(page, 0)
    assert [kind for kind, *_ in school.ops()] == ["mark"]


def test_a_code_takes_nine_digits_a_mark_and_enter(page, school):
    cut(page, school)
    for last, mark in (("Utkin", "5"), ("Zimin", "2")):
        expect(page.locator("#code")).to_be_focused()
        page.keyboard.type(school.known.codes[last])
        expect(page.locator(".work-form")).to_contain_text(last)
        page.keyboard.press(mark)
        page.keyboard.press("Enter")
        expect(page.locator(".said-here")).to_contain_text(last)
    unsent(page, 2)


def test_the_lock_shows_no_name_and_slows_guessing(page, school):
    page.locator("#places a").last.click()
    page.locator("#new-pin").fill("2468")
    page.get_by_role("button", name="Lock with this PIN").click()
    expect(page.locator("main")).to_contain_text("does not encrypt")
    expect(page.locator("main")).to_contain_text("locked at each start")
    page.goto(f"{school.line.address}/phone/#/class/{school.known.task}")
    page.reload()
    expect(page.locator("#pin")).to_be_focused()
    assert "Bakenova" not in page.content()
    for _ in range(3):
        page.locator("#pin").fill("1111")
        page.keyboard.press("Enter")
        expect(page.locator("#pin-wrong")).to_contain_text("wrong")
    expect(page.locator("#pin-wrong")).to_contain_text("Try again in")
    page.locator("#pin").fill("2468")
    page.keyboard.press("Enter")
    expect(page.locator("#pin-wrong")).to_contain_text("Try again in")  # even the right one waits
    page.clock.install()
    page.clock.fast_forward(16_000)
    page.locator("#pin").fill("2468")
    page.keyboard.press("Enter")
    expect(page.locator("#pad-who")).to_contain_text("Bakenova")
    look_over(page, "unlocked", targets=False)


def test_signing_out_warns_while_something_is_unsent_and_gives_it_along(page, school):
    cut(page, school)
    log_by_code(page, school.known.codes["Utkin"], "4")
    page.locator("#places a").last.click()
    page.get_by_role("button", name="Sign out of this phone").click()
    expect(page.locator("#leave")).to_contain_text("1 record not yet at school")
    page.get_by_role("button", name="Stay").click()
    page.get_by_role("button", name="Sign out of this phone").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save to a file and sign out").click()
    assert download.value.suggested_filename.endswith(".korablik")
    expect(page.locator("main")).to_contain_text("You have signed out")
    left = page.evaluate(WHAT_IS_KEPT)
    assert {name for name, count in left["counts"].items() if count} == {"kv"}
    assert "Utkin" not in left["text"]


def test_lists_are_forgotten_after_long_silence_but_never_what_is_unsent(page, school):
    cut(page, school)
    log_by_code(page, school.known.codes["Utkin"], "4")
    page.clock.install()
    page.clock.fast_forward(31 * 24 * 3600 * 1000)
    page.reload()
    expect(page.locator("#notes")).to_contain_text("not reached for 30 days")
    unsent(page, 1)
    assert "Utkin" not in page.evaluate(WHAT_IS_KEPT)["text"]


def test_a_clock_that_is_a_year_off_does_no_harm(browser, school):
    context = browser.new_context()
    page = context.new_page()
    page.clock.install(time="2025-03-01T10:00:00Z")
    page.clock.resume()
    enrol(page, school)
    log_by_code(page, school.known.codes["Utkin"], "4")
    unsent(page, 0)
    [(kind, outcome, data)] = school.ops()
    assert (kind, outcome, data["code"]) == ("return", "accepted", school.known.codes["Utkin"])
    context.close()


def test_a_full_storage_is_said_and_nothing_typed_is_lost(page, school):
    cut(page, school)
    page.locator("#code").press_sequentially(school.known.codes["Utkin"])
    expect(page.locator(".work-form")).to_be_visible()
    page.keyboard.press("4")
    page.locator("#comment").fill("Good.")
    page.evaluate("""() => {
      const put = IDBObjectStore.prototype.put;
      window.heal = () => { IDBObjectStore.prototype.put = put; };
      IDBObjectStore.prototype.put = function (...given) {
        if (this.name === 'ops') throw new DOMException('full', 'QuotaExceededError');
        return put.apply(this, given);
      };
    }""")
    page.get_by_role("button", name="Save and next code").click()
    expect(page.locator(".work-form [role=alert]")).to_contain_text("storage is full")
    expect(page.locator("#comment")).to_have_value("Good.")
    page.evaluate("heal()")
    page.get_by_role("button", name="Save and next code").click()
    unsent(page, 1)


def test_what_was_typed_outlives_a_closed_page(page, school):
    cut(page, school)
    page.locator("#code").press_sequentially(school.known.codes["Utkin"])
    expect(page.locator(".work-form")).to_be_visible()
    page.keyboard.press("3")
    page.locator("#comment").fill("Half of it is missing.")
    until_kept(page, "Half of it is missing.")
    page.reload()
    expect(page.locator(".work-form")).to_contain_text("Utkin")
    expect(page.locator("#comment")).to_have_value("Half of it is missing.")
    expect(page.get_by_role("radio", name="3", exact=True)).to_be_checked()


def sheet(code: str) -> bytes:
    """A photo of a task sheet with its square."""
    import zxingcpp

    barcode = zxingcpp.create_barcode(make_label("TEST", "W", code, 1).text, zxingcpp.BarcodeFormat.QRCode)
    square = Image.fromarray(zxingcpp.write_barcode_to_image(barcode, scale=8))
    paper = Image.new("L", (900, 1200), 235)
    paper.paste(square, (500, 120))
    out = io.BytesIO()
    paper.save(out, "JPEG")
    return out.getvalue()


def test_a_photo_waits_for_signal_and_its_code_is_offered(page, school):
    cut(page, school)
    photo = {"name": "sheet.jpg", "mimeType": "image/jpeg", "buffer": sheet(school.known.codes["Lodkina"])}
    page.locator("input[type=file]").set_input_files(photo)
    expect(page.locator("main")).to_contain_text("1 photo waits for a connection")
    page.reload()
    expect(page.locator("main")).to_contain_text("1 photo waits for a connection")
    connect(page, school)
    page.locator(".photo button").first.click()
    expect(page.locator(".work-form")).to_contain_text("Lodkina")
    expect(page.locator(".photo")).to_have_count(0)


def test_the_camera_reads_a_square_where_the_phone_can(browser, school):
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    code = make_label("TEST", "W", school.known.codes["Lodkina"], 1).text
    page.add_init_script(f"""
      self.BarcodeDetector = class {{
        static getSupportedFormats() {{ return Promise.resolve(['qr_code']); }}
        detect() {{ return Promise.resolve([{{ rawValue: '{code}' }}]); }}
      }};
      Object.defineProperty(navigator, 'mediaDevices', {{ value: {{ getUserMedia: () => {{
        const canvas = document.createElement('canvas'); canvas.getContext('2d').fillRect(0, 0, 9, 9);
        return Promise.resolve(canvas.captureStream()); }} }} }});
    """)
    enrol(page, school)
    page.get_by_role("button", name="Camera").click()
    expect(page.locator(".work-form")).to_contain_text("Lodkina")
    expect(page.locator("dialog")).to_have_count(0)
    context.close()


def test_the_language_follows_the_choice_and_stays(page, school):
    page.locator("#places a").last.click()
    page.get_by_role("button", name="Русский").click()
    expect(page.locator("h1")).to_have_text("Этот телефон")
    cut(page, school)
    page.reload()
    expect(page.locator("#places a").first).to_have_text("Код")
    expect(page.locator("html")).to_have_attribute("lang", "ru")


def test_a_second_person_with_a_used_code_learns_nothing(browser, school):
    code = school.code()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{school.line.address}/phone/#{make_label('TEST', 'D', code, 0).text}")
    page.locator("main button.main").click()
    expect(page.locator(".check-digits")).to_be_visible()
    other = browser.new_context()
    late = other.new_page()
    late.goto(f"{school.line.address}/phone/")
    late.locator("#enrol-code").fill(code)
    late.locator("main button.main").click()
    expect(late.locator("[role=alert]")).to_contain_text("does not work")
    context.close()
    other.close()


def test_a_school_that_forgets_to_confirm_leaves_nothing_hanging(browser, school):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{school.line.address}/phone/#{make_label('TEST', 'D', school.code(), 0).text}")
    page.locator("main button.main").click()
    expect(page.locator(".check-digits")).to_be_visible()
    page.get_by_role("button", name="Start again with another code").click()
    expect(page.locator("#enrol-code")).to_be_visible()
    context.close()


def test_marks_of_others_come_to_the_phone(page, school):
    open_task(page)
    choose(page, "Zimin")
    page.keyboard.press("4")
    unsent(page, 0)
    expect(page.locator(".people li", has_text="Zimin")).to_contain_text("4")
    expect(page.locator(".people li", has_text="Zimin")).to_contain_text("Taken by the school")
