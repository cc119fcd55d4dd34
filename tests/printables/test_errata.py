"""Strips for printed timetables: only who sees something else, the new rows of the changed days, on real paper."""

import copy
import datetime
import re
from dataclasses import replace

import pytest

from printables.errata import Printed, changed_days, print_strips, strips_of
from printables.roster import LessonView
from printables.texts import texts_of
from server.services.publishing import LOCALES
from sync.edition import Edition
from tests.editions import write_sample
from tests.printables.paper import pages_of, run
from tests.printables.rosters import sample_roster

MONDAY = datetime.date(2026, 12, 7)


def own(content, day, group="7"):
    """The group's lessons of a day, by number."""
    found = [x for x in content["lessons"].values() if x["group"] == group and x["date"] == day]
    return sorted(found, key=lambda lesson: lesson["n"])


@pytest.fixture
def printed(old, tmp_path):
    return Printed(sample_roster(old, "7"), tmp_path, MONDAY)


def strips(printed, old, new):
    return strips_of(printed, old, new, 9, texts_of("ru", LOCALES))


def test_equal_timetables_need_no_strip_whatever_else_changed(printed, old, new):
    for lesson in own(new, "2026-12-08"):
        lesson["room"], lesson["topic"], lesson["teachers"] = "99", "Other", ["Somebody"]
    assert strips(printed, old, new) == [] and changed_days(old, new, "7", "2026-W50", MONDAY) == []


def test_a_cancelled_lesson_brings_all_rows_of_its_day_and_no_other_day(printed, old, new):
    first = own(new, "2026-12-08")[0]
    first["change"] = {"kind": "cancelled", "from": None}
    found = strips(printed, old, new)
    assert {strip.student.id for strip in found} == {student.id for student in printed.roster.students}
    [(day, rows)] = found[0].days
    assert day == "2026-12-08" and rows[0].cancelled and rows[0].where == ""
    assert [row.n for row in rows] == [lesson["n"] for lesson in own(old, "2026-12-08")]
    assert (found[0].old, found[0].new) == (printed.roster.edition_number, 9)
    assert changed_days(old, new, "7", "2026-W50", MONDAY) == ["2026-12-08"]


def test_a_moved_lesson_changes_both_days_and_days_that_are_over_do_not_count(printed, old, new):
    own(new, "2026-12-08")[0]["date"] = "2026-12-10"
    assert [day for day, _rows in strips(printed, old, new)[0].days] == ["2026-12-08", "2026-12-10"]
    late = replace(printed, since=datetime.date(2026, 12, 9))
    assert [day for day, _rows in strips(late, old, new)[0].days] == ["2026-12-10"]
    assert changed_days(old, new, "7", "2026-W50", late.since) == ["2026-12-10"]


def test_another_subgroup_and_another_class_need_none(printed, old, new):
    lesson = own(new, "2026-12-08")[0]
    lesson["subgroup"] = "Group 1"
    own(old, "2026-12-08")[0]["subgroup"] = "Group 1"
    lesson["form"] = "paper" if lesson["form"] != "paper" else "live"
    one, two, *_rest = printed.roster.students
    mine = replace(printed.roster, students=(replace(one, subgroups=("Group 1",)), replace(two, subgroups=())))
    assert [strip.student.id for strip in strips(replace(printed, roster=mine), old, new)] == [one.id]
    other = copy.deepcopy(old)
    own(other, "2026-12-08", "3")[0]["form"] = "live"
    assert strips(printed, old, other) == []


def test_a_changed_lesson_of_ones_own_is_told_with_its_day(printed, old):
    student = printed.roster.students[0]
    lesson = {**own(old, "2026-12-09")[0], "n": 7, "subject": "Chess", "short": "", "tasks": [], "material": None}
    roster = replace(printed.roster, students=(replace(student, extra=(LessonView("own", lesson),)),))
    [strip] = strips(replace(printed, roster=roster, touched={student.id: {"2026-12-09"}}), old, old)
    [(day, rows)] = strip.days
    assert day == "2026-12-09" and rows[-1].subject == "Chess"


def test_strips_come_by_stop_and_name(printed, old, new):
    own(new, "2026-12-08")[0]["change"] = {"kind": "cancelled", "from": None}
    last = printed.roster.students[-1].id
    everybody = {student.id: "Village" for student in printed.roster.students} | {last: "Bridge"}
    found = strips(replace(printed, stops=everybody), old, new)
    assert found[0].student.id == last
    names = [strip.student.name for strip in found[1:]]
    assert names == sorted(names)


@pytest.mark.pdf
def test_the_strips_on_paper(old, new, tmp_path):
    before, after = tmp_path / "a", tmp_path / "b"
    own(new, "2026-12-08")[0]["change"] = {"kind": "cancelled", "from": None}
    own(new, "2026-12-10")[0]["date"] = "2026-12-11"
    folders = [write_sample(folder, Edition(content, number, "2026-12-06T10:00:00Z", None))
               for folder, content, number in ((before, old, 1), (after, new, 2))]  # fmt: skip
    roster = replace(sample_roster(old, "7"), edition_number=1)
    out = tmp_path / "strips.pdf"
    report = print_strips([Printed(roster, folders[0], MONDAY)], folders[1], out, LOCALES)
    pages = pages_of(out)
    assert (report.strips, report.pages) == (len(roster.students), len(pages)) and report.pages < report.strips
    assert report.bytes == out.stat().st_size
    text = " ".join(pages)
    assert text.count("Исправление к расписанию") == report.strips and text.count("выпуск 1 → 2") == report.strips
    assert "Вторник, 8 декабря" in text and "отмена" in text and "Понедельник" not in text
    assert all(f"{student.name}, 7 класс" in text for student in roster.students)
    fonts = run("pdffonts", out).splitlines()[2:]
    assert fonts and all(line.split()[-5] == "yes" for line in fonts)
    bbox = run("pdftotext", "-bbox", out, "-")

    words = [tuple(map(float, found)) for found in
             re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"', bbox)]  # fmt: skip
    assert words and all(x0 > 28 and y0 > 14 and x1 < 567 and y1 < 828 for x0, y0, x1, y1 in words)
    assert print_strips([], folders[1], tmp_path / "none.pdf", LOCALES).strips == 0
    assert not (tmp_path / "none.pdf").exists()
