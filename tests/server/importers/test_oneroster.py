"""OneRoster sets: the samples exactly, the dirt of real ones, and what is refused."""

import json
import re
from datetime import date

import pytest

from server.importers.registry import read
from tests.server import rosters
from tests.server.rosters import SMALL


def taken(files, **values):
    return read("oneroster", "set.zip", rosters.packed(files), **values)


def told(result):
    """(level, code, file, row, column) of each finding."""
    return [(one.level, one.code, one.file.rpartition("/")[2], one.row, one.column) for one in result.findings]


def swapped(name, old, new, files=SMALL):
    """The small set with a piece of one file replaced."""
    return rosters.changed(files, name, lambda text: text.replace(old, new, 1))


def roster(files=SMALL, **values):
    [row] = taken(files, **values).rows
    return row


# --- the samples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["village", "kazakh", "town"])
def test_the_samples_count_exactly(name):
    wanted = json.loads((rosters.FOLDERS[name] / "counts.json").read_text(encoding="utf-8"))
    result = read("oneroster", "oneroster", rosters.sample(name))
    assert {key: wanted[key] for key in result.counts} == result.counts
    assert {one.code for one in result.findings} <= {"role_unknown"}  # counselors of two schools


def test_the_damaged_set_has_its_remarks_and_no_other():
    expected = json.loads((rosters.FOLDERS["dirty"] / "expected.json").read_text(encoding="utf-8"))
    wanted = {(one["file"], one["sheet"], one["row"], one["column"], one["level"]) for one in expected
              if one["file"].startswith("oneroster/") and one["level"] != "ok"}  # fmt: skip
    result = read("oneroster", "oneroster", rosters.sample("dirty"))
    found = [(one.file, one.sheet, one.row, one.column, one.level) for one in result.findings]
    assert set(found) == wanted
    assert len(found) == len(wanted)
    assert result.counts["oneroster"]["enrollments"] == 1536
    assert all(one.text() for one in result.findings)


# --- what comes out --------------------------------------------------------------------------------------------


def test_a_small_set():
    found = roster()
    assert (found.school, [one.name for one in found.classes]) == ("Лесная школа", ["7А"])
    assert [(one.row.last, one.row.class_name, one.row.birth_date) for one in found.students] == [
        ("Листов", "7А", None), ("Корнева", "7А", None)]  # fmt: skip
    assert [(one.row.phone, one.students) for one in found.guardians] == [("+79990001010", ("u1",))]
    assert found.students[0].row.guardians[0].email == "anna@example.org"
    assert [(one.row.last, one.row.roles) for one in found.staff] == [("Веслова", ("subject_teacher",))]
    [course] = found.courses
    assert (course.subject, course.short, course.teachers) == ("Физика", "Физ.", (("t1", None),))
    assert [(part.class_name, part.part) for part in course.parts] == [("7А", "")]
    assert not found.is_ours


def test_one_side_of_a_family_is_enough():
    for old in ("Ильич,,,p1", "8 999 000-10-10,u1"):
        found = roster(swapped("users", old, old.rpartition(",")[0] + ","))
        assert [one.students for one in found.guardians] == [("u1",)]


def test_demographics_bring_birth_dates():
    files = {**SMALL, "demographics": "sourcedId,birthDate,sex\nu1,3/07/2013,male\nu2,2013-08-04,Female\n"}
    found = roster(files)
    assert [(str(one.row.birth_date), one.row.sex) for one in found.students] == [
        ("2013-07-03", "m"), ("2013-08-04", "f")]  # fmt: skip


def lesson(title, students, more=""):
    """The small set with a second taught class for some of the students."""
    rows = "".join(f"x{number},,,k2,s1,{user},student,,,\n" for number, user in enumerate(students))
    files = rosters.changed(SMALL, "classes", lambda text: f"{text}k2,,,{title},07,c1,{more},scheduled,,s1,q1,,,\n")
    return rosters.changed(files, "enrollments", lambda text: text + rows)


@pytest.mark.parametrize(
    ("title", "students", "code", "part"),
    [
        ("7А Группа 1: Физика", ["u1"], "", "Группа 1"),
        ("7 «А» класс Группа 1: Физика", ["u1"], "", "Группа 1"),
        ("7А: Физика", ["u1", "u2"], "", ""),
        ("Physics", ["u1", "u2"], "", ""),
        ("7А Группа 2: Физика", [], "", "Группа 2"),
    ],
)
def test_parts_of_a_class(title, students, code, part):
    found = roster(lesson(title, students, code)).courses[-1]
    assert [(one.class_name, one.part) for one in found.parts] == [("7А", part)]


