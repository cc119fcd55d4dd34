"""Sending: every delivery once, also when the office is killed between sending and noting; failures come again."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from apiflask import APIFlask
from flask import current_app
from sqlalchemy import Executable, delete, select, update

from server import jobs, store
from server.config import Sms
from server.errors import DomainError
from server.extensions import db
from server.models import Contact, Delivery, FamilyChannel, Guardianship, Message
from server.policy import Realm
from server.services import deliveries, messages, sending
from server.services.content import Author
from server.services.gateway import FAILED, PERHAPS, REFUSED, SENT, Answer, Parcel
from server.services.messages import Words, due_at
from server.services.running import running
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.sms_double import SmsDouble, listening

NOW = datetime(2026, 12, 7, 5, 0, tzinfo=UTC)  # 10:00 at the school
ALL = Realm(True, frozenset(), frozenset())
LIMITS = {"day_from": 8, "day_until": 20}


class Gate:
    """A gateway that answers as it is told, and remembers."""

    def __init__(self, *answers: Answer):
        self.answers, self.got, self.closed = list(answers), [], 0

    def send(self, parcel: Parcel) -> Answer:
        self.got.append(parcel)
        return self.answers.pop(0) if self.answers else Answer(SENT)

    def close(self) -> None:
        self.closed += 1


class Family:
    """A class of families that may be sent SMS."""

    def __init__(self, count: int = 2):
        factory.school()
        self.group = factory.group()
        self.teacher = factory.account("teacher", "class_teacher", group_id=self.group)
        self.by = Author(factory.person_of(self.teacher), self.teacher, NOW, TODAY)
        self.students = [factory.student(self.group, f"Veslov{n}", "Yegor") for n in range(count)]
        for n, student in enumerate(self.students):
            parent = factory.guardian(student, phone=f"+7999000000{n}")
            factory.add(FamilyChannel(
                id=factory.new_id(), person_id=parent, channel="sms", address=f"+7999000000{n}", position=1,
                consent=True, confirmed_on=TODAY, noted_at=NOW,
            ))  # fmt: skip

    def write(self, key: str = "k", text: str = "No lessons tomorrow.", kind: str = "change") -> str:
        words = Words(kind, "groups", text, group_ids=(self.group,))
        with current_app.test_request_context():
            return messages.create(db.session, words, ALL, self.by, key, {"sms", "email"})


@pytest.fixture
def family(app: APIFlask) -> Family:
    return Family()


def rows() -> list[Delivery]:
    db.session.rollback()
    return list(db.session.scalars(select(Delivery).order_by(Delivery.address)))


def states() -> list[tuple[str, str]]:
    return [(row.state, row.error) for row in rows()]


def contacts() -> list[tuple[str, str]]:
    db.session.rollback()
    return sorted(tuple(row) for row in db.session.execute(select(Contact.channel, Contact.outcome)))


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def test_each_family_is_sent_to_once_and_a_contact_stands_for_it(family: Family):
    family.write()
    gate = Gate()
    assert sending.send_all(at(NOW), {"sms": gate}) == sending.Result(2, 0)
    assert sending.send_all(at(NOW), {"sms": gate}) == sending.Result(0, 0)
    assert [parcel.to for parcel in sorted(gate.got, key=lambda one: one.to)] == ["+79990000000", "+79990000001"]
    assert states() == [("sent", "")] * 2 and gate.closed == 2
    found = db.session.scalars(select(Contact)).all()
    assert {one.student_id for one in found} == set(family.students)
    assert {(one.direction, one.topic, one.outcome, one.author_id) for one in found} == {
        ("out", "change", "sent", family.by.person_id)
    }


@pytest.mark.parametrize(
    ("kind", "change", "goes"),
    [
        ("change", update(FamilyChannel).values(consent=False), False),
        ("change", update(FamilyChannel).values(works=False), False),
        ("change", update(FamilyChannel).values(address="+79990000099"), False),
        ("change", delete(FamilyChannel), False),
        ("reminder", update(Guardianship).values(may_receive=False), False),
        ("change", update(Guardianship).values(may_receive=False), True),
        ("reminder", update(Guardianship).values(may_receive=True), True),
    ],
)  # fmt: skip
def test_what_is_not_wanted_any_more_does_not_go_out(family: Family, kind: str, change: Executable, goes: bool):
    family.write(kind=kind)
    mine = change.where(FamilyChannel.address == "+79990000000") if change.table.name == "family_channel" else change
    store.write(lambda session: session.execute(mine) and None)
    gate = Gate()
    sending.send_all(at(NOW), {"sms": gate})
    first = rows()[0]
    assert (first.state, first.error) == (("sent", "") if goes else ("given_up", "unwanted"))
    assert ("+79990000000" in [parcel.to for parcel in gate.got]) is goes
    if change.table.name == "family_channel":
        assert [parcel.to for parcel in gate.got] == ["+79990000001"], "the next family hears"


def test_a_double_click_makes_one_message(family: Family):
    assert family.write("same") == family.write("same") != family.write("other")
    assert db.session.scalar(select(db.func.count()).select_from(Message)) == 2
    assert len(rows()) == 4


def test_what_fails_comes_again_later_and_is_given_up_at_last(family: Family):
    family.write()
    moment, gate = NOW, Gate(*[Answer(FAILED, "unreachable")] * 50)
    sending.send_all(at(moment), {"sms": gate})
    assert states() == [("failed", "unreachable")] * 2
    assert rows()[0].not_before == NOW + timedelta(minutes=2)
    sending.send_all(at(moment), {"sms": gate})
    assert len(gate.got) == 2, "not before its time"
    for _attempt in range(9):
        moment += timedelta(hours=5)
        sending.send_all(at(moment), {"sms": gate})
    assert states() == [("given_up", "unreachable")] * 2
    assert len(gate.got) == 10 and contacts() == []


def test_one_refusal_holds_nobody_else_up(family: Family):
    family.write()
    gate = Gate(Answer(REFUSED, "gateway_refused"))
    sending.send_all(at(NOW), {"sms": gate})
    assert sorted(state for state, _error in states()) == ["given_up", "sent"]


def test_what_may_be_out_is_never_sent_again_unseen(family: Family):
    family.write()
    gate = Gate(Answer(PERHAPS, "no_answer"), Answer(PERHAPS, "no_answer"))
    sending.send_all(at(NOW), {"sms": gate})
    sending.send_all(at(NOW + timedelta(days=3)), {"sms": gate})
    assert states() == [("perhaps", "no_answer")] * 2 and len(gate.got) == 2
    first, second = rows()
    assert deliveries.act(first.id, "was_sent", family.by) == "sent"
    assert deliveries.act(second.id, "again", family.by, NOW) == "ready"
    sending.send_all(at(NOW + timedelta(minutes=1)), {"sms": gate})
    assert [state for state, _error in states()] == ["sent", "sent"]
    assert len(gate.got) == 3 and contacts() == [("sms", "sent")] * 2


def test_an_office_that_died_between_sending_and_noting_says_perhaps(family: Family):
    family.write()

    class Dies(Gate):
        def send(self, parcel: Parcel) -> Answer:
            super().send(parcel)
            raise KeyboardInterrupt

    dies = Dies()
    with pytest.raises(KeyboardInterrupt):
        sending.send_all(at(NOW), {"sms": dies})
    assert sorted(state for state, _error in states()) == ["ready", "sending"]
    gate = Gate()
    sending.send_all(at(NOW + timedelta(minutes=1)), {"sms": gate})
    assert sorted(states()) == [("perhaps", "broke_off"), ("sent", "")]
    assert {parcel.id for parcel in gate.got} & {parcel.id for parcel in dies.got} == set()


KILLED = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from server import create_app
from server.config import Sms, make_config
from server.services import sending
app = create_app(make_config(Path(sys.argv[1]), testing=True, sms=Sms(sys.argv[2])))
note = sending.note
def die(*args):
    os._exit(9)  # as kill -9 does, the gateway has just said yes
sending.note = die
with app.app_context():
    now = lambda: datetime(2026, 12, 7, 5, 0, tzinfo=UTC)
    sending.send_all(now, sending.gateways(app.extensions["korablik"], now))
"""


