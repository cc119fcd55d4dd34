"""Reading ticked boxes: of what is sure nothing is wrong, and what cannot be seen is for a person."""

import pytest
from PIL import Image, ImageDraw

from printables.answer_reading import answers_of, decided, read_answers
from printables.layout import HEIGHT
from printables.scan import read
from tests.printables import scans, ticks

PAGES = 9


@pytest.fixture(scope="module")
def layout():
    return ticks.layout()[0]


def seen(page, seed, dpi):
    """The page as a bad photo, upright again, as it is kept."""
    picture = scans.degraded(page, seed, dpi)
    return ticks.kept(picture.rotate(read(picture, scans.SCHOOL).turn, expand=True))


@pytest.mark.large
def test_nothing_that_is_sure_is_wrong_on_bad_photos(layout):
    boxes, unsure = 0, 0
    for seed in range(PAGES):
        page, truth = ticks.filled(layout, 70_000 + seed)
        for one in read_answers(seen(page, seed, (100, 150, 200)[seed % 3]), layout):
            for number, value in enumerate(one.read):
                right, mark = truth[one.position, number]
                assert value in (right, "unsure"), (seed, one.position, number, mark)
                boxes, unsure = boxes + 1, unsure + (value == "unsure")
    assert boxes > 500 and unsure <= 0.03 * boxes


@pytest.mark.parametrize("corner", [0, 1, 2, 3])
def test_a_sheet_with_a_corner_torn_off_is_for_a_person(layout, corner):
    page, _truth = ticks.filled(layout, 3)
    x, y = ticks_pixel(layout["corners"][corner])
    ImageDraw.Draw(page).rectangle((x - 60, y - 60, x + 90, y + 60), fill=255)
    for one in read_answers(page, layout):
        assert one.answer is None and set(one.read) == {"unsure"} and one.places == ()


def ticks_pixel(point):
    return point[0] * scans.DPI / 72, (HEIGHT - point[1]) * scans.DPI / 72


def test_boxes_under_a_stain_or_a_folded_edge_are_unsure(layout):
    page, truth = ticks.filled(layout, 4)
    field = layout["fields"][0]
    x, y = ticks_pixel(field["boxes"][0])
    ImageDraw.Draw(page).rectangle((x - 20, y - 60, x + 60, y + 20), fill=250)
    found = {one.position: one for one in read_answers(page, layout)}
    assert found[1].read[0] == "unsure" and found[1].answer is None
    others = [one for one in found.values() if one.position > 3]
    assert all(value in (truth[one.position, n][0], "unsure") for one in others for n, value in enumerate(one.read))


@pytest.mark.parametrize("page", [Image.new("L", scans.A4, 255), Image.new("L", scans.A4, 0), scans.sheet(None, 3)])
def test_a_picture_of_something_else_is_for_a_person(layout, page):
    assert {value for one in read_answers(page, layout) for value in one.read} == {"unsure"}


def test_a_tiny_picture_is_for_a_person(layout):
    assert read_answers(Image.new("L", (3, 2), 200), layout)[0].answer is None


def test_every_way_to_take_a_cross_back_counts_as_no(layout):
    page = Image.new("L", (scans.A4[0] * ticks.FINE, scans.A4[1] * ticks.FINE), 255)
    ticks.printed(page, layout)
    field = layout["fields"][0]
    x, y = (value * ticks.FINE for value in ticks_pixel(field["boxes"][0]))
    size = layout["side"] * ticks.POINT
    ImageDraw.Draw(page).rectangle((x, y - size, x + size, y), fill=40)
    found = read_answers(page.resize(scans.A4, Image.Resampling.BOX), layout)[0]
    assert (found.read[0], found.answer) == ("no", [])
    assert found.ink[0] > 60


@pytest.mark.parametrize(
    ("kind", "read", "answer"),
    [
        ("one", "ynn", [0]), ("one", "nnn", []), ("one", "yyn", None), ("one", "ynu", None),
        ("several", "yny", [0, 2]), ("several", "nnn", []), ("several", "nnu", None),
        ("number", "nynnnnnnnn" "nnnnnnnnny", ["19"]), ("number", "n" * 20, []), ("number", "y" + "n" * 19, None),
        ("number", "yynnnnnnnn" "ynnnnnnnnn", None), ("number", "u" + "n" * 19, None),
    ],
)  # fmt: skip
def test_boxes_give_an_answer(kind, read, answer):
    words = {"y": "yes", "n": "no", "u": "unsure"}
    assert decided(kind, [words[letter] for letter in read]) == answer


def test_of_several_layouts_the_one_that_fits_is_read(layout, tmp_path):
    page, truth = ticks.filled(layout, 6)
    page.save(tmp_path / "a.jpg", quality=60)
    other = ticks.layout(ticks.fields(0, 0, 8))[0]
    (fits, answers), lost, broken = answers_of(
        [tmp_path / "a.jpg", tmp_path / "gone.jpg", tmp_path / "list.jpg"], [[other, layout], [layout], [layout]]
    )
    assert fits == 1 and len(answers) == len(layout["fields"])
    assert all(value in (truth[one.position, n][0], "unsure") for one in answers for n, value in enumerate(one.read))
    assert lost[0] == broken[0] == -1 and lost[1][0].answer is None
