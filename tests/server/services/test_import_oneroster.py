"""OneRoster sets in the database: exact, beside the lists, again and again, and what is never guessed."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import models
from server.extensions import db
from server.services import checks, imports
from tests.server import rosters, village
from tests.server.conftest import LISTS
from tests.server.rosters import SMALL
from tests.server.services.test_import_lists import HEADER
from tests.server.village import bring, codes

KAZAKH, TOWN = (pytest.param(name, marks=pytest.mark.large) for name in ("kazakh", "town"))
COUNTED = ("students", "classes", "class_sizes", "teachers", "families", "families_2plus")


def counted(name: str) -> dict[str, Any]:
    return json.loads((rosters.FOLDERS[name] / "counts.json").read_text(encoding="utf-8"))


def bring_lists(name: str, *kinds: str) -> None:
    """Some of the sample's own lists; what its timetable cannot match is left out."""
    for kind in kinds:
        data = (rosters.FOLDERS[name] / LISTS[kind]).read_bytes()
        bring(kind, (LISTS[kind], data), skip_errors=True)


def roster(files: dict[str, str] = SMALL, **values: Any) -> imports.ImportReport:
    return bring("oneroster", ("set.zip", rosters.packed(files)), **values)


def swapped(name: str, old: str, new: str, files: dict[str, str] = SMALL) -> dict[str, str]:
    return rosters.changed(files, name, lambda text: text.replace(old, new, 1))


def rows(model: type[models.Base], *columns: str) -> list[tuple[Any, ...]]:
    """The values of some columns, sorted."""
    db.session.remove()
    found = db.session.scalars(select(model)).all()
    return sorted((tuple(getattr(row, column) for column in columns) for row in found), key=str)


def known() -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """All that lists tell of people, classes and courses."""
    yield "people", rows(models.Person, "id", "last_name", "first_name", "middle_name", "birth_date", "phone", "email",
                         "sex", "household_id", "left_on")  # fmt: skip
    yield "memberships", rows(models.Membership, "person_id", "group_id", "since", "until")
    yield "roles", rows(models.RoleGrant, "person_id", "role", "group_id", "since", "until")
    yield "guardians", rows(models.Guardianship, "guardian_id", "student_id")
    yield "groups", rows(models.Group, "id", "name", "kind", "division", "shift")
    yield "courses", rows(models.Course, "id", "group_id", "subject_id")
    yield "subjects", rows(models.Subject, "id", "name", "short")
    yield "teachers", rows(models.CourseTeacher, "course_id", "person_id", "since", "until", "is_lead")
    yield "terms", rows(models.Term, "id", "name", "starts_on", "ends_on")
    yield "years", rows(models.Year, "id", "starts_on", "ends_on")
    yield "households", rows(models.Household, "id", "address", "confirmed")


# --- the samples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["village", KAZAKH, TOWN])
def test_the_samples_are_met_exactly_and_twice_changes_nothing(school: APIFlask, name: str) -> None:
    report = bring("oneroster", ("oneroster", rosters.sample(name)))
    assert report.errors == 0
    db.session.remove()
    found, wanted = checks.counts(db.session), counted(name)
    assert {key: found[key] for key in COUNTED} == {key: wanted[key] for key in COUNTED}
    before = village.fingerprint()
    again = bring("oneroster", ("oneroster", rosters.sample(name)))
    assert (again.changed, again.counts.keys()) == (False, {"shown", "unchanged"})
    assert village.fingerprint() == before


@pytest.mark.parametrize("name", ["village", KAZAKH])
def test_after_the_lists_a_set_changes_nobody(listed: Callable[[str], APIFlask], name: str) -> None:
    """It may add what the lists do not state: second homerooms, who is in which part, a role where there was none."""
    listed(name)
    before = dict(known())
    report = bring("oneroster", ("oneroster", rosters.sample(name)))
    assert report.errors == 0
    for what, after in known():
        if what in ("memberships", "roles"):
            assert set(before[what]) <= set(after), what
        else:
            assert after == before[what], what


def test_class_lists_after_a_set_fill_the_birth_dates(school: APIFlask) -> None:
    bring("oneroster", ("oneroster", rosters.sample("village")))
    people = {row[0] for row in rows(models.Person, "id")}
    bring_lists("village", "terms", "people", "staff")
    assert {row[0] for row in rows(models.Person, "id")} == people
    db.session.remove()
    query = select(models.Person.birth_date).join(models.Membership)
    assert None not in set(db.session.scalars(query))
    assert not bring("people", ("classes.csv", (rosters.FOLDERS["village"] / "classes.csv").read_bytes())).changed