def test_a_killed_process_leaves_one_in_doubt_and_loses_none(app: APIFlask, tmp_path: Path):
    Family(3).write()
    double = SmsDouble()
    with listening(double) as url:
        app.extensions["store"].close()
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(app.extensions["korablik"].home), url], cwd=Path(__file__).parents[3],
            timeout=60, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 9, done.stderr[-2000:]
        assert len(double.got) == 1
        open_to = {"sms": sending.SmsGateway(Sms(url))}
        sending.send_all(at(NOW), open_to)
    assert sorted(state for state, _error in states()) == ["perhaps", "sent", "sent"]
    assert len(double.got) == 3 and len({got.headers["HTTP_IDEMPOTENCY_KEY"] for got in double.got}) == 3


def test_two_at_once_share_the_work(family: Family):
    family.write()
    first, second = Gate(), Gate()

    class Meanwhile(Gate):
        def send(self, parcel: Parcel) -> Answer:
            taken = sending.take("other", NOW, ["sms"])
            if taken is not None:
                second.send(taken[1])
                sending.note(taken[1].id, Answer(SENT), NOW)
            return first.send(parcel)

    sending.send_all(at(NOW), {"sms": Meanwhile()})
    assert len({parcel.id for parcel in first.got + second.got}) == len(first.got) + len(second.got) == 2


