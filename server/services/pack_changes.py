"""Supplements: whose printed pack of a week is from an older edition, and what it lacks by now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.errata import Printed
from printables.roster import Supplement
from printables.supplement import Held
from server.config import Config
from server.errors import DomainError
from server.models import Edition, Pack, PackSheet, Work
from server.services.pack_reasons import ANSWER, CHANNEL
from server.services.pack_rosters import make_roster
from server.services.publishing import LOCALES
from server.services.strips import folders_of, touched_days
from server.services.weeks import week_name


@dataclass(frozen=True)
class Older:
    """The pack that a student has. ``reason``: why it was printed."""

    id: str
    code: str
    edition: int
    reason: str


def older_packs(session: Session, students: Collection[str], week: str, edition: int) -> dict[str, Older]:
    """Student → the last pack of the week that was printed from an older edition.

    Whoever has a whole pack of this edition already needs no supplement and is left out, and so is an answer alone.
    """
    rows = session.scalars(
        select(Pack).where(Pack.student_id.in_(list(students)), Pack.week == week, Pack.printed_at.is_not(None))
        .order_by(Pack.edition_number)
    ).all()  # fmt: skip
    rows = [pack for pack in rows if pack.reason != ANSWER]
    whole = {pack.student_id for pack in rows if pack.edition_number >= edition and not pack.supplement}
    return {
        pack.student_id: Older(pack.id, pack.code, pack.edition_number, pack.reason or CHANNEL)
        for pack in rows if pack.edition_number < edition and pack.student_id not in whole
    }  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What the print room needs to find out what a class lacks."""

    classes: tuple[Printed, ...]
    held: Mapping[str, Held]
    newest: Path


def question(
    session: Session, config: Config, slug: str, since: date, row: Edition, older: Mapping[str, Older]
) -> Question:  # fmt: skip
    """What to ask about these students of a class. Raises DomainError ``edition_lost``."""
    by_edition: dict[int, set[str]] = {}
    for student, pack in older.items():
        by_edition.setdefault(pack.edition, set()).add(student)
    folders = folders_of(session, config, set(by_edition))
    week, classes = week_name(since), []
    for number, students in sorted(by_edition.items()):
        if number not in folders:
            raise DomainError("edition_lost", number=number)
        reasons = {student: older[student].reason for student in students}
        roster = make_roster(session, slug, since, number, "", reasons)
        classes.append(Printed(replace(roster, media=str(config.images)), folders[number], since,
                               touched_days(session, students, week, number)))  # fmt: skip
    return Question(tuple(classes), _held(session, older, week, row.number), config.editions / row.id)


def lacking(asked: Question) -> dict[str, Supplement]:
    """Who lacks something, and what; asked in the print room, with no transaction open."""
    if not asked.classes:
        return {}
    return current_app.extensions["child"].call(
        "printables.supplement:find_supplements", asked.classes, asked.held, asked.newest, LOCALES
    )


def _held(session: Session, older: Mapping[str, Older], week: str, edition: int) -> dict[str, Held]:
    """Student → what the packs of the week brought; where the budget took something away nothing counts as missed."""
    sheets: dict[str, set[str]] = {student: set() for student in older}
    tasks: dict[str, set[str]] = {student: set() for student in older}
    packs = (Pack.student_id.in_(list(older)), Pack.week == week, Pack.edition_number < edition,
             Pack.printed_at.is_not(None))  # fmt: skip
    for student, sheet, task in session.execute(
        select(Pack.student_id, PackSheet.sheet_hash, Work.task_id).join(PackSheet, PackSheet.pack_id == Pack.id)
        .outerjoin(Work, Work.id == PackSheet.work_id).where(*packs)
    ):  # fmt: skip
        sheets[student].add(sheet)
        tasks[student] |= {task} if task else set()
    for pack in session.scalars(select(Pack).where(*packs)):
        if pack.cuts:
            tasks[pack.student_id] |= set(session.scalars(
                select(Work.task_id).where(Work.student_id == pack.student_id, Work.created_at <= pack.printed_at)
            ))  # fmt: skip
    return {student: Held(frozenset(sheets[student]), frozenset(tasks[student])) for student in older}
