"""The worker's own decisions, in a browser's page: with a host and a store that break wherever a test wants it."""

import base64
import gzip
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Page

from sync import bundle
from sync.lines import LETTERS, Known, tell_change, to_bytes
from sync.signing import new_keypair, sign_line
from tests.browser.static_host import Host, School
from tests.browser.test_reader_offline import content

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
APP = ROOT / "site/theme/app"
SOURCE = "".join((APP / f"{name}.js").read_text("utf-8") for name in ("ed25519", "checking", "fetching", "keeping"))
SECRET, PUBLIC = new_keypair(os.urandom)
FIRST, LAST = 41, 44


def files_of(school: School) -> dict[str, str]:
    """What the host has for phones, in Base64 by path."""
    found = [school.public / "school.pub", *(school.public / "7/data").iterdir()]
    return {file.relative_to(school.public).as_posix(): base64.b64encode(file.read_bytes()).decode() for file in found}


def forged(files: dict[str, str]) -> dict[str, str]:
    """The same with other words in the pages: whole files with true signatures, that say what nobody published."""
    told = {path: gzip.decompress(base64.b64decode(data)) for path, data in files.items() if path.endswith(".gz")}
    right, wrong = map(to_bytes, ("Page changed", "Page altered"))
    false = {path: bundle.pack(text.replace(right, wrong)) for path, text in told.items()}
    return {path: base64.b64encode(data).decode() for path, data in false.items()}


@pytest.fixture(scope="module")
def editions(tmp_path_factory) -> dict[int, dict[str, Any]]:
    """By number: the host's files, and the pages that are right."""
    school = School(tmp_path_factory.mktemp("school"), SECRET, PUBLIC)
    made = {}
    for number in range(FIRST, LAST + 1):
        school.publish(number, content(f"Тема {number}" if number > FIRST else "", ("ru",)))
        index = json.loads(json.loads((school.public / "7/data/index.json").read_bytes())["signed"])
        week = index["week"]
        text = bundle.text_of((school.public / f"7/data/{week['hash']}.json.gz").read_bytes())
        today = bundle.pages_of(text[: week["today"]["bytes"]])
        pages = {file.name: file.read_text("utf-8") for file in (school.public / "7").glob("*.html")}
        made[number] = {"files": files_of(school), "pages": pages, "today": sorted(today), "tree": index["tree"]}
        made[number]["forged"] = forged(made[number]["files"])
    return made


@pytest.fixture(scope="module")
def blank(browser, tmp_path_factory) -> Iterator[Page]:
    """An empty page with the scripts' source in ``source``."""
    folder = tmp_path_factory.mktemp("blank")
    (folder / "index.html").write_text("<!doctype html><title>blank</title>")
    host = Host(folder)
    host.start()
    context = browser.new_context(timezone_id="Europe/Moscow")
    page = context.new_page()
    page.goto(f"{host.address}/index.html")
    page.add_script_tag(content=(Path(__file__).parent / "keeping_harness.js").read_text("utf-8"))
    page.evaluate("(source) => { window.source = source; }", SOURCE)
    yield page
    context.close()
    host.stop()


@pytest.fixture(scope="module")
def page(blank, editions) -> Page:
    """The same with the editions in ``editions``."""
    blank.evaluate(
        """(told) => {
        const read = (files) => Object.fromEntries(Object.entries(files).map(([path, text]) => [path, bytesOf(text)]));
        for (const one of Object.values(told)) [one.files, one.forged] = [read(one.files), read(one.forged)];
        window.editions = told;
    }""",
        editions,
    )
    return blank


