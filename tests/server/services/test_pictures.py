"""Pictures in the school's data: published with the texts that show them, kept as long as anything needs them."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server import store
from server.extensions import db
from server.models import Edition, Image, ImportRun, Material
from server.services import checks, content_flags, pictures, publishing
from server.services.imports import undo
from server.services.weeks import week_days
from sync.edition import read_edition
from tests.pictures import file_of, photo, triangle
from tests.server import village
from tests.server.village import NOW, bring

LESSON = "content/07-fizika-0712.md"
TEXT = village.read(LESSON).decode()
BUDGET = 30_000


@pytest.fixture
def config(here):
    return here.extensions["korablik"]


def taken(config, data: bytes | None = None, at: datetime = NOW) -> pictures.Picture:
    return pictures.take(config, data or photo(), BUDGET, None, at)


def lesson(*lines: str, name: str = "07-fizika-0712.md") -> tuple[str, bytes]:
    return name, "\n\n".join([TEXT, *lines]).encode()


def body() -> str:
    db.session.remove()
    return db.session.scalars(select(Material).where(Material.source_key == "07-fizika-0712.md/7-2026")).one().body


def publish(monkeypatch):
    monkeypatch.setattr(publishing, "build_site", lambda *args: [])
    return publishing.publish(week_days(NOW.date()), today=NOW.date(), now=NOW, actor_id=None)


def codes(report) -> list[str]:
    return [finding.code for finding in report.findings if finding.code.startswith("content_picture")]


def test_an_edition_brings_the_pictures_of_its_texts(config, monkeypatch):
    picture, other = taken(config), taken(config, file_of(triangle(), "PNG"))
    bring("content", lesson(f"![Мост](image:{picture.name})"))
    folder = config.editions / publish(monkeypatch).id
    content = read_edition(folder).content
    told = {"width": picture.width, "height": picture.height, "bytes": picture.bytes}
    assert content["images"] == {picture.name: told}
    assert (folder / "images" / picture.name).read_bytes() == (config.images / picture.name).read_bytes()
    assert not (folder / "images" / other.name).exists()


def test_an_edition_without_pictures_is_as_ever(config, monkeypatch):
    folder = config.editions / publish(monkeypatch).id
    assert "images" not in read_edition(folder).content and not (folder / "images").exists()


def test_a_lost_file_stops_nothing_and_is_told(config, monkeypatch):
    picture = taken(config)
    bring("content", lesson(f"![Мост](image:{picture.name})"))
    (config.images / picture.name).unlink()
    folder = config.editions / publish(monkeypatch).id
    assert picture.name in read_edition(folder).content["images"]
    [problem] = [one for one in checks.problems(db.session, NOW) if one.code == "picture_lost"]
    assert problem.count == 1 and picture.name[:12] in str(problem)


def test_a_file_that_only_the_edition_lost_is_told(config, monkeypatch):
    picture = taken(config)
    bring("content", lesson(f"![Мост](image:{picture.name})"))
    folder = config.editions / publish(monkeypatch).id
    assert not [one for one in checks.problems(db.session, NOW) if one.code == "picture_lost"]
    (folder / "images" / picture.name).unlink()
    assert [one for one in checks.problems(db.session, NOW) if one.code == "picture_lost"]


def test_pictures_that_nothing_shows_go_after_a_month(config, monkeypatch):
    shown, unused = taken(config), taken(config, file_of(triangle(), "PNG"))
    bring("content", lesson(f"![Мост](image:{shown.name})"))
    folder = config.editions / publish(monkeypatch).id
    late = NOW + pictures.UNUSED + timedelta(days=1)
    for file in config.images.iterdir():
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    assert pictures.forget_unused(config, NOW + timedelta(days=29)) == 0
    assert pictures.forget_unused(config, late) == 1
    assert not (config.images / unused.name).exists() and (config.images / shown.name).exists()
    bring("content", lesson())
    assert pictures.forget_unused(config, late) == 1
    assert (folder / "images" / shown.name).is_file(), "an edition keeps what it shows"


def test_a_picture_that_is_sent_again_stays(config):
    picture = taken(config)
    os.utime(config.images / picture.name, (NOW.timestamp(), NOW.timestamp()))
    late = NOW + pictures.UNUSED + timedelta(days=1)
    before = datetime.now(UTC)
    taken(config, at=late)
    assert (config.images / picture.name).stat().st_mtime >= before.timestamp() - 2
    assert pictures.forget_unused(config, min(late, before + timedelta(days=1))) == 0


def test_a_lesson_comes_with_the_picture_beside_it(config):
    files = [lesson("![Мост](мост.jpg)"), ("07-fizika-0712.md/мост.jpg", photo())]
    trial = bring("content", *files, dry_run=True)
    assert codes(trial) == [] and db.session.scalars(select(Image)).all() == []
    report = bring("content", *files)
    picture = taken(config)
    assert codes(report) == [] and body().endswith(f"![Мост](image:{picture.name})\n")
    assert not bring("content", *files).changed, "the same files again change nothing"


def test_pictures_among_the_files_are_found_by_their_name(config):
    bring("content", ("мост.jpg", photo()), lesson("![Мост](pictures/мост.jpg)"))
    assert f"image:{taken(config).name}" in body()


def test_what_is_wrong_with_pictures_of_files_is_told(config):
    lines = ["![Мост](gone.png)", "![Река](half.jpg)", "![](мост.jpg)"]
    half = ("07-fizika-0712.md/half.jpg", photo()[:9000])
    report = bring("content", lesson(*lines), half, ("07-fizika-0712.md/мост.jpg", photo()))
    assert sorted(set(codes(report))) == ["content_picture_missing", "content_picture_refused", "content_picture_words"]
    refused = next(one for one in report.findings if one.code == "content_picture_refused")
    told = refused.text()
    assert "half.jpg" in told and str(refused.data["reason"]) in told
    assert "![Мост](gone.png)" in body()


def test_a_lesson_taken_back_leaves_the_picture_to_the_month(config):
    bring("content", lesson("![Мост](мост.jpg)"), ("мост.jpg", photo()))
    last = db.session.scalars(select(ImportRun.id).order_by(ImportRun.seq.desc())).first()
    assert last and undo(last, actor_id=None, now=NOW)
    name = taken(config).name
    assert store.write(lambda session: session.get(Image, name) is not None)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://rutube.ru/video/abc/", True), ("https://www.youtube.com/watch", True),
        ("https://youtu.be/1", True),
        ("https://m.vk.com/video-1_2", True), ("https://example.org/film.MP4?x=1", True),
        ("https://vk.com/club1", False),
        ("https://example.org/youtube.com", False), ("https://notyoutube.com/1", False),
        ("", False), ("https://[", False),
    ],
)  # fmt: skip
def test_addresses_of_videos_are_known(address, expected):
    assert content_flags.is_video(address) is expected


class Link:
    def __init__(self, url="", size_kb=None, source="Rutube"):
        self.url, self.size_kb, self.source = url, size_kb, source


def test_a_video_says_its_size_and_a_large_one_what_to_do_without_it():
    film = "https://rutube.ru/video/1/"
    assert content_flags.flags("self", [Link(film)], []) == ["size"]
    assert content_flags.flags("self", [Link("https://example.org/page")], []) == []
    assert content_flags.flags("self", [Link(film, 61_000)], [], instead=False) == ["without"]
    assert content_flags.flags("self", [Link(film, 61_000)], [], instead=True) == []
    assert content_flags.flags("self", [Link(film, 800)], [], instead=False) == []
    assert {"size", "without"} <= content_flags.FLAGS.keys()


def test_an_old_edition_is_published_again_with_its_files(config, monkeypatch):
    picture = taken(config)
    bring("content", lesson(f"![Мост](image:{picture.name})"))
    first = publish(monkeypatch)
    (config.editions / first.id / "edition.json").write_bytes(b"{")
    again = publish(monkeypatch)
    assert again.id == first.id and not again.fresh
    assert (config.editions / first.id / "images" / picture.name).is_file()
    assert db.session.scalars(select(Edition)).one()
