"""Timetables kept as calendars: rules, dated events, zones, and the many ways to name a class in a title."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

import pytest

from server.importers.calendar_text import class_of_calendar, read_words
from server.importers.registry import read

FIRST = date(2026, 8, 31)  # a Monday


def event(summary="Алгебра 7А", start="20260901T083000", end="20260901T091000", zone=";TZID=Europe/Moscow", more=""):
    return f"BEGIN:VEVENT\nDTSTART{zone}:{start}\nDTEND{zone}:{end}\nSUMMARY:{summary}\n{more}\nEND:VEVENT\n".replace(
        "\n\n", "\n"
    )


def weekly(summary="Алгебра 7А", rule="FREQ=WEEKLY", more="", **times):
    return event(summary, more=f"RRULE:{rule}\n{more}", **times)


def calendar(*events, head="", today=None):
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{''.join(events)}END:VCALENDAR\n"
    return read("timetable", "c.ics", text.replace("\n", "\r\n").encode(), today=today)


def dated(*weeks, summary="Алгебра 7А", weekday=2):
    days = [FIRST + timedelta(weeks=week, days=weekday - 1) for week in weeks]
    return "".join(event(summary, f"{day:%Y%m%d}T083000", f"{day:%Y%m%d}T091000", zone="") for day in days)


def lessons(result):
    return {
        row.key: [(card.weekday, card.period, card.weeks, *card.rooms) for card in row.cards]
        for row in result.rows[0].lessons
    }


def codes(result):
    return [(finding.level, finding.code) for finding in result.findings]


# --- a whole school --------------------------------------------------------------------------------------------


def as_calendar(table):
    """The timetable as events: a rule for every card, one event for lessons in a row."""
    times, names = {row.n: row for row in table.periods}, {row.name: row.short for row in table.teachers}
    parts = []
    for lesson in table.lessons:
        for card, end in spans(lesson):
            day = FIRST + timedelta(days=card.weekday - 1, weeks=card.weeks.index("1"))
            start, until = times[card.period].start.replace(":", ""), times[end].end.replace(":", "")
            groups = ", ".join(f"{name} ({part})" if part else name for name, part in lesson.groups)
            teachers = ", ".join(names[name] for name in lesson.teachers)
            room = f"LOCATION:{card.rooms[0]}\n" if card.rooms else ""
            more = f"{room}DESCRIPTION:Класс: {groups}\\nУчитель: {teachers}" if teachers else room
            rule = f"FREQ=WEEKLY;INTERVAL={1 if card.weeks == '1' * len(card.weeks) else 2}"
            parts.append(weekly(lesson.subject.replace(",", "\\,"), rule, more.replace(",", "\\,"),
                                start=f"{day:%Y%m%d}T{start}00", end=f"{day:%Y%m%d}T{until}00"))  # fmt: skip
    return parts


def spans(lesson):
    """(first card, last period) of what stands in a row of a double lesson; single cards as they are."""
    for _, day in groupby(lesson.cards, key=lambda card: (card.weekday, card.weeks)):
        own = list(day)
        step = lesson.periods_per_card
        yield from ((own[at], own[at + step - 1].period) for at in range(0, len(own), step))


@pytest.mark.parametrize("school", ["village", "town"])
def test_a_school_in_a_calendar_is_the_same_timetable(sample, school):
    (table,) = read("timetable", "a.xml", sample(f"{school}/timetable_asc.xml")).rows
    result = calendar(*as_calendar(table))
    assert [finding for finding in codes(result) if finding != ("warning", "calendar_weeks")] == []
    short = {row.name: row.short for row in table.teachers}
    placed = {
        row.key: replace(row, rooms=(), teachers=tuple(short[name] for name in row.teachers))
        for row in table.lessons
        if row.cards
    }
    found = {row.key: replace(row, rooms=()) for row in result.rows[0].lessons}
    assert found == placed
    assert [(row.n, row.start, row.end) for row in result.rows[0].periods] == [
        (row.n, row.start, row.end) for row in table.periods
    ]


# --- when it is held -------------------------------------------------------------------------------------------


def test_a_rule_names_several_days():
    assert lessons(calendar(weekly(rule="FREQ=WEEKLY;BYDAY=TU,FR"))) == {"Алгебра|7А": [(2, 1, "1"), (5, 1, "1")]}
    assert lessons(calendar(weekly(rule="FREQ=DAILY;BYDAY=MO,SA"))) == {"Алгебра|7А": [(1, 1, "1"), (6, 1, "1")]}


def test_every_other_week_counts_from_the_first_week_of_the_calendar():
    later = {"start": "20260909T083000", "end": "20260909T091000"}
    result = calendar(
        weekly(rule="FREQ=WEEKLY;INTERVAL=2"), weekly("Химия 7А", "FREQ=WEEKLY;INTERVAL=2", **later),
        weekly("Пение 7А", start="20260903T083000", end="20260903T091000"),
    )  # fmt: skip
    assert lessons(result) == {"Алгебра|7А": [(2, 1, "10")], "Химия|7А": [(3, 1, "01")], "Пение|7А": [(4, 1, "11")]}
    assert codes(result) == [("warning", "calendar_weeks")]
    assert "2026-08-31" in result.findings[0].text()


def test_dated_events_of_most_weeks_are_weekly():
    weeks = [0, 1, 2, 4, 5, 6, 8, 9]
    result = calendar(dated(*weeks), dated(*weeks[:-2], summary="Химия 7А", weekday=3))
    assert lessons(result) == {"Алгебра|7А": [(2, 1, "1")], "Химия|7А": [(3, 1, "1")]}
    assert result.findings == ()


def test_dated_events_of_every_other_week():
    result = calendar(dated(*range(8)), dated(1, 3, 5, 7, summary="Химия 7А", weekday=3))
    assert lessons(result) == {"Алгебра|7А": [(2, 1, "11")], "Химия|7А": [(3, 1, "01")]}


def test_one_week_alone_is_the_pattern():
    assert lessons(calendar(dated(3), dated(3, weekday=4))) == {"Алгебра|7А": [(2, 1, "1"), (4, 1, "1")]}


def test_what_is_held_now_and_then_is_said_and_left_out():
    result = calendar(dated(*range(8)), dated(2, summary="Экскурсия 7А"), dated(0, 1, 5, summary="Хор 7А", weekday=5))
    assert lessons(result) == {"Алгебра|7А": [(2, 1, "1")]}
    assert codes(result) == [("warning", "calendar_irregular")] * 2


def test_a_single_date_in_a_calendar_of_rules_is_no_lesson():
    assert codes(calendar(weekly(), dated(4, summary="Экзамен 7А"))) == [("warning", "calendar_irregular")]


def test_what_is_over_is_left_out_once_something_newer_is_there():
    over = weekly("Химия 7А", "FREQ=WEEKLY;UNTIL=20261225T000000Z")
    newer = weekly(start="20270112T083000", end="20270112T091000")
    assert list(lessons(calendar(over, newer, today=date(2027, 1, 20)))) == ["Алгебра|7А"]
    assert len(lessons(calendar(over, newer, today=date(2026, 12, 1)))) == 2
    assert len(lessons(calendar(over, today=date(2027, 1, 20)))) == 1
    counted = weekly("Химия 7А", "FREQ=WEEKLY;COUNT=4")
    assert list(lessons(calendar(counted, newer, today=date(2027, 1, 20)))) == ["Алгебра|7А"]


def test_an_event_over_two_lesson_times_is_a_double_lesson():
    result = calendar(weekly(), weekly("Химия 7Б", start="20260901T092000", end="20260901T100000"),
                      weekly("Труд 7В", end="20260901T100000"))  # fmt: skip
    assert lessons(result)["Труд|7В"] == [(2, 1, "1"), (2, 2, "1")]
    assert result.rows[0].lessons[2].periods_per_card == 2
    assert [(row.start, row.end) for row in result.rows[0].periods] == [("08:30", "09:10"), ("09:20", "10:00")]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=MONTHLY", "FREQ=YEARLY", "FREQ=DAILY", "FREQ=SECONDLY", "FREQ=WEEKLY;INTERVAL=9", "FREQ=WEEKLY;BYHOUR=9",
     "FREQ=WEEKLY;BYDAY=1MO", "FREQ=WEEKLY;BYSETPOS=1"],
)  # fmt: skip
def test_other_rules_are_said_and_left_out(rule):
    assert codes(calendar(weekly(), weekly("Химия 7А", rule))) == [("warning", "calendar_rule")]


def test_every_third_week_does_not_go_with_every_other_one():
    third = weekly("Химия 7А", "FREQ=WEEKLY;INTERVAL=3")
    assert calendar(third).rows[0].weeks == ("1", "2", "3")
    result = calendar(third, weekly(rule="FREQ=WEEKLY;INTERVAL=2"))
    assert codes(result) == [("warning", "calendar_weeks"), ("warning", "calendar_cycle")]
    assert lessons(result) == {"Алгебра|7А": [(2, 1, "10")]}


def test_single_changes_cancelled_and_whole_days_are_no_lessons():
    moved = weekly(more="RECURRENCE-ID:20260908T083000")
    holidays = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261026\nSUMMARY:Каникулы\nEND:VEVENT\n"
    long = weekly("Поход 7А", end="20260901T193000")
    result = calendar(weekly(), moved, weekly("Химия 7А", more="STATUS:CANCELLED"), holidays, long)
    assert list(lessons(result)) == ["Алгебра|7А"]
    assert codes(result) == [
        ("info", "calendar_changes"),
        ("info", "calendar_not_lesson"),
        ("info", "calendar_not_lesson"),
    ]


# --- zones -----------------------------------------------------------------------------------------------------


def test_times_in_utc_are_the_calendars_own_time():
    times = {"start": "20260901T053000Z", "end": "20260901T061000Z", "zone": ""}
    for head in ("X-WR-TIMEZONE:Europe/Moscow\n",):
        assert calendar(weekly(**times), head=head).rows[0].periods[0].start == "08:30"
    assert calendar(weekly(**times), weekly("Химия 7А")).rows[0].periods[0].start == "08:30"


def test_utc_alone_tells_no_lesson_time_unless_the_country_has_one():
    data = f"BEGIN:VCALENDAR\n{weekly(start='20260901T033000Z', end='20260901T041500Z', zone='')}END:VCALENDAR".encode()
    assert [finding.code for finding in read("timetable", "c.ics", data).findings] == ["calendar_zone"]
    assert read("timetable", "c.ics", data, region="KZ").rows[0].periods[0].start == "08:30"


@pytest.mark.parametrize("zone", ["", ";TZID=Europe/Moscow", ";TZID=Russian Standard Time", ";TZID=Наш часовой пояс"])
def test_local_times_stay_as_written(zone):
    assert calendar(weekly(zone=zone)).rows[0].periods[0].start == "08:30"


def test_another_zone_is_turned_into_the_calendars():
    other = weekly("Химия 7А", start="20260901T113000", end="20260901T121000", zone=";TZID=Asia/Yekaterinburg")
    result = calendar(weekly(), weekly("Пение 7А", "FREQ=WEEKLY;BYDAY=FR"), other)
    assert [row.start for row in result.rows[0].periods] == ["08:30", "09:30"]


def test_a_definition_of_a_zone_is_not_run():
    zone = "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:19700101T000000\nRRULE:FREQ=SECONDLY\n" \
           "TZOFFSETFROM:+0300\nTZOFFSETTO:+0300\nEND:STANDARD\nEND:VTIMEZONE\n"  # fmt: skip
    assert calendar(zone, weekly(zone=";TZID=Own")).counts["cards"] == 1


# --- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("summary", "subject", "groups", "room"),
    [
        ("Алгебра 7А", "Алгебра", [("7А", "")], ""),
        ("7А Алгебра", "Алгебра", [("7А", "")], ""),
        ("7А: Алгебра", "Алгебра", [("7А", "")], ""),
        ("Алгебра, 7А, каб. 12", "Алгебра", [("7А", "")], "12"),
        ("Алгебра (7 «Б» класс)", "Алгебра", [("7Б", "")], ""),
        ("9:30 Алгебра 7А", "Алгебра", [("7А", "")], ""),
        ("Английский язык 7А, группа 2", "Английский язык", [("7А", "группа 2")], ""),
        ("Қазақ тілі 5Ә 1-топ", "Қазақ тілі", [("5Ә", "1-топ")], ""),
        ("Труд 5 А мальчики", "Труд", [("5А", "мальчики")], ""),
        ("Физкультура 5А и 6А", "Физкультура", [("5А", ""), ("6А", "")], ""),
        ("Математика 1+3 класс", "Математика", [("1", ""), ("3", "")], ""),
        ("История 11 класс", "История", [("11", "")], ""),
        ("Maths 7B", "Maths", [("7В", "")], ""),
        ("Обед", "Обед", [], ""),
        ("Подготовка к ОГЭ 2027", "Подготовка к ОГЭ 2027", [], ""),
    ],
)
def test_titles(summary, subject, groups, room):
    words = read_words(summary)
    assert (words.subject, list(words.groups), words.room) == (subject, groups, room)


def test_labelled_lines_go_before_guesses():
    words = read_words(
        "Урок 3", location="Кабинет 208", organizer="Школа № 5",
        description="<p>Предмет: Физика</p>Класс: 8Б (1 группа)<br>Учитель: Сад О.Л., Луг Е.В.<br/>Кабинет: 31",
    )  # fmt: skip
    assert words.subject == "Физика"
    assert (words.groups, words.room) == ((("8Б", "1 группа"),), "31")
    assert words.teachers == ("Сад О.Л.", "Луг Е.В.")


@pytest.mark.parametrize(
    ("more", "teachers"),
    [
        ({"organizer": "Сад Ольга Львовна"}, ("Сад Ольга Львовна",)),
        ({"organizer": "Школа № 5"}, ()),
        ({"organizer": "Средняя школа"}, ()),
        ({"description": "ведёт Сад О.Л."}, ("Сад О.Л.",)),
        ({"description": "Мұғалім: Садық Ә.Е."}, ("Садық Ә.Е.",)),
    ],
)
def test_teachers(more, teachers):
    assert read_words("Алгебра 7А", **more).teachers == teachers
    assert read_words("Алгебра 7А Луг Е.В.", organizer="Сад Ольга").teachers == ("Луг Е.В.",)


@pytest.mark.parametrize(
    ("head", "found"),
    [("X-WR-CALNAME:Расписание 7А\n", "7А"), ("NAME:1 «Ә» сыныбы\n", "1Ә"), ("X-WR-CALNAME:8\n", "8")],
)
def test_the_calendars_name_says_the_class(head, found):
    result = calendar(weekly("Алгебра", more="ORGANIZER;CN=Сад О.Л.:mailto:a@example.org"), head=head)
    assert [(row.key, row.teachers) for row in result.rows[0].lessons] == [(f"Алгебра|{found}", ("Сад О.Л.",))]


def test_categories_say_the_class():
    assert list(lessons(calendar(weekly("Алгебра", more="CATEGORIES:Школа,7Б")))) == ["Алгебра|7Б"]
    assert class_of_calendar("Моя школа") == ""


def test_an_event_without_a_class_or_a_subject_is_an_error_said_once_with_its_line():
    result = calendar(weekly("Обед"), weekly("Обед"), weekly("7А"), weekly())
    assert codes(result) == [("error", "calendar_class_missing"), ("error", "calendar_subject_missing")]
    assert [finding.row for finding in result.findings] == [3, 15]
    assert "Обед" in result.findings[0].text()


@pytest.mark.parametrize("start", ["2026-09-01", "99999999T999999", "", "19500101T083000", "00010101T000000Z"])
def test_an_event_that_cannot_be_read_is_an_error(start):
    result = calendar(weekly(), weekly("Химия 7А", start=start, end="20260901T091000", zone=""))
    assert codes(result) in ([("error", "calendar_event")], [("info", "calendar_not_lesson")])
    assert list(lessons(result)) == ["Алгебра|7А"]


def test_folded_lines_and_nested_alarms():
    alarm = "BEGIN:VALARM\nSUMMARY:Химия 8А\nTRIGGER:-PT15M\nEND:VALARM"
    assert list(lessons(calendar(weekly("Алге\n бра 7А", more=alarm)))) == ["Алгебра|7А"]


def test_an_empty_calendar():
    assert [finding.code for finding in calendar().findings] == ["timetable_empty"]
