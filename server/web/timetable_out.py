"""Print and send the timetable: sheets for walls and people, a class's day as a text message, one's own calendar."""

from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import Response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_limiter.util import get_remote_address
from flask_login import current_user

from server.errors import DomainError
from server.extensions import db, limiter
from server.policy import Action
from server.services import people, timetable_view
from server.services.sms_text import parts
from server.services.timetable_out import feeds, paper, texts
from server.services.weeks import monday, parse_day, week_name
from server.web import deeds, drafts
from server.web.access import needs, public, signed_in
from server.web.lessons import asked_week
from sync.calendars import MIME

blueprint = APIBlueprint("timetable_out", __name__, url_prefix="/timetable-out", enable_openapi=False)
PAPERS = {
    "groups": _l("A page for each class"), "teachers": _l("A page for each teacher"),
    "rooms": _l("A page for each room"), "all_teachers": _l("All teachers on one sheet"),
    "wall": _l("Wall sheet of the school"), "posters": _l("Posters with the timetable in a QR"),
}  # fmt: skip
LISTS = {"groups": "groups", "posters": "groups", "teachers": "teachers", "rooms": "rooms"}


@blueprint.get("/")
@needs(Action.LESSON_VIEW)
def home() -> str:
    """What can be printed of a week, and a class's day as an SMS."""
    today = drafts.moment().today
    week, day = asked_week(today), _day(today)
    choice = timetable_view.choice(db.session, week, week + timedelta(days=6))
    slug = request.args.get("group", "")
    return render_template("timetable_out/home.html", week=week, papers=PAPERS, lists=LISTS, choice=choice, day=day,
                           slug=slug, sms=_sms(slug, day) if slug else "", parts=parts, week_name=week_name,
                           days=timedelta)  # fmt: skip


def _day(today: date) -> date:
    asked = request.args.get("day", "").strip()
    return parse_day(asked) if asked else today + timedelta(days=1)


def _sms(slug: str, day: date) -> str:
    try:
        return texts.day_sms(db.session, people.group_by_slug(db.session, slug).id, day)
    except DomainError as error:
        if error.code != "no_lessons":
            raise
        return ""


@blueprint.get("/<any(groups, teachers, rooms, all_teachers, wall, posters):kind>.pdf")
@needs(Action.LESSON_VIEW)
def download(kind: str) -> Response:
    """The sheets of a week; ``key``: one class, teacher or room only."""
    week = monday(asked_week(drafts.moment().today))
    made = paper.timetable_pdf(db.session, week, kind, request.args.get("key", ""), "tiled" in request.args)
    name = f"timetable-{kind.replace('_', '-')}-{week_name(week)}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(made.pdf, mimetype="application/pdf", headers=headers)


@blueprint.get("/mine")
@signed_in
def mine() -> str:
    """One's own calendar: its address, a new one, none."""
    secret = feeds.secret_of(db.session, current_user.person_id)
    address = url_for("timetable_out.calendar", secret=secret, _external=True) if secret else ""
    return render_template("timetable_out/mine.html", address=address)


@blueprint.post("/mine")
@signed_in
def save_mine() -> Any:
    """Make a new address, or end the one that is."""
    act = request.form.get("act", "")
    if act == "make":
        feeds.make(deeds.author())
    elif act == "end":
        feeds.end(deeds.author())
    else:
        raise DomainError("bad_request")
    return redirect(url_for("timetable_out.mine"), 303)


def _is_unknown(response: Response) -> bool:
    return response.status_code == 404


@blueprint.get("/calendar/<secret>.ics")
@limiter.limit("30 per minute", key_func=get_remote_address, deduct_when=_is_unknown)
@public
def calendar(secret: str) -> Response:
    """A teacher's calendar for whoever has its address."""
    feed = feeds.read(db.session, secret, drafts.moment().today)
    response = Response(feed.data, content_type=MIME)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.add_etag()
    return response.make_conditional(request)
