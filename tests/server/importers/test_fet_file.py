"""FET's own file: the places it fixes, the students it knows, and what was never placed."""

import pytest

from server.importers.registry import read
from tests.server.importers.fet_samples import own_file

SAMPLE = "\n".join([
    "Activity Id,Day,Hour,Students Sets,Subject,Teachers,Activity Tags,Room,Comments",
    "1,Вт,08:30,7А,Химия,Сад О.Л.,,12,",
    "2,Ср,08:30,7А Мальчики,Труд,Луг Е.В.,,,",
    "2,Ср,09:20,7А Мальчики,Труд,Луг Е.В.,,,",
]).encode()  # fmt: skip

STUDENTS = """<Students_List>
<Year><Name>7</Name><Number_of_Students>50</Number_of_Students>
  <Group><Name>7А</Name><Number_of_Students>27</Number_of_Students>
    <Subgroup><Name>7А Мальчики</Name><Number_of_Students>12</Number_of_Students></Subgroup>
    <Subgroup><Name>Скрипка</Name><Number_of_Students>3</Number_of_Students></Subgroup></Group>
  <Group><Name>7Б</Name><Number_of_Students>23</Number_of_Students></Group></Year>
<Year><Name>8В</Name><Group><Name>Юноши</Name></Group><Group><Name>Хор</Name></Group></Year>
<Year><Name>9 В</Name><Group><Name>9 В Хор</Name></Group><Group><Name>Хор</Name></Group></Year>
</Students_List>
<Teachers_List><Teacher><Name>Сад О.Л.</Name><Long_Name>Сад Ольга Львовна</Long_Name></Teacher>
<Teacher><Name>Нет Часов</Name></Teacher></Teachers_List>
<Rooms_List><Room><Name>12</Name><Capacity>30000</Capacity></Room><Room><Name>14</Name><Capacity>25</Capacity></Room>
<Room><Name>Любой</Name><Virtual>true</Virtual></Room></Rooms_List>
"""


def fet(data, *changes):
    text = data.decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read("timetable", "t.fet", text.encode())


def groups_of(name):
    data = own_file(SAMPLE, extra=STUDENTS)
    return list(fet(data, ("<Students>7А</Students>", f"<Students>{name}</Students>")).rows[0].lessons[0].groups)


@pytest.mark.parametrize("school", ["village", "town", "kazakh"])
def test_the_programs_own_file_holds_the_lessons_of_its_export(sample, school):
    data = sample(f"{school}/timetable_fet.csv")
    theirs, ours = read("timetable", "f.csv", data), read("timetable", "f.fet", own_file(data))
    assert ours.rows[0].lessons == theirs.rows[0].lessons
    assert (ours.rows[0].groups, ours.rows[0].periods) == (theirs.rows[0].groups, theirs.rows[0].periods)
    assert (ours.findings, ours.counts["fet_activities"]) == ((), theirs.counts["fet_activities"])


def test_what_has_no_place_is_a_lesson_without_cards():
    result = fet(own_file(SAMPLE, placed=False))
    assert [(row.key, row.hours_per_week, row.cards) for row in result.rows[0].lessons] == [
        ("Химия|7А", 1, ()),
        ("Труд|7А:Мальчики", 2, ()),
    ]
    assert [finding.code for finding in result.findings] == ["fet_not_placed"]


@pytest.mark.parametrize(
    "change",
    [
        ("<Weight_Percentage>100</Weight_Percentage>", "<Weight_Percentage>95</Weight_Percentage>"),
        ("<Permanently_Locked>false</Permanently_Locked><Active>true", "<Active>false"),
    ],
)
def test_a_wish_and_a_constraint_that_is_off_are_no_place(change):
    result = fet(own_file(SAMPLE), change)
    assert result.counts["cards"] == 0


def test_a_locked_place_holds_whatever_its_weight():
    off = ("<Weight_Percentage>100</Weight_Percentage>", "<Weight_Percentage>95</Weight_Percentage>")
    assert fet(own_file(SAMPLE), off, ("Locked>false", "Locked>true")).counts["cards"] == 3


def test_older_files_name_places_and_lists_otherwise():
    days = [(f"<Day><Name>{day}</Name><Long_Name></Long_Name></Day>", f"<Name>{day}</Name>") for day in ("Вт", "Ср")]
    changes = [("Preferred_Day", "Day"), ("Preferred_Hour", "Hour"), *days]
    (table,) = fet(own_file(SAMPLE), *changes).rows
    assert [card.weekday for row in table.lessons for card in row.cards] == [2, 3, 3]


