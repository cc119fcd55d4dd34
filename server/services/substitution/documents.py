"""The journal of substituted lessons and the month's sheet as documents: for the printer and for Excel."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from printables.register import Register, RegisterTable
from server.models import School
from server.naming import klasses
from server.services.export import Table
from server.services.substitution.journal import (
    ALONE,
    CANCELLED,
    JOINED,
    SELF,
    SUBSTITUTED,
    SWAPPED,
    Account,
    Entry,
    accounts,
)
from sync.wording import inside

KINDS = {
    SUBSTITUTED: _l("held by another teacher"), ALONE: _l("held by the second teacher alone"),
    JOINED: _l("groups joined"), SELF: _l("self-study"), CANCELLED: _l("not held"), SWAPPED: _l("lessons swapped"),
}  # fmt: skip
WIDTHS = (16, 16, 26, 38, 40, 30, 40, 32, 0)  # mm of the journal's columns; 0: what is left
PAGE = "\x00"  # stands for a number while the words around it are found


def journal(found: Sequence[Entry], month: date, school: School, language: str) -> Register:
    """The journal of a month to print, across."""
    lines = [one for one in found if one.kind != SWAPPED]
    swapped = [one for one in found if one.kind == SWAPPED]
    tables = [RegisterTable("", heads(), tuple(map(cells, lines)), widths=WIDTHS,
                            empty=_("No lesson was substituted in this month."))]  # fmt: skip
    if swapped:
        tables.append(RegisterTable(_("Swapped with other lessons, not paid"), heads(), tuple(map(cells, swapped)),
                                    widths=WIDTHS))  # fmt: skip
    return Register(_("Journal of substituted lessons"), school.name, (month_name(month),), tuple(tables),
                    (_("Deputy head for studies"),), _page_of(), language, landscape=True)  # fmt: skip


def sheet(found: Sequence[Entry], month: date, until: date, school: School, language: str) -> Register:
    """The month's sheet for the accounts to print."""
    rows, bold = sheet_rows(accounts(found, until))
    table = RegisterTable("", sheet_heads(), tuple(tuple(map(str, row)) for row in rows), (5, 6), bold,
                          (36, 20, 32, 0, 22, 15, 17), _("Nobody held lessons in others' stead."))  # fmt: skip
    return Register(
        _("Sheet of substitutions"), school.name, (month_name(month), counted_until(month, until)), (table,),
        (_("Deputy head for studies"), _("Director"), _("Accountant")), _page_of(), language,
    )  # fmt: skip


def pdf(register: Register) -> bytes:
    """Printed by the lasting child process, which has the press in its memory."""
    return current_app.extensions["child"].call("printables.register:print_register", register)


def workbook(found: Sequence[Entry], month: date, until: date) -> list[Table]:
    """Journal and sheet as tables for Excel; numbers stay numbers."""
    rows, _bold = sheet_rows(accounts(found, until), every_name=True)
    return [
        Table(_("Journal"), (heads(), *map(cells, found))),
        Table(_("Sheet for the accounts"), (sheet_heads(), *rows)),
    ]


def heads() -> tuple[str, ...]:
    """Columns of the journal."""
    return (_("Day"), _("Lesson"), _("Class"), _("Subject"), _("Absent teacher"), _("Reason"), _("Held by"), _("How"),
            _("Decided by"))  # fmt: skip


def cells(one: Entry) -> tuple[str, ...]:
    """A line of the journal."""
    how = str(KINDS[one.kind])
    if one.moved_from:
        day = format_date(one.moved_from[0], "dd.MM")
        how = _("%(how)s; was on %(day)s, lesson %(n)s", how=how, day=day, n=one.moved_from[1])
    return (format_date(one.on, "dd.MM"), str(one.n), klasses(one.groups), inside(one.subject), one.absent,
            _(one.reason) if one.reason else "", ", ".join(name for _id, name in one.holders), how,
            one.decided)  # fmt: skip


def sheet_heads() -> tuple[str, ...]:
    """Columns of the sheet."""
    return (_("Who held them"), _("Class"), _("Subject"), _("Absent teacher"), _("Reason"), _("Hours"), _("Joined"))


def sheet_rows(found: Sequence[Account], every_name: bool = False) -> tuple[list[tuple[Any, ...]], tuple[int, ...]]:
    """Lines, a total after each substitute and at the end; and which rows are totals. ``every_name``: for filters."""
    rows: list[tuple[Any, ...]] = []
    bold = []
    for account in found:
        for number, line in enumerate(account.lines):
            name = account.name if every_name or not number else ""
            rows.append((name, klasses(line.groups), inside(line.subject), line.absent,
                         _(line.reason) if line.reason else "", line.substituted, line.joined))  # fmt: skip
        bold.append(len(rows))
        name = f"{_('Together')}: {account.name}"
        rows.append((name, "", "", "", "", account.substituted, account.joined))
    if found:
        bold.append(len(rows))
        rows.append((_("All together"), "", "", "", "", sum(one.substituted for one in found),
                     sum(one.joined for one in found)))  # fmt: skip
    return rows, tuple(bold)


def month_name(month: date) -> str:
    """«декабрь 2026»."""
    return format_date(month, "LLLL yyyy")


def counted_until(month: date, until: date) -> str:
    """Until when lessons are counted: a lesson to come was not held yet."""
    return _("Lessons held until %(day)s; one lesson is one hour.", day=format_date(until, "d MMMM yyyy"))


def _page_of() -> tuple[str, str, str]:
    """The words around the numbers of «page 3 of 8»."""
    before, between, behind = _("page %(page)s of %(total)s", page=PAGE, total=PAGE).split(PAGE)
    return before, between, behind
