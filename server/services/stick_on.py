"""Slips with names and codes to stick onto copied sheets: a file of a class beside that of its sheets."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.order import Order
from printables.report import PrintReport
from printables.roster import Roster
from server import clock, store
from server.config import Config
from server.errors import DomainError
from server.models import Group, Pack, School
from server.services import keys, pack_files, print_settings
from server.services.pack_rosters import make_roster
from server.services.publishing import LOCALES, edition_of_week
from server.services.weeks import parse_week, rest_of_week, week_days, week_name
from server.services.works import members

COPIES, SLIPS = "copies", "slips"  # parts of a class's packs, for the names of their files


def draw(config: Config, edition_id: str, roster: Roster, order: Order) -> PrintReport:
    """Print the slips of a roster into the week's folder."""
    out = pack_files.path_of(config, parse_week(roster.week), roster.group, SLIPS)
    out.parent.mkdir(parents=True, exist_ok=True)
    report: PrintReport = current_app.extensions["child"].call(
        "printables.plain:print_slips", config.editions / edition_id, roster, out, config.cache / "sheets", LOCALES,
        order,
    )  # fmt: skip
    return report


def print_slips(monday: date, slugs: list[str], *, now: datetime) -> dict[str, PrintReport]:
    """Slips for packs of the newest edition that were printed before, by class; their codes stay.

    Raises DomainError ``week_not_in_edition``, ``pack_missing``.
    """
    config: Config = current_app.extensions["korablik"]
    done = {}
    for slug in slugs:
        with store.snapshot() as session:
            edition, since, number = edition_for(session, monday, now)
            printed = dict(session.execute(
                select(Pack.student_id, Pack.reason)
                .where(Pack.week == week_name(monday), Pack.edition_number == number, Pack.printed_at.is_not(None),
                       ~Pack.supplement)
            ).all())  # fmt: skip
            group = session.scalars(select(Group).where(Group.slug == slug)).one()
            known = members(session, group, since, week_days(since)[-1])
            own = {student: printed[student] or "" for student in known if student in printed}
            roster = make_roster(session, slug, since, number, keys.printed(config.keys), own)
            order = replace(print_settings.order_of(session, slug), plain=True)
        if not roster.students:
            raise DomainError("pack_missing")
        done[slug] = draw(config, edition, replace(roster, media=str(config.images)), order)
    return done


def edition_for(session: Session, monday: date, now: datetime) -> tuple[str, date, int]:
    """The newest edition's id, the first day of the week that counts, and the edition's number.

    Raises DomainError ``not_published``, ``week_not_in_edition``.
    """
    row = edition_of_week(session, monday)
    today = clock.local_date(now, session.scalars(select(School.timezone)).one())
    return row.id, rest_of_week(monday, today)[0], row.number


def ready(config: Config, week: str, slug: str, part: str) -> Path:
    """A file of a class that lies ready. Raises DomainError ``pack_missing``, ``week_invalid``."""
    path = pack_files.path_of(config, parse_week(week), slug, part)
    if part not in (COPIES, SLIPS) or not path.is_file():
        raise DomainError("pack_missing")
    return path
