"""The people, classes and courses of the school as a OneRoster 1.2 set in full (bulk), for other systems.

Columns and values follow the 1EdTech OneRoster CSV Binding 1.2.1 (see importers/oneroster_spec.py). sourcedIds are the
ids of our rows, so they stay the same from set to set. What the binding has no word for stands in columns of its own,
``metadata.korablik.*``, which it allows; with them the set brings the same school into an empty home.
Guardians whom the school may tell nothing are left out: another system would take them for entitled ones.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.importers.oneroster_package import SYSTEM
from server.importers.oneroster_spec import FILES, MANIFEST_FILES, OURS
from server.models import Course, Group, Person, School, Term, Year
from server.naming import klass
from server.services.oneroster_roster import Roster, load
from sync.ids import content_id

Row = dict[str, str]
EXTRA = {  # our own columns, behind those of the binding
    "academicSessions": ("lastDay", "number", "grades"),
    "classes": ("kind", "class", "part", "division", "shift", "language"),
    "roles": ("role",),
}
_TYPES = {"quarter": "gradingPeriod", "half": "semester", "trimester": "term"}
_ROLES = {
    "director": "principal", "deputy_studies": "siteAdministrator", "deputy_upbringing": "siteAdministrator",
    "coordinator": "siteAdministrator", "class_teacher": "teacher", "subject_teacher": "teacher",
    "network_teacher": "teacher", "tutor": "teacher", "psychologist": "counselor", "operator": "aide",
    "support_staff": "aide", "admin": "systemAdministrator",
}  # fmt: skip
_SEXES = {"m": "male", "f": "female"}
_FORMULA = ("=", "+", "-", "@")
_PHONE = re.compile(r"\+\d[\d ()-]*")
_STAMP = (1980, 1, 1, 0, 0, 0)  # the same school gives the same bytes


def export_set(session: Session, today: date, births: bool = True) -> tuple[bytes, int]:
    """(the zip, of how many students it tells birth date or sex).

    Those stand in demographics.csv, left out without ``births``: then other homes know a student by name and class.
    Needs an application context for the texts. Raises DomainError ``year_missing``.
    """
    roster = load(session, today)
    if roster.year is None:
        raise DomainError("year_missing")
    demographics = list(_demographics(roster)) if births else []
    with force_locale(roster.school.locale):
        files = {
            "academicSessions": list(_sessions(roster.school, roster.year, roster.terms)),
            "classes": [*_homerooms(roster), *_taught(roster)],
            "courses": list(_courses(roster)),
            "demographics": demographics,
            "enrollments": [*_home_enrollments(roster), *_course_enrollments(roster)],
            "orgs": [{"sourcedId": roster.school.id, "name": roster.school.name, "type": "school"}],
            "roles": list(_roles(roster)),
            "users": list(_users(roster)),
        }
    if not demographics:
        del files["demographics"]
    return _pack(roster.school, files), len(demographics)


# --- the calendar ----------------------------------------------------------------------------------------------


def _sessions(school: School, year: Year, terms: Sequence[Term]) -> Iterable[Row]:
    ends = str(year.ends_on.year)
    yield {"sourcedId": year.id, "title": year.name, "type": "schoolYear", "schoolYear": ends,
           **_span(year.starts_on, year.ends_on)}  # fmt: skip
    for term in terms:
        yield {
            "sourcedId": term.id, "title": term.name, "type": _TYPES[term.kind], "parentSourcedId": year.id,
            "schoolYear": ends, **_span(term.starts_on, term.ends_on), OURS + "number": str(term.number or ""),
            OURS + "grades": " ".join(map(str, term.grades)),
        }  # fmt: skip


def _span(first: date, last: date) -> Row:
    """The binding's end is the first day after; the last day stands beside it."""
    return {"startDate": first.isoformat(), "endDate": _after(last), OURS + "lastDay": last.isoformat()}


