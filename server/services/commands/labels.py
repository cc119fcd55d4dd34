"""How the terminal calls what is counted; ``--json`` keeps the plain keys."""

from flask_babel import lazy_gettext as _l

LABELS = {
    # what an import did with the rows of its files
    "created": _l("new"),
    "updated": _l("updated"),
    "unchanged": _l("unchanged"),
    "shown": _l("stay without a row in the file"),
    "withdrawn": _l("no longer in the timetable"),
    "lessons_created": _l("dated lessons, new"),
    "lessons_changed": _l("dated lessons, changed"),
    "lessons_withdrawn": _l("dated lessons, withdrawn"),
    # what the school has
    "classes": _l("classes"),
    "students": _l("students"),
    "teachers": _l("employees"),
    "families": _l("families"),
    "families_2plus": _l("families with two students or more"),
    "groups": _l("classes and subgroups"),
    "subjects": _l("subjects"),
    "rooms": _l("rooms"),
    "lessons": _l("lines of the timetable"),
    "cards": _l("hours in the timetable"),
    "unplaced_lessons": _l("lines without an hour"),
    "cards_without_room": _l("hours without a room"),
    "lessons_two_teachers": _l("lines with two teachers"),
    "lessons_joined_classes": _l("lines of several classes"),
    "lessons_numerator": _l("lines of the first week only"),
    "lessons_denominator": _l("lines of the second week only"),
    "double_lessons": _l("double lessons"),
    "period0_cards": _l("hours before the first lesson"),
    "tv_broadcasts": _l("broadcasts"),
    "assessments": _l("assessments"),
    "marks": _l("marks"),
}


def label(name: str) -> str:
    """The words for a count; a count without words keeps its key."""
    return str(LABELS.get(name, name))