def test_the_damaged_set_is_taken_but_for_its_errors(school: APIFlask) -> None:
    before = village.fingerprint()
    report = bring("oneroster", ("oneroster", rosters.sample("dirty")))
    assert (report.refused, report.errors, village.fingerprint()) == (("oneroster",), 1, before)
    report = bring("oneroster", ("oneroster", rosters.sample("dirty")), skip_errors=True)
    assert report.changed
    db.session.remove()
    found, wanted = checks.counts(db.session), counted("dirty")
    assert {key: found[key] for key in COUNTED} == {key: wanted[key] for key in COUNTED}


def test_the_damaged_set_says_the_same_after_the_other_damaged_files(school: APIFlask) -> None:
    for kind, name in (("terms", "terms.csv"), ("people", "classes.xlsx"), ("people", "classes_utf16.csv"),
                       ("people", "classes_html.xls"), ("people", "classes_injection.csv"), ("staff", "staff.xlsx"),
                       ("timetable", "timetable_asc.xml")):  # fmt: skip
        bring(kind, (name, (rosters.FOLDERS["dirty"] / name).read_bytes()))
    wanted = {(one["file"], one["sheet"], one["row"], one["column"], one["level"]) for one in json.loads(
        (rosters.FOLDERS["dirty"] / "expected.json").read_text(encoding="utf-8")
    ) if one["file"].startswith("oneroster/") and one["level"] != "ok"}  # fmt: skip
    report = bring("oneroster", ("oneroster", rosters.sample("dirty")), skip_errors=True)
    found = [one for one in report.findings if one.level != "info"]
    assert {(one.file, one.sheet, one.row, one.column, one.level) for one in found} == wanted
    assert set(report.counts) == {"unchanged"}


def test_a_trial_stores_nothing_and_an_import_can_be_taken_back(school: APIFlask) -> None:
    bring_lists("village", "terms")
    before = village.fingerprint()
    assert roster(dry_run=True).changes
    assert village.fingerprint() == before
    people = rows(models.Person, "id")
    report = roster()
    imports.undo(report.runs[0], actor_id=None, now=village.NOW)
    assert (rows(models.Person, "id"), rows(models.Course, "id")) == (people, [])


# --- one small set ---------------------------------------------------------------------------------------------


def test_a_small_set_in_an_empty_school(school: APIFlask) -> None:
    report = roster()
    assert (report.errors, report.counts) == (0, {"created": 5, "shown": 1})  # the term too; the school's name is shown
    assert rows(models.Year, "name", "starts_on", "ends_on") == [("2026/27", date(2026, 9, 1), date(2027, 5, 25))]
    assert rows(models.Term, "kind", "number", "name", "ends_on") == [
        ("quarter", 1, "1 четверть", date(2026, 10, 25))]  # fmt: skip
    assert rows(models.RoleGrant, "role", "group_id") == [("class_teacher", rows(models.Group, "id")[0][0]),
                                                          ("subject_teacher", None)]  # fmt: skip
    assert len(rows(models.Guardianship, "id")) == 1
    assert rows(models.Subject, "name", "short") == [("Физика", "Физ.")]
    assert rows(models.CourseTeacher, "is_lead", "since") == [(True, date(2026, 9, 1))]
    assert rows(models.Account, "id") == []


def test_terms_that_are_known_are_compared_and_stay(school: APIFlask) -> None:
    bring_lists("village", "terms")
    before = rows(models.Term, "name", "starts_on", "ends_on")
    assert "roster_term_differs" not in codes(roster(), "info")  # 25 October: the first day after, as the binding says
    assert "roster_term_differs" in codes(roster(swapped("academicSessions", "2026-10-25", "2026-10-29")), "info")
    more = swapped("academicSessions", "1 четверть", "5 четверть")
    assert "roster_term_unknown" in codes(roster(more), "info")
    assert rows(models.Term, "name", "starts_on", "ends_on") == before


def test_without_any_year_people_come_and_courses_wait(school: APIFlask) -> None:
    files = {name: text for name, text in SMALL.items() if name != "academicSessions"}
    report = roster(files)
    assert (report.errors, "roster_without_year" in codes(report, "warning")) == (0, True)
    assert (len(rows(models.Membership, "id")), rows(models.Course, "id")) == (2, [])


def test_a_year_without_terms(school: APIFlask) -> None:
    sessions = "".join(line for line in SMALL["academicSessions"].splitlines(True) if not line.startswith("q1"))
    files = swapped("classes", '"q1"', "y", {**SMALL, "academicSessions": sessions})
    assert not roster(files).errors
    assert (len(rows(models.Year, "id")), len(rows(models.Course, "id"))) == (1, 1)


