"""Accounts, roles and the operators' rota, for the administrator and the director."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from server.clock import local_date, now
from server.errors import DomainError
from server.extensions import db
from server.models import ROLES, Person
from server.policy import Action, Grant
from server.security import choose_timezone, config
from server.services import accounts, courses, people, roles
from server.services.weeks import parse_day
from server.web import words
from server.web.access import needs
from sync.errors import SyncError

blueprint = APIBlueprint("accounts", __name__, url_prefix="/accounts", enable_openapi=False)


def _now() -> datetime:
    return now(config(), choose_timezone())


def _today() -> date:
    return local_date(_now(), choose_timezone())


def _person(slug: str) -> Person:
    return people.person_by_slug(db.session, slug)


def _account(slug: str) -> accounts.Login:
    account = accounts.logins(db.session).get(_person(slug).id)
    if account is None:
        raise DomainError("not_found")
    return account


@blueprint.get("/")
@needs(Action.ACCOUNTS_MANAGE)
def home() -> str:
    """Everybody who works here: who can sign in, with which roles."""
    staff = people.staff(db.session, _today())
    return render_template("accounts/home.html", staff=staff, logins=accounts.logins(db.session), words=words)


@blueprint.post("/")
@needs(Action.ACCOUNTS_MANAGE)
def add() -> Response:
    """Enter somebody whom no imported list brought."""
    names = (request.form.get(name, "") for name in ("last", "first", "middle"))
    slug = accounts.add_staff(*names, _now(), current_user.account_id)
    return redirect(url_for("accounts.person", slug=slug), 303)


@blueprint.get("/<slug>")
@needs(Action.ACCOUNTS_MANAGE)
def person(slug: str) -> str:
    """One person's account and roles."""
    return _page(slug)


def _page(slug: str, error: SyncError | None = None, about: str = "", **more: Any) -> str:
    found, day = _person(slug), _today()
    return render_template(
        "accounts/person.html", person=found, name=people.full_name(found), words=words, day=day,
        account=accounts.logins(db.session).get(found.id), grants=roles.of_person(db.session, found.id, day),
        roles=[(role, words.ROLES[role]) for role in ROLES], groups=people.classes(db.session, None),
        courses=courses.courses(db.session, day), error=error, about=about, typed=request.form, **more,
    )  # fmt: skip


@blueprint.post("/<slug>/account")
@needs(Action.ACCOUNTS_MANAGE)
def create(slug: str) -> Any:
    """Make the account; its password is shown this once."""
    try:
        login = request.form.get("login", "")
        _unused, password = accounts.create_account(_person(slug).id, login, None, _now(), current_user.account_id)
    except SyncError as error:
        return _page(slug, error, "login"), 422
    return _page(slug, password=password)


@blueprint.post("/<slug>/password")
@needs(Action.ACCOUNTS_MANAGE)
def new_password(slug: str) -> str:
    """Give a forgetful person another password, shown this once; their sessions end."""
    account = _account(slug)
    _unused, password = accounts.change_password(account.id, None, None, _now(), current_user.account_id)
    return _page(slug, password=password)


@blueprint.post("/<slug>/state")
@needs(Action.ACCOUNTS_MANAGE)
def state(slug: str) -> Response:
    """Close the account or open it again."""
    active = request.form.get("active") == "1"
    accounts.set_active(_account(slug).id, active, _now(), current_user.account_id)
    flash(_("The account is open again.") if active else _("The account is closed; its sessions have ended."))
    return redirect(url_for("accounts.person", slug=slug), 303)


@blueprint.post("/<slug>/roles")
@needs(Action.ROLES_MANAGE)
def grant(slug: str) -> Any:
    """Grant a role on the school, a class or a course."""
    form = request.form
    try:
        kind, _colon, id = form.get("place", "").partition(":")
        wanted = Grant(form.get("role", ""), id if kind == "g" else None, id if kind == "c" else None)
        since, until = parse_day(form.get("since", "")), form.get("until", "").strip()
        last = parse_day(until) if until else None
        roles.grant_role(_person(slug).id, wanted, since, last, _now(), current_user.account_id)
    except SyncError as error:
        return _page(slug, error, "role"), 422
    flash(_("The role is granted."))
    return redirect(url_for("accounts.person", slug=slug), 303)


@blueprint.post("/<slug>/roles/<grant_id>/end")
@needs(Action.ROLES_MANAGE)
def end(slug: str, grant_id: str) -> Response:
    """Let a role end with a day."""
    roles.end_role(grant_id, parse_day(request.form.get("until", "")), _now(), current_user.account_id)
    flash(_("The role ends on the day you gave."))
    return redirect(url_for("accounts.person", slug=slug), 303)


@blueprint.get("/rota")
@needs(Action.ROLES_MANAGE)
def rota() -> str:
    """Who answers the hotline, from now on."""
    return _rota()


@blueprint.post("/rota")
@needs(Action.ROLES_MANAGE)
def add_duty() -> Any:
    """Put an operator on the rota."""
    form = request.form
    try:
        zone, on = ZoneInfo(choose_timezone()), parse_day(form.get("on", ""))
        since, until = (_moment(on, form.get(name, ""), zone) for name in ("since", "until"))
        roles.add_duty(_person(form.get("person", "")).id, since, until, _now(), current_user.account_id)
    except SyncError as error:
        return _rota(error), 422
    flash(_("The duty stands on the rota."))
    return redirect(url_for("accounts.rota"), 303)


@blueprint.post("/rota/<duty_id>/remove")
@needs(Action.ROLES_MANAGE)
def remove_duty(duty_id: str) -> Response:
    """Take a duty off the rota."""
    roles.remove_duty(duty_id, _now(), current_user.account_id)
    flash(_("The duty is removed."))
    return redirect(url_for("accounts.rota"), 303)


def _rota(error: SyncError | None = None) -> str:
    day = _today()
    return render_template(
        "accounts/rota.html", duties=roles.rota(db.session, _now()), operators=roles.operators(db.session, day),
        day=day, error=error, typed=request.form,
    )  # fmt: skip


def _moment(on: date, text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(on, datetime.strptime(text, "%H:%M").time(), zone)
    except ValueError as error:
        raise DomainError("value_invalid", field=_("time"), value=text[:10]) from error
