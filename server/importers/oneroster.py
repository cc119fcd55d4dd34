"""OneRoster 1.2 CSV, bulk sets only: students, families, staff, classes, courses and terms of one school."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from server.importers import oneroster_classes as classes
from server.importers import oneroster_people as people
from server.importers.findings import WARNING, Notes, Refused, Result
from server.importers.oneroster_package import NEEDED, Package, open_package
from server.importers.oneroster_rows import RosterSet
from server.importers.oneroster_sessions import read_sessions
from server.importers.oneroster_tables import Table, read_cell, read_table
from server.importers.people import count
from server.importers.rows import Where

_COUNTED = ("academicSessions", "orgs", "courses", "classes", "users", "roles", "enrollments")


def read_oneroster(file: str, data: bytes, *, region: str = "RU", today: date | None = None) -> Result:
    """One RosterSet. Findings name the file inside the zip: "set.zip/users.csv".

    ``counts``: rows taken by file under "oneroster", and what a class list counts. Raises Refused for a set that
    cannot be opened; one of whose files cannot be read is refused with that file's name.
    """
    notes = Notes(file)
    package = open_package(file, data, notes)
    place = Where(file)
    try:
        tables: dict[str, Table] = {}
        for name, (place, content) in package.files.items():
            if content.strip() or name in NEEDED:
                tables[name] = read_table(name, place, content, notes)
            else:
                notes.add(WARNING, "file_empty", place)
        place = package.files["classes"][0]
        roster = _read(package, tables, region, today)
    except Refused as refusal:
        inner = Notes(place.file, notes.found)
        inner.refuse(refusal)
        return Result(findings=tuple(inner.found))
    return Result((roster,), tuple(notes.found), _counts(tables, roster))


def _read(package: Package, tables: Mapping[str, Table], region: str, today: date | None) -> RosterSet:
    year, terms = read_sessions(tables.get("academicSessions"))
    users = people.read_users(tables["users"], region)
    roles = people.read_roles(tables.get("roles"), users, tables["users"].ids, today)
    lessons = classes.read_lessons(tables["classes"], tables.get("courses"))
    ids = tables["users"].ids, tables["classes"].ids
    classes.enrol(tables["enrollments"], lessons, users, ids, today)
    homes = classes.homes(lessons)
    guardians = people.guardians(users, tables["users"].ids, homes)
    students = people.students(users, homes, guardians, people.read_births(tables.get("demographics")))
    teachers = {user for lesson in lessons.values() for user, _ in lesson.teachers if user not in homes}
    adults = {id: user for id, user in users.items() if id not in homes}
    staff = people.staff(adults, roles, teachers)
    known = {*homes, *(one.id for one in guardians), *(one.id for one in staff)}
    people.say_who_is_nobody(users, tables["users"].ids, known, roles)
    return RosterSet(
        _school(tables.get("orgs")), package.is_ours, year, terms, classes.school_classes(lessons), students,
        guardians, staff, classes.taught(lessons, homes),
    )  # fmt: skip


def _school(table: Table | None) -> str:
    """The name of the school, "" when the set does not tell."""
    rows = [
        (record.take("type", read_cell), record.need("name", read_cell)) for record in (table.records if table else ())
    ]
    return next((name for kind, name in rows if kind.casefold() == "school"), "")


def _counts(tables: Mapping[str, Table], roster: RosterSet) -> dict[str, object]:
    taken = {name: tables[name].taken if name in tables else 0 for name in _COUNTED}
    people_counts = count([student.row for student in roster.students])
    sizes = Counter({one.name: 0 for one in roster.classes})
    sizes.update(people_counts["class_sizes"])
    return {**people_counts, "classes": len(sizes), "class_sizes": dict(sizes), "teachers": len(roster.staff),
            "oneroster": taken}  # fmt: skip
