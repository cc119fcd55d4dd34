"""A sheet is laid out once, fetches nothing, and a damaged cache heals itself."""

import json

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
    assert {path.name for path in tmp_path.iterdir()} == {f"{first.hash}.pdf", f"{first.hash}.json"}


def test_another_text_is_another_sheet():
    assert sheet_hash(HTML) != sheet_hash(HTML.replace("≤", "≥"))


@pytest.mark.parametrize("ending", ["pdf", "json"])
@pytest.mark.parametrize("damage", [b"", b"half a fi", None])
def test_a_damaged_sheet_is_made_anew(cache, tmp_path, ending, damage):
    sheet = cache.get(HTML)
    path = tmp_path / f"{sheet.hash}.{ending}"
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    healed = SheetCache(tmp_path)
    assert healed.get(HTML) == sheet
    assert healed.rendered == 1
    assert SheetCache(tmp_path).get(HTML) == sheet


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
    stored = json.loads((tmp_path / f"{sheet.hash}.json").read_text("utf-8"))
    assert set(stored) == {"pdf", "boxes", "fonts", "lacking"}
