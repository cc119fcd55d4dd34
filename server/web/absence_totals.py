"""Totals of a class's absences for a term, the year, or any stretch of days; the same for Excel."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import Response, g, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from server import naming
from server.errors import DomainError
from server.extensions import db
from server.models import Group
from server.policy import Action, Scope
from server.services import absence_export, absence_totals, courses, export, people, scopes
from server.services.courses import Stretch
from server.services.weeks import parse_day
from server.web import access, drafts
from server.web.access import ANYWHERE, needs
from server.web.class_choice import choose

blueprint = APIBlueprint("absence_totals", __name__, url_prefix="/attendance/totals", enable_openapi=False)


@dataclass(frozen=True)
class Span:
    """The days that are counted; ``term``: the id of a term, "year", or "" for days that were typed."""

    since: date
    until: date
    term: str


def _scope(slug: str, **_rest: Any) -> Scope:
    return scopes.of_group(db.session, _group(slug).id)


def _group(slug: str) -> Group:
    """The class of this request; the question of rights has looked it up already."""
    if "totals_of" not in g:
        g.totals_of = people.group_by_slug(db.session, slug)
    return g.totals_of


@blueprint.get("/")
@needs(Action.JOURNAL_VIEW, scope=ANYWHERE)
def home() -> Any:
    """The classes to choose from; who has one goes there."""
    return choose(Action.JOURNAL_VIEW, _("Totals of absences"), "totals", "absence_totals.page")


@blueprint.get("/<slug>")
@needs(Action.JOURNAL_VIEW, scope=_scope)
def page(slug: str) -> str:
    """The class's students with missed lessons and days by letter."""
    group = _group(slug)
    terms, span = _span(group)
    found = absence_totals.of_class(db.session, group, span.since, span.until)
    return render_template(
        "attendance/totals.html", group=group, terms=terms, span=span, found=found,
        may_export=access.may(Action.JOURNAL_EXPORT, Scope(frozenset({group.id}))),
    )  # fmt: skip


@blueprint.get("/<slug>/export.<any(xlsx, csv):format>")
@needs(Action.JOURNAL_EXPORT, scope=_scope)
def download(slug: str, format: str) -> Response:
    """The same as a file for Excel."""
    group = _group(slug)
    _terms, span = _span(group)
    found = absence_totals.of_class(db.session, group, span.since, span.until)
    data = absence_export.export_totals(found, naming.klass(group.name), format, str(get_locale()))
    name = f"absences-{group.slug}-{span.since}-{span.until}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, mimetype=export.FORMATS[format], headers=headers)


def _span(group: Group) -> tuple[list[Stretch], Span]:
    """The year's terms and the stretch asked for; without a wish the term that runs. Raises date_invalid."""
    today = drafts.moment().today
    year, terms = courses.year_and_terms(db.session, today, group.grade)
    if request.args.get("since") and request.args.get("until"):
        since, until = parse_day(request.args["since"]), parse_day(request.args["until"])
        if until < since:
            raise DomainError("date_invalid", value=f"{since} – {until}")
        return terms, Span(since, min(until, today) if since <= today else until, "")
    asked = request.args.get("term", "")
    begun = [term for term in terms if term.starts_on <= today]
    wanted = next((term for term in terms if term.id == asked), None) if asked else (begun[-1] if begun else None)
    if wanted is not None:
        return terms, Span(wanted.starts_on, wanted.ends_on, wanted.id)
    return terms, Span(*year, "year")
