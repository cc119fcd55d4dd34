"""How the differences of a newer timetable are said: to people in their language, to programs as plain data."""

from collections.abc import Iterable
from typing import Any

from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server.services.imports.revision import GONE, MOVED, Difference, Overtaken, Revision
from server.services.imports.weekly_pattern import Hour

KIND_NAMES = {
    "lesson_new": _l("new"),
    "lesson_dropped": _l("dropped"),
    "lesson_placed": _l("placed"),
    "lesson_unplaced": _l("no longer placed"),
    "card_moved": _l("moved"),
    "card_added": _l("one hour more"),
    "card_dropped": _l("one hour less"),
    "room_changed": _l("another room"),
    "teacher_replaced": _l("another teacher"),
}
NOWHERE = "—"


def kind_name(kind: str) -> str:
    """What became of a lesson."""
    return str(KIND_NAMES[kind])


def group_text(groups: Iterable[tuple[str, str]]) -> str:
    """«7 «А», Группа 1; 7 «Б»»."""
    return "; ".join(f"{name}, {part}" if part else name for name, part in groups)


def day_name(weekday: int, width: str = "abbreviated") -> str:
    """The weekday's name, 1 = Monday."""
    return get_locale().days["stand-alone"][width][weekday - 1]


def hour_text(hour: Hour, with_room: bool = True) -> str:
    """«Mon, lesson 4 (shift 2, week 1 of 2), room 105»."""
    notes = [_("shift %(number)s", number=hour.shift)] if hour.shift > 1 else []
    if "0" in hour.weeks:
        weeks = ", ".join(str(number) for number, held in enumerate(hour.weeks, 1) if held == "1")
        notes.append(_("week %(number)s of %(total)s", number=weeks, total=len(hour.weeks)))
    told = _("%(day)s, lesson %(n)s", day=day_name(hour.weekday), n=hour.n)
    told += f" ({', '.join(notes)})" if notes else ""
    return told + (", " + _("room %(name)s", name=hour.room) if with_room and hour.room else "")


def sides(one: Difference) -> tuple[str, str]:
    """(before, after) of a change, in words."""
    if one.kind == "teacher_replaced":
        return ", ".join(one.teachers_before) or NOWHERE, ", ".join(one.teachers_after) or NOWHERE
    if one.kind == "room_changed":
        place = hour_text(one.before[0], with_room=False)
        return f"{place}: {one.before[0].room or NOWHERE}", one.after[0].room or NOWHERE
    return _hours(one.before), _hours(one.after)


def _hours(hours: Iterable[Hour]) -> str:
    return "; ".join(map(hour_text, hours)) or NOWHERE


def overtaken_text(one: Overtaken) -> str:
    """Why a decision of the office needs a look."""
    if one.why == GONE:
        return _("The newer timetable does not have this lesson any more.")
    if one.why == MOVED and one.to is not None:
        day, n = one.to
        return _("The newer timetable has it on %(day)s, lesson %(n)s.", day=format_date(day, "short"), n=n)
    return _("The newer timetable gives it to another teacher.")


def as_json(told: Revision) -> dict[str, Any]:
    """The whole comparison for other programs; weekdays are numbers, 1 = Monday."""
    created, changed, withdrawn, orphaned = told.lessons
    return {
        "from": told.since.isoformat(), "counts": told.counts,
        "affected": {"classes": list(told.classes), "teachers": list(told.teachers), "days": list(told.weekdays)},
        "changes": [_change(one) for one in told.differences],
        "classes": {"file": told.file_classes, "known": told.file_classes - len(told.unknown),
                    "unknown": list(told.unknown)},
        "lessons": {"created": created, "changed": changed, "withdrawn": withdrawn, "orphaned": orphaned},
        "overtaken": [
            {"lesson": one.lesson_id, "date": one.on.isoformat(), "n": one.n, "why": one.why, "subject": one.subject,
             "groups": [list(group) for group in one.groups],
             "to": {"date": one.to[0].isoformat(), "n": one.to[1]} if one.to else None}
            for one in told.overtaken
        ],
    }  # fmt: skip


def _change(one: Difference) -> dict[str, Any]:
    def rows(hours: Iterable[Hour], teachers: Iterable[str]) -> list[dict[str, Any]]:
        return [
            {"weekday": hour.weekday, "shift": hour.shift, "n": hour.n, "weeks": hour.weeks, "room": hour.room,
             "teachers": list(teachers)} for hour in hours
        ]  # fmt: skip

    return {
        "kind": one.kind, "subject": one.subject, "groups": [list(group) for group in one.groups],
        "before": rows(one.before, one.teachers_before), "after": rows(one.after, one.teachers_after),
        "affected": {"classes": sorted(one.classes), "teachers": list(one.teachers), "days": list(one.weekdays)},
    }  # fmt: skip
