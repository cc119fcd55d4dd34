"""A student who is taught at home: since when, in which subjects, with which week of lessons, until when."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import force_locale, format_date
from flask_babel import gettext as _

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Group, Person
from server.naming import capital
from server.policy import Action
from server.security import school
from server.services import home_teaching, people
from server.services.freezing import bells_on
from server.services.home_lessons import Hour
from server.services.home_teaching import NUMBERS, WEEKDAYS, Home
from server.services.weeks import parse_day
from server.web import drafts
from server.web.access import needs
from server.web.movement import FIELDS, clerk, order
from sync.errors import SyncError

blueprint = APIBlueprint("home_teaching", __name__, url_prefix="/movement/home", enable_openapi=False)
USUAL = 8  # lesson numbers offered where no bells are known
MONDAY = date(2024, 1, 1)  # any Monday, for the names of weekdays


@blueprint.get("/<slug>")
@needs(Action.PEOPLE_EDIT)
def page(slug: str) -> str:
    """The form to begin, or the own week."""
    return _page(people.person_by_slug(db.session, slug))


@blueprint.post("/<slug>")
@needs(Action.PEOPLE_EDIT)
def save(slug: str) -> Any:
    """Begin, arrange the week, or end."""
    person, act = people.person_by_slug(db.session, slug), request.form.get("act", "")
    try:
        if act not in ACTS:
            raise DomainError("bad_request")
        said = ACTS[act](person)
    except SyncError as error:
        db.session.expire_all()
        return _page(person, act, {_field(error): sentence_of(error)}), entry_of(error).status
    flash(said)
    return redirect(url_for("home_teaching.page", slug=slug), 303)


def _begin(person: Person) -> str:
    chosen = {id: request.form.get(f"t-{id}", "") for id in request.form.getlist("subject")}
    until = parse_day(request.form["until"]) if request.form.get("until", "").strip() else None
    home_teaching.start(person.id, order(), until, chosen, clerk(), _stored_name())
    return _("Noted. Now put the lessons into the week below.")


def _week(person: Person) -> str:
    form = request.form
    hours: dict[Hour, str] = {
        (weekday, n): chosen for weekday in WEEKDAYS for n in NUMBERS if (chosen := form.get(f"h-{weekday}-{n}", ""))
    }
    teachers = {id: form.get(f"t-{id}", "") for id in form.getlist("subject")}
    if more := form.get("more", ""):
        offered = {one.subject_id: one.teacher_id for one in _offers(_class_of(person))}
        teachers[more] = offered.get(more, "")
    home_teaching.arrange(person.id, hours, teachers, form.get("version", ""), clerk())
    return _("Saved. The lessons stand in the teachers' timetables; the student's pack brings them.")


def _end(person: Person) -> str:
    home_teaching.end(person.id, parse_day(request.form.get("last", "")), clerk())
    return _("Noted. After that day the student learns with the class again.")


ACTS = {"begin": _begin, "week": _week, "end": _end}


def _stored_name() -> str:
    """What the group is called in the school's language; it names nobody."""
    row = school()
    with force_locale(row.locale if row else "ru"):
        return _("at home")


def _field(error: SyncError) -> str:
    if error.code in ("field_needed", "student_home_taught", "student_not_here"):
        return "whole"
    return "until" if str(error.data.get("field", "")) == _("last day") else FIELDS.get(error.code, "whole")


def _class_of(person: Person) -> Group | None:
    groups = people.known_groups(db.session, person.id, drafts.moment().today)
    return next((group for group in groups if group.kind == "class"), None)


def _offers(group: Group | None) -> list[home_teaching.Offer]:
    return home_teaching.offers(db.session, group.id, drafts.moment().today) if group else []


def _page(person: Person, act: str = "", wrong: dict[str, str] | None = None) -> str:
    today = drafts.moment().today
    home, group, form = home_teaching.of_student(db.session, person.id, today), _class_of(person), request.form
    bells = bells_on(db.session, group.shift, today) if group else {}
    numbers = sorted({*bells, *(n for _day, n in home.hours)} if home else bells) or list(range(1, USUAL + 1))
    offers = _offers(group)
    return render_template(
        "movement/home_teaching.html", person=person, name=people.full_name(person), home=home, group=group,
        offers=offers, more=_more(home, offers), staff=people.staff(db.session, today), bells=bells, today=today,
        numbers=[n for n in numbers if n in NUMBERS], weekdays=_weekdays(),
        act=act, wrong=wrong or {}, hours=_typed_hours() if act == "week" else home.hours if home else {},
        ticked=form.getlist("subject") if act == "begin" else None, form=form,
    )  # fmt: skip


def _weekdays() -> list[tuple[int, str]]:
    return [(n, capital(format_date(MONDAY.replace(day=n), "cccc"))) for n in WEEKDAYS]


def _more(home: Home | None, offers: list[home_teaching.Offer]) -> list[home_teaching.Offer]:
    """Subjects of the class that are not taught at home yet."""
    known = {one.subject_id for one in home.subjects} if home else set()
    return [one for one in offers if one.subject_id not in known]


def _typed_hours() -> dict[Hour, str]:
    return {(day, n): request.form.get(f"h-{day}-{n}", "") for day in WEEKDAYS for n in NUMBERS}