def test_a_namesake_in_another_class_is_proposed_and_never_guessed(school: APIFlask) -> None:
    roster()
    before = village.fingerprint()
    moved = {name: text.replace("7А", "7Б") for name, text in SMALL.items()}
    report = roster(moved)
    assert codes(report) == ["student_perhaps_known"] * 2
    assert {(one.file, one.row) for one in report.findings if one.level == "error"} == {
        ("set.zip/users.csv", 2), ("set.zip/users.csv", 3)}  # fmt: skip
    assert village.fingerprint() == before
    said = {"set.zip/users.csv//2": "same", "set.zip/users.csv//3": "new"}
    report = roster(moved, decisions=said)
    assert (report.errors, len(rows(models.Person, "id"))) == (0, 5)
    assert "group_changed" in codes(report, "warning")


@pytest.mark.parametrize(("old", "new"), [("Пётр,Листов", "Петр,Листов"), ("Пётр,Листов", "Пётр,Веткин")])
def test_a_near_name_in_the_class_is_proposed(school: APIFlask, old: str, new: str) -> None:
    roster()
    assert codes(roster(swapped("users", old, new))) == ["student_perhaps_known"]
    assert not roster(swapped("users", old, new), decisions={"2": "same"}).errors
    assert len(rows(models.Person, "id")) == 4


def test_two_of_one_name_in_a_class_stay_two(school: APIFlask) -> None:
    files = swapped("users", "Вера,Корнева,", "Пётр,Листов,Ильич")
    roster(files)
    assert not roster(files).changed
    assert len(rows(models.Membership, "id")) == 2
    one = swapped("enrollments", "e2,,,h1,s1,u2,student,,,\n", "", files)
    one = swapped(
        "users", "u2,true,u2,Пётр,Листов,Ильич,,,\n", "", swapped("enrollments", "e5,,,k1,s1,u2,student,,,\n", "", one)
    )
    one = swapped("roles", "r2,,,u2,primary,student,,,s1,\n", "", one)
    assert not roster(one).errors  # the one with the same parent
    alone = swapped("users", "Ильич,,,p1", "Ильич,,,", swapped("users", "000-10-10,u1", "000-10-10,", one))
    assert codes(roster(alone)) == ["student_perhaps_known"]  # which of the two?


def listed(*lines: str) -> tuple[str, bytes]:
    return ("list.csv", (HEADER + "".join(lines)).encode())


LEAF = "7А;Листов;Пётр;Ильич;03.07.2013;м;;Листова Анна Юрьевна;+7 999 000-10-10;;\n"


def test_a_class_list_knows_who_came_without_a_birth_date(school: APIFlask) -> None:
    roster()
    people = {row[0] for row in rows(models.Person, "id")}
    report = bring("people", listed(LEAF))
    assert (report.errors, {row[0] for row in rows(models.Person, "id")}) == (0, people)
    assert (date(2013, 7, 3),) in rows(models.Person, "birth_date")
    assert codes(bring("people", listed(LEAF.replace("Листов;", "Веткин;", 1)))) == ["student_perhaps_known"]


def test_a_class_list_asks_where_the_class_or_the_name_differs(school: APIFlask) -> None:
    roster()
    for near in (LEAF.replace("7А", "8А"), LEAF.replace("Пётр", "Петр"), LEAF.replace("Листов;", "Веткин;", 1)):
        assert codes(bring("people", listed(near))) == ["student_perhaps_known"]
    bring("people", listed(LEAF.replace("Пётр", "Петр")), decisions={"2": "same"})
    assert ("Листов", "Петр", date(2013, 7, 3)) in rows(models.Person, "last_name", "first_name", "birth_date")
    assert len(rows(models.Person, "id")) == 4


def test_of_two_namesakes_the_one_with_the_same_family_is_meant(school: APIFlask) -> None:
    bring("people", listed(LEAF, LEAF.replace("03.07", "04.09").replace("Листова Анна", "Листова Ольга")))
    people = {row[0] for row in rows(models.Person, "id")}
    assert not roster().errors
    new = {row[1] for row in rows(models.Person, "id", "last_name") if row[0] not in people}
    assert new == {"Корнева", "Веслова"}
    assert len(rows(models.Guardianship, "id")) == 2


def test_another_student_of_the_list_is_new(school: APIFlask) -> None:
    roster()
    report = bring("people", listed("7А;Вязов;Олег;Павлович;01.02.2013;м;;;;;\n"))
    assert (report.errors, len(rows(models.Person, "id"))) == (0, 5)


