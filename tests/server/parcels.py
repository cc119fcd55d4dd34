"""Printed packs for tests of delivery, without paper: rows as a print leaves them behind."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server import store
from server.extensions import db
from server.models import Edition, Manifest, Pack, PackSheet, Person, Sheet, Stop, Work
from server.services.delivery import steps
from server.services.delivery.registers import Doer
from sync.codes import complete
from sync.ids import content_id
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.village import NOW

WEEK = "2026-W50"
SHEET = "c" * 64


def doer(account: str | None = None, now: datetime = NOW) -> Doer:
    """Who acts: somebody with an account, else the command line."""
    return Doer(factory.person_of(account) if account else None, account, now, TODAY)


def stop(name: str = "Far Cordon", position: int = 1, days: int = 7, **values) -> str:
    """A stop of the round; returns its id."""
    id = factory.new_id()
    factory.add(Stop(id=id, name=name, kind=values.pop("kind", "village"), contact="", note="", days=days,
                     position=position, **values))  # fmt: skip
    return id


def put(student: str, stop_id: str | None) -> None:
    """The student's paper goes there."""
    change(student, stop_id=stop_id)


def change(person: str, **values) -> None:
    """Change columns of a person."""
    store.write(lambda session: [setattr(session.get_one(Person, person), *item) for item in values.items()] and None)
    db.session.remove()


def printed(student: str, edition: int = 1, week: str = WEEK, at: datetime = NOW, pages: int = 5, **values) -> str:
    """A printed pack of a student with all the works; printed before, it is printed again. Returns its id."""

    def save(session: Session) -> str:
        _ground(session, edition)
        id = content_id("pack", student, week, str(edition))
        pack = session.get(Pack, id)
        if pack is None:
            number = int(content_id("code", id)[:8], 16) % 10_000_000
            pack = Pack(id=id, code=complete(f"{number:07d}"), student_id=student, week=week, edition_number=edition)
            session.add(pack)
        pack.pages, pack.printed_at = pages, at
        for name, value in values.items():
            setattr(pack, name, value)
        session.flush()
        session.execute(delete(PackSheet).where(PackSheet.pack_id == id))
        works = session.scalars(select(Work.id).where(Work.student_id == student).order_by(Work.id))
        for position, work in enumerate(works, 1):
            session.add(PackSheet(pack_id=id, position=position, sheet_hash=SHEET, work_id=work))
        steps.note_step(session, pack, "printed", "print", at)
        return id

    id = store.write(save)
    db.session.remove()
    return id


def _ground(session: Session, edition: int) -> None:
    if session.get(Sheet, SHEET) is None:
        session.add(Sheet(hash=SHEET, pages=2))
    if session.get(Edition, edition) is None:
        session.add(Edition(number=edition, id=f"{edition:064d}", issued_at=NOW, window_from=TODAY, window_to=TODAY))
    session.flush()


def registers() -> dict[str, Manifest]:
    """All registers by their code."""
    db.session.remove()
    return {row.code: row for row in db.session.scalars(select(Manifest))}


def where(pack_id: str) -> str | None:
    """The name of the place on whose register a pack is, None: on none."""
    db.session.remove()
    return db.session.scalar(select(Manifest.stop).join(Pack, Pack.manifest_id == Manifest.id)
                             .where(Pack.id == pack_id))  # fmt: skip
