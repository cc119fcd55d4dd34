"""What a pack carries back: the teachers' words, the sheets to correct on, their lines on cover and slips."""

from dataclasses import replace

import pytest

from printables.pack import print_group
from printables.roster import Feedback, LessonView
from sync.codes import complete, group_digits, make_label
from tests.editions import sample_content
from tests.printables.paper import codes_in, pages_of, pictures
from tests.printables.rosters import sample_roster

pytestmark = pytest.mark.pdf
OLD = "task-of-last-week"
WORDS = "Посмотри ещё раз, что стоит под корнем. " * 12


@pytest.fixture(scope="module")
def back(edition, printed, tmp_path_factory):
    """Two students: the first has a work to correct and a mark, the second nothing."""
    folder = tmp_path_factory.mktemp("back")
    roster = sample_roster(sample_content(), "7", students=2, first=5555001)
    task = {"lesson": "", "group": "7", "subject": "Алгебра", "title": "Корни из прошлой недели",
            "text": "Реши **№ 7**.", "kind": "homework", "scale": "five", "max_points": None, "due": None}  # fmt: skip
    code = complete("7777001")
    first = replace(
        roster.students[0], works={**roster.students[0].works, OLD: code},
        feedback=(
            Feedback(OLD, "Алгебра", "Корни из прошлой недели", "", (WORDS,), True, "2026-12-03", 7),
            Feedback("another", "Физика", "Лабораторная № 3", "4", ("Аккуратно <b>", "Согласна"), False, "", 8),
        ),
        again=(LessonView(f"again {OLD}", {"lesson": "", "date": "2026-11-30", "n": 0}, None, {OLD: task}),),
    )  # fmt: skip
    roster = replace(roster, students=(first, roster.students[1]))
    report = print_group(edition, roster, folder / "7.pdf", printed.cache, folder)
    return report, pages_of(report.file), code


def test_who_reads_the_week_elsewhere_gets_nothing_but_the_answers(edition, printed, tmp_path):
    roster = sample_roster(sample_content(), "7", students=2, first=5555001)
    line = Feedback("another", "Физика", "Лабораторная № 3", "4", ("Аккуратно",), False, "", 8)
    first = replace(roster.students[0], feedback=(line,), brief=True)
    report = print_group(edition, replace(roster, students=(first, roster.students[1])), tmp_path / "7.pdf",
                         printed.cache, tmp_path)  # fmt: skip
    pack, other = report.packs
    assert ([sheet.kind for sheet in pack.sheets], pack.pages, pack.leaves) == (["cover"], 1, 1)
    assert other.pages > 10
    [page] = [text for text in pages_of(report.file)[:2] if text.strip()]
    assert "Берёзкин Константин" in page and group_digits(first.pack_code) in page and "Аккуратно" in page


def test_only_who_has_something_gets_the_sheets_and_they_follow_the_cover(back):
    report, _texts, _code = back
    assert [sheet.kind for sheet in report.packs[0].sheets][:3] == ["cover", "feedback", "again"]
    assert {"feedback", "again"}.isdisjoint(sheet.kind for sheet in report.packs[1].sheets)
    assert [(sheet.id, sheet.pages > 0) for sheet in report.packs[0].sheets if sheet.kind == "again"] == [(OLD, True)]


def test_the_sheet_says_what_to_correct_and_what_is_marked(back):
    _report, texts, code = back
    [page] = [text for text in texts if "From your teachers" in text]
    assert "Берёзкин Константин" in page and group_digits(code) in page
    assert page.index("correct and hand in again") < page.index("Checked")
    assert " ".join(WORDS.split())[:30] in " ".join(page.split()) and "Аккуратно <b>" in page and "Согласна" in page


def test_the_sheet_to_correct_on_bears_the_works_own_code(back, tmp_path):
    report, texts, code = back
    mine = [n for n, text in enumerate(texts, 1) if "Корни из прошлой недели" in text]
    side = next(n for n in mine if "sent back to correct" in texts[n - 1])
    assert "hand in by" not in texts[side - 1]
    [qr] = codes_in(pictures(report.file, tmp_path, side, side)[0])
    assert qr == make_label(sample_content()["school"]["id"], "W", code, 1).text


def test_cover_and_slips_name_it_before_the_weeks_own_tasks(back):
    report, texts, code = back
    inside, slips = texts[1], texts[report.packs[0].sides - 1] or texts[report.packs[0].sides - 2]
    assert inside.index("to correct") < inside.index("Tue") if "Tue" in inside else "to correct" in inside
    assert group_digits(code) in inside
    assert any(group_digits(code) in text and "Return slips" in text for text in texts), slips


def test_a_task_that_this_week_brings_anyway_is_not_printed_twice(edition, printed, tmp_path):
    roster = sample_roster(sample_content(), "7", students=1, first=6666001)
    student = roster.students[0]
    own = next(iter(student.works))
    again = LessonView(f"again {own}", {"lesson": "", "date": "2026-12-07", "n": 0}, None,
                       {own: {**sample_content()["tasks"][own], "due": None}})  # fmt: skip
    report = print_group(edition, replace(roster, students=(replace(student, again=(again,)),)), tmp_path / "7.pdf",
                         printed.cache, tmp_path)  # fmt: skip
    assert "again" not in [sheet.kind for sheet in report.packs[0].sheets]
