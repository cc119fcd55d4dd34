"""The school's settings: what it says of itself, and whose contacts the public may see."""

from collections.abc import Collection
from typing import Any

from apiflask import APIBlueprint
from babel import Locale
from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from server import store
from server.errors import DomainError, sentence_of
from server.extensions import db
from server.policy import Action
from server.security import LOCALES, config
from server.services import accounts, school_archive, school_settings
from server.services.school_settings import FIELDS, RELEASES, Settings
from server.services.weeks import parse_day
from server.web import drafts
from server.web.access import needs

CHOSEN = ("locale", "week_cycle", "week_anchor", "publish_at", "remind_minutes", "week_length")
blueprint = APIBlueprint("school", __name__, url_prefix="/school", enable_openapi=False)


@blueprint.get("/")
@needs(Action.SETTINGS_EDIT)
def home() -> str:
    """Both forms."""
    now = school_settings.read(db.session)
    typed = {**{field: getattr(now, field) for field in FIELDS}, "locale": now.locale,
             "week_cycle": str(now.week_cycle), "publish_at": now.publish_at,
             "remind_minutes": str(now.remind_minutes), "week_length": str(now.week_length),
             "week_anchor": now.week_anchor.isoformat() if now.week_anchor else ""}  # fmt: skip
    return _page(typed, {}, now.languages)


@blueprint.post("/")
@needs(Action.SETTINGS_EDIT)
def save() -> Any:
    """Store the settings, or show them again with what is wrong."""
    form, wrong = request.form, {}
    typed = {name: form.get(name, "") for name in (*FIELDS, *CHOSEN)}
    try:
        anchor = parse_day(typed["week_anchor"]) if typed["week_anchor"].strip() else None
    except DomainError as error:
        anchor, wrong = None, {"week_anchor": sentence_of(error)}
    cycle, length, minutes = (_number(typed[name]) for name in ("week_cycle", "week_length", "remind_minutes"))
    settings = school_settings.normal(
        Settings(**{field: typed[field] for field in FIELDS}, locale=typed["locale"], week_cycle=cycle,
                 week_anchor=anchor, publish_at=typed["publish_at"], remind_minutes=minutes, week_length=length,
                 languages=tuple(form.getlist("languages")))
    )  # fmt: skip
    found = {field: sentence_of(error) for field, error in school_settings.problems(settings).items()}
    if found or wrong:
        return _page(typed, found | wrong, settings.languages), 422
    school_settings.save(settings, drafts.moment().at, current_user.account_id)
    flash(_("Saved. The public pages change with the next edition."))
    return redirect(url_for("school.home"), 303)


@blueprint.post("/contacts")
@needs(Action.SETTINGS_EDIT)
def release() -> Any:
    """Store whose name, phone and e-mail may be shown."""
    ticked = set(request.form.getlist("release"))
    wanted = {
        person: [what for what in RELEASES if f"{person}:{what}" in ticked] for person in request.form.getlist("person")
    }
    moment = drafts.moment()
    changed = school_settings.release(wanted, moment.today, moment.at, current_user.account_id)
    flash(ngettext("Saved for %(num)s person. It goes out with the next edition.",
                   "Saved for %(num)s people. It goes out with the next edition.", changed)
          if changed else _("Nothing had changed."))  # fmt: skip
    return redirect(url_for("school.home") + "#contacts", 303)


@blueprint.post("/archive")
@needs(Action.SETTINGS_EDIT)
def archive() -> Response:
    """Everything the school owns, as a file; who took it is noted."""
    moment, account = drafts.moment(), current_user.account_id
    store.write(lambda session: accounts.record(session, moment.at, account, "school.archive", ""))
    with store.snapshot() as session:
        data, _made = school_archive.write(session, config().home, moment.at, lambda what, done, total: None)
    name = f"korablik-{moment.today.isoformat()}.zip"
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"}
    return Response(data, mimetype="application/zip", headers=headers)


def _number(text: str) -> int:
    """What was typed, or a number that nothing allows."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _page(typed: dict[str, str], wrong: dict[str, str], languages: Collection[str]) -> str:
    staff = school_settings.staff(db.session, drafts.moment().today)
    return render_template("school/home.html", typed=typed, wrong=wrong, staff=staff, languages=languages,
                           locale_names=_locales())  # fmt: skip


def _locales() -> list[tuple[str, str]]:
    """Codes and own names of the languages."""
    return [(code, (Locale.parse(code).get_language_name(code) or code).capitalize()) for code in LOCALES]