CUTS = """async (count) => {
    const roll = dice(20261207);
    const told = { none: 0, today: 0, whole: 0, ranges: 0, updates: 0, troubles: new Set() };
    let env = null, newest = 0, held = 0;
    for (let round = 0; round < count; round++) {
        if (!env || roll(12) === 0) [env, newest, held] = [world({}), 41, 0];
        if (roll(3) === 0 && newest < 44) newest += 1;
        env.files = editions[newest].files;
        env.asked.length = 0;
        env.clock += 864e5;
        const kind = roll(7);
        env.line = { left: roll(3) === 0 ? Infinity : roll(16000), short: kind === 1 };
        env.store = { left: kind === 2 ? roll(12) : Infinity, full: kind === 3 ? roll(90000) : Infinity };
        const place = roll(5000), altered = roll(4);
        if (kind === 4) env.line.spoil = (path, bytes) => {
            if (path.length % 4 !== altered) return bytes;
            const other = bytes.slice();
            other[place % other.length] ^= 1 << roll(8);
            return other;
        };
        if (kind === 5) env.line.spoil = (path, bytes) =>
            path.length % 4 !== altered ? bytes : editions[41 + roll(4)].files[path] ?? bytes.slice(0, place);
        if (kind === 6) env.line = { left: Infinity, spoil: (path, bytes) => editions[newest].forged[path] ?? bytes };
        const own = fresh(source);
        const facts = await own.Keeping.look(env, "7").catch((error) => ({ trouble: error.message }));
        if (facts?.trouble) told.troubles.add(facts.trouble);
        told.ranges += env.asked.filter(([, range]) => range).length;
        env.store = { left: Infinity, full: Infinity };
        const shown = await fresh(source).Keeping.shown(env, "7");
        if (!shown) {
            if (held) return { lost: round, kind };
            told.none += 1;
            continue;
        }
        const { facts: { number, whole, tree }, pages } = shown;
        const right = Object.values(editions).find((one) => one.tree === tree);
        const paths = whole ? Object.keys(right.pages).sort() : right.today;
        if (number < held || JSON.stringify(Object.keys(pages).sort()) !== JSON.stringify(paths)
            || paths.some((path) => pages[path] !== right.pages[path])
            || right !== editions[number]) return { mixed: round, kind, number, whole };
        if (held && number > held) told.updates += 1;
        held = number;
        told[whole ? "whole" : "today"] += 1;
    }
    return { ...told, troubles: [...told.troubles].sort() };
}"""


def test_after_a_thousand_cuts_one_whole_verified_edition_is_shown(page):
    """Lines cut at any byte, silent ends, bytes altered, files of other editions, full phones, phones switched off."""
    told = page.evaluate(CUTS, 1000)
    assert "lost" not in told and "mixed" not in told, told
    assert told["none"] + told["today"] + told["whole"] == 1000
    assert min(told["today"], told["whole"], told["ranges"], told["updates"]) > 20, told
    assert {"broken", "full", "offline"} <= set(told["troubles"]), told


BEFORE = """async ([seen, whole]) => {
    const env = world(editions[42].files);
    const { tree, pages } = editions[41];
    const held = whole ? pages : Object.fromEntries(editions[41].today.map((path) => [path, pages[path]]));
    const facts = {
        site: "7", school: "ZRC2", group: "7", language: "ru", number: 41, issued_at: "2020-12-06T07:10:00Z",
        look_again: null, tree: seen ? tree : "0".repeat(64), whole, blob: "blob/7/old", changes: [], seen: 41,
        checked: 1,
    };
    await env.write("blob/7/old", JSON.stringify(held));
    await env.write("site/7", JSON.stringify(facts));
    await env.write(`part/${"a".repeat(64)}`, "{}");
    await env.write("pin", JSON.stringify({ key: new TextDecoder().decode(env.files["school.pub"]), school: "ZRC2" }));
    const now = await fresh(source).Keeping.look(env, "7");
    const shown = await fresh(source).Keeping.shown(env, "7");
    const told = (pages) => JSON.stringify(Object.entries(pages).sort());
    const right = told(shown.pages) === told(editions[42].pages);
    return [now.number, now.whole, right, env.asked.map(([path]) => path), [...env.kept.keys()].sort()];
}"""


@pytest.mark.parametrize(("seen", "whole"), [(True, True), (False, True), (False, False)])
def test_what_a_phone_kept_of_the_format_before_leads_to_the_newest(page, seen, whole):
    """It holds pages and their tree as ever: an update leads from there, or else the whole week comes."""
    number, complete, right, asked, kept = page.evaluate(BEFORE, [seen, whole])
    assert (number, complete, right) == (42, True, True)
    assert (len(asked) == 1) == (seen and whole) and "from-" in asked[0] if whole else "index" in asked[0]
    assert len(kept) == 3 and kept[0].startswith("blob/7/") and kept[1:] == ["pin", "site/7"]


