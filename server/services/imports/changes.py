"""What an import changed, said in the words of people: who is new, who moves, which value became which."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from flask_babel import format_date, format_datetime, get_locale
from flask_babel import gettext as _
from sqlalchemy import Table
from sqlalchemy.orm import Session

from server.importers.findings import Finding
from server.models import Base
from server.naming import ROLE_NAMES
from server.services.imports.change_journal import Row, TableChanges
from server.services.imports.row_names import Names, field_label, table_label


@dataclass(frozen=True)
class Change:
    """One change for people to read. ``label`` names the row; it may be a child's name: show it, never log it.

    ``what``: created, changed, moved (from class to class), removed, or absent: in the database and not in the file;
    what is absent stays. ``details``: (field, before, after), fields being keys of row_names.FIELDS.
    """

    what: str
    table: str
    label: str
    details: tuple[tuple[str, str, str], ...] = ()

    def table_label(self) -> str:
        """What the row is, in the current language."""
        return table_label(self.table)

    def field_label(self, name: str) -> str:
        """A field in the current language."""
        return field_label(name)


class Place(NamedTuple):
    """An hour of the week; ``weeks`` as in Slot."""

    weekday: int
    n: int
    weeks: str


class Role(NamedTuple):
    """A role and the name of its group, or ""."""

    code: str
    group: str


@dataclass
class Draft:
    """A change whose values are not put into words yet; made where there is no language."""

    what: str
    table: str
    label: str
    details: dict[str, tuple[list[Any], list[Any]]] = field(default_factory=dict)


SHOWN = (  # in this order; what is not here follows from these
    "school", "year", "term", "bell", "group", "person", "household", "connectivity", "subject", "room",
    "weekly_lesson", "broadcast", "material", "task", "course_plan_topic", "assessment", "exemption",
)  # fmt: skip
FOLDED = {  # rows of these are told as details of the row that they belong to: (its table, column)
    "membership": ("person", "person_id"), "guardianship": ("person", "student_id"),
    "role_grant": ("person", "person_id"), "slot": ("weekly_lesson", "weekly_lesson_id"),
    "weekly_lesson_teacher": ("weekly_lesson", "weekly_lesson_id"),
}  # fmt: skip
WANTED = (*SHOWN, *FOLDED)
SILENT = {
    "id", "slug", "words", "version", "changed_at", "source_hash", "source_key", "origin", "author_id", "recorded_at",
    "recorded_by", "released", "division", "key", "year_id", "lesson_course_id", "week_anchor", "epoch",
}  # fmt: skip
_ABSENT = ("_not_in_list", "_not_in_file")
_TABLE_OF = {"student": "person", "staff": "person", "lesson": "weekly_lesson", "class": "group"}


def describe(session: Session, changes: Sequence[TableChanges]) -> list[Draft]:
    """Drafts of all that is worth telling. Needs the rows of WANTED to be at hand in ``changes``."""
    names, drafts = Names(session), {}
    by_table = {one.table.name: one for one in changes}
    for one in changes:
        if one.table.name in WANTED:
            rows = [*one.rows.values(), *one.gone.values(), *(pair for both in one.changed.values() for pair in both)]
            names.prepare(one.table, rows)
    for name in SHOWN:
        if name in by_table:
            _own(names, by_table[name], drafts)
    for name, (table, column) in FOLDED.items():
        if name in by_table:
            _fold(names, by_table[name], table, column, drafts)
    order = {name: place for place, name in enumerate(SHOWN)}
    told = [draft for draft in drafts.values() if draft.what != "changed" or draft.details]
    return sorted(told, key=lambda draft: (order.get(draft.table, len(order)), _natural(str(draft.label))))


def _natural(label: str) -> list[str | int]:
    """The order people expect: 9А before 10А."""
    return [int(part) if part.isdigit() else part.casefold() for part in re.split(r"([0-9]+)", label)]


def _own(names: Names, one: TableChanges, drafts: dict[tuple[str, Any], Draft]) -> None:
    table = one.table
    for key, row in one.rows.items():
        drafts[table.name, key[0]] = Draft("created", table.name, names.of(table, row))
    for key, row in one.gone.items():
        drafts[table.name, key[0]] = Draft("removed", table.name, names.of(table, row))
    for key, (before, after) in one.changed.items():
        draft = drafts[table.name, key[0]] = Draft("changed", table.name, names.of(table, after))
        for column, old, new in zip(table.c, before, after, strict=True):
            if old != new and column.key not in SILENT:
                draft.details[column.key.removesuffix("_id")] = (
                    [_value(names, column, old)], [_value(names, column, new)]
                )  # fmt: skip


def _value(names: Names, column: Any, value: Any) -> Any:
    target = next((key.column.table.name for key in column.foreign_keys), "")
    return names.by_id(target, value) or value if target and value is not None else value


def _fold(names: Names, one: TableChanges, owner: str, column: str, drafts: dict[tuple[str, Any], Draft]) -> None:
    for before, after in _pairs(one):
        row = after if after is not None else before
        values = dict(zip(one.table.c.keys(), row, strict=True))
        id = values[column]
        draft = drafts.get((owner, id))
        if draft is None:
            draft = drafts[owner, id] = Draft("changed", owner, names.by_id(owner, id))
        if draft.what == "removed" or (draft.what == "created" and owner == "weekly_lesson"):
            continue
        name, value = _told(names, one.table, values)
        old, new = draft.details.setdefault(name, ([], []))
        ended = after is None or (before is not None and values.get("until") is not None)
        begun = before is None and values.get("until") is None
        if ended:
            old.append(value)
        elif begun or before is None:
            new.append(value)
        if name == "class" and old and new and draft.what == "changed":
            draft.what = "moved"


def _pairs(one: TableChanges) -> Iterable[tuple[Row | None, Row | None]]:
    yield from ((row, None) for row in one.gone.values())
    yield from one.changed.values()
    yield from ((None, row) for row in one.rows.values())


def _told(names: Names, table: Table, values: dict[str, Any]) -> tuple[str, Any]:
    """(field, value) of a folded row."""
    match table.name:
        case "membership":
            group = names.by_id("group", values["group_id"])
            return ("subgroup" if ", " in group else "class"), group
        case "guardianship":
            return "guardian", names.by_id("person", values["guardian_id"])
        case "role_grant":
            return "role", Role(values["role"], names.by_id("group", values["group_id"]))
        case "slot":
            return "place", Place(values["weekday"], values["n"], values["weeks"])
        case _:
            return "teacher", names.by_id("person", values["person_id"])


def in_words(drafts: Iterable[Draft], findings: Iterable[Finding]) -> tuple[Change, ...]:
    """Changes in the current language, and from the findings those that a file leaves out."""
    told = [
        Change(draft.what, draft.table, draft.label, tuple(
            (name, _joined(before), _joined(after)) for name, (before, after) in sorted(draft.details.items())
            if _joined(before) != _joined(after)
        ))
        for draft in drafts
    ]  # fmt: skip
    absent = [
        Change("absent", absent_table(finding.code), finding.value)
        for finding in findings if finding.code.endswith(_ABSENT)
    ]  # fmt: skip
    return (*(change for change in told if change.details or change.what != "changed"), *absent)


def absent_table(code: str) -> str:
    """The table of a finding like ``student_not_in_list``."""
    subject = code.removesuffix(_ABSENT[0]).removesuffix(_ABSENT[1])
    return _TABLE_OF.get(subject, subject if subject in Base.metadata.tables else "")


def _joined(values: Iterable[Any]) -> str:
    return "; ".join(_text(value) for value in sorted(values, key=str))


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return format_datetime(value, "short")
        case date():
            return format_date(value, "short")
        case Place(weekday, n, weeks):
            day = get_locale().days["stand-alone"]["abbreviated"][weekday - 1]
            return f"{day} {n}" + ("" if "0" not in weeks else f" ({weeks})")
        case Role(code, group):
            return f"{ROLE_NAMES[code]}" + (f" ({group})" if group else "")
        case list() | tuple():
            return ", ".join(str(one) for one in value)
        case _:
            return str(value)
