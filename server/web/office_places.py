"""The pages of the timetable office in one row: each that exists and that the person may open."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from server.web import access

PLACES = (
    ("/days/", _l("Day board")),
    ("/approval/", _l("Approval of days")),
    ("/changes/", _l("Changes")),
    ("/substitutions/", _l("Substitutions")),
    ("/wishes/", _l("Wishes")),
    ("/study-groups/", _l("Study groups")),
    ("/tv/", _l("TV lessons")),
    ("/modes/", _l("Modes")),
    ("/bells/", _l("Bells")),
    ("/checks/", _l("Checks")),
    ("/schedules/", _l("Working schedules")),
    ("/assessment-plans/", _l("Assessments")),
    ("/agreed-works/", _l("Works agreed")),
    ("/attestation/", _l("Attestation")),
    ("/revisions/", _l("New timetable")),
    ("/term-dates/", _l("Dates of the year")),
    ("/held-lessons/", _l("Planned and held")),
    ("/timetable-out/", _l("Print and send")),
)


@dataclass(frozen=True)
class OfficePlace:
    """A page of the office; ``here``: the page that is shown belongs to it."""

    path: str
    name: Any
    here: bool


def is_office_place(path: str) -> bool:
    """True for the pages of the timetable office."""
    return any(path.startswith(own) for own, _name in PLACES)


def office_places() -> list[OfficePlace]:
    """Those that this person may open, in the order of the work."""
    adapter = current_app.url_map.bind("office")
    return [
        OfficePlace(path, name, request.path.startswith(path)) for path, name in PLACES if _opens(adapter, path)
    ]  # fmt: skip


def _opens(adapter: MapAdapter, path: str) -> bool:
    try:
        endpoint, _given = adapter.match(path)
    except HTTPException:
        return False
    wanted = access.declared(current_app, endpoint)  # type: ignore[arg-type]
    if wanted is None:
        return False
    if wanted.open or not wanted.actions:
        return True
    if wanted.scope is None:
        return any(access.may(action) for action in wanted.actions)
    return access.may_somewhere(*wanted.actions)
