"""The private page in a real browser: by address and typed, from a folder, offline, two children, a renewed key."""

import functools
import http.server
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from server.services.sitebuild import write_public_root
from sync import sealed
from tests.browser.looking import listening, look_over
from tests.editions import sample_content, sample_edition, write_sample

pytestmark = pytest.mark.browser
MASTER = bytes(range(32))
YEGOR, VERA = (sealed.derive_key(MASTER, student, 1) for student in ("yegor", "vera"))
ATTACK = "Хорошо! <img src=x onerror=alert(1)>\nПереписать № 413."
VIEW = {"width": 360, "height": 740}


def text(name: str, **values) -> dict:
    return {
        "v": 1, "edition": 41, "at": "2026-12-07T03:00Z", "name": name,
        "hotline": {"phone": "8 800 000-00-00", "hours": "9–17"},
        "due": [{"code": "482170317", "subject": "Физика", "title": "Плотность", "by": "2026-12-10", "late": False}],
        "redo": [{"code": "482170414", "subject": "Алгебра", "title": "№ 412", "by": "", "on": "2026-12-03",
                  "said": [ATTACK]}],
        "came": [{"subject": "История", "title": "Конспект", "on": "2026-12-04"}],
        "marks": [
            {"subject": "Алгебра", "title": "№ 398", "on": "2026-12-02", "mark": ["mark", "5", 0], "said": []},
            {"subject": "Химия", "title": "СОР 1", "on": "2026-12-01", "mark": ["mark", "14", 20], "said": ["Верно"]},
            {"subject": "Музыка", "title": "Песня", "on": "2026-12-01", "mark": ["mark", "pass", 0], "said": []},
        ],
        "messages": [{"on": "2026-12-05", "title": "Собрание", "text": "В пятницу в 18:00."}],
        "lessons": [{"date": "2026-12-08", "n": 2, "start": "09:30", "end": "10:10", "subject": "Логопедия",
                     "topic": "Звук Р", "cancelled": False, "tasks": [{"title": "Слова", "text": "Прочитать."}]}],
        **values,
    }  # fmt: skip


