"""Takes the README's pictures from a running demo: give its address, a login, its password and a pack's PDF.

Not a test: run it when a page's look has changed, and look at what it made.
"""

import io
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


def office(page: Page, address: str, login: str, password: str) -> None:
    """Today of a teacher, wide, and the return form, narrow."""
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    save(page.screenshot(), "office-today.png")
    page.click("main a[href^='/works/task/']")  # the first task with works to check, and its course
    page.click("main a[href^='/journal/']")
    page.wait_for_load_state()
    save(page.screenshot(), "office-journal.png")


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


def main(address: str, login: str, password: str, pack: str) -> None:
    """All three surfaces."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play, tempfile.TemporaryDirectory() as profile:
        context = play.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=FLAGS, viewport={"width": 1280, "height": 800},
            locale="ru-RU",
        )  # fmt: skip
        page = context.new_page()
        office(page, address, login, password)
        reader(page, address)
        context.close()
    paper(pack)


if __name__ == "__main__":
    main(*sys.argv[1:])
