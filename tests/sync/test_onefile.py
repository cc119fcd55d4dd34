"""A class's two weeks in one file: every page in it, each link leads somewhere, nothing is asked of others."""

import re

import pytest

from sync.onefile import week_page

STYLE = "<style>a{color:red}</style>"
FOOTER = """<footer>
<nav aria-label="Language"><a href="index.html" aria-current="true">Русский</a><a href="../7/kk/index.html" hreflang="kk">Қазақ</a></nav>
<nav aria-label="Site"><a href="index.html">Timetable</a><a href="tv.html">TV</a><a href="../index.html">All</a></nav>
<p>School.
Page changed in edition {number}.</p>
</footer>"""  # noqa: E501
PICTURE = b"\x89PNG picture"


def page(main: str, title: str = "Title", number: int = 41, script: str = "") -> str:
    """A page as the theme makes them."""
    return (
        f'<!doctype html>\n<html lang="ru">\n<head><title>{title}</title>{STYLE}</head>\n<body>\n'
        f'<header class="top"><a href="index.html">7</a><span id="edition"></span></header>\n<main>\n{main}\n</main>\n'
        f'{FOOTER.format(number=number)}\n{script}<script src="../edition.js" defer></script>\n</body>\n</html>\n'
    )


PAGES = {
    "index.html": page(
        '<nav><a href="#d2026-12-07">Mon</a></nav>'
        '<section id="d2026-12-07" data-day="2026-12-07"><a class="go" href="lesson-b.html">B</a>'
        '<a class="go" href="week-2026-W50.html">The week</a></section>',
        "Timetable", script="<script>days()</script>",
    ),
    "lesson-a.html": page('<h2 id="top">A</h2><a href="#top">up</a><p>by <a href="day-2026-12-08.html">Tue</a></p>',
                          "A"),
    "lesson-b.html": page('<h2 id="top">B</h2><a class="go" href="day-2026-12-07.html">Mon</a>'
                          '<p><a href="lesson-a.html#top">A</a>, <a href="https://example.org/x">abroad</a></p>',
                          "B & C"),
    "week-2026-W50.html": page('<nav><a href="week-2026-W50.html" aria-current="page">W50</a></nav>'
                               '<a class="go" href="calendar.ics">Calendar</a>', number=40),
    "day-2026-12-07.html": page('<a href="lesson-b.html">B</a>'),
    "tv.html": page('<img src="../images/ab.png" alt="Boat"><img src="../images/lost.png" alt="Lost">'
                    '<svg><use href="#g"/><g id="g" fill="url(#g)"/></svg><form action="search.html"><input></form>'),
    "search.html": page("nothing without a script"),
}  # fmt: skip


def made(pages: dict[str, str] = PAGES) -> str:
    return week_page(pages, {"../images/ab.png": PICTURE}.get, "tell()")


def test_every_link_inside_leads_to_an_id_that_is_there_once():
    html = made()
    ids = re.findall(r'\sid="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    links = re.findall(r'\s(?:href|src)="([^"]*)"', html)
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(link.startswith(("#", "data:", "https://")) for link in links)
    assert 'fill="url(#p-tv-g)"' in html and 'href="#p-lesson-a-top"' in html and 'href="#p-lesson-b-top"' not in html


def test_pages_follow_as_links_lead_and_a_day_is_that_of_the_timetable():
    html = made()
    assert re.findall(r'data-page="([^"]*)"', html) == ["Timetable", "B &amp; C", "Title", "Title", "A"]
    assert '<a class="go" href="#d2026-12-07">Mon</a>' in html
    assert "nothing without" not in html and "<form" not in html


def test_what_leads_out_is_taken_away_in_text_its_words_stay():
    html = made()
    assert "Calendar" not in html and ">All<" not in html and "Русский" not in html and "Қазақ" not in html
    assert "<p>by <span>Tue</span></p>" in html and "Timetable" in html


def test_pictures_are_in_the_file_and_a_lost_one_says_what_it_showed():
    html = made()
    assert 'src="data:image/png;base64,' in html and 'alt="Boat"' in html and ">Lost<" in html


def test_style_and_scripts_stand_once_and_the_policy_names_them_all():
    html = made()
    assert html.count("a{color:red}") == 1 and html.count("<script>") == 3 and "days()" in html and "tell()" in html
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert policy.count("'sha256-") == 5 and "img-src data:" in policy and "default-src 'none'" in policy


def test_what_a_page_says_of_itself_alone_is_not_said_of_all():
    assert "Page changed in edition" not in made()
    assert "Page changed in edition 41." in made({path: html for path, html in PAGES.items() if "week" not in path})


def test_a_site_without_its_timetable_cannot_be_one_file():
    with pytest.raises(KeyError):
        made({"tv.html": PAGES["tv.html"]})
