"""Markdown of teachers: shown as they meant it, and nothing in it can run, fetch or reach outside its place."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.markdown import drop_title, render
from tests.editions import CONTENT

LESSONS = sorted(CONTENT.glob("[0-9]*.md"))
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&#58;alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "<a href=' dAta:text/html,<script>'>a</a>",
    "<svg onload=alert(1)><circle r=1 /></svg>",
    "<svg><foreignObject><body onload=alert(1)></foreignObject></svg>",
    "<svg><use href='https://e.example/#a' xlink:href='https://e.example/#a'/></svg>",
    "<svg><image href='https://e.example/a.png'/></svg>",
    "<svg><style>*{background:url(https://e.example)}</style></svg>",
    "<svg><path fill='url(https://e.example/#a)' d='M0 0'/></svg>",
    "<svg><path fill='u\\72l(https://e.example)' d='M0 0'/></svg>",
    "<svg><animate attributeName=href values='javascript:alert(1)'/></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<p style='background:url(https://e.example)'>x</p>",
    "![x](https://e.example/a.png)",
    "<iframe src='https://e.example'></iframe><object data=x></object><embed src=x>",
    "</main></body><form action='https://e.example'><input name=a></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<base href='https://e.example/'><link rel=stylesheet href=x><meta http-equiv=refresh content=0>",
    '<a title="<table><img src=x onerror=alert(1)>" href="https://e.example">a</a>',
    "<svg width='10' height='20' aria-label='><script>alert(1)</script>'></svg>",
    "[a](../index.html)",
    "<div id=edition class='card'>x</div>",
]


class Seen(HTMLParser):
    """Every element and attribute of a text, as a browser would find them."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


def harmless(html: str) -> bool:
    """No element that runs, fetches or asks; links lead to http, https, mail and telephone only."""
    seen = Seen(html)
    bad_tags = seen.tags & {
        "script", "style", "iframe", "object", "embed", "form", "input", "base", "link", "meta", "use", "image",
        "foreignobject", "animate", "math", "noscript", "title", "body", "main",
    }  # fmt: skip
    bad_names = [name for name, _ in seen.attributes if name.startswith("on") or name in ("style", "id", "xlink:href")]
    links = [value for name, value in seen.attributes if name in ("href", "src")]
    bad_links = [link for link in links if not re.match(r"(https?://|mailto:|tel:|data:image/)", link)]
    fetched = [value for name, value in seen.attributes if name == "src" and not value.startswith("data:")]
    drawn = [value for name, value in seen.attributes if name in ("fill", "stroke") and "(" in value]
    return not (bad_tags or bad_names or bad_links or fetched or drawn)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("around", ["{}", "before\n\n{}\n\nafter", "| a | b |\n|---|---|\n| {} | 1 |", "- item {}"])
def test_hostile_text_becomes_harmless(text, around):
    assert harmless(render(around.format(text)))


@given(st.lists(st.sampled_from([*HOSTILE, "<svg>", "</svg>", "`", "\n\n", "<", '"', "**", "> ", "<!--"]), max_size=6))
def test_no_mixture_of_hostile_texts_is_harmful(parts):
    assert harmless(render("".join(parts)))


@given(st.text(max_size=300))
def test_any_text_can_be_rendered(text):
    assert harmless(render(text))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_loses_nothing(path):
    """Drawings, tables and words of the sample lessons are all there."""
    body = path.read_text("utf-8").split("---\n", 2)[2]
    html = render(body)
    for shape in ("svg", "path", "line", "rect", "circle", "text", "g"):
        assert html.count(f"<{shape} ") + html.count(f"<{shape}>") == len(re.findall(rf"<{shape}[ />]", body)), shape
    rows = [line for line in body.splitlines() if line.startswith("|") and not re.fullmatch(r"[|:\- ]+", line)]
    assert html.count("<tr>") == len(rows)
    for drawn in re.findall(r' (?:d|points|viewBox|aria-label|stroke|fill)="([^"]*)"', body):
        assert f'"{drawn}"' in html


def test_headings_begin_at_two_and_skip_nothing():
    html = render("# One\n\n### Three\n\n###### Six\n\n## Two\n\n#### Four")
    assert re.findall(r"<h(\d)>", html) == ["2", "3", "4", "3", "4"]


def test_a_drawing_without_viewbox_can_shrink():
    assert 'viewBox="0 0 330 60"' in render('<svg width="330" height="60"><g></g></svg>')
    assert render('<svg width="9" height="9" viewBox="1 1 2 2"></svg>').count("viewBox") == 1


def test_columns_keep_their_alignment_without_style():
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<td class="right">2</td>' in html
    assert '<div class="table" tabindex="0">' in html


def test_a_picture_elsewhere_becomes_a_link():
    html = render("![Карта](https://example.org/map.png)")
    assert "<img" not in html
    assert 'href="https://example.org/map.png"' in html


@pytest.mark.parametrize(
    ("text", "title", "left"),
    [
        ("# Оксиды\n\nТекст", "Оксиды", "Текст"),
        ("\n# ОКСИДЫ \n## Раздел", " Оксиды", "## Раздел"),
        ("# Другое\nТекст", "Оксиды", "# Другое\nТекст"),
        ("Оксиды\nТекст", "Оксиды", "Оксиды\nТекст"),
        ("", "Оксиды", ""),
    ],
)
def test_a_heading_that_repeats_the_title_is_dropped(text, title, left):
    assert drop_title(text, title) == left
