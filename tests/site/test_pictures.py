"""Pictures on the site that is built: found from every folder, kept while older pages show them, never half there."""

import json
from random import Random

import pytest
from PIL import Image

from server.services import sitebuild, sitepictures
from sync.edition import Edition
from sync.signing import new_keypair
from tests.editions import sample_content, sample_edition, write_sample
from tests.pictures import add_picture, lesson_to_show, write_pictures
from tests.site.test_build import publish


def with_picture(languages=("ru",)):
    """(content, name, data, path of the page) of an edition one of whose lessons shows a picture."""
    content = sample_content()
    content["school"]["languages"] = list(languages)
    name, data, line = add_picture(content)
    key = lesson_to_show(content)
    content["materials"][content["lessons"][key]["material"]]["body"] += f"\n\n{line}"
    return content, name, data, f"lesson-{key}.html"


@pytest.fixture
def shown(tmp_path):
    content, name, data, page = with_picture(["ru", "kk"])
    edition = sample_edition(content=content)
    write_pictures(write_sample(tmp_path / "editions", edition), {name: data})
    publish(tmp_path, edition)
    return tmp_path / "public", name, data, page


def test_a_page_shows_its_picture_in_every_language(shown):
    public, name, data, page = shown
    for folder, up in (("7", "../"), ("7/kk", "../../")):
        html = (public / folder / page).read_text("utf-8")
        address = f"{up}images/{name}"
        assert f'<img src="{address}" alt="Треугольник с высотой" width="480" height="300" loading="lazy">' in html
        assert (public / folder / address).resolve().read_bytes() == data


def test_the_world_gets_a_file_of_its_own(shown):
    public, name, _data, _page = shown
    assert (public / "images" / name).stat().st_nlink == 1
    with Image.open(public / "images" / name) as picture:
        assert picture.size == (480, 300)


def test_phones_are_told_which_pictures_a_group_shows(tmp_path):
    content, name, data, _page = with_picture()
    secret = new_keypair(Random(1).randbytes)[0]
    told = []
    for number in (1, 2):
        content["school"]["address"] = f"School street {number}"
        edition = sample_edition(number, content)
        folder = write_sample(tmp_path / "editions", edition)
        write_pictures(folder, {name: data})
        if number == 1:
            for slug in ("7", "8"):
                sitebuild.build_group(folder, slug, tmp_path / "public", None, tmp_path / "locale", secret=secret)
        else:
            sitebuild.refresh(folder, [], tmp_path / "public", secret)
        indexes = [json.loads((tmp_path / "public" / slug / "data" / "index.json").read_bytes()) for slug in ("7", "8")]
        told.append([json.loads(index["signed"]).get("images") for index in indexes])
    assert told == [[{name: len(data)}, None]] * 2


def test_a_lost_picture_leaves_the_page_and_its_words(tmp_path):
    content, name, _data, page = with_picture()
    publish(tmp_path, sample_edition(content=content))
    html = (tmp_path / "public" / "7" / page).read_text("utf-8")
    assert 'alt="Треугольник с высотой"' in html
    assert not (tmp_path / "public" / "images" / name).exists()


def test_an_edition_from_before_knows_no_pictures(tmp_path):
    content, _name, _data, page = with_picture()
    del content["images"]
    publish(tmp_path, sample_edition(content=content))
    html = (tmp_path / "public" / "7" / page).read_text("utf-8")
    assert "<em>Треугольник с высотой</em>" in html and "<img" not in html


def chain(tmp_path, count):
    """Editions one after the other, the first of which alone shows a picture: of the last, and its name."""
    content, name, data, _page = with_picture()
    edition = sample_edition(1, content)
    folder = write_sample(tmp_path / "editions", edition)
    write_pictures(folder, {name: data})
    public = tmp_path / "public"
    sitepictures.bring(folder, edition.content, public)
    for number in range(2, count + 1):
        bare = sample_content()
        bare["school"]["address"] = f"School street {number}"
        edition = Edition(bare, number, edition.issued_at, edition.id)
        folder = write_sample(tmp_path / "editions", edition)
    return folder, edition, public, name


def test_a_picture_stays_while_phones_may_come_from_an_older_edition(tmp_path):
    folder, edition, public, name = chain(tmp_path, sitepictures.GRACE + 1)
    assert sitepictures.forget(folder, edition, public) == []
    assert (public / "images" / name).is_file()


def test_a_picture_that_no_phone_needs_goes(tmp_path):
    folder, edition, public, name = chain(tmp_path, sitepictures.GRACE + 2)
    (public / "images" / f".{name}.half").write_bytes(b"killed here")
    assert sorted(sitepictures.forget(folder, edition, public)) == sorted([name, f".{name}.half"])
    assert not list((public / "images").iterdir())


def test_nothing_goes_where_an_edition_before_is_lost(tmp_path):
    folder, edition, public, _name = chain(tmp_path, sitepictures.GRACE + 3)
    (tmp_path / "editions" / edition.replaces / "envelope.json").unlink()
    assert sitepictures.forget(folder, edition, public) == []
