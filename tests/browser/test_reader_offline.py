"""The reader on a phone whose network comes and goes: kept, updated by one small file, always one whole edition."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from server import create_app
from server.config import make_config
from server.extensions import db
from server.services import schema, sitebuild
from sync.signing import new_keypair
from tests.browser.conftest import CHROMIUM, FLAGS, served
from tests.browser.looking import listening, look_over
from tests.browser.static_host import Host, School
from tests.editions import lesson_of, sample_content

pytestmark = pytest.mark.browser

SECRET, PUBLIC = new_keypair(os.urandom)
LESSON = f"lesson-{lesson_of(sample_content(), '7', '2026-12-10', 2)}.html"
KEPT = "This class is on your phone"
BREAKS = 12_000  # bytes of a week after which a line breaks: today is in them


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> School:
    """A home with edition 41; tests take copies."""
    school = School(tmp_path_factory.mktemp("first"), SECRET, PUBLIC)
    school.publish(41, content())
    return school


@pytest.fixture
def school(first, tmp_path) -> School:
    return first.copy(tmp_path / "home")


@pytest.fixture
def host(school) -> Iterator[Host]:
    host = Host(school.public)
    host.start()
    yield host
    host.stop()


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, timezone_id="Europe/Moscow")
    yield context
    context.close()


def content(topic: str = "", languages: tuple[str, ...] = ("ru", "kk")) -> dict:
    """The sample; ``topic`` changes one lesson and adds a page for a new one."""
    made = sample_content()
    made["school"]["languages"] = list(languages)
    if topic:
        made["lessons"][lesson_of(made, "7", "2026-12-10", 2)]["topic"] = topic
        other = made["lessons"][lesson_of(made, "7", "2026-12-11", 2)]
        other["material"] = next(iter(made["materials"]))
        other["topic"] = f"{topic}: начало"
    return made


def visit(context: BrowserContext, host: Host, path: str = "7/index.html") -> Page:
    """Open a class for the first time and wait until it is kept."""
    page = context.new_page()
    page.goto(f"{host.address}/{path}")
    expect(page.locator("#kept")).to_contain_text(KEPT)
    # what opens private pages comes after the class, for whoever needs it
    page.evaluate("""async () => {
        while (!(await caches.match("/me/me.js"))) await new Promise((done) => setTimeout(done, 20));
    }""")
    return page


def check(page: Page) -> None:
    page.get_by_role("button", name="Check now").click()


def number(page: Page) -> str:
    """The edition that the header names, when the worker has answered."""
    expect(page.locator("#edition")).to_contain_text("checked")
    return re.match(r"edition (\d+)", page.locator("#edition").inner_text())[1]


def fetched(page: Page, paths: list[str]) -> dict[str, str]:
    return page.evaluate(
        """async (paths) => Object.fromEntries(await Promise.all(paths.map(async (path) =>
        [path, await fetch(path).then((answer) => answer.ok ? answer.text() : null, () => null)])))""",
        paths,
    )


def pages_of(folder: Path) -> dict[str, str]:
    return {file.name: file.read_bytes().decode() for file in folder.glob("*.html")}


def pointer(page: Page, site: str = "7") -> dict:
    return page.evaluate(
        """async (site) => (await (await caches.open("korablik/kept")).match(`/-kept/site/${site}`)).json()""", site
    )


def set_pointer(page: Page, **values: object) -> None:
    """As if time had passed since the last look."""
    page.evaluate(
        """async (values) => {
        const [kept, name] = [await caches.open("korablik/kept"), "/-kept/site/7"];
        const now = { ...await (await kept.match(name)).json(), ...values };
        await kept.put(name, new Response(JSON.stringify(now)));
    }""",
        values,
    )


def test_what_was_visited_once_opens_without_network_byte_for_byte(context, host, school):
    page = visit(context, host)
    asked = host.names()
    own = [name for name in asked if not name.startswith("/me/")]  # those come after, for whoever opens private pages
    assert len(own) == len(set(own)) == 6, own  # page, edition.js, reader.js, key, index, week
    host.stop()
    page.reload()
    expect(page.locator("#kept")).to_contain_text(KEPT)
    assert number(page) == "41"
    page.goto(f"{host.address}/7/{LESSON}")
    expect(page.locator("h1")).to_have_text("Линейная функция и её график")
    page.goto(f"{host.address}/7/day-2026-12-08.html")
    expect(page.locator("h1")).to_have_text(re.compile("^Вторник"))
    pages = pages_of(school.public / "7")
    assert len(pages) > 15
    assert fetched(page, list(pages)) == pages
    host.start()


def test_an_office_serves_phones_as_a_host_of_files_does(context, school):
    app = create_app(make_config(school.home, testing=True))
    with app.app_context():
        schema.prepare()
        with served(app) as address:
            page = context.new_page()
            complaints = listening(page)
            page.goto(f"{address}/public/7/index.html")
            expect(page.locator("#kept")).to_contain_text(KEPT)
            school.publish(42, content("Новая тема"))
            check(page)
            page.get_by_text("Edition 42 has come.").wait_for()
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    page.goto(f"{address}/public/7/index.html")
    expect(page.locator("#told h2")).to_contain_text("Changed since you last looked")
    look_over(page, "news", targets=False)
    assert not complaints, complaints


def test_without_network_other_pages_say_that_they_are_not_here(context, host):
    page = visit(context, host)
    host.stop()
    answer = page.goto(f"{host.address}/8/index.html")
    assert answer.status == 503
    expect(page.locator("h1")).to_have_text("This page is not on your phone")
    page.get_by_role("link", name="class 7 — timetable").click()
    expect(page.locator("#kept")).to_contain_text(KEPT)
    page.goto(f"{host.address}/index.html")
    expect(page).to_have_url(f"{host.address}/7/index.html")
    host.start()


def test_an_update_is_one_request_and_says_what_changed(context, host, school):
    page = visit(context, host)
    school.publish(42, content("Новая тема"))
    host.forget()
    check(page)
    page.get_by_text("Edition 42 has come.").wait_for()
    assert len(host.names()) == 1 and "/7/data/from-" in host.names()[0]
    page.get_by_role("button", name="Show it").click()
    expect(page.locator("#told h2")).to_contain_text("Changed since you last looked")
    assert number(page) == "42"
    expect(page.locator("#told")).to_contain_text("Новая тема")
    assert len(host.names()) == 1
    pages = pages_of(school.public / "7")
    assert fetched(page, list(pages)) == pages
    page.locator("#told .rows a").first.click()
    expect(page.locator("h1")).to_contain_text("Новая тема")
    page.go_back()
    page.get_by_role("button", name="Got it").click()
    expect(page.locator("#told")).not_to_be_attached()
    page.reload()
    expect(page.locator("#kept")).to_contain_text(KEPT)
    expect(page.locator("#told")).not_to_be_attached()


def test_when_nothing_is_new_one_request_a_day_says_so(context, host, school):
    page = visit(context, host)
    host.forget()
    for path in ("index.html", LESSON, "tv.html", "index.html"):
        page.goto(f"{host.address}/7/{path}")
        assert number(page) == "41"
    assert host.names() == []
    school.publish(42, content())
    set_pointer(page, checked=page.evaluate("Date.now() - 864e5 * 1.01"))
    for _ in range(3):
        page.reload()
        expect(page.locator("#edition")).to_contain_text("edition 42 ")
    assert len(host.names()) == 1
    expect(page.locator("#told")).not_to_be_attached()


def test_the_page_of_news_tells_what_is_new(context, host, school, monkeypatch):
    """Where a class has one, its rows newer than the last look stand first; no request is made for it."""
    build = sitebuild._build

    def with_news(folder, edition_dir, locale_dir, extra, changed):
        pages, html = build(folder, edition_dir, locale_dir, extra, changed)
        if extra["group"]:
            rows = "".join(f'<li data-edition="{n}"><a href="tv.html">Row {n}</a></li>' for n in (43, 42, 41))
            html["news.html"] = f"<!doctype html><title>News</title><ul>{rows}</ul>"
            (folder / "news.html").write_text(html["news.html"])
        return pages, html

    monkeypatch.setattr(sitebuild, "_build", with_news)
    page = visit(context, host)
    school.publish(43, content("Новая тема"))
    check(page)
    page.get_by_role("button", name="Show it").click()
    expect(page.locator("#told .rows a")).to_have_text(["Row 43", "Row 42"])
    assert "/7/news.html" not in host.names()


def test_a_newer_worker_keeps_what_the_older_one_kept(context, host, school):
    host.age = 0
    page = visit(context, host)
    version = re.search(r'VERSION = "(\w+)"', (school.public / "worker.js").read_text("utf-8"))[1]
    for name in ("worker.js", "reader.js", "edition.js"):
        file = school.public / name
        file.write_text(file.read_text("utf-8").replace(version, "f" * 16), "utf-8")
    host.forget()
    names = page.evaluate("""async () => {
        await (await navigator.serviceWorker.ready).update();
        const shells = async () => (await caches.keys()).filter((name) => name.includes("shell"));
        while (!/^korablik.shell-f+$/.test(await shells())) await new Promise((done) => setTimeout(done, 20));
        return shells();
    }""")
    assert names == ["korablik/shell-" + "f" * 16]
    assert sorted(name for name in host.names() if not name.startswith("/me/")) == ["/edition.js", "/reader.js"]
    host.stop()
    page.reload()
    expect(page.locator("#kept")).to_contain_text(KEPT)
    host.start()


@pytest.mark.parametrize("opened", ["7/index.html", "me/index.html"])
def test_what_lies_deeper_in_the_root_is_kept_too(context, host, school, opened):
    """The page that opens private pages: whether a family opens it or a class first."""
    (school.public / "me/me.js").write_text("document.title = 'opened'")
    (school.public / "me/index.html").write_text(
        "<!doctype html><meta charset=utf-8><title>me</title>"
        "<script src=../edition.js defer></script><script src=me.js defer></script>"
    )
    assert 'const MORE = ["me/index.html","me/me.js"];' in (school.public / "worker.js").read_text("utf-8")
    page = context.new_page()
    page.goto(f"{host.address}/{opened}")
    page.evaluate("""async () => {
        while (!(await caches.match("/me/me.js"))) await new Promise((done) => setTimeout(done, 20));
    }""")
    host.stop()
    page.goto(f"{host.address}/me/")
    expect(page).to_have_title("opened")
    host.start()


def test_each_language_is_kept_for_itself(context, host, school):
    page = visit(context, host)
    page.get_by_role("link", name="Қазақ тілі").click()
    expect(page.locator("html")).to_have_attribute("lang", "kk")
    expect(page.locator("#kept")).to_contain_text(KEPT)
    host.stop()
    page.get_by_role("link", name="Русский").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    page.get_by_role("link", name="Қазақ тілі").click()
    expect(page.locator("html")).to_have_attribute("lang", "kk")
    pages = pages_of(school.public / "7/kk")
    assert fetched(page, list(pages)) == pages
    host.start()


def test_two_tabs_ask_once(context, host, school):
    one = visit(context, host)
    two = context.new_page()
    two.goto(f"{host.address}/7/{LESSON}")
    assert number(two) == "41"
    school.publish(42, content("Вдвоём"))
    set_pointer(one, checked=1)
    host.forget()
    for page in (one, two, one):
        page.evaluate("navigator.serviceWorker.controller.postMessage({ act: 'open', site: '7' })")
    for page in (one, two):
        page.get_by_text("Edition 42 has come.").wait_for()
        page.reload()
        expect(page.locator("#edition")).to_contain_text("edition 42 ")
    assert len(host.names()) == 1


def test_today_can_be_read_while_the_rest_has_not_come(context, host, school):
    week = json.loads(json.loads((school.public / "7/data/index.json").read_bytes())["signed"])["week"]
    host.spoiled[week["hash"]] = lambda data: (data[: BREAKS], {"Content-Length": str(len(data))})
    page = context.new_page()
    page.goto(f"{host.address}/7/index.html")
    expect(page.locator("#kept")).to_contain_text("Today is on your phone already")
    host.stop()
    page.reload()
    expect(page.locator("#kept")).to_contain_text("Today is on your phone already")
    today = page.locator("[data-day]").first.get_attribute("data-day")
    page.goto(f"{host.address}/7/day-{today}.html")
    assert number(page) == "41"
    page.goto(f"{host.address}/7/day-2026-12-14.html")
    expect(page.locator("h1")).to_have_text("This page is not on your phone")
    host.spoiled.clear()
    host.start()
    host.forget()
    page.goto(f"{host.address}/7/index.html")
    check(page)  # a minute after the line broke the worker asks by itself
    expect(page.locator("#kept")).to_contain_text(KEPT)
    assert [path for path in host.names() if "from-" in path] == []


@pytest.mark.parametrize("coded", [False, True])
def test_a_download_that_breaks_is_taken_up_again(context, host, school, coded):
    page = visit(context, host)
    school.publish(42, content("Новая тема"))
    for file in (school.public / "7/data").glob("from-*"):
        file.unlink()
    host.forget()
    host.cut[r"/7/data/[0-9a-f]{64}\.json"] = 3000
    if coded:
        host.coded.add(r"/7/data/[0-9a-f]{64}\.json")
    check(page)
    page.get_by_text("Edition 42 has come.").wait_for()
    (again,) = [asked for _, asked in host.asked if asked]
    assert again == "bytes=0-" if coded else re.fullmatch(r"bytes=([1-9]\d*)-", again)


SPOILED = {  # as only a real line can; what else can go wrong is tried in test_reader_keeping.py
    "cut off": lambda data: (data[: len(data) // 2], {}),
    "shorter than it says": lambda data: (data, {"Content-Length": str(len(data) + 500)}),
    "longer than it says": lambda data: (data + b"x" * 500, {"Content-Length": str(len(data) - 50)}),
}


@pytest.mark.parametrize("how", SPOILED)
@pytest.mark.parametrize("what", ["from-", r"data/"])
def test_what_comes_damaged_is_never_shown(context, host, school, how, what):
    """A spoiled update is made up for by the week; when all is spoiled the edition before stays."""
    page = visit(context, host)
    before = pages_of(school.public / "7")
    school.publish(42, content("Новая тема"))
    host.spoiled[what] = SPOILED[how]
    check(page)
    if what == "from-":
        page.get_by_text("Edition 42 has come.").wait_for()
        before = pages_of(school.public / "7")
    else:
        expect(page.get_by_role("button", name="Check now")).to_be_visible()
        assert number(page) == "41"
    host.stop()
    page.reload()
    assert fetched(page, list(before)) == before
    host.start()
    host.spoiled.clear()
    page.reload()
    check(page)
    expect(page.locator("#edition")).to_contain_text("edition 42 ")


def test_a_button_stays_under_the_finger_while_the_worker_says_the_same(context, host):
    page = visit(context, host)
    button = page.get_by_role("button", name="Check now").element_handle()
    page.evaluate("""() => new Promise((done) => {
        navigator.serviceWorker.addEventListener("message", () => setTimeout(done), { once: true });
        navigator.serviceWorker.controller.postMessage({ act: "seen", site: "7" });
    })""")
    assert button.evaluate("(element) => element.isConnected")


def test_an_update_for_another_edition_is_not_applied(context, host, school):
    page = visit(context, host)
    held = pointer(page)["tree"]
    school.publish(42, content("Вторая"))
    school.publish(43, content("Третья"))
    other = next(file for file in (school.public / "7/data").glob("from-*") if held not in file.name)
    (school.public / f"7/data/from-{held}.json.gz").write_bytes(other.read_bytes())
    host.forget()
    check(page)
    page.get_by_text("Edition 43 has come.").wait_for()
    assert "/7/data/index.json" in host.names()
    pages = pages_of(school.public / "7")
    assert fetched(page, list(pages)) == pages


def test_an_edition_long_before_is_made_up_for_by_the_week(context, host, school):
    page = visit(context, host)
    school.publish(42, content("Вторая"))
    for file in (school.public / "7/data").glob("from-*"):
        file.unlink()
    check(page)
    page.get_by_text("Edition 42 has come.").wait_for()


def test_an_older_edition_is_refused_and_told(context, host, school, first):
    school.publish(42, content("Вторая"))
    page = visit(context, host)
    pages = pages_of(school.public / "7")
    host.folder = first.public
    check(page)
    expect(page.locator("#told")).to_contain_text("offers an older edition than yours. You still see edition 42")
    assert fetched(page, list(pages)) == pages
    host.forget()
    page.reload()
    expect(page.locator("#told")).to_contain_text("offers an older edition")
    assert host.names() == []  # the same answer is not asked for again


@pytest.mark.parametrize("whose", ["another key", "another school"])
def test_an_edition_that_is_not_the_schools_is_refused_and_told(context, host, school, tmp_path, whose):
    page = visit(context, host)
    pages = pages_of(school.public / "7")
    secret, public = new_keypair(os.urandom) if whose == "another key" else (SECRET, PUBLIC)
    other = School(tmp_path / "other", secret, public)
    strange = content("Чужая тема")
    if whose == "another school":
        strange["school"]["id"] = "AAAA"
    other.publish(50, strange)
    host.folder = other.public
    check(page)
    expect(page.locator("#told")).to_contain_text("not signed with this school's key")
    page.reload()
    expect(page.locator("#told")).to_contain_text("not signed with this school's key")
    assert number(page) == "41"
    assert fetched(page, list(pages)) == pages


def test_pages_that_nobody_signed_are_shown_and_not_kept(context, host, school):
    (school.public / "school.pub").write_text(new_keypair(os.urandom)[1])
    page = context.new_page()
    page.goto(f"{host.address}/7/index.html")
    expect(page.locator("#told")).to_contain_text("they are not kept on your phone")
    (school.public / "school.pub").write_text(PUBLIC)
    check(page)
    expect(page.locator("#kept")).to_contain_text(KEPT)


def test_a_full_phone_keeps_what_it_has_and_offers_a_way_out(context, host, school):
    page = visit(context, host)
    school.publish(42, content("Новая тема"))
    (worker,) = context.service_workers
    worker.evaluate("""() => {
        const put = Cache.prototype.put;
        Cache.prototype.put = async function (name, response) {
            const size = (await response.clone().arrayBuffer()).byteLength;
            if (size > 100000) throw new DOMException("full", "QuotaExceededError");
            return put.call(this, name, response);
        };
    }""")
    check(page)
    expect(page.locator("#told")).to_contain_text("There is no room left on this phone")
    assert number(page) == "41"
    page.get_by_role("button", name="Keep only today").click()
    page.get_by_text("Edition 42 has come.").wait_for()
    page.get_by_role("button", name="Show it").click()
    expect(page.locator("#kept")).to_contain_text("Only today is on your phone.")
    names = page.evaluate("caches.open('korablik/kept').then((x) => x.keys()).then((all) => all.map((one) => one.url))")
    assert len([name for name in names if "/blob/" in name]) == 1


def test_other_classes_can_be_removed_to_make_room(context, host, school):
    school.publish(41, content(), ("7", "8"))
    visit(context, host)
    page = visit(context, host, "8/index.html")
    page.evaluate("navigator.serviceWorker.ready.then((x) => x.active.postMessage({ act: 'room', site: '8' }))")
    page.evaluate("""async () => {
        const kept = await caches.open("korablik/kept");
        while (await kept.match("/-kept/site/7")) await new Promise((done) => setTimeout(done, 20));
    }""")
    host.stop()
    page.reload()
    expect(page.locator("#kept")).to_contain_text(KEPT)
    host.start()


@pytest.mark.parametrize(
    ("clock", "issued"), [("2019-12-06T10:30", "6 дек., 10:10"), ("2021-12-06T10:30", "6 дек., 10:10"),
                          ("2020-12-06T10:30", "today 10:10"), ("2020-12-07T09:00", "yesterday 10:10")]
)  # fmt: skip
def test_ages_are_never_absurd_whatever_the_clock_says(context, host, clock, issued):
    page = visit(context, host)
    page.clock.install(time=f"{clock}:00+03:00")
    page.goto(f"{host.address}/7/tv.html")
    expect(page.locator("#edition")).to_contain_text(f"issued {issued}")
    expect(page.locator("#edition")).to_contain_text("checked")
    assert "-" not in page.locator("#edition").inner_text()


def test_a_clock_before_the_edition_is_told(context, host):
    page = visit(context, host)
    page.clock.install(time="2019-12-06T10:30:00+03:00")
    page.reload()
    expect(page.locator("#told")).to_contain_text("clock seems to be wrong: it shows 06.12.2019")


def test_what_was_not_checked_for_long_says_so(context, host):
    page = visit(context, host)
    set_pointer(page, checked=page.evaluate("Date.now() - 864e5 * 5"))
    host.stop()
    page.reload()
    expect(page.locator("#told")).to_contain_text("The school was last reached")
    expect(page.locator("#told")).to_contain_text("call the school hotline")
    host.start()


def test_an_old_browser_reads_online_and_keeps_nothing(context, host):
    page = context.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(f"{host.address}/7/index.html")
    expect(page.locator("#edition")).to_contain_text("edition 41")
    assert host.names() == ["/7/index.html", "/edition.js", "/reader.js"]
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_a_class_can_be_put_on_the_home_screen(playwright, host, tmp_path):
    """With a profile on the disk: what is private to a window cannot be installed."""
    context = playwright.chromium.launch_persistent_context(tmp_path / "profile", executable_path=CHROMIUM, args=FLAGS)
    page = visit(context, host)
    page.reload()
    page.wait_for_selector("link[rel=manifest]", state="attached")
    client = context.new_cdp_session(page)
    assert client.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = client.send("Page.getAppManifest")
    assert manifest["errors"] == []
    told = json.loads(manifest["data"])
    assert (told["start_url"], told["scope"], told["short_name"]) == ("index.html", "../", "7")
    context.close()


def test_the_phone_forgets_editions_that_it_shows_no_more(context, host, school):
    page = visit(context, host)
    for edition, topic in ((42, "Раз"), (43, "Два")):
        school.publish(edition, content(topic))
        check(page)
        page.get_by_text(f"Edition {edition} has come.").wait_for()
    names = page.evaluate("caches.open('korablik/kept').then((x) => x.keys()).then((all) => all.map((one) => one.url))")
    kinds = sorted(name.split("/-kept/")[1].split("/")[0] for name in names)
    assert kinds == ["blob", "files", "opened", "pin", "site"]
