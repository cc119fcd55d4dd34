"""The home of every role: what this person owes today, oldest first, each line one tap from done."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import g, render_template
from flask_babel import format_datetime
from flask_login import current_user
from sqlalchemy import Select

from server.clock import local_date, now
from server.extensions import db
from server.policy import Action, Realm
from server.reference import CHANNELS, FORMS
from server.security import choose_timezone, config, school
from server.services import (
    appointment_list,
    attendance_today,
    conflicts,
    deliveries,
    duties,
    held,
    kept_figures,
    letters,
    parts,
    request_list,
    safety,
    silence,
    term_closing,
    term_dates,
    thresholds,
    today,
    waiting,
    weekly_round,
)
from server.services.agreed_works import standing
from server.services.attendance_today import Asked, Attendance
from server.services.days import approval_view, change_list, change_telling
from server.services.days.approval_view import Owed
from server.services.parts import Unplaced
from server.web import access, change_words, conflict_words, registers, wishes, words
from server.web.access import signed_in

blueprint = APIBlueprint("today", __name__, enable_openapi=False)
NONE: frozenset[str] = frozenset()
DOUBTED = timedelta(days=14)  # that long Today speaks of messages that did not arrive
SHOWN = 8  # lines of a list before the rest is one tap away


@blueprint.get("/")
@signed_in
def home() -> str:
    """Today."""
    zone = choose_timezone()
    moment = now(config(), zone)
    day = local_date(moment, zone)
    return render_template(
        "today/home.html", day=day, edition=today.edition(db.session), words=words, channels=CHANNELS, forms=FORMS,
        shown=SHOWN, **_numbers(day, moment), **_teaching(day), **_missing(day), **_office(day, moment),
        **_promised(day),
        **wishes.on_today(moment), presence=_attendance(day, moment), **_families(day),
        **_changes(day, moment), **registers.on_today(day),
    )  # fmt: skip


def _teaching(day: date) -> dict[str, Any]:
    """For who teaches: works to check, own lessons, lessons that lack something. None where it is not theirs."""
    marks = access.realm(Action.MARK_SET)
    if not marks:
        return {"to_check": None, "lessons": None, "incomplete": [], "standing_in": [], "closing": [], "redated": [],
                "returned_works": []}  # fmt: skip
    person = current_user.person_id
    lessons, incomplete, standing_in = today.teaching(db.session, person, day)
    return {
        "to_check": waiting.to_check(db.session, marks), "lessons": lessons, "incomplete": incomplete,
        "standing_in": standing_in,
        "closing": term_closing.closing(db.session, person, day),
        "redated": term_dates.redated(db.session, person, day),
        "returned_works": standing.returned_to(db.session, person, day) if marks.courses else [],
    }  # fmt: skip


def _numbers(day: date, moment: datetime) -> dict[str, int]:
    """What Today only counts, in one query; what is not this person's is 0."""
    person, logs = current_user.person_id, access.realm(Action.WORK_LOG)
    manages, counsel = access.realm(Action.REQUEST_MANAGE), access.may(Action.COUNSEL_VIEW)
    wanted: dict[str, Select[tuple[int]]] = {}
    if access.may(Action.RECORDS_SETTLE):
        wanted["records"] = held.number()
    if access.may(Action.IMPORT_RUN):
        wanted["classes"] = today.classes()
    if access.realm(Action.MARK_SET):
        wanted["offered"] = term_closing.offered(person, day)
    if logs:
        wanted["scanned"] = today.scanned(person, logs)
    if access.may_somewhere(Action.MESSAGE_SEND):
        wanted["in_doubt"] = deliveries.in_doubt(person, moment - DOUBTED)
    if manages or counsel:
        late = moment - timedelta(days=_limits()["letter_days"])
        wanted["late_letters"] = letters.overdue_number(manages, person, late, counsel)
    nothing = dict.fromkeys(("records", "offered", "scanned", "in_doubt", "late_letters"), 0)
    found = today.numbers(db.session, wanted)
    return {**nothing, **found, "begins": "classes" in wanted and not found["classes"]}


def _limits() -> dict[str, int]:
    """The school's thresholds, read once for a page."""
    if "limits" not in g:
        g.limits = thresholds.values(db.session)
    found: dict[str, int] = g.limits
    return found


def _promised(day: date) -> dict[str, Any]:
    """What I promised, what in the school is overdue (for who manages requests there), whom I meet today."""
    mine = request_list.listed(db.session, day, request_list.owned_by(current_user.person_id))
    realm, zone = access.realm(Action.REQUEST_MANAGE), ZoneInfo(choose_timezone())
    own = {one.id for one in mine}
    answers = realm.everything and not access.may(Action.HOTLINE_USE)  # an operator on duty sees them in the list
    late = request_list.overdue(db.session, day, realm) if answers else []
    meetings = appointment_list.calendar(db.session, current_user.person_id, day, day, zone, restricted=False)
    return {"promised": mine, "late_promises": [one for one in late if one.id not in own],
            "meetings": [one for one in meetings if one.state == "agreed"]}  # fmt: skip


