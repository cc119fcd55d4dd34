"""Carry away: each class's two weeks as one file for a phone, and the folder of a stick as one zip."""

import io
from typing import Any

from apiflask import APIBlueprint
from babel import Locale
from flask import render_template, request, send_file
from flask_babel import gettext as _

from server.errors import DomainError
from server.extensions import db
from server.policy import Action
from server.security import config
from server.services.carrying import about, desk
from server.web.access import needs

blueprint = APIBlueprint("carrying", __name__, url_prefix="/publish/carry", enable_openapi=False)


@blueprint.get("/")
@needs(Action.DAY_PUBLISH)
def home() -> str:
    """The classes with what can be taken along of each."""
    try:
        issue = about.issue(db.session, config())
    except DomainError as error:
        if error.code != "site_missing":
            raise
        issue = None
    rows = desk.rows(config().public, issue) if issue else []
    return render_template("publish/carry.html", issue=issue, rows=rows, language=_own_name, size=_size)


@blueprint.get("/week/<slug>/<language>.html")
@needs(Action.DAY_PUBLISH)
def week(slug: str, language: str) -> Any:
    """A class's single file."""
    name, data = desk.week_file(config().public, about.issue(db.session, config()), slug, language)
    return _given(io.BytesIO(data), "text/html", name)


@blueprint.get("/stick.zip")
@needs(Action.DAY_PUBLISH)
def stick() -> Any:
    """The ticked classes, or all, as a stick's folder."""
    issue = about.issue(db.session, config())
    built = [row.slug for row in desk.rows(config().public, issue)]
    asked = request.args.getlist("group")
    made = desk.stick_zip(config().public, config().home, issue, [slug for slug in built if slug in asked or not asked])
    return _given(made, "application/zip", f"korablik-{issue.number}.zip")


def _given(data: io.BytesIO, kind: str, name: str) -> Any:
    answer = send_file(data, mimetype=kind, as_attachment=True, download_name=name, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _own_name(code: str) -> str:
    name = Locale.parse(code).get_display_name(code) or code
    return name[:1].upper() + name[1:]


def _size(size: int) -> str:
    if size < 999_500:
        return _("%(size)s kB", size=max(1, round(size / 1000)))
    return _("%(size)s MB", size=f"{size / 1e6:.1f}")
