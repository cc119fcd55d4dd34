"""What attendance asks of a person today: absences to look at, reasons to ask, TV lessons to follow up, incidents."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from server.policy import Realm
from server.services import absence_proposals, absence_reasons, followups, incidents
from server.services.followups import TvLesson
from server.services.incidents import IncidentLine


@dataclass(frozen=True)
class Owed:
    """How many, and since which day."""

    count: int
    oldest: date


@dataclass(frozen=True)
class Attendance:
    """Lists for Today; None or empty where nothing is owed."""

    proposals: Owed | None = None
    reasons: Owed | None = None
    tv: tuple[TvLesson, ...] = ()
    incidents: tuple[IncidentLine, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.proposals or self.reasons or self.tv or self.incidents)


@dataclass(frozen=True)
class Asked:
    """Who asks: the person, the realms of one's own (never the whole school), and the school's time, "HH:MM"."""

    person_id: str
    notes: Realm  # absences
    manages: bool  # incidents
    teaches: bool
    day: date
    clock: str


def attendance(session: Session, who: Asked) -> Attendance:
    """What waits for a person, each with its oldest."""
    proposals = reasons = None
    if who.notes:
        found = absence_proposals.candidates(session, who.notes, who.day)
        if found.pairs:  # what they come to is decided when the page is opened
            proposals = Owed(len(found.pairs), min(lesson.on for lesson in found.lessons.values()))
    if who.notes.groups:
        own = Realm(False, who.notes.groups, frozenset())
        if missing := absence_reasons.missing(session, own, who.day):
            reasons = Owed(len(missing), min(rows[0].lesson.on for rows in missing.values()))
    return Attendance(
        proposals, reasons,
        tuple(followups.due(session, who.person_id, who.day, who.clock)) if who.teaches else (),
        tuple(incidents.owned(session, who.person_id, who.day)) if who.manages else (),
    )
