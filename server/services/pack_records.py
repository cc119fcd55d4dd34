"""What the database keeps of packs: a row with a code for each that is ordered, and what was printed of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import SystemRandom

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from printables.marked import KIND
from printables.report import PackInfo, PrintReport
from server.models import Group, Membership, Pack, PackSheet, Sheet, Work
from server.services import feedback, numbering, pack_steps, requests
from server.services.marking import copy_wishes
from sync import codes
from sync.ids import content_id


@dataclass(frozen=True)
class Ordered:
    """Packs of one class that are about to be printed. ``reasons``: student → why."""

    slug: str
    week: str
    edition: int
    reasons: Mapping[str, str]
    supplement: bool = False


@dataclass(frozen=True)
class Print:
    """A file that was printed. ``numbered``: its packs' places are their places in the class's file, whose ``slug`` it
    is; ``again``: the rest of a file, printed once more. ``told``: pack code → decisions that the pack carries."""

    report: PrintReport
    slug: str = ""
    numbered: bool = False
    again: bool = False
    told: Mapping[str, Collection[int]] = field(default_factory=dict)


def order_packs(session: Session, ordered: Ordered, now: datetime, by: str | None) -> None:
    """Within a write: a pack with a code of its own for each of these students, for this edition of the week."""
    students = list(ordered.reasons)
    known = {
        pack.student_id: pack for pack in session.scalars(
            select(Pack).where(Pack.week == ordered.week, Pack.edition_number == ordered.edition,
                               Pack.student_id.in_(students))
        )
    }  # fmt: skip
    taken = numbering.taken(session)
    for student_id in students:
        pack = known.get(student_id)
        if pack is None:
            while (code := codes.new_code(SystemRandom().randrange)) in taken:
                pass
            taken.add(code)
            pack = known[student_id] = Pack(
                id=content_id("pack", student_id, ordered.week, str(ordered.edition)), code=code, student_id=student_id,
                week=ordered.week, edition_number=ordered.edition,
            )  # fmt: skip
            session.add(pack)
        pack.reason, pack.supplement = ordered.reasons[student_id], ordered.supplement
    pack_steps.note_steps(session, [pack.id for pack in known.values()], pack_steps.ORDERED, pack_steps.PRINT, now, by)


def record(session: Session, done: Print, now: datetime, by: str | None) -> None:
    """Within a write: pages, sheets and places of what was printed, the feedback it carries, the promises it keeps.

    What is printed once more stays one pack: its day is the first one's.
    """
    infos = {info.pack_code: info for info in done.report.packs}
    printed = list(session.scalars(select(Pack).where(Pack.code.in_(list(infos)))))
    if done.numbered and not done.again and printed:
        _forget_places(session, done.slug, printed[0])
    for pack in printed:
        info = infos[pack.code]
        if not (done.again and pack.printed_at):
            pack.printed_at = now
        pack.pages, pack.leaves, pack.ink = info.pages, info.leaves or None, info.ink or None
        pack.cuts = [[cut.step, cut.title] for cut in info.cuts] or None
        if done.numbered:
            pack.number = info.number or None
        session.execute(delete(PackSheet).where(PackSheet.pack_id == pack.id))
        _record_sheets(session, pack, info)
        copy_wishes.note_printed(session, pack.id, [one.id for one in info.sheets if one.kind == KIND])
        feedback.give_with_pack(session, pack.id, done.told.get(pack.code, ()), now)
    pack_steps.note_steps(session, [pack.id for pack in printed], pack_steps.PRINTED, pack_steps.PRINT, now, by)
    requests.keep_by_packs(session, printed, now)


def _forget_places(session: Session, slug: str, one: Pack) -> None:
    """The class gets a new file: the places in the one before say nothing any more."""
    students = select(Membership.person_id).join(Group, Group.id == Membership.group_id).where(Group.slug == slug)
    session.execute(
        update(Pack).where(Pack.week == one.week, Pack.supplement == one.supplement, Pack.student_id.in_(students))
        .values(number=None).execution_options(synchronize_session="fetch")
    )  # fmt: skip


def _record_sheets(session: Session, pack: Pack, info: PackInfo) -> None:
    works = dict(session.execute(select(Work.task_id, Work.id).where(Work.student_id == pack.student_id)).all())
    for position, sheet in enumerate(info.sheets):
        if not sheet.hash:
            continue
        if session.get(Sheet, sheet.hash) is None:
            session.add(Sheet(hash=sheet.hash, pages=sheet.pages, answers=sheet.answers))
            session.flush()
        work_id = works.get(sheet.id) if sheet.kind in ("task", "again") else None
        session.add(PackSheet(pack_id=pack.id, position=position, sheet_hash=sheet.hash, work_id=work_id))
