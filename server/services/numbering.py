"""Nine digits name one thing in a school: a work, a pack or a register of delivery, never two of them."""

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from server.models import Manifest, Pack, Work


def taken(session: Session) -> set[str]:
    """Every code that names something already."""
    return set(session.scalars(union_all(select(Work.code), select(Pack.code), select(Manifest.code))))
