"""Timetable files made to hurt: whatever the bytes, an answer in bounded memory, and nothing is ever run."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.importers import limits
from server.importers.registry import read
from tests.server.importers.fet_samples import HEADER, exported, own_file
from tests.server.importers.test_fuzz import answer, mutated

EVENT = (
    "BEGIN:VEVENT\r\nDTSTART;TZID=Europe/Moscow:20260901T083000\r\nDTEND;TZID=Europe/Moscow:20260901T091000\r\n"
    "RRULE:FREQ=WEEKLY;BYDAY=TU\r\nSUMMARY:Алгебра 7А\r\nDESCRIPTION:Учитель: Сад О.Л.\\nКабинет: 7\r\nEND:VEVENT\r\n"
)


def calendar(events):
    return f"BEGIN:VCALENDAR\r\nX-WR-TIMEZONE:Europe/Moscow\r\n{events}END:VCALENDAR\r\n".encode()


def seeds(sample):
    head = b"\n".join(sample("town/timetable_fet.csv").split(b"\n")[:40])
    return {"csv": head, "fet": own_file(head), "ics": calendar(EVENT * 3)}


# --- any bytes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "fet", "ics"])
@settings(max_examples=40)
@given(data=st.data())
def test_mutated_files(sample, kind, data):
    answer("timetable", mutated(seeds(sample)[kind], data))


@pytest.mark.parametrize(
    "start",
    [HEADER.encode() + b"\n", b'<fet version="6">', b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", b"begin:vcalendar\n"],
)
@settings(max_examples=30)
@given(rest=st.binary(max_size=300))
def test_a_good_beginning_and_any_bytes(start, rest):
    answer("timetable", start + rest)


CELL = st.one_of(
    st.text(max_size=10),
    st.sampled_from(["Вт", "Ч-Вт", "Week 99999999999999999999 Mon", "08:30", "99:99", "²", "٣", "1е5", "=1+1", "7А",
                     "7А+", "+", "'", "''", "0", "-1", "1 см. 1", "7А Группа 1", "9" * 50, "(", "7-"]),
)  # fmt: skip


@settings(max_examples=60)
@given(rows=st.lists(st.lists(CELL, min_size=9, max_size=9), min_size=1, max_size=6))
def test_rows_of_any_cells(rows):
    lines = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    answer("timetable", "\n".join([HEADER, *lines]).encode("utf-8", "replace"))


PROPERTY = st.sampled_from(
    ["DTSTART:20260901T083000", "DTSTART:20260901T033000Z", "DTSTART;TZID=../../etc/passwd:20260901T083000",
     "DTSTART;TZID=Europe:20260901T083000", "DTSTART;VALUE=DATE:20260901", "DTSTART:20991231T235959Z", "DTSTART:0",
     "DTEND:20260901T091000", "DTEND:20991231T235959Z", "DTEND;VALUE=DATE:20260902", "DURATION:PT45M",
     "DURATION:-P999W", "DURATION:P99999999999D", "SUMMARY:Алгебра 7А", "SUMMARY;X=\"", "SUMMARY:7А",
     "LOCATION:каб. 7", "CATEGORIES:7А,8Б",
     "DESCRIPTION:Класс: 7А\\nПредмет: Химия", "ORGANIZER;CN=Сад О.Л.:mailto:a@b", "ORGANIZER:x", "RRULE:FREQ=WEEKLY",
     "RRULE:FREQ=WEEKLY;INTERVAL=4", "RRULE:FREQ=WEEKLY;COUNT=0", "RRULE:FREQ=WEEKLY;UNTIL=00010101", "RRULE:",
     "RRULE:FREQ=WEEKLY;BYDAY=MO,,", "RRULE:COUNT=1000000000", "STATUS:CANCELLED", "RECURRENCE-ID:20260908T083000",
     "RDATE:20260909T083000", "BEGIN:VALARM", "END:VALARM", "BEGIN:VEVENT", "END:VEVENT", " folded", "\x00", ":", ";"]
)  # fmt: skip


@settings(max_examples=120)
@given(events=st.lists(st.lists(PROPERTY, max_size=7), min_size=1, max_size=4))
def test_events_of_any_properties(events):
    text = "".join(
        f"BEGIN:VEVENT\r\n{''.join(f'{line}{chr(13)}{chr(10)}' for line in lines)}END:VEVENT\r\n" for lines in events
    )
    answer("timetable", calendar(text))


TAGS = [
    "Name", "Day", "Hour", "Id", "Activity_Id", "Subject", "Students", "Teacher", "Duration", "Active", "Year", "Group",
    "Subgroup", "Activity", "Days_List", "Hours_List", "Students_List", "Activities_List", "Time_Constraints_List",
    "ConstraintActivityPreferredStartingTime", "ConstraintActivityPreferredRoom", "Room", "Rooms_List",
]  # fmt: skip
TREE = st.recursive(
    st.tuples(st.sampled_from(TAGS), st.sampled_from(["", "7А", "Вт", "1", "08:30", "true", "999999999999"])),
    lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=4)),
    max_leaves=25,
)


def written(node):
    name, content = node
    inside = content if isinstance(content, str) else "".join(map(written, content))
    return f"<{name}>{inside}</{name}>"


@settings(max_examples=60)
@given(trees=st.lists(TREE, min_size=1, max_size=5))
def test_files_of_fet_with_any_tree(trees):
    activity = "<Activity><Subject>Химия</Subject><Students>7А</Students><Id>1</Id></Activity>"
    lists = f"<Activities_List>{activity}</Activities_List>{''.join(map(written, trees))}"
    answer("timetable", f"<fet>{lists}</fet>".encode())


# --- much of everything ----------------------------------------------------------------------------------------


def peak(data):
    """(the answer, megabytes that it took at most beside the file)."""
    tracemalloc.start()
    try:
        result = read("timetable", "x", data)
        return result, tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


@pytest.mark.large
def test_rows_take_memory_in_proportion():
    """Two kilobytes a row, so a hundred thousand take two hundred megabytes; more do not fit into a text table."""
    result, megabytes = peak("\n".join([HEADER, *[f"{n};Вт;1;7А;Х;;;;" for n in range(5_000)]]).encode())
    assert (result.counts["fet_rows"], result.counts["lessons"]) == (5_000, 1)
    assert megabytes < 10
    too_long = f"{HEADER}\n1;Вт;1;7А;Х;;;;\n".encode() + b";" * limits.MAX_TEXT
    assert [finding.code for finding in read("timetable", "x", too_long).findings] == ["file_too_large"]


@pytest.mark.large
def test_rows_that_differ_in_everything():
    rows = [f"{n};Week {n} Вт;{n};{n}А+{n} гр;{n};{n} Я.Я.;;{n};" for n in range(2_000)]
    result, megabytes = peak("\n".join([HEADER, *rows]).encode())
    assert megabytes < 20
    assert max(len(card.weeks) for table in result.rows for row in table.lessons for card in row.cards) <= 8


def test_one_class_of_many_parts():
    rows = [f"{n};Вт;1;7А Часть {n}я{n}я;Х;;;;" for n in range(4_000)]
    (table,) = read("timetable", "x", "\n".join([HEADER, *rows]).encode()).rows
    assert len(table.groups) == 4_001
    assert {row.division for row in table.groups} == {"", "1"}


def test_a_set_of_many_classes_and_a_name_without_end():
    many, long = "+".join(f"{n}А" for n in range(1, 12)) * 2000, "7А " * 40_000
    result = read("timetable", "x", exported(f"1;Вт;1;{many};Х;;;;", f"2;Вт;1;{long};Х;;;;"))
    assert len(result.rows[0].lessons) == 2


@pytest.mark.parametrize(
    "rule",
    ["FREQ=WEEKLY;COUNT=1000000000", "FREQ=WEEKLY;UNTIL=99991231T235959Z", "FREQ=SECONDLY",
     "FREQ=SECONDLY;COUNT=1000000000", "FREQ=WEEKLY;INTERVAL=1000000000",
     "FREQ=WEEKLY;BYDAY=" + ",".join(["TU"] * 5000), "FREQ=WEEKLY;COUNT=" + "9" * 5000],
)  # fmt: skip
def test_no_rule_is_ever_expanded(rule):
    result, megabytes = peak(calendar(EVENT.replace("FREQ=WEEKLY;BYDAY=TU", rule)))
    assert result.findings or result.counts["cards"] == 1
    assert megabytes < 20


def test_more_events_than_a_school_can_have():
    data = calendar("BEGIN:VEVENT\nSUMMARY:7А\nEND:VEVENT\n" * 31_000)
    assert [finding.code for finding in read("timetable", "x", data).findings] == ["calendar_too_large"]


@pytest.mark.parametrize("piece", ["BEGIN:VEVENT\n", "BEGIN:X\n", "END:VEVENT\n", " \n", "SUMMARY:7А\n", "DTSTART\n"])
def test_calendars_that_never_close(piece):
    text = f"BEGIN:VCALENDAR\n{piece * (200_000 // len(piece))}"
    result, megabytes = peak(text.encode())
    assert result.findings
    assert megabytes < 20


@pytest.mark.parametrize("piece", ["<a>", "<a/>", "<Year><Name>7А</Name>", "<a>x</a>"])
def test_elements_take_memory_in_proportion(piece):
    """Four hundred bytes an element; half a million are the most."""
    result, megabytes = peak(b"<fet>" + piece.encode() * 20_000)
    assert result.refused
    assert megabytes < 18


@pytest.mark.large
def test_more_elements_than_a_school_can_have():
    assert [finding.code for finding in read("timetable", "x", b"<fet>" + b"<a/>" * 500_001).findings] == [
        "file_too_large"
    ]


def test_a_deep_file_does_not_break_the_stack():
    data = b"<fet>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</fet>"
    assert [finding.code for finding in read("timetable", "x", data).findings] == ["timetable_empty"]


def test_entities_of_a_fet_file_are_refused():
    data = b'<?xml version="1.0"?>\n<!DOCTYPE fet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<fet>&b;</fet>'
    assert [(finding.code, finding.row) for finding in read("timetable", "x", data).findings] == [("xml_doctype", 2)]
