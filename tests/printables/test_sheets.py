"""A sheet is laid out once, fetches nothing, and a damaged cache heals itself."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from printables.sheets import SheetCache, sheet_hash

pytestmark = pytest.mark.pdf
HTML = '<html lang="ru"><body class="task"><h1>Задание</h1><p>3x − 7 ≤ √2 → H₂O</p><div id="end"></div></body></html>'


@pytest.fixture
def cache(tmp_path):
    return SheetCache(tmp_path)


def test_a_sheet_is_rendered_once(cache, tmp_path):
    first = cache.get(HTML)
    assert cache.get(HTML) is first
    again = SheetCache(tmp_path)
    assert again.get(HTML) == first
    assert (cache.rendered, cache.reused, again.rendered, again.reused) == (1, 0, 0, 1)
    assert {path.name for path in tmp_path.iterdir()} == {f"{first.hash}.pdf", f"{first.hash}.sheet"}


def test_sheets_that_count_as_one_keep_their_pages_apart(cache):
    other = HTML.replace("Задание", "Другое")
    both = cache.joined(HTML, other)
    assert cache.joined(HTML, other) is both and cache.joined(other, HTML).hash != both.hash
    one, two = both.members
    assert (both.pages, both.boxes) == (2, one.boxes + two.boxes)
    assert [both.at(page) for page in range(3)] == [(one, 0), (two, 0), (two, 1)]


def test_another_text_is_another_sheet():
    assert sheet_hash(HTML) != sheet_hash(HTML.replace("≤", "≥"))


def flipped(data: bytes) -> bytes:
    """One bit differs, in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize("ending", ["pdf", "sheet"])
@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:200], flipped, None])
def test_a_damaged_sheet_is_made_anew(cache, tmp_path, ending, damage):
    sheet = cache.get(HTML)
    path = tmp_path / f"{sheet.hash}.{ending}"
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage(path.read_bytes()))
    healed = SheetCache(tmp_path)
    assert healed.get(HTML) == sheet
    assert healed.rendered == 1
    last = SheetCache(tmp_path)
    assert last.get(HTML) == sheet and last.rendered == 0


def slips_for(*tasks: str) -> str:
    places = "".join(
        f'<div class="stamp number" id="code-{task}">.</div><div class="stamp who" id="who-{task}">.</div>'
        for task in tasks
    )
    return f'<html lang="ru"><body class="slips"><p id="pack-code">Талоны</p>{places}</body></html>'


def test_slips_that_read_alike_are_one_sheet_with_places_for_each_groups_tasks(cache):
    first, second = cache.get(slips_for("a-1", "a-2")), cache.get(slips_for("b-7", "b-9"))
    assert (cache.rendered, first.hash) == (1, second.hash)
    assert list(first.boxes[0]) == ["pack-code", "code-a-1", "who-a-1", "code-a-2", "who-a-2"]
    assert list(second.boxes[0]) == ["pack-code", "code-b-7", "who-b-7", "code-b-9", "who-b-9"]
    assert list(first.boxes[0].values()) == list(second.boxes[0].values())
    assert cache.get(slips_for("a-1")).hash != first.hash


CHILD = """
import sys
from pathlib import Path
from printables.sheets import SheetCache
from tests.printables.test_sheets import HTML
sys.stdin.read(1)
cache = SheetCache(Path(sys.argv[1]))
for number in range(6):
    cache.get(HTML.replace("Задание", f"Задание {number}"))
print(cache.rendered, cache.reused)
"""


def test_two_processes_at_once_make_the_same_sheets_and_disturb_nobody(tmp_path):
    command = [sys.executable, "-c", CHILD, str(tmp_path)]
    pair = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        for seed in "12"
    ]
    for process in pair:
        process.stdin.write(b"x")
        process.stdin.flush()
    answers = [process.communicate()[0] for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    assert all(sum(map(int, answer.split())) == 6 for answer in answers)
    after = SheetCache(tmp_path)
    for number in range(6):
        after.get(HTML.replace("Задание", f"Задание {number}"))
    assert (after.rendered, len(list(tmp_path.iterdir()))) == (0, 12)


def test_places_and_fonts_are_told(cache):
    sheet = cache.get(HTML)
    assert sheet.pages == 1
    assert 600 < sheet.boxes[0]["end"].y1 < 720
    fonts = {file: "".join(glyphs.values()) for file, glyphs in sheet.fonts.values()}
    assert set("−√→≤") <= set(fonts["DejaVuSans.ttf"])
    assert "З" in fonts["NotoSans-Bold.ttf"]
    assert sheet.lacking == ""


def test_a_letter_that_nothing_can_write_is_told(cache):
    assert cache.get(HTML.replace("3x", "3\U000fab12")).lacking == "\U000fab12"


@pytest.mark.parametrize(
    "hostile",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="file:///etc/passwd">',
        '<img src="paper-font:../../../../etc/passwd">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<style>@import "http://127.0.0.1:9/x.css"; body{background:url(file:///etc/hostname)}</style>',
        '<svg width="10" height="10"><image href="file:///etc/passwd" width="10" height="10"/></svg>',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<object data="file:///etc/passwd"></object>',
    ],
)
def test_nothing_is_fetched(cache, monkeypatch, hostile):
    from urllib.request import OpenerDirector

    opened = []
    monkeypatch.setattr(OpenerDirector, "open", lambda self, request, *rest, **more: opened.append(request.full_url))
    sheet = cache.get(HTML.replace("<h1>", f"{hostile}<h1>"))
    assert opened == []
    assert sheet.pages == 1
    assert b"root:" not in sheet.pdf.read_bytes()


def test_what_lies_beside_a_sheet_is_plain_data(cache, tmp_path):
    sheet = cache.get(HTML)
    digest, body = (tmp_path / f"{sheet.hash}.sheet").read_bytes().split(b"\n", 1)
    assert digest.decode() == hashlib.sha256(body).hexdigest()
    stored = json.loads(body)
    assert set(stored) == {"boxes", "fonts", "lacking", "contents", "resources", "objects", "pdf"}
