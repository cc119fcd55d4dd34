"""An urgent change in one step: publish the approved days again, and tell of the deed once that has succeeded."""

from collections.abc import Callable

from flask import current_app
from sqlalchemy.orm import Session

from server import store
from server.config import Config
from server.errors import DomainError
from server.models import LessonAct
from server.services import publishing, sending
from server.services.content import Author
from server.services.days import change_telling
from server.services.going_out import PUBLISH, Starter, note_publishing
from server.services.publishing import Published
from server.services.running import Progress, Run, running


def start(session: Session, act_id: str, by: Starter) -> tuple[Run, bool]:
    """Begin to publish and then to tell; returns the run and whether it began now: not while somebody publishes.

    Raises DomainError ``not_found``, ``act_undone``, ``act_told`` (a second click).
    """
    act = session.get(LessonAct, act_id)
    if act is None:
        raise DomainError("not_found")
    if act.undone_by_id is not None:
        raise DomainError("act_undone")
    if act.told_at is not None:
        raise DomainError("act_told")
    run, begun = running().start(PUBLISH, _work(act_id, by), by.now, by.name, by.account_id)
    if begun:
        note_publishing(by, f"change:{act_id}"[:64])
    return run, begun


def _work(act_id: str, by: Starter) -> Callable[[Progress], Published]:
    def work(progress: Progress) -> Published:
        """Nobody is told when publishing raises: what is told must be out."""
        done = publishing.publish((), today=by.today, now=by.now, actor_id=by.person_id, progress=progress)
        author = Author(by.person_id, by.account_id, by.now, by.today)
        config: Config = current_app.extensions["korablik"]
        with store.snapshot() as session:
            change_telling.tell(session, act_id, author, sending.by_itself(config))
        sending.start(by.now, by.name, by.account_id)
        return done

    return work
