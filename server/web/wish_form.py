"""The form that asks for something about a lesson: from a course, a lesson, a student on the phone, or a promise."""

from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import LessonCourse, Person
from server.policy import Action, Scope
from server.services import courses, lesson_list, people, request_list, scopes, student_days
from server.services.courses import CourseHead
from server.services.lesson_list import LessonLine
from server.services.request_list import RequestView
from server.services.weeks import parse_day
from server.services.wishes import asking, consents
from server.services.wishes.asking import MOST_WANTED, Wish
from server.web import access, drafts, wish_words
from server.web.access import ANYWHERE, needs
from server.web.deeds import author
from server.web.shell import short_day
from server.web.wishes import scope_of
from sync.errors import SyncError

blueprint = APIBlueprint("wish_form", __name__, url_prefix="/wishes", enable_openapi=False)
NUMBERS = {str(n) for n in range(21)}
AROUND = timedelta(days=21)  # lessons before and after today among which one is chosen
OF_REQUEST = {"repeat": "again", "consultation": "consultation"}  # kind of a promise → what is wished
FIELDS = {"field_needed": "lesson", "lesson_unknown": "lesson", "wish_lesson_over": "lesson", "day_over": "wanted",
          "date_invalid": "wanted",
          "text_long": "text", "value_invalid": "kind", "course_unknown": "course"}  # fmt: skip


@blueprint.get("/new")
@needs(Action.LESSON_ASK, scope=ANYWHERE)
def new() -> str:
    """The form; ``lesson``, ``course``, ``student`` or ``request`` say what is known already."""
    return _form(request.args)


@blueprint.post("/new")
@needs(Action.LESSON_ASK, scope=ANYWHERE)
def save() -> Any:
    """Write it down and let those be asked whose word is needed."""
    try:
        id = asking.ask(_wish(request.form), author())
    except SyncError as error:
        db.session.rollback()
        if error.code == "forbidden":
            raise
        field = FIELDS.get(error.code, "form")
        return _form(request.form, {field: sentence_of(error)}), entry_of(error).status
    flash(_("Noted. Everybody whose word is needed sees it on Today."))
    return redirect(url_for("wishes.page", wish_id=id), 303)


@blueprint.post("/from-request/<request_id>")
@needs(Action.LESSON_ASK, scope=ANYWHERE)
def from_request(request_id: str) -> Any:
    """One tap makes a wish of a promise whose lesson is named; else the form asks for what is missing."""
    promise = _promise(request_id)
    if promise is None or promise.student_id is None:
        raise DomainError("not_found")
    lesson = _named_lesson(promise)
    if lesson is None or promise.kind != "repeat":
        return redirect(url_for("wish_form.new", request=request_id), 303)
    view = db.session.get_one(LessonCourse, lesson)
    access.demand(Action.LESSON_ASK, scope_of(view.course_id, promise.student_id))
    id = asking.ask(Wish("again", view.course_id, lesson, promise.student_id, promise.person_id, promise.text,
                         request_id=request_id), author())  # fmt: skip
    flash(_("Noted. Everybody whose word is needed sees it on Today."))
    return redirect(url_for("wishes.page", wish_id=id), 303)


def _wish(form: Any) -> Wish:
    promise, student = _promise(form.get("request", "")), _student(form)
    course_id = form.get("course", "")
    if not course_id:
        raise DomainError("course_unknown")
    student_id = student.id if student else None
    access.demand(Action.LESSON_ASK, scope_of(course_id, student_id))
    kind = form.get("kind", "")
    wanted = tuple(
        (parse_day(day), int(n)) for day, n in zip(form.getlist("on"), form.getlist("n"), strict=False)
        if day.strip() and n.strip() in NUMBERS
    )  # fmt: skip
    return Wish(
        kind, course_id, form.get("lesson") or None if kind in consents.OF_A_LESSON else None, student_id,
        promise.person_id if promise else None, form.get("text", ""), wanted[:MOST_WANTED],
        promise.id if promise else None,
    )  # fmt: skip


def _promise(request_id: str) -> RequestView | None:
    """The promise of the hotline it is about, if this person keeps it or may manage it."""
    if not request_id:
        return None
    one = request_list.one(db.session, request_id, drafts.moment().today)
    own = current_user.person_id in (one.owner_id, one.host_id)
    if not own and not access.may_somewhere(Action.REQUEST_MANAGE):
        raise DomainError("forbidden")
    return one


def _student(form: Any) -> Person | None:
    promise = _promise(form.get("request", ""))
    slug = promise.slug if promise and promise.student_id else form.get("student", "")
    return people.person_by_slug(db.session, slug) if slug else None


def _named_lesson(promise: RequestView) -> str | None:
    """The lesson that the first line of a promise names, as the hotline's form wrote it."""
    person = db.session.get_one(Person, promise.student_id)
    today = drafts.moment().today
    named, own = promise.text.split("\n")[0], student_days.standing(db.session, person, today)
    for one in student_days.between(db.session, own, today - AROUND, today):
        if named == f"{short_day(one.on)}, {one.subject}" + (f": {one.topic}" if one.topic else ""):
            return one.id
    return None


def _form(given: Any, wrong: dict[str, str] | None = None) -> str:
    typed = MultiDict(given)
    promise, student = _promise(typed.get("request", "")), _student(typed)
    if promise is not None:
        typed.setdefault("text", promise.text)
        typed.setdefault("kind", OF_REQUEST.get(promise.kind, "again"))
        typed.setdefault("lesson", _named_lesson(promise) or "" if promise.student_id else "")
    view = db.session.get(LessonCourse, typed.get("lesson", "")) if typed.get("lesson") else None
    if view is not None and not typed.get("course"):
        typed["course"] = view.course_id
    known = _courses(student)
    course = next((one for one in known if one.id == typed.get("course")), None)
    today = drafts.moment().today
    return render_template(
        "wishes/new.html", typed=typed, wrong=wrong or {}, student=student, promise=promise, courses=known,
        name=people.full_name(student) if student else "", course=course, words=wish_words, today=today,
        lessons=_lessons(course, today) if course else [], most=MOST_WANTED, of_lesson=consents.OF_A_LESSON,
    )  # fmt: skip


def _courses(student: Person | None) -> list[CourseHead]:
    """The courses about which this person may ask: of the student, or all of the own realm."""
    today, realm = drafts.moment().today, access.realm(Action.LESSON_ASK)
    if student is None:
        return courses.courses(db.session, today, None if realm.everything else (realm.groups, realm.courses))
    learns_in = student_days.standing(db.session, student, today).learns_in
    found = [one for one in courses.courses(db.session, today, (learns_in, ())) if one.group_id in learns_in]
    if not realm.everything and found:
        own = scopes.of_student(db.session, student.id, today)
        found = [one for one in found if access.may(
            Action.LESSON_ASK, Scope(own.groups | {one.group_id}, frozenset({one.id})))]  # fmt: skip
    return found


def _lessons(course: CourseHead, today: date) -> list[LessonLine]:
    """Lessons of a course around today, the coming ones first."""
    of_course = LessonCourse.course_id == course.id
    found = lesson_list.lessons_between(db.session, today - AROUND, today + AROUND, of_course)
    held = [one for one in found if one.state == "planned"]
    return [one for one in held if one.on >= today] + [one for one in held if one.on < today][::-1]
