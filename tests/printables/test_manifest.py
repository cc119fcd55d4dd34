"""Registers on paper: code on every page, every name whole, a fresh leaf for each, black and white."""

from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from printables.errors import PrintError
from printables.manifest import Delivery, Line, print_deliveries
from sync.codes import complete, make_label
from tests.printables.paper import codes_in, pages_of, pictures, run

pytestmark = pytest.mark.pdf
NAMES = ("Ғабитқызы Әлия", "Қыдырәлі Өмірбек", "Ұлпан Ңұрсұлтан", "Һәкімова Үмит Іңкәр", "Щукина-Ёлочкина Аполлинария")
CODE = complete("4821703")


def document(rows: int = 3, code: str = CODE) -> Delivery:
    names = [NAMES[number % len(NAMES)] for number in range(rows)]
    lines = tuple(
        Line(name, (str(number), name, "7А", "482 170 317", "12", str(number), "9", "", ""))
        for number, name in enumerate(names, 1)
    )
    return Delivery(
        "Реестр выдачи", "Лесная школа", "Дальний Кордон", (("Неделя", "7–13 декабря (2026-W50)"), ("Выпуск", "3")),
        ("№", "Ученик", "Класс", "Пакет", "Лис\u00adтов", "Кон\u00adверт", "Работы", "Получено", "Сдано работ"),
        lines, (9, 0, 13, 26, 12, 13, 15, 28, 15), ("", f"{rows} пакетов", "", "", "36", "3", "27", "", ""),
        (("Выдано:", "пакетов: 3"), ("Вернулось:", "пакетов ____")), ("Выдал(а), дата", "Принял(а) обратно, дата"),
        ("стр. ", " из ", ""), "ru", make_label("TEST", "M", code, 0).text, "482 170 317", (0, 4, 5, 6), (3,),
        (("Контакт на месте", "Дорогин П. С., 8 900 000-00-00"),), "Пакеты с одним номером — в один конверт.",
    )  # fmt: skip


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> tuple[Path, tuple[int, ...]]:
    """A short register, one of four pages, and a list without a code."""
    out = tmp_path_factory.mktemp("manifest") / "registers.pdf"
    plain = replace(document(2), label="", digits="", codes=())
    data, pages = print_deliveries([document(3), document(60, complete("1234567")), plain])
    out.write_bytes(data)
    return out, pages


def test_each_begins_on_a_fresh_leaf_and_counts_its_own_pages(printed):
    file, counts = printed
    pages = pages_of(file)
    assert counts[0] == 1 and counts[2] == 1 and counts[1] > 2
    sides = [count + count % 2 for count in counts]
    assert len(pages) == sum(sides)
    assert "стр. 1 из 1" in pages[0] and pages[1] == ""
    assert [f"стр. {n} из {counts[1]}" in pages[2 + n - 1] for n in range(1, counts[1] + 1)] == [True] * counts[1]


def test_every_page_bears_heading_and_code_and_the_names_are_whole(printed):
    file, counts = printed
    pages = [page for page in pages_of(file) if page]
    assert all("Реестр выдачи" in page and "Дальний Кордон" in page and "2026-W50" in page for page in pages)
    assert all("482 170 317" in page for page in pages[:-1])
    assert all(name.split()[0] in pages[1] for name in NAMES[:4])
    last = pages[counts[1]]
    assert "60 пакетов" in last and "Выдал(а), дата" in last and "Выдал" not in pages[1]


def test_the_code_is_read_from_a_grey_picture_with_noise(printed, tmp_path):
    file, counts = printed
    for number, picture in enumerate(pictures(file, tmp_path, 1, 2 + counts[1])):
        noise = Image.effect_noise(picture.size, 60)
        seen = codes_in(Image.blend(picture, noise, 0.25))
        if number == 0:
            assert seen == [make_label("TEST", "M", CODE, 0).text]
        elif number >= 2:
            assert seen == [make_label("TEST", "M", complete("1234567"), 0).text]


def test_fonts_are_embedded_text_is_large_enough_and_nothing_lies_outside(printed, tmp_path):
    file, _counts = printed
    run("qpdf", "--check", file)
    fonts = run("pdffonts", file).splitlines()[2:]
    assert {line.split()[0].split("+")[1] for line in fonts} <= {"Paper", "Paper-Bold", "Digits-Bold"}
    assert all(line.split()[-5] == "yes" for line in fonts)
    written = [number for number, page in enumerate(pages_of(file), 1) if page]
    for line in "".join(run("pdftotext", "-bbox", "-f", n, "-l", n, file, "-") for n in written).splitlines():
        if "<word " in line:
            at = {key: float(line.split(f'{key}="')[1].split('"')[0]) for key in ("xMin", "xMax", "yMin", "yMax")}
            assert at["xMin"] > 56 and at["xMax"] < 595 - 56 + 1, line
            assert at["yMin"] > 14 and at["yMax"] < 842 - 14, line
            assert at["yMax"] - at["yMin"] >= 10, line
    with pikepdf.open(file) as pdf:
        for page in pdf.pages:
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) in ("rg", "RG"):
                    assert {float(part) for part in operands} <= {0.0, 1.0}, "black and white"


def test_a_letter_that_the_font_lacks_stops_the_print_and_names_it():
    strange = Line("Лодкин 𓀀", ("1", "Лодкин 𓀀", "7А", "", "", "", "", "", ""))
    with pytest.raises(PrintError) as error:
        print_deliveries([replace(document(), lines=(strange,))])
    assert error.value.code == "font_lacks" and error.value.data == {"name": "Лодкин 𓀀", "letters": "𓀀"}
