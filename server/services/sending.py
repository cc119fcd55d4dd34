"""Sending what is due, one delivery at a time: taken in one commit, handed to the gateway, noted in another.

A delivery that was taken and never noted belongs to a process that ended in between. Nobody knows whether it is out,
so it becomes ``perhaps`` and waits for a person; the office never sends it a second time by itself.
"""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from apiflask import APIFlask
from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import clock, store
from server.config import Config
from server.models import Delivery, School
from server.services import thresholds
from server.services.contacts import SENT
from server.services.delivery_contacts import note_delivery
from server.services.delivery_wanted import UNWANTED, is_unwanted
from server.services.gateway import FAILED, PERHAPS, Answer, Parcel
from server.services.mail_gateway import MailGateway
from server.services.running import Progress, Run, running
from server.services.sms_gateway import SmsGateway

SEND = "messages"  # kind of background work
FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=4)
Now = Callable[[], datetime]


class Gateway(Protocol):
    """What sends one channel's parcels."""

    def send(self, parcel: Parcel) -> Answer:
        """Hand one over."""

    def close(self) -> None:
        """End what is open."""


@dataclass(frozen=True)
class Result:
    """How a round of sending ended: deliveries by the state they are in now."""

    sent: int
    failed: int


def by_itself(config: Config) -> frozenset[str]:
    """The channels that the office sends without a person."""
    return frozenset(code for code, known in (("email", config.mail), ("sms", config.sms)) if known is not None)


def gateways(config: Config, now: Now) -> dict[str, Gateway]:
    """A gateway for each channel that is set up."""
    found: dict[str, Gateway] = {}
    if config.mail is not None:
        found["email"] = MailGateway(config.mail, now)
    if config.sms is not None:
        found["sms"] = SmsGateway(config.sms)
    return found


def pause(tries: int) -> timedelta:
    """How long to wait after so many attempts: each time four times as long."""
    return min(FIRST_PAUSE * 4 ** max(0, tries - 1), LONGEST_PAUSE)


def send_all(now: Now, open_to: dict[str, Gateway], progress: Progress = lambda what, done, total: None) -> Result:
    """Send everything that is due; what fails comes again later, what may be out waits for a person."""
    claim, counts = secrets.token_hex(8), {True: 0, False: 0}
    recover(now())
    try:
        total = due(now(), open_to)
        while taken := take(claim, now(), open_to):
            channel, parcel = taken
            progress("messages", sum(counts.values()), max(total, sum(counts.values()) + 1))
            answer = open_to[channel].send(parcel)
            note(parcel.id, answer, now())
            counts[answer.state == SENT] += 1
    finally:
        for gateway in open_to.values():
            gateway.close()
    return Result(counts[True], counts[False])


def due(now: datetime, channels: Collection[str]) -> int:
    """How many deliveries wait for the office now."""
    return store.write(lambda session: len(session.scalars(_due(now, channels)).all()))


def _due(now: datetime, channels: Collection[str]) -> object:
    return (
        select(Delivery.id)
        .where(Delivery.state.in_(("ready", "failed")), Delivery.not_before <= now, Delivery.channel.in_(channels))
        .order_by(Delivery.not_before, Delivery.id)
    )


def take(claim: str, now: datetime, channels: Collection[str]) -> tuple[str, Parcel] | None:
    """Take the next delivery: from this commit on nobody else does. Returns its channel and what to send.

    Hours may lie between composing and sending: what the family does not want any more is given up, not sent.
    """

    def save(session: Session) -> tuple[str, Parcel] | None:
        query = _due(now, channels).limit(1).with_for_update(skip_locked=True)  # type: ignore[attr-defined]
        while id := session.scalar(query):
            row = session.get_one(Delivery, id)
            row.changed_at = now
            if is_unwanted(session, row):
                row.state, row.error, row.not_before = "given_up", UNWANTED, None
                session.flush()
                continue
            row.state, row.claim, row.tries = "sending", claim, row.tries + 1
            return row.channel, Parcel(row.id, row.address, row.text, row.subject)
        return None

    return store.write(save)


def note(delivery_id: str, answer: Answer, now: datetime) -> str:
    """Note what the gateway said; a delivery that is out stands as a contact. Returns the state."""

    def save(session: Session) -> str:
        row = session.get_one(Delivery, delivery_id)
        row.error, row.changed_at = answer.reason, now
        if answer.state == SENT:
            row.state, row.not_before = "sent", None
            note_delivery(session, row, SENT, None, now)
        elif answer.state == PERHAPS:
            row.state, row.not_before = "perhaps", None
        elif answer.state == FAILED and row.tries < thresholds.values(session)["send_tries"]:
            row.state, row.not_before = "failed", now + pause(row.tries)
        else:
            row.state, row.not_before = "given_up", None
        return row.state

    return store.write(save)


def recover(now: datetime) -> int:
    """What a process that ended had taken is ``perhaps`` out; returns how many. Call it when nothing is being sent."""
    lost = (
        update(Delivery).where(Delivery.state == "sending")
        .values(state="perhaps", error="broke_off", not_before=None, changed_at=now)
    )  # fmt: skip
    return store.write(lambda session: session.connection().execute(lost).rowcount)


def start(now: datetime, name: str, owner: str) -> tuple[Run, bool] | None:
    """Send in the background; None when no gateway is set up."""
    config: Config = current_app.extensions["korablik"]
    if not by_itself(config):
        return None

    def read_clock() -> datetime:
        return clock.now(config, "UTC" if config.fixed_now is None else _zone())

    def work(progress: Progress) -> Result:
        return send_all(read_clock, gateways(config, read_clock), progress)

    return running().start(SEND, work, now, name, owner)


def _zone() -> str:
    return store.write(lambda session: session.scalar(select(School.timezone)) or "UTC")


def send_due(app: APIFlask) -> bool:
    """What the scheduler calls: begin to send if anything is due and nothing is under way; True if it began.

    Nobody waits for it, so a gateway that hangs holds nothing up.
    """
    with app.app_context():
        config: Config = app.extensions["korablik"]
        if not by_itself(config):
            return False
        now = clock.now(config, "UTC" if config.fixed_now is None else _zone())
        run = running().last(SEND)
        if (run is not None and run.state == "running") or not (due(now, by_itself(config)) or stranded()):
            return False
        begun = start(now, "", "")
        return begun is not None and begun[1]


def stranded() -> bool:
    """Whether a delivery was taken by a process that is no more."""
    query = select(Delivery.id).where(Delivery.state == "sending").limit(1)
    return store.write(lambda session: session.scalar(query)) is not None
