"""What happened to a pack, one row after another; what is taken back is as if it never was."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.models import PackStep
from server.services.pack_steps import BACK, CALL, HANDED, LISTED, LOST, OFFICE, REGISTER, lost, note_step, note_steps

__all__ = [
    "BACK", "CALL", "HANDED", "LISTED", "LOST", "OFFICE", "REGISTER", "forget_listing", "lost", "note_step",
    "note_steps", "take_back",
]  # fmt: skip


def take_back(session: Session, pack_ids: Collection[str], steps: Collection[str], at: datetime) -> None:
    """Within a write: these steps of that moment did not happen."""
    session.execute(delete(PackStep).where(
        PackStep.pack_id.in_(list(pack_ids)), PackStep.step.in_(list(steps)), PackStep.at == at
    ))  # fmt: skip


def forget_listing(session: Session, pack_id: str) -> None:
    """Within a write: the pack is on no register any more."""
    last = session.scalar(
        select(PackStep.id).where(PackStep.pack_id == pack_id, PackStep.step == LISTED)
        .order_by(PackStep.n.desc()).limit(1)
    )  # fmt: skip
    if last is not None:
        session.execute(delete(PackStep).where(PackStep.id == last))