def test_long_names_tell_what_short_ones_do_not():
    changes = [("<Name>Вт</Name><Long_Name></Long_Name>", "<Name>Вт</Name><Long_Name>Вторник</Long_Name>"),
               ("<Name>08:30</Name>", "<Name>1</Name><Long_Name>08:30 - 09:10</Long_Name>"),
               ("<Preferred_Hour>08:30", "<Preferred_Hour>1"), ("<Name>09:20</Name>", "<Name>2</Name>")]  # fmt: skip
    (table,) = fet(own_file(SAMPLE), *changes).rows
    assert [(row.n, row.name, row.start, row.end) for row in table.periods] == [
        (1, "1", "08:30", "09:10"),
        (2, "2", "", ""),
    ]


def test_days_and_hours_without_meaning_count_by_their_place():
    names = [("<Name>Вт<", "<Name>D1<"), ("Day>Вт<", "Day>D1<"), ("<Name>Ср<", "<Name>D2<"), ("Day>Ср<", "Day>D2<")]
    (table,) = fet(own_file(SAMPLE), *names).rows
    assert [card.weekday for row in table.lessons for card in row.cards] == [1, 2, 2]


def test_inactive_activities_are_left_out():
    (table,) = fet(own_file(SAMPLE), ("<Id>1</Id><Active>true", "<Id>1</Id><Active>false")).rows
    assert [row.subject for row in table.lessons] == ["Труд"]


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("7А", [("7А", "")]),
        ("7", [("7А", ""), ("7Б", "")]),
        ("7А Мальчики", [("7А", "Мальчики")]),
        ("Скрипка", [("7А", "Скрипка")]),
        ("Юноши", [("8В", "Юноши")]),
        ("9 В Хор", [("9В", "Хор")]),
        ("Хор", [("8В", "Хор"), ("9В", "Хор")]),
        ("Кружок", [("Кружок", "")]),
    ],
)
def test_years_groups_and_subgroups(name, groups):
    assert groups_of(name) == groups


def test_tables_of_the_file_hold_also_what_has_no_lesson():
    (table,) = fet(own_file(SAMPLE, extra=STUDENTS)).rows
    assert [(row.name, row.first) for row in table.teachers] == [("Сад О.Л.", "Ольга"), ("Нет Часов", "Часов")]
    assert [(row.name, row.capacity) for row in table.rooms] == [("12", None), ("14", 25)]
    assert {(row.class_name, row.name): row.size for row in table.groups} == {
        ("7А", ""): 27,
        ("7А", "Мальчики"): 12,
    }


def test_real_rooms_of_a_virtual_one():
    change = ("<Room>12</Room>", "<Room>Любой</Room><Real_Room>12</Real_Room><Real_Room>14</Real_Room>")
    assert fet(own_file(SAMPLE), change).rows[0].lessons[0].cards[0].rooms == ("12", "14")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("<Preferred_Day>Вт", "<Preferred_Day>Когда-нибудь"), "timetable_day"),
        (("<Preferred_Hour>08:30", "<Preferred_Hour>25:00"), "timetable_period"),
        (("<Duration>2", "<Duration>9"), "timetable_period"),
        (("<Subject>Химия</Subject>", ""), "value_missing"),
    ],
)
def test_what_does_not_fit_is_an_error_with_its_line(change, code):
    result = fet(own_file(SAMPLE), change)
    errors = result.of("error")
    assert code in [finding.code for finding in errors]
    assert all(finding.row and finding.text() for finding in errors)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<fet></fet>", "timetable_empty"),
        ('<fet version="6"><Activities_List>', "xml_cut_off"),
        ('<!DOCTYPE fet [<!ENTITY x SYSTEM "file:///etc/hostname">]><fet>&x;</fet>', "xml_doctype"),
        ("<fett/>", "timetable_unknown"),
    ],
)
def test_files_that_are_refused(text, code):
    assert [finding.code for finding in read("timetable", "t.fet", text.encode()).findings] == [code]


def test_a_namespace_does_no_harm():
    data = own_file(SAMPLE).decode().replace("<", "<f:").replace("<f:/", "</f:").replace("<f:?", "<?")
    data = data.replace('<f:fet version="6.8.5">', '<f:fet xmlns:f="urn:fet" version="6.8.5">')
    assert read("timetable", "t.fet", data.encode()).counts["cards"] == 3
