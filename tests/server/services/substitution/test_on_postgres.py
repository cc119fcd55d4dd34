"""Substitutions on PostgreSQL: noted, confirmed, joined, told in the journal, taken back; two deputies at once."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from server.errors import DomainError
from server.extensions import db
from server.models import LessonAct
from server.services.days import changing
from server.services.substitution import away, journal
from tests.server import apps
from tests.server.services.substitution.place import TODAY, TUESDAY, Place


@pytest.mark.postgres
def test_lessons_are_given_to_others_on_postgres(tmp_path: Path, pg_url: str):
    with apps.on_postgres(tmp_path / "home", pg_url) as app, app.test_request_context():
        place = Place()
        _walk(place)
        _at_once(place, app)


def _walk(place: Place) -> None:
    before, absence = place.everything(), place.absence(order="12")
    act = place.confirm(absence, place.choice("algebra", "teacher", place.cat),
                        place.choice("english-1", "join", "english-2"))  # fmt: skip
    db.session.remove()
    found = journal.entries(db.session, *journal.month_of(TODAY))
    assert [(one.kind, one.holders[0][1]) for one in found] == [("substituted", "Catkin S."), ("joined", "Evina S.")]
    assert [(one.substituted, one.joined) for one in journal.accounts(found, TUESDAY)] == [(1, 0), (0, 1)]
    changing.undo(act, place.by)
    assert place.everything() == before


def _at_once(place: Place, app) -> None:
    """Lessons of two absent teachers at one time: only one of two deputies can give Cat both."""
    place.lessons["same"] = place.lesson("algebra-b", 1, place.bob)
    noted = away.read(db.session, TUESDAY, TUESDAY, place.ann)[0].id
    absences = [noted, place.absence(place.bob)]
    seen, outcomes, gate = place.marks(), [], threading.Barrier(2)

    def give(absence: str, key: str) -> None:
        with app.app_context(), app.test_request_context():
            gate.wait()
            try:
                outcomes.append(place.confirm(absence, place.choice(key, "teacher", place.cat), seen=seen))
            except DomainError as error:
                outcomes.append(error.code)
            db.session.remove()

    threads = [threading.Thread(target=give, args=pair) for pair in zip(absences, ("algebra", "same"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "choice_clash" in outcomes
    db.session.remove()
    assert len(db.session.scalars(select(LessonAct.id).where(LessonAct.undone_by_id.is_(None),
                                                             LessonAct.kind != "undone")).all()) == 1  # fmt: skip
