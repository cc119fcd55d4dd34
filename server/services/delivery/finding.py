"""What a code leads to: a register, or the register that a pack is on."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Manifest, Pack, Work
from sync.codes import group_digits, parse_typed
from sync.errors import SyncError

WORK, PACK, REGISTER = "W", "P", "M"  # kinds in a QR


@dataclass(frozen=True)
class Found:
    """The code of a register, and that of the pack whose code it was, "" for the register's own."""

    register: str
    pack: str = ""


def find(session: Session, typed: str, school_id: str) -> Found:
    """The register that a scanned or typed code means.

    Raises SyncError code_format, code_check, qr_foreign, and DomainError qr_other_school, register_code_work,
    register_code_unknown, pack_unlisted.
    """
    kind, school, digits = parse_typed(typed)
    if kind and school != school_id:
        raise DomainError("qr_other_school", school=school)
    if kind not in ("", WORK, PACK, REGISTER):
        raise DomainError("qr_foreign")
    if kind in ("", REGISTER) and session.scalar(select(Manifest.id).where(Manifest.code == digits)):
        return Found(digits)
    if kind in ("", PACK):
        found = session.execute(
            select(Pack.code, Manifest.code).outerjoin(Manifest, Manifest.id == Pack.manifest_id)
            .where(Pack.code == digits)
        ).first()  # fmt: skip
        if found is not None and found[1] is None:
            raise DomainError("pack_unlisted", code=group_digits(digits))
        if found is not None:
            return Found(found[1], digits)
    if kind in ("", WORK) and session.scalar(select(Work.id).where(Work.code == digits)):
        raise DomainError("register_code_work")
    raise DomainError("register_code_unknown", code=group_digits(digits))


def leads_here(session: Session, typed: str, school_id: str) -> str:
    """The code of the register that a code typed into another field means, "" when it means none."""
    try:
        return find(session, typed, school_id).register
    except SyncError:
        return ""
