"""What phones fetch beside a site's pages: week, signed index, and updates from the last fourteen states."""

import json
import os
import shutil
from pathlib import Path

import pytest

from server.services import sitedata
from sync import bundle, delta
from sync.edition import Edition
from sync.errors import SyncError
from sync.pages import group_pages
from sync.signing import new_keypair, verify_line
from tests.editions import sample_content

SECRET, PUBLIC = new_keypair(os.urandom)
CONTENT = sample_content()
PAGES = group_pages(CONTENT, "7")


def edition(number: int) -> Edition:
    return Edition(CONTENT, number, "2026-12-06T07:10:00Z", None)


def site_of(folder: Path, number: int) -> dict[str, str]:
    """A site whose first page says its number; as if MkDocs had just built it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    head = "<p>одна строка, которая стоит на каждой странице</p>\n"
    pages = {"index.html": f"{head}edition {number}\n", "contacts.html": head}
    pages[f"lesson-{number % 3}.html"] = f"{head}урок\n"
    for name, html in pages.items():
        (folder / name).write_bytes(html.encode())
    return pages


def write(home: Path, number: int) -> dict[str, str]:
    pages = site_of(home / "site", number)
    sitedata.write_data(home / "site", edition(number), "7", "ru", PAGES, pages, home / "kept", SECRET)
    return pages


def tree(pages: dict[str, str]) -> str:
    return bundle.tree_of({path: bundle.page_hash(html) for path, html in pages.items()})


def read(home: Path, name: str) -> dict:
    return json.loads((home / "site/data" / name).read_bytes())


def update(home: Path, before: dict[str, str]) -> delta.Update:
    file = home / f"site/data/from-{tree(before)}.json.gz"
    return delta.opened(bundle.text_of(file.read_bytes()))


def taken(home: Path, before: dict[str, str]) -> dict[str, str]:
    """The pages after the update from these, as a phone takes it."""
    made = update(home, before)
    after, found = delta.apply(before, made)
    made.verify(PUBLIC, {"school": CONTENT["school"]["id"], "group": "7", "language": "ru"}, found)
    return after


def signed(data: dict) -> dict:
    verify_line(PUBLIC, data["signed"].encode(), data["sig"])
    return json.loads(data["signed"])


def week_hash(home: Path) -> str:
    return signed(read(home, "index.json"))["week"]["hash"]


def updates(home: Path) -> set[str]:
    return {file.name.removeprefix("from-").split(".")[0] for file in (home / "site/data").glob("from-*")}


def test_the_index_names_the_week_that_holds_the_site(tmp_path):
    pages = write(tmp_path, 41)
    index = signed(read(tmp_path, "index.json"))
    assert (index["number"], index["edition"], index["tree"]) == (41, edition(41).id, tree(pages))
    file = tmp_path / "site/data" / f"{index['week']['hash']}.json.gz"
    assert file.stat().st_size == index["week"]["bytes"]
    text = bundle.text_of(file.read_bytes())
    assert bundle.pages_of(text) == pages
    assert "index.html" in bundle.pages_of(text[: index["week"]["today"]["bytes"]])


def test_every_update_leads_to_the_newest_state(tmp_path):
    states = {number: write(tmp_path, number) for number in range(1, 16)}
    assert updates(tmp_path) == {tree(pages) for pages in states.values()}  # the newest itself and fourteen before
    for pages in states.values():
        assert taken(tmp_path, pages) == states[15] and update(tmp_path, pages).number == 15
    assert update(tmp_path, states[15]).telling == ""  # nothing new


def test_the_fifteenth_state_before_falls_away_with_its_pages(tmp_path):
    states = {number: write(tmp_path, number) for number in range(1, 17)}
    assert updates(tmp_path) == {tree(states[number]) for number in range(2, 17)}
    wanted = {bundle.page_hash(html) for number in range(2, 17) for html in states[number].values()}
    [file] = (tmp_path / "kept").iterdir()
    assert set(json.loads(file.read_bytes().split(b"\n")[0])["lengths"]) == wanted


def test_a_state_that_comes_back_is_one_state(tmp_path):
    first = write(tmp_path, 1)
    second = write(tmp_path, 2)
    pages = site_of(tmp_path / "site", 1)
    size = sitedata.write_data(tmp_path / "site", edition(3), "7", "ru", PAGES, pages, tmp_path / "kept", SECRET)
    assert updates(tmp_path) == {tree(first), tree(second)} and size.pages == len(pages)
    same = update(tmp_path, first)
    assert (same.telling, same.number) == ("", 3) and taken(tmp_path, first) == pages
    assert taken(tmp_path, second) == pages


@pytest.mark.parametrize("spoil", [
    lambda kept: shutil.rmtree(kept), lambda kept: (kept / "states").unlink(),
    lambda kept: (kept / "states").write_text("[{"),
    lambda kept: (kept / "states").write_text('{"trees": [{"tree": 1}]}'),
    lambda kept: (kept / "states").write_bytes((kept / "states").read_bytes()[:-1]),
], ids=["folder", "file", "half a line", "another list", "half a page"])  # fmt: skip
def test_without_what_was_kept_phones_take_the_whole_week(tmp_path, spoil):
    write(tmp_path, 1)
    spoil(tmp_path / "kept")
    pages = write(tmp_path, 2)
    assert updates(tmp_path) == {tree(pages)}


def test_a_refresh_says_the_new_edition_and_changes_nothing_else(tmp_path):
    states = {number: write(tmp_path, number) for number in (1, 2)}
    data = tmp_path / "site/data"
    before = {file.name: file.read_bytes() for file in data.iterdir()}
    sitedata.refresh(data, edition(9), SECRET)
    after = {file.name: file.read_bytes() for file in data.iterdir()}
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] == after[name]] == [f"{week_hash(tmp_path)}.json.gz"]
    was, now = (signed(json.loads(files["index.json"])) for files in (before, after))
    assert now["number"] == 9 and {**was, "number": 9, "edition": edition(9).id} == now
    for pages in states.values():
        assert taken(tmp_path, pages) == states[2] and update(tmp_path, pages).number == 9


def test_a_second_refresh_of_an_edition_writes_nothing(tmp_path):
    write(tmp_path, 1)
    data = tmp_path / "site/data"
    sitedata.refresh(data, edition(2), SECRET)
    before = {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in data.iterdir()}
    sitedata.refresh(data, edition(2), SECRET)
    assert before == {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in data.iterdir()}


def test_a_refresh_that_died_halfway_is_made_good_by_the_next(tmp_path, monkeypatch):
    for number in (1, 2, 3):
        write(tmp_path, number)
    data, replaced = tmp_path / "site/data", sitedata.replace

    def dies(path: Path, text: bytes) -> None:
        if path.name == "index.json":
            raise OSError("power cut")
        replaced(path, text)

    monkeypatch.setattr(sitedata, "replace", dies)
    with pytest.raises(OSError, match="power cut"):
        sitedata.refresh(data, edition(9), SECRET)
    monkeypatch.undo()
    sitedata.refresh(data, edition(9), SECRET)
    assert signed(read(tmp_path, "index.json"))["number"] == 9
    assert [delta.opened(bundle.text_of(file.read_bytes())).number for file in data.glob("from-*.gz")] == [9, 9, 9]


def test_an_altered_head_is_not_the_schools(tmp_path):
    pages = write(tmp_path, 1)
    with pytest.raises(SyncError):
        update(tmp_path, pages)._replace(number=7).verify(
            PUBLIC, {"school": CONTENT["school"]["id"], "group": "7", "language": "ru"}, tree(pages))  # fmt: skip
