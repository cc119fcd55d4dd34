"""Answer sheets: every box on the page and apart from the others, the printed sheet is found, its pages count."""

import copy
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printables.answer_reading import read_answers
from printables.answers import MOST_DIGITS, MOST_FIELDS, SIDE, described, pages_of
from printables.layout import LEFT, RIGHT, mm
from printables.pack import print_group
from printables.roster import Roster
from sync.codes import make_label
from tests.editions import sample_content, sample_edition, write_sample
from tests.printables import ticks
from tests.printables.paper import codes_in, pictures, run
from tests.printables.paper import pages_of as texts_of
from tests.printables.rosters import sample_roster

LABELS = st.text("абвгд №?ҚӘ12 ", max_size=200)
CHOICES = st.builds(
    lambda kind, label, options: {"kind": kind, "label": label, "options": options, "digits": 0},
    st.sampled_from(["one", "several"]), LABELS,
    st.one_of(
        st.integers(2, 10).map(lambda count: list("АБВГДЕЖЗИК"[:count])),
        st.lists(st.text("абвг деж", min_size=1, max_size=100), min_size=2, max_size=10),
    ),
)  # fmt: skip
NUMBERS = st.builds(
    lambda label, digits: {"kind": "number", "label": label, "options": [], "digits": digits},
    LABELS, st.integers(1, MOST_DIGITS),
)  # fmt: skip
QUESTIONS = [
    {"kind": "one", "label": "Чему равно 2 + 2?", "options": list("АБВГ"), "digits": 0},
    {"kind": "several", "label": "", "options": ["Қазақстан", "Ресей", "оба ответа верны"], "digits": 0},
    {"kind": "number", "label": "Сколько градусов?", "options": [], "digits": 3},
]


@given(st.lists(CHOICES | NUMBERS, min_size=1, max_size=MOST_FIELDS))
def test_boxes_lie_apart_between_the_corner_squares(fields):
    pages = pages_of(fields)
    assert [one.position for page in pages for one in page] == list(range(1, len(fields) + 1))
    for layout in described(pages, 2):
        boxes = [tuple(box) for field in layout["fields"] for box in field["boxes"]]
        left, low = layout["corners"][3]
        right, high = layout["corners"][1]
        for x, y in boxes:
            assert left + mm(8) < x < right - mm(8)
            assert low + mm(5) < y < high - mm(12)
        for (x, y), (u, v) in combinations(boxes, 2):
            assert abs(x - u) >= SIDE + mm(1.9) or abs(y - v) >= SIDE + mm(1.9)
    for page in pages:
        assert all(one.place.x0 >= LEFT and one.place.x1 <= RIGHT for one in page)


@given(st.lists(CHOICES | NUMBERS, min_size=2, max_size=12))
def test_questions_do_not_cover_each_other(fields):
    for page in pages_of(fields):
        for one, two in combinations(page, 2):
            apart = one.place.x1 <= two.place.x0 or two.place.x1 <= one.place.x0
            assert apart or one.place.y0 >= two.place.y1 - 0.01 or two.place.y0 >= one.place.y1 - 0.01


def test_as_many_short_questions_stand_in_a_row_as_fit():
    [page] = pages_of([{"kind": "one", "label": "", "options": list("АБВГ"), "digits": 0}] * 6)
    assert [one.place.y1 for one in page[:2]] == [page[0].place.y1] * 2
    assert all(two.position == one.position + 1 for one, two in pairwise(page))


def test_short_lists_and_numbers_share_a_row_and_need_no_second_page():
    [page] = pages_of([
        {"kind": "one", "label": "Брусок", "options": ["железным", "алюминиевым", "сосновым", "ледяным"], "digits": 0},
        {"kind": "number", "label": "Масса льда, кг", "options": [], "digits": 3},
        {"kind": "one", "label": "Масло поместится", "options": ["да", "нет"], "digits": 0},
        {"kind": "several", "label": "Что верно?", "options": ["Не зависит от размера тела", "Измеряется в кг/м³",
                                                              "Больше у того тела, которое тяжелее"], "digits": 0},
    ])  # fmt: skip
    assert page[0].place.y1 == page[1].place.y1 > page[2].place.y1


def test_a_list_with_a_long_option_has_the_whole_width():
    long = "Больше у того тела, которое тяжелее, если оба тела сделаны из одного и того же вещества"
    [page] = pages_of([{"kind": "one", "label": "", "options": ["короче", long], "digits": 0}] * 2)
    assert page[0].place.x0 == page[1].place.x0 and page[0].place.y0 > page[1].place.y1


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Class 7 with one task that has questions to tick, one student."""
    folder = tmp_path_factory.mktemp("answers")
    content = copy.deepcopy(sample_content())
    task = min(key for key, one in content["tasks"].items() if one["group"] == "7")
    content["tasks"][task]["answers"] = QUESTIONS
    edition = write_sample(folder, sample_edition(content=content))
    roster: Roster = sample_roster(content, "7", students=1)
    report = print_group(edition, roster, folder / "7.pdf", folder / "cache", folder)
    [pack] = report.packs
    before = 0
    for sheet in pack.sheets:
        if sheet.id == task and sheet.kind == "task":
            break
        before += sheet.pages + sheet.pages % 2 if sheet.kind != "lesson" else sheet.pages
    return report.file, sheet, roster.students[0].works[task]


def page_of(file, code, number, folder):
    """The number of the file's page that bears this QR, and its picture."""
    wanted = make_label("ZRC2", "W", code, number).text
    for index, picture in enumerate(pictures(file, folder, 1, len(texts_of(file)), 100)):
        if any(text.endswith(wanted[6:]) for text in codes_in(picture)):
            return index + 1
    raise AssertionError("no such page")


@pytest.mark.pdf
def test_answer_pages_follow_the_text_and_are_counted_with_it(printed, tmp_path):
    file, sheet, code = printed
    assert [page["page"] for page in sheet.answers] == [sheet.pages]
    texts = texts_of(file)
    page = page_of(file, code, sheet.pages, tmp_path)
    assert f"task sheet {sheet.pages} of {sheet.pages}" in texts[page - 1]
    for words in ("Чему равно 2 + 2?", "Қазақстан", "Сколько градусов?", "Tick with a cross", "teacher's remark"):
        assert words in texts[page - 1]
    assert "teacher's remark" not in texts[page - 2]
    assert run("pdftotext", "-f", page, "-l", page, file, "-")


@pytest.mark.pdf
@pytest.mark.parametrize("dpi", [100, 150, 200])
def test_the_printed_sheet_is_found_and_empty(printed, tmp_path, dpi):
    file, sheet, code = printed
    page = page_of(file, code, sheet.pages, tmp_path / "all")
    [picture] = pictures(file, tmp_path / "one", page, page, dpi)
    answers = read_answers(picture, sheet.answers[0])
    assert [one.answer for one in answers] == [[], [], []]
    assert {value for one in answers for value in one.read} == {"no"}


def test_a_task_without_questions_has_none():
    assert pages_of([]) == ()
    assert described((), 2) == []


def test_every_mark_of_a_clean_sheet_is_read():
    [layout] = ticks.layout(QUESTIONS)
    page, truth = ticks.filled(layout, 5)
    for one in read_answers(page, layout):
        for number, value in enumerate(one.read):
            right, mark = truth[one.position, number]
            assert value == right or (value == "unsure" and mark in ("dot", "stray", "erased"))
