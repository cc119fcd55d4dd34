"""Families on PostgreSQL: a message is sent once, the round is ticked, silence is counted, a letter is answered."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server import models
from server.extensions import db
from server.policy import Realm
from server.services import letters, messages, round_ticks, sending, silence, weekly_round
from server.services.content import Author
from server.services.gateway import SENT, Answer
from server.services.messages import Words
from tests.server import apps, factory, logbook
from tests.server.factory import TODAY

NOW = datetime(2026, 12, 7, 5, 0, tzinfo=UTC)
ALL = Realm(True, frozenset(), frozenset())
ZONE = "Asia/Yekaterinburg"


class Gate:
    """Takes everything."""

    def __init__(self) -> None:
        self.got: list[str] = []

    def send(self, parcel) -> Answer:
        self.got.append(parcel.to)
        return Answer(SENT)

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.postgres
def test_families_are_reached_on_postgres(tmp_path: Path, pg_url: str):
    with apps.on_postgres(tmp_path / "home", pg_url) as app, app.test_request_context():
        _walk()


def _walk() -> None:
    factory.school()
    group = factory.group()
    yegor, vera = factory.student(group), factory.student(group, "Yakornaya", "Vera")
    mother = factory.guardian(yegor)
    factory.add(models.FamilyChannel(id=factory.new_id(), person_id=mother, channel="sms", address="+79000000001",
                                     position=1, consent=True, confirmed_on=TODAY, noted_at=NOW))  # fmt: skip
    course = factory.course(group)
    lessons = [factory.lesson(course, TODAY - timedelta(days=n)).lesson_course for n in range(1, 7)]
    early = datetime(2026, 11, 20, tzinfo=UTC)
    codes = factory.works(factory.task(lessons[0], due_on=TODAY - timedelta(days=1), published_at=early))
    account = factory.account("teacher", "class_teacher", group_id=group)
    by = Author(factory.person_of(account), account, NOW, TODAY)
    words = Words("change", "groups", "No lessons tomorrow.", group_ids=(group,))
    messages.create(db.session, words, ALL, by, "k", {"sms"})
    gate = Gate()
    assert sending.send_all(lambda: NOW, {"sms": gate}).sent == 1 and gate.got == ["+79000000001"]
    assert {line.kid.id for line in silence.silent(db.session, ALL, TODAY, ZONE)[0]} == {yegor, vera}
    logbook.hand_in(codes[yegor], mark="4")
    logbook.absent(vera, lessons[0], "Б", reason="flu")
    assert silence.count(db.session, ALL, TODAY, ZONE) == 0
    row = db.session.get_one(models.Group, group)
    weekly_round.send(db.session, row, [yegor], ALL, "sms", by, {"sms"})
    db.session.rollback()
    assert [one.on_its_way for one in weekly_round.families(db.session, row, ALL, TODAY)] == ["ready", ""]
    assert sending.send_all(lambda: NOW, {"sms": gate}).sent == 1
    db.session.rollback()
    assert weekly_round.untold(db.session, ALL, TODAY, ZONE) == 1
    round_ticks.tick([vera], None, "in_person", True, "k", by)
    db.session.rollback()
    assert [share.percent for share in weekly_round.shares(db.session, ALL, TODAY)] == [100]
    letter = letters.enter(yegor, mother, by.person_id, "call", "May he come later?", by, "k")
    letters.answer(db.session, letter, "Yes.", "sms", by, {"sms"})
    db.session.rollback()
    assert letters.one(db.session, letter, NOW).answer == "Yes."
