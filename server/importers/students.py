"""The columns by which lists tell a student: name and class."""

from server.importers.findings import ERROR, WARNING
from server.importers.groups import class_in_title, read_class
from server.importers.names import Name, is_short, read_name, read_name_if_any, split_first, split_name
from server.importers.records import Record
from server.importers.values import clean, show


def take_name(record: Record) -> Name:
    """Surname, first name, patronymic of a record, from three columns, two or one; errors when one is missing."""
    if "full" in record.cells and "last" not in record.cells:
        name = split_name(record.need("full", read_name))
        if name.last and not name.first:
            record.note(ERROR, "name_incomplete", "full", value=name.last)
        middle = record.take("middle", read_name_if_any)
        return Name(name.last, name.first, name.middle or middle)
    last, first = record.need("last", read_name), record.need("first", read_name)
    middle = record.take("middle", read_name_if_any)
    if not middle:
        first, middle = split_first(first)
    return Name(last, first, middle)


def warn_of_initials(record: Record, name: Name) -> None:
    """Say that a student is listed with initials: such a name meets no other list."""
    if is_short(name):
        field = "full" if "full" in record.cells and "last" not in record.cells else "first"
        record.note(WARNING, "name_initials", field, value=f"{name.last} {name.first}")


def take_class(record: Record) -> str:
    """From the class column (and the letter's, where it stands apart), else from the sheet's name or the title."""
    if "class" in record.cells:
        letter = clean(record.cells.get("class_letter", ""))
        return record.need("class", lambda cell: read_class(f"{show(cell)}{letter}" if letter else cell))
    sheet, _, title = record.sheet_title.partition("\n")
    name = class_in_title(title) or read_class(sheet).value or class_in_title(sheet) or read_class(title).value
    if not name:
        record.note(ERROR, "class_not_stated")
    return name
