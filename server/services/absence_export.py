"""Totals of absences as a file for Excel."""

from flask_babel import force_locale
from flask_babel import gettext as _

from server.errors import DomainError
from server.services.absence_totals import ClassTotals, Total
from server.services.export import FORMATS, Table, Value, write_csv, write_xlsx


def export_totals(found: ClassTotals, title: str, format: str, locale: str) -> bytes:
    """A row per student and one for the class. ``format``: xlsx or csv. Raises DomainError ``value_invalid``."""
    if format not in FORMATS:
        raise DomainError("value_invalid", field="format", value=format)
    with force_locale(locale):
        table = totals_table(found, title)
    return write_xlsx([table]) if format == "xlsx" else write_csv([table])


def totals_table(found: ClassTotals, title: str) -> Table:
    """The table as cells; numbers stay numbers."""
    codes = [letter.code for letter in found.letters]
    header = (
        _("Student"), _("Missed lessons"), *(_("lessons %(letter)s", letter=code) for code in codes),
        _("Missed days"), *(_("days %(letter)s", letter=code) for code in codes), _("Late"),
    )  # fmt: skip
    rows = [(row.name, *_cells(row.total, codes)) for row in found.rows]
    return Table(title, (header, *rows, (_("The class"), *_cells(found.together, codes))))


def _cells(total: Total, codes: list[str]) -> tuple[Value, ...]:
    return (
        total.missed, *(total.lessons.get(code, 0) for code in codes),
        total.missed_days, *(total.days.get(code, 0) for code in codes), total.late,
    )  # fmt: skip
