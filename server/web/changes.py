"""Changes of the timetable: what each deed did to whom, taking it back, telling families and teachers of it."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.models import LessonAct, Message, Person
from server.policy import Action
from server.security import config
from server.services import sending
from server.services.days import change_list, change_telling, change_urgent, change_words, changing, ripple_reading
from server.services.days.ripple_reading import Ripple
from server.services.going_out import PUBLISH
from server.services.home_names import home_names
from server.services.people import folded, full_name
from server.services.running import running
from server.services.sms_text import parts
from server.services.weeks import parse_day
from server.web import access, contact_words, deeds, drafts, messages, progress
from server.web import change_words as words
from server.web.access import needs
from server.web.deeds import starter
from sync.errors import SyncError

blueprint = APIBlueprint("changes", __name__, url_prefix="/changes", enable_openapi=False)
NAMED = 12  # students of a class before the rest is a number


@blueprint.get("/")
@needs(Action.LESSON_VIEW)
def home() -> str:
    """The latest deeds, or those that touch a day; first what families must still hear."""
    moment = drafts.moment()
    asked = request.args.get("day", "").strip()
    day = parse_day(asked) if asked else None
    before = request.args.get("before", "")[:32]
    lines = change_list.latest(db.session, moment.today, day, before)
    owed = [] if day or before else change_list.owed(db.session, moment.at, moment.today)
    return render_template("changes/home.html", lines=lines, owed=owed, day=day, words=words,
                           more=lines[-1].id if len(lines) == change_list.LISTED else "")  # fmt: skip


@blueprint.get("/<act_id>")
@needs(Action.LESSON_VIEW)
def page(act_id: str) -> str:
    """A deed: before and after, who is touched, and what can be done about it."""
    moment = drafts.moment()
    found = ripple_reading.of_act(db.session, act_id, moment.today)
    act = db.session.get_one(LessonAct, act_id)
    line = change_list.one(db.session, act, moment.today)
    run = running().last(PUBLISH)
    mine = run is not None and request.args.get("run", "") == str(run.number)
    tells = access.may(Action.MESSAGE_SEND)
    prepared = change_telling.prepare(db.session, found, moment.today) if tells and not line.told_at else None
    message = change_telling.message_of(act_id)
    return render_template(
        "changes/page.html", act=act, line=line, found=found, groups=_groups(found), prepared=prepared, words=words,
        contact_words=contact_words, parts=parts, teachers=change_telling.teachers(found),
        students=_students(found), message=message if db.session.get(Message, message) else "", tells=tells,
        may_undo=access.may(Action.DAY_EDIT) and not line.undone, may_urge=_may_urge(),
        undone_by=act.undone_by_id, by_itself=sending.by_itself(config()),
        told_by=_name(act.told_by), run=run if mine else None,
        told=progress.told(run if mine else None, current_user.account_id),
    )  # fmt: skip


def _may_urge() -> bool:
    return all(access.may(action) for action in (Action.DAY_PUBLISH, Action.DAY_CORRECT, Action.MESSAGE_SEND))


def _name(person_id: str | None) -> str:
    person = db.session.get(Person, person_id) if person_id else None
    return full_name(person) if person else ""


def _groups(found: Ripple) -> list[dict[str, Any]]:
    """The deed class by class: its sentences, and how many students each class has among the touched."""
    courses, voc = found.around.courses, change_telling.vocabulary(found, everybody=True)
    home = home_names(db.session, found.groups)
    by_group: dict[str, dict[str, Any]] = {}
    for turn in found.turns:
        course = courses[turn.course]
        entry = by_group.setdefault(course.group, {
            "name": home.get(course.group, course.name), "lines": [], "students": set(),
            "pages": len(found.pages.get(course.site, ())), "slug": course.site if course.site in found.pages else "",
        })  # fmt: skip
        entry["lines"].append((change_words.sentence(turn, voc), bool(turn.days & found.out)))
        entry["students"] |= found.students[turn.key]
    return sorted(by_group.values(), key=lambda entry: folded(entry["name"]))


def _students(found: Ripple) -> list[tuple[str, list[tuple[str, str]], int]]:
    """Class, (slug, name) of some students and how many more, for who may see names; else nothing."""
    if not access.may(Action.PEOPLE_VIEW):
        return []
    names = {course.group: course.name for course in found.around.courses.values()}
    people = {row.id: row for row in db.session.scalars(select(Person).where(Person.id.in_(found.all_students)))}
    by_group: dict[str, set[str]] = {}
    for turn in found.turns:
        group = found.around.courses[turn.course].group
        by_group.setdefault(group, set()).update(found.students[turn.key])
    listed = []
    for group, ids in by_group.items():
        own = sorted(((people[id].slug, full_name(people[id])) for id in ids), key=lambda one: folded(one[1]))
        listed.append((names[group], own[:NAMED], max(0, len(own) - NAMED)))
    return sorted(listed, key=lambda one: folded(one[0]))


@blueprint.post("/<act_id>/undo")
@needs(Action.DAY_EDIT)
def undo(act_id: str) -> Any:
    """Take the deed back whole; what that did is shown next."""
    try:
        undone = changing.undo(act_id, deeds.author(), deeds.rights())
    except DomainError as error:
        flash(sentence_of(error), "error")
        return redirect(url_for("changes.page", act_id=act_id), 303)
    flash(_("Taken back. Everything stands as before."))
    return redirect(url_for("changes.page", act_id=undone), 303)


@blueprint.post("/<act_id>/tell")
@needs(Action.MESSAGE_SEND)
def tell(act_id: str) -> Any:
    """Tell families and teachers, or note that nobody need be told."""
    try:
        if request.form.get("act") == "nobody":
            change_telling.nobody(act_id, deeds.author())
            flash(_("Noted: nobody need be told of this change."))
        else:
            id = change_telling.tell(db.session, act_id, deeds.author(), sending.by_itself(config()))
            messages.begin_sending()
            if id:
                flash(_("Ready. What the office sends is on its way; the rest waits for you below."))
                return redirect(url_for("messages.page", message_id=id), 303)
            flash(_("No family had to be told, and no teacher has a mailbox: teachers see it on Today."))
    except SyncError as error:
        flash(sentence_of(error), "error")
    return redirect(url_for("changes.page", act_id=act_id), 303)


@blueprint.post("/<act_id>/urgent")
@needs(Action.DAY_CORRECT)
def urgent(act_id: str) -> Any:
    """Publish the approved days again and tell of the deed, in one step."""
    for action in (Action.DAY_PUBLISH, Action.MESSAGE_SEND):
        access.demand(action)
    try:
        run, begun = change_urgent.start(db.session, act_id, starter())
    except DomainError as error:
        flash(sentence_of(error), "error")
        return redirect(url_for("changes.page", act_id=act_id), 303)
    if not begun:
        flash(_("%(name)s is publishing at this moment. Look at the result first, then press again.",
                name=run.started_by), "error")  # fmt: skip
    return redirect(url_for("changes.page", act_id=act_id, run=run.number), 303)


@blueprint.get("/progress")
@needs(Action.LESSON_VIEW)
def watch() -> Any:
    """How far the publication has come, for the page's script."""
    return jsonify(progress.told(running().last(PUBLISH), current_user.account_id))
