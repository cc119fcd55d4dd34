"""Which right every address needs: views declare it, and an address that declares nothing answers nobody.

    @bp.get("/journal/<course_id>")
    @needs(Action.JOURNAL_VIEW, scope=lambda course_id: scopes.of_course(db.session, course_id))

``scope`` gets the address's parameters and says what the act touches. Without it the right must reach the whole
school; with ``scope=ANYWHERE`` it must reach something, and the view asks ``demand`` or ``realm`` about the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from apiflask import APIFlask
from flask import Response, current_app, g, redirect, request, url_for
from flask_login import current_user

from server import policy
from server.clock import local_date, now
from server.errors import DomainError
from server.extensions import db
from server.policy import SCHOOL, Action, Grant, Realm, Scope
from server.security import choose_timezone, config
from server.services import roles

View = TypeVar("View", bound=Callable[..., Any])
ScopeFrom = Callable[..., Scope]


def ANYWHERE() -> Scope:
    """The right must reach something; never called."""
    raise NotImplementedError


@dataclass(frozen=True)
class Access:
    """What a view declares. ``actions`` empty: signed in is enough; ``open``: nobody need sign in."""

    actions: tuple[Action, ...] = ()
    scope: ScopeFrom | None = None
    open: bool = False


DECLARED_HERE = {  # the framework's own addresses, and those that ask for a key of their own
    "static": Access(open=True),
    "openapi.spec": Access(),
    "health.health": Access(open=True),  # says only that the office answers
    "commands.run_command": Access(open=True),  # the token in the home's run folder
    "afar.enrol": Access(open=True),  # a code of the office; opens nothing before somebody confirms
    **dict.fromkeys(("afar.me", "afar.take_ops", "afar.fetch_changes", "afar.read_photo"), Access(open=True)),  # signed
}


def needs(*actions: Action, scope: ScopeFrom | None = None) -> Callable[[View], View]:
    """The view needs one of the actions on the scope."""
    return _declare(Access(actions, scope))


def public(view: View) -> View:
    """Anybody may ask, signed in or not."""
    return _declare(Access(open=True))(view)


def signed_in(view: View) -> View:
    """Every member of staff who is signed in may ask; the view shows only what the person may see."""
    return _declare(Access())(view)


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def declared(app: APIFlask, endpoint: str) -> Access | None:
    """What an endpoint declares, or None when it was forgotten."""
    return DECLARED_HERE.get(endpoint) or getattr(app.view_functions[endpoint], "access", None)


def undeclared(app: APIFlask) -> list[str]:
    """Addresses without a declaration."""
    return [rule.rule for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) is None]


def grants() -> tuple[Grant, ...]:
    """What is granted to the person of this request."""
    if not current_user.is_authenticated:
        return ()
    if "grants" not in g:
        zone = choose_timezone()
        moment = now(config(), zone)
        g.grants = roles.grants_of(db.session, current_user.person_id, moment, local_date(moment, zone))
    return g.grants


def may(action: Action, scope: Scope = SCHOOL) -> bool:
    """True if the person of this request may do it there."""
    return policy.allows(grants(), action, scope)


def may_somewhere(*actions: Action) -> bool:
    """True if the person may do one of the actions on something."""
    return any(policy.anywhere(grants(), action) for action in actions)


def demand(action: Action, scope: Scope = SCHOOL) -> None:
    """Raise DomainError forbidden unless the person may."""
    if not may(action, scope):
        raise DomainError("forbidden")


def realm(*actions: Action) -> Realm:
    """Everything the person may do one of the actions on, for the conditions of a list."""
    found = [policy.realm(grants(), action) for action in actions]
    return Realm(
        any(one.everything for one in found), frozenset().union(*(one.groups for one in found)),
        frozenset().union(*(one.courses for one in found)),
    )  # fmt: skip


def init_app(app: APIFlask) -> None:
    """Guard every address of the application; refuse to start when one of those known by now declares nothing."""
    forgotten = undeclared(app)
    if forgotten:
        raise RuntimeError(f"no right is declared for {', '.join(forgotten)}")

    @app.before_request
    def _guard() -> Response | None:
        if request.endpoint is None:
            return None  # no such address: the error page says so
        access = declared(current_app, request.endpoint)
        if access is None:
            raise DomainError("forbidden")
        return None if access.open else _admit(access)


def _admit(access: Access) -> Response | None:
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if not access.actions:
        return None
    if not may_somewhere(*access.actions):
        raise DomainError("forbidden")  # before the object is looked up: who may nothing learns nothing
    if access.scope is ANYWHERE:
        return None
    scope = access.scope(**(request.view_args or {})) if access.scope else SCHOOL
    if not any(may(action, scope) for action in access.actions):
        raise DomainError("forbidden")
    return None


def _ask_to_sign_in() -> Response:
    if request.path.startswith("/api/") or request.method not in ("GET", "HEAD"):
        raise DomainError("sign_in_needed")
    asked = request.path if "q" in request.args else request.full_path.rstrip("?")  # an old search may name a family
    return redirect(url_for("auth.sign_in", next=asked if asked != "/" else None))  # type: ignore[return-value]
