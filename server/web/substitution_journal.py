"""The journal of substituted lessons and the month's sheet for the accounts: to read, to print, for Excel."""

import re
from datetime import date, timedelta

from apiflask import APIBlueprint
from flask import Response, render_template, request
from flask_babel import get_locale

from server.errors import DomainError
from server.extensions import db
from server.models import School
from server.naming import capital
from server.policy import Action
from server.security import school
from server.services import export
from server.services.substitution import documents, journal
from server.services.weeks import parse_day
from server.web import drafts
from server.web.access import needs

blueprint = APIBlueprint("substitution_journal", __name__, url_prefix="/substitutions/journal", enable_openapi=False)
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def _month() -> date:
    """The first day of the month asked for, as 2026-12; this month without one. Raises DomainError date_invalid."""
    text = request.args.get("month", "")
    if not text:
        return drafts.moment().today.replace(day=1)
    if not MONTH.fullmatch(text):
        raise DomainError("date_invalid", value=text[:20])
    return parse_day(f"{text}-01")


def _until(month: date) -> date:
    """Until when lessons are counted."""
    return min(journal.month_of(month)[1], drafts.moment().today)


def _entries(month: date) -> list[journal.Entry]:
    return journal.entries(db.session, *journal.month_of(month))


def _school() -> School:
    found = school()
    if found is None:
        raise DomainError("not_found")
    return found


@blueprint.get("")
@needs(Action.DAY_EDIT, Action.DAY_APPROVE)
def page() -> str:
    """A month's lines, and who held how many lessons in others' stead."""
    month, today = _month(), drafts.moment().today
    found = _entries(month)
    return render_template(
        "substitutions/journal.html", month=month, until=_until(month), today=today, documents=documents,
        lines=[one for one in found if one.kind != journal.SWAPPED],
        swapped=[one for one in found if one.kind == journal.SWAPPED], accounts=journal.accounts(found, _until(month)),
        before=month - timedelta(days=1), after=month + timedelta(days=31), name=capital(documents.month_name(month)),
        kinds=documents.KINDS,
    )  # fmt: skip


@blueprint.get("/<any(journal, sheet):what>.pdf")
@needs(Action.DAY_EDIT, Action.DAY_APPROVE)
def print_download(what: str) -> Response:
    """The journal, or the sheet, as it is signed and filed."""
    month = _month()
    found, language = _entries(month), str(get_locale() or "ru")
    if what == "journal":
        register = documents.journal(found, month, _school(), language)
    else:
        register = documents.sheet(found, month, _until(month), _school(), language)
    return _file(documents.pdf(register), "application/pdf", f"substitutions-{what}-{month:%Y-%m}.pdf")


@blueprint.get("/journal.xlsx")
@needs(Action.DAY_EDIT, Action.DAY_APPROVE)
def excel_download() -> Response:
    """Both as a workbook."""
    month = _month()
    data = export.write_xlsx(documents.workbook(_entries(month), month, _until(month)))
    return _file(data, export.FORMATS["xlsx"], f"substitutions-{month:%Y-%m}.xlsx")


def _file(data: bytes, mimetype: str, name: str) -> Response:
    return Response(data, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})
