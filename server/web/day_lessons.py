"""One lesson of a day changed by a form, and one more lesson added: all that the board does, without script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import redirect, render_template, request
from flask_babel import gettext as _

from server import naming
from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Day
from server.policy import Action
from server.services import lesson_list
from server.services.days import board, composing, trying
from server.services.days.board import Place
from server.services.days.checks.standards import Standards, read_standards
from server.services.days.composing import CourseChoice, Wanted
from server.services.days.reading import Days, Held, Part, read_days
from server.services.days.trying_words import groups_said, hindrance_said, subjects_said, unfit_said
from server.services.weeks import parse_day
from server.web import day_board, day_words
from server.web.access import needs
from server.web.days import hindered, lesson_of, read_place
from server.web.deeds import author, rights
from sync.errors import SyncError

blueprint = APIBlueprint("day_lessons", __name__, url_prefix="/days", enable_openapi=False)
ROWS = 2  # choices of teachers that are offered at least


@dataclass(frozen=True)
class Typed:
    """The form as it stands or as it was typed. ``place``: "1-3"; ``forms``: by id of the course."""

    day: str
    place: str
    room: str
    teachers: tuple[str, ...]
    forms: dict[str, str]
    reason: str = ""
    course: str = ""


@dataclass(frozen=True)
class Offered:
    """A place of the day to choose: its name, what is in the way there, and what speaks against it otherwise."""

    key: str
    name: str
    hindrances: tuple[str, ...]
    remarks: tuple[str, ...]


@blueprint.get("/<on>/lesson/<lesson_id>")
@needs(Action.DAY_EDIT)
def page(on: str, lesson_id: str) -> str:
    """How the lesson stands, in a form."""
    days, lesson = lesson_of(parse_day(on), lesson_id)
    return _page(days, lesson, _as_it_stands(lesson), lesson.as_state().mark())


def _as_it_stands(lesson: Held) -> Typed:
    return Typed(lesson.on.isoformat(), f"{lesson.shift}-{lesson.n}", lesson.room or "", lesson.teachers,
                 {part.course: part.form or "" for part in lesson.parts})  # fmt: skip


@blueprint.post("/<on>/lesson/<lesson_id>")
@needs(Action.DAY_EDIT)
def save(on: str, lesson_id: str) -> Any:
    """Carry the form out; what was typed stays when it cannot be, and when somebody was quicker."""
    form, act = request.form, request.form.get("act", "save")
    typed, seen = _typed(), form.get("seen", "")
    if act == "look":
        days, lesson = lesson_of(parse_day(on), lesson_id)
        return _page(days, lesson, typed, seen)
    try:
        done = _carry_out(act, lesson_id, seen, typed)
    except SyncError as error:
        db.session.rollback()
        return _refused(parse_day(on), lesson_id, typed, error)
    return redirect(f"/changes/{done}", 303)


def _carry_out(act: str, lesson_id: str, seen: str, typed: Typed) -> str:
    given = (db.session, lesson_id, seen)
    if act == "cancel":
        return composing.cancel(*given, author(), rights(), typed.reason)
    if act == "restore":
        return composing.restore(*given, author(), rights(), typed.reason)
    if act == "save":
        return composing.change(*given, _wanted(typed), author(), rights(), typed.reason)
    raise DomainError("bad_request")


def _refused(day: date, lesson_id: str, typed: Typed, error: SyncError) -> Any:
    """The form again. A lesson that went to another day meanwhile is shown there."""
    lesson_day = composing.lesson_on(db.session, lesson_id).on if error.code == "lesson_changed" else day
    days, lesson = lesson_of(lesson_day, lesson_id)
    stands = _as_it_stands(lesson) if error.code == "lesson_changed" else None
    shown = _page(days, lesson, typed, lesson.as_state().mark(), sentence_of(error), stands)
    return shown, entry_of(error).status


def _typed() -> Typed:
    form = request.form
    forms = {name.removeprefix("form-"): value for name, value in form.items() if name.startswith("form-")}
    teachers = tuple(dict.fromkeys(id for id in form.getlist("teacher") if id))
    return Typed(form.get("day", ""), form.get("place", ""), form.get("room", ""), teachers, forms,
                 form.get("reason", ""), form.get("course", ""))  # fmt: skip


def _wanted(typed: Typed) -> Wanted:
    shift, n = read_place(typed.place)
    return Wanted(parse_day(typed.day), n, shift, typed.room, typed.teachers, typed.forms)


def _page(
    days: Days, lesson: Held, typed: Typed, seen: str, wrong: str = "", stands: Typed | None = None
) -> str:
    other = _days_of(typed.day, days)
    tried = replace(lesson, on=other.first, room=typed.room or None, teachers=tuple(sorted(typed.teachers)))
    names = day_board.readable_names(days)
    choices = composing.choices(db.session, other.first)
    subjects = {part.course: _part_name(part, days) for part in lesson.parts}
    standards = read_standards(db.session, _with_teachers(days, choices))
    there = standards if other is days else read_standards(db.session, _with_teachers(other, choices))
    return render_template(
        "days/lesson.html", on=lesson.on, lesson=lesson, typed=typed, seen=seen, wrong=wrong, stands=stands,
        subject=subjects_said(lesson, days.facts), group=groups_said(lesson, days.facts, names), days=days,
        offered=_offers(tried, _with_teachers(other, choices), there,
                        names if other is days else day_board.readable_names(other)),
        other_day=other.first, subjects=subjects, hindrance=_hindered(lesson.on),
        findings=_findings(days, lesson, standards), **_options(choices, typed), words=day_words,
        names=dict(choices.teachers), rooms_named=days.facts.rooms,
    )  # fmt: skip


def _part_name(part: Part, days: Days) -> str:
    return naming.course(days.facts.group_name(part.group), days.facts.subjects[part.subject])


def _days_of(text: str, known: Days) -> Days:
    """The day that the form names, as far as it is one."""
    try:
        day = parse_day(text)
    except DomainError:
        return known
    return known if day == known.first else read_days(db.session, day, day)


def _hindered(day: date) -> str:
    return hindered(day, db.session.get(Day, day))


def _with_teachers(days: Days, choices: composing.Choices) -> Days:
    """The day with the names of all who could hold a lesson, not only of those who do."""
    return replace(days, facts=replace(days.facts, people={**dict(choices.teachers), **days.facts.people}))


def _findings(days: Days, lesson: Held, standards: Standards) -> list[day_board.Told]:
    found, named = day_board.checked(days, standards)
    return day_board.told([one for one in found if lesson.id in one.lessons], named)


def _offers(tried: Held, days: Days, standards: Standards, names: Mapping[str, str]) -> list[Offered]:
    places, others = board.places_of(days, days.first), days.on(days.first)
    found = trying.at_places(tried, places, others, days.facts)
    unfit = trying.unfit_places(tried, places, others, standards, days.facts)
    several = len({place.shift for place in places}) > 1
    return [
        Offered(place.key, _place_name(place, several),
                (*(hindrance_said(one, days.facts, names) for one in found[place.key]),
                 *(unfit_said(one, days.facts) for one in unfit[place.key] if one.hard)),
                tuple(unfit_said(one, days.facts) for one in unfit[place.key] if not one.hard))
        for place in places
    ]  # fmt: skip


def _place_name(place: Place, several: bool) -> str:
    name = _("shift %(shift)s, lesson %(n)s", shift=place.shift, n=place.n) if several else _("lesson %(n)s", n=place.n)
    return naming.capital(f"{name}, {place.starts}–{place.ends}" if place.starts else name)


def _options(choices: composing.Choices, typed: Typed) -> dict[str, Any]:
    return {
        "teachers": [("", "–"), *choices.teachers], "rooms": [("", "–"), *choices.rooms],
        "forms": [("", "–"), *((code, _(name)) for code, name in choices.forms)],
        "teacher_rows": [*typed.teachers, *[""] * max(1, ROWS - len(typed.teachers))][: composing.MOST_TEACHERS],
    }  # fmt: skip


# --- one more -------------------------------------------------------------------------------------------------------


@blueprint.get("/<on>/add")
@needs(Action.DAY_EDIT)
def new(on: str) -> str:
    """Choose a class, then fill in the lesson."""
    day, place = parse_day(on), request.args.get("place", "")
    return _new(day, request.args.get("group", ""), Typed(day.isoformat(), place, "", (), {}))


@blueprint.post("/<on>/add")
@needs(Action.DAY_EDIT)
def add(on: str) -> Any:
    """Add the lesson; who teaches the course holds it unless somebody else is named."""
    day, slug, typed = parse_day(on), request.form.get("group", ""), _typed()
    if request.form.get("act") == "look":
        return _new(day, slug, typed)
    try:
        wanted = _wanted(typed)
        _group, courses = composing.courses_of(db.session, slug, wanted.on)
        chosen = next((one for one in courses if one.id == typed.course), None)
        if chosen is None:
            raise DomainError("course_unknown")
        wanted = replace(wanted, teachers=wanted.teachers or chosen.teachers,
                         forms={chosen.id: typed.forms.get("new", "")})  # fmt: skip
        done = composing.add(db.session, chosen.id, wanted, author(), rights(), typed.reason)
    except SyncError as error:
        db.session.rollback()
        return _new(day, slug, typed, sentence_of(error)), entry_of(error).status
    return redirect(f"/changes/{done}", 303)


def _new(day: date, slug: str, typed: Typed, wrong: str = "") -> str:
    if not slug:
        groups = [(group.slug, naming.klass_short(group.name)) for group in lesson_list.classes(db.session)]
        return render_template("days/add.html", on=day, groups=groups, slug="", typed=typed, wrong=wrong,
                               hindrance=_hindered(day))  # fmt: skip
    group, courses = composing.courses_of(db.session, slug, day)
    other = _days_of(typed.day, read_days(db.session, day, day))
    chosen = next((one for one in courses if one.id == typed.course), None)
    tried = _tried(other, chosen.group_id if chosen else group.id, typed, chosen)
    choices = composing.choices(db.session, other.first)
    other = _with_teachers(other, choices)
    return render_template(
        "days/add.html", on=day, slug=slug, group=group.name, typed=typed, wrong=wrong,
        courses=_named(courses, other), hindrance=_hindered(day),
        offered=_offers(tried, other, read_standards(db.session, other), day_board.readable_names(other)),
        other_day=other.first,
        **_options(choices, typed),
    )  # fmt: skip


def _tried(days: Days, group_id: str, typed: Typed, chosen: CourseChoice | None) -> Held:
    """The lesson that would be added, for asking what is in its way."""
    teachers = typed.teachers or (chosen.teachers if chosen else ())
    part = Part("", typed.course, group_id, "", None, None, "")
    return Held("", days.first, 0, days.facts.groups[group_id].shift, "", "", typed.room or None, "planned", (part,),
                tuple(sorted(teachers)), None, None)  # fmt: skip


def _named(courses: Sequence[CourseChoice], days: Days) -> list[tuple[str, str]]:
    """A part of the class is named after the subject."""
    groups = days.facts.groups
    return [
        (one.id, f"{one.subject}, {groups[one.group_id].name}" if groups[one.group_id].parent else one.subject)
        for one in courses
    ]  # fmt: skip
