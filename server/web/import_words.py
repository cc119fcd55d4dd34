"""What the import pages say of kinds of files, of guesses about columns, and of what follows an import."""

from typing import Any, NamedTuple

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server.importers.findings import ERROR, INFO, WARNING
from server.importers.mapping import ColumnView
from server.services import imports
from server.web import access

SURE, LIKELY = 0.85, 0.6  # confidences of guesses about columns, as they are put into words
_TABLE = "xlsx, xls, ods, csv, HTML"


class Guide(NamedTuple):
    """A kind of file: its name, what is read from it, and in which formats."""

    name: Any
    reads: Any
    formats: str


GUIDES: dict[str, Guide] = {  # in the order in which a school brings them
    "terms": Guide(
        _l("Terms and holidays"),
        _l("Quarters, half-years or trimesters and the holidays, each with its first and last day."), _TABLE,
    ),
    "bells": Guide(
        _l("Bells"), _l("The number, the start and the end of every lesson, and the shift where there are two."), _TABLE
    ),
    "people": Guide(
        _l("Class lists"),
        _l("A sheet per class or a column with the class; names in one column or in three, birth dates, phones, "
           "parents, addresses."),
        _TABLE,
    ),
    "guardians": Guide(
        _l("Parents"), _l("Parents or guardians with phones, a row for each student or for each parent."), _TABLE
    ),
    "staff": Guide(
        _l("Staff list"), _l("Names, subjects, positions, whose class teacher somebody is, room, phone."), _TABLE
    ),
    "timetable": Guide(
        _l("Timetable"),
        _l("An export of aSc Timetables or FET, a calendar file, or an Excel sheet as schools draw it."),
        "xml, csv, fet, ics, xlsx, xls",
    ),
    "membership": Guide(_l("Subgroups"), _l("Which student is in which part of the class, by subject."), _TABLE),
    "oneroster": Guide(
        _l("OneRoster set"), _l("Classes, students, parents and staff as other programs hand them over."), "zip"
    ),
    "plan": Guide(_l("Course plans"), _l("The topics of a course with their hours, by date or by number."), _TABLE),
    "assessments": Guide(
        _l("Assessments"), _l("Summative works by class and subject with their dates and points."), _TABLE
    ),
    "tv": Guide(_l("TV lessons"), _l("The broadcasts: day, time, channel, grade, subject, topic."), _TABLE),
    "connectivity": Guide(
        _l("Devices and internet"), _l("What each student learns with, and how the family is best reached."), _TABLE
    ),
    "exemptions": Guide(_l("Exemptions"), _l("Who is exempt from which subject, from when and until when."), _TABLE),
    "outside_marks": Guide(
        _l("Marks from elsewhere"),
        _l("Marks of network courses, tutors and platforms, by student, subject and day; teachers decide about each."),
        _TABLE,
    ),
    "content": Guide(_l("Lessons as text"), _l("A lesson with its tasks as a Markdown file."), "md"),
}  # fmt: skip
COUNTS = {  # what is counted while a file is taken in, in this order
    "created": _l("new"),
    "updated": _l("updated"),
    "unchanged": _l("as before"),
    "shown": _l("not in the file, kept"),
}
CHANGES = {  # the changes that are listed, in this order
    "created": _l("New"),
    "changed": _l("Changed"),
    "moved": _l("Moved to another class"),
    "removed": _l("No longer there"),
    "absent": _l("Not in the file: kept as it is"),
}
LEVELS = {
    ERROR: (_l("Errors"), "bad"),
    WARNING: (_l("Taken, but look at it"), "wait"),
    INFO: (_l("Notes"), "note"),
}
_REASONS = {"mapping": _l("as you said"), "header": _l("by its name"), "similar": _l("a similar name"),
            "content": _l("by what stands in it")}  # fmt: skip


def guides() -> list[tuple[str, Guide]]:
    """The kinds that can be brought in, in the order in which a school brings them."""
    return [(kind, guide) for kind, guide in GUIDES.items() if kind in imports.KINDS]


def kind_name(kind: str) -> str:
    """What a kind of file is called."""
    return str(GUIDES[kind].name) if kind in GUIDES else kind


def certainty(column: ColumnView) -> tuple[str, str]:
    """(how sure the guess about a column is, in words; its tone)."""
    if not column.field:
        return (_("left out, as you said"), "") if column.reason == "mapping" else (_("not taken"), "")
    if column.reason == "mapping":
        return str(_REASONS["mapping"]), "ok"
    sure = _("sure") if column.confidence >= SURE else _("likely") if column.confidence >= LIKELY else _("a guess")
    tone = "ok" if column.confidence >= SURE else "note" if column.confidence >= LIKELY else "wait"
    return f"{sure}, {_REASONS[column.reason]}" if column.reason in _REASONS else sure, tone


def next_steps(kind: str) -> list[tuple[str, str]]:
    """(text, address) of what is sensible after a file of this kind was taken in."""
    steps = [
        (("timetable", "staff"), _("Name the teachers that the timetable does not name"), "course_teachers.home"),
        (("people", "guardians", "oneroster"), _("Confirm which children live together"), "households.home"),
        (("people", "guardians", "oneroster"), _("Look at the families"), "people.home"),
        (("staff", "oneroster"), _("Make accounts for the staff"), "accounts.home"),
        (("timetable", "membership"), _("Look at the timetable"), "lessons.timetable"),
        (("timetable", "content", "tv"), _("Publish the days"), "publish.home"),
        (("outside_marks",), _("Look at the marks from elsewhere"), "outside_marks.home"),
    ]
    return [(text, url_for(endpoint)) for kinds, text, endpoint in steps if kind in kinds and _is_open(endpoint)]


def _is_open(endpoint: str) -> bool:
    """The page exists and this person may open it."""
    declared = access.declared(current_app, endpoint) if endpoint in current_app.view_functions else None
    return declared is not None and (not declared.actions or access.may_somewhere(*declared.actions))
