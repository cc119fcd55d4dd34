"""What every page of the office has around it: the school, the menu by rights, dates as people write them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from apiflask import APIFlask
from babel import Locale
from flask import g, request
from flask_babel import format_date, format_datetime, get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from server import naming
from server.clock import local_date, now
from server.extensions import db
from server.models import School
from server.policy import SCHOOL, Action
from server.security import choose_timezone, config, school
from server.services.days import on_time
from server.web import access
from server.web.office_places import is_office_place, office_places
from sync.codes import group_digits


@dataclass(frozen=True)
class Place:
    """An entry of the menu: its address, its name and the actions of which one opens it; ``whole``: it must reach the
    whole school."""

    path: str
    name: Any
    actions: tuple[Action, ...]
    whole: bool = False


PLACES = (  # by how much a role lives there; who may open more than fit finds the rest under «More»
    Place("/", _l("Today"), ()),
    Place("/hotline/", _l("Hotline"), (Action.HOTLINE_USE,)),
    Place("/publish/", _l("Publish"), (Action.DAY_PUBLISH,)),
    Place("/journal/", _l("Journal"), (Action.JOURNAL_VIEW,)),
    Place("/lessons/", _l("Lessons"), (Action.LESSON_VIEW,)),
    Place("/days/", _l("Timetable office"), (Action.LESSON_VIEW,), whole=True),
    Place("/people/", _l("Families"), (Action.PEOPLE_VIEW,)),
)
MORE = (  # families, then lessons, then the school
    Place("/round/", _l("Weekly round"), (Action.FIGURES_VIEW,)),
    Place("/messages/", _l("Messages"), (Action.MESSAGE_SEND,)),
    Place("/feedback/", _l("Feedback"), (Action.MESSAGE_SEND,)),
    Place("/marking/", _l("Mark on screen"), (Action.MARK_SET,)),
    Place("/requests/", _l("Requests"), (Action.REQUEST_MANAGE, Action.CONTACT_LOG)),
    Place("/appointments/", _l("Appointments"), (Action.CONTACT_LOG,)),
    Place("/notices/", _l("Notices"), (Action.NOTICE_EDIT,)),
    Place("/documents/", _l("Documents"), ()),
    Place("/lessons/timetable", _l("Timetable"), ()),
    Place("/wishes/", _l("Wishes about lessons"), (Action.LESSON_ASK, Action.DAY_EDIT)),
    Place("/tv/", _l("TV lessons"), (Action.LESSON_VIEW,)),
    Place("/plans/", _l("Course plans"), (Action.LESSON_VIEW,)),
    Place("/term-dates/", _l("Dates of the year"), (Action.DAY_EDIT,)),
    Place("/attendance/", _l("Attendance"), (Action.ABSENCE_SET,)),
    Place("/incidents/", _l("Incidents"), (Action.INCIDENT_MANAGE,)),
    Place("/monitor/", _l("Monitoring"), (Action.FIGURES_VIEW,)),
    Place("/packs/", _l("Packs"), (Action.PACKS_PRINT,)),
    Place("/registers/", _l("Delivery"), (Action.DELIVERY_MANAGE,)),
    Place("/stacks/", _l("Scanned works"), (Action.WORK_LOG,)),
    Place("/imports/", _l("Files"), (Action.IMPORT_RUN,)),
    Place("/accounts/", _l("Accounts"), (Action.ACCOUNTS_MANAGE,)),
    Place("/duties/", _l("Duties"), (Action.ROLES_MANAGE,)),
    Place("/school/", _l("School"), (Action.SETTINGS_EDIT,)),
    Place("/devices/", _l("Phones"), ()),
)
IN_A_ROW = 4  # entries beside «More»: so many a phone's row holds, and the eye
LONG_DAY = {"kk": "d MMMM, EEEE"}
SHORT_DAY = {"ru": "d\u00a0MMM", "kk": "d\u00a0MMM"}  # there a number is not torn from its word


class Shell:
    """The frame of a page; every part is read only when a template asks for it."""

    @property
    def school(self) -> School | None:
        return school()

    @property
    def places(self) -> list[Place]:
        """The places in which this person lives, as many as fit into the row."""
        return _open_to_me(PLACES)[:IN_A_ROW]

    @property
    def more(self) -> list[Place]:
        """The others that this person may open."""
        return _open_to_me(PLACES)[IN_A_ROW:] + _open_to_me(MORE)

    @property
    def here(self) -> str:
        """The path of the menu entry the page belongs to: the most exact one."""
        if is_office_place(request.path):
            return "/days/"
        fits = [place.path for place in PLACES + MORE if request.path.startswith(place.path) and place.path != "/"]
        return max(fits, key=len, default="/" if request.path == "/" else "")

    @property
    def missed(self) -> list[date]:
        """Days that should be out by now and are not approved, for who could change that."""
        if not current_user.is_authenticated or not (access.may(Action.DAY_APPROVE) or access.may(Action.DAY_PUBLISH)):
            return []
        if "missed" not in g:
            zone = choose_timezone()
            g.missed = on_time.missed(db.session, local_date(now(config(), zone), zone))
        return g.missed

    @property
    def takes_codes(self) -> bool:
        """Whether the field for a work's code stands in the header."""
        return access.may_somewhere(Action.WORK_VIEW, Action.WORK_LOG)

    @property
    def name(self) -> str:
        """The short name of who is signed in."""
        return current_user.name

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Codes and own names of the languages to choose from."""
        row = school()
        codes = ["ru", "en", *(["kk"] if row and "kk" in row.languages else [])]
        return [(code, (Locale.parse(code).get_language_name(code) or code).capitalize()) for code in codes]

    @property
    def locale(self) -> str:
        return str(get_locale() or "ru")


def _open_to_me(places: tuple[Place, ...]) -> list[Place]:
    if not current_user.is_authenticated:
        return []
    return [place for place in places if not place.actions or _opens(place)]


def _opens(place: Place) -> bool:
    if place.whole:
        return any(access.may(action) for action in place.actions)
    return access.may_somewhere(*place.actions)


def long_day(value: date) -> str:
    """``Monday, 7 December``, with a capital letter to begin a line."""
    return naming.capital(format_date(value, LONG_DAY.get(str(get_locale()), "EEEE, d MMMM")))


def short_day(value: date) -> str:
    """``7 Dec``."""
    return format_date(value, _short())


def full_day(value: date) -> str:
    """``7 Dec 2026``."""
    return format_date(value, _short() + " yyyy")


def moment(value: datetime) -> str:
    """A moment in the school's zone: ``7 Dec, 09:41``."""
    return format_datetime(value, _short() + ", HH:mm")


def _short() -> str:
    return SHORT_DAY.get(str(get_locale()), "d MMM")


def init_app(app: APIFlask) -> None:
    """Give the templates the frame, the filters and the question ``may``."""
    shell = Shell()
    app.jinja_env.globals.update(
        shell=shell, may=access.may, may_somewhere=access.may_somewhere, Action=Action, SCHOOL=SCHOOL,
        course_name=naming.course, in_a_row=IN_A_ROW, office_places=office_places,
    )  # fmt: skip
    app.jinja_env.filters.update(
        long_day=long_day, short_day=short_day, full_day=full_day, moment=moment, digits=group_digits,
        said=_said, **naming.FILTERS,
    )  # fmt: skip


def _said(msgid: str) -> str:
    """The translated name of a reference row (a kind, a form, a channel)."""
    return gettext(msgid) if msgid else ""
