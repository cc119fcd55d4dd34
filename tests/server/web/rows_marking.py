"""Rights of the pages on which works are marked on screen."""

from datetime import UTC, datetime

from sqlalchemy import select

from server import store
from server.models import Phrase, ScanPage, ScanStack, Work
from tests.server import factory
from tests.server.web.rows import Row
from tests.server.web.rows_works import _NEAR, _SEE, _TEACH, _code

_WRITE = "director deputy_studies deputy_upbringing coordinator"  # to families
_AT = datetime(2026, 12, 7, tzinfo=UTC)


def scanned(code: str, number: int = 1, named: str = "") -> str:
    """A routed page of a work, one to a number; its id."""
    named = named or f"{number}{code}".rjust(64, "0")

    def save(session):
        work = session.scalars(select(Work.id).where(Work.code == code)).one()
        known = session.scalar(select(ScanPage.id).where(ScanPage.work_id == work, ScanPage.page == number,
                                                         ScanPage.hash == named))  # fmt: skip
        if known:
            return known
        stack, page = factory.new_id(), factory.new_id()
        session.add(ScanStack(id=stack, at=_AT, returned_on=factory.TODAY, channel="paper", files=["scan.pdf"]))
        session.flush()
        session.add(ScanPage(id=page, stack_id=stack, position=0, file="scan.pdf", number=1, hash=named,
                             state="routed", work_id=work, page=number))  # fmt: skip
        return page

    return store.write(save)


def _both(world, scope):
    return {"code": scope.code, "other": scope.codes[scope.sibling]}


def _phrase(world, scope):
    """A comment of the subject teacher's; others find none."""
    teacher = world.person("subject_teacher")

    def save(session):
        found = session.scalar(select(Phrase.id))
        if found is None:
            found = factory.new_id()
            session.add(Phrase(id=found, person_id=teacher, text="Units!", used_at=_AT))
        return found

    return {"phrase_id": store.write(save)}


ROWS = (
    Row("GET", "marking.home", _TEACH),
    Row("GET", "marking.first", _TEACH),
    Row("GET", "marking.page", "", _TEACH, path=_code),
    Row("POST", "marking.save", "", _TEACH, path=_code),
    Row("GET", "marking.beside", "", _TEACH, path=_both),
    Row("GET", "marking.comments", _TEACH),
    Row("POST", "marking.change_comment", _TEACH, path=_phrase),
    Row("GET", "marked_copy.download", _SEE, _NEAR, path=_code),
    Row("POST", "marked_copy.wish", _WRITE, _NEAR, path=_code),
)
