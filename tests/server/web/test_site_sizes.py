"""What the site costs a student: kept at each publication, told in words, numbers and a drawing."""

from datetime import UTC, date, datetime

import pytest

from server import store
from server.extensions import db
from server.models import Edition, SiteFigure
from server.services import site_figures
from server.services.sitebuild import BuildReport
from server.services.sitedata import SiteSize
from tests.server import factory

TODAY = date(2026, 12, 7)


@pytest.fixture
def director(app, world):
    return factory.signed_in(app, world.accounts["director"])


def edition(number: int, day: int) -> None:
    factory.add(Edition(number=number, id=f"{number:064}", issued_at=datetime(2026, 12, day, 4, tzinfo=UTC),
                        window_from=TODAY, window_to=date(2026, 12, 20)))  # fmt: skip


def kept(number: int, *sizes: SiteSize, slug: str = "7a") -> None:
    report = BuildReport(slug, 30, 4, 0, sizes)
    store.write(lambda session: site_figures.keep(session, number, [report], TODAY))
    db.session.remove()


def test_a_day_is_the_sum_of_its_updates_and_the_mean_of_its_days():
    assert site_figures.daily({}) is None
    assert site_figures.daily({date(2026, 12, 1): [100, 300], date(2026, 12, 2): [200]}) == 300
    assert site_figures.seconds(5000) == pytest.approx(2.4 + 0.8)


def test_each_publication_notes_what_it_built_and_a_second_build_replaces_it(world):
    edition(1, 4)
    kept(1, SiteSize("en", 30, 4000, 41_000, None), SiteSize("kk", 30, 4100, 34_100, None))
    kept(1, SiteSize("en", 31, 4000, 41_000, None))
    rows = {row.language: row for row in db.session.query(SiteFigure)}
    assert set(rows) == {"en", "kk"}
    assert (rows["en"].pages, rows["en"].first_bytes, rows["en"].whole_bytes) == (31, 4000, 41_000)
    assert rows["en"].students == 2 and rows["en"].update_bytes is None
    kept(1, SiteSize("en", 30, 1, 1, None), slug="gone")
    assert db.session.query(SiteFigure).count() == 2


def test_the_page_says_it_in_words_and_draws_it(world, director):
    assert "Nothing has been published yet." in director.get("/site-sizes/").text
    for number, day, update in ((1, 3, None), (2, 4, 5000), (3, 4, 1000), (4, 5, 6000)):
        edition(number, day)
        kept(number, SiteSize("en", 30, 4000, 41_000, update))
    factory.connectivity(world.near.sibling, internet="good", channel="site")
    page = director.get("/site-sizes/").text.replace("\xa0", " ")
    assert "A phone of 7А carries 41 kB for both weeks and 6 kB a day; at 2G about 3 s." in page
    assert "carries 6 kB a day on average; all of them together, 1 of 2 students: 6 kB a day" in page
    assert '<svg class="chart"' in page
    assert "/site-sizes/" in director.get("/monitor/").text and "/site-sizes/" in director.get("/publish/").text
