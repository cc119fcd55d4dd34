"""Marked copies: a picture in few bytes and without codes, copies in packs, and what a budget drops first."""

from dataclasses import replace

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from printables import marked_copy, signs, two_tone
from printables.layout import Box
from printables.marked import MarkedPage, MarkedWork, Sign
from printables.order import Order
from printables.pack import estimate_group, print_group
from printables.roster import Feedback
from printables.stamp import Ink, wrapped
from printables.texts import texts_of
from printables.two_tone import MOST_BYTES, printable, reduced
from tests.editions import sample_content
from tests.printables import scans
from tests.printables.kinds import LOCALES, SIGNS, edition, marked_work, named, scan
from tests.printables.paper import codes_in, pages_of, pictures
from tests.printables.rosters import sample_roster


def written(seed: int, ink: int = 90) -> Image.Image:
    """A page full of curved strokes on grey, noisy paper with a shadow, as a phone takes it."""
    chance = np.random.default_rng(seed)
    picture = Image.new("L", (1237, 1750), 235)
    draw = ImageDraw.Draw(picture)
    for y in range(90, 1700, 56):
        for x in range(90, 1150, 26):
            left, top = x + int(chance.integers(-6, 6)), y + int(chance.integers(-8, 8))
            draw.arc((left, top, left + 24, top + 34), int(chance.integers(0, 180)), 330, fill=ink, width=4)
    grey = np.asarray(picture.filter(ImageFilter.GaussianBlur(1)), dtype=float) + chance.normal(0, 5, (1750, 1237))
    return Image.fromarray((grey * np.linspace(1, 0.6, 1237)).clip(0, 255).astype("uint8"))


@pytest.mark.parametrize("ink", [60, 150])
def test_a_page_of_writing_is_black_on_white_in_few_bytes(ink):
    made = reduced(written(1, ink))
    assert "CCITTFaxDecode" in made.entries and len(made.data) <= MOST_BYTES
    assert (made.width, made.height) == (1237, 1750)
    assert 0.05 < made.ink < 0.2  # neither the shadow nor the paper is ink


def test_a_picture_that_lives_by_its_greys_keeps_them_and_is_small_too():
    shaded = Image.radial_gradient("L").resize((1237, 1750)).filter(ImageFilter.GaussianBlur(3))
    noisy = Image.blend(shaded, Image.effect_noise(shaded.size, 60), 0.15)
    made = reduced(noisy)
    assert "DCTDecode" in made.entries and len(made.data) <= MOST_BYTES


def test_a_page_that_takes_too_many_bytes_is_made_smaller():
    noise = Image.effect_noise((1237, 1750), 120)
    made = reduced(noise, at_most=20_000)
    assert made.height < 1750


def test_no_code_is_left_on_it_and_what_is_no_picture_is_none(tmp_path):
    file = tmp_path / "scan.jpg"
    with Image.open(scan(tmp_path)) as picture:
        assert zxingcpp.read_barcodes(picture)
        assert not zxingcpp.read_barcodes(two_tone.without_codes(picture))
    assert printable(file) is not None
    file.write_bytes(file.read_bytes()[:2000])
    assert printable(file) is None
    assert printable(tmp_path / "gone.jpg") is None


def test_a_word_stays_on_the_picture_wherever_it_was_put():
    place = Box(100, 100, 500, 700)
    for x in (0.0, 0.4, 0.6, 1.0):
        ink = Ink()
        signs.draw(ink, place, [Sign("text", x, 0.5, text="−1 балл за знак, смотри правило!")])
        starts = [float(one.split(" Tf ")[1].split()[0]) for one in ink.operators if one.startswith("BT")]
        assert all(100 <= start < 500 for start in starts)


