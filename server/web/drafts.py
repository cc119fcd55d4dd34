"""What a form fixed when it was rendered, sealed: a double click or a resend says the same bytes again."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from server import clock, policy
from server.errors import DomainError
from server.policy import Scope
from server.security import choose_timezone, config
from server.services import logging_work, returns
from server.services.content import Author
from server.services.logging_work import Draft, Line
from server.services.returns import Delivery, Outcome, Target
from server.web import access


@dataclass(frozen=True)
class Moment:
    """This request's time: the moment, the school's day and zone."""

    at: datetime
    today: date
    zone: str


def moment() -> Moment:
    """The time of this request."""
    zone = choose_timezone()
    at = clock.now(config(), zone)
    return Moment(at, clock.local_date(at, zone), zone)


def fresh(lines: Iterable[Line]) -> str:
    """A sealed draft for one rendering of a form by the person who is signed in."""
    time = moment()
    draft = logging_work.make_draft(secrets.token_bytes(8), time.at, time.zone, current_user.person_id, lines)
    return _sealing().dumps(draft.plain())


def opened(sealed: str) -> Draft:
    """The draft of a form. Raises DomainError ``form_expired`` for a foreign, damaged or another person's one."""
    try:
        draft = Draft.of(_sealing().loads(sealed))
    except (BadSignature, ValueError, TypeError) as error:
        raise DomainError("form_expired") from error
    if draft.author != current_user.person_id:
        raise DomainError("form_expired")
    return draft


def deliver(
    envelopes: list[dict], scope: Scope, then: Callable[[Session], None] = lambda session: None
) -> list[Outcome]:  # fmt: skip
    """Hand ops about one scope over to ``receive`` in the name of who is signed in; ``then``: in the same commit."""
    time, granted = moment(), access.grants()  # the writer's thread knows no request

    def permits(target: Target) -> bool:
        return policy.allows(granted, policy.OP_ACTIONS[target.type], scope)

    return returns.receive(Delivery(envelopes, time.at, time.today, current_user.person_id, permits, then))


def deliver_across(envelopes: list[dict], scopes: Mapping[str, Scope]) -> list[Outcome]:
    """The same for ops about several courses or students; ``scopes``: by id of course, or of student."""
    time, granted = moment(), access.grants()  # the writer's thread knows no request

    def permits(target: Target) -> bool:
        scope = scopes.get(target.course_id or target.student_id)
        return scope is not None and policy.allows(granted, policy.OP_ACTIONS[target.type], scope)

    return returns.receive(Delivery(envelopes, time.at, time.today, current_user.person_id, permits))


def author() -> Author:
    """Who is signed in, for what a service writes."""
    time = moment()
    return Author(current_user.person_id, current_user.account_id, time.at, time.today)


def _sealing() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="korablik-draft")
