"""A class file is the same whatever order Python keeps its sets in, and stores what pages share once."""

import os
import subprocess
import sys

import pikepdf
import pytest

from printables.classfile import ClassFile
from printables.layout import Box
from printables.sheets import SheetCache
from printables.stamp import Ink
from tests.printables.paper import pages_of, run

pytestmark = pytest.mark.pdf
HTML = '<html lang="ru"><body class="task"><h1>Задание Қ</h1><p>√2</p><div id="end"></div></body></html>'
CHILD = """
import sys
from pathlib import Path
from tests.printables.test_classfile import small_file
small_file(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def small_file(folder, out):
    sheet = SheetCache(folder).get(HTML)
    file = ClassFile("7 «А»", "ru")
    for name in ("Әлиғұлова Ұлжан", "Ёлкина\u00a0А. − Ω"):
        ink = Ink()
        ink.fitted(Box(57, 500, 300, 530), name)
        file.add_sheet_page(sheet, 0, [file.take(ink)])
        file.add_sheet_page(sheet, 5, [file.take(ink)])
        file.add_drawn([file.take(ink)])
        file.add_halves([(sheet, 0, [file.take(ink)]), None], 90)
        file.add_blank()
    assert file.save(out) == out.stat().st_size
    return sheet


def test_bytes_do_not_depend_on_the_order_of_sets(tmp_path):
    made = []
    for seed in "123":
        out = tmp_path / f"{seed}.pdf"
        subprocess.run([sys.executable, "-c", CHILD, str(tmp_path / "cache"), str(out)], check=True,
                       env={**os.environ, "PYTHONHASHSEED": seed})  # fmt: skip
        made.append(out.read_bytes())
    assert made[0] == made[1] == made[2]


def test_every_kind_of_page_is_sound_and_bears_its_letters(tmp_path):
    out = tmp_path / "7.pdf"
    small_file(tmp_path / "cache", out)
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", out)
    assert run("pdftoppm", "-r", 20, out, tmp_path / "page") == ""
    texts = pages_of(out)
    assert ["Задание Қ" in text for text in texts] == [True, False, False, False, False] * 2  # A4 does not fit a half
    assert ["Әлиғұлова Ұлжан" in text for text in texts] == [True, True, True, True] + [False] * 6
    assert [text == "" for text in texts] == [False, False, False, False, True] * 2
    with pikepdf.open(out) as pdf:
        first, second = pdf.pages[0].obj.Contents[0], pdf.pages[5].obj.Contents[0]
        assert first.objgen == second.objgen
        assert pdf.pages[3].obj.Rotate == 90


def test_letters_in_drawings_use_the_files_own_faces(tmp_path):
    drawing = '<svg width="90" height="40"><g opacity=".5"><text x="2" y="20" font-family="Paper">Ұзын</text></g></svg>'
    sheet = SheetCache(tmp_path / "cache").get(HTML.replace("<p>", f"{drawing}<p>"))
    file, out = ClassFile("7", "ru"), tmp_path / "7.pdf"
    file.add_sheet_page(sheet, 0, [])
    file.save(out)
    assert "Ұзын" in pages_of(out)[0]
    faces = [line.split()[0].split("+")[1] for line in run("pdffonts", out).splitlines()[2:]]
    assert sorted(faces) == ["DejaVuSans", "NotoSans-Bold", "NotoSans-Regular"]
