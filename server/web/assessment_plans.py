"""Plans of works that count: planned class by class, agreed with the teachers, published, printed."""

import secrets
from collections.abc import Iterable
from typing import Any

from apiflask import APIBlueprint
from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Course, Group, Person
from server.policy import Action
from server.security import school
from server.services import assessments, board_files, export, people, scopes
from server.services.courses import alphabetical
from server.services.imports.years import year_of
from server.services.works_plan import changing, reading, sheets
from server.services.works_plan.changing import WorkDraft
from server.services.works_plan.hits import free_days, hits
from server.services.works_plan.reading import TermPlan
from server.web import access, deeds, drafts, hit_words
from server.web.access import ANYWHERE, needs
from sync.errors import SyncError

blueprint = APIBlueprint("assessment_plans", __name__, url_prefix="/assessment-plans", enable_openapi=False)
FIELDS = {"date_invalid": "on", "work_twice": "number", "text_long": "topic", "course_unknown": "course"}
NO_DRAFT = WorkDraft("", "", None, None, "", None)


@blueprint.context_processor
def _shared() -> dict[str, Any]:
    kinds = _kinds()
    return {"kinds": kinds, "hit_text": lambda hit: hit_words.sentence(hit, kinds)}


def _kinds() -> dict[str, str]:
    return {code: _(name) for code, name in reading.kinds(db.session).items()}


def _year() -> str:
    """Raises DomainError year_missing."""
    year = year_of(db.session, drafts.moment().today)
    if year is None:
        raise DomainError("year_missing")
    return year.id


def _class(slug: str) -> Group:
    """Raises DomainError group_unknown, also for a subgroup: its works stand in its class's plan."""
    group = people.group_by_slug(db.session, slug)
    if group.kind not in ("class", "study"):
        raise DomainError("group_unknown", name=slug)
    return group


def _plan(group: Group, term: int) -> TermPlan:
    """Raises DomainError term_unknown."""
    plans = reading.of_class(db.session, group, _year(), drafts.moment().today)
    found = next((one for one in plans if one.number == term), None)
    if found is None:
        raise DomainError("term_unknown")
    return found


def _plannable(course_ids: Iterable[str]) -> set[str]:
    """Those of the courses that this person may plan: the office all of them, a teacher the own ones."""
    realm, ids = access.realm(Action.LESSON_EDIT), set(course_ids)
    if access.may(Action.DAY_EDIT) or realm.everything:
        return ids
    rows = db.session.execute(
        select(Course.id, Course.group_id, Group.parent_id).join(Group, Group.id == Course.group_id)
        .where(Course.id.in_(ids))
    )  # fmt: skip
    return {id for id, *groups in rows if id in realm.courses or realm.groups.intersection(groups)}


@blueprint.get("/")
@needs(Action.LESSON_VIEW, scope=ANYWHERE)
def home() -> str:
    """All classes, term by term: how much is planned, what collides, who has not agreed, what families know."""
    year = year_of(db.session, drafts.moment().today)
    groups = people.classes(db.session, None)
    plans = reading.of_classes(db.session, groups, year.id, drafts.moment().today) if year else {}
    shown = [group for group in groups if group.kind == "class" or any(one.works for one in plans.get(group.id, ()))]
    terms = sorted({(one.number, one.name) for found in plans.values() for one in found})
    today = drafts.moment().today
    coming = [one for found in plans.values() for one in found if one.days.last >= today]
    running = min(coming, key=lambda one: one.days.first).number if coming else terms[-1][0] if terms else None
    return render_template("assessment_plans/home.html", groups=shown, plans=plans, terms=terms, running=running)


@blueprint.get("/<slug>")
@needs(Action.LESSON_VIEW, scope=ANYWHERE)
def page(slug: str) -> str:
    """A class's plans, the running term first."""
    group, today = _class(slug), drafts.moment().today
    plans = reading.of_class(db.session, group, _year(), today)
    plans.sort(key=lambda one: (one.days.last < today, one.number))
    courses = {one.course for plan in plans for one in plan.consents}
    return render_template(
        "assessment_plans/page.html", group=group, classes=people.classes(db.session, None), plans=plans,
        mine=_plannable(courses), me=current_user.person_id, today=today,
        course_hash=_course_hash, may_publish=access.may(Action.LESSON_APPROVE),
    )  # fmt: skip


def _course_hash(plan: TermPlan, course_id: str) -> str:
    return reading.plan_hash([one for one in plan.works if one.course == course_id])


