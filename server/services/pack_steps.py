"""What happened to a pack, step by step: ordered, printed, put on a register, handed over, came back, lost."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock
from server.models import Pack, PackSheet, PackStep, Person, School, Work
from server.services import bulk
from server.services.accounts import new_id

ORDERED, PRINTED, LISTED, HANDED, BACK, LOST = "ordered", "printed", "listed", "handed", "back", "lost"
PRINT, REGISTER, CALL, OFFICE = "print", "register", "call", "office"  # how the school learnt of it

_ENDS = {  # what makes a step news again on the same day
    ORDERED: {LOST}, PRINTED: {LOST}, LISTED: {LOST}, HANDED: {LISTED, LOST}, BACK: {LOST},
    LOST: {LISTED, HANDED, BACK},
}  # fmt: skip


_STEPS = select(PackStep.pack_id, PackStep.n, PackStep.step, PackStep.at)


@dataclass(frozen=True)
class Step:
    """One line of a pack's history. ``by``: the person's name, "" for what the program noted itself."""

    step: str
    channel: str
    at: datetime
    by: str
    remark: str


@dataclass(frozen=True)
class Standing:
    """When a pack was put on a register, handed over, when the first work came; since when it is lost."""

    listed: datetime | None = None
    handed: datetime | None = None
    back: datetime | None = None
    lost: datetime | None = None


def note_step(
    session: Session, pack: Pack, step: str, channel: str, at: datetime, by: str | None = None, remark: str = ""
) -> bool:  # fmt: skip
    """Within a write: this happened to the pack. ``by``: id of the person who said so.

    The same step on the same day of the school is noted once, unless it was undone in between (handed over, then
    lost, then handed over all the same); returns whether it is news.
    """
    return note_steps(session, [pack.id], step, channel, at, by, remark) == 1


def note_steps(
    session: Session, pack_ids: Collection[str], step: str, channel: str, at: datetime, by: str | None = None,
    remark: str = "",
) -> int:  # fmt: skip
    """Like ``note_step`` for many packs at once; returns for how many it is news."""
    ids = sorted(set(pack_ids))
    if not ids:
        return 0
    session.flush()
    session.execute(select(Pack.id).where(Pack.id.in_(ids)).order_by(Pack.id).with_for_update())  # two at once count on
    known: dict[str, list[tuple[int, str, datetime]]] = {}
    for pack_id, *row in session.execute(
        select(PackStep.pack_id, PackStep.n, PackStep.step, PackStep.at).where(PackStep.pack_id.in_(ids))
    ):
        known.setdefault(pack_id, []).append(tuple(row))  # type: ignore[arg-type]
    zone = session.scalars(select(School.timezone)).one()
    rows = _news(ids, known, step, at, zone)
    session.add_all(
        PackStep(id=new_id(at), pack_id=pack_id, n=n, step=step, channel=channel, at=at, by_id=by, remark=remark)
        for pack_id, n in rows
    )
    session.flush()
    return len(rows)


def _news(
    ids: Iterable[str], known: Mapping[str, Sequence[tuple[int, str, datetime]]], step: str, at: datetime, zone: str
) -> list[tuple[str, int]]:  # fmt: skip
    """Of these packs those of which the step is news, each with the number of its next step."""
    today = clock.local_date(at, zone)
    found = []
    for pack_id in ids:
        steps = sorted(known.get(pack_id, ()))
        if not said_before([(name, clock.local_date(when, zone)) for _n, name, when in steps], step, today):
            found.append((pack_id, steps[-1][0] + 1 if steps else 1))
    return found


def said_before(steps: Sequence[tuple[str, date]], step: str, today: date) -> bool:
    """Whether a history (in order) says of today already what is to be noted, with nothing after it that undoes it."""
    for name, day in reversed(steps):
        if name == step:
            return day == today
        if name in _ENDS[step]:
            return False
    return False


def history(session: Session, pack_id: str) -> list[Step]:
    """The steps of a pack, the first one first."""
    rows = session.execute(
        select(PackStep, Person).outerjoin(Person, Person.id == PackStep.by_id)
        .where(PackStep.pack_id == pack_id).order_by(PackStep.n)
    )  # fmt: skip
    return [
        Step(row.step, row.channel, row.at, f"{person.last_name} {person.first_name}".strip() if person else "",
             row.remark)
        for row, person in rows
    ]  # fmt: skip


def standings(session: Session, pack_ids: Collection[str]) -> dict[str, Standing]:
    """How far each of these packs is; one of which nothing is known is left out."""
    rows = bulk.fetch(session.connection(), _STEPS, PackStep.pack_id, pack_ids)
    steps: dict[str, list[tuple[str, datetime]]] = {}
    for pack_id, _n, step, at in sorted(map(tuple, rows)):
        steps.setdefault(pack_id, []).append((step, at))
    return {pack_id: standing(own) for pack_id, own in steps.items()}


def lost(session: Session, pack_ids: Collection[str]) -> dict[str, datetime]:
    """Of these packs those that are lost, each with since when."""
    return {pack_id: one.lost for pack_id, one in standings(session, pack_ids).items() if one.lost}


def standing(steps: Sequence[tuple[str, datetime]]) -> Standing:
    """How far a pack of this history (in order) is.

    Lost, or not to be delivered, is one whose loss nothing later contradicts; that it was printed again does not: it
    must be put on a register, handed over or come back.
    """
    last = dict(steps)
    back = next((at for step, at in steps if step == BACK), None)
    lost = None
    for step, at in steps:
        lost = at if step == LOST else None if step in _ENDS[LOST] else lost
    return Standing(last.get(LISTED), last.get(HANDED), back, lost)


_CARRIERS = (  # by the student, whose packs are few: nothing else leads from a work to its sheets
    select(Work.id, Pack.id, Pack.printed_at)
    .join(Pack, Pack.student_id == Work.student_id)
    .join(PackSheet, (PackSheet.pack_id == Pack.id) & (PackSheet.work_id == Work.id))
    .where(Pack.printed_at.is_not(None))
)


def came_back(session: Session, returns: Sequence[Mapping[str, Any]]) -> None:
    """Within the write that stores these rows of ``Return``: the packs that their works stood in come back.

    Of several packs with one work the last printed counts. A call is a call; all other ways lead through the office.
    """
    latest: dict[str, tuple[datetime, str]] = {}
    for work_id, pack_id, printed in bulk.fetch(
        session.connection(), _CARRIERS, Work.id, {row["work_id"] for row in returns}
    ):
        latest[work_id] = max(latest.get(work_id, (printed, pack_id)), (printed, pack_id))
    by_channel: dict[tuple[str, datetime], dict[str, str | None]] = {}
    for row in returns:
        if row["work_id"] in latest:
            channel = CALL if row["channel"] == "call" else OFFICE
            packs = by_channel.setdefault((channel, row["received_at"]), {})
            packs.setdefault(latest[row["work_id"]][1], row["logged_by"])
    for (channel, at), packs in by_channel.items():
        for by in set(packs.values()):
            note_steps(session, [pack for pack, who in packs.items() if who == by], BACK, channel, at, by)
