"""The phone writes what the school reads: codes, revisions, canonical JSON and moments, the same in both languages."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from server.web import phone_words
from sync import codes, decide
from sync.canonical import canonical
from sync.errors import SyncError
from tests.browser.conftest import served
from tests.server import factory

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "server/static/phone"


@pytest.fixture(scope="module")
def page(browser, new_office) -> Iterator[Page]:
    """The phone's page of an empty school."""
    with new_office() as app:
        factory.school()
        with served(app) as address:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{address}/phone/")
            page.wait_for_selector("#enrol-code")
            yield page
            context.close()


def in_page(page: Page, module: str, body: str, given: object) -> list:
    """What a module of the page says about each of the values."""
    script = f"async (given) => {{ const m = await import('/static/phone/{module}'); {body} }}"
    return page.evaluate(script, given)


def typed() -> list[str]:
    """Codes as people and code readers type them: right, mistyped, foreign, on a Russian keyboard, nonsense."""
    chance = random.Random(7)
    sevens = [f"{chance.randrange(10_000_000):07d}" for _ in range(200)] + ["0000000", "9999999", "0000001"]
    whole = [codes.complete(seven) for seven in sevens]
    changed = [code[:at] + str((int(code[at]) + 1) % 10) + code[at + 1 :] for code in whole for at in (0, 6, 8)]
    labels = [codes.make_label(school, kind, code, 3).text
              for code in whole[:8] for school in ("TEST", "AB29") for kind in codes.KINDS]  # fmt: skip
    russian = [label.translate(str.maketrans("QWERTYUIOPASDFGHJKLZXCVBNM", "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ"))
               for label in labels]  # fmt: skip
    shapes = [codes.group_digits(whole[0]), "482-170-317", " 482 170 317 ", "", "12", "K1", "٤٨٢١٧٠٣١٧", "Л1"]
    return [*whole, *changed, *labels, *[one.lower() for one in labels], *russian, *shapes]


def test_codes_are_read_as_the_office_reads_them(page):
    def office(text: str) -> str:
        try:
            return codes.parse_code(text, "TEST")
        except SyncError as error:
            return error.code

    texts = typed()
    found = in_page(page, "codes.js", """
        const read = (text) => { try { return m.parse(text, 'W', 'TEST'); } catch (error) { return error.wrong; } };
        return given.map(read);
    """, texts)  # fmt: skip
    assert dict(zip(texts, found, strict=True)) == {text: office(text) for text in texts}


def test_revisions_are_named_as_the_office_names_them(page):
    chance = random.Random(11)
    ids = [f"{chance.getrandbits(256):064x}" for _ in range(6)]
    ops = []
    for n in range(60):
        base = chance.sample(ids, chance.randrange(4))
        kind = chance.choice(("return", "mark", "absence"))
        if kind == "absence":
            letter = chance.choice(["Н", "УП", None])
            data = {"student": f"{n:032x}", "lesson": f"{n + 1:032x}", "letter": letter, "reason": "-"}
        else:
            verdict, value = chance.choice([("mark", "5"), ("mark", "зач"), ("redo", None), ("cleared", None)])
            mark = {"verdict": verdict, "value": value}
            data = {"code": codes.complete(f"{n:07d}"), "mark": mark, "comment": '«ё» \\ "\n\u2028'}
        ops.append({"type": kind, "base": base, "data": data})
    found = in_page(page, "ops.js", "return Promise.all(given.map(m.revisionOf));", ops)

    def office(op: dict) -> str:
        data = op["data"]
        if op["type"] == "absence":
            target, value = f"absence:{data['student']}:{data['lesson']}", ("absence", data["letter"])
        else:
            target, value = data["code"], (data["mark"]["verdict"], data["mark"]["value"])
        return decide.make_revision(target, op["base"], value).id

    assert found == [office(op) for op in ops]


def test_canonical_json_is_the_same(page):
    values = [{"b": [1, None, True], "a": {"я": 'ё\u007f\u0001"\\/', "А": ""}}, [], {}, "\U0001f6a2", {"10": 1, "9": 2}]
    found = in_page(page, "ops.js", "return given.map(m.canonical);", values)
    assert found == [canonical(one).decode() for one in values]


def test_moments_carry_the_phones_offset(page):
    [text] = in_page(page, "ops.js", "return given.map(m.moment);", [1_796_608_800_000])
    assert re.fullmatch(r"2026-12-0[67]T\d\d:00:00[+-]\d\d:\d\d", text)
    assert page.evaluate("(text) => Date.parse(text)", text) == 1_796_608_800_000


def test_heads_follow_own_records_however_often_they_are_counted(page):
    a, b, c = "a" * 64, "b" * 64, "c" * 64
    own = [{"op": {"base": [a]}, "revision": b}, {"op": {"base": [b]}, "revision": c}]
    alone = [[{"op": {"base": []}, "revision": one}] for one in (a, b)]
    cases = [([a], own), ([b], own[1:]), ([c], own), ([], alone[0]), ([a], alone[1])]
    found = in_page(page, "ops.js", "return given.map(([heads, own]) => m.headsAfter(heads, own));", cases)
    assert found == [[c], [c], [b, c], [a], [a, b]]


def test_the_page_has_every_word_that_its_script_says_and_no_other(page):
    scripts = "".join(file.read_text(encoding="utf-8") for file in STATIC.glob("*.js"))
    words = json.loads(page.locator("#texts").text_content() or "")
    said = set(re.findall(r'"([a-z_]+)"', scripts))
    calls = set(re.findall(r'\b(?:t|many)\("([a-z_]+)"', scripts))
    for locale, texts in words.items():
        assert calls - texts.keys() == set(), locale
        assert texts.keys() - said - {"names"} == set(), locale
    assert {"ru", "en"} <= words.keys()
    assert words["ru"]["on_phone"] != words["en"]["on_phone"]
    assert set(phone_words.WORDS) <= words["ru"].keys()
