"""A class's packs as they leave the printer: right pages for the right child, codes that a scanner reads."""

import re
from dataclasses import replace

import pytest

from printables.order import Order
from printables.pack import print_group
from printables.roster import LessonView
from sync.codes import complete, group_digits, make_label
from tests.editions import lesson_of, sample_content, sample_edition, write_sample
from tests.printables.paper import codes_in, darkness, pages_of, pictures, run
from tests.printables.rosters import sample_roster

pytestmark = pytest.mark.pdf
TASK_PAGE = re.compile(r"task sheet (\d of \d)")


@pytest.fixture(scope="module")
def texts(printed):
    return pages_of(printed.report.file)


def sides_of(pack):
    """The pack's pages in the file, counted from 0."""
    return range(pack.first_page - 1, pack.first_page - 1 + pack.sides)


def test_the_file_is_sound(printed):
    out = printed.report.file
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", out)
    assert run("pdftoppm", "-r", 20, out, out.with_suffix("")) == ""
    fonts = run("pdffonts", out).splitlines()[2:]
    assert len(fonts) >= 4
    assert all(re.search(r"Identity-H +yes yes yes", line) for line in fonts)
    assert printed.report.bytes == out.stat().st_size


def test_the_report_tells_what_lies_where(printed, texts):
    report = printed.report
    assert report.pages == len(texts) == sum(pack.sides for pack in report.packs)
    assert [pack.student_id for pack in report.packs] == [student.id for student in printed.roster.students]
    for pack in report.packs:
        assert pack.pages == sum(sheet.pages for sheet in pack.sheets)
        assert pack.sheets[0].kind == "cover"
        assert pack.sheets[-1].kind == "slips"
    assert {sheet.id for sheet in report.packs[0].sheets if sheet.kind == "task"} <= set(
        printed.roster.students[0].works
    )
    assert report.lacking == {}


def test_every_page_is_numbered_in_its_pack(printed, texts):
    for pack in printed.report.packs:
        numbers = [re.search(r"page (\d+) of (\d+)$", texts[side]) for side in sides_of(pack) if texts[side]]
        assert [int(found[1]) for found in numbers] == list(range(1, pack.pages + 1))
        assert {int(found[2]) for found in numbers} == {pack.pages}


def test_every_page_bears_name_class_and_edition(printed, texts):
    for pack, student in zip(printed.report.packs, printed.roster.students, strict=True):
        for side in sides_of(pack):
            assert not texts[side] or f"{student.short}, class 7" in texts[side]
            assert not texts[side] or "edition 41" in texts[side]


def test_every_pack_begins_on_a_fresh_leaf(printed, texts):
    for pack in printed.report.packs:
        assert pack.first_page % 2 == 1
        assert pack.sides % 2 == 0


def test_a_task_shares_no_leaf(printed, texts):
    """It goes back to the school; a lesson on its back would go with it."""
    for side, text in enumerate(texts):
        if TASK_PAGE.search(text):
            other = texts[side + 1 if side % 2 == 0 else side - 1]
            assert other == "" or TASK_PAGE.search(other)


def test_nothing_of_one_student_is_on_anothers_pages(printed, texts):
    for pack, student in zip(printed.report.packs, printed.roster.students, strict=True):
        own = " ".join(texts[side] for side in sides_of(pack))
        others = [other for other in printed.roster.students if other.id != student.id]
        for code in [student.pack_code, *student.works.values()]:
            shown = code in {student.pack_code, *(student.works[s.id] for s in pack.sheets if s.kind == "task")}
            assert (group_digits(code) in own) == shown
        for other in others:
            assert other.short not in own
            assert not any(group_digits(code) in own for code in [other.pack_code, *other.works.values()])


def test_names_can_be_copied_from_the_cover(printed, texts):
    for pack, student in zip(printed.report.packs, printed.roster.students, strict=True):
        words = texts[pack.first_page - 1]
        assert all(word in words for word in student.name.split())
        assert "3 tasks to hand in" in words
        assert "+7 999 000-00-20" in words