def test_a_role_of_the_set_adds_nothing_to_the_roles_of_somebody(school: APIFlask) -> None:
    staff = "Фамилия;Имя;Роли;Телефон\nВеслова;Анна;библиотекарь;\n"
    bring("staff", ("staff.csv", staff.encode()))
    roster()
    assert [role for role, group in rows(models.RoleGrant, "role", "group_id") if not group] == ["support_staff"]


@pytest.mark.parametrize(
    ("role", "ours"),
    [("principal", "director"), ("counselor", "support_staff"), ("systemAdministrator", "support_staff")],
)
def test_a_set_gives_no_wide_rights(school: APIFlask, role: str, ours: str) -> None:
    roster(swapped("roles", "teacher", role))
    assert (ours, None) in rows(models.RoleGrant, "role", "group_id")


def test_employees_of_one_name_are_told_apart_or_refused(school: APIFlask) -> None:
    def two(first: str, second: str) -> dict[str, str]:
        users = SMALL["users"].replace("t1@example.org", first) + f"t2,true,t2,Анна,Веслова,,{second},,\n"
        return {**SMALL, "users": users, "roles": SMALL["roles"] + "r9,,,t2,primary,principal,,,s1,\n"}

    assert codes(roster(two("", ""))) == ["staff_ambiguous"]
    both = two("t1@example.org", "t2@example.org")
    assert not roster(both).errors
    assert not roster(both).changed
    assert sorted(role for (role,) in rows(models.RoleGrant, "role")) == [
        "class_teacher",
        "director",
        "subject_teacher",
    ]


def test_who_teaches_and_has_a_child_here_is_one_person(school: APIFlask) -> None:
    files = swapped(
        "users", "t1,true,t1,Анна,Веслова,,t1@example.org,,", 't1,true,t1,Анна,Веслова,,t1@example.org,,"u2"'
    )
    roster(files)
    assert len(rows(models.Person, "id")) == 4
    assert len(rows(models.Guardianship, "id")) == 2


def test_the_first_day_that_a_set_states_counts(school: APIFlask) -> None:
    files = swapped("enrollments", "e1,,,h1,s1,u1,student,,,", "e1,,,h1,s1,u1,student,,2026-11-05,")
    files = swapped("enrollments", "e6,,,k1,s1,t1,teacher,true,,", "e6,,,k1,s1,t1,teacher,true,2026-10-01,", files)
    roster(files)
    assert {since for (since,) in rows(models.Membership, "since")} == {date(2026, 9, 1), date(2026, 11, 5)}
    assert rows(models.CourseTeacher, "since", "is_lead") == [(date(2026, 10, 1), True)]


def test_parts_keep_the_division_that_the_school_gave_them(school: APIFlask) -> None:
    def split(first: str, second: str) -> dict[str, str]:
        classes = (
            f"a,,,7А {first}: Физика,07,c1,,scheduled,,s1,q1,,,\nb,,,7А {second}: Физика,07,c1,,scheduled,,s1,q1,,,\n"
        )
        files = rosters.changed(SMALL, "classes", lambda text: text + classes)
        members = "z1,,,a,s1,u1,student,,,\nz2,,,b,s1,u2,student,,,\n"
        return rosters.changed(files, "enrollments", lambda text: text + members)

    roster(split("Группа 1", "Группа 2"))
    assert rows(models.Group, "name", "division", "kind")[1:] == [
        ("Группа 1", "1", "subgroup"), ("Группа 2", "1", "subgroup")]  # fmt: skip
    report = roster(split("Мальчики", "Девочки"))
    assert "group_changed" not in codes(report, "warning")
    assert ("Мальчики", "2", "subgroup") in rows(models.Group, "name", "division", "kind")
    assert len(rows(models.Membership, "id")) == 6


def test_a_study_group_of_two_classes(school: APIFlask) -> None:
    files = rosters.changed(SMALL, "classes", lambda text: f"{text}h2,,,7Б,07,c1,,homeroom,,s1,y,,,\n"
                            "k2,,,Кружок: Физика,07,c1,,scheduled,,s1,q1,,,\n")  # fmt: skip
    files = swapped("enrollments", "h1,s1,u2", "h2,s1,u2", files)
    files = rosters.changed(files, "users", lambda text: text + "u3,true,u3,Олег,Вязов,,,,\n")
    files = rosters.changed(files, "enrollments", lambda text: text + "x3,,,h2,s1,u3,student,,,\n"
                            "x4,,,k2,s1,u1,student,,,\nx5,,,k2,s1,u2,student,,,\n")  # fmt: skip
    roster(files)
    assert ("Кружок", "study", None) in rows(models.Group, "name", "kind", "parent_id")
    assert not roster(files).changed
