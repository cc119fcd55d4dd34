"""The phone packs and unpacks batches as the office does: the two programs, each with the other's columns."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Route

from sync import batch
from tests.sync.test_batch import a_class, as_bytes, batches

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).parents[2] / "server" / "static" / "phone" / "batch.js"
ASK = """async (said) => {
  const { pack, unpack } = await import("/batch.js");
  const { ops, columns } = JSON.parse(said);
  const packed = pack(ops);
  return JSON.stringify({ columns: packed, ops: unpack(columns), again: unpack(packed) });
}"""
Ask = Callable[[list[dict[str, Any]]], dict[str, Any]]


@pytest.fixture(scope="module")
def ask(browser: Browser) -> Iterator[Ask]:
    """What the script makes of ops and of their columns; both travel as JSON, as between phone and office."""
    context = browser.new_context()

    def serve(route: Route) -> None:
        if route.request.url.endswith("/batch.js"):
            route.fulfill(path=SCRIPT, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>phone</title>", content_type="text/html")

    context.route("**/*", serve)
    page = context.new_page()
    page.goto("http://phone.test/")

    def asked(ops: list[dict[str, Any]]) -> dict[str, Any]:
        return json.loads(page.evaluate(ASK, json.dumps({"ops": ops, "columns": batch.pack(ops)})))

    yield asked
    context.close()


@given(each=batches)
@settings(max_examples=80, deadline=None)
def test_each_reads_what_the_other_wrote(ask: Ask, each: list[dict[str, Any]]) -> None:
    told = ask(each)
    assert as_bytes(told["ops"]) == as_bytes(each)
    assert as_bytes(told["again"]) == as_bytes(each)
    assert as_bytes(batch.unpack(told["columns"])) == as_bytes(each)


@pytest.mark.parametrize("count", [0, 1, 30, 500])
def test_both_write_the_same_columns(ask: Ask, count: int) -> None:
    typed = a_class(count)
    assert ask(typed)["columns"] == batch.pack(typed)


@given(seven=st.integers(0, 9_999_999))
@settings(max_examples=20, deadline=None)
def test_check_digits_are_the_same(ask: Ask, seven: int) -> None:
    both = [*a_class(1), *a_class(1, 2)]
    both[1] |= {"n": 1, "data": {**both[1]["data"], "code": batch.complete(f"{seven:07d}")}}
    assert ask(both)["columns"] == batch.pack(both)
