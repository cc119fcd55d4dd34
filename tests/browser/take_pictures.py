"""Takes the README's pictures from a running demo: give its address, the file of what it printed, and a pack's PDF.

Not a test: run it when a page's look has changed, and look at what it made.
"""

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.browser.conftest import CHROMIUM, FLAGS

FOLDER = Path(__file__).parents[2] / "content" / "pictures"


def save(png: bytes, name: str, width: int | None = None) -> None:
    """A PNG of few colours: pages are mostly white."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    if width:
        image = image.resize((width, round(image.height * width / image.width)))
    image.quantize(64).save(FOLDER / name, optimize=True)


def logins(told: str) -> dict[str, tuple[str, str]]:
    """Login and password by role, from what the demo printed."""
    rows = re.finditer(r"^  (([a-z-]+)-[0-9]+) +(\S+)", told, flags=re.MULTILINE)
    return {row[2]: (row[1], row[3]) for row in rows}


def enter(page: Page, address: str, login: str, password: str) -> None:
    """Sign in, whoever was there before."""
    page.context.clear_cookies()
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")


def teaching(page: Page, address: str) -> None:
    """Today of a teacher and the journal of a course, wide."""
    page.set_viewport_size({"width": 1280, "height": 800})
    save(page.screenshot(), "office-today.png")
    page.click("main a[href^='/works/task/']")  # the first task with works to check, and its course
    page.click("main a[href^='/journal/']")
    page.wait_for_load_state()
    save(page.screenshot(), "office-journal.png")


def phone(page: Page, address: str) -> None:
    """A phone is added, then logs works where there is no signal."""
    page.goto(f"{address}/devices/")
    page.locator("main form button").first.click()
    code = page.locator("p.password").first.inner_text()
    other = page.context.new_page()
    other.set_viewport_size({"width": 360, "height": 740})
    other.goto(f"{address}/phone/")
    other.get_by_role("textbox").first.fill(code)
    other.locator("main button.main").click()
    other.wait_for_selector(".check-digits")
    page.goto(f"{address}/devices/")
    page.locator("form[action*=confirm] button").first.click()
    other.wait_for_selector("#code", timeout=60_000)
    other.locator("#places a").nth(1).click()
    other.locator("ul.rows a").first.click()
    other.wait_for_selector(".pad")
    page.context.set_offline(True)
    for key in "545":
        other.keyboard.press(key)
        other.wait_for_timeout(600)
    save(other.screenshot(), "phone.png")
    page.context.set_offline(False)
    other.close()


def hotline(page: Page, address: str) -> None:
    """A call: the sheet of a student, wide."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{address}/hotline/")
    page.get_by_role("searchbox").fill("иволгина")
    page.keyboard.press("Enter")
    page.locator("main a[href*='/hotline/']").first.click()
    page.wait_for_load_state()
    save(page.screenshot(), "office-hotline.png")


def timetable(page: Page, address: str) -> None:
    """The board of a day, and an absent teacher's lessons with proposals, wide."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{address}/days/")
    day = page.locator("input[type=date]").first.input_value()
    save(page.screenshot(), "office-days.png")
    page.goto(f"{address}/substitutions/")
    page.locator("main select[name=teacher]").select_option(index=4)
    page.locator("main select[name=reason]").select_option(index=1)
    page.fill("main input[name=since]", day)
    page.click("main form button.main")
    page.wait_for_url(re.compile("/substitutions/.+"))
    save(page.screenshot(), "office-substitutions.png")


def weekly_round(page: Page, address: str) -> None:
    """The weekly round, narrow."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/round/")
    save(page.screenshot(), "office-round.png")


def reader(page: Page, address: str) -> None:
    """A class's day on a phone."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/public/7/index.html")
    save(page.screenshot(), "reader-today.png")


def paper(file: str) -> None:
    """A cover and a task sheet side by side."""
    with tempfile.TemporaryDirectory() as folder:
        pages = []
        for number in ("1", "5"):
            subprocess.run(["pdftoppm", "-r", "60", "-png", "-f", number, "-l", number, file, f"{folder}/p{number}"],
                           check=True)  # fmt: skip
            pages.append(Image.open(next(Path(folder).glob(f"p{number}-*.png"))))
        sheet = Image.new("RGB", (sum(one.width for one in pages) + 12, pages[0].height), "#888")
        sheet.paste(pages[0], (0, 0))
        sheet.paste(pages[1], (pages[0].width + 12, 0))
        stream = io.BytesIO()
        sheet.save(stream, "png")
        save(stream.getvalue(), "paper.png")


def main(address: str, told: str, pack: str) -> None:
    """All surfaces."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    people = logins(Path(told).read_text(encoding="utf-8"))
    with sync_playwright() as play, tempfile.TemporaryDirectory() as profile:
        context = play.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=FLAGS, viewport={"width": 1280, "height": 800},
            locale="ru-RU",
        )  # fmt: skip
        page = context.new_page()
        for role, take in (("subject-teacher", teaching), ("subject-teacher", phone), ("operator", hotline),
                           ("deputy-studies", timetable), ("class-teacher", weekly_round)):  # fmt: skip
            enter(page, address, *people[role])
            take(page, address)
        reader(page, address)
        context.close()
    paper(pack)


if __name__ == "__main__":
    main(*sys.argv[1:])
