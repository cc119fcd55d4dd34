"""The older dialect of aSc's exports, what other programs write for it, and files that lack whole tables."""

import json
from itertools import combinations

import pytest

from server.importers.registry import read

OLD = """<timetable ascttversion="2008.4.2" importtype="database" options="idprefix:X,groupstype1{option}">
<days options="" columns="day,name,short"><day day="{first}" name="Понедельник" short="Пн"/>
<day day="{second}" name="Вторник" short="Вт"/></days>
<periods><period period="1" starttime="8:30" endtime="9:10"/><period period="2" starttime="9:20" endtime="10:00"/>
</periods>
<subjects><subject id="s" name="Химия" short="Хим"/></subjects>
<teachers><teacher id="t" name="Ива А.О." short="ИАО" gender="F" color="#FF0000"/></teachers>
<classrooms><classroom id="r1" name="1"/><classroom id="r2" name="2"/></classrooms>
<grades><grade id="g7" name="7"/></grades>
<classes><class id="*1" name="7А" teacherid="t" gradeid="g7"/><class id="*2" name="7Б"/></classes>
<groups><group id="g0" classid="*1" name="Весь класс" entireclass="1" divisiontag="0"/></groups>
<lessons columns="id,subjectid,classids,groupids,studentids,teacherids,classroomids,periodspercard,weeks">
<lesson id="l" subjectid="s" classids="*1" groupids="g0" studentids="" teacherids="t" classroomids="r1,r2"
 periodspercard="1" periodsperweek="1.0" weeks="{weeks}"/></lessons>
<cards columns="lessonid,day,period,classroomids">{cards}</cards></timetable>"""


def old(cards, *, first=0, option="", weeks="1"):
    text = OLD.format(cards=cards, first=first, second=first + 1, option=option, weeks=weeks)
    return read("timetable", "t.xml", text.encode())


def places(result):
    return [(c.weekday, c.period, c.weeks, c.rooms) for row in result.rows[0].lessons for c in row.cards]


def codes(result):
    return [(finding.level, finding.code, finding.column) for finding in result.findings]


# --- days by number --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "option"), [(0, ""), (1, ",daynumbering1")])
def test_days_have_numbers_from_zero_or_one(first, option):
    result = old(f'<card lessonid="l" day="{first + 1}" period="2" classroomids="r2"/>', first=first, option=option)
    assert places(result) == [(2, 2, "1", ("2",))]
    assert result.findings == ()


def test_without_a_list_of_days_the_option_says_where_they_begin():
    card = '<card lessonid="l" day="1" period="1" classroomids=""/>'
    text = OLD.format(cards=card, first=0, second=1, option=",daynumbering1", weeks="1")
    begin, end = text.index("<days"), text.index("</days>")
    assert places(read("timetable", "t.xml", (text[:begin] + text[end + 7 :]).encode())) == [(1, 1, "1", ())]


def test_the_weeks_of_a_lesson_hold_for_its_cards():
    result = old('<card lessonid="l" day="0" period="1"/>', weeks="01")
    assert places(result) == [(1, 1, "01", ("1", "2"))]
    assert (result.rows[0].weeks, result.rows[0].lessons[0].weeks) == (("1", "2"), "01")


@pytest.mark.parametrize("day", ["9", "-1", "понедельник"])
def test_a_day_that_there_is_not(day):
    result = old(f'<card lessonid="l" day="{day}" period="1"/>')
    assert places(result) == []
    assert codes(result)[0][1] in ("timetable_days", "timetable_unplaced_card")


# --- cards without lessons -------------------------------------------------------------------------------------


def test_cards_that_say_themselves_who_is_taught_what():
    card = '<card day="{}" period="{}" subjectid="s" teacherid="t" classroomid="r1" classids="*1,*2" studentids=""/>'
    result = old(card.format(0, 1) + card.format(1, 2))
    own = result.rows[0].lessons[1]
    assert (own.key, own.class_names, own.teachers) == ("Химия|7А,7Б", ("7А", "7Б"), ("Ива А.О.",))
    assert [(c.weekday, c.period, c.rooms) for c in own.cards] == [(1, 1, ("1",)), (2, 2, ("1",))]
    assert own.hours_per_week == 2
    assert result.findings == ()


# --- tables that are not there ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def village(sample):
    return sample("village/timetable_asc.xml").decode()


def without(text, *tables):
    for table in tables:
        begin, end = text.index(f"<{table} "), text.index(f"</{table}>") + len(table) + 3
        text = text[:begin] + text[end:]
    return read("timetable", "t.xml", text.encode())


@pytest.mark.parametrize(("table", "column"), [("teachers", "teacherids"), ("classrooms", "classroomids")])
def test_a_missing_table_is_said_once_and_costs_only_itself(village, table, column):
    result = without(village, table)
    assert [code for code in codes(result) if code[1] != "timetable_unknown_room"] == [
        ("warning", "timetable_no_table", column)
    ]
    assert (result.counts["lessons"], result.counts["cards"]) == (128, 261)