def test_the_cover_lists_every_code_beside_its_task(printed, texts):
    pack, student = printed.report.packs[0], printed.roster.students[0]
    inside = texts[pack.first_page]
    for sheet in pack.sheets:
        if sheet.kind == "task":
            title = printed.content["tasks"][sheet.id]["title"]
            assert re.search(rf"{re.escape(title)} \d+ {group_digits(student.works[sheet.id])}", inside)


def test_every_qr_is_read_from_a_picture(printed, tmp_path):
    """At 150 dots an inch, as an office scanner gives."""
    school = printed.content["school"]["id"]
    for pack, student in list(zip(printed.report.packs, printed.roster.students, strict=True))[:2]:
        last = pack.first_page + pack.sides - 1
        read = [
            codes_in(page) for page in pictures(printed.report.file, tmp_path / pack.student_id, pack.first_page, last)
        ]
        tasks = [sheet for sheet in pack.sheets if sheet.kind == "task"]
        expected = [[make_label(school, "P", pack.pack_code, 0).text]]
        for task in tasks:
            code = student.works[task.id]
            expected += [[make_label(school, "W", code, page + 1).text] for page in range(task.pages)]
        expected.append([make_label(school, "W", student.works[task.id], 0).text for task in tasks])
        assert [codes for codes in read if codes] == expected


def test_the_binders_margin_is_white_and_nothing_is_filled(printed, tmp_path):
    """On both sides, as a back has its binder's edge on the right; only the cover's fold line crosses it."""
    pack = printed.report.packs[0]
    cover, *pages = pictures(printed.report.file, tmp_path, 1, pack.sides - 2, 60)
    for page in pages:
        assert darkness(page, (0, 0, 19.5, 297)) == darkness(page, (191, 0, 210, 297)) == 0
    for page in [cover, *pages]:
        assert darkness(page, (0, 0, 210, 297)) < 0.12


def test_a_drawing_is_on_the_paper(edition, printed, tmp_path):
    content = sample_content()
    report = print_group(edition, sample_roster(content, "8", students=1), tmp_path / "8.pdf", printed.cache, tmp_path)
    key = lesson_of(content, "8", "2026-12-07", 3)  # the trapezium
    side = 1
    for sheet in report.packs[0].sheets:
        if sheet.id == key:
            break
        side += sheet.pages + (sheet.pages % 2 if sheet.kind != "lesson" else 0)
    drawing, whole = pictures(report.file, tmp_path / "pages", side, side, 60)[0], (25, 60, 95, 100)
    assert "Площадь трапеции" in pages_of(report.file)[side - 1]
    assert 0.005 < darkness(drawing, whole) < 0.2


def test_equal_input_gives_equal_bytes_from_a_warm_and_a_cold_cache(printed, tmp_path):
    def again(cache):
        return print_group(printed.edition, printed.roster, tmp_path / "again.pdf", cache, tmp_path)

    before = printed.report.file.read_bytes()
    warm = again(printed.cache)
    assert (tmp_path / "again.pdf").read_bytes() == before
    assert (warm.rendered, warm.from_cache) == (0, printed.report.rendered + printed.report.from_cache)
    cold = again(tmp_path / "cold")
    assert (tmp_path / "again.pdf").read_bytes() == before
    assert cold.rendered == warm.from_cache


def test_a_new_edition_renders_only_what_it_says_anew(printed, tmp_path):
    content = sample_content()
    lesson = content["lessons"][lesson_of(content, "7", "2026-12-07", 3)]
    content["materials"][lesson["material"]]["body"] += "\n\nНовая строка."
    folder = write_sample(tmp_path, sample_edition(42, content))
    report = print_group(
        folder, replace(printed.roster, edition_number=42), tmp_path / "7.pdf", printed.cache, tmp_path
    )
    assert report.rendered == 2  # the lesson, and the cover with its new number
    assert "edition 42" in pages_of(report.file)[0]


