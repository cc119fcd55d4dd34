"""Sheets for the photocopier, without a name on them, and the slips that give each copy its owner."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from printables.order import Order
from printables.pack import estimate_group, print_group
from printables.plain import print_slips
from printables.roster import Feedback, LessonView
from sync.codes import complete, group_digits, make_label
from tests.editions import sample_content, sample_edition, write_sample
from tests.printables.paper import codes_in, pages_of, pictures, run

pytestmark = pytest.mark.pdf
PLAIN = Order(plain=True)


@pytest.fixture(scope="module")
def sheets(printed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    return print_group(printed.edition, printed.roster, folder / "7.pdf", printed.cache, folder, order=PLAIN)


@pytest.fixture(scope="module")
def slips(printed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("slips")
    return print_slips(printed.edition, printed.roster, folder / "7.pdf", printed.cache, folder, order=PLAIN)


def test_both_files_are_sound(sheets, slips):
    for report in (sheets, slips):
        assert "No syntax or stream encoding errors" in run("qpdf", "--check", report.file)
        assert run("pdftoppm", "-r", 20, report.file, report.file.with_suffix("")) == ""
        assert all(
            re.search(r"Identity-H +yes yes yes", line) for line in run("pdffonts", report.file).splitlines()[2:]
        )


def test_class_sheets_bear_no_name_and_no_code(sheets, printed):
    text = " ".join(pages_of(sheets.file))
    for student in printed.roster.students:
        assert student.short not in text and student.name.split()[0] not in text
        assert not any(group_digits(code) in text for code in [student.pack_code, *student.works.values()])
    assert text.count("edition 41") >= 8


def test_every_sheet_is_there_once_on_a_leaf_of_its_own(sheets, printed):
    texts = pages_of(sheets.file)
    assert len(texts) == sheets.pages and sheets.pages % 2 == 0
    numbers = [int(found[1]) for text in texts if (found := re.search(r"page (\d+) of \d+$", text))]
    shared = {(sheet.kind, sheet.id): sheet.pages for pack in sheets.packs for sheet in pack.sheets}
    assert numbers == list(range(1, sum(pages for (kind, _), pages in shared.items() if kind != "cover") + 1))
    firsts = [side for side, text in enumerate(texts) if "task sheet 1 of" in text]
    assert len(firsts) == 3 and all(side % 2 == 0 for side in firsts)


def test_the_first_page_says_how_often_to_copy(printed, tmp_path):
    """Subgroups and own plans differ: two students have one task less."""
    task = next(iter(printed.roster.students[0].works))
    title = printed.content["tasks"][task]["title"]
    less = [
        replace(student, works={key: code for key, code in student.works.items() if key != task})
        for student in printed.roster.students[:2]
    ]
    roster = replace(printed.roster, students=(*less, *printed.roster.students[2:]))
    report = print_group(printed.edition, roster, tmp_path / "7.pdf", printed.cache, tmp_path, order=PLAIN)
    texts = pages_of(report.file)
    assert re.search(rf"task: \S+: {re.escape(title)} 4 ", f"{texts[0]} ")
    assert len(re.findall(r"cover [24]\b", texts[0])) == 2
    assert "6 copies" in " ".join(texts) and "4 copies" in " ".join(texts)


def test_the_report_counts_what_the_copier_will_take(sheets, printed, tmp_path):
    for pack, student in zip(sheets.packs, printed.roster.students, strict=True):
        assert pack.student_id == student.id
        assert pack.leaves == sum(-(-sheet.pages // 2) for sheet in pack.sheets)
        assert {sheet.id for sheet in pack.sheets if sheet.kind == "task"} == set(student.works)
    assert sheets.leaves == sum(pack.leaves for pack in sheets.packs)
    estimate = estimate_group(printed.edition, printed.roster, printed.cache, tmp_path, order=PLAIN)
    assert (estimate.packs, estimate.leaves, estimate.ink) == (sheets.packs, sheets.leaves, sheets.ink)


def test_every_page_that_comes_back_has_its_slip(slips, sheets, printed, tmp_path):
    found = Counter(code for page in pictures(slips.file, tmp_path, 1, slips.pages) for code in codes_in(page))
    wanted = Counter()
    for pack, student in zip(sheets.packs, printed.roster.students, strict=True):
        wanted[make_label("ZRC2", "P", student.pack_code, 0).text] += 1
        for sheet in pack.sheets:
            for page in range(sheet.pages if sheet.kind == "task" else 0):
                wanted[make_label("ZRC2", "W", student.works[sheet.id], page + 1).text] += 1
    assert found == wanted


def test_slips_say_whose_they_are(slips, printed):
    text = " ".join(pages_of(slips.file))
    for student in printed.roster.students:
        assert student.name.split()[0] in text
        for code in [student.pack_code, *student.works.values()]:
            assert group_digits(code) in text


def test_a_slip_fits_the_frame_of_its_sheet():
    from printables.furniture import STICK
    from printables.plain import SLIP_HEIGHT, SLIP_WIDTH

    assert STICK.height >= SLIP_HEIGHT
    assert STICK.width >= SLIP_WIDTH - 6  # the cut edge may lap over the line by a millimetre on each side


def test_a_task_of_several_pages_has_a_slip_for_each(printed, tmp_path):
    content = sample_content()
    task = next(key for key, task in content["tasks"].items() if task["group"] == "7")
    content["tasks"][task]["text"] = "Реши **задачу** и запиши ход решения. " * 150
    folder = write_sample(tmp_path, sample_edition(content=content))
    student = replace(printed.roster.students[0], works={task: printed.roster.students[0].works[task]})
    roster = replace(printed.roster, students=(student,))
    report = print_slips(folder, roster, tmp_path / "7.pdf", tmp_path / "cache", tmp_path)
    read = [code for page in pictures(report.file, tmp_path / "p", 1, 1) for code in codes_in(page) if code[6] == "W"]
    assert sorted(code[-2:] for code in read) == ["01", "02", "03"]
    lines = run("pdftotext", "-layout", report.file, "-").replace("\u00a0", " ")
    assert all(f"task sheet {page} of 3" in lines for page in (1, 2, 3))  # in one line each


def test_what_is_one_students_own_comes_with_the_slips(printed, tmp_path):
    task = {"lesson": "", "group": "7", "subject": "Алгебра", "title": "Корни", "text": "Реши.", "kind": "homework",
            "scale": "five", "max_points": None, "due": None}  # fmt: skip
    first = printed.roster.students[0]
    first = replace(
        first, works={**first.works, "old": complete("7777001")},
        feedback=(Feedback("old", "Алгебра", "Корни", "", ("Проверь.",), True),),
        again=(LessonView("again old", {"lesson": "", "date": "2026-11-30", "n": 0}, None, {"old": task}),),
    )  # fmt: skip
    roster = replace(printed.roster, students=(first, printed.roster.students[1]))
    sheets = print_group(printed.edition, roster, tmp_path / "7.pdf", printed.cache, tmp_path, order=PLAIN)
    slips = print_slips(printed.edition, roster, tmp_path / "slips.pdf", printed.cache, tmp_path, order=PLAIN)
    assert "Корни" not in " ".join(pages_of(sheets.file))
    texts = pages_of(slips.file)
    own = next(side for side, text in enumerate(texts) if "Проверь." in text)
    assert own % 2 == 0 and first.short in texts[own]
    assert slips.pages % 2 == 0 and slips.leaves == slips.pages // 2


def test_a_budget_holds_for_copies_too(sheets, printed, tmp_path):
    order = replace(PLAIN, leaves=sheets.leaves - 1, steps=("two_up", "no_tv_texts", "no_texts"))
    report = print_group(printed.edition, printed.roster, tmp_path / "7.pdf", printed.cache, tmp_path, order=order)
    assert report.leaves < sheets.leaves and report.over == 0
    assert report.packs[0].cuts
