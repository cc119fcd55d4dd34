"""The kept pictures of scanned pages: which row one belongs to, and the file that shows it."""

from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.config import Config
from server.errors import DomainError
from server.models import ScanPage, ScanPageWork, ScanStack, Work

FOLDER = "scans"


def folder(config: Config) -> Path:
    """Where pictures lie: ``media/scans`` of the home, never below ``public/``."""
    return config.home / "media" / FOLDER


def owner(session: Session, page_id: str) -> tuple[ScanPage, list[str], str | None]:
    """The page, the codes of the works that it belongs to, and who took its stack in. Raises DomainError not_found."""
    row = session.execute(
        select(ScanPage, ScanStack.by_id).join(ScanStack, ScanStack.id == ScanPage.stack_id)
        .where(ScanPage.id == page_id)
    ).first()  # fmt: skip
    if row is None:
        raise DomainError("not_found")
    page, by = row
    further = select(ScanPageWork.work_id).where(ScanPageWork.page_id == page_id)
    codes = session.scalars(select(Work.code).where(or_(Work.id == page.work_id, Work.id.in_(further))))
    return page, list(codes), by


def file_of(config: Config, page: ScanPage, small: bool) -> Path:
    """The page's picture, or with ``small`` the one for lists. Raises DomainError not_found: blank, or forgotten."""
    named = folder(config) / f"{page.hash}.jpg"
    for file in ([named.with_suffix(".small.jpg")] if small else []) + [named]:
        if page.hash and file.is_file():
            return file
    raise DomainError("not_found")