def test_a_broken_download_goes_on_where_it_broke(page):
    asked = page.evaluate("""async () => {
        const env = world(editions[41].files);
        const [name, size] = Object.entries(editions[41].files).filter(([path]) => /[0-9a-f]{64}.json/.test(path)
            && !path.includes("from-")).map(([path, bytes]) => [path, bytes.length]).sort((a, b) => b[1] - a[1])[0];
        env.line.left = size - 100;
        const wish = { limit: size, exact: true, named: true };
        const first = await fresh(source).Fetching.download(env, name, wish).catch((error) => error.code);
        env.line.left = Infinity;
        const bytes = await fresh(source).Fetching.download(env, name, wish);
        const ranges = env.asked.filter(([path]) => path === name).map(([, range]) => range);
        return [first, bytes.length === size, ranges, size, env.kept.size];
    }""")
    first, whole, ranges, size, kept = asked
    assert (first, whole, kept) == ("offline", True, 0)
    assert ranges == ["", f"bytes={size - 100}-", f"bytes={size - 100}-"]


def test_what_another_coding_began_is_asked_for_as_it_lies(page):
    """A host that sends a part unpacked cannot go on in the middle of it: the file itself can."""
    ranges = page.evaluate("""async () => {
        const env = world(editions[41].files);
        const [name, bytes] = Object.entries(editions[41].files).find(([path]) => /data.[0-9a-f]{64}.json/.test(path));
        const text = await fresh(source).Checking.unpack(bytes);
        const fetch = env.fetch;
        let cut = true;
        env.fetch = (url, wish) => {
            env.files = { [name]: wish.headers.Range ? bytes : text };
            env.line.left = cut ? 3000 : Infinity;
            cut = false;
            return fetch(url, wish);
        };
        await fresh(source).Fetching.download(env, name, { limit: bytes.length, exact: true, named: true });
        return env.asked.map(([, range]) => range);
    }""")
    assert ranges == ["", "bytes=0-"]


@pytest.mark.parametrize(
    ("checked", "now", "hour", "due"),
    [
        (None, "2026-12-08T08:00", None, True),
        ("2026-12-08T07:00", "2026-12-08T23:59", None, False),
        ("2026-12-08T23:59", "2026-12-09T00:01", None, True),
        ("2026-12-08T07:00", "2026-12-08T15:59", "16:00", False),
        ("2026-12-08T07:00", "2026-12-08T16:01", "16:00", True),
        ("2026-12-08T16:01", "2026-12-09T15:59", "16:00", False),
        ("2026-12-07T15:00", "2026-12-08T08:00", "16:00", True),
        ("2027-12-08T07:00", "2026-12-08T08:00", "16:00", True),  # kept while the clock was a year ahead
    ],
)
def test_something_new_is_expected_once_a_day(blank, checked, now, hour, due):
    said = blank.evaluate(
        "([checked, now, hour]) => fresh(source).Keeping.due(checked && +new Date(checked), +new Date(now), hour)",
        [checked, now, hour],
    )
    assert said is due


def test_letters_trees_and_updates_are_those_of_the_office(blank):
    before = {"index.html": "<p>\n" * 20 + "Ә", "b.html": f"a long line {'x' * 60}\nb\r\nc", "gone.html": ""}
    after = {"index.html": "<p>\n" * 20 + f"б\n😀{LETTERS}\0\x01\n\x020,1\n", "b.html": before["b.html"],
             "new.html": f"x\n{before['b.html']}", "newer.html": f"{before['b.html']}!"}  # fmt: skip
    sources = {"index.html": "index.html", "new.html": "b.html"}
    pieces = [tell_change(path, after[path], old, Known(before[old])) for path, old in sources.items()]
    first = after["index.html"].count("\n") + 2
    pieces += [f"\x01newer.html\n\x02{first},2\nc!", "\x01gone.html\x03"]  # of lines told before it
    tree = bundle.tree_of({path: bundle.page_hash(html) for path, html in after.items()})
    text = bundle.pack(to_bytes("\n".join(["1 - - -", *pieces])))
    made = blank.evaluate(
        """async ([before, text]) => {
        const { Checking } = fresh(source);
        const pages = Checking.apply(before, Checking.opened(await Checking.unpack(bytesOf(text))).telling);
        return [pages, await Checking.treeOf(pages)];
    }""",
        [before, base64.b64encode(text).decode()],
    )
    assert made == [after, tree]