def test_parallel_classes_share_their_sheets(printed, tmp_path):
    content = sample_content()
    content["groups"]["7b"] = content["groups"]["7"] | {"name": "7 «Б»"}
    for key, lesson in list(content["lessons"].items()):
        if lesson["group"] == "7":
            content["lessons"][f"{key}b"] = lesson | {"group": "7b", "tasks": [f"{task}b" for task in lesson["tasks"]]}
    for key, task in list(content["tasks"].items()):
        if task["group"] == "7":
            content["tasks"][f"{key}b"] = task | {"group": "7b", "due": "2026-12-14"}
    folder = write_sample(tmp_path, sample_edition(content=content))
    report = print_group(folder, sample_roster(content, "7b", students=1), tmp_path / "7b.pdf", printed.cache, tmp_path)
    assert (report.rendered, report.from_cache) == (
        3,
        6,
    )  # both sides of the cover and slips; three lessons, three tasks
    assert "hand in by пн, 14 декабря" in " ".join(pages_of(report.file))


def test_without_duplex_there_are_no_blank_backs(printed, tmp_path):
    report = print_group(printed.edition, printed.roster, tmp_path / "7.pdf", printed.cache, tmp_path,
                         order=Order(duplex=False))  # fmt: skip
    assert report.pages == sum(pack.pages for pack in report.packs)
    assert "" not in pages_of(report.file)


def test_a_long_task_has_its_code_on_every_page(tmp_path):
    content = sample_content()
    task = next(key for key, task in content["tasks"].items() if task["group"] == "7")
    content["tasks"][task]["text"] = "Реши **задачу** и запиши ход решения. " * 150
    folder = write_sample(tmp_path, sample_edition(content=content))
    roster = sample_roster(content, "7", students=1)
    roster = replace(roster, students=(replace(roster.students[0], works={task: roster.students[0].works[task]}),))
    report = print_group(folder, roster, tmp_path / "7.pdf", tmp_path / "cache", tmp_path)
    pages = [text for text in pages_of(report.file) if TASK_PAGE.search(text)]
    assert [TASK_PAGE.search(text)[1] for text in pages] == ["1 of 3", "2 of 3", "3 of 3"]
    assert ["teacher's remark" in text for text in pages] == [False, False, True]
    code = roster.students[0].works[task]
    read = [codes_in(page) for page in pictures(report.file, tmp_path / "pages", 1, report.pages)]
    labels = [make_label("ZRC2", "W", code, page).text for page in (1, 2, 3, 0)]
    assert [found[0] for found in read if found and "W" in found[0][6]] == labels


def test_an_own_lesson_is_in_one_pack_only(printed, tmp_path):
    content = sample_content()
    lesson = content["lessons"][lesson_of(content, "7", "2026-12-08", 6)] | {"subject": "Логопед", "short": "Логопед"}
    task = next(iter(content["tasks"].values())) | {"title": "Читай вслух", "subject": "Логопед"}
    material = {"title": "Дыхание", "subject": "Логопед", "grade": 7, "body": "Дыши ровно.", "resources": []}
    extra = LessonView("own", lesson | {"tasks": ["own-task"]}, material, {"own-task": task})
    own = complete("9900001")
    first, second = printed.roster.students[:2]
    first = replace(first, extra=(extra,), works={**first.works, "own-task": own})
    roster = replace(printed.roster, students=(first, second))
    report = print_group(printed.edition, roster, tmp_path / "7.pdf", printed.cache, tmp_path)
    texts = pages_of(report.file)
    of_first, of_second = (" ".join(texts[side] for side in sides_of(pack)) for pack in report.packs)
    assert "Дыши ровно" in of_first and group_digits(own) in of_first
    assert "Логопед" not in of_second
    assert "own-task" in {sheet.id for sheet in report.packs[0].sheets}


def test_a_student_without_any_task_gets_the_timetable(printed, tmp_path):
    roster = replace(printed.roster, students=(replace(printed.roster.students[0], works={}),))
    report = print_group(printed.edition, roster, tmp_path / "7.pdf", printed.cache, tmp_path)
    assert [sheet.kind for sheet in report.packs[0].sheets] == ["cover", "lesson", "lesson", "lesson"]


def test_progress_is_told_pack_by_pack(printed, tmp_path):
    steps = []
    print_group(
        printed.edition, printed.roster, tmp_path / "7.pdf", printed.cache, tmp_path,
        progress=lambda *step: steps.append(step),
    )  # fmt: skip
    assert steps == [(number, 6) for number in range(1, 7)]