def many(count):
    """The small set with so many students of 7А."""
    files = rosters.changed(SMALL, "users", lambda text: text + "".join(
        f"m{n},true,m{n},Имя{n},Фамилия{n},,,,\n" for n in range(count)))  # fmt: skip
    return rosters.changed(files, "enrollments", lambda text: text + "".join(
        f"me{n},,,h1,s1,m{n},student,,,\nmk{n},,,k1,s1,m{n},student,,,\n" for n in range(count)))  # fmt: skip


def test_sections_without_a_name_are_numbered():
    files = many(18)
    for number, users in enumerate((range(9), range(9, 18))):
        files = rosters.changed(
            files, "classes", lambda text, n=number: f"{text}s{n},,,Физика,07,c1,,scheduled,,s1,q1,,,\n"
        )
        files = rosters.changed(files, "enrollments", lambda text, n=number, own=users: text + "".join(
            f"se{n}{user},,,s{n},s1,m{user},student,,,\n" for user in own))  # fmt: skip
    parts = [part for course in roster(files).courses[1:] for part in course.parts]
    assert [(part.class_name, part.part, part.division, len(part.students)) for part in parts] == [
        ("7А", "1", "1", 9), ("7А", "2", "1", 9)]  # fmt: skip


def test_a_few_who_are_missing_do_not_split_a_class():
    files = swapped("enrollments", "mk0,,,k1,s1,m0,student,,,\n", "", many(10))
    result = taken(files)
    assert [part.part for part in result.rows[0].courses[0].parts] == [""]
    assert ("warning", "oneroster_class_incomplete", "classes.csv", 3, "") in told(result)


def test_students_of_several_classes_are_a_study_group():
    files = rosters.changed(SMALL, "classes", lambda text: f"{text}h2,,,7Б,07,c1,,homeroom,,s1,y,,,\n"
                            "k2,,,Кружок: Физика,07,c1,,scheduled,,s1,q1,,,\n")  # fmt: skip
    files = swapped("enrollments", "h1,s1,u2", "h2,s1,u2", files)
    files = rosters.changed(files, "users", lambda text: text + "u3,true,u3,Олег,Вязов,,,,\n")
    files = rosters.changed(files, "enrollments", lambda text: text + "x3,,,h2,s1,u3,student,,,\n"
                            "x4,,,k2,s1,u1,student,,,\nx5,,,k2,s1,u2,student,,,\n")  # fmt: skip
    [part] = roster(files).courses[-1].parts
    assert (part.kind, part.part, [user for user, _ in part.students]) == ("study", "Кружок", ["u1", "u2"])


def test_ends_are_exclusive_where_sessions_follow_one_upon_the_other():
    more = "q2,,,2 четверть,gradingPeriod,2026-10-25,2026-12-29,y,2027\n"
    ends = [str(term.row.end) for term in roster(rosters.changed(SMALL, "academicSessions", lambda t: t + more)).terms]
    assert ends == ["2026-10-24", "2026-12-28"]
    assert [str(term.row.end) for term in roster().terms] == ["2026-10-25"]