def _after(last: date | None) -> str:
    return (last + timedelta(days=1)).isoformat() if last else ""


# --- classes and courses ---------------------------------------------------------------------------------------


def _home_course(school: School) -> str:
    return content_id("oneroster", school.id, "homeroom")


def _course_id(roster: Roster, course: Course) -> str:
    return content_id("oneroster", course.subject_id, str(roster.grade(course.group_id)))


def _courses(roster: Roster) -> Iterable[Row]:
    """A course of the binding is a subject in a grade; ours, a subject of a group, are its classes."""
    common = {"schoolYearSourcedId": roster.year.id, "orgSourcedId": roster.school.id}
    yield {"sourcedId": _home_course(roster.school), "title": _("Homeroom"), **common}
    seen: dict[str, Course] = {}
    for course in roster.courses:
        seen.setdefault(_course_id(roster, course), course)
    for id, course in seen.items():
        grade, subject = roster.grade(course.group_id), course.subject
        title = f"{subject.name}, {klass(str(grade))}" if grade else subject.name
        yield {"sourcedId": id, "title": title, "courseCode": subject.short, "grades": _grade(grade),
               "subjects": subject.name, **common}  # fmt: skip


def _grade(grade: int | None) -> str:
    return f"{grade:02d}" if grade else ""


def _homerooms(roster: Roster) -> Iterable[Row]:
    for group in roster.classes:
        yield {
            "sourcedId": group.id, "title": group.name, "grades": _grade(group.grade), "classCode": group.name,
            "courseSourcedId": _home_course(roster.school), "classType": "homeroom",
            "schoolSourcedId": roster.school.id, "termSourcedIds": roster.year.id, OURS + "kind": "class",
            OURS + "class": group.name, OURS + "shift": str(group.shift), OURS + "language": group.language,
        }  # fmt: skip


def _taught(roster: Roster) -> Iterable[Row]:
    for course in roster.courses:
        group = roster.groups[course.group_id]
        parent = roster.groups.get(group.parent_id or "")
        whole = parent or (group if group.kind == "class" else None)
        part = "" if group.kind == "class" else group.name
        name = " ".join(filter(None, (parent.name if parent else "", group.name)))
        yield {
            "sourcedId": course.id, "title": f"{name}: {course.subject.name}", "grades": _grade(roster.grade(group.id)),
            "courseSourcedId": _course_id(roster, course), "classType": "scheduled",
            "schoolSourcedId": roster.school.id, "termSourcedIds": ",".join(_terms(roster, group)),
            "subjects": course.subject.name, OURS + "kind": group.kind, OURS + "class": whole.name if whole else "",
            OURS + "part": part, OURS + "division": group.division,
        }  # fmt: skip


def _terms(roster: Roster, group: Group) -> list[str]:
    grade = roster.grade(group.id)
    ids = [term.id for term in roster.terms if not term.grades or grade in term.grades]
    return ids or [roster.year.id]


# --- people ----------------------------------------------------------------------------------------------------


def _users(roster: Roster) -> Iterable[Row]:
    for person in roster.people:
        yield {
            "sourcedId": person.id, "enabledUser": "true", "username": person.id, "givenName": person.first_name or "–",
            "familyName": person.last_name, "middleName": person.middle_name, "email": person.email,
            "sms": person.phone, "agentSourcedIds": ",".join(roster.agents(person.id)),
            "grades": _grade(roster.home_grade(person.id)), "primaryOrgSourcedId": roster.school.id,
        }  # fmt: skip


def _roles(roster: Roster) -> Iterable[Row]:
    """One primary role for everybody, and the others; our own word for each stands beside it."""
    for person in roster.people:
        for number, (id, role, own, since, until) in enumerate(_roles_of(roster, person)):
            yield {
                "sourcedId": id, "userSourcedId": person.id, "roleType": "secondary" if number else "primary",
                "role": role, "beginDate": since.isoformat() if since else "", "endDate": _after(until),
                "orgSourcedId": roster.school.id, OURS + "role": own,
            }  # fmt: skip


