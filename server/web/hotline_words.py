"""How the hotline's pages call what the database keeps as codes: topics with their keys, outcomes, states."""

from dataclasses import dataclass
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server.services.hotline import Logged


@dataclass(frozen=True)
class Topic:
    """What a caller may want. ``code``: of the contact's topic; ``key`` opens it; ``kind``: what it promises, or ""."""

    code: str
    key: str
    name: Any
    kind: str = ""
    title: Any = ""


TOPICS = (
    Topic("timetable", "1", _l("Read the timetable"), title=_l("The timetable, to be read out")),
    Topic("task", "2", _l("Read a task"), title=_l("Tasks, to be read out")),
    Topic("return", "3", _l("Work dictated"), title=_l("Work dictated by phone")),
    Topic("paper_pack", "4", _l("Paper pack"), "paper_pack", _l("A paper pack is wanted")),
    Topic("files", "5", _l("Files"), "files", _l("Files are wanted")),
    Topic("consultation", "6", _l("Consultation"), "consultation", _l("Consultation with a teacher")),
    Topic("reception", "7", _l("Reception"), "reception", _l("Personal reception")),
    Topic("technical", "8", _l("Technical trouble"), "technical", _l("Technical trouble")),
    Topic("absence", "9", _l("Reason of absence"), "absence", _l("Why the student is absent")),
    Topic("complaint", "0", _l("Complaint"), "complaint", _l("A complaint")),
    Topic("repeat", "r", _l("Repeat a lesson"), "repeat", _l("A lesson is to be repeated")),
    Topic("other", "o", _l("Something else"), title=_l("Something else")),
)
BY_CODE = {topic.code: topic for topic in TOPICS}
WAYS = {"call_back": _l("called back to the number on file"), "word": _l("the family's word")}
STATES = {"open": _l("open"), "proposed": _l("times proposed"), "done": _l("done"), "refused": _l("refused")}
TONES = {"open": "wait", "proposed": "note", "done": "ok", "refused": ""}
APPOINTMENTS = {
    "proposed": _l("proposed"), "agreed": _l("agreed"), "held": _l("held"), "missed": _l("nobody came"),
    "cancelled": _l("cancelled"),
}  # fmt: skip
APPOINTMENT_TONES = {"proposed": "wait", "agreed": "ok", "held": "", "missed": "bad", "cancelled": ""}
MEETINGS = {"in_person": _l("at school"), "call": _l("by phone"), "online": _l("online")}


def told(done: Logged) -> str:
    """What was noted, as the page says it afterwards."""
    if done.request_id is None or done.due_on is None:
        return _("The call is noted.")
    day = format_date(done.due_on, "d MMMM")
    return _("The call is noted. Promised by %(day)s; answers for it: %(name)s.", day=day, name=done.owner)
