"""TV lessons of a week: by class, by teacher to print, what does not fit, and putting a broadcast into the day."""

from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Broadcast
from server.naming import course, klass
from server.policy import Action
from server.services import people
from server.services.freezing import bells_on
from server.services.tv import by_hand, placing
from server.services.tv.placing import Trouble
from server.services.tv.week import Week, read_week
from server.services.weeks import monday, parse_week, week_name
from server.web import access, drafts
from server.web.access import ANYWHERE, needs
from server.web.deeds import author, rights
from sync.errors import SyncError

blueprint = APIBlueprint("tv", __name__, url_prefix="/tv", enable_openapi=False)
WEEK = timedelta(days=7)
NUMBERS = range(21)
TROUBLES = {
    "of_time": _l("The broadcast is not within the time of its lesson"),
    "meets": _l("The class has another lesson while the broadcast runs"),
    "no_lesson": _l("Broadcast without a lesson"),
    "no_class": _l("Broadcast of a grade that has no class"),
    "no_broadcast": _l("TV lesson without a broadcast"),
    "at_once": _l("Two broadcasts for one class at once"),
    "siblings": _l("Two broadcasts at once for children of one family"),
}


@blueprint.get("/")
@needs(Action.LESSON_VIEW, scope=ANYWHERE)
def home() -> str:
    """A week: what does not fit, the classes, the teachers; or one class, or one teacher."""
    first = _week()
    week = read_week(db.session, first, first + WEEK - timedelta(days=1))
    shown = {"monday": first, "last": week.days.last, "week": WEEK, "week_name": week_name}
    slug, teacher = request.args.get("class", ""), request.args.get("teacher", "")
    if slug:
        group = people.group_by_slug(db.session, slug)
        return _lines(week, week.of_class(group.id) if group.id in week.classes else [], shown, {"class": slug},
                      group.name)  # fmt: skip
    if teacher == "me" or (not teacher and not access.may(Action.LESSON_VIEW)):
        teacher = current_user.person_id
    if teacher:
        return _lines(week, week.of_teacher(teacher), shown, {"teacher": teacher},
                      week.days.facts.people.get(teacher, current_user.name))  # fmt: skip
    return render_template("tv/home.html", found=week, kinds=TROUBLES, say=lambda one: _say(week, one),
                           office=access.may(Action.DAY_EDIT), slug=_slugs(week), **shown)  # fmt: skip


def _lines(week: Week, lines: list[Any], shown: dict[str, Any], asked: dict[str, str], name: str) -> str:
    return render_template("tv/lines.html", found=week, lines=lines, asked=asked, name=name, slug=_slugs(week),
                           office=access.may(Action.DAY_EDIT), fits=_fits, **shown)  # fmt: skip


def _fits(line: Any) -> bool:
    """True if the broadcast runs within its lesson."""
    lesson = line.lesson
    return not lesson.starts or (lesson.starts <= line.sent.starts and line.sent.ends <= lesson.ends)


def _week() -> date:
    asked = request.args.get("week", "")
    return parse_week(asked) if asked else monday(drafts.moment().today)


def _slugs(week: Week) -> dict[str, str]:
    return {id: week.days.facts.groups[id].slug for id in week.classes}


def _say(week: Week, one: Trouble) -> str:
    """What does not fit, in words: broadcast, classes, lessons."""
    by_id, views = {sent.id: sent for sent in week.sent}, {view.id: view for view in week.views}
    sent = "; ".join(
        _("%(time)s %(subject)s, grade %(grade)s", time=by_id[id].starts, subject=week.subjects[id],
          grade=by_id[id].grade) for id in one.broadcasts
    )  # fmt: skip
    classes = "" if one.views else ", ".join(klass(week.classes[id]) for id in one.classes)
    lessons = ", ".join(
        f"{views[id].starts or views[id].n} {_subject(week, views[id].lesson)}" for id in one.views if id in views
    )
    return " · ".join(part for part in (sent, classes, lessons) if part)


def _subject(week: Week, lesson_id: str) -> str:
    facts, lesson = week.days.facts, week.lessons[lesson_id]
    return course(facts.group_name(lesson.parts[0].group), facts.subjects[lesson.parts[0].subject])


@blueprint.get("/<broadcast_id>/<slug>")
@needs(Action.DAY_EDIT)
def place(broadcast_id: str, slug: str) -> str:
    """One broadcast for one class: which lesson has it, which could, at which number it could be one."""
    return _place(broadcast_id, slug)


@blueprint.post("/<broadcast_id>/<slug>")
@needs(Action.DAY_EDIT)
def act(broadcast_id: str, slug: str) -> Any:
    """Link it, unlink it, or give it a lesson."""
    group, form = people.group_by_slug(db.session, slug), request.form
    try:
        if form.get("act") == "link":
            lesson, _bar, seen = form.get("lesson", "").partition("|")
            done = by_hand.link(broadcast_id, lesson, group.id, seen, author(), rights())
        elif form.get("act") == "unlink":
            done = by_hand.unlink(broadcast_id, group.id, author(), rights())
        elif form.get("act") == "place":
            number = form.get("n", "")
            if not (number.isascii() and number.isdigit()) or int(number) not in NUMBERS:
                raise DomainError("slot_needed")
            done = by_hand.place(broadcast_id, group.id, int(number), author(), rights())
        else:
            raise DomainError("bad_request")
    except SyncError as error:
        db.session.rollback()
        if error.code == "not_found":
            raise
        return _place(broadcast_id, slug, sentence_of(error)), entry_of(error).status
    return redirect(f"/changes/{done}", 303)


def _place(broadcast_id: str, slug: str, wrong: str = "") -> str:
    row = db.session.get(Broadcast, broadcast_id)
    if row is None:
        raise DomainError("not_found")
    group = people.group_by_slug(db.session, slug)
    week = read_week(db.session, row.on, row.on)
    sent = next(one for one in week.sent if one.id == broadcast_id)
    lessons = [one for one in week.days.lessons if one.is_held and any(
        week.days.facts.class_of(id).id == group.id for id in one.groups)]  # fmt: skip
    line = next((line for line in week.of_class(group.id) if line.sent.id == broadcast_id), None)
    bells = bells_on(db.session, group.shift, row.on)
    free = {n: bells[n] for n in bells if n not in {one.n for one in lessons}}
    return render_template(
        "tv/place.html", sent=sent, subject=row.subject, group=group, line=line, lessons=lessons, wrong=wrong,
        best=placing.best_number(sent, free), free=free, said=lambda one: _subject(week, one.id),
        has_subject=by_hand.course_for(db.session, group.id, row.subject) is not None, found=week,
        same=lambda one: any(week.days.facts.subjects[part.subject].casefold() == sent.subject for part in one.parts),
        back=url_for("tv.home", week=week_name(monday(row.on)), **{"class": slug}),
    )  # fmt: skip
