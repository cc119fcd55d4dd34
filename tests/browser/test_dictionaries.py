"""A browser that keeps a week gets the next update by it, and reads it: also when a service worker fetches."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from playwright.sync_api import BrowserContext, Page
from waitress import create_server

from server import create_app
from server.config import make_config
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.server.web.test_public_encodings import Site, write_site

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'self'">
<title>7</title><link rel="icon" href="data:,">"""
WORKER = """
self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
self.addEventListener("message", ({ data, ports: [port] }) => {
  fetch(data, { cache: "no-cache", credentials: "omit" }).then((answer) => answer.arrayBuffer())
    .then((bytes) => port.postMessage([...new Uint8Array(bytes)]), (error) => port.postMessage(String(error)));
});
"""
FETCH = "(address) => fetch(address).then((answer) => answer.arrayBuffer()).then((all) => [...new Uint8Array(all)])"
BY_WORKER = """(address) => navigator.serviceWorker.register("worker.js")
  .then(() => navigator.serviceWorker.ready).then((registered) => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => done(data);
    registered.active.postMessage(address, [port2]);
  }))"""


@pytest.fixture
def app(tmp_path) -> Iterator[APIFlask]:
    """An office that has nothing but public files."""
    app = create_app(make_config(tmp_path / "home", testing=True))
    yield app
    app.extensions["encodings"].settle()
    app.extensions["store"].close()


@pytest.fixture
def served(app) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The office's address, and what it answered: (path, coding)."""
    answered: list[tuple[str, str]] = []

    def counting(environ: dict[str, Any], start: Any) -> Any:
        def told(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            answered.append((environ["PATH_INFO"], dict(headers).get("Content-Encoding", "")))
            if environ["PATH_INFO"].endswith("worker.js"):  # this one may fetch
                headers = [(name, value) for name, value in headers if name != "Content-Security-Policy"]
            return start(status, headers, *more)

        return app(environ, told)

    server = create_server(counting, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}", answered
    server.close()
    thread.join(5)


@pytest.fixture
def site(app) -> Site:
    public = app.extensions["korablik"].public
    site = write_site(public, "7a")
    (public / "page.html").write_text(PAGE)
    (public / "worker.js").write_text(WORKER)
    return site


@pytest.fixture
def context(playwright, tmp_path) -> Iterator[BrowserContext]:
    """A profile on disk, as a phone has one: dictionaries are kept there."""
    context = playwright.chromium.launch_persistent_context(tmp_path / "profile", executable_path=CHROMIUM, args=FLAGS)
    yield context
    context.close()


@pytest.mark.parametrize("fetch", [FETCH, BY_WORKER], ids=["page", "worker"])
def test_an_update_comes_by_the_week_that_the_browser_keeps(context, served, site, fetch):
    address, answered = served
    page: Page = context.new_page()
    page.goto(f"{address}/public/page.html")
    assert bytes(page.evaluate(fetch, site.part(1))) == site.text(1)
    update = site.address(f"from-{'f' * 64}.json.gz")
    for number in range(300):  # the browser writes its dictionary beside
        assert bytes(page.evaluate(fetch, f"{update}?{number}")) == site.update
        if answered[-1] == (update, "dcz"):
            break
        page.wait_for_timeout(100)
    assert answered[-1] == (update, "dcz")
    assert (site.part(1), "br") in answered
