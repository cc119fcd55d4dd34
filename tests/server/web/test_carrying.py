"""Carry away: what the office gives to families without internet, with sizes that are true."""

import io
import re
import shutil
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from server import store
from server.extensions import db
from server.models import Edition
from server.security import config
from server.services.carrying import about, desk
from server.services.sitebuild import MARK
from tests.editions import sample_edition, write_sample
from tests.server import factory

PAGE = '<html lang="ru"><head><title>{0}</title></head><body><main>{0}</main></body></html>'
ROOT = '<main><li><a href="7/index.html">7</a></li><li><a href="8/index.html">8</a></li></main>'


@pytest.fixture
def deputy(app, world):
    return factory.signed_in(app, world.accounts["deputy_studies"])


@pytest.fixture
def public(app) -> Path:
    """An edition of the sample school with the pages of two classes, one page each."""
    home, edition = config(), sample_edition()
    write_sample(home.editions, edition)
    monday = date(2026, 12, 7)
    row = Edition(number=41, id=edition.id, issued_at=datetime(2026, 12, 6, 7, 10, tzinfo=UTC), window_from=monday,
                  window_to=monday)  # fmt: skip
    store.write(lambda session: session.add(row))
    for slug in ("7", "8"):
        folder = home.public / slug
        folder.mkdir(parents=True)
        (folder / MARK).write_text("{}")
        (folder / "index.html").write_text(PAGE.format(f"class {slug}"))
    (home.public / "edition.js").write_text("tell(41)")
    (home.public / "index.html").write_text(ROOT)
    return home.public


def test_before_the_first_publication_the_page_says_so(deputy):
    page = deputy.get("/publish/carry/").text
    assert "Nothing has been published yet." in page and "stick.zip" not in page
    assert deputy.get("/publish/carry/week/7/ru.html").status_code == 404
    assert deputy.get("/publish/carry/stick.zip").status_code == 404


def test_each_class_has_its_file_of_the_size_told(deputy, public: Path):
    page = deputy.get("/publish/carry/").text
    assert re.findall(r'name="group" value="([^"]*)"', page) == ["7", "8"]
    answer = deputy.get("/publish/carry/week/7/ru.html")
    assert answer.status_code == 200 and "attachment; filename=7-week.html" in answer.headers["Content-Disposition"]
    assert "class 7" in answer.text and "tell(41)" in answer.text
    size = desk.rows(public, about.issue(db.session, config()))[0].weeks[0][1]
    assert size == len(answer.data) and f"{round(size / 1000)} kB" in page


def test_a_file_of_a_class_or_language_that_is_none_is_not_found(deputy, public: Path):
    for path in ("7/fr.html", "9/ru.html", "..%2F..%2Fkeys/ru.html"):
        assert deputy.get(f"/publish/carry/week/{path}").status_code == 404
    shutil.rmtree(public / "8")
    assert deputy.get("/publish/carry/week/8/ru.html").status_code == 404


def test_ticked_classes_come_as_one_folder(deputy, public: Path):
    def names(query: str) -> set[str]:
        data = deputy.get(f"/publish/carry/stick.zip{query}").data
        return set(zipfile.ZipFile(io.BytesIO(data)).namelist())

    wanted = {"7/index.html", "7-week.html", "index.html", "korablik.json"}
    assert {f"korablik/{name}" for name in wanted} <= names("?group=7")
    assert not any(name.startswith("korablik/8") for name in names("?group=7"))
    assert {"korablik/7-week.html", "korablik/8-week.html"} <= names("")
