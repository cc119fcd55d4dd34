"""Delivery on PostgreSQL: two who make registers at once make one for a stop, two who hand over are told one state."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.extensions import db
from server.models import Manifest, Pack, PackStep
from server.services.delivery import handing, overdue, register_view, registers
from tests.server import apps, factory
from tests.server.factory import TODAY, timedelta
from tests.server.parcels import WEEK, doer, printed, put, stop
from tests.server.village import NOW


@pytest.mark.postgres
def test_registers_on_postgres(tmp_path: Path, pg_url: str):
    with apps.on_postgres(tmp_path / "home", pg_url) as app, app.test_request_context():
        _walk(app)


def _walk(app) -> None:
    factory.school()
    group, far = factory.group(), stop()
    students = [factory.student(group, f"Lodkin{n}") for n in range(6)]
    factory.works(factory.task(factory.lesson(factory.course(group)).lesson_course))
    for student in students:
        put(student, far)
        printed(student)
    done = _together(app, lambda: registers.make_registers(WEEK, doer()), 4)
    assert sorted(one.listed for one in done) == [0, 0, 0, 6]
    register = db.session.scalars(select(Manifest.id)).one()
    assert db.session.scalar(select(func.count()).where(Pack.manifest_id == register)) == 6
    db.session.rollback()
    told = _together(app, lambda: handing.hand_over(register, "Dorogin", NOW, "register", doer()), 4)
    assert sorted(one.fresh for one in told) == [False, False, False, True]
    steps = select(func.count()).select_from(PackStep).where(PackStep.step == "handed")
    assert db.session.scalar(steps) == 6
    db.session.rollback()
    late = TODAY + timedelta(days=60)
    assert overdue.count(db.session, late, None)[:2] == (6, 6)
    [line] = register_view.of_week(db.session, WEEK, late, None)
    assert (len(line.overdue(late)), line.envelopes, line.works, line.came) == (6, 6, 6, 0)
    db.session.rollback()
    packs = {one.id: "missing" for one in line.lines[:2]}
    told = _together(app, lambda: handing.come_back(register, packs, NOW, "call", doer()), 2)
    assert sorted(one.fresh for one in told) == [False, True]
    for pack in packs:
        printed(line.lines[0].student_id if pack == line.lines[0].id else line.lines[1].student_id,
                at=NOW + timedelta(hours=1))  # fmt: skip
    assert registers.make_registers(WEEK, doer(now=NOW + timedelta(hours=1))).listed == 2
    assert handing.take_back(register, "back", doer()).state == "handed"


def _together(app, act, times: int) -> list:
    """What the same act answers to several at once."""
    found, failed = [], []

    def run() -> None:
        try:
            with app.app_context():
                found.append(act())
        except Exception as error:  # told by the length of what was found
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    return found
