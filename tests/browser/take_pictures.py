"""Takes the README's pictures from a running demo: give its address, the file of what it printed, and a pack's PDF.

Not a test: run it when a page's look has changed, and look at what it made.
"""

import io
import json
import math
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw
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
    """A class's day on a phone, and a lesson with the network cut."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/public/7/index.html")
    lesson = page.locator("section[data-day]:has(a.go[href^=lesson])").first
    page.goto(f"{address}/public/7/index.html#{lesson.get_attribute('id')}")
    page.locator("#kept p").get_by_text("на телефоне").wait_for()
    page.evaluate("scrollTo(0, 0)")
    save(page.screenshot(), "reader-today.png")
    page.context.set_offline(True)
    lesson.locator("a.go[href^=lesson]").first.click()
    page.locator("#edition").get_by_text("проверено").wait_for()
    save(page.screenshot(), "reader-offline.png")
    page.context.set_offline(False)


def private(page: Page, address: str, file: str) -> None:
    """A family's page, by the letters inside the cover of a pack."""
    inside = subprocess.run(["pdftotext", "-f", "2", "-l", "2", file, "-"], check=True, capture_output=True, text=True)
    letters = re.search(r"(?:[A-Z2-7]{4} ){6}[A-Z2-7]{2}", inside.stdout)[0]
    page.goto(f"{address}/public/me/#{letters.replace(' ', '')}")
    page.locator("#page h2").first.wait_for()
    save(page.screenshot(), "private-page.png")


def paper(file: str) -> None:
    """A cover and a task sheet side by side."""
    side_by_side([_page(file, number, 60) for number in (1, 6)], "paper.png")


def _page(file: str, number: int, dpi: int) -> Image.Image:
    """A page of a PDF as a picture."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", str(dpi), "-png", "-singlefile", "-f", str(number), "-l", str(number), file,
                        f"{folder}/page"], check=True)  # fmt: skip
        with Image.open(f"{folder}/page.png") as page:
            return page.convert("L")


def _written(page: Image.Image, chance: random.Random) -> Image.Image:
    """A page with lines of a hand that writes nothing readable."""
    draw = ImageDraw.Draw(page)
    for row in range(9):
        y, x = 480 + row * 53, 130
        while x < chance.randint(820, 1080):
            points = [(x + n * 2, y + math.sin(n / 2.2 + row) * chance.uniform(3, 9) - n % 7) for n in range(30)]
            draw.line(points, fill=60, width=3)
            x += chance.randint(70, 110)
    return page


def _ticked(page: Image.Image, layout: dict, chosen: dict[int, list[int]]) -> Image.Image:
    """An answer sheet with crosses in these boxes (position of the question → numbers of boxes)."""
    draw, point = ImageDraw.Draw(page), page.width / 595.276
    for field in layout["fields"]:
        for number in chosen.get(field["position"], ()):
            x, y = field["boxes"][number]
            left, right = x * point + 4, (x + layout["side"]) * point - 3
            upper, lower = page.height - (y + layout["side"]) * point + 4, page.height - y * point - 3
            draw.line((left, upper, right, lower), fill=40, width=4)
            draw.line((left, lower, right, upper), fill=40, width=4)
    return page


def _answer_sheet(pack: str) -> list[int]:
    """Numbers of the file's pages that are the first sheet with boxes to tick: what is asked, then the boxes."""
    told = subprocess.run(["pdftotext", pack, "-"], check=True, capture_output=True, text=True).stdout.split("\f")
    last = next(number for number, text in enumerate(told, 1) if "лист задания 3 из 3" in text)
    return [number for number in range(1, last + 1) if re.search(r"лист задания \d из 3", told[number - 1])]


def stack_of(pack: str, folder: Path) -> Path:
    """A pack's first task as if it came back from a copier: written, ticked, turned, with a blank back."""
    chance, home = random.Random(7), Path(pack).parents[2]
    with sqlite3.connect(home / "korablik.db") as database:
        layouts = json.loads(database.execute("SELECT answers FROM sheet WHERE answers IS NOT NULL").fetchone()[0])
    chosen = {1: [2], 2: [4, 15, 20], 3: [1], 4: [0, 1]}
    first, *numbers = _answer_sheet(pack)
    pages = [_ticked(_page(pack, number, 150), layout, chosen) for number, layout in zip(numbers, layouts, strict=True)]
    pages = [_written(_page(pack, first, 150), chance), Image.new("L", pages[0].size, 252), *pages, _page(pack, 1, 150)]
    turned = [one.rotate(turn + chance.uniform(-2, 2), fillcolor=250) for one, turn in zip(pages, (180, 0, 0, 180, 0),
                                                                                       strict=True)]  # fmt: skip
    turned[0].save(folder / "stack.pdf", save_all=True, append_images=turned[1:], resolution=150)
    return folder / "stack.pdf"


def come_back(page: Page, address: str, pack: str, people: dict[str, tuple[str, str]]) -> None:
    """A stack is sent and adds up; its work is marked on screen."""
    page.set_viewport_size({"width": 1280, "height": 800})
    enter(page, address, *people["deputy-studies"])
    with tempfile.TemporaryDirectory() as folder:
        page.goto(f"{address}/stacks/")
        page.set_input_files("main input[type=file]", stack_of(pack, Path(folder)))
        page.click("main form button.main")
        page.wait_for_url(re.compile("/stacks/[0-9a-f]{32}"), timeout=120_000)
    page.wait_for_load_state("networkidle")
    page.evaluate("for (const one of document.images) one.loading = 'eager'")
    page.wait_for_timeout(1500)
    save(page.screenshot(), "office-stack.png")
    work = page.locator("main a[href^='/works/']").first.get_attribute("href").split("/")[-1].split("?")[0]
    enter(page, address, *people["class-teacher"])
    page.goto(f"{address}/marking/{work}")
    page.wait_for_load_state("networkidle")
    save(page.screenshot(), "office-marking.png")


def going_out(page: Page, address: str, pack: str) -> None:
    """An answer sheet and a register of delivery side by side."""
    page.goto(f"{address}/registers/")
    with tempfile.TemporaryDirectory() as folder:
        with page.expect_download() as loading:
            page.locator("main a[href$='.pdf']").first.click()
        loading.value.save_as(f"{folder}/register.pdf")
        pages = [_page(pack, _answer_sheet(pack)[1], 60), _page(f"{folder}/register.pdf", 1, 60)]
    side_by_side(pages, "paper-out.png")


def side_by_side(pages: list[Image.Image], name: str) -> None:
    """Sheets beside each other, with a gap."""
    sheet = Image.new("RGB", (sum(one.width + 12 for one in pages) - 12, pages[0].height), "#888")
    for number, one in enumerate(pages):
        sheet.paste(one, (number * (one.width + 12), 0))
    stream = io.BytesIO()
    sheet.save(stream, "png")
    save(stream.getvalue(), name)


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
        enter(page, address, *people["deputy-studies"])
        going_out(page, address, pack)
        come_back(page, address, pack, people)
        reader(page, address)
        private(page, address, pack)
        context.close()
    paper(pack)


if __name__ == "__main__":
    main(*sys.argv[1:])
