"""Pictures of scanned pages are kept for the school year and some time after it; what became of the pages stays."""

from datetime import date, timedelta

from sqlalchemy import func, select

from server import store
from server.config import Config
from server.models import ScanPage, ScanStack, Year
from server.services import thresholds
from server.services.scanning import pictures

PARTS = (".jpg", ".small.jpg")


def forget(config: Config, today: date) -> int:
    """Remove the pictures of stacks of years that ended long enough ago; returns how many pages lost theirs.

    A picture that a newer stack shows, too, stays.
    """
    with store.snapshot() as session:
        kept_for = timedelta(days=thresholds.values(session)["scans_days"])
        until = session.scalar(select(func.max(Year.ends_on)).where(Year.ends_on < today - kept_for))
        if until is None:
            return 0
        shown = select(ScanPage.hash).join(ScanStack, ScanStack.id == ScanPage.stack_id)
        old = set(session.scalars(shown.where(ScanStack.returned_on <= until)))
        old -= set(session.scalars(shown.where(ScanStack.returned_on > until)))
    gone = 0
    for name in sorted(old - {""}):
        files = [pictures.folder(config) / f"{name}{part}" for part in PARTS]
        gone += files[0].is_file()
        for file in files:
            file.unlink(missing_ok=True)
    return gone
