"""The address of a private page on paper: inside the cover alone, each student's own, read by a cheap scanner."""

from dataclasses import replace

import pytest

from printables.errors import PrintError
from printables.pack import print_group
from printables.private_slip import Slip, slip_pdf
from sync import sealed
from tests.editions import sample_content
from tests.printables.paper import codes_in, darkness, pages_of, pictures, run
from tests.printables.rosters import sample_roster

pytestmark = pytest.mark.pdf
ENTRANCE = "https://school-of-the-village.example.org/klass/me/"
KEYS = [sealed.write_key(sealed.derive_key(bytes(32), f"student {n}", 1)) for n in range(2)]


def with_keys(entrance: str):
    roster = sample_roster(sample_content(), "7", students=2, first=6555001)
    students = tuple(replace(student, private_key=key) for student, key in zip(roster.students, KEYS, strict=True))
    return replace(roster, students=students, private_entrance=entrance)


@pytest.fixture(scope="module")
def packs(edition, printed, tmp_path_factory):
    """Two students' packs, with the address of the site and without."""
    folder, made = tmp_path_factory.mktemp("private"), {}
    for entrance in (ENTRANCE, ""):
        out = folder / f"{bool(entrance)}.pdf"
        made[entrance] = print_group(edition, with_keys(entrance), out, printed.cache, folder)
    return made


def inside(report, pack: int) -> int:
    """The cover's inside, counted from 1."""
    return report.packs[pack].first_page + 1


def bare(text: str) -> str:
    return text.replace(" ", "")


def test_the_key_stands_inside_the_cover_and_nowhere_else(packs):
    for report in packs.values():
        texts = pages_of(report.file)
        for number, key in enumerate(KEYS):
            assert [side for side, text in enumerate(texts, 1) if key in bare(text)] == [inside(report, number)]


def test_the_qr_inside_opens_the_students_own_page(packs, tmp_path):
    report = packs[ENTRANCE]
    for number, key in enumerate(KEYS):
        side = inside(report, number)
        outside, within = pictures(report.file, tmp_path / str(number), side - 1, side)
        assert f"{ENTRANCE}#{key}" in codes_in(within)
        assert not [code for code in codes_in(outside) if "#" in code]


def test_without_an_address_the_letters_and_the_way_remain(packs, tmp_path):
    report = packs[""]
    side = inside(report, 0)
    assert codes_in(pictures(report.file, tmp_path, side, side)[0]) == []
    assert "index.html of the folder me" in pages_of(report.file)[side - 1]


def test_the_file_is_sound(packs):
    for report in packs.values():
        assert "No syntax or stream encoding errors" in run("qpdf", "--check", report.file)
        assert run("pdftoppm", "-r", 20, report.file, report.file.with_suffix("")) == ""


def test_a_roster_with_a_broken_key_is_refused(edition, printed, tmp_path):
    roster = with_keys(ENTRANCE)
    broken = replace(roster, students=(replace(roster.students[0], private_key="A" * 25),))
    with pytest.raises(PrintError, match="roster_invalid"):
        print_group(edition, broken, tmp_path / "7.pdf", printed.cache, tmp_path)


@pytest.mark.parametrize("entrance", [ENTRANCE, ""])
def test_the_slip_hides_the_address_between_its_folds(tmp_path, entrance):
    out = tmp_path / "slip.pdf"
    slip = Slip("Заречная школа", "8 800 000-00-20", "Әлиғұлова Ұлжан", "7 «А»", KEYS[0], entrance)
    out.write_bytes(slip_pdf(slip, "en", tmp_path))
    [text] = pages_of(out)
    assert KEYS[0] in bare(text) and "Әлиғұлова Ұлжан" in text
    [picture] = pictures(out, tmp_path / "seen", 1, 1)
    assert codes_in(picture) == ([f"{ENTRANCE}#{KEYS[0]}"] if entrance else [])
    if entrance:
        assert darkness(picture, (0, 99, 210, 198)) > 3 * darkness(picture, (0, 198, 210, 297))
    name = run("pdftotext", "-x", 0, "-y", 562, "-W", 596, "-H", 280, out, "-")  # the third panel, in points
    assert "Ұлжан" in name and KEYS[0] not in bare(name)
