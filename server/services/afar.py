"""Ops from afar: a batch that a device signed, whichever way it came, is handed to ``receive`` in its person's name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock, policy, store
from server.config import Config
from server.errors import DomainError, sentence_of
from server.models import Group, School, Work
from server.policy import Grant, Scope
from server.services import devices, keys, returns, roles, scopes
from server.services.devices import Signer
from server.services.returns import Delivery, Outcome, Target
from sync import decide, opfile, parcel
from sync.ops import Op
from sync.p256 import read_point
from sync.parcel import Batch


@dataclass(frozen=True)
class FileTaken:
    """What became of an op file: the device's name and owner, and one outcome per envelope."""

    device: str
    owner: str
    envelopes: list[Any]
    outcomes: list[Outcome]


def check_device(signer: Signer) -> None:
    """Raises DomainError when nothing that this device signs counts: ``device_revoked`` and the like."""
    if signer.state == devices.REVOKED:
        raise DomainError("device_revoked")
    if signer.state != devices.CONFIRMED:
        raise DomainError("device_waiting")
    if not signer.active:
        raise DomainError("device_account_closed")


def take(session: Session, signer: Signer, batch: Batch, school: School, now: datetime, today: date) -> list[Outcome]:
    """Take a device's batch in: one outcome per envelope, in order, after the commit.

    Raises DomainError ``op_other_school``. Envelopes that name another origin are rejected; the others go on.
    """
    if batch.school != school.id:
        raise DomainError("op_other_school", school=batch.school)
    own = [raw for raw in batch.envelopes if _is_own(raw, signer)]
    next_n = 1 + max((raw["n"] for raw in own if _is_number(raw)), default=-1)
    permits = _permits(session, roles.grants_of(session, signer.person_id, now, today), own, today)
    delivery = Delivery(own, now, today, signer.person_id, permits,
                        lambda inside: devices.seen(inside, signer.origin, now, next_n))  # fmt: skip
    taken = iter(returns.receive(delivery) if own else [])
    return [next(taken) if _is_own(raw, signer) else _of_another_device(raw) for raw in batch.envelopes]


def take_file(session: Session, data: bytes, config: Config, now: datetime, today: date) -> FileTaken:
    """Take in what an op file holds; the same file again changes nothing more.

    Raises SyncError ``opfile_…``, ``op_other_school``, ``device_…``, ``batch_…`` with the reason it is refused.
    """
    file = opfile.read(data)
    school = session.scalars(select(School)).one()
    if file.school != school.id:
        raise DomainError("op_other_school", school=file.school[:8])
    signer = devices.signer(session, file.device)
    if signer is None:
        raise DomainError("device_unknown")
    body = opfile.opened(file, keys.ops_key(config.keys), read_point(signer.public_key))
    check_device(signer)
    batch = parcel.read(body)
    outcomes = take(session, signer, batch, school, now, today)
    return FileTaken(signer.device, signer.name, batch.envelopes, outcomes)


def decide_newly_known(config: Config) -> int:
    """Decide the ops that came from newer programs and are known to this one; returns how many.

    What their authors may say is asked now: nobody asked when they came.
    """

    def take_up(session: Session) -> int:
        school = session.scalars(select(School)).one()
        now = clock.now(config, school.timezone)
        today = clock.local_date(now, school.timezone)

        def circumstances(op: Op) -> Delivery:
            granted = roles.grants_of(session, op.author, now, today) if op.author else ()
            permits = _permits(session, granted, [op.raw], today)
            return Delivery([], now, today, op.author, permits if op.author else lambda target: True)

        return returns.reconsider(session, circumstances)

    return store.write(take_up)


def answer(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Outcomes in short: what needs no word as ranges of n, the others one by one with their sentence."""
    ranges: dict[str, list[list[int]]] = {decide.ACCEPTED: [], decide.DUPLICATE: []}
    others = []
    for one in outcomes:
        if one.outcome not in ranges:
            others.append({"n": one.n, "outcome": one.outcome, "reason": one.reason, "text": told(one),
                           "data": one.data, "revision": one.revision})  # fmt: skip
            continue
        known = ranges[one.outcome]
        if known and known[-1][1] + 1 == one.n:
            known[-1][1] = one.n
        else:
            known.append([one.n, one.n])
    return {**ranges, "others": others}


def told(outcome: Outcome) -> str:
    """The sentence for an outcome that was not simply taken in."""
    return sentence_of(DomainError(outcome.reason, **outcome.data)) if outcome.reason else ""


def _is_own(raw: Any, signer: Signer) -> bool:
    """Whether an envelope is the device's; one that says nothing of the kind goes on, to be rejected for that."""
    origin = raw.get("origin") if isinstance(raw, dict) else None
    return not isinstance(origin, str) or origin == signer.origin


def _is_number(raw: Any) -> bool:
    return isinstance(raw, dict) and type(raw.get("n")) is int and 0 <= raw["n"] < 2**53


def _of_another_device(raw: dict[str, Any]) -> Outcome:
    return Outcome(raw["origin"][:16], raw["n"] if _is_number(raw) else -1, decide.REJECTED, "op_other_device")


def _permits(
    session: Session, grants: Sequence[Grant], envelopes: Sequence[Any], today: date
) -> Callable[[Target], bool]:
    """The policy's answer for the device's person. All it needs is read now, since the writer asks."""
    parents = dict(session.execute(select(Group.id, Group.parent_id).where(Group.parent_id.is_not(None))).all())
    said = [raw for raw in envelopes if isinstance(raw, dict) and isinstance(raw.get("data"), dict)]
    asks_groups = any(not grant.course_id for grant in grants) or any(raw.get("type") == "call" for raw in said)
    stays = _groups_of_students(session, [raw["data"] for raw in said], today) if asks_groups else {}

    @cache  # a batch is full of ops about one course
    def permits(target: Target) -> bool:
        groups = {target.group_id, *stays.get(target.student_id, ())}
        groups |= {parents[id_] for id_ in groups if id_ in parents}
        courses = {target.course_id} if target.course_id else set()
        scope = Scope(frozenset(groups - {""}), frozenset(courses))
        return policy.allows(grants, policy.OP_ACTIONS[target.type], scope)

    return permits


def _groups_of_students(session: Session, said: Sequence[dict[str, Any]], today: date) -> dict[str, set[str]]:
    """The groups of everybody whom the ops are about: named, or by a work's code."""
    codes = {data["code"] for data in said if isinstance(data.get("code"), str)}
    students = {data["student"] for data in said if isinstance(data.get("student"), str)}
    students |= set(session.scalars(select(Work.student_id).where(Work.code.in_(codes))))
    return scopes.groups_of(session, students, today)

