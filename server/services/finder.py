"""The index of people that the hotline searches: built from the database, kept until people change.

Who writes to a table of people is noticed on the writing connection, whatever way it goes; the next search after that
commit builds the index anew. Another process's writes (PostgreSQL may have several) are seen after MOST_AGE at the
latest; a restored database has another epoch.
"""

import re
import threading
import time
from dataclasses import replace
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import Engine, event, select, union
from sqlalchemy.orm import Session

from server.models import Account, CourseTeacher, Group, Guardianship, Membership, Person, RoleGrant, School
from server.services.people_index import Entry, Found, PeopleIndex, Relative
from server.services.works import current

MOST_AGE = 600.0  # seconds
_PEOPLE = re.compile(
    r'\s*(?:insert\s+(?:or\s+\w+\s+)?into|update|delete\s+from)\s+"?'
    r'(?:person|guardianship|membership|group|role_grant|course_teacher|account)"?(?:\s|\()',
    re.IGNORECASE,
)
_MARK = "korablik_people"


class Finder:
    """The newest index of one application."""

    def __init__(self, writing: Engine):
        self._lock = threading.Lock()
        self._changes = 0
        self._index: PeopleIndex | None = None
        self._state: tuple[Any, ...] = ()
        self._built = 0.0
        event.listen(writing, "before_cursor_execute", self._look)
        event.listen(writing, "checkin", self._committed)

    def index(self, session: Session, today: date) -> PeopleIndex:
        """The index of who is here today; it is built when there is none or people changed."""
        epoch = session.scalar(select(School.epoch))
        with self._lock:
            state = (self._changes, epoch, today)  # before reading: what is written meanwhile counts as a change
            if self._index is None or self._state != state or time.monotonic() - self._built > MOST_AGE:
                self._index, self._state, self._built = PeopleIndex(entries(session, today)), state, time.monotonic()
            return self._index

    def search(self, session: Session, text: str, today: date, limit: int = 20) -> list[Found]:
        """Students with their families and staff whom the text may mean, the best first."""
        return self.index(session, today).search(text, limit)

    def _look(self, connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if _PEOPLE.match(statement):
            connection.info[_MARK] = True

    def _committed(self, connection: Any, record: Any) -> None:
        """The connection goes back to its pool: its transaction is over, and its caller has no answer yet."""
        if record.info.pop(_MARK, False):
            self._changes += 1


def finder() -> Finder:
    """The finder of the current application."""
    extensions = current_app.extensions
    if "finder" not in extensions:
        extensions["finder"] = Finder(extensions["store"].writing)
    return extensions["finder"]


_NAMES = (Person.last_name, Person.first_name, Person.middle_name)


def entries(session: Session, today: date) -> list[Entry]:
    """Everybody who is at the school today, from few plain queries."""
    return [*_students(session, today), *_staff(session, today)]


def _students(session: Session, today: date) -> list[Entry]:
    family: dict[str, list[Relative]] = {}
    for student_id, id_, phone, *names in session.execute(
        select(Guardianship.student_id, Person.id, Person.phone, *_NAMES)
        .join(Person, Person.id == Guardianship.guardian_id).order_by(Person.last_name, Person.first_name)
    ):  # fmt: skip
        family.setdefault(student_id, []).append(Relative(id_, _name(names), phone))
    found: dict[str, Entry] = {}
    for id_, slug, phone, last, first, middle, group, kind in session.execute(
        select(Person.id, Person.slug, Person.phone, *_NAMES, Group.name, Group.kind)
        .join(Membership, Membership.person_id == Person.id).join(Group, Group.id == Membership.group_id)
        .where(current(Membership.since, Membership.until, today)).order_by(Person.id, Group.name)
    ):  # fmt: skip
        entry = found.get(id_) or Entry(
            "student", id_, slug, _name((last, first, middle)), phone, (), tuple(family.get(id_, ()))
        )
        named = kind in ("class", "study") and group not in entry.classes
        found[id_] = replace(entry, classes=(*entry.classes, group)) if named else entry
    return list(found.values())


def _staff(session: Session, today: date) -> list[Entry]:
    ids = union(
        select(RoleGrant.person_id).where(current(RoleGrant.since, RoleGrant.until, today)),
        select(CourseTeacher.person_id).where(current(CourseTeacher.since, CourseTeacher.until, today)),
        select(Account.person_id).where(Account.is_active),
    ).subquery()
    rows = session.execute(
        select(Person.id, Person.slug, Person.phone, *_NAMES).where(Person.id.in_(select(ids.c.person_id)))
    )
    return [Entry("staff", id_, slug, _name(names), phone) for id_, slug, phone, *names in rows]


def _name(parts: Any) -> str:
    return " ".join(part for part in parts if part)
