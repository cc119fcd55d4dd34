"""Timetables of a week as PDF: drawn in the lasting child process from plain values."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables import timetables
from server.errors import DomainError
from server.models import School
from server.services.publishing import LOCALES, newest
from server.services.timetable_out import grids, texts

PAPERS = (*grids.KINDS, "posters")
WIDE = ("all_teachers", "wall")


@dataclass(frozen=True)
class Paper:
    """A PDF and how many pages it has."""

    pdf: bytes
    pages: int


def timetable_pdf(session: Session, monday: date, kind: str, key: str = "", tiled: bool = False) -> Paper:
    """The sheets of a week. ``kind``: one of PAPERS; ``key``: one class (slug), teacher or room (id), "" for all;
    ``tiled``: a wide sheet as A4 pages to glue together.

    Raises DomainError ``bad_request`` for another kind, and what ``grids`` raises.
    """
    if kind not in PAPERS:
        raise DomainError("bad_request")
    school = _school(session, monday)
    if kind == "posters":
        return _drawn("write_posters", texts.posters(session, monday, key), school)
    if kind in WIDE:
        return _drawn("write_wide", grids.wide(session, monday, kind), school, tiled)
    return _drawn("write_grids", grids.grids(session, monday, kind, key), school)


def _school(session: Session, monday: date) -> timetables.School:
    row, edition = session.scalars(select(School)).one(), newest(session)
    covered = edition is not None and edition.window_from <= monday <= edition.window_to
    said = _("edition %(number)s", number=edition.number) if edition is not None and covered else ""
    return timetables.School(row.name, said, row.hotline_phone, row.locale, LOCALES)


def _drawn(function: str, sheets: Sequence[object], school: timetables.School, *more: object) -> Paper:
    with tempfile.TemporaryDirectory(prefix="korablik-") as folder:
        out = Path(folder, "timetable.pdf")
        pages = current_app.extensions["child"].call(f"printables.timetables:{function}", sheets, school, out, *more)
        return Paper(out.read_bytes(), pages)
