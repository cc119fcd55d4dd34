"""The school as a OneRoster set: valid by the binding, sparing with people's data, and the same school again."""

import io
import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Guardianship, Membership, Person
from server.services.imports import ImportReport
from server.services.oneroster_export import export_set, neutral
from tests.server import factory, rosters
from tests.server.conftest import SCHOOLS, office_on_copy
from tests.server.factory import TODAY
from tests.server.roster_rules import HEADERS, violations
from tests.server.services.test_import_oneroster import rows
from tests.server.terminal import Korablik
from tests.server.village import bring

Records = dict[str, list[dict[str, str]]]


def exported(today: date = TODAY, **values: Any) -> bytes:
    db.session.remove()
    return export_set(db.session, today, **values)[0]


def taught() -> str:
    """A class with a student, a parent, a teacher, a subject and a term; returns the class's id."""
    group = factory.group("7А", "7a")
    child = factory.student(group, phone="+79990000001", birth_date=date(2013, 7, 3), sex="m")
    factory.guardian(child, phone="+79000000001")
    course = factory.course(group)
    teacher = factory.teacher(course)
    factory.grant(teacher, "subject_teacher")
    factory.grant(teacher, "class_teacher", group_id=group)
    return group


@pytest.fixture
def elsewhere(blank_home: Path, tmp_path: Path) -> Callable[..., tuple[ImportReport, bytes]]:
    """Brings a set into an empty home of its own; gives the report, and what that home exports."""

    def take(data: bytes, school_id: str = "TEST", like: str = "village") -> tuple[ImportReport, bytes]:
        home = tmp_path / "elsewhere"
        shutil.rmtree(home, ignore_errors=True)
        with office_on_copy(blank_home, home):
            factory.school(week_anchor=None, id=school_id, **SCHOOLS[like])
            report = bring("oneroster", ("set.zip", data))
            return report, exported()

    return take


# --- valid -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["village", pytest.param("kazakh", marks=pytest.mark.large)])
def test_samples_are_valid_sets_that_bring_the_same_school(listed: Callable, elsewhere: Callable, name: str) -> None:
    listed(name)
    data = exported()
    assert violations(data) == []
    report, again = elsewhere(data, like=name)
    assert [one for one in report.findings if one.level != "info"] == []
    assert again == data


def test_in_a_home_of_another_school_only_its_own_ids_differ(listed: Callable, elsewhere: Callable) -> None:
    listed("village")
    data = exported()
    _, again = elsewhere(data, "WXYZ")
    assert violations(again) == []
    ours, theirs = rosters.records(data), rosters.records(again)
    assert [row["sourcedId"] for row in theirs["users"]] == [row["sourcedId"] for row in ours["users"]]
    assert by_names(theirs) == by_names(ours)


def by_names(found: Records) -> dict[str, list[list[str]]]:
    """The records with names in the place of ids, but for the ids of people."""
    named = {row["sourcedId"]: row.get("title") or row.get("name", "") for file in ("orgs", "academicSessions",
             "courses", "classes") for row in found[file]}  # fmt: skip
    return {
        name: [[" ".join(named.get(id, id) for id in value.split(",")) for column, value in row.items()
                if column != "sourcedId"] for row in table]
        for name, table in found.items() if name != "manifest"
    }  # fmt: skip


def test_a_small_school(school: APIFlask) -> None:
    taught()
    data = exported()
    assert violations(data) == []
    found = rosters.records(data)
    assert {name: len(table) for name, table in found.items() if name != "manifest"} == {
        "academicSessions": 2, "classes": 2, "courses": 2, "demographics": 1, "enrollments": 4, "orgs": 1, "roles": 3,
        "users": 3,
    }  # fmt: skip
    [child] = [row for row in found["users"] if row["familyName"] == "Veslov"]
    assert (child["sms"], child["grades"], child["email"]) == ("+79990000001", "07", "")
    [born] = found["demographics"]
    assert (born["sourcedId"], born["birthDate"], born["sex"]) == (child["sourcedId"], "2013-07-03", "male")
    assert [row["title"] for row in found["classes"]] == ["7А", "7А: algebra"]
    assert [(row["role"], row["primary"]) for row in found["enrollments"]] == [
        ("student", ""), ("teacher", "true"), ("student", ""), ("teacher", "true")]  # fmt: skip
    term = found["academicSessions"][1]
    assert (term["endDate"], term["metadata.korablik.lastDay"]) == ("2026-12-28", "2026-12-27")