def test_it_runs_in_the_background_goes_on_by_itself_and_tells_how_far(app: APIFlask, family: Family):
    family.write()
    double = SmsDouble()
    with listening(double) as url:
        ten = datetime(2026, 12, 7, 10, 0)
        app.extensions["korablik"] = replace(app.extensions["korablik"], sms=Sms(url), fixed_now=ten)
        assert sending.send_due(app) is True
        run = running().wait(sending.SEND)
        assert run is not None and (run.state, run.what) == ("done", "messages")
        assert len(double.got) == 2
        assert sending.send_due(app) is False, "nothing is due"


def test_without_a_gateway_everything_waits_for_a_hand(app: APIFlask, family: Family):
    words = Words("change", "groups", "Later.", group_ids=(family.group,))
    with app.test_request_context():
        messages.create(db.session, words, ALL, family.by, "k", ())
    assert sending.send_due(app) is False and sending.start(NOW, "", "") is None
    assert [row.not_before for row in rows()] == [None, None]
    [first, _second] = rows()
    assert deliveries.act(first.id, "sent", family.by) == "sent"
    assert deliveries.act(first.id, "sent", family.by) == "sent", "a double click"
    assert contacts() == [("sms", "sent")]
    assert deliveries.act(first.id, "undo", family.by) == "ready" and contacts() == []


def test_calls_are_ticked_off_and_given_up_after_many(app: APIFlask):
    factory.school()
    group = factory.group()
    account = factory.account("teacher", "class_teacher", group_id=group)
    by = Author(factory.person_of(account), account, NOW, TODAY)
    factory.guardian(factory.student(group))
    with current_app.test_request_context():
        words = Words("change", "groups", "Later.", group_ids=(group,), channels=("call",))
        messages.create(db.session, words, ALL, by, "k", ())
    [call] = rows()
    assert [deliveries.act(call.id, "not_reached", by) for _n in range(5)] == ["ready"] * 4 + ["given_up"]
    assert contacts() == [("call", "not_reached")] * 5
    assert deliveries.act(call.id, "reached", by) == "confirmed"
    with pytest.raises(DomainError) as refused:
        deliveries.act(call.id, "not_reached", by)
    assert refused.value.code == "delivery_done"


@pytest.mark.parametrize(
    ("hour", "until", "due"),
    [
        (10, None, (7, 10)), (21, None, (8, 8)), (6, None, (7, 8)), (19, "18:30", (8, 8)), (18, "18:30", (7, 18)),
        (20, None, (7, 20)),
    ],
)  # fmt: skip
def test_no_sms_goes_out_at_night(hour: int, until: str | None, due: tuple[int, int]):
    zone = "Asia/Yekaterinburg"
    now = datetime(2026, 12, 7, hour, tzinfo=ZoneInfo(zone))
    found = due_at(now, zone, "sms", until, LIMITS).astimezone(ZoneInfo(zone))
    assert (found.day, found.hour) == due
    assert due_at(now, zone, "email", until, LIMITS) == now


def test_the_pause_grows_and_ends():
    pauses = [sending.pause(tries) for tries in range(1, 9)]
    assert pauses == sorted(pauses) and pauses[0] == timedelta(minutes=2) and pauses[-1] == timedelta(hours=4)


def test_the_scheduler_knows_it(app: APIFlask):
    scheduler = jobs.start(app)
    try:
        assert scheduler.get_job("messages") is not None
    finally:
        scheduler.shutdown(wait=False)


def test_store_is_not_held_while_a_gateway_is_slow(family: Family):
    family.write()

    class Slow(Gate):
        def send(self, parcel: Parcel) -> Answer:
            store.write(lambda session: session.get_one(Message, session.scalars(select(Message.id)).first()).title)
            return super().send(parcel)

    assert sending.send_all(at(NOW), {"sms": Slow()}).sent == 2