def put(public: Path, key: bytes, edition: int = 41, **values) -> None:
    script = sealed.seal(key, edition, text(**{"edition": edition, **values}), 8192, os.urandom(12))
    (public / "me" / sealed.file_name(key, edition)).write_bytes(script)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, says nothing and remembers what it was asked."""

    asked: ClassVar[list[str]] = []

    def log_message(self, format: str, *args: object) -> None:
        self.asked.append(f"{self.path}\n{self.headers}")


def issue(home: Path, number: int) -> None:
    """Write the public root of an edition of three languages."""
    content = sample_content()
    content["school"]["languages"] = ["ru", "kk", "en"]
    edition = write_sample(home / f"editions-{number}", sample_edition(number, content))
    write_public_root(edition, home / "public", Path(__file__).parents[2] / "server" / "translations")


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("root")
    issue(home, 41)
    return home / "public"


@pytest.fixture
def public(root, tmp_path) -> Path:
    shutil.copytree(root, tmp_path / "public")
    put(tmp_path / "public", YEGOR, name="Егор")
    put(tmp_path / "public", VERA, name="Вера")
    return tmp_path / "public"


@pytest.fixture
def address(public) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(public))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/me/"
        server.shutdown()


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=VIEW, locale="en-US", timezone_id="Asia/Yekaterinburg")
    context.add_init_script("Date.now = () => 1796630400000 + Math.round(1e5 * Math.random())")  # 7 December 2026
    yield context
    context.close()


@pytest.fixture
def page(context) -> Iterator[Page]:
    """A page on a small phone; an error of a script or a refusal by the policy fails the test."""
    page = context.new_page()
    complaints = listening(page, but="^404 |ERR_")  # files that a test takes away, or cuts off
    yield page
    assert complaints == []


def letters(key: bytes) -> str:
    return sealed.write_key(key)


def heading(page: Page):
    return page.locator("h2.day")


def name_is(page: Page, name: str) -> None:
    expect(heading(page)).to_have_text(name)


def says(page: Page, words: str) -> None:
    page.locator("#say, #slip").get_by_text(words).wait_for()


def type_key(page: Page, typed: str) -> None:
    page.locator("#key").fill(typed)
    page.locator("#key").press("Enter")


def test_the_printed_address_opens_the_page_and_leaves_the_bar(page, address):
    page.goto(f"{address}#{letters(YEGOR)}")
    name_is(page, "Егор")
    assert page.url == address and letters(YEGOR) not in page.content()
    for words in ("482 170 414", "14 of 20", "passed", "Верно", "Собрание", "Звук Р", "Wed, 2 December"):
        expect(page.locator("main")).to_contain_text(words)
    assert page.locator(".said").first.inner_text() == ATTACK
    expect(page.locator("main img")).to_have_count(0)


def test_the_key_is_sent_to_nobody(page, address):
    Quiet.asked.clear()
    page.goto(f"{address}#{letters(YEGOR)}")
    name_is(page, "Егор")
    assert len(Quiet.asked) >= 4
    told = "".join(Quiet.asked)
    assert letters(YEGOR) not in told and sealed.file_name(YEGOR, 41) in told
    referers = [line for line in told.splitlines() if line.startswith("Referer")]
    assert all(line.endswith("/worker.js") for line in referers)  # what keeps pages on phones asks for itself


def test_from_a_folder_without_network(context, page, public):
    context.set_offline(True)
    page.goto(f"{(public / 'me/index.html').as_uri()}#{letters(YEGOR)}")
    name_is(page, "Егор")
    assert "#" not in page.url
    page.goto((public / "index.html").as_uri())
    page.goto((public / "me/index.html").as_uri())
    name_is(page, "Егор")


def test_a_typed_address_is_taken_as_people_type(page, address):
    page.goto(address)
    type_key(page, sealed.group_key(letters(VERA)).lower().replace("o", "0"))
    name_is(page, "Вера")
    expect(page.locator("#ask")).to_be_hidden()


def test_what_is_typed_wrong_is_told_beside_the_field_and_stays(page, address):
    page.goto(address)
    wrong = next(
        letters(VERA)[:5] + other + letters(VERA)[6:] for other in sealed.ALPHABET
        if sealed.read_key(letters(VERA)) and not reads(letters(VERA)[:5] + other + letters(VERA)[6:])
    )  # fmt: skip
    for typed, words in (("ABC", "3"), ("Ж" * 26, "Ж"), (wrong, "")):
        type_key(page, typed)
        expect(page.locator("#slip")).to_contain_text(words)
        expect(page.locator("#slip")).not_to_be_empty()
        expect(page.locator("#key")).to_have_value(typed)
        expect(page.locator("#key")).to_be_focused()
    assert page.evaluate("localStorage.getItem('korablik.me')") is None


def reads(typed: str) -> bool:
    try:
        sealed.read_key(typed)
    except sealed.SyncError:
        return False
    return True


def test_two_children_on_one_phone_and_one_forgotten(page, address):
    page.goto(f"{address}#{letters(YEGOR)}")
    name_is(page, "Егор")
    page.goto(f"{address}#{letters(VERA)}")  # the page is open: only the fragment changes
    name_is(page, "Вера")
    page.get_by_role("button", name="Егор").click()
    name_is(page, "Егор")
    page.reload()
    name_is(page, "Егор")
    page.locator("#page button").last.click()
    expect(heading(page)).to_have_count(0)
    page.get_by_role("button", name="Вера").wait_for()
    page.locator("#say button").click()
    name_is(page, "Егор")
    page.locator("#page button").last.click()
    page.reload()
    name_is(page, "Вера")
    assert letters(YEGOR) not in page.evaluate("localStorage.getItem('korablik.me')")


def test_offline_the_kept_page_opens_and_says_so(context, page, address):
    page.goto(f"{address}#{letters(YEGOR)}")
    name_is(page, "Егор")
    kept = page.evaluate("localStorage.getItem('korablik.me')")
    assert "№ 412" not in kept and "Физика" not in kept
    context.route("**/*.js*", lambda route: route.continue_() if "me.js" in route.request.url else route.abort())
    page.reload()
    name_is(page, "Егор")
    says(page, "No connection. Shown")
    expect(page.locator("#page")).to_contain_text("7 December, 8:00")


def test_offline_an_address_never_opened_is_kept_for_later(context, page, address):
    def cut(route):
        route.abort() if "edition.js" in route.request.url else route.continue_()

    context.route("**/*.js*", cut)
    page.goto(f"{address}#{letters(YEGOR)}")
    says(page, "The address is kept")
    context.unroute("**/*.js*", cut)
    page.reload()
    name_is(page, "Егор")


def test_a_renewed_key_gets_nothing_new_and_says_whom_to_ask(page, address, public):
    page.goto(f"{address}#{letters(YEGOR)}")
    name_is(page, "Егор")
    (public / "me" / sealed.file_name(YEGOR, 41)).unlink()
    page.reload()
    says(page, "This address was renewed")
    name_is(page, "Егор")  # what was read once stays readable here


def test_an_address_without_a_page_is_not_kept(page, address):
    page.goto(f"{address}#{letters(sealed.derive_key(MASTER, 'nobody', 1))}")
    says(page, "There is no page under this address")
    assert page.evaluate("localStorage.getItem('korablik.me')") is None


def test_what_came_since_the_last_look_is_marked(page, address, public, tmp_path):
    page.goto(f"{address}#{letters(YEGOR)}")
    name_is(page, "Егор")
    expect(page.locator(".tag.note")).to_have_count(0)
    marks = text("Егор")["marks"]
    fresh = {"subject": "Физика", "title": "Тест", "on": "2026-12-07", "mark": ["mark", "4", 0], "said": []}
    issue(tmp_path, 42)
    put(public, YEGOR, 42, name="Егор", marks=[fresh, *marks])
    page.reload()
    expect(page.locator("li", has=page.locator(".tag.note"))).to_have_text(re.compile("^Физика"))


def test_until_an_editions_private_pages_are_there_those_before_hold(page, address, tmp_path):
    issue(tmp_path, 42)
    page.goto(f"{address}#{letters(YEGOR)}")
    name_is(page, "Егор")
    expect(page.locator("#page")).to_contain_text("edition 41")


def test_a_damaged_file_shows_what_was_kept(page, address, public):
    page.goto(f"{address}#{letters(YEGOR)}")
    name_is(page, "Егор")
    file = public / "me" / sealed.file_name(YEGOR, 41)
    script = file.read_bytes()
    file.write_bytes(script[:100] + (b"A" if script[100:101] != b"A" else b"B") + script[101:])
    page.reload()
    says(page, "came damaged")
    name_is(page, "Егор")


def test_without_subtle_crypto_the_way_out_is_told(context, address):
    page = context.new_page()
    page.add_init_script("Object.defineProperty(window.crypto, 'subtle', {value: undefined})")
    page.goto(f"{address}#{letters(YEGOR)}")
    says(page, "https://")
    expect(page.locator("#ask")).to_be_hidden()
    assert page.get_by_role("link", name="8 800").count() <= 1


def test_the_language_is_switched_and_remembered(page, address):
    page.goto(f"{address}#{letters(YEGOR)}")
    name_is(page, "Егор")
    page.get_by_role("button", name="Русский").click()
    for words in ("14 из 20", "ср, 2 декабря"):
        expect(page.locator("#page")).to_contain_text(words)
    page.reload()
    name_is(page, "Егор")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    page.get_by_role("button", name="Қазақ").click()
    expect(page.locator("html")).to_have_attribute("lang", "kk")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_anybody_can_read_and_press_it(browser, address, scheme):
    context = browser.new_context(viewport=VIEW, color_scheme=scheme, locale="en-US")
    page = context.new_page()
    page.goto(f"{address}#{letters(YEGOR)}")
    name_is(page, "Егор")
    page.locator("#page button").first.click()
    look_over(page, scheme)
    context.close()


def test_by_keyboard_alone(page, address):
    page.goto(address)
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "key":
            break
    page.keyboard.type(letters(YEGOR))
    page.keyboard.press("Enter")
    name_is(page, "Егор")
