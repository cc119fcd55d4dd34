"""What every page must keep to in a browser: quiet in the console, usable by all, no wider than the screen, settled."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect
from playwright.sync_api import Error as BrowserError

Found = TypeVar("Found")

PATIENCE = 60_000  # ms for what a page does by itself; on a busy machine that is a second or two of its own
LONG = 300_000  # ms for what the office does in the background: reading files, printing, publishing
LOOKS = 5  # at one page: more often it is not replaced meanwhile unless it reloads itself for ever
HEIGHT = 740
# Whatever else has the focus first (the reader's own click, a script of the test), Chromium says so at leisure; pages
# whose scripts take the focus from `autofocus` have tests of their own.
BROWSERS_OWN = "Autofocus processing was blocked because a document already has a focused element."
REPLACED = re.compile("context was destroyed|Cannot find context|in the context they were created|of null \\(reading '")
READY = """() => document.readyState === "complete"
  && ("ready" in document.documentElement.dataset || !document.querySelector("script[src$='/office.js']"))"""
FULL_WIDTH = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
SMALL_TARGETS = """() => {
  const targets = [...document.querySelectorAll("a, button, input, select, summary, textarea")];
  return targets.filter((element) => {
    const box = element.getBoundingClientRect();
    const tiny = ["checkbox", "radio", "hidden"].includes(element.type) || element.matches(".skip");
    return !tiny && box.width > 0 && box.height < 44;
  }).map((element) => element.outerHTML.slice(0, 120));
}"""


def listening(page: Page, but: str = "$^") -> list[str]:
    """What the page complains of from now on: console, scripts, security policy, parts that do not come.

    ``but``: a pattern of what this test provokes. A page refused as a whole (a form sent back) is no complaint.
    """
    complaints: list[str] = []

    def note(text: str) -> None:
        if text != BROWSERS_OWN and not re.search(but, text):
            complaints.append(text)

    def hear(said: ConsoleMessage) -> None:
        if said.type != "log" and "the server responded with a status of" not in said.text:
            note(said.text)

    def watch(answer: Response) -> None:
        if answer.status >= 400 and not (answer.status < 500 and answer.request.is_navigation_request()):
            note(f"{answer.status} {answer.url}")

    page.on("console", hear)
    page.on("response", watch)
    page.on("pageerror", lambda error: note(str(error)))
    return complaints


def settled(page: Page) -> None:
    """Wait until the page is loaded and its scripts listen; needs script."""
    page.wait_for_function(READY, timeout=PATIENCE)


def hold(fields: Locator, values: list[str]) -> None:
    """Wait until there are just these fields, with these values."""
    expect(fields).to_have_count(len(values))
    for n, value in enumerate(values):
        expect(fields.nth(n)).to_have_value(value)


def look_over(page: Page, where: str, widths: Iterable[int] = (), targets: bool = True) -> None:
    """Fit for everybody and for a phone: nothing axe finds, nothing wider than the screen, ``targets`` for a thumb.

    ``widths``: pixels; none: as wide as the page is.
    """
    for width in tuple(widths) or (None,):
        if width:
            page.set_viewport_size({"width": width, "height": HEIGHT})
        faults = steady(page, lambda: _faults(page, targets))
        assert not faults, "\n".join((f"{where} ({page.url}, {page.viewport_size}):", *faults))


def steady(page: Page, look: Callable[[], Found], looks: int = LOOKS) -> Found:
    """What ``look`` finds on one settled document; if another came meanwhile, what it finds there."""
    try:
        settled(page)
        document = page.evaluate_handle("document")
        found = look()
        page.evaluate("(document) => document.title", document)  # cannot be asked once there is another
        return found
    except BrowserError as error:
        if looks == 1 or not REPLACED.search(error.message):
            raise
        return steady(page, look, looks - 1)


def _faults(page: Page, targets: bool) -> list[str]:
    """One line for each fault of the page as it stands."""
    violations = Axe().run(page).response["violations"]
    faults = [f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
              for one in violations for node in one["nodes"]]  # fmt: skip
    needs, has = page.evaluate(FULL_WIDTH)
    if needs > has:
        faults.append(f"scrolls sideways: {needs} px in {has}")
    if targets:
        faults += [f"low target: {one}" for one in page.evaluate(SMALL_TARGETS)]
    return faults
