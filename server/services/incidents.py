"""Incidents about students: opened by people or by a report, owned by one person, closed with an outcome.

Texts are restricted: who may manage the student's incidents reads them, nobody else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from server import policy, store
from server.errors import DomainError
from server.models import Group, Incident, IncidentKind, IncidentNote, Membership, Person, RoleGrant
from server.policy import Action, Grant, Realm
from server.services import scopes
from server.services.accounts import new_id, record
from server.services.content import Author
from server.services.people import folded, full_name, short_name
from server.services.works import current
from sync.ids import content_id

MAX_TEXT = 4000  # characters
FIRST_ASKED = ("class_teacher", "deputy_upbringing", "deputy_studies", "director")  # who owns what nobody was named for


@dataclass(frozen=True)
class IncidentLine:
    """An incident as a list shows it; ``owner`` "" when nobody owns it."""

    id: str
    kind: str
    student: str
    slug: str
    group: str
    owner_id: str | None
    owner: str
    opened_at: datetime
    closed_at: datetime | None
    state: str


@dataclass(frozen=True)
class NoteView:
    """A note, or a step of the incident's way."""

    text: str
    author: str
    at: datetime


@dataclass(frozen=True)
class IncidentView:
    """One incident with its notes, the oldest first."""

    line: IncidentLine
    text: str
    opened_by: str
    outcome: str
    closed_by: str
    notes: tuple[NoteView, ...]
    reported: bool


@dataclass(frozen=True)
class Opening:
    """What an incident begins with; without an owner the one who is asked first owns it."""

    student_id: str
    kind: str
    text: str
    owner_id: str = ""


def kinds(session: Session) -> list[tuple[str, str]]:
    """(code, message id) in the school's order."""
    rows = session.execute(select(IncidentKind.code, IncidentKind.name).order_by(IncidentKind.position))
    return [(code, name) for code, name in rows]


def clean(text: str) -> str:
    """A text as it is kept. Raises DomainError ``field_needed``, ``text_long``."""
    said = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not said:
        raise DomainError("field_needed", field=_l("text"))
    if len(said) > MAX_TEXT:
        raise DomainError("text_long", length=len(said), limit=MAX_TEXT)
    return said


def owners(session: Session, student_id: str, day: date) -> list[tuple[str, str, str]]:
    """(id, name, role) of the people who may own an incident about a student, who is asked first before others."""
    scope = scopes.of_student(session, student_id, day)
    rows = session.execute(
        select(Person, RoleGrant).join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(current(RoleGrant.since, RoleGrant.until, day), Person.left_on.is_(None))
    )  # fmt: skip
    found: dict[str, tuple[str, str, str]] = {}
    for person, row in sorted(rows, key=lambda pair: (_rank(pair[1].role), folded(full_name(pair[0])))):
        grant = Grant(row.role, row.group_id, row.course_id)
        if policy.allows([grant], Action.INCIDENT_MANAGE, scope):
            found.setdefault(person.id, (person.id, full_name(person), row.role))
    return list(found.values())


def _rank(role: str) -> int:
    return FIRST_ASKED.index(role) if role in FIRST_ASKED else len(FIRST_ASKED)


def open_incident(opening: Opening, by: Author, key: str = "") -> str:
    """Open an incident; the same ``key`` (one rendering of a form) opens one. Returns its id.

    Raises DomainError ``person_unknown``, ``value_invalid`` (kind, owner), ``field_needed``, ``text_long``.
    """
    text = clean(opening.text)
    id = content_id("incident", key) if key else new_id(by.now)

    def write(session: Session) -> str:
        if session.get(Incident, id) is not None:
            return id
        if session.get(IncidentKind, opening.kind) is None:
            raise DomainError("value_invalid", field=_l("kind"), value=opening.kind[:20])
        possible = [one[0] for one in owners(session, opening.student_id, by.today)]
        if opening.owner_id and opening.owner_id not in possible:
            raise DomainError("value_invalid", field=_l("owner"), value="…")
        owner = opening.owner_id or next(iter(possible), None)
        session.add(Incident(id=id, student_id=opening.student_id, kind=opening.kind, text=text,
                             opened_by=by.person_id, opened_at=by.now, owner_id=owner))  # fmt: skip
        record(session, by.now, by.account_id, "incident.open", id)
        return id

    return store.write(write)


def student_of(session: Session, incident_id: str) -> str:
    """Whom an incident is about. Raises DomainError ``not_found``."""
    row = session.get(Incident, incident_id)
    if row is None:
        raise DomainError("not_found")
    return row.student_id


def add_note(incident_id: str, text: str, by: Author) -> None:
    """Add what was done or said; the same text of the same person twice is one note."""
    said = clean(text)

    def write(session: Session) -> None:
        student_of(session, incident_id)
        last = session.scalars(
            select(IncidentNote).filter_by(incident_id=incident_id).order_by(IncidentNote.at.desc()).limit(1)
        ).first()
        if last is None or (last.text, last.author_id) != (said, by.person_id):
            _note(session, incident_id, said, by)

    store.write(write)


def _note(session: Session, incident_id: str, text: str, by: Author) -> None:
    session.add(IncidentNote(id=new_id(by.now), incident_id=incident_id, text=text, author_id=by.person_id, at=by.now))
    record(session, by.now, by.account_id, "incident.note", incident_id)


