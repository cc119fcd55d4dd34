"""Who gets paper, and why: one rule for packs, their feedback and what the office counts."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Connectivity, Pack
from server.services import feedback, requests

CHANNEL, REQUEST, EVERYONE = "channel", "request", "everyone"
ANSWER = "answer"  # whoever reads the week elsewhere gets only what the teachers answered to works on paper
_NO_INTERNET = ("", "none")


@dataclass(frozen=True)
class Link:
    """What a family said last of how it is reached: the codes of its channel and its internet."""

    channel: str
    internet: str


def on_paper(link: Link | None) -> bool:
    """Whether a student learns from paper: it was chosen, there is no internet, or nobody asked yet."""
    return link is None or link.channel == "paper" or link.internet in _NO_INTERNET


def reason_for(link: Link | None, asked: bool, everyone: bool, answered: bool = False) -> str | None:
    """Why a student gets a pack, the lasting reason first; None: the student gets none.

    ``answered``: an answer waits that only a pack brings.
    """
    if on_paper(link):
        return CHANNEL
    if asked:
        return REQUEST
    if everyone:
        return EVERYONE
    return ANSWER if answered else None


def links(session: Session, students: Collection[str]) -> dict[str, Link]:
    """The newest word of each student's family; one who was never asked is left out."""
    rows = session.execute(
        select(Connectivity.student_id, Connectivity.channel, Connectivity.internet)
        .where(Connectivity.student_id.in_(list(students))).order_by(Connectivity.recorded_on)
    )  # fmt: skip
    return {student: Link(channel, internet) for student, channel, internet in rows}


def learn_on_paper(session: Session, students: Collection[str]) -> set[str]:
    """Those of the students who learn from paper."""
    known = links(session, students)
    return {student for student in students if on_paper(known.get(student))}


def reasons(session: Session, students: Collection[str], week: str, everyone: bool = False) -> dict[str, str]:
    """Student → why there is a pack for the week; who gets none is left out.

    Whose request was kept, or whose answer was brought, by a pack of this very week is among them when it is printed
    once more; who has a whole pack of the week keeps it when an answer is added.
    """
    known = links(session, students)
    before = _before(session, students, week)
    asked = requests.who_wants_paper(session) | before.get(REQUEST, set())
    apart = {student for student in students if not on_paper(known.get(student)) and student not in asked}
    answered = before.get(ANSWER, set()) | (feedback.students_by_pack(session, apart) if apart else set())
    whole = before.get(EVERYONE, set()) & answered
    found = {
        student: reason_for(known.get(student), student in asked, everyone or student in whole, student in answered)
        for student in students
    }
    return {student: reason for student, reason in found.items() if reason is not None}


def _before(session: Session, students: Collection[str], week: str) -> dict[str, set[str]]:
    """Reason → which of these students have a pack of the week for it already."""
    found: dict[str, set[str]] = {}
    for student, reason in session.execute(
        select(Pack.student_id, Pack.reason).where(Pack.week == week, Pack.student_id.in_(list(students)))
    ):
        found.setdefault(reason or CHANNEL, set()).add(student)
    return found
