"""What stands against an exam, and what its parts are called, in words."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from server.services.attestation.reading import SessionView
from server.services.attestation.rules import Problem
from server.web.shell import short_day

SESSION_KINDS = {"interim": _l("interim attestation"), "final": _l("final attestation")}
KINDS = {"exam": _l("exam"), "consultation": _l("consultation"), "resit": _l("resit")}
PARTS = {"chair": _l("chair"), "examiner": _l("examiner"), "assistant": _l("assistant"),
         "invigilator": _l("invigilator")}  # fmt: skip
_ALONE = {
    "undated": _l("It has no day yet."), "untimed": _l("It has no time yet."),
    "outside": _l("Its day is not in the session."), "holiday": _l("Its day is a public holiday."),
    "sunday": _l("It is on a Sunday."), "no_students": _l("Nobody sits it."),
    "no_consultation": _l("No consultation is planned before it."), "no_examiner": _l("No examiner is named."),
    "no_room": _l("It has no room."),
}  # fmt: skip
_CODES = {
    "exams_day": _l("another exam of the same students on that day"), "holiday": _l("a public holiday"),
    "exams_between": _l("too near to another exam of the same students"), "outside": _l("not in the session"),
    "students_twice": _l("the students are elsewhere then"), "room_taken": _l("the room is taken by an exam"),
    "room_lesson": _l("the room is taken by a lesson"), "person_taken": _l("somebody is at another exam"),
    "person_lesson": _l("somebody has a lesson"), "person_absent": _l("somebody is away"),
    "consultation_late": _l("not before the exam"), "no_students": _l("nobody sits it"),
}  # fmt: skip


def title(view: SessionView, id: str) -> str:
    """«Алгебра, 9 «А»» of an exam; a consultation says what it is."""
    one = next((exam for exam in (*view.exams, *view.elsewhere) if exam.id == id), None)
    if one is None:
        return ""
    day = f" ({short_day(one.on)})" if one.on else ""
    kind = "" if one.kind == "exam" else f"{KINDS[one.kind]}: "
    return f"{kind}{one.subject}, {one.classes}{day}"


def sentence(problem: Problem, view: SessionView, names: Mapping[str, str]) -> str:
    """One problem with the names of what it is about. ``names``: of people and rooms by id."""
    if problem.code in _ALONE:
        return str(_ALONE[problem.code])
    other, who = title(view, problem.other), ", ".join(names.get(id, "") for id in problem.who)
    many = ngettext("%(num)s student", "%(num)s students", problem.count)
    texts = {
        "exams_day": _("%(many)s would sit more than %(limit)s exam on the day: also %(other)s.", many=many,
                       limit=problem.limit, other=other),
        "exams_between": _("%(many)s would have fewer than %(limit)s free days between it and %(other)s.", many=many,
                           limit=problem.limit, other=other),
        "students_twice": _("%(many)s would be at %(other)s at the same time.", many=many, other=other),
        "room_taken": _("%(who)s is taken by %(other)s at that time.", who=who, other=other),
        "room_lesson": _("%(who)s is taken by a lesson: %(lesson)s.", who=who, lesson=problem.text),
        "person_taken": _("%(who)s: also at %(other)s at that time.", who=who, other=other),
        "person_lesson": _("%(who)s: has a lesson then, %(lesson)s.", who=who, lesson=problem.text),
        "person_absent": _("%(who)s: away on that day.", who=who),
        "consultation_late": _("The consultation does not end before the exam: %(other)s.", other=other),
        "own_subject": _("%(who)s: invigilates the own subject.", who=who),
        "lesson_at_once": _("A lesson is at that time, %(many)s miss it: %(lesson)s.", many=many, lesson=problem.text),
    }  # fmt: skip
    return texts[problem.code]


def why(codes: tuple[str, ...]) -> str:
    """What stands against a day, in a few words."""
    return ", ".join(str(_CODES.get(code, code)) for code in codes)
