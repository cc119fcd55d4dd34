"""Whether pages are those that the school signed, and which are not."""

import json
import os
from functools import partial

import pytest

from sync import bundle, delta
from sync.canonical import canonical
from sync.errors import SyncError
from sync.signing import new_keypair, sign_bare, sign_line
from sync.site_check import INDEX, check_site

SECRET, PUBLIC = new_keypair(os.urandom)
OTHER = new_keypair(os.urandom)[1]
PAGES = {"index.html": "timetable", "tv.html": "TV", "lesson-1.html": "lesson"}
HASHES = {path: bundle.page_hash(html) for path, html in PAGES.items()}


def site(data: bool = False) -> dict[str, bytes]:
    """A small signed site as it lies in its folder."""
    head = {"v": 2, "school": "ZRC2", "group": "7", "language": "ru", "number": 41, "issued_at": "2026-12-06T07:10:00Z",
            "tree": bundle.tree_of(HASHES), "look_again": None}  # fmt: skip
    sign = partial(sign_line, SECRET)
    made = bundle.week_of([(None, ["index.html"]), ("2026-W50", ["lesson-1.html", "tv.html"])], PAGES, head)
    index = bundle.signed({**head, "edition": "e", "week": made.named()}, sign)
    files = {path: html.encode() for path, html in PAGES.items()} | {INDEX: canonical(index)}
    if data:
        files[f"data/{made.hash}.json.gz"] = made.data
        update = delta.made(head, sign_bare(SECRET, canonical(head)), ())
        files[f"data/from-{head['tree']}.json.gz"] = bundle.pack(update.text())
    return files


@pytest.mark.parametrize("data", [True, False])
def test_a_whole_site_is_genuine(data: bool):
    check = check_site(site(data), PUBLIC)
    assert check.genuine and check.pages == 3 and check.head["number"] == 41


@pytest.mark.parametrize("data", [True, False])
def test_pages_that_are_not_the_schools_are_named(data: bool):
    files = site(data)
    files["tv.html"] += b" "
    del files["lesson-1.html"]
    files["task-9.html"] = b"somebody else's"
    check = check_site(files, PUBLIC, None if data else HASHES)
    assert (check.altered, check.missing, check.extra) == (("tv.html",), ("lesson-1.html",), ("task-9.html",))
    assert not check.genuine


def test_a_list_is_believed_only_if_it_leads_to_the_signed_tree():
    files = site()
    files["tv.html"] = b"altered"
    check = check_site(files, PUBLIC, {**HASHES, "tv.html": bundle.page_hash("altered")})
    assert check.unknown and not check.genuine and not check.altered
    assert check_site(files, PUBLIC).unknown


def test_week_and_updates_are_looked_at_too():
    files = site(data=True)
    [week] = (path for path in files if path.endswith(".gz") and "from" not in path)
    [update] = (path for path in files if "from" in path)
    assert check_site({path: data for path, data in files.items() if path != week}, PUBLIC).missing == (week,)
    for path in (week, update):
        for bad in (files[path][:-5], b"", bundle.pack(b"{}"), bundle.pack(b"1 2 3 4")):
            assert check_site({**files, path: bad}, PUBLIC).altered == (path,)


def test_damage_in_the_middle_of_a_week_is_named_wherever_it_is():
    files = site(data=True)
    [week] = (path for path in files if path.endswith(".gz") and "from" not in path)
    for place in range(len(files[week])):
        spoilt = bytearray(files[week])
        spoilt[place] ^= 0xFF
        found = check_site({**files, week: bytes(spoilt)}, PUBLIC).altered
        assert found in ((week,), ()), place  # gzip's own time and system say nothing of the text
        assert found or place < 10


def test_an_index_that_is_not_the_schools_is_refused():
    files = site()
    signed = json.loads(files[INDEX])
    with pytest.raises(SyncError, match="signature_key"):
        check_site(files, OTHER)
    altered = {**signed, "signed": signed["signed"].replace('"number":41', '"number":42')}
    with pytest.raises(SyncError, match="signature_bad"):
        check_site({**files, INDEX: json.dumps(altered).encode()}, PUBLIC)
    for rubbish in (b"", b"{}", b"[]", b"\xff", b"{" * 5000, json.dumps({"signed": 1, "sig": 2}).encode()):
        with pytest.raises(SyncError, match="bundle_broken"):
            check_site({**files, INDEX: rubbish}, PUBLIC)
