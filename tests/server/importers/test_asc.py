"""What aSc exports may hold beyond the samples: doubles in one card, week masks, rooms, gaps and odd references."""

import pytest

from server.importers.registry import read

HEAD = """<timetable>
<daysdefs><daysdef id="d1" name="Понедельник" days="10000"/><daysdef id="d2" name="Вторник" days="01000"/></daysdefs>
<weeksdefs><weeksdef id="wa" name="Числитель" weeks="10"/><weeksdef id="wb" name="Знаменатель" weeks="01"/>
<weeksdef id="w" name="Любая" weeks="10,01"/></weeksdefs>
<subjects><subject id="s" name="Химия" short="Хим."/></subjects>
<teachers><teacher id="t" firstname="Анна Олеговна" lastname="Ива" name="Ива А.О."/></teachers>
<classrooms><classroom id="r1" name="1"/><classroom id="r2" name="2"/></classrooms>
<classes><class id="*1" name="7A" teacherid="t"/><class id="*2" name="7Б"/></classes>
<groups><group id="g0" classid="*1" name="Весь класс" entireclass="1" divisiontag="0"/>
<group id="g1" classid="*1" name="Группа 1" entireclass="0" divisiontag="1" studentids="p"/></groups>
<students><student id="p" classid="*1" name="Сад Олег"/></students>
<unheard_of><thing id="x"/></unheard_of>
"""


def lesson(attributes="", cards=(), teachers="t"):
    line = (
        f'<lesson id="l" classids="*1" subjectid="s" teacherids="{teachers}" classroomids="r1" groupids="g0" '
        f'weeksdefid="w" {attributes}/>'
    )
    return line + "".join(f'<card lessonid="l" {card}/>' for card in cards)


def timetable(body):
    return read("timetable", "t.xml", f"{HEAD}<lessons>{body}</lessons></timetable>".encode())


def cards(result):
    (row,) = result.rows[0].lessons
    return [(card.weekday, card.period, card.weeks, card.rooms) for card in row.cards]


def test_one_card_for_a_double_lesson_covers_the_next_period():
    result = timetable(lesson('periodspercard="2" periodsperweek="2"', ['period="3" days="10000" weeks="11"']))
    assert cards(result) == [(1, 3, "11", ("1",)), (1, 4, "11", ("1",))]


def test_a_double_lesson_with_a_card_for_each_hour_stays():
    both = ['period="3" days="10000" weeks="11"', 'period="4" days="10000" weeks="11"']
    assert len(cards(timetable(lesson('periodspercard="2" periodsperweek="2"', both)))) == 2
    assert len(cards(timetable(lesson('periodspercard="2" periodsperweek="4"', both)))) == 2


def test_half_weeks_count_half():
    one = ['period="3" days="10000" weeks="10"']
    assert len(cards(timetable(lesson('periodspercard="2" periodsperweek="1"', one)))) == 2
    assert len(cards(timetable(lesson('periodspercard="2" periodsperweek="0.5"', one)))) == 1


def test_a_cards_room_overrides_the_lessons_even_when_it_is_none():
    rooms = ['period="1" days="10000" classroomids="r2"', 'period="2" days="10000" classroomids=""']
    assert [card[3] for card in cards(timetable(lesson("", rooms)))] == [("2",), ()]


def test_a_card_on_several_days_and_in_period_zero():
    assert [card[:2] for card in cards(timetable(lesson("", ['period="0" days="11000"'])))] == [(1, 0), (2, 0)]


def test_no_teacher_no_cards_is_a_lesson_not_placed():
    result = timetable(lesson(teachers=""))
    (row,) = result.rows[0].lessons
    assert (row.teachers, row.cards, result.counts["unplaced_lessons"]) == ((), (), 1)


def test_five_teachers_share_a_lesson():
    more = "".join(f'<teacher id="{n}" name="Сад {n}"/>' for n in range(4))
    text = f"{HEAD}{lesson(teachers='t,0,1,2,3')}</timetable>".replace("</teachers>", f"{more}</teachers>")
    (row,) = read("timetable", "t.xml", text.encode()).rows[0].lessons
    assert row.teachers == ("Ива А.О.", "Сад 0", "Сад 1", "Сад 2", "Сад 3")


