"""Calendars: a lesson keeps its name, tells its changes, and is said to be off."""

from dataclasses import replace
from datetime import UTC, date, datetime

from icalendar import Calendar

from sync.calendars import Entry, calendar_of, count_changes, group_entries
from tests.editions import sample_content

AT = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
LESSON = Entry("a" * 32, date(2026, 12, 8), "08:30", "09:10", "7 «А»: алгебра", "214", "Әліппе", False, 2, AT)


def events(data: bytes) -> list:
    return Calendar.from_ical(data).walk("VEVENT")


def test_a_lesson_is_an_event_in_the_schools_time() -> None:
    data = calendar_of("Лодкин", "TEST", "Asia/Almaty", [LESSON])
    [event] = events(data)
    assert event["uid"] == f"{LESSON.id}@test.korablik"
    assert event.decoded("dtstart").utcoffset().total_seconds() == 5 * 3600  # since 2024
    assert event.decoded("dtstart").strftime("%Y-%m-%d %H:%M") == "2026-12-08 08:30"
    assert event["sequence"] == 2
    assert event["status"] == "CONFIRMED"
    assert b"BEGIN:VTIMEZONE" in data
    assert data == calendar_of("Лодкин", "TEST", "Asia/Almaty", [LESSON])


def test_a_change_is_an_update_and_a_lesson_that_is_off_a_cancellation() -> None:
    [before] = events(calendar_of("x", "TEST", "Asia/Almaty", [LESSON]))
    [after] = events(calendar_of("x", "TEST", "Asia/Almaty", [replace(LESSON, sequence=3, cancelled=True)]))
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["status"] == "CANCELLED"


def test_a_lesson_without_bells_takes_its_day() -> None:
    [event] = events(calendar_of("x", "TEST", "Asia/Almaty", [replace(LESSON, starts="", ends="")]))
    assert event.decoded("dtstart") == LESSON.on


def test_only_what_changed_gets_a_new_sequence() -> None:
    content = sample_content()
    first = count_changes(content, {}, 4, "2026-12-06T11:00:00Z")
    assert {row["sequence"] for row in first.values()} == {4}
    again = count_changes(content, first, 5, "2026-12-07T11:00:00Z")
    assert again == first
    id, lesson = next(iter(content["lessons"].items()))
    lesson["room"] = "актовый зал"
    changed = count_changes(content, first, 6, "2026-12-08T11:00:00Z")
    assert {key for key in changed if changed[key] != first[key]} == {id}
    assert count_changes(content, first, 6, "2026-12-08T11:00:00Z", sample_content()) == changed
    assert changed[id]["sequence"] == 6
    [entry] = [one for one in group_entries(content, lesson["group"], changed) if one.id == id]
    assert (entry.place, entry.sequence) == ("актовый зал", 6)


def test_the_edition_before_tells_the_same_at_a_glance() -> None:
    before, content = sample_content(), sample_content()
    first = count_changes(before, {}, 4, "2026-12-06T11:00:00Z")
    for row in content["broadcasts"].values():
        row["start"] = "23:00"
    content["labels"]["form"]["self"] = "сам"
    for words in (content["labels"], before["labels"]):
        content["labels"] = words
        told = content, first, 5, "2026-12-07T11:00:00Z"
        assert count_changes(*told, before) == count_changes(*told) != first
