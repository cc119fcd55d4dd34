"""The deputy's word on the tasks of lessons: agreed, many at once, or one returned with a remark; all is kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import LessonAgreement, LessonCourse
from server.services.accounts import record
from server.services.agreed_works import states
from server.services.agreed_works.standing import Standing, standings
from server.services.content import Author
from server.services.content_draft import clean
from sync.ids import content_id

REMARK = 300  # characters


@dataclass(frozen=True)
class Settled:
    """How many lessons were agreed now, and how many had changed after they were looked at."""

    agreed: int
    changed: int


def agree(looked_at: Mapping[str, str], by: Author) -> Settled:
    """Agree to the tasks of lessons as they were looked at: id of the course's lesson → mark of its tasks.

    What was changed meanwhile is left as it is; what is agreed already stays so.
    """

    def save(session: Session) -> Settled:
        found, agreed, changed = _locked(session, looked_at), 0, 0
        for id, mark in looked_at.items():
            one = found.get(id)
            if one is None or one.mark != mark or one.state == states.NONE:
                changed += 1
            elif one.state != states.AGREED:
                _say(session, one, "agreed", "", by)
                agreed += 1
        return Settled(agreed, changed)

    return store.write(save)


def give_back(id: str, mark: str, remark: str, by: Author) -> None:
    """Return a lesson's tasks to its teacher with a remark.

    Raises DomainError remark_needed, text_long, lesson_unknown, tasks_changed.
    """
    told = " ".join(clean(remark).split())
    if not told:
        raise DomainError("remark_needed")
    if len(told) > REMARK:
        raise DomainError("text_long", length=len(told), limit=REMARK)

    def save(session: Session) -> None:
        one = _locked(session, {id: mark}).get(id)
        if one is None:
            raise DomainError("lesson_unknown")
        if one.mark != mark or one.state == states.NONE:
            raise DomainError("tasks_changed")
        if one.state != states.RETURNED or one.remark != told:  # not the same form again
            _say(session, one, "returned", told, by)

    store.write(save)


def _locked(session: Session, ids: Mapping[str, str]) -> dict[str, Standing]:
    """Read alone, on PostgreSQL too: two deputies speak one after the other."""
    wanted = LessonCourse.id.in_(list(ids))
    session.execute(select(LessonCourse.id).where(wanted).order_by(LessonCourse.id).with_for_update())
    return standings(session, wanted)


def _say(session: Session, one: Standing, answer: str, remark: str, by: Author) -> None:
    n = one.n + 1
    session.add(LessonAgreement(
        id=content_id("lesson_agreement", one.id, str(n)), lesson_course_id=one.id, n=n, answer=answer, hash=one.hash,
        version=one.version, remark=remark, by_id=by.person_id, at=by.now,
    ))  # fmt: skip
    record(session, by.now, by.account_id, f"tasks.{answer}", one.id)