def test_all_of_a_comment_is_printed():
    words = " ".join(f"слово{n}" for n in range(600))
    work = MarkedWork("777700279", "Алгебра", "Корни", "4", (words, "конец"), (MarkedPage("nowhere.jpg"),))
    piece = marked_copy.piece(work, texts_of("ru", LOCALES))
    assert piece.pages > 1 and len(piece.sheet.ink) == piece.pages
    lines = list(marked_copy._comment_lines(work))
    assert " ".join(lines) == f"{words} конец"
    assert wrapped("", marked_copy.face(marked_copy.REGULAR), 10, 100) == [""]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("copies")


@pytest.fixture(scope="module")
def roster(folder):
    """Two students: the first has a mark with two copies, one of which was asked for; the second nothing."""
    works = [marked_work(folder, comments=(), code=code, asked=asked, title=f"Работа {code}", pages=pages)
             for code, asked, pages in (("777700279", False, (MarkedPage(scan(folder), SIGNS),) * 2),
                                        ("777700376", True, (MarkedPage(scan(folder), SIGNS),)))]  # fmt: skip
    found = named(sample_roster(sample_content(), "7", students=2))
    feedback = (Feedback("another", "Алгебра", "Корни", "4", ("Хорошо.",), False, "2026-12-03", 8),)
    first = replace(found.students[0], marked=tuple(works), feedback=feedback)
    return replace(found, students=(first, found.students[1]))


def printed(folder, roster, order=Order()):  # noqa: B008  # frozen
    return print_group(edition(folder), roster, folder / "7.pdf", folder / "cache", LOCALES, order)


@pytest.mark.pdf
def test_copies_follow_what_teachers_say_in_that_students_pack_alone(folder, roster):
    report = printed(folder, roster)
    first, second = report.packs
    assert [sheet.kind for sheet in first.sheets][:4] == ["cover", "feedback", "marked", "marked"]
    assert [(sheet.id, sheet.hash) for sheet in first.sheets[2:4]] == [("777700279", ""), ("777700376", "")]
    assert "marked" not in {sheet.kind for sheet in second.sheets}
    texts = pages_of(report.file)
    own = [n for n, text in enumerate(texts, 1) if "marked work" in text or "Работа 7777" in text]
    assert len(own) == 3 and own[0] == 4  # on the back of the feedback
    assert all(roster.students[0].name in texts[n - 1] for n in own)
    assert max(own) < second.first_page
    assert [codes_in(picture) for picture in pictures(report.file, folder, own[0], own[-1])] == [[], [], []]
    assert not any("777700" in file.name for file in (folder / "cache").iterdir())


@pytest.mark.pdf
def test_the_budget_drops_copies_first_but_not_one_that_was_asked_for(folder, roster):
    whole = printed(folder, roster)
    order = Order(leaves=whole.leaves - 1, steps=("no_marked", "no_slips", "no_texts"))
    less = printed(folder, roster, order)
    assert less.over == 0 and less.leaves == whole.leaves - 1
    first, second = less.packs
    assert [(cut.step, cut.title) for cut in first.cuts] == [("no_marked", "Работа 777700279")]
    assert second.cuts == ()
    assert [sheet.id for sheet in first.sheets if sheet.kind == "marked"] == ["777700376"]
    assert "Работа 777700279" in " ".join(" ".join(pages_of(less.file)[:2]).split())
    assert less.ink < whole.ink
    counted = estimate_group(edition(folder), roster, folder / "cache", LOCALES, order)
    assert (counted.leaves, round(counted.ink, 2)) == (less.leaves, round(less.ink, 2))


def test_a_page_costs_what_a_school_can_afford(folder, roster):
    written(7).save(folder / "full.jpg", quality=60)
    page = MarkedPage(str(folder / "full.jpg"), SIGNS)
    work = marked_work(folder, comments=(), pages=(page,) * 3)
    student = replace(roster.students[0], marked=(work,))
    made = marked_copy.print_copies(replace(roster, students=(student,)), scans.SCHOOL, "ru", LOCALES)
    assert made.pages == 3
    assert len(made.pdf) <= 3 * MOST_BYTES