def _roles_of(roster: Roster, person: Person) -> Iterable[tuple[str, str, str, date | None, date | None]]:
    """(id, role of the binding, ours, since, until)."""
    grants = roster.grants.get(person.id, [])
    for grant in grants:
        yield grant.id, _ROLES[grant.role], grant.role, grant.since, grant.until
    if not grants and roster.is_staff(person.id):
        yield content_id("oneroster", person.id, "teacher"), "teacher", "class_teacher", None, None
    if roster.is_student(person.id):
        yield content_id("oneroster", person.id, "student"), "student", "", None, None
    if roster.children.get(person.id):
        yield content_id("oneroster", person.id, "guardian"), "guardian", "", None, None


def _demographics(roster: Roster) -> Iterable[Row]:
    for person in roster.people:
        if roster.is_student(person.id) and (person.birth_date or person.sex):
            born = person.birth_date.isoformat() if person.birth_date else ""
            yield {"sourcedId": person.id, "birthDate": born, "sex": _SEXES.get(person.sex or "", "")}


# --- who is where ----------------------------------------------------------------------------------------------


def _home_enrollments(roster: Roster) -> Iterable[Row]:
    for group in roster.classes:
        for row in roster.members[group.id]:
            yield _enrollment(roster, row.id, group.id, row.person_id, "student", row.since, row.until)
        for grant in roster.class_teachers.get(group.id, []):
            yield _enrollment(roster, grant.id, group.id, grant.person_id, "teacher", grant.since, grant.until, True)


def _course_enrollments(roster: Roster) -> Iterable[Row]:
    for course in roster.courses:
        for row in roster.students[course.id]:
            id = content_id("oneroster", course.id, row.person_id)
            yield _enrollment(roster, id, course.id, row.person_id, "student", row.since, row.until)
        for number, row in enumerate(roster.teachers.get(course.id, [])):
            leads = number == 0
            yield _enrollment(roster, row.id, course.id, row.person_id, "teacher", row.since, row.until, leads)


def _enrollment(
    roster: Roster, id: str, class_id: str, person_id: str, role: str, since: date, until: date | None,
    leads: bool | None = None,
) -> Row:  # fmt: skip
    return {
        "sourcedId": id, "classSourcedId": class_id, "schoolSourcedId": roster.school.id, "userSourcedId": person_id,
        "role": role, "primary": "" if leads is None else str(leads).lower(), "beginDate": since.isoformat(),
        "endDate": _after(until),
    }  # fmt: skip


# --- the files -------------------------------------------------------------------------------------------------


def _pack(school: School, files: Mapping[str, Sequence[Row]]) -> bytes:
    said = {f"file.{name}": "bulk" if name in files else "absent" for name in MANIFEST_FILES}
    manifest = {"manifest.version": "1.0", "oneroster.version": "1.2", **said, "source.systemName": SYSTEM,
                "source.systemCode": school.id}  # fmt: skip
    texts = {"manifest": _csv(["propertyName", "value"], manifest.items())}
    for name, rows in files.items():
        columns = [*FILES[name].columns, *(OURS + column for column in EXTRA.get(name, ()))]
        texts[name] = _csv(columns, ([neutral(row.get(column, "")) for column in columns] for row in rows))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.csv", _STAMP), text.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _csv(header: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """RFC 4180, as the binding asks: commas, CRLF, quotes where needed."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue()


def neutral(value: str) -> str:
    """On one line; what a spreadsheet would run gets an apostrophe in front, which our import takes off again.

    Phones stay: "+7 999 000-00-01" runs nothing, and other systems need the number as it is.
    """
    text = " ".join(value.split())
    return "'" + text if text.startswith(_FORMULA) and not _PHONE.fullmatch(text) else text
