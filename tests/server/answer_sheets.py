"""Questions to tick and answer sheets that came back, for tests of what becomes of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from printables.answers import described, pages_of
from server import models, store
from server.extensions import db
from tests.server import factory

NOW = datetime(2026, 12, 8, 9, tzinfo=UTC)
QUESTIONS = [
    {"kind": "one", "label": "Capital?", "options": ["А", "Б", "В"], "digits": 0, "key": [1], "points": 1},
    {"kind": "several", "label": "", "options": ["А", "Б", "В"], "digits": 0, "key": [0, 2], "points": 2},
    {"kind": "number", "label": "How many?", "options": [], "digits": 2, "key": ["42"], "points": 3},
]


def ask(task_id: str, rows: Sequence[Mapping[str, Any]] = QUESTIONS) -> None:
    """Give a task its questions."""
    for position, row in enumerate(rows, 1):
        factory.add(models.AnswerField(id=factory.new_id(), task_id=task_id, position=position, **row))


def layout(rows: Sequence[Mapping[str, Any]] = QUESTIONS, page: int = 2) -> list[dict[str, Any]]:
    """The answer pages as printed behind a page of text."""
    return described(pages_of(rows), page)


def printed(code: str, answers: list[dict[str, Any]], at: datetime = NOW, named: str = "a") -> None:
    """A pack with the work's sheet on paper."""

    def save(session: Any) -> None:
        work = session.scalars(select(models.Work).where(models.Work.code == code)).one()
        number = ord(named)
        if session.get(models.Edition, number) is None:
            session.add(models.Edition(number=number, id=named * 64, issued_at=at, window_from=at.date(),
                                       window_to=at.date()))  # fmt: skip
            session.flush()
        pack = models.Pack(id=factory.new_id(), code=f"{named}-{code[:5]}", student_id=work.student_id, week="2026-W50",
                           edition_number=number, printed_at=at)  # fmt: skip
        session.add(pack)
        if session.get(models.Sheet, named * 64) is None:
            session.add(models.Sheet(hash=named * 64, pages=answers[-1]["page"], answers=answers))
        session.flush()
        session.add(models.PackSheet(pack_id=pack.id, position=1, sheet_hash=named * 64, work_id=work.id))

    store.write(save)


def came_back(code: str, number: int = 2, at: datetime = NOW, named: str = "f") -> tuple[str, str]:
    """A scanned page of the work; the ids of its stack and of itself."""
    work = db.session.scalars(select(models.Work.id).where(models.Work.code == code)).one()
    stack, page = factory.new_id(), factory.new_id()
    factory.add(models.ScanStack(id=stack, at=at, by_id=None, returned_on=at.date(), channel="paper", files=["a.pdf"]))
    factory.add(models.ScanPage(id=page, stack_id=stack, position=0, file="a.pdf", number=1, hash=named * 64,
                                state="routed", reason="", work_id=work, page=number))  # fmt: skip
    return stack, page


def ticked(page_id: str, position: int, question: Mapping[str, Any], read: Sequence[str], answer: Any) -> None:
    """What was read of a question on a page."""
    asked = {name: question[name] for name in ("kind", "label", "options", "digits")}
    places = [[0.2, 0.2 + 0.05 * n] for n in range(len(read))]
    factory.add(models.ScanAnswer(page_id=page_id, position=position, read=list(read), answer=answer,
                                  printed={**asked, "places": places, "size": 0.03, "ratio": 1.414}))  # fmt: skip


def all_ticked(code: str, answers: Sequence[Any] = ([1], [0, 2], ["42"])) -> str:
    """A page of the work with an answer to every question, None for an unsure one; the page's id."""
    _stack, page = came_back(code)
    for position, (question, answer) in enumerate(zip(QUESTIONS, answers, strict=True), 1):
        boxes = 20 if question["kind"] == "number" else 3
        read = ["unsure" if answer is None else "no"] * boxes
        ticked(page, position, question, read, answer)
    return page
