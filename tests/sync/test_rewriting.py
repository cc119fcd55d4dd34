"""HTML passed through: bytes stay, but for what is changed."""

import pytest

from sync.rewriting import BARE, DROP, rewrite

PAGE = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><style>a>b{content:"<p>"}</style></head>
<body><p>Плотность &mdash; 1 &lt; 2 &#8470;<br>и <b>да</b><!-- note --><ul><li>one<li>two</ul>
<svg viewBox="0 0 4 4"><path d="M0 0z"/></svg><script>if (a < b && c) d("</b>");</script></body></html>
"""


def test_what_is_not_changed_stays_as_it_was():
    assert rewrite(PAGE, lambda tag, attributes, around: None) == PAGE


@pytest.mark.parametrize(("wanted", "text"), [
    (DROP, "<p> и </p>"),
    (BARE, "<p><span>a <i>b</i></span> и <span>c</span></p>"),
    ("A & B", "<p>A &amp; B и A &amp; B</p>"),
    ({"href": 'x"y&z', "hidden": None}, '<p><a href="x&quot;y&amp;z" hidden>a <i>b</i></a> и '
     '<a href="x&quot;y&amp;z" hidden>c</a></p>'),
])  # fmt: skip
def test_an_element_is_changed_as_asked(wanted, text: str):
    html = '<p><a href="1">a <i>b</i></a> и <a href="2">c</a></p>'
    assert rewrite(html, lambda tag, attributes, around: wanted if tag == "a" else None) == text


def test_all_inside_goes_with_an_element_also_what_nobody_closed():
    html = "<ul><li>one<ul><li>in</ul><li>two</ul><p>after"
    assert rewrite(html, lambda tag, attributes, around: DROP if tag == "ul" else None) == "<p>after"


def test_a_change_sees_what_is_around():
    seen = []
    rewrite('<nav><p><img src="a"></p></nav>', lambda tag, attributes, around: seen.append((tag, list(around))))
    assert seen == [("nav", []), ("p", ["nav"]), ("img", ["nav", "p"])]
