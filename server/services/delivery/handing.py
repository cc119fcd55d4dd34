"""Handed over, come back, taken back: what is said of a register, by its code or by phone, once however often."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Account, AuditEntry, Manifest, Pack, Person
from server.services.accounts import record
from server.services.content_draft import clean
from server.services.delivery import steps
from server.services.delivery.registers import Doer, locked
from server.services.people import short_name

MADE, HANDED, BACK = "made", "handed", "back"  # how far a register is
LONGEST_NAME = 100  # characters of who took the packs along
SIGNED = _l("signed for on the register")
TROUBLES = {"missing": _l("did not arrive"), "damaged": _l("damaged"), "refused": _l("not accepted")}


@dataclass(frozen=True)
class Told:
    """How a register stands after an act. ``fresh``: this act did it; else somebody had said it before: ``who``,
    ``at``. ``packs``: how many it concerned."""

    state: str
    fresh: bool
    who: str
    at: datetime | None
    packs: int


def state_of(row: Manifest) -> str:
    """How far a register is."""
    return BACK if row.back_at is not None else HANDED if row.handed_at is not None else MADE


def moment_of(day: date, by: Doer, zone: ZoneInfo) -> datetime:
    """When something happened of which the day alone is known: now, or the noon of an earlier day.

    Raises DomainError delivery_in_future.
    """
    if day > by.today:
        raise DomainError("delivery_in_future", value=day.isoformat())
    return by.now if day == by.today else datetime.combine(day, time(12), zone)


def hand_over(register_id: str, taken_by: str, at: datetime, channel: str, by: Doer) -> Told:
    """The packs of a register went out. Said again, it changes nothing and tells who said it first.

    Raises DomainError register_unknown, register_empty, text_long.
    """
    name = _name(taken_by)

    def save(session: Session) -> Told:
        row = locked(session, register_id)
        if row.handed_at is not None:
            return _stands(session, row)
        packs = _packs(session, row)
        if not packs:
            raise DomainError("register_empty")
        row.handed_at, row.taken_by = max(at, row.created_at), name
        ids = [pack.id for pack in packs]
        steps.note_steps(session, ids, steps.HANDED, channel, row.handed_at, by.person_id, name)
        record(session, by.now, by.account_id, "register.handed", row.code)
        return _stands(session, row, fresh=True)

    return store.write(save)


def come_back(register_id: str, troubles: Mapping[str, str], at: datetime, channel: str, by: Doer) -> Told:
    """The register came back signed. ``troubles``: id of a pack that did not arrive → why (one of TROUBLES).

    A register of which nobody had said that it went out went out now. Raises as ``hand_over`` does, and bad_request.
    """
    words, signed = {code: str(text) for code, text in TROUBLES.items()}, str(SIGNED)  # in the language of the request

    def save(session: Session) -> Told:
        row = locked(session, register_id)
        if row.back_at is not None:
            return _stands(session, row)
        packs = _packs(session, row)
        if not packs:
            raise DomainError("register_empty")
        if not troubles.keys() <= {pack.id for pack in packs} or not set(troubles.values()) <= words.keys():
            raise DomainError("bad_request")
        row.back_at = max(at, row.handed_at or row.created_at)
        if row.handed_at is None:
            row.handed_at = row.back_at
        elif row.back_at == row.handed_at:  # both of one day: taking back one must leave the other
            row.back_at += timedelta(seconds=1)
        arrived = [pack.id for pack in packs if pack.id not in troubles]
        steps.note_steps(session, arrived, steps.HANDED, channel, row.back_at, by.person_id, signed)
        for pack in packs:
            if why := troubles.get(pack.id):
                steps.note_step(session, pack, steps.LOST, channel, row.back_at, by.person_id, words[why])
        record(session, by.now, by.account_id, "register.back", row.code)
        return _stands(session, row, fresh=True)

    return store.write(save)


def take_back(register_id: str, state: str, by: Doer) -> Told:
    """It was said by mistake: ``state`` (handed or back) did not happen. Once only, and only while it stands so."""

    def save(session: Session) -> Told:
        row = locked(session, register_id)
        if state not in (HANDED, BACK) or state_of(row) != state:
            return _stands(session, row)
        ids = list(session.scalars(select(Pack.id).where(Pack.manifest_id == row.id)))
        if state == BACK and row.back_at is not None:
            steps.take_back(session, ids, (steps.HANDED, steps.LOST), row.back_at)
            alone = row.back_at == row.handed_at  # nobody had said that it went out
            row.back_at = None
            if alone:
                row.handed_at = None
        elif row.handed_at is not None:
            steps.take_back(session, ids, (steps.HANDED,), row.handed_at)
            row.handed_at, row.taken_by = None, ""
        record(session, by.now, by.account_id, f"register.not_{state}", row.code)
        return _stands(session, row, fresh=True)

    return store.write(save)


def say_lost(pack_id: str, why: str, channel: str, by: Doer) -> bool:
    """A single pack of a register that went out did not arrive; False: that was known. Raises as ``come_back`` does,
    and pack_unknown."""
    if why not in TROUBLES:
        raise DomainError("bad_request")
    remark = str(TROUBLES[why])

    def save(session: Session) -> bool:
        pack = session.scalar(select(Pack).where(Pack.id == pack_id).with_for_update())
        if pack is None or pack.manifest_id is None:
            raise DomainError("pack_unknown")
        if steps.lost(session, [pack.id]):
            return False
        steps.note_step(session, pack, steps.LOST, channel, by.now, by.person_id, remark)
        record(session, by.now, by.account_id, "register.lost", pack.code)
        return True

    return store.write(save)


def say_found(pack_id: str, channel: str, by: Doer) -> bool:
    """A lost pack arrived all the same; False: it was not lost. Raises DomainError pack_unknown."""
    signed = str(SIGNED)

    def save(session: Session) -> bool:
        pack = session.scalar(select(Pack).where(Pack.id == pack_id).with_for_update())
        if pack is None or pack.manifest_id is None:
            raise DomainError("pack_unknown")
        if not steps.lost(session, [pack.id]):
            return False
        steps.note_step(session, pack, steps.HANDED, channel, by.now, by.person_id, signed)
        record(session, by.now, by.account_id, "register.found", pack.code)
        return True

    return store.write(save)


def who_said(session: Session, codes: Collection[str]) -> dict[tuple[str, str], str]:
    """(code of a register, handed or back) → the short name of who said so last."""
    rows = session.execute(
        select(AuditEntry.target, AuditEntry.action, Person).join(Account, Account.id == AuditEntry.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(AuditEntry.target.in_(list(codes)), AuditEntry.action.in_([f"register.{HANDED}", f"register.{BACK}"]))
        .order_by(AuditEntry.at, AuditEntry.id)
    )  # fmt: skip
    return {(code, action.partition(".")[2]): short_name(person) for code, action, person in rows}


def _stands(session: Session, row: Manifest, fresh: bool = False) -> Told:
    session.flush()
    state = state_of(row)
    names = who_said(session, [row.code])
    at = {MADE: None, HANDED: row.handed_at, BACK: row.back_at}[state]
    return Told(state, fresh, names.get((row.code, state), ""), at, len(_packs(session, row)))


def _packs(session: Session, row: Manifest) -> list[Pack]:
    """The packs on a register that are to be delivered."""
    packs = session.scalars(select(Pack).where(Pack.manifest_id == row.id).order_by(Pack.id)).all()
    gone = steps.lost(session, [pack.id for pack in packs])
    return [pack for pack in packs if pack.id not in gone]


def _name(text: str) -> str:
    name = " ".join(clean(text).split())
    if len(name) > LONGEST_NAME:
        raise DomainError("text_long", length=len(name), limit=LONGEST_NAME)
    return name