def test_a_school_without_a_year_has_nothing_to_give(school: APIFlask) -> None:
    with pytest.raises(DomainError, match="year_missing"):
        exported()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("users", "Veslov,", ","),
        ("users", "sourcedId,status", "status,sourcedId"),
        ("users", "true", "yes"),
        ("roles", ",primary,", ",first,"),
        ("roles", "primary,student", "secondary,student"),
        ("enrollments", "TEST", "TES"),
        ("enrollments", "2026-09-01", "01.09.2026"),
        ("manifest", "file.users,bulk", "file.users,absent"),
        ("manifest", "file.results,absent", "file.result,absent"),
        ("classes", "homeroom", "class"),
        ("academicSessions", "2026-12-28", "2026-11-05"),
        ("orgs", "\r\n", "\n"),
        ("demographics", "male", "m"),
    ],
)
def test_the_rules_find_what_is_wrong(school: APIFlask, name: str, old: str, new: str) -> None:
    taught()
    files = texts(exported())
    assert violations(rosters.packed(files)) == []
    assert violations(rosters.packed(rosters.changed(files, name, lambda text: text.replace(old, new, 1)))) != []


def texts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename.removesuffix(".csv"): archive.read(info).decode() for info in archive.infolist()}


# --- sparing ---------------------------------------------------------------------------------------------------


def test_birth_dates_can_stay_here(school: APIFlask, elsewhere: Callable) -> None:
    taught()
    data = exported(births=False)
    assert violations(data) == []
    assert "demographics" not in rosters.records(data)
    assert b"2013" not in b"".join(text.encode() for text in texts(data).values())
    report, again = elsewhere(data)
    assert (report.errors, by_names(rosters.records(again))) == (0, by_names(rosters.records(data)))


def test_who_may_be_told_nothing_has_left_or_belongs_nowhere_is_left_out(school: APIFlask) -> None:
    group = taught()
    before = [row["sourcedId"] for row in rosters.records(exported())["users"]]
    [child] = [row[0] for row in rows(Membership, "person_id")]
    father = factory.guardian(child, "Veslov", "Oleg")
    store.write(lambda session: setattr(
        session.query(Guardianship).filter_by(guardian_id=father).one(), "may_receive", False))  # fmt: skip
    factory.student(group, "Gone", left_on=TODAY)
    moved = factory.person("Moved")
    factory.membership(moved, group, until=date(2026, 10, 1))
    factory.person("Nobody")
    data = exported()
    assert [row["sourcedId"] for row in rosters.records(data)["users"]] == before
    assert violations(data) == []


def test_who_leaves_later_is_still_here(school: APIFlask) -> None:
    group = taught()
    late = factory.person("Late", left_on=date(2027, 1, 15))
    factory.membership(late, group, until=date(2027, 1, 14))
    [row] = [row for row in rosters.records(exported())["enrollments"] if row["userSourcedId"] == late
             and row["endDate"]][:1]  # fmt: skip
    assert row["endDate"] == "2027-01-15"


def test_nothing_that_identifies_a_person_is_in_the_ids(school: APIFlask) -> None:
    taught()
    slugs = {row[0] for row in rows(Person, "slug")}
    assert slugs.isdisjoint(row["username"] for row in rosters.records(exported())["users"])


# --- and back --------------------------------------------------------------------------------------------------


