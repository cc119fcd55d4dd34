"""Signing in and out, the person's own language and password."""

import secrets
from urllib.parse import urlsplit

from apiflask import APIBlueprint, APIFlask
from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response as AnyResponse

from server.clock import now
from server.errors import DomainError
from server.extensions import db, limiter, login
from server.security import LOCALES, choose_timezone, config, school
from server.services import accounts
from server.web.access import public, signed_in
from sync.errors import SyncError

blueprint = APIBlueprint("auth", __name__, enable_openapi=False)
LOOPBACK = ("127.", "::1", "::ffff:127.")


def init_app(app: APIFlask) -> None:
    """Tell Flask-Login who a session belongs to."""
    login.session_protection = None  # an address changes on mobile networks; the password's mark ends sessions

    @login.user_loader
    def _load(session_id: str) -> accounts.Visitor | None:
        sid = session.get("sid")
        return accounts.visitor(db.session, session_id, sid) if sid else None


def local_path(target: str | None) -> str:
    """``target`` if it is a path of this office, else the home: nobody is led to another site after signing in."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return "/"
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(letter) < 32 for letter in target):
        return "/"
    return target


def _typed_login() -> str:
    return "login:" + accounts.clean_login(request.form.get("login", ""))[:40]


def _failed(response: AnyResponse) -> bool:
    """Only failures count: a staff room behind one address may sign in all at once."""
    return response.status_code != 302


@blueprint.get("/sign-in")
@public
def sign_in() -> str | AnyResponse:
    """The form."""
    if current_user.is_authenticated:
        return redirect(local_path(request.args.get("next")))
    return _form()


@blueprint.post("/sign-in")
@public
@limiter.limit("10 per minute;100 per hour", key_func=get_remote_address, deduct_when=_failed)
@limiter.limit("5 per minute;30 per hour", key_func=_typed_login, deduct_when=_failed)
def try_sign_in() -> AnyResponse | tuple[str, int]:
    """Check login and password; the session begins anew, whatever it held before."""
    try:
        _only_here_in_a_demo()
        visitor = accounts.sign_in(db.session, request.form.get("login", ""), request.form.get("password", ""))
    except SyncError as error:
        return _form(error), 403
    _begin(visitor)
    return redirect(local_path(request.form.get("next")))


@blueprint.post("/sign-out")
@public
def sign_out() -> AnyResponse:
    """End the session; nothing of it stays, and a copy of its cookie is worth nothing."""
    sid = session.get("sid") if current_user.is_authenticated else None
    logout_user()
    session.clear()
    if sid:
        accounts.end_session(sid, now(config(), choose_timezone()))
    return redirect(url_for("auth.sign_in"))


@blueprint.post("/language")
@signed_in
def language() -> AnyResponse:
    """The person's own choice."""
    chosen = request.form.get("locale", "")
    if chosen not in LOCALES:
        raise DomainError("value_invalid", field="locale", value=chosen)
    accounts.set_locale(current_user.account_id, chosen)
    with force_locale(chosen):
        flash(_("Language changed."))
    return redirect(local_path(request.form.get("next")))


@blueprint.get("/password")
@signed_in
def password() -> str:
    """The form for another password."""
    return render_template("auth/password.html", error=None)


@blueprint.post("/password")
@signed_in
def change_password() -> AnyResponse | tuple[str, int]:
    """Set another password; other devices must sign in again, this one stays."""
    form = request.form
    try:
        if form.get("new", "") != form.get("again", ""):
            raise DomainError("password_repeat")
        moment = now(config(), choose_timezone())
        session_id, _unused = accounts.change_password(
            current_user.account_id, form.get("old", ""), form.get("new", ""), moment, current_user.account_id
        )
    except SyncError as error:
        return render_template("auth/password.html", error=error), 422
    visitor = accounts.visitor(db.session, session_id)
    if visitor is None:
        return redirect(url_for("auth.sign_in"))
    _begin(visitor)
    flash(_("The password is changed. Other devices must sign in again."))
    return redirect("/")


def _begin(visitor: accounts.Visitor) -> None:
    session.clear()
    session["sid"] = secrets.token_urlsafe(16)
    login_user(visitor)


def _form(error: SyncError | None = None) -> str:
    target = local_path(request.values.get("next"))
    return render_template("auth/sign_in.html", error=error, target=target, login=request.form.get("login", ""))


def _only_here_in_a_demo() -> None:
    row = school()
    if row is not None and row.is_demo and not (request.remote_addr or "").startswith(LOOPBACK):
        raise DomainError("demo_only_here")