def _missing(day: date) -> dict[str, Any]:
    """Who sent nothing: students of own courses and classes; for the whole school only numbers by class."""
    own = _together(access.realm(Action.MARK_SET), access.realm(Action.FIGURES_VIEW))
    if own.everything:
        moment = now(config(), choose_timezone())
        counted = kept_figures.counted(("missing", day), moment, lambda: waiting.missing_by_class(db.session, day))
        return {"missing": None, "missing_classes": counted.value, "counted_at": counted.at}
    missing = waiting.missing(db.session, own, day) if own else None
    return {"missing": missing, "missing_classes": None, "counted_at": None}


def _attendance(day: date, moment: datetime) -> Attendance:
    """Absences, reasons, TV lessons and incidents of one's own; of the whole school nobody is told here."""
    notes = access.realm(Action.ABSENCE_SET) if access.may_somewhere(Action.WORK_VIEW) else Realm(False, NONE, NONE)
    return attendance_today.attendance(db.session, Asked(
        current_user.person_id, Realm(False, notes.groups, notes.courses), access.may_somewhere(Action.INCIDENT_MANAGE),
        access.may_somewhere(Action.LESSON_EDIT), day, format_datetime(moment, "HH:mm"),
    ))  # fmt: skip


def _office(day: date, moment: datetime) -> dict[str, Any]:
    """For who runs the school: the next day to approve, what is undecided, the hotline, accounts."""
    is_operator = access.may(Action.HOTLINE_USE)
    return {
        "publishes": access.may(Action.DAY_PUBLISH), "may_approve": access.may(Action.DAY_APPROVE),
        "owed": _owed(day), "publish_at": row.publish_at if (row := school()) else None,
        "unapproved": today.unapproved(db.session, day) if access.may(Action.DAY_PUBLISH) else None,
        "reports": today.all_lessons(db.session, day) if _only_reports() else None,
        "on_duty": is_operator, "duty": today.duty(db.session, current_user.person_id, moment),
        "upkeep": today.upkeep(db.session, day, moment) if access.may(Action.ACCOUNTS_MANAGE) else None,
        "worries": duties.worries(db.session, day) if access.may(Action.ROLES_MANAGE) else None,
        "risks": safety.worries(config(), moment) if access.may(Action.ACCOUNTS_MANAGE) else [],
        "finds_people": access.may(Action.PEOPLE_VIEW),
        "disagreements": conflicts.find(db.session, conflict_words.to_decide()),
        "unplaced": _unplaced(day),
    }  # fmt: skip


def _owed(day: date) -> Owed | None:
    """How the coming days stand, for who composes, approves or publishes them."""
    mine = (Action.DAY_EDIT, Action.DAY_APPROVE, Action.DAY_PUBLISH)
    if not any(access.may(action) for action in mine):
        return None
    owed = approval_view.owed(db.session, day)
    g.missed = list(owed.missed)  # the frame need not ask again
    return owed


def _families(day: date) -> dict[str, Any]:
    """What families wait for: letters, the weekly round of own classes, who is silent."""
    cares = access.realm(Action.FIGURES_VIEW)
    telling = Realm(False, cares.groups, frozenset())  # own classes; who runs the school sees the share there
    return {
        "letters": letters.unanswered(db.session, current_user.person_id),
        "untold": weekly_round.untold(db.session, telling, day, choose_timezone()) if telling else 0,
        "silent": silence.count(db.session, cares, day, choose_timezone(), _limits()) if cares else 0,
    }  # fmt: skip


def _changes(day: date, moment: datetime) -> dict[str, Any]:
    """What others changed in one's own lessons, and, for who composes days, changes that families do not know of."""
    person, teaches = current_user.person_id, access.may_somewhere(Action.LESSON_VIEW)
    return {
        "changed_for_me": change_telling.for_teacher(db.session, person, moment, day) if teaches else [],
        "to_tell": change_list.owed(db.session, moment, day) if access.may(Action.DAY_EDIT) else [],
        "acts": change_words.ACTS,
    }  # fmt: skip


def _unplaced(day: date) -> list[Unplaced]:
    """Classes of this person's own with students in no subgroup; who runs the school is not told class by class."""
    own = Realm(False, access.realm(Action.PEOPLE_EDIT).groups, frozenset())
    return parts.unplaced(db.session, own, day) if own else []


def _only_reports() -> bool:
    return access.may(Action.PRESENCE_REPORT) and not access.may_somewhere(Action.JOURNAL_VIEW)


def _together(one: Realm, other: Realm) -> Realm:
    return Realm(one.everything or other.everything, one.groups | other.groups, one.courses | other.courses)
