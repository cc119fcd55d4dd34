"""How packs are printed: sides, layout, leaves and costs of the school and of each class, and what a week takes."""

import re
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from apiflask import APIBlueprint
from flask import flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError, sentence_of
from server.extensions import db
from server.models import CutStep, Group, School
from server.policy import Action
from server.security import config
from server.services import (
    accounts,
    going_out,
    lesson_list,
    pack_files,
    print_estimates,
    print_settings,
    stick_on,
)
from server.services.packs import Choice
from server.services.print_estimates import ESTIMATE, Estimate, Figures
from server.services.print_settings import Setting
from server.services.running import DONE, running
from server.services.weeks import parse_week, week_name
from server.web import drafts, progress
from server.web.access import needs
from server.web.deeds import starter

blueprint = APIBlueprint("print_settings", __name__, url_prefix="/packs/settings", enable_openapi=False)
SIDES = {"": None, "two": True, "one": False}
MARKED = {"": None, "yes": True, "no": False}
_COST = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
_LEAVES = re.compile(r"[0-9]{1,7}")
NUMBERS = {"leaves": _LEAVES, "week_leaves": _LEAVES, "leaf_cost": _COST, "ink_cost": _COST}


@blueprint.get("/")
@needs(Action.PAPER_BUDGET)
def home() -> str:
    """The week's figures, then what the school has set."""
    return _page(_typed(print_settings.own_setting(db.session, None)), {})


@blueprint.post("/")
@needs(Action.PAPER_BUDGET)
def save() -> Any:
    """Store the school's settings and the steps, all of it or nothing."""
    form = request.form
    used = {code: f"used-{code}" in form for code in _step_codes()}
    return _saved(None, _places(), used, lambda wrong: _page(form, wrong))


@blueprint.get("/<slug>")
@needs(Action.PAPER_BUDGET)
def of_class(slug: str) -> str:
    """What a class has otherwise."""
    group = pack_files.class_of(db.session, slug)
    return _class_page(group, _typed(print_settings.own_setting(db.session, group)), {})


@blueprint.post("/<slug>")
@needs(Action.PAPER_BUDGET)
def save_class(slug: str) -> Any:
    """Store it; with every field empty the class is printed as the school has it."""
    group = pack_files.class_of(db.session, slug)
    return _saved(group, None, {}, lambda wrong: _class_page(group, request.form, wrong))


@blueprint.post("/estimate")
@needs(Action.PAPER_BUDGET)
def count() -> Any:
    """Begin to count what the packs of a week would take."""
    week, by = parse_week(request.form.get("week", "")), starter()
    slugs = [group.slug for group in _classes()]
    run, begun = running().start(
        ESTIMATE,
        lambda told: (week, print_estimates.estimate(week, slugs, now=by.now, progress=told)),
        by.now, by.name, by.account_id,
    )  # fmt: skip
    if not begun:
        flash(_("%(name)s is counting at this moment.", name=run.started_by), "error")
    return redirect(url_for("print_settings.home", week=week_name(week)), 303)


@blueprint.post("/plain")
@needs(Action.PAPER_BUDGET)
def copy() -> Any:
    """Begin to print a class for the photocopier: sheets without names, and slips."""
    week, slug = parse_week(request.form.get("week", "")), request.form.get("group", "")
    group = pack_files.class_of(db.session, slug)
    run, begun = going_out.start_printing(week, [group.slug], starter(), Choice(plain=True))
    if not begun:
        flash(_("%(name)s is printing at this moment. Wait until it is done, then press again.",
                name=run.started_by), "error")  # fmt: skip
    return redirect(url_for("print_settings.home", week=week_name(week)), 303)


@blueprint.get("/progress")
@needs(Action.PAPER_BUDGET)
def watch() -> Any:
    """How far the count or the print has come, for the page's script."""
    return jsonify(_told())


@blueprint.get("/<week>/<slug>/<what>.pdf")
@needs(Action.PAPER_BUDGET)
def download(week: str, slug: str, what: str) -> Any:
    """What is to be copied, or the slips; who took a file with names is recorded."""
    group = pack_files.class_of(db.session, slug)
    file = stick_on.ready(config(), week, group.slug, what)
    going_out.note_download(file.parent.name, f"{group.slug}.{what}", starter())
    answer = send_file(file, mimetype="application/pdf", as_attachment=True,
                       download_name=f"{group.slug}-{what}-{file.parent.name}.pdf", etag=False)  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _classes() -> list[Group]:
    return lesson_list.classes(db.session, Group.kind == "class")


def _step_codes() -> list[str]:
    return list(db.session.scalars(select(CutStep.code)))


def _places() -> dict[str, int]:
    typed = {code: request.form.get(f"place-{code}", "") for code in _step_codes()}
    return {code: int(text) for code, text in typed.items() if text.isascii() and text.isdigit() and len(text) < 4}


