"""Supplements: only what a pack on paper lacks by now, told to be put to that pack, on real paper."""

import datetime
from dataclasses import replace

import pytest

from printables.errata import Printed
from printables.order import Order
from printables.pack import print_group
from printables.roster import LessonView, Supplement
from printables.supplement import Held, find_supplements
from server.services.publishing import LOCALES
from sync.edition import Edition
from tests.editions import write_sample
from tests.printables.paper import codes_in, pages_of, pictures, run
from tests.printables.rosters import sample_roster

MONDAY = datetime.date(2026, 12, 7)
WEEK = [f"2026-12-{day:02d}" for day in range(7, 14)]


def lessons_of(content):
    """The week's lessons of class 7 with a text and a task, in order."""
    found = [
        (lesson["date"], lesson["n"], key, lesson)
        for key, lesson in content["lessons"].items()
        if lesson["group"] == "7" and lesson["date"] in WEEK and lesson["material"] and lesson["tasks"]
    ]
    return [(key, lesson) for _date, _n, key, lesson in sorted(found, key=lambda row: row[:3])]


def held_of(content, roster):
    tasks = frozenset(task for lesson in content["lessons"].values() for task in lesson["tasks"])
    return {student.id: Held(frozenset(), tasks) for student in roster.students}


@pytest.fixture
def find(tmp_path, old, new):
    """What is found between two editions; ``held``: tasks that were on paper, by default all of the old edition."""

    def look(students=None, held=None, since=MONDAY):
        roster = sample_roster(old, "7")
        roster = replace(roster, students=tuple(students) if students else roster.students)
        folders = [write_sample(tmp_path, Edition(content, number, "2026-12-08T07:10:00Z", None))
                   for content, number in ((old, 41), (new, 42))]  # fmt: skip
        look.newest = folders[1]
        printed = Printed(roster, folders[0], since)
        return find_supplements([printed], held or held_of(old, roster), folders[1], LOCALES)

    return look


def test_an_edition_that_changes_nothing_on_paper_brings_no_supplement(find, new):
    for _key, lesson in lessons_of(new):
        lesson["room"], lesson["teachers"] = "99", ["Somebody"]
    assert find() == {}


def test_another_text_brings_the_lesson_alone(find, new):
    key, lesson = lessons_of(new)[1]
    new["materials"][lesson["material"]]["body"] += "\n\nAnd one more paragraph."
    found = find()
    assert len(found) == 6 and set(found.values()) == {Supplement(41, lessons=frozenset([key]))}


def test_a_changed_task_brings_its_sheet_and_no_second_slip(find, new):
    _key, lesson = lessons_of(new)[0]
    [task, *_rest] = lesson["tasks"]
    new["tasks"][task]["text"] += " And explain."
    assert set(find().values()) == {Supplement(41, tasks=frozenset([task]))}


def test_another_last_day_is_told_without_the_sheet(find, new):
    _key, lesson = lessons_of(new)[0]
    [task, *_rest] = lesson["tasks"]
    new["tasks"][task]["due"] = "2026-12-20"
    assert set(find().values()) == {Supplement(41, dated=frozenset([task]))}


def test_a_task_that_the_pack_did_not_bring_is_new_with_a_slip(find, old):
    _key, lesson = lessons_of(old)[0]
    [task, *_rest] = lesson["tasks"]
    roster = sample_roster(old, "7")
    held = held_of(old, roster)
    late = roster.students[2].id
    held[late] = Held(frozenset(), held[late].tasks - {task})
    assert find(held=held) == {late: Supplement(41, tasks=frozenset([task]), slips=frozenset([task]))}


def test_a_cancelled_lesson_changes_its_day_and_brings_no_sheet(find, new):
    _key, lesson = lessons_of(new)[0]
    lesson["change"] = {"kind": "cancelled", "from": None}
    for told in find().values():
        assert [day for day, _rows in told.days] == [lesson["date"]]
        assert not told.tasks and not told.lessons


def test_what_is_over_is_not_sent_after(find, new):
    _key, lesson = lessons_of(new)[0]
    new["materials"][lesson["material"]]["body"] += "\n\nToo late."
    assert find(since=datetime.date.fromisoformat(lesson["date"]) + datetime.timedelta(days=1)) == {}


def test_a_lesson_of_ones_own_is_known_by_the_sheets_that_were_printed(find, old):
    key, lesson = lessons_of(old)[0]
    [task, *_rest] = lesson["tasks"]
    view = LessonView("own-1", {**lesson, "group": "own", "tasks": ["own-task"]}, old["materials"][lesson["material"]],
                      {"own-task": old["tasks"][task]})  # fmt: skip
    roster = sample_roster(old, "7")
    first = roster.students[0]
    own = replace(first, extra=(view,), without=(key,), works={**first.works, "own-task": "000000196"})
    told = find(students=[own])[own.id]
    assert told.lessons == {"own-1"} and told.tasks == told.slips == {"own-task"}
    held = held_of(old, roster)[own.id]
    [again] = find(students=[own], held={own.id: Held(held.sheets, held.tasks | {"own-task"})}).values()
    assert again.tasks == {"own-task"} and not again.slips, "the sheet is unknown, so it goes out; its slip is there"


@pytest.mark.pdf
def test_a_supplement_on_paper_names_the_pack_it_adds_to(find, new, tmp_path):
    (_key, first), (_other, second) = lessons_of(new)[:2]
    [task, *_rest] = first["tasks"]
    new["tasks"][task]["text"] += " Объясните."
    new["materials"][second["material"]]["title"] = "Новая тема"
    dated = next(task for task in second["tasks"])
    new["tasks"][dated]["due"] = "2026-12-20"
    third = next(lesson for _k, lesson in lessons_of(new) if lesson["date"] > second["date"])
    third["change"] = {"kind": "cancelled", "from": None}
    told = find()
    roster = sample_roster(new, "7")
    roster = replace(roster, edition_number=42, students=tuple(
        replace(student, supplement=told[student.id], adds_to="482170317") for student in roster.students
    ))  # fmt: skip
    report = print_group(find.newest, roster, tmp_path / "7.supplement.pdf", tmp_path / "cache", LOCALES)
    pages = pages_of(report.file)
    assert {tuple(sheet.kind for sheet in pack.sheets) for pack in report.packs} == {("cover", "task", "lesson")}
    one = " ".join(pages[: report.packs[0].sides])
    assert {text: text in one for text in ("482 170 317", "Новая тема", "✂", " 41 ", " 42")} == dict.fromkeys(
        ("482 170 317", "Новая тема", "✂", " 41 ", " 42"), True
    )
    assert one.count(roster.students[0].name) >= 2
    assert all(pack.sides % 2 == 0 for pack in report.packs)
    assert all(pack.number == place for place, pack in enumerate(report.packs, 1))
    assert run("qpdf", "--check", report.file)
    [front] = pictures(report.file, tmp_path / "pages", 1, 1)
    assert codes_in(front) == [f"K1{new['school']['id']}P{roster.students[0].pack_code}00"]
    rest = print_group(find.newest, roster, tmp_path / "rest.pdf", tmp_path / "cache", LOCALES,
                       order=Order(first=5))  # fmt: skip
    assert [pack.number for pack in rest.packs] == [5, 6]
    assert [pack.pack_code for pack in rest.packs] == [student.pack_code for student in roster.students[4:]]