# --- dirt ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "finding"),
    [
        ("users", "familyName", "familiyName",
         ("warning", "oneroster_column_recovered", "users.csv", 1, "familiyName")),
        ("users", "agentSourcedIds", "agentSourcedId",
         ("warning", "oneroster_column_recovered", "users.csv", 1, "agentSourcedId")),
        ("users", "enabledUser", "enabledUsr", ("warning", "oneroster_column_misspelt", "users.csv", 1, "enabledUsr")),
        ("users", "enabledUser", "shoeSize", ("warning", "column_unknown", "users.csv", 1, "shoeSize")),
        ("users", "Ильич,,,p1", "Ильич,,,p1,,", ("warning", "oneroster_row_long", "users.csv", 2, "")),
        ("users", "Корнева,,,,", "Корнева", ("warning", "oneroster_row_short", "users.csv", 3, "")),
        ("users", "Ильич,,,p1", "Ильич,,,p1,x", ("error", "oneroster_row_shifted", "users.csv", 2, "")),
        ("users", "Корнева", "", ("error", "value_missing", "users.csv", 3, "familyName")),
        ("users", "anna@example.org", "anna", ("warning", "email_unreadable", "users.csv", 4, "email")),
        ("users", "8 999 000-10-10", "12-34", ("warning", "phone_unreadable", "users.csv", 4, "sms")),
        ("users", "u1\nt1", "u1\nu2", ("error", "oneroster_same_id", "users.csv", 5, "sourcedId")),
        ("users", "Ильич,,,p1", "Ильич,,,\"p1,p9\"",
         ("warning", "oneroster_unknown_user", "users.csv", 2, "agentSourcedIds")),
        ("roles", ",u1,", ",u9,", ("warning", "oneroster_unknown_user", "roles.csv", 2, "userSourcedId")),
        ("roles", "teacher", "wizard", ("warning", "role_unknown", "roles.csv", 5, "role")),
        ("enrollments", "h1,s1,u1", "h1,s1,u9",
         ("error", "oneroster_unknown_user", "enrollments.csv", 2, "userSourcedId")),
        ("enrollments", "h1,s1,u1", "h9,s1,u1",
         ("error", "oneroster_unknown_class", "enrollments.csv", 2, "classSourcedId")),
        ("enrollments", "e2,,,h1", "e1,,,h1", ("error", "oneroster_same_id", "enrollments.csv", 3, "sourcedId")),
        ("enrollments", "e1,,,h1,s1,u1,student,,,", "e1,,,h1,s1,u1,student,,31.31.2026,",
         ("warning", "date_impossible", "enrollments.csv", 2, "beginDate")),
        ("enrollments", "e3,,,h1,s1,t1,teacher", "e3,,,h1,s1,t1,proctor",
         ("warning", "oneroster_enrollment_unused", "enrollments.csv", 4, "role")),
        ("enrollments", "e2,,,h1,s1,u2,student,,,\n", "", ("error", "oneroster_no_homeroom", "users.csv", 3, "")),
        ("classes", "h1,,,7А,07,c1,7А", "h1,,,Room 12,07,c1,", ("error", "class_unknown", "classes.csv", 2, "title")),
        ("classes", "h1,,,7А,07", "h1,,,7A,07", ("warning", "class_latin", "classes.csv", 2, "title")),
        ("courses", "Физика, 7 класс", "",
         ("error", "oneroster_no_subject", "classes.csv", 3, "courseSourcedId")),
        ("academicSessions", "2026-10-25", "2026-08-25",
         ("error", "term_backwards", "academicSessions.csv", 3, "endDate")),
        ("manifest", "file.users,bulk", "file.users,bulk\nfile.demographics,bulk",
         ("warning", "oneroster_file_missing", "manifest.csv", 0, "file.demographics")),
        ("manifest", "file.users,bulk", "file.users,absent",
         ("warning", "oneroster_file_not_absent", "manifest.csv", 0, "file.users")),
        ("manifest", "oneroster.version,1.2", "oneroster.version,2.0",
         ("warning", "oneroster_version", "manifest.csv", 0, "")),
    ],
)  # fmt: skip
def test_each_damage_is_said_at_its_place(name, old, new, finding):
    result = taken(swapped(name, old, new))
    assert finding in told(result)
    assert not result.refused
    assert all(one.text() for one in result.findings)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("users", "true", "TRUE"),
        ("users", "true", "1"),
        ("users", "sourcedId", "SOURCEDID"),
        ("roles", "teacher", "Teacher"),
        ("enrollments", "student", "STUDENT"),
        ("classes", "homeroom", "Homeroom"),
        ("enrollments", "teacher,true", "teacher,TRUE"),
        ("enrollments", "e1,,,h1,s1,u1,student,,,", "e1,,,h1,s1,u1,student,,1/09/2026,"),
        ("academicSessions", "2026-10-25", "25/10/2026"),
        ("users", "agentSourcedIds", "agentSourcedIds,metadata.other"),
        ("manifest", "manifest.version", "\ufeffmanifest.version"),
    ],
)  # fmt: skip
def test_other_spellings_mean_the_same(name, old, new):
    found, plain = taken(swapped(name, old, new)), taken(SMALL)
    harmless = {"oneroster_row_short"}  # the rows below a header that got a column more
    assert {one.code for one in found.findings} <= harmless
    assert [one.row.last for one in found.rows[0].students] == [one.row.last for one in plain.rows[0].students]
    assert [one.row.roles for one in found.rows[0].staff] == [one.row.roles for one in plain.rows[0].staff]
    assert [one.row.end for one in found.rows[0].terms] == [one.row.end for one in plain.rows[0].terms]


@pytest.mark.parametrize(
    ("encoding", "code"),
    [("utf-8-sig", None), ("cp1251", "encoding_declared_wrong"), ("utf-16", None)],
)
def test_letters_of_another_encoding(encoding, code):
    files = {**SMALL, "users": SMALL["users"].encode(encoding)}
    result = taken(files)
    assert [one.code for one in result.findings] == ([code] if code else [])
    assert result.rows == taken(SMALL).rows


def test_another_delimiter():
    files = {**SMALL, "users": SMALL["users"].replace(",", ";")}
    assert taken(files).rows == taken(SMALL).rows


