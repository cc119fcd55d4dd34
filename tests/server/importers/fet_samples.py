"""Small FET files made on the spot: the exported CSV, and the program's own file of the same rows."""

import csv
import io
from xml.sax.saxutils import escape

HEADER = "Activity Id;Day;Hour;Students Sets;Subject;Teachers;Activity Tags;Room;Comments"


def exported(*rows: str, header: str = HEADER) -> bytes:
    """FET's CSV from lines "1;Вт;08:30;7А;Химия;Сад О.Л.;;12;"."""
    return "\n".join([header, *rows] if header else rows).encode("utf-8-sig")


def own_file(data: bytes, *, extra: str = "", placed: bool = True) -> bytes:
    """The .fet that FET saves with the timetable of an exported CSV."""
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    activities: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        activities.setdefault(row["Activity Id"], []).append(row)
    days, hours = dict.fromkeys(row["Day"] for row in rows), sorted({row["Hour"] for row in rows})
    starts = [_start(id, min(own, key=lambda row: row["Hour"])) for id, own in activities.items() if placed]
    rooms = [_room(id, own[0]["Room"]) for id, own in activities.items() if own[0]["Room"]]
    return "\n".join([
        '<?xml version="1.0" encoding="UTF-8"?>', '<fet version="6.8.5">',
        _list("Days", [f"<Day>{_tag('Name', day)}<Long_Name></Long_Name></Day>" for day in days]),
        _list("Hours", [f"<Hour>{_tag('Name', hour)}</Hour>" for hour in hours]), extra,
        _list("Activities", [_activity(id, own) for id, own in activities.items()]),
        _list("Time_Constraints", starts), _list("Space_Constraints", rooms), "</fet>",
    ]).encode()  # fmt: skip


def _list(name: str, parts: list[str]) -> str:
    return f"<{name}_List>{''.join(parts)}</{name}_List>"


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _activity(id: str, rows: list[dict[str, str]]) -> str:
    first = rows[0]
    lists = (("Teacher", "Teachers"), ("Activity_Tag", "Activity Tags"), ("Students", "Students Sets"))
    parts = [_tag(tag, part) for tag, column in lists for part in first[column].split("+") if part]
    whole = [_tag("Subject", first["Subject"]), _tag("Duration", str(len(rows))), _tag("Id", id)]
    return f"<Activity>{''.join([*parts, *whole])}<Active>true</Active></Activity>\n"


def _start(id: str, row: dict[str, str]) -> str:
    place = _tag("Preferred_Day", row["Day"]) + _tag("Preferred_Hour", row["Hour"])
    return _constraint("ConstraintActivityPreferredStartingTime", id, place)


def _room(id: str, room: str) -> str:
    return _constraint("ConstraintActivityPreferredRoom", id, _tag("Room", room))


def _constraint(name: str, id: str, place: str) -> str:
    weight, locked = _tag("Weight_Percentage", "100"), _tag("Permanently_Locked", "false")
    return f"<{name}>{weight}{_tag('Activity_Id', id)}{place}{locked}<Active>true</Active></{name}>\n"
