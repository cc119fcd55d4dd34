"""Packs two pages on a side, as booklets and within a budget: looked at as the printer gives them."""

import re
import subprocess
from dataclasses import replace

import pikepdf
import pytest

from printables.order import Order
from printables.pack import estimate_group, print_group
from printables.roster import Feedback, LessonView
from sync.codes import complete, make_label
from tests.editions import lesson_of, sample_content, sample_edition, write_sample
from tests.printables.paper import codes_in, darkness, pages_of, pictures, run

pytestmark = pytest.mark.pdf
STEPS = ("duplex", "two_up", "no_slips", "fewer_lines", "no_tv_texts", "no_texts", "must_only")
NUMBER = re.compile(r"page (\d+) of (\d+)")


def print_order(printed, tmp_path, order, roster=None):
    return print_group(
        printed.edition, roster or printed.roster, tmp_path / "7.pdf", printed.cache, tmp_path, order=order
    )


@pytest.fixture(scope="module", params=["two_up", "booklet"])
def halves(request, printed, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return print_order(printed, folder, Order(layout=request.param))


def turns_of(pdf):
    with pikepdf.open(pdf) as file:
        return [int(page.get("/Rotate", 0)) for page in file.pages]


def test_the_file_of_two_pages_on_a_side_is_sound(halves):
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", halves.file)
    assert run("pdftoppm", "-r", 20, halves.file, halves.file.with_suffix("")) == ""
    fonts = run("pdffonts", halves.file).splitlines()[2:]
    assert len(fonts) >= 4
    assert all(re.search(r"Identity-H +yes yes yes", line) for line in fonts)


def test_every_pack_still_begins_on_a_fresh_leaf(halves):
    texts = pages_of(halves.file)
    for pack in halves.packs:
        assert (pack.first_page % 2, pack.sides % 2, pack.leaves) == (1, 0, pack.sides // 2)
        assert NUMBER.search(texts[pack.first_page - 1])[1] == "1"


def test_every_page_of_a_pack_is_there_and_numbered(halves):
    texts = pages_of(halves.file)
    for pack in halves.packs:
        own = " ".join(texts[pack.first_page - 1 : pack.first_page - 1 + pack.sides])
        found = NUMBER.findall(own)
        assert sorted(int(page) for page, _ in found) == list(range(1, pack.pages + 1))
        assert {int(total) for _, total in found} == {pack.pages}


def test_two_pages_on_a_side_follow_each_other(printed, tmp_path):
    report = print_order(printed, tmp_path, Order(layout="two_up"))
    turns, texts = turns_of(report.file), pages_of(report.file)
    pairs = [[int(page) for page, _ in NUMBER.findall(text)] for turn, text in zip(turns, texts, strict=True) if turn]
    assert {turn for turn in turns if turn} == {90}
    assert pairs and all(len(pair) == 1 or pair[1] == pair[0] + 1 for pair in pairs)


def test_a_booklet_has_its_pages_in_the_order_for_folding(printed, tmp_path):
    report = print_order(printed, tmp_path, Order(layout="booklet", duplex=False))
    turns, texts = turns_of(report.file), pages_of(report.file)
    pack = report.packs[0]
    own = [side for side in range(pack.first_page - 1, pack.first_page - 1 + pack.sides) if turns[side]]
    assert [turns[side] for side in own] == [90, 270] * (len(own) // 2)
    shown = [[int(page) for page, _ in NUMBER.findall(texts[side])] for side in own]
    reading = [page for pages in shown for page in pages]
    first, last = min(reading), max(reading)
    count = last - first + 1
    places = -(-count // 4) * 4
    for sheet in range(len(own) // 2):
        wanted_front = {first + places - 1 - 2 * sheet, first + 2 * sheet}
        wanted_back = {first + 1 + 2 * sheet, first + places - 2 - 2 * sheet}
        assert set(shown[2 * sheet]) == {page for page in wanted_front if page <= last}
        assert set(shown[2 * sheet + 1]) == {page for page in wanted_back if page <= last}


def test_no_letter_is_smaller_than_ten_points(halves):
    """A word's box is as high as its font: 1.362 of the size, or 1.164 where all letters have one width."""
    done = subprocess.run(["pdftotext", "-bbox", str(halves.file), "-"], capture_output=True, text=True, check=True)
    assert set(done.stderr.splitlines()) <= {"no word list"}  # of empty backs
    boxes = done.stdout
    heights = [float(bottom) - float(top) for top, bottom in re.findall(r'yMin="([\d.]+)".*?yMax="([\d.]+)"', boxes)]
    assert min(heights) >= 10 * 1.16
    assert len(heights) > 1000


def test_turned_leaves_keep_the_binders_edge_white(printed, tmp_path):
    """It lies above on fronts and below on backs, where upright leaves have it left and right."""
    report = print_order(printed, tmp_path, Order(layout="two_up"))
    turns = turns_of(report.file)
    side = next(number for number, turn in enumerate(turns, 1) if turn)
    page = pictures(report.file, tmp_path / "page", side, side, 60)[0]
    upright = page.rotate(90, expand=True)
    assert upright.size[0] < upright.size[1]
    assert darkness(upright, (0, 0, 19.5, 297)) == darkness(upright, (190.5, 0, 210, 297)) == 0
    assert darkness(upright, (20, 0, 190, 297)) > 0.01


def test_task_pages_keep_their_size_and_their_codes_are_read(halves, printed, tmp_path):
    pack, student = halves.packs[0], printed.roster.students[0]
    read = [codes_in(page) for page in pictures(halves.file, tmp_path, 1, pack.sides)]
    tasks = [sheet for sheet in pack.sheets if sheet.kind == "task"]
    expected = [[make_label("ZRC2", "P", pack.pack_code, 0).text]]
    for task in tasks:
        expected += [[make_label("ZRC2", "W", student.works[task.id], page + 1).text] for page in range(task.pages)]
    expected.append([make_label("ZRC2", "W", student.works[task.id], 0).text for task in tasks])
    assert [codes for codes in read if codes] == expected


def test_two_pages_on_a_side_need_fewer_leaves(halves, printed):
    assert halves.leaves < printed.report.leaves
    assert printed.report.leaves == printed.report.pages // 2


def test_a_shared_page_is_in_the_file_once(printed, tmp_path):
    report = print_order(printed, tmp_path, Order(layout="booklet"))
    with pikepdf.open(report.file) as file:
        forms = [one for one in file.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Form"]
    assert len(forms) == sum(sheet.pages for sheet in report.packs[0].sheets if sheet.kind == "lesson")


def test_the_budget_stops_at_the_first_step_that_is_enough(printed, tmp_path):
    most = printed.report.leaves
    report = print_order(printed, tmp_path, Order(leaves=most - 1, steps=STEPS, must=frozenset({"control"})))
    assert [cut.step for cut in report.packs[0].cuts] == ["two_up"]
    assert report.leaves <= most - 1 and report.over == 0


def test_the_cover_says_what_is_missing_and_where_it_is(printed, tmp_path):
    report = print_order(printed, tmp_path, Order(leaves=1, steps=STEPS, must=frozenset({"control"})))
    assert report.over == report.leaves - 1 > 0
    texts, pack = pages_of(report.file), report.packs[0]
    own = " ".join(texts[: pack.sides])
    titles = {cut.title for cut in pack.cuts if cut.step in ("no_texts", "no_tv_texts")}
    assert len(titles) == 3
    assert "Left out to save paper" in own
    for title in titles:
        assert own.count(title) >= 2  # on the cover, and on the page that says where to read it
    assert "https://example.org/tv/7-fiz-01.mp4" in "".join(texts).replace(" ", "")
    assert "Slips to cut out" in own and "write the task's code on top" in own
    assert {sheet.kind for sheet in pack.sheets} == {"cover", "sources"}
    assert codes_of_table(printed, pack, own)


def codes_of_table(printed, pack, text):
    """Tasks without a sheet keep their code, to be told by phone."""
    student = next(one for one in printed.roster.students if one.id == pack.student_id)
    return all(" ".join(re.findall("...", code)) in text for code in student.works.values())


def test_compulsory_tasks_and_ones_own_sheets_outlast_every_cut(printed, tmp_path):
    content = sample_content()
    keys = [key for key, task in content["tasks"].items() if task["group"] == "7"]
    content["tasks"][keys[0]]["kind"] = "control"
    folder = write_sample(tmp_path, sample_edition(content=content))
    lesson = content["lessons"][lesson_of(content, "7", "2026-12-08", 6)] | {"tasks": ["own-task"]}
    material = {"title": "Дыхание", "subject": "Логопед", "grade": 7, "body": "Дыши ровно.", "resources": []}
    task = content["tasks"][keys[1]] | {"title": "Читай вслух"}
    old = {"old": task | {"title": "Корни", "kind": "homework"}}
    first = printed.roster.students[0]
    first = replace(
        first, extra=(LessonView("own", lesson, material, {"own-task": task}),),
        works={**first.works, "own-task": complete("9900001"), "old": complete("9900002")},
        feedback=(Feedback("old", "Алгебра", "Корни", "", ("Проверь ещё раз.",), True),),
        again=(LessonView("again old", {"lesson": "", "date": "2026-11-30", "n": 0}, None, old),),
    )  # fmt: skip
    roster = replace(printed.roster, students=(first,))
    order = Order(leaves=1, steps=STEPS, must=frozenset({"control"}))
    report = print_group(folder, roster, tmp_path / "7.pdf", printed.cache, tmp_path, order=order)
    sheets = {(sheet.kind, sheet.id) for sheet in report.packs[0].sheets}
    assert {("feedback", ""), ("again", "old"), ("task", keys[0]), ("task", "own-task"), ("lesson", "own")} <= sheets
    assert not {("task", keys[1]), ("task", keys[2])} & sheets
    assert {cut.title for cut in report.packs[0].cuts if cut.step == "must_only"} == {
        content["tasks"][key]["title"] for key in keys[1:]
    }


def test_large_letters_are_not_laid_beside_each_other(printed, tmp_path):
    first, second = printed.roster.students[:2]
    roster = replace(printed.roster, students=(replace(first, large=True), second))
    report = print_order(printed, tmp_path, Order(layout="two_up"), roster)
    turns = turns_of(report.file)
    of_first = turns[: report.packs[0].sides]
    assert not any(of_first) and any(turns[report.packs[0].sides :])


def test_an_estimate_tells_what_the_print_will_and_writes_nothing(printed, tmp_path):
    order = Order(leaves=30, steps=STEPS)
    estimate = estimate_group(printed.edition, printed.roster, printed.cache, tmp_path, order=order)
    assert not list(tmp_path.iterdir())
    report = print_order(printed, tmp_path, order)
    assert estimate.packs == report.packs
    assert (estimate.leaves, estimate.ink, estimate.over) == (report.leaves, report.ink, report.over)


def test_printing_again_from_a_pack_gives_the_rest_of_the_same_file(printed, tmp_path):
    whole = print_order(printed, tmp_path, Order(leaves=30, steps=STEPS))
    texts = pages_of(whole.file)
    rest = print_order(printed, tmp_path, Order(leaves=30, steps=STEPS, first=5))
    assert [pack.number for pack in rest.packs] == [5, 6]
    assert [(pack.cuts, pack.leaves) for pack in rest.packs] == [(pack.cuts, pack.leaves) for pack in whole.packs[4:]]
    assert pages_of(rest.file) == texts[whole.packs[4].first_page - 1 :]


def test_ink_is_what_the_printer_lays_on(printed, halves, tmp_path):
    for report in (printed.report, halves):
        pages = pictures(report.file, tmp_path / report.file.parent.name, 1, report.pages, 50)
        assert report.ink == pytest.approx(sum(map(black, pages)), rel=0.1)
        assert report.ink == pytest.approx(sum(pack.ink for pack in report.packs), abs=0.01)


def black(page):
    """The share of a grey page that is black."""
    return 1 - sum(value * count for value, count in enumerate(page.histogram())) / (255 * page.width * page.height)


def test_a_sheet_with_fewer_lines_is_another_sheet(printed, tmp_path):
    """How many pages a sheet has is kept by its hash, and scanned pages are counted by it."""
    content = sample_content()
    task = next(key for key, task in content["tasks"].items() if task["group"] == "7")
    content["tasks"][task]["text"] = "Реши **задачу** и запиши ход решения. " * 60
    folder = write_sample(tmp_path, sample_edition(content=content))
    student = replace(printed.roster.students[0], works={task: printed.roster.students[0].works[task]})
    roster = replace(printed.roster, students=(student,))

    def sheet(order):
        report = print_group(folder, roster, tmp_path / "7.pdf", printed.cache, tmp_path, order=order)
        return report, next(sheet for sheet in report.packs[0].sheets if sheet.id == task)

    _, whole = sheet(Order(duplex=False))
    report, short = sheet(Order(duplex=False, leaves=1, steps=("fewer_lines",)))
    assert (whole.pages, short.pages) == (2, 1)
    assert whole.hash != short.hash
    assert [cut.title for cut in report.packs[0].cuts] == [content["tasks"][task]["title"]]
    texts = pages_of(report.file)
    assert "A further page of lines" in texts[1]
    page = next(text for text in texts if "task sheet 1 of 1" in text)
    assert "teacher's remark" in page