@blueprint.get("/<slug>/<int(max=20):term>/work")
@needs(Action.DAY_EDIT, Action.LESSON_EDIT, scope=ANYWHERE)
def new(slug: str, term: int) -> str:
    """An empty form; ``course`` names whose work it is."""
    group = _class(slug)
    plan = _plan(group, term)
    course = request.args.get("course", "")
    _demand(plan, course)
    kind = "soch" if (row := school()) and row.country == "KZ" else "control"
    return _form(group, plan, WorkDraft(course, kind, None, None, "", None), "")


def _demand(plan: TermPlan, course: str) -> None:
    """Raises DomainError forbidden unless the person may plan this course, or some course of the class."""
    known = {one.course for one in plan.consents}
    if not access.may(Action.DAY_EDIT) and not _plannable({course} & known or known):
        raise DomainError("forbidden")


@blueprint.post("/<slug>/<int(max=20):term>/work")
@needs(Action.DAY_EDIT, Action.LESSON_EDIT, scope=ANYWHERE)
def add(slug: str, term: int) -> Any:
    """Store a new work, or show what it collides with and which days near it are free."""
    group = _class(slug)
    plan = _plan(group, term)
    _demand(plan, request.form.get("course", ""))
    return _save(group, plan, "")


@blueprint.get("/work/<work_id>")
@needs(Action.DAY_EDIT, Action.LESSON_EDIT, scope=ANYWHERE)
def edit(work_id: str) -> str:
    """A work to change."""
    group, plan = _placed(work_id)
    work = next((one for one in plan.works if one.id == work_id), None)
    if work is None:
        raise DomainError("assessment_unknown")
    return _form(group, plan, changing.draft_of(work), work_id)


@blueprint.post("/work/<work_id>")
@needs(Action.DAY_EDIT, Action.LESSON_EDIT, scope=ANYWHERE)
def change(work_id: str) -> Any:
    """Change a work or take it out of the plan."""
    group, plan = _placed(work_id)
    if request.form.get("act") == "remove":
        changing.remove(work_id, request.form.get("base", ""), deeds.author())
        flash(_("The work was taken out of the plan."))
        return _back(group, plan)
    return _save(group, plan, work_id)


def _placed(work_id: str) -> tuple[Group, TermPlan]:
    group, _year_id, term, course = changing.place_of(db.session, work_id)
    if not _plannable([course]):
        raise DomainError("forbidden")
    return group, _plan(group, term)


def _back(group: Group, plan: TermPlan) -> Response:
    return redirect(url_for("assessment_plans.page", slug=group.slug) + f"#term-{plan.number}", 303)  # type: ignore[return-value]


def _save(group: Group, plan: TermPlan, work_id: str) -> Any:
    form = request.form
    typed = {name: form.get(name, "") for name in ("course", "kind", "number", "on", "topic", "points")}
    try:
        draft = changing.read_draft(_kinds(), **typed)
        own = work_id or changing.new_id(draft, plan.number, form.get("key", "")[:64])
        work = changing.as_planned(plan, draft, own)
        if not _plannable([work.course]):
            raise DomainError("forbidden")
        if form.get("act") != "anyway" and hits(work, plan.works, assessments.norms(db.session), plan.days):
            return _form(group, plan, draft, work_id, typed=typed), 409
        if work_id:
            changing.change(work, form.get("base", ""), deeds.author())
        else:
            changing.add(work, plan.number, deeds.author())
    except SyncError as error:
        if error.code == "forbidden":
            raise
        wrong = {FIELDS.get(error.code) or _field(error): sentence_of(error)}
        return _form(group, plan, NO_DRAFT, work_id, typed=typed, wrong=wrong), entry_of(error).status
    flash(_("Saved. The teachers' consent to this subject's plan is asked for again."))
    return _back(group, plan)


def _field(error: SyncError) -> str:
    named = error.data.get("field", "")
    return named if named in ("kind", "number", "points") else "on"


