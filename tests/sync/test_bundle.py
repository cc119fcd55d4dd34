"""The week of a site: whole, today first; trees, packing and what is signed."""

import gzip
import hashlib
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import bundle
from sync.errors import SyncError
from sync.pages import group_pages
from sync.signing import new_keypair, sign_line, verify_line
from tests.editions import sample_content, sample_edition

HTML = st.text(st.characters(codec="utf-8"), max_size=300)
PAGES = st.dictionaries(st.from_regex(r"[a-z]{1,8}(-[0-9]{1,3})?\.html", fullmatch=True), HTML, max_size=8)


def hashes(pages: dict[str, str]) -> dict[str, str]:
    return {path: bundle.page_hash(html) for path, html in pages.items()}


@given(PAGES, st.data())
def test_a_tree_names_its_pages_and_no_others(pages, data):
    tree = bundle.tree_of(hashes(pages))
    assert tree == bundle.tree_of(dict(reversed(hashes(pages).items())))
    other = data.draw(PAGES)
    assert (bundle.tree_of(hashes(other)) == tree) == (other == pages)


def week_of(pages: dict[str, str], today: int = 0, number: int = 4) -> bundle.Week:
    head = {"v": 2, "school": "TEST", "group": "7", "language": "ru", "number": number}
    paths = sorted(pages)
    return bundle.week_of([(None, paths[:today]), ("2026-W50", paths[today:])], pages, head)


@given(PAGES, st.data())
def test_a_week_holds_every_page_and_its_beginning_those_of_today(pages, data):
    today = data.draw(st.integers(0, len(pages)))
    week = week_of(pages, today)
    text = gzip.decompress(week.data)
    assert week.hash == hashlib.sha256(text).hexdigest() and text.startswith(b"TEST 7 ru")
    assert bundle.pages_of(text) == pages
    first = text[: week.today["bytes"]]
    assert bundle.pages_of(first) == {path: pages[path] for path in sorted(pages)[:today]}
    assert (week.today["hash"], week.today["pages"]) == (hashlib.sha256(first).hexdigest(), today)
    assert week.named() == {"hash": week.hash, "bytes": len(week.data), "pages": len(pages), "today": week.today}


@given(PAGES)
def test_equal_pages_give_equal_bytes_whatever_the_edition(pages):
    assert week_of(pages, number=1).data == week_of(pages, number=2).data


@given(st.binary(max_size=200))
def test_what_is_no_week_is_refused_or_read(text):
    try:
        bundle.pages_of(text)
    except SyncError as refused:
        assert refused.code == "bundle_broken"


@given(st.binary().filter(lambda text: text[:2] != b"\x1f\x8b"))
def test_what_is_packed_is_read_with_its_gzip_or_without(text):
    assert bundle.text_of(bundle.pack(text)) == bundle.text_of(text) == text
    assert bundle.pack(text) == bundle.pack(text)


@given(st.binary(), st.data())
def test_a_cut_file_is_refused(text, data):
    packed = bundle.pack(text)
    cut = data.draw(st.integers(2, len(packed) - 1))
    with pytest.raises(SyncError) as refused:
        bundle.text_of(packed[:cut], "name")
    assert refused.value.code == "bundle_broken"


@given(st.binary(max_size=200))
def test_other_bytes_are_refused_or_text(data):
    try:
        bundle.text_of(b"\x1f\x8b" + data)
    except SyncError as refused:
        assert refused.code == "bundle_broken"


def ordered(issued_at: str, days: list[str] | None = None, more: tuple[str, ...] = ()):
    content = sample_content()
    if days is not None:
        content["days"] = days
    edition = sample_edition(content=content)
    edition = type(edition)(edition.content, edition.number, issued_at, None)
    pages = group_pages(content, "7")
    return pages, bundle.order(pages, edition, [*pages, *more])


@pytest.mark.parametrize(("issued_at", "today"), [
    ("2026-12-06T07:10:00Z", "2026-12-07"), ("2026-12-07T03:00:00Z", "2026-12-07"),
    ("2026-12-07T19:00:00Z", "2026-12-08"), ("2026-12-11T03:00:00Z", "2026-12-11"),
    ("2026-12-11T19:30:00Z", "2026-12-14"), ("2027-01-10T03:00:00Z", "2026-12-14"),
])  # fmt: skip
def test_today_comes_first_and_then_its_week(issued_at, today):
    pages, parts = ordered(issued_at)
    (first, paths), *rest = parts
    assert first is None and f"day-{today}.html" in paths and "index.html" in paths
    assert not {f"day-{day}.html" for day in sample_content()["days"] if day != today} & set(paths)
    weeks = [week for week, _ in rest]
    assert len(weeks) == len(set(weeks)) and None not in weeks
    held = [path for _, part in parts for path in part]
    assert sorted(held) == sorted(pages)


def test_pages_of_no_day_go_with_todays_week():
    _, parts = ordered("2026-12-06T07:10:00Z", more=("search.html", "404.html"))
    assert {"search.html", "404.html", "tv.html"} <= set(dict(parts)["2026-W50"])


def test_a_school_without_a_day_has_parts_all_the_same():
    pages, parts = ordered("2026-12-06T07:10:00Z", days=[])
    assert sorted(path for _, part in parts for path in part) == sorted(pages)


def test_the_index_is_signed_as_text():
    secret, public = new_keypair(os.urandom)
    edition = sample_edition()
    head = bundle.head_of(edition, "7", "ru", "a" * 64)
    made = bundle.signed(head, lambda text: sign_line(secret, text))
    assert json.loads(made["signed"]) == head and head["number"] == edition.number
    verify_line(public, made["signed"].encode(), made["sig"])
    with pytest.raises(SyncError):
        verify_line(public, made["signed"].replace("41", "42").encode(), made["sig"])
