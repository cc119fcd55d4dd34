"""After a stack was taken in: what is ticked on its answer sheets, read in the child process and kept per question."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.answer_reading import UNSURE, Answer
from server import store
from server.config import Config
from server.errors import DomainError
from server.models import Pack, PackSheet, ScanAnswer, ScanPage, Sheet

FOLDER = "scans"
BATCH = 20  # pages a call, so that others get the child in between
log = logging.getLogger(__name__)
Progress = Callable[[str, int, int], None]


def read_stack(stack_id: str, progress: Progress = lambda what, done, total: None) -> int:
    """Read every answer sheet of a stack that found its work; returns how many questions are for a person."""
    with store.snapshot() as session:
        ids = session.scalars(select(ScanPage.id).where(ScanPage.stack_id == stack_id)).all()
    return read_pages(ids, progress)


def read_pages(page_ids: Collection[str], progress: Progress = lambda what, done, total: None) -> int:
    """The same of pages, for those that a person brought to their work. What was read before stays as it is.

    A page that cannot be read is kept with all of its questions unsure: the works are handed in already.
    """
    config: Config = current_app.extensions["korablik"]
    with store.snapshot() as session:
        wanted = _wanted(session, page_ids)
    unsure, todo = 0, list(wanted.items())
    for start in range(0, len(todo), BATCH):
        progress("answers", start, len(todo))
        part = todo[start : start + BATCH]
        found = _read(config.home / "media" / FOLDER, [one for _id, one in part])
        rows = [row for (page_id, (_hash, layouts)), one in zip(part, found, strict=True)
                for row in _rows(page_id, layouts, one)]  # fmt: skip
        unsure += sum(row["answer"] is None for row in rows)
        store.write(lambda session, rows=rows: _keep(session, rows))
    return unsure


def has_answers(session: Session, work_id: str) -> bool:
    """Whether an answer sheet of the work came back."""
    return session.scalar(
        select(ScanAnswer.page_id).join(ScanPage, ScanPage.id == ScanAnswer.page_id)
        .where(ScanPage.work_id == work_id, ScanPage.state == "routed").limit(1)
    ) is not None  # fmt: skip


def _wanted(session: Session, page_ids: Collection[str]) -> dict[str, tuple[str, list[Mapping[str, Any]]]]:
    """Page → the hash of its picture, and its layouts as printed, the latest first; only pages with boxes, not read."""
    rows = session.execute(
        select(ScanPage.id, ScanPage.hash, ScanPage.page, Sheet.answers)
        .join(PackSheet, PackSheet.work_id == ScanPage.work_id).join(Sheet, Sheet.hash == PackSheet.sheet_hash)
        .join(Pack, Pack.id == PackSheet.pack_id)
        .where(ScanPage.id.in_(list(page_ids)), ScanPage.state == "routed", Sheet.answers.is_not(None),
               ScanPage.id.not_in(select(ScanAnswer.page_id)))
        .order_by(Pack.printed_at.desc(), PackSheet.position.desc())
    )  # fmt: skip
    found: dict[str, tuple[str, list[Mapping[str, Any]]]] = {}
    for page_id, named, number, answers in rows:
        for layout in answers:
            known = found.get(page_id, (named, []))[1]
            if layout["page"] == number and layout not in known:
                found.setdefault(page_id, (named, []))[1].append(layout)
    return found


def _read(folder: Path, pages: list[tuple[str, list[Mapping[str, Any]]]]) -> list[tuple[int, list[Answer]]]:
    try:
        return current_app.extensions["child"].call(
            "printables.answer_reading:answers_of", [folder / f"{named}.jpg" for named, _layouts in pages],
            [layouts for _named, layouts in pages],
        )  # fmt: skip
    except DomainError as error:
        log.warning("answer sheets were not read: %s", error.code)
        return [(-1, [Answer(field["position"], (UNSURE,) * len(field["boxes"]), None)
                      for field in layouts[0]["fields"]]) for _named, layouts in pages]  # fmt: skip


def _rows(
    page_id: str, layouts: list[Mapping[str, Any]], read: tuple[int, list[Answer]]
) -> list[dict[str, Any]]:  # fmt: skip
    number, answers = read
    fields = {field["position"]: field for field in layouts[max(number, 0)]["fields"]}
    rows = []
    for one in answers:
        field = fields[one.position]
        printed = {name: field[name] for name in ("kind", "label", "options", "digits")}
        said = asdict(one)
        rows.append({"page_id": page_id, "position": one.position, "read": list(said["read"]), "answer": said["answer"],
                     "printed": {**printed, "places": [list(place) for place in one.places],
                                 "size": one.size, "ratio": one.ratio}})  # fmt: skip
    return rows


def _keep(session: Session, rows: list[dict[str, Any]]) -> None:
    """Another may have read the page meanwhile: then what stands stays."""
    pages = {row["page_id"] for row in rows}
    before = set(session.scalars(select(ScanAnswer.page_id).where(ScanAnswer.page_id.in_(pages))))
    session.add_all(ScanAnswer(**row) for row in rows if row["page_id"] not in before)
