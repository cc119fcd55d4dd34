"""What became of packs: one pack with its history, a week's packs with filters, a student's packs and their print."""

from typing import Any

from apiflask import APIBlueprint
from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from server.errors import DomainError
from server.extensions import db
from server.models import Group, Person
from server.naming import days, klass
from server.policy import Action, Scope
from server.reference.paper import CUT_STEPS
from server.security import config
from server.services import going_out, lesson_list, pack_files, pack_list, pack_student, people, scopes
from server.services.packs import Choice
from server.services.running import running
from server.services.weeks import parse_week, week_days, week_name
from server.web import access, drafts, packs, progress
from server.web.access import ANYWHERE, needs

blueprint = APIBlueprint("pack_history", __name__, url_prefix="/packs", enable_openapi=False)
PER_PAGE = 60  # lines that a person can take in
REASONS = {
    "channel": _l("learns from paper"), "request": _l("asked for it"), "everyone": _l("printed for everyone"),
    "answer": _l("an answer waits"),
}  # fmt: skip
STEPS = {
    "ordered": _l("ordered"), "printed": _l("printed"), "listed": _l("put on a register"), "handed": _l("handed over"),
    "back": _l("works came back"), "lost": _l("lost"),
}  # fmt: skip
CHANNELS = {
    "print": _l("print"), "register": _l("code of the register"), "call": _l("phone call"), "office": _l("office"),
}  # fmt: skip
SHOWN = {
    "all": _l("all"), "unhanded": _l("not handed over"), "nothing_back": _l("nothing came back"), "lost": _l("lost"),
}  # fmt: skip
WHO = (Action.PACKS_PRINT, Action.DELIVERY_MANAGE)


def _student_scope(slug: str, **_more: str) -> Scope:
    return scopes.of_student(db.session, people.person_by_slug(db.session, slug).id, drafts.moment().today)


def _pack_scope(code: str) -> Scope:
    return scopes.of_student(db.session, pack_list.owner(db.session, code), drafts.moment().today)


def _classes() -> list[Group]:
    """Classes whose packs this person may follow."""
    seen = people.reachable(db.session, access.realm(*WHO))
    found = lesson_list.classes(db.session, Group.kind == "class")
    return [group for group in found if seen is None or group.id in seen]


@blueprint.get("/list")
@needs(*WHO, scope=ANYWHERE)
def week() -> str:
    """The printed packs of a week."""
    known, classes, show = pack_list.weeks(db.session), _classes(), request.args.get("show", pack_list.ALL)
    if show not in pack_list.SHOWN:
        raise DomainError("bad_request")
    asked = week_name(parse_week(request.args["week"])) if request.args.get("week") else (known[0] if known else "")
    slug = request.args.get("group", "")
    own = [group.id for group in classes if slug in ("", group.slug)]
    lines = pack_list.of_week(db.session, asked, own, show, drafts.moment().today) if asked else []
    pages = max(-(-len(lines) // PER_PAGE), 1)
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "packs/list.html", weeks=known, weeks_named=[(one, _dates(one)) for one in known], week=asked,
        groups_named=[("", _("all classes")), *((group.slug, klass(group.name)) for group in classes)], group=slug,
        show=show, shown=SHOWN, REASONS=REASONS, count=len(lines), page=number, pages=pages,
        lines=lines[(number - 1) * PER_PAGE : number * PER_PAGE],
        url_of=lambda n: url_for("pack_history.week", week=asked, group=slug, show=show, page=n),
    )  # fmt: skip


@blueprint.get("/pack/<code>")
@needs(*WHO, scope=_pack_scope)
def pack(code: str) -> str:
    """One pack: what is in it, and what became of it."""
    found = pack_list.page(db.session, code, drafts.moment().today)
    sees = access.may(Action.WORK_VIEW, _pack_scope(code))
    return render_template(
        "packs/pack.html", page=found, monday=parse_week(found.pack.week),
        last=week_days(parse_week(found.pack.week))[-1], REASONS=REASONS,
        STEPS=STEPS, CHANNELS=CHANNELS, CUTS=CUT_STEPS, sees_works=sees,
    )  # fmt: skip


@blueprint.get("/student/<slug>")
@needs(*WHO, scope=_student_scope)
def student(slug: str) -> str:
    """A student's packs, with the button that prints one."""
    person, weeks = people.person_by_slug(db.session, slug), pack_files.printable_weeks(db.session)
    run, asked = running().last(going_out.PRINT), packs.asked_week(weeks)
    own = pack_student.packs_of(db.session, person.id)
    files = [
        part for part in pack_files.PARTS
        if asked and pack_files.student_file(config(), asked, slug, part).is_file()
    ]  # fmt: skip
    return render_template(
        "packs/student.html", student=person, name=people.full_name(person), weeks=weeks, week=asked, run=run,
        weeks_named=[(week_name(one), _dates(week_name(one))) for one in weeks], packs=own,
        weeks_of={one.week: _dates(one.week) for one in own}, told=progress.told(run, current_user.account_id),
        files=files, week_name=week_name, REASONS=REASONS,
        may_print=access.may(Action.PACKS_PRINT, _student_scope(slug)),
    )  # fmt: skip


@blueprint.post("/student/<slug>")
@needs(Action.PACKS_PRINT, scope=_student_scope)
def start(slug: str) -> Any:
    """Print the pack of one student."""
    person, today = people.person_by_slug(db.session, slug), drafts.moment().today
    week = packs.asked_week(pack_files.printable_weeks(db.session))
    if week is None:
        raise DomainError("not_published", week=week_name(today))
    choice = Choice(student=person.id, supplement=request.form.get("who") == packs.SUPPLEMENT)
    packs.begin_printing(week, [_class_of(person).slug], choice)
    return redirect(url_for("pack_history.student", slug=slug, week=week_name(week)), 303)


@blueprint.get("/<week>/students/<slug>.pdf")
@needs(Action.PACKS_PRINT, scope=_student_scope)
def download(week: str, slug: str) -> Any:
    """One student's pack as a PDF."""
    file = pack_files.printed_for_student(config(), week, slug, request.args.get("part", ""))
    return packs.given(file, week, people.person_by_slug(db.session, slug).id)


def _dates(week: str) -> str:
    """«7–13 декабря» of an ISO week."""
    return days(parse_week(week), week_days(parse_week(week))[-1])


def _class_of(person: Person) -> Group:
    return pack_student.class_of(db.session, person.id, drafts.moment().today)