def test_without_groups_lessons_are_those_of_whole_classes(village):
    result = without(village, "groups")
    assert codes(result) == [("warning", "timetable_no_table", "groupids")]
    assert result.counts["lessons_joined_classes"] == 22
    assert all(part == "" for lesson in result.rows[0].lessons for _, part in lesson.groups)


@pytest.mark.parametrize(("table", "column"), [("subjects", "subjectids"), ("classes", "classids")])
def test_without_subjects_or_classes_there_is_no_lesson(village, table, column):
    result = without(village, table)
    assert ("error", "timetable_table_needed", column) in codes(result)
    assert sum(code[1] == "timetable_table_needed" for code in codes(result)) == 1
    assert result.rows[0].lessons == ()


@pytest.mark.parametrize("table", ["periods", "daysdefs", "weeksdefs", "students"])
def test_tables_that_may_be_missing(village, table):
    result = without(village, table)
    assert (result.counts["cards"], result.findings) == (261, ())


def test_kinds_of_week_are_counted_by_masks_when_no_table_names_them(sample):
    result = without(sample("town/timetable_asc.xml").decode(), "weeksdefs")
    assert result.rows[0].weeks == ("1", "2")
    assert (result.counts["lessons_numerator"], result.counts["lessons_denominator"]) == (6, 7)


# --- the sample schools ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("school", ["village", "town", "kazakh"])
@pytest.mark.parametrize("name", ["timetable_asc.xml", "timetable_asc_1251.xml"])
def test_counts_are_met_in_either_encoding(sample, school, name):
    expected = json.loads(sample(f"{school}/counts.json"))
    result = read("timetable", name, sample(f"{school}/{name}"))
    assert dict(result.counts) == {key: expected[key] for key in result.counts}
    assert result.findings == ()


@pytest.mark.parametrize("school", ["village", "town", "kazakh"])
def test_both_encodings_hold_the_same_timetable(sample, school):
    utf8 = read("timetable", "a.xml", sample(f"{school}/timetable_asc.xml")).rows[0]
    ansi = read("timetable", "b.xml", sample(f"{school}/timetable_asc_1251.xml")).rows[0]
    assert (utf8.lessons, utf8.groups, utf8.teachers) == (ansi.lessons, ansi.groups, ansi.teachers)


def test_parts_of_one_division_meet_at_one_time_in_the_town(sample):
    (table,) = read("timetable", "a.xml", sample("town/timetable_asc.xml")).rows
    divisions = {(row.class_name, row.name): row.division for row in table.groups}
    held: dict = {}
    for lesson in table.lessons:
        for group in lesson.groups:
            for card in lesson.cards:
                held.setdefault((group[0], card.weekday, card.period), []).append((group, card.weeks))
    met = [(a, b) for same in held.values() for a, b in combinations(same, 2) if _together(a[1], b[1])]
    assert len(met) > 100
    assert all(divisions[a] == divisions[b] for (a, _), (b, _) in met)


def _together(weeks, others):
    return any(a == b == "1" for a, b in zip(weeks, others, strict=True))


# --- the next revision -----------------------------------------------------------------------------------------


def test_a_newer_export_differs_by_what_the_school_changed(sample):
    before, after = (
        {row.key: row for row in read("timetable", "t.xml", sample(f"town/{name}.xml")).rows[0].lessons}
        for name in ("timetable_asc", "timetable_asc_rev2")
    )
    expected = json.loads(sample("town/rev2_changes.json"))
    dropped = before.keys() - after.keys()
    assert (len(dropped), after.keys() - before.keys()) == (expected["counts"]["lesson_dropped"], set())
    both = [(before[key], after[key]) for key in before if key in after]
    taught = [(old, new) for old, new in both if old.teachers != new.teachers]
    moved = [(set(old.cards) - set(new.cards), set(new.cards) - set(old.cards)) for old, new in both]
    moved = [(left, came) for left, came in moved if left or came]
    assert len(taught) == expected["counts"]["teacher_replaced"]
    assert [len(left) for left, _ in moved] == [len(came) for _, came in moved]
    assert sum(len(left) for left, _ in moved) == expected["counts"]["card_moved"]
    assert _said(both, dropped, before) == _listed(expected)


def _said(both, dropped, before):
    """(kind, subject, classes) of every difference."""
    found = [("lesson_dropped", before[key].subject, before[key].class_names) for key in dropped]
    found += [("teacher_replaced", old.subject, old.class_names) for old, new in both if old.teachers != new.teachers]
    found += [("card_moved", old.subject, old.class_names) for old, new in both if old.cards != new.cards]
    return sorted(found)


def _listed(expected):
    first = [(change["kind"], change["before"][0]) for change in expected["changes"]]
    return sorted((kind, row["subject"], tuple(row["classes"])) for kind, row in first)