def test_everything_a_set_can_say_comes_back(school: APIFlask, elsewhere: Callable) -> None:
    group = taught()
    [child] = [row[0] for row in rows(Membership, "person_id")]
    part = factory.group("Группа 1", "7a-1", kind="subgroup", parent_id=group, division="1")
    factory.membership(child, part, since=date(2026, 10, 5))
    helper = factory.teacher(factory.course(part, "physics"), since=date(2026, 11, 2))
    factory.teacher(factory.course(part, "Литература, чтение"), helper)
    other = factory.group("7 «Б»", "7b", shift=2, language="kk")
    friend = factory.student(other, "Korneva", "Vera")
    study = factory.group("Кружок", "circle", grade=None, kind="study")
    for one in (child, friend):
        factory.membership(one, study)
    factory.teacher(factory.course(study, "chess"), helper)
    home = factory.group("Vera", "7b-vera", kind="individual", parent_id=other)
    factory.membership(friend, home)
    factory.teacher(factory.course(home, "algebra"), helper)
    factory.course(other, "algebra")
    boss = factory.person("Rulev", "Ivan")
    for role in ("deputy_studies", "director", "admin"):
        factory.grant(boss, role)
    factory.guardian(friend, "Rulev", "Ivan", phone="")
    data = exported()
    assert violations(data) == []
    report, again = elsewhere(data)
    assert [one.code for one in report.findings if one.level == "error"] == []
    assert by_names(rosters.records(again)) == by_names(rosters.records(data))
    enrolled = [row for row in rosters.records(data)["enrollments"] if row["userSourcedId"] == friend]
    assert len(enrolled) == 3  # class, circle, at home; not algebra with the class


def test_terms_of_some_grades_keep_them(school: APIFlask, elsewhere: Callable) -> None:
    taught()
    factory.add(factory.models.Term(
        id=factory.new_id(), year_id=factory.year(), kind="half", number=1, name="1 полугодие, 10–11 классы",
        starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 27), grades=[10, 11]))  # fmt: skip
    data = exported()
    [scheduled] = [row for row in rosters.records(data)["classes"] if row["classType"] == "scheduled"]
    assert "," not in scheduled["termSourcedIds"]
    _, again = elsewhere(data)
    assert by_names(rosters.records(again)) == by_names(rosters.records(data))


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "@A1", "-2+3", '="0"&"1"', "A,b", 'A"b', "O'Neill"])
def test_names_run_nothing_and_come_back(school: APIFlask, elsewhere: Callable, name: str) -> None:
    group = taught()
    factory.student(group, name, "Anna")
    data = exported()
    cells = [cell for table in rosters.records(data).values() for row in table for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "-")) or re.match(r"\+.*[^\d -]", cell)]
    _, again = elsewhere(data)
    assert name in {row["familyName"].removeprefix("'") for row in rosters.records(again)["users"]}
    assert by_names(rosters.records(again)) == by_names(rosters.records(data))


@pytest.mark.parametrize(
    ("value", "written"),
    [("+7 (999) 000-00-01", "+7 (999) 000-00-01"), ("=1", "'=1"), ("-x", "'-x"), ("a\nb", "a b"), ("", "")],
)
def test_phones_stay_as_they_are(value: str, written: str) -> None:
    assert neutral(value) == written


# --- the command line ------------------------------------------------------------------------------------------


def test_the_command_writes_a_set_and_reads_its_folder(korablik: Korablik, tmp_path: Path) -> None:
    out = tmp_path / "set.zip"
    assert korablik.run("export", "oneroster", "--out", out, "--json").document["births"] == 96
    assert violations(out.read_bytes()) == []
    folder = tmp_path / "roster"
    folder.mkdir()
    for name, text in texts(out.read_bytes()).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    answer = korablik.run("import", "oneroster", folder, "--json")
    assert (answer.code, answer.document["changed"]) == (0, False)
    assert set(texts(out.read_bytes())) == {"manifest", *HEADERS}


def test_the_damaged_folder_on_the_command_line(korablik: Korablik, tmp_path: Path) -> None:
    folder = rosters.FOLDERS["dirty"] / "oneroster"
    answer = korablik.run("import", "oneroster", folder, "--json")
    assert (answer.code, answer.document["refused"]) == (1, ["oneroster"])
    told = {(one["file"], one["row"], one["column"], one["level"]) for one in answer.document["findings"]}
    assert told >= {
        ("oneroster/enrollments.csv", 1538, "userSourcedId", "error"),
        ("oneroster/users.csv", 1, "prefferedGivenName", "warning"),
        ("oneroster/users.csv", 6, "", "warning"),
    }
    empty = tmp_path / "empty"
    empty.mkdir()
    assert korablik.run("import", "oneroster", empty, "--json").refusal == "file_missing"
