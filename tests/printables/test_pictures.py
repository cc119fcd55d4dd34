"""Pictures on paper: grey, no wider than the text, from the edition's folder alone."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from printables.pack import print_group
from printables.pictures import Pictures
from printables.render import render
from printables.roster import LessonView
from printables.sheets import SheetCache
from tests.editions import sample_content, sample_edition, write_sample
from tests.pictures import add_picture, file_of, lesson_to_show, triangle, view, write_pictures
from tests.printables.paper import pages_of, run
from tests.printables.rosters import sample_roster

pytestmark = pytest.mark.pdf


def told(content):
    """The sample content with a picture in a lesson's text and in its task's."""
    name, data, line = add_picture(content)
    lesson = content["lessons"][lesson_to_show(content)]
    content["materials"][lesson["material"]]["body"] += f"\n\n{line}"
    for task in lesson["tasks"]:
        content["tasks"][task]["text"] += f"\n\n{line}"
    return name, data


def printed(tmp_path, content, files, **roster):
    edition = write_sample(tmp_path / "editions", sample_edition(content=content))
    write_pictures(edition, files)
    plan = replace(sample_roster(content, "7", students=1), **roster)
    return print_group(edition, plan, tmp_path / "7.pdf", tmp_path / "cache", tmp_path)


def images_of(pdf) -> list[list[str]]:
    """Rows of pdfimages: page, number, type, width, height, colour, components …"""
    return [line.split() for line in run("pdfimages", "-list", pdf).splitlines()[2:]]


def test_lesson_and_task_show_their_pictures_in_grey(tmp_path):
    content = sample_content()
    name, data = told(content)
    plain = len(images_of(printed(tmp_path / "before", sample_content(), {}).file))
    report = printed(tmp_path / "after", content, {name: data})
    rows = [row for row in images_of(report.file) if (row[3], row[4]) == ("480", "300")]
    tasks = len(content["lessons"][lesson_to_show(content)]["tasks"])
    assert len(rows) == 1 + tasks and len(images_of(report.file)) == plain + len(rows)
    assert {row[5] for row in rows} <= {"gray", "index"} and {row[6] for row in rows} == {"1"}
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", report.file)


def test_where_the_file_is_lost_its_words_are_printed(tmp_path):
    content = sample_content()
    told(content)
    text = "\n".join(pages_of(printed(tmp_path, content, {}).file))
    assert "Треугольник с высотой" in text


def test_a_sheet_made_without_the_file_is_made_anew_with_it(tmp_path):
    content = sample_content()
    name, data = told(content)
    printed(tmp_path, content, {})
    report = printed(tmp_path, content, {name: data})
    assert any((row[3], row[4]) == ("480", "300") for row in images_of(report.file))


def test_what_the_edition_does_not_show_comes_from_the_office(tmp_path):
    content = sample_content()
    name, data, line = add_picture(content)
    images = content.pop("images")
    media = tmp_path / "media"
    media.mkdir()
    (media / name).write_bytes(data)
    lesson = content["lessons"][lesson_to_show(content)]
    material = {**content["materials"][lesson["material"]], "body": line}
    extra = LessonView("alone", {**lesson, "n": 8, "material": None, "tasks": []}, material)
    student = replace(sample_roster(content, "7", students=1).students[0], extra=(extra,))
    report = printed(tmp_path, content, {}, students=(student,), images=images, media=str(media))
    assert any((row[3], row[4]) == ("480", "300") for row in images_of(report.file))


@pytest.mark.parametrize("size", [(4000, 300), (300, 4000), (40, 30)])
def test_no_picture_is_larger_than_its_place(tmp_path, size):
    content: dict = {}
    name, _data, _line = add_picture(content)
    (tmp_path / name).write_bytes(file_of(triangle(*size), "PNG"))
    pictures = Pictures(content["images"], [tmp_path])
    boxes = render(f'<p id="p"><img id="x" src="paper-image:{name}" alt="x"></p>', pictures).boxes[0]
    box, text = boxes["x"], boxes["p"]
    assert box.x1 - box.x0 <= text.x1 - text.x0 + 0.1
    assert box.y1 - box.y0 <= 110 / 25.4 * 72 + 0.1
    assert (box.x1 - box.x0) / (box.y1 - box.y0) == pytest.approx(size[0] / size[1], rel=0.02)


def test_photos_go_to_paper_small(tmp_path):
    content: dict = {}
    name, _data, _line = add_picture(content)
    (tmp_path / name).write_bytes(file_of(view(), "WEBP", quality=60))
    data, kind = Pictures(content["images"], [tmp_path]).grey(name)
    assert kind == "image/jpeg" and len(data) < 150_000
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.mode == "L"


def test_nothing_beside_the_folder_is_fetched(tmp_path):
    (tmp_path / "secret.png").write_bytes(file_of(triangle(), "PNG"))
    for address in (
        "paper-image:secret.png",
        f"paper-image:../{tmp_path.name}/secret.png",
        f"file://{tmp_path}/secret.png",
    ):
        pdf = SheetCache(tmp_path / "cache", Pictures({}, [tmp_path])).get(f'<p><img src="{address}" alt="x">').pdf
        assert images_of(pdf) == []
