"""What browser tests share: one Chromium, offices that listen, and pages of people who have signed in."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from waitress import create_server

from tests.browser import looking
from tests.server import factory
from tests.server.conftest import blank_home
from tests.server.web import conftest as offices

__all__ = ["blank_home"]

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

PAGES: pytest.StashKey[list[Page]] = pytest.StashKey()
HANGS = 900  # seconds; a browser that has a tenth of a core is slow, not stuck

expect.set_options(timeout=looking.PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser shares the machine with other tests: give up later than elsewhere, try once more what failed.

    The summary names what was tried again.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(HANGS))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What starts browsers: one to a process can run."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium with an empty profile; each test opens a context of its own, as patient as ``expect``."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    make = browser.new_context

    def patient(**options: object) -> BrowserContext:
        context = make(**options)
        context.set_default_timeout(looking.PATIENCE)
        return context

    browser.new_context = patient  # type: ignore[method-assign]
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def new_office(
    blank_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], AbstractContextManager[APIFlask]]:
    """Opens an empty office in a home of its own, inside its context: ``with new_office() as app``."""

    @contextmanager
    def one() -> Iterator[APIFlask]:
        home = tmp_path_factory.mktemp("office") / "home"
        shutil.copytree(blank_home, home)
        with offices.opened(home) as app:
            yield app
            app.extensions["child"].close()
        shutil.rmtree(home)

    return one


@contextmanager
def served(app: APIFlask) -> Iterator[str]:
    """The address of an office that answers until the block ends."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)

    def run() -> None:
        with suppress(OSError):  # the socket is closed beneath it
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Pages close before the office that they show, in whatever order the test asked for them: one that still loads
    would complain of the office's end."""
    for page in item.stash.get(PAGES, []):
        page.context.close()
    return (yield)


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens pages until the test ends: ``opened(address, "login", 360)``."""
    pages = request.node.stash[PAGES] = []
    with quiet_pages(browser, pages) as one:
        yield one


@contextmanager
def quiet_pages(browser: Browser, pages: list[Page] | None = None) -> Iterator[Callable[..., Page]]:
    """Opens pages until the block ends, which fails when one of them complained; ``pages`` gathers them."""
    pages = [] if pages is None else pages
    told: list[list[str]] = []

    def one(address: str, login: str = "", width: int = 1280, but: str = "$^", **more: object) -> Page:
        """``but``: a pattern of complaints that the test provokes; ``more`` goes to the browser's new context."""
        view = {"width": width, "height": looking.HEIGHT}
        page = browser.new_context(base_url=address, viewport=view, **more).new_page()
        pages.append(page)
        told.append(looking.listening(page, but))
        if login:
            sign_in(page, login)
        return page

    try:
        yield one
    finally:
        for page in pages:
            page.context.close()
    complaints = [text for texts in told for text in texts]
    assert not complaints, complaints


def sign_in(page: Page, login: str) -> None:
    """Fill in the form, and wait for Today."""
    page.goto("/sign-in")
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill(factory.PASSWORD)
    page.locator("main button.main").click()
    expect(page.locator("header .me summary")).to_be_attached()
    page.wait_for_load_state()