def _form(
    group: Group, plan: TermPlan, draft: WorkDraft, work_id: str, *, typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
) -> str:  # fmt: skip
    """The form of a work. With a day it tells at once what it collides with, and what is free nearby."""
    stands = next((one for one in plan.works if one.id == work_id), None)
    norms = assessments.norms(db.session)
    work = changing.as_planned(plan, draft, work_id) if draft.course else None
    collides = hits(work, plan.works, norms, plan.days) if work and not wrong else []
    near = draft.on or max(plan.days.first, drafts.moment().today)
    mine = _plannable(one.course for one in plan.consents)
    courses = [one for one in plan.consents if one.course in mine]
    return render_template(
        "assessment_plans/work.html", group=group, plan=plan, typed=typed or _typed(draft), wrong=wrong or {},
        courses=sorted(courses, key=lambda one: (alphabetical(one.subject), one.part)), work_id=work_id,
        base=request.form.get("base") or (changing.mark(stands) if stands else ""),
        key=request.form.get("key") or secrets.token_hex(8), collides=collides,
        free=free_days(work, plan.works, norms, plan.days, near) if work else [],
    )  # fmt: skip


def _typed(draft: WorkDraft) -> dict[str, str]:
    return {
        "course": draft.course, "kind": draft.kind, "number": str(draft.number or ""),
        "on": draft.on.isoformat() if draft.on else "", "topic": draft.topic, "points": str(draft.max_points or ""),
    }  # fmt: skip


@blueprint.post("/<slug>/<int(max=20):term>/consent")
@needs(Action.LESSON_EDIT, scope=ANYWHERE)
def agree(slug: str, term: int) -> Any:
    """The answerable teacher's yes or no to a course's works."""
    group, form = _class(slug), request.form
    plan = _plan(group, term)
    course = form.get("course", "")
    if course not in {one.course for one in plan.consents}:
        raise DomainError("course_unknown")
    access.demand(Action.LESSON_EDIT, scopes.of_course(db.session, course))
    try:
        changing.consent(course, term, form.get("answer", ""), form.get("remark", ""), form.get("hash", ""),
                         deeds.author())  # fmt: skip
    except SyncError as error:
        if error.code == "forbidden":
            raise
        flash(sentence_of(error), "error")
        return _back(group, plan)
    flash(_("Noted. The deputy head sees it."))
    return _back(group, plan)


@blueprint.post("/<slug>/<int(max=20):term>/publish")
@needs(Action.LESSON_APPROVE)
def publish(slug: str, term: int) -> Any:
    """Let families see the plan with the next edition."""
    group = _class(slug)
    plan = _plan(group, term)
    try:
        changing.publish(group.id, _year(), term, request.form.get("hash", ""), request.form.get("anyway") == "1",
                         deeds.author())  # fmt: skip
    except SyncError as error:
        flash(sentence_of(error), "error")
        return _back(group, plan)
    flash(_("Published. Families see it with the next edition."))
    return _back(group, plan)


@blueprint.get("/<slug>/<int(max=20):term>/sheet.<any(pdf, xlsx):format>")
@needs(Action.LESSON_VIEW, scope=ANYWHERE)
def sheet(slug: str, term: int, format: str) -> Response:
    """One class's plan for the wall or for Excel."""
    group = _class(slug)
    return _file([(group.name, _plan(group, term))], format, f"{group.slug}-{term}")


@blueprint.get("/sheet/<int(max=20):term>.<any(pdf, xlsx):format>")
@needs(Action.LESSON_VIEW, scope=ANYWHERE)
def whole(term: int, format: str) -> Response:
    """The whole school's plan of a term. Raises DomainError term_unknown."""
    groups = people.classes(db.session, None)
    plans = reading.of_classes(db.session, groups, _year(), drafts.moment().today)
    found = [(group.name, one) for group in groups for one in plans[group.id]
             if one.number == term and (one.works or group.kind == "class")]  # fmt: skip
    if not found:
        raise DomainError("term_unknown")
    return _file(found, format, f"school-{term}")


def _file(plans: list[sheets.ClassPlan], format: str, name: str) -> Response:
    row = school()
    if format == "xlsx":
        data, kind = sheets.workbook(plans, _kinds()), export.FORMATS["xlsx"]
    else:
        drawn = sheets.paper(plans, _kinds(), row.name if row else "", drafts.moment().today, _signer())
        data, kind = board_files.pdf(drawn), "application/pdf"
    headers = {"Content-Disposition": f'attachment; filename="control-works-{name}.{format}"'}
    return Response(data, mimetype=kind, headers=headers)


def _signer() -> str:
    """The name of the deputy who prints it; nobody else's."""
    person = db.session.get(Person, current_user.person_id) if access.may(Action.LESSON_APPROVE) else None
    return people.short_name(person) if person else ""
