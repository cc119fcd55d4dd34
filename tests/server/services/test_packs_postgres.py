"""Packs on PostgreSQL: their steps are counted one after the other, and a work that comes in brings its pack back."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from server import store
from server.extensions import db
from server.models import PackStep, Work
from server.services import pack_list, pack_steps
from tests.server import apps, factory
from tests.server.logbook import NOW, hand_in
from tests.server.services.test_pack_steps import pack_of, steps_of


@pytest.mark.postgres
def test_packs_are_followed_on_postgres(tmp_path: Path, pg_url: str):
    with apps.on_postgres(tmp_path / "home", pg_url) as app, app.test_request_context():
        factory.school()
        group = factory.group()
        student = factory.student(group)
        task = factory.task(factory.lesson(factory.course(group)).lesson_course)
        [code] = factory.works(task).values()
        pack = pack_of(student, works=[db.session.scalars(select(Work.id)).one()])
        _at_once(app, pack)
        assert hand_in(code).outcome == "accepted"
        assert [step for step, _channel in steps_of(pack)][-1] == "back"
        numbers = sorted(db.session.scalars(select(PackStep.n).where(PackStep.pack_id == pack)))
        assert numbers == list(range(1, 10))
        [line] = pack_list.of_week(db.session, "2026-W50", [group], pack_list.ALL, factory.TODAY)
        assert line.where.back and not line.where.lost


def _at_once(app, pack: str) -> None:
    """Eight days of handing over, said by eight people in the same moment."""

    def say(day: int) -> None:
        with app.app_context():
            at = NOW + timedelta(days=day)
            store.write(lambda session: pack_steps.note_steps(session, [pack], "handed", "call", at))

    threads = [threading.Thread(target=say, args=(day,)) for day in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