def hand_over(incident_id: str, owner_id: str, by: Author) -> None:
    """Give an incident to another owner. Raises DomainError ``not_found``, ``value_invalid``."""

    def write(session: Session) -> None:
        row = session.get(Incident, incident_id)
        if row is None:
            raise DomainError("not_found")
        if owner_id not in [one[0] for one in owners(session, row.student_id, by.today)]:
            raise DomainError("value_invalid", field=_l("owner"), value="…")
        if row.owner_id != owner_id:
            row.owner_id = owner_id
            record(session, by.now, by.account_id, "incident.hand_over", incident_id)

    store.write(write)


def close(incident_id: str, outcome: str, by: Author) -> None:
    """Close an incident with its outcome. Raises DomainError ``not_found``, ``field_needed``, ``text_long``."""
    said = clean(outcome)

    def write(session: Session) -> None:
        row = session.get(Incident, incident_id)
        if row is None:
            raise DomainError("not_found")
        if row.state == "open":
            row.state, row.outcome, row.closed_at, row.closed_by = "closed", said, by.now, by.person_id
            record(session, by.now, by.account_id, "incident.close", incident_id)

    store.write(write)


def reopen(incident_id: str, by: Author) -> None:
    """Open a closed incident again; its outcome becomes a note. Raises DomainError ``not_found``."""

    def write(session: Session) -> None:
        row = session.get(Incident, incident_id)
        if row is None:
            raise DomainError("not_found")
        if row.state == "closed":
            _note(session, incident_id, row.outcome, by)
            row.state, row.outcome, row.closed_at, row.closed_by = "open", "", None, None
            record(session, by.now, by.account_id, "incident.reopen", incident_id)

    store.write(write)


def within(realm: Realm, day: date) -> ColumnElement[bool]:
    """SQL: incidents about those who are students of a realm's groups on a day; a class brings its subgroups."""
    if realm.everything:
        return Incident.id.is_not(None)
    return exists().where(
        Membership.person_id == Incident.student_id, Membership.group_id == Group.id,
        or_(Group.id.in_(realm.groups), Group.parent_id.in_(realm.groups)),
        current(Membership.since, Membership.until, day),
    )  # fmt: skip


def incidents(session: Session, day: date, *where: ColumnElement[bool], limit: int = 200) -> list[IncidentLine]:
    """Incidents that conditions find: the open ones first, the oldest before the newer."""
    owner, mine = aliased(Person), aliased(Membership)
    rows = session.execute(
        select(Incident, Person, owner, IncidentKind.name, Group.name.label("group"))
        .join(Person, Person.id == Incident.student_id).join(IncidentKind, IncidentKind.code == Incident.kind)
        .outerjoin(owner, owner.id == Incident.owner_id)
        .outerjoin(mine, (mine.person_id == Incident.student_id) & current(mine.since, mine.until, day))
        .outerjoin(Group, (Group.id == mine.group_id) & (Group.kind == "class"))
        .where(*where).order_by(Incident.state.desc(), Incident.opened_at, Incident.id, Group.name.nulls_last())
    )  # fmt: skip
    found: dict[str, IncidentLine] = {}
    for row in rows:
        found.setdefault(row[0].id, _line(row))
    return list(found.values())[:limit]


def _line(row: Any) -> IncidentLine:
    incident, student, owner, kind, group = row
    return IncidentLine(
        incident.id, kind, full_name(student), student.slug, group or "", incident.owner_id,
        short_name(owner) if owner else "", incident.opened_at, incident.closed_at, incident.state,
    )  # fmt: skip


def incident(session: Session, incident_id: str, day: date) -> IncidentView:
    """One incident. Raises DomainError ``not_found``."""
    found = incidents(session, day, Incident.id == incident_id)
    if not found:
        raise DomainError("not_found")
    row = session.get_one(Incident, incident_id)
    notes = session.execute(
        select(IncidentNote, Person).outerjoin(Person, Person.id == IncidentNote.author_id)
        .where(IncidentNote.incident_id == incident_id).order_by(IncidentNote.at, IncidentNote.id)
    )  # fmt: skip
    people = _names(session, [row.opened_by, row.closed_by])
    return IncidentView(
        found[0], row.text, people.get(row.opened_by, ""), row.outcome, people.get(row.closed_by, ""),
        tuple(NoteView(note.text, short_name(author) if author else "", note.at) for note, author in notes),
        row.op_seq is not None,
    )  # fmt: skip


def _names(session: Session, ids: Iterable[str | None]) -> dict[str | None, str]:
    rows = session.scalars(select(Person).where(Person.id.in_([id for id in ids if id])))
    return {person.id: short_name(person) for person in rows}


def owned(session: Session, person_id: str, day: date) -> list[IncidentLine]:
    """The open incidents that a person owns, the oldest first."""
    return incidents(session, day, Incident.owner_id == person_id, Incident.state == "open")


def open_of(session: Session, student_id: str, day: date) -> list[IncidentLine]:
    """The open incidents about a student."""
    return incidents(session, day, Incident.student_id == student_id, Incident.state == "open")