def test_joined_classes_are_one_lesson_of_both():
    text = f"{HEAD}{lesson()}</timetable>".replace('classids="*1"', 'classids="*1,*2"').replace("g0", "")
    (row,) = read("timetable", "t.xml", text.encode()).rows[0].lessons
    assert (row.key, row.class_names, row.groups) == ("Химия|7А,7Б", ("7А", "7Б"), (("7А", ""), ("7Б", "")))


def test_names_weeks_and_memberships():
    (table,) = timetable(lesson()).rows
    assert table.weeks == ("Числитель", "Знаменатель")
    assert [row.name for row in table.classes] == ["7А", "7Б"]
    assert table.classes[0].teacher == "Ива А.О."
    assert (table.teachers[0].first, table.teachers[0].middle) == ("Анна", "Олеговна")
    assert [(m.class_name, m.group, m.last) for m in table.memberships] == [("7А", "Группа 1", "Сад")]
    assert [(g.name, g.division) for g in table.groups] == [("", ""), ("Группа 1", "1")]


def test_a_latin_class_letter_is_said_with_its_line():
    finding = timetable(lesson()).findings[0]
    assert (finding.code, finding.value, finding.suggestion, finding.row) == ("class_latin", "7A", "7А", 8)


def test_missing_tables_are_not_stated():
    (table,) = read("timetable", "t", b'<timetable><classes><class id="1" name="7"/></classes></timetable>').rows
    assert (table.lessons, table.subjects, table.weeks, table.periods) == ((), (), ("1",), ())


def test_lessons_of_the_same_groups_and_subject_are_told_apart():
    body = lesson() + lesson('periodspercard="2"').replace('id="l"', 'id="l2"')
    assert [row.key for row in timetable(body).rows[0].lessons] == ["Химия|7А", "Химия|7А|2"]


def test_a_new_teacher_keeps_the_key():
    assert timetable(lesson()).rows[0].lessons[0].key == timetable(lesson(teachers="")).rows[0].lessons[0].key


@pytest.mark.parametrize(
    ("change", "code", "lessons"),
    [
        (('subjectid="s"', 'subjectid="?"'), "timetable_unknown_subject", 0),
        (('classids="*1"', 'classids="*9"'), "timetable_unknown_class", 0),
        (('groupids="g0"', 'groupids="g9"'), "timetable_unknown_group", 0),
        (('teacherids="t"', 'teacherids="t,t9"'), "timetable_unknown_teacher", 0),
        (('classroomids="r1"', 'classroomids="r9"'), "timetable_unknown_room", 1),
        (('lessonid="l"', 'lessonid="l9"'), "timetable_unknown_lesson", 1),
        (('period="1"', 'period="first"'), "timetable_period", 1),
        (('weeks="11"', 'weeks="111"'), "timetable_weeks", 1),
        (('days="10000"', 'days="ponedelnik1"'), "timetable_days", 1),
        (('days="10000"', 'days=""'), "timetable_unplaced_card", 1),
        (('periodsperweek="1"', 'periodsperweek="nan"'), "timetable_hours", 1),
        (('terms="1"', 'terms="10"'), "timetable_terms", 1),
    ],
)
def test_what_does_not_fit_is_said_and_the_rest_is_taken(change, code, lessons):
    body = lesson('periodsperweek="1"', ['period="1" days="10000" weeks="11" terms="1"'])
    assert change[0] in body
    result = timetable(body.replace(*change))
    assert code in [finding.code for finding in result.findings]
    assert len(result.rows[0].lessons) == lessons
    assert all(finding.text() for finding in result.findings)


def test_days_are_known_by_their_names():
    body = lesson("", ['period="1" days="10000"'])
    text = f"{HEAD}{body}</timetable>".replace("Понедельник", "Воскресенье").replace("Вторник", "Понедельник")
    assert [card[0] for card in cards(read("timetable", "t.xml", text.encode()))] == [7]