def _typed(setting: Setting) -> dict[str, str]:
    known = {field: "" if value is None else str(value) for field, value in asdict(setting).items()}
    sides = next(word for word, value in SIDES.items() if value is setting.duplex)
    costs = {field: known[field].rstrip("0").rstrip(".") if "." in known[field] else known[field]
             for field in ("leaf_cost", "ink_cost")}  # fmt: skip
    marked = next(word for word, value in MARKED.items() if value is setting.marked)
    return {**known, **costs, "duplex": sides, "marked": marked}


def _asked() -> tuple[Setting, dict[str, str]]:
    """What the form says, and what is wrong with the fields that are no number."""
    form, wrong = request.form, {}
    numbers: dict[str, Decimal | None] = {}
    for field in NUMBERS:
        text = "".join(form.get(field, "").split()).replace(",", ".")
        if text and not NUMBERS[field].fullmatch(text):
            wrong[field] = sentence_of(DomainError("value_invalid", value=form[field][:20], field=_name(field)))
        numbers[field] = Decimal(text) if text and field not in wrong else None
    leaves, together = (None if numbers[field] is None else int(numbers[field]) for field in ("leaves", "week_leaves"))
    setting = Setting(
        SIDES.get(form.get("duplex", "")), form.get("layout", "") or None, leaves, numbers["leaf_cost"],
        numbers["ink_cost"], together, MARKED.get(form.get("marked", "")),
    )  # fmt: skip
    return setting, wrong


def _name(field: str) -> str:
    names = {"leaves": _("Leaves for a class and week, at most"), "leaf_cost": _("One leaf costs"),
             "ink_cost": _("Ink for a page covered wholly costs"), "layout": _("Lessons"),
             "week_leaves": _("Leaves for the whole school and week, at most")}  # fmt: skip
    return names.get(field, field)


def _saved(group: Group | None, places: dict[str, int] | None, used: dict[str, bool], show: Any) -> Any:
    setting, wrong = _asked()
    if wrong:
        return show(wrong), 422
    now, by, group_id = drafts.moment().at, current_user.account_id, group.id if group else None

    def write(session: Session) -> None:
        print_settings.save(session, session.get(Group, group_id) if group_id else None, setting)
        if places is not None:
            print_settings.save_steps(session, used, places)
        accounts.record(session, now, by, "print_settings.save", group_id or "")

    try:
        store.write(write)
    except DomainError as error:
        field = error.data.get("field", "")
        named = DomainError("value_invalid", value=request.form.get(field, "")[:20], field=_name(field))
        return show({field: sentence_of(named)}), 422
    flash(_("Saved. It holds from the next print on."))
    return redirect(url_for("print_settings.home"), 303)


def _week() -> date | None:
    weeks = pack_files.printable_weeks(db.session)
    asked = request.values.get("week", "").strip()
    if asked:
        return parse_week(asked)
    today = drafts.moment().today
    return next((week for week in weeks if (today - week).days < 5), weeks[-1] if weeks else None)


def _told() -> dict[str, Any]:
    """Of the count, unless a print is under way or began after it."""
    runs = [run for run in (running().last(ESTIMATE), running().last(going_out.PRINT)) if run]
    newest = max(runs, key=lambda run: run.number, default=None)
    return progress.told(newest, current_user.account_id)


def _expected(week: date | None) -> Estimate:
    run = running().last(ESTIMATE)
    counted, figures = run.result if run and run.state == DONE else (None, Estimate())
    return figures if counted == week else Estimate()


def _lies(week: date, slug: str) -> bool:
    return pack_files.path_of(config(), week, slug, stick_on.SLIPS).is_file()


def _page(typed: Any, wrong: dict[str, str]) -> str:
    week, school = _week(), db.session.scalars(select(School)).one()
    steps = print_settings.steps(db.session)
    expected = _expected(week)
    lines = print_estimates.lines(db.session, week_name(week), _classes(), expected.classes) if week else []
    shown = [line.shown for line in lines if line.shown]
    costs = [line.cost for line in lines if line.cost is not None]
    ready = {line.slug for line in lines if week and _lies(week, line.slug)}
    return render_template(
        "packs/settings.html", week=week, weeks=pack_files.printable_weeks(db.session), week_name=week_name,
        six_days=timedelta(days=6), lines=lines, total=sum(shown, Figures()), ready=ready,
        cost=sum(costs) if costs else None, money=print_estimates.money, country=school.country,
        currency=print_estimates.currency(school.country), told=_told(), typed=typed, wrong=wrong,
        steps=steps, names={step.code: step.name for step in steps}, school=expected.school,
        most=print_settings.own_setting(db.session, None).week_leaves,
    )  # fmt: skip


def _class_page(group: Group, typed: Any, wrong: dict[str, str]) -> str:
    school = db.session.scalars(select(School)).one()
    return render_template(
        "packs/class_settings.html", group=group, typed=typed, wrong=wrong,
        inherited=print_settings.own_setting(db.session, None), currency=print_estimates.currency(school.country),
    )  # fmt: skip