def test_entries_marked_for_deletion_are_skipped_and_said():
    files = swapped("enrollments", "e1,,", "e1,tobedeleted,2026-11-01")
    files = swapped("enrollments", "e4,,", "e4,ToBeDeleted,2026-11-01", files)
    users = (
        SMALL["users"].replace("\n", ",\n").replace("Ids,\n", "Ids,status\n").replace("p1,\nu2", "p1,tobedeleted\nu2")
    )
    result = taken({**files, "users": users})
    assert [(one.code, one.value) for one in result.findings] == [
        ("oneroster_deleted", "2"),
        ("oneroster_deleted", "1"),
    ]
    assert [one.id for one in result.rows[0].students] == ["u2"]


def test_who_has_left_a_class_is_not_in_it():
    files = swapped("enrollments", "e1,,,h1,s1,u1,student,,,", "e1,,,h1,s1,u1,student,,2026-09-01,2026-11-01")
    assert [one.id for one in roster(files, today=date(2026, 10, 31)).students] == ["u1", "u2"]
    assert [one.id for one in roster(files, today=date(2026, 11, 1)).students] == ["u2"]


def test_a_set_of_the_version_before():
    users = re.sub(r"^(\w+,.*)$", r"\1,student", SMALL["users"], flags=re.M).replace("Ids,student", "Ids,role")
    users = users.replace("u1,student\nt1", "u1,parent\nt1").replace(
        "t1@example.org,,,student", "t1@example.org,,,teacher"
    )
    files = {name: text for name, text in SMALL.items() if name not in ("roles", "manifest")} | {"users": users}
    result = taken(files)
    assert {one.code for one in result.findings} == {"oneroster_no_manifest", "oneroster_file_missing"}
    assert [one.row.roles for one in result.rows[0].staff] == [("subject_teacher",)]


def test_unknown_files_and_what_file_managers_add():
    files = {**SMALL, "results": "", "notes": "x", "__MACOSX/._users": "x", ".DS_Store": "x"}
    assert told(taken(files)) == [("warning", "oneroster_file_unused", "notes.csv", 0, "")]


def test_a_set_in_one_folder_and_with_capitals():
    files = {("Users" if name == "users" else name): text for name, text in SMALL.items()}
    result = read("oneroster", "set.zip", rosters.packed(files, "export/"))
    assert (result.findings, len(result.rows[0].students)) == ((), 2)


# --- refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (swapped("manifest", "bulk", "delta"), "oneroster_delta"),
        ({name: text for name, text in SMALL.items() if name != "users"}, "oneroster_files"),
        ({**SMALL, "a/users": SMALL["users"]}, "oneroster_folders"),
        ({f"a/b/{name}": text for name, text in SMALL.items()}, "oneroster_folders"),
        ({**SMALL, "../users": SMALL["users"]}, "oneroster_folders"),
        ({**SMALL, "users": ""}, "file_empty"),
        ({**SMALL, "users": "givenName\nx\n"}, "column_missing"),
        ({**SMALL, "users": "a,b,c\n1,2,3\n"}, "column_missing"),
        ({**SMALL, "users": b"\x00\x01\x02"}, "not_text"),
        ({**SMALL, "users": '"' + "x" * 200_000}, "text_broken"),
        ({**SMALL, "users": "sourcedId,givenName,familyName\n" + "u,a,b\n" * 100_001}, "table_too_large"),
        ({**SMALL, "users": "a," * 600}, "table_too_large"),
        (swapped("classes", "homeroom", "scheduled"), "oneroster_no_homerooms"),
        (rosters.changed(SMALL, "classes", lambda text: f"{text}h2,,,7Б,07,c1,,homeroom,,s2,y,,,\n"),
         "oneroster_schools"),
    ],
)  # fmt: skip
def test_sets_that_cannot_be_taken(files, code):
    result = taken(files)
    assert result.refused
    assert result.rows == ()
    [refusal] = [one for one in result.findings if one.refuses]
    assert (refusal.code, bool(refusal.text())) == (code, True)


def test_the_file_that_cannot_be_read_is_named():
    assert taken({**SMALL, "roles": b"\x00\x01"}).findings[-1].file == "set.zip/roles.csv"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"sourcedId,givenName\n1,2\n", "oneroster_no_zip"),
        (b"PK\x03\x04 and then nothing", "archive_broken"),
        (rosters.packed({}), "oneroster_files"),
        (rosters.packed({"users": "a" * 30_000_000}), "archive_bomb"),
        (rosters.packed({f"f{n}": "" for n in range(2001)}), "archive_broken"),
    ],
)
def test_files_that_are_no_sets(data, code):
    result = read("oneroster", "x.zip", data)
    assert (result.rows, result.findings[-1].code) == ((), code)
