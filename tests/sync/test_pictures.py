"""Pictures in texts: shown where they are known, said where they are not, never fetched from elsewhere."""

import pytest

from sync.markdown import convert, render
from sync.pages import group_pages, plain
from sync.pictures import Shown, files_beside, names_in, shown_in, with_names
from tests.editions import sample_content
from tests.pictures import add_picture, lesson_to_show

NAME = "ab" * 32 + ".webp"
KNOWN = {NAME: {"width": 640, "height": 480, "bytes": 12000}}


def test_a_known_picture_is_shown_with_its_size_and_words():
    html = render(f'Look:\n\n![A leaf <cut> "in two"](image:{NAME})', KNOWN, "../images/")
    assert f'<img src="../images/{NAME}" alt="' in html
    assert 'width="640" height="480" loading="lazy">' in html
    assert "A leaf" in html and "<cut>" not in html


def test_where_a_picture_is_not_known_its_words_stand():
    assert render(f"![A leaf](image:{NAME})") == "<p><em>A leaf</em></p>"
    assert render(f"![](image:{NAME})") == "<p></p>"


@pytest.mark.parametrize(
    "text",
    [
        "![x](image:../../keys/secret.webp)", "![x](image:ab.webp)", f"![x](image:{NAME}?a=1)",
        f"![x](image:{NAME.upper()})",
        f'<img src="image:{NAME[:-1]}" alt="x">', "![x](image:javascript:alert(1))", f"[x](image:{NAME})",
        f'<a href="image:{NAME}">x</a>', f'<a href="IMAGE:{NAME}">x</a>',
    ],
)  # fmt: skip
def test_nothing_else_of_that_scheme_is_kept(text):
    html = render(text, KNOWN, "../images/")
    assert "src=" not in html and "href" not in html


def test_an_author_cannot_write_beside_the_picture():
    html = render(
        f'<img src="image:{NAME}" alt="x" onerror="alert(1)" style="position:fixed" srcset="//e">', KNOWN, "/i/"
    )
    assert html == f'<img src="/i/{NAME}" alt="x" width="640" height="480" loading="lazy">'


def test_pictures_are_found_as_they_will_be_shown():
    text = f"![one](image:{NAME}) and ![][ref]\n\n[ref]: image:{NAME}\n\n`![code](image:{NAME})`"
    assert shown_in(convert(text)) == [Shown(NAME, "one"), Shown(NAME, "")]
    assert names_in([text, "nothing"]) == {NAME}
    assert plain(f"Draw ![a triangle](image:{NAME}) again") == "Draw a triangle again"


def test_files_beside_a_lesson_get_their_names():
    text = '![Лист](list%20клёна.png) ![x](https://e.org/a.png) ![y](a/b.jpg "title") ![z](image:no) [link](c.png)'
    assert files_beside(text) == ["list клёна.png", "a/b.jpg"]
    named = with_names(text, {"list клёна.png": NAME})
    assert named.startswith(f"![Лист](image:{NAME}) ![x](https://e.org/a.png) ![y](a/b.jpg")


def test_only_pages_that_show_a_picture_speak_of_it():
    content = sample_content()
    before = group_pages(content, "7")
    name, _data, line = add_picture(content)
    key = lesson_to_show(content)
    material = content["lessons"][key]["material"]
    assert material
    content["materials"][material]["body"] += f"\n\n{line}"
    after = group_pages(content, "7")
    differing = {path for path in after if after[path] != before[path]}
    assert differing == {f"lesson-{key}.html"}
    assert after[f"lesson-{key}.html"]["data"]["pictures"] == {name: content["images"][name]}
