"""Ops from afar: a batch that a device signed, whichever way it came, is handed to ``receive`` in its person's name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import policy, store
from server.config import Config
from server.errors import DomainError, sentence_of
from server.models import Group, School
from server.policy import Action, Grant, Scope
from server.services import devices, keys, returns, roles
from server.services.devices import Signer
from server.services.returns import Delivery, Outcome, Target
from sync import decide, opfile, parcel
from sync.p256 import read_point
from sync.parcel import Batch

ACTIONS = {"return": Action.WORK_LOG, "mark": Action.MARK_SET, "absence": Action.ABSENCE_SET}


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
    grants = roles.grants_of(session, signer.person_id, now, today)
    permits = _permits(session, grants)
    own = [raw for raw in batch.envelopes if _origin(raw) in (None, signer.origin)]
    taken = iter(returns.receive(Delivery(own, now, today, signer.person_id, permits)) if own else [])
    outcomes = [
        next(taken) if _origin(raw) in (None, signer.origin) else _of_another_device(raw) for raw in batch.envelopes
    ]
    highest = max((one.n for one in outcomes if one.origin == signer.origin), default=-1)
    store.write(lambda inside: devices.seen(inside, signer.origin, now, highest + 1))
    return outcomes


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
    name = next((line.name for line in devices.of_person(session, signer.person_id) if line.origin == signer.origin), "")
    return FileTaken(name, signer.name, batch.envelopes, take(session, signer, batch, school, now, today))


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


def _origin(raw: Any) -> str | None:
    """Whose envelope it claims to be; None for what says nothing of the kind, which ``receive`` will reject."""
    origin = raw.get("origin") if isinstance(raw, dict) else None
    return origin if isinstance(origin, str) else None


def _of_another_device(raw: dict[str, Any]) -> Outcome:
    n = raw.get("n")
    return Outcome(raw["origin"][:16], n if type(n) is int else -1, decide.REJECTED, "op_other_device")


def _permits(session: Session, grants: Sequence[Grant]) -> Callable[[Target], bool]:
    """The policy's answer for the device's person; read now, since the writer asks."""
    parents = dict(session.execute(select(Group.id, Group.parent_id).where(Group.parent_id.is_not(None))).tuples())

    def permits(target: Target) -> bool:
        groups = {target.group_id, parents.get(target.group_id)} - {None}
        scope = Scope(frozenset(groups), frozenset({target.course_id}))  # type: ignore[arg-type]
        return policy.allows(grants, ACTIONS[target.type], scope)

    return permits


def school_of(session: Session) -> School:
    """The school. Raises DomainError ``home_missing`` before there is one."""
    row = session.scalar(select(School))
    if row is None:
        raise DomainError("home_missing", home="")
    return row

