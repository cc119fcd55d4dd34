"""What must be right before anything is printed: the group exists, every code is one, every name can be written."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from printables.errors import PrintError
from printables.fonts import BOLD, REGULAR, face
from printables.roster import Roster, Student
from printables.views import days_of
from sync.codes import make_label
from sync.errors import SyncError


def check_roster(roster: Roster, content: Mapping[str, Any]) -> None:
    """Raise PrintError for the first thing that would spoil a pack; see ``printables.errors`` for the codes."""
    if roster.group not in content["groups"]:
        raise PrintError("group_unknown", name=roster.group)
    days_of(roster.week)
    if not roster.students:
        raise PrintError("roster_invalid", field="students")
    seen: set[str] = set()
    for student in roster.students:
        check_letters(student)
        for code in [student.pack_code, *student.works.values()]:
            _check_code(content["school"]["id"], code, student, seen)
        if student.private_key:
            _check_key(student)


def check_letters(student: Student) -> None:
    """Raise PrintError ``font_lacks`` with the name and the letters that the paper's font does not have."""
    for text in (student.name, student.short, student.group_name):
        check_name(text, student.name)


def check_name(text: str, name: str) -> None:
    """Raise PrintError ``font_lacks`` with the name, whose part the text is, if the paper's font cannot write it."""
    lacking = "".join(dict.fromkeys(face(REGULAR).lacks(composed(text)) + face(BOLD).lacks(composed(text))))
    if lacking:
        raise PrintError("font_lacks", name=name, letters=lacking)


def composed(text: str) -> str:
    """The text with its letters in one piece (й, not и with a breve), as fonts know them."""
    return unicodedata.normalize("NFC", text)


def with_composed_names(student: Student) -> Student:
    """The student with every printed name composed."""
    return replace(
        student, name=composed(student.name), short=composed(student.short), group_name=composed(student.group_name)
    )


def _check_code(school: str, code: str, student: Student, seen: set[str]) -> None:
    try:
        make_label(school, "W", code, 0)
    except (ValueError, SyncError) as error:
        raise PrintError("roster_invalid", field="code", name=student.name) from error
    if code in seen:
        raise PrintError("roster_invalid", field="code", name=student.name)
    seen.add(code)


def _check_key(student: Student) -> None:
    from sync.sealed import read_key  # loads ciphers, which most prints do not need

    try:
        read_key(student.private_key)
    except SyncError as error:
        raise PrintError("roster_invalid", field="private_key", name=student.name) from error
