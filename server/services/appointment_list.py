"""Appointments as calendars and sheets show them; the restricted note only to those entitled."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from server.models import Appointment, CourseTeacher, Person, ReceptionHours, RoleGrant
from server.services.free_times import at
from server.services.people import folded, full_name
from server.services.works import current

ADMINISTRATION = ("director", "deputy_studies", "deputy_upbringing", "coordinator", "psychologist")


@dataclass(frozen=True)
class AppointmentView:
    """An appointment; names are "" where nobody is named, ``restricted`` is None for who may not read it."""

    id: str
    host_id: str
    host: str
    student_id: str | None
    student: str
    slug: str
    person: str
    phone: str
    request_id: str | None
    starts: datetime
    minutes: int
    channel: str
    state: str
    note: str
    restricted: str | None

    @property
    def ends(self) -> datetime:
        """When the next one can begin."""
        return self.starts + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Host:
    """Somebody who can be met, with roles (codes), and whether reception hours are known."""

    id: str
    slug: str
    name: str
    phone: str
    roles: tuple[str, ...]
    receives: bool


_Student, _Person = aliased(Person), aliased(Person)
_ROWS = (
    select(Appointment, Person, _Student, _Person).join(Person, Person.id == Appointment.host_id)
    .outerjoin(_Student, _Student.id == Appointment.student_id)
    .outerjoin(_Person, _Person.id == Appointment.person_id)
)  # fmt: skip


def calendar(
    session: Session, host_id: str, first: date, last: date, zone: ZoneInfo, restricted: bool
) -> list[AppointmentView]:
    """A host's appointments from first to last, both included; cancelled ones are left out."""
    begin, end = at(first, "00:00", zone), at(last + timedelta(days=1), "00:00", zone)
    return _read(session, restricted, Appointment.host_id == host_id, Appointment.starts >= begin,
                 Appointment.starts < end, Appointment.state != "cancelled")  # fmt: skip


def of_student(session: Session, student_id: str, now: datetime) -> list[AppointmentView]:
    """The coming appointments of a student, without any restricted note."""
    return _read(session, False, Appointment.student_id == student_id, Appointment.state.in_(("proposed", "agreed")),
                 Appointment.starts > now - timedelta(hours=1))  # fmt: skip


def of_request(session: Session, request_id: str) -> list[AppointmentView]:
    """The times proposed or agreed for a request."""
    return _read(session, False, Appointment.request_id == request_id, Appointment.state != "cancelled")


def one(session: Session, appointment_id: str, restricted: bool) -> AppointmentView | None:
    """One appointment."""
    return next(iter(_read(session, restricted, Appointment.id == appointment_id)), None)


def _read(session: Session, restricted: bool, *where: ColumnElement[bool]) -> list[AppointmentView]:
    rows = session.execute(_ROWS.where(*where).order_by(Appointment.starts)).all()
    return [
        AppointmentView(
            row.id, row.host_id, full_name(host), row.student_id, full_name(student) if student else "",
            student.slug if student else "", full_name(person) if person else "", person.phone if person else "",
            row.request_id, row.starts, row.minutes, row.channel, row.state, row.note,
            row.restricted_note if restricted else None,
        )
        for row, host, student, person in rows
    ]  # fmt: skip


def hosts(session: Session, day: date, among: tuple[str, ...] | None = None) -> list[Host]:
    """Staff whom one can meet, by name; ``among``: only with one of these roles."""
    roles: dict[str, set[str]] = {}
    for person_id, role in session.execute(
        select(RoleGrant.person_id, RoleGrant.role).where(current(RoleGrant.since, RoleGrant.until, day))
    ):
        roles.setdefault(person_id, set()).add(role)
    for person_id in session.scalars(
        select(CourseTeacher.person_id).where(current(CourseTeacher.since, CourseTeacher.until, day)).distinct()
    ):
        roles.setdefault(person_id, set()).add("subject_teacher")
    receiving = set(session.scalars(
        select(ReceptionHours.person_id)
        .where(or_(ReceptionHours.until.is_(None), ReceptionHours.until >= day), ReceptionHours.since <= day)
    ))  # fmt: skip
    wanted = [id for id, own in roles.items() if among is None or own & set(among)]
    people = session.scalars(select(Person).where(Person.id.in_(wanted), Person.left_on.is_(None)))
    found = [Host(row.id, row.slug, full_name(row), row.phone, tuple(sorted(roles[row.id])), row.id in receiving)
             for row in people]  # fmt: skip
    return sorted(found, key=lambda host: folded(host.name))