@pytest.mark.parametrize("item", ["\x020,9", "\x02-1,1", "\x020,0", "\x020", "\x02", "\x02a,b"])
def test_an_update_that_cannot_be_applied_is_broken(blank, item):
    code = blank.evaluate(
        """(item) => {
        try {
            return fresh(source).Checking.apply({ "a.html": "1\\n2" }, `\\x01a.html\\n${item}`);
        } catch (error) { return error.code; }
    }""",
        item,
    )
    assert code == "broken"


# RFC 8032, 7.1: secret, message
VECTORS = [
    ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", ""),
    ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72"),
    ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82"),
]
SIGNATURES = [
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
]


@pytest.mark.parametrize("number", range(3))
def test_signatures_hold_as_the_rfc_says(blank, number):
    """With the browser's own arithmetic and with that for browsers which have none; and no altered one does."""
    secret, message = VECTORS[number]
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).public_key().public_bytes_raw()
    said = blank.evaluate(
        """async ([key, signature, message]) => {
        const [k, s, m] = [key, signature, message].map((x) => Uint8Array.from(x));
        const { Checking, Ed25519 } = fresh(source);
        const wrong = [[k, s, Uint8Array.of(...m, 1)]];
        for (const at of [0, 31, 32, 63]) wrong.push([k, s.map((byte, i) => i === at ? byte ^ 4 : byte), m]);
        const [other, none] = [k.map((byte, i) => i ? byte : byte ^ 1), new Uint8Array(32).fill(255)];
        wrong.push([other, s, m], [none, s, m], [k, new Uint8Array(64), m]);
        const all = [];
        for (const holds of [Checking.holds, Ed25519.verify]) {
            all.push(await holds(k, s, m), (await Promise.all(wrong.map((one) => holds(...one)))).some(Boolean));
        }
        return all;
    }""",
        [list(key), list(bytes.fromhex(SIGNATURES[number])), list(bytes.fromhex(message))],
    )
    assert said == [True, False, True, False]


@pytest.mark.parametrize("without", [False, True])
def test_what_the_school_signed_is_known_from_what_others_did(blank, without):
    text = '{"school":"ZRC2","v":2}'
    other_secret, other_public = new_keypair(os.urandom)
    told = {"signed": text, "sig": sign_line(SECRET, text.encode())}
    cases = [
        (told, PUBLIC, "ZRC2"), (told, PUBLIC, None), (told, PUBLIC, "AAAA"), (told, other_public, "ZRC2"),
        ({**told, "signed": text.replace(":2", ":3")}, PUBLIC, "ZRC2"), ({**told, "sig": "?"}, PUBLIC, "ZRC2"),
        ({"signed": text, "sig": sign_line(other_secret, text.encode())}, PUBLIC, "ZRC2"), ({}, PUBLIC, "ZRC2"),
        (told, "<!doctype html>", None),
    ]  # fmt: skip
    said = blank.evaluate(
        """async ([cases, without]) => {
        const { Checking } = fresh(source);
        const own = crypto.subtle.importKey;
        if (without) crypto.subtle.importKey = () => Promise.reject(new DOMException("", "NotSupportedError"));
        const all = [];
        for (const [told, key, school] of cases) {
            all.push(await Checking.headOf(told, { key, school }).then((head) => head.school, (error) => error.code));
        }
        crypto.subtle.importKey = own;
        return all;
    }""",
        [cases, without],
    )
    assert said == [
        "ZRC2", "ZRC2", "other_school", "other_key", "signature", "signature", "other_key", "broken", "signature",
    ]  # fmt: skip


def test_old_phones_can_read_the_scripts_of_pages(page):
    """They hold no syntax after ES2015, which would keep the whole file from running."""
    for file in (APP / "reader.js", ROOT / "site/theme/edition.js.html"):
        text = re.sub(r"//.*", "", file.read_text("utf-8"))
        assert not re.findall(r"\?\.|\?\?|\basync\b|\bawait\b|\*\*|\.\.\.|=>|\bcatch\s*\{", text), file
