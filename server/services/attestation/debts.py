"""Who must sit what again: debts of all sessions, with the resits that are planned for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from server.models import Attestation, Course, Exam, Group, Membership, Person, Subject
from server.policy import Realm
from server.services import scopes
from server.services.attestation import results
from server.services.attestation.reading import CourseRef, held_of, reaches
from server.services.attestation.results import Held, Said
from server.services.courses import alphabetical
from server.services.works import current


@dataclass(frozen=True)
class Debt:
    """A student's debt of one exam. ``said``: its result; ``tries``: resits that were sat in vain or missed.

    ``resit``: the next one that is planned, as (day, time).
    """

    student: str
    slug: str
    name: str
    klass: str
    subject: str
    session: str
    exam: str
    on: date | None
    said: Said
    tries: int
    resit: tuple[date | None, str] | None


def listed(session: Session, realm: Realm, me: str, today: date, student_id: str | None = None) -> list[Debt]:
    """Debts of exams that somebody with this realm sees, or was at, by class and name."""
    exams = session.execute(
        select(Exam, Attestation.name, Subject.name).join(Attestation, Attestation.id == Exam.attestation_id)
        .join(Subject, Subject.id == Exam.subject_id)
        .options(selectinload(Exam.courses), selectinload(Exam.staff))
    ).all()  # fmt: skip
    said = results.read(session, [row.Exam.id for row in exams])
    held = [held_of(row.Exam) for row in exams]
    refs = _refs(session)
    open_ones = []
    for exam, name, subject in exams:
        if exam.kind == "exam" and exam.state != "cancelled":
            open_ones += [(exam, name, subject, id) for id in results.debtors(held_of(exam), held, said)]
    people = _people(session, {id for *_exam, id in open_ones}, today)
    groups = scopes.groups_of(session, people, today)
    open_ones = [one for one in open_ones if _is_shown(one[0], groups.get(one[3], set()), refs, realm, me)]
    resits = {row.Exam.id: row.Exam for row in exams if row.Exam.kind == "resit" and row.Exam.state != "cancelled"}
    found = []
    for exam, name, subject, id in open_ones:
        if student_id in (None, id) and id in people:
            own = [one for one in resits.values() if one.of_exam_id == exam.id]
            found.append(_debt(exam, name, subject, people[id], said, own))
    return sorted(found, key=lambda one: (one.klass, alphabetical(one.name), one.subject))


def _is_shown(exam: Exam, groups: set[str], refs: Mapping[str, CourseRef], realm: Realm, me: str) -> bool:
    """Whether a debtor of these groups is of a course of the exam that the realm reaches, or one was at the exam."""
    if realm.everything or me in {one.person_id for one in exam.staff}:
        return True
    own = [refs[one.course_id] for one in exam.courses]
    return any(reaches(realm, ref) for ref in own if {ref.group, ref.parent} & groups)


def _debt(
    exam: Exam, session_name: str, subject: str, person: tuple[Person, str], said: results.Results,
    resits: Sequence[Exam],
) -> Debt:  # fmt: skip
    row, klass = person
    tried = sum(1 for one in resits if row.id in said.get(one.id, {}))
    planned = [one for one in resits if row.id not in said.get(one.id, {})]
    first = min(planned, key=lambda one: (one.on or date.max, one.id), default=None)
    name = f"{row.last_name} {row.first_name} {row.middle_name}".strip()
    return Debt(row.id, row.slug, name, klass, subject, session_name, exam.id, exam.on, said[exam.id][row.id][-1],
                tried, (first.on, first.starts or "") if first else None)  # fmt: skip


def _refs(session: Session) -> dict[str, CourseRef]:
    query = select(Course.id, Course.group_id, Group.parent_id).join(Group, Group.id == Course.group_id)
    return {id: CourseRef(id, group, parent, "", None) for id, group, parent in session.execute(query)}


def _people(session: Session, ids: Collection[str], today: date) -> dict[str, tuple[Person, str]]:
    """Those of the students who are here, with the name of their class."""
    classes = dict(session.execute(
        select(Membership.person_id, Group.name).join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id.in_(ids), Group.kind == "class", current(Membership.since, Membership.until, today))
    ).all())  # fmt: skip
    rows = session.scalars(select(Person).where(Person.id.in_(ids)))
    return {row.id: (row, classes.get(row.id, "")) for row in rows if row.left_on is None or row.left_on > today}


def of_exam(held: Sequence[Held], exam: Held, said: results.Results) -> set[str]:
    """Who is in debt of one exam now."""
    return results.debtors(exam, held, said)
