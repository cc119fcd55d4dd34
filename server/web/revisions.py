"""A newer timetable from a day on: uploaded, compared with the one that holds, then taken from that day."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.importers.findings import ERROR
from server.models import ImportDraft
from server.policy import Action
from server.security import config
from server.services import calendar, import_check, import_desk, import_taking, imports, revision_words
from server.services.imports.revision import Difference
from server.services.running import FAILED, WAITING, Run, running
from server.services.weeks import parse_day
from server.web import deeds, drafts, progress
from server.web.access import needs
from server.web.deeds import starter

blueprint = APIBlueprint("revisions", __name__, url_prefix="/revisions", enable_openapi=False)
KIND = "timetable"
RECENT = 200


@blueprint.get("/")
@needs(Action.IMPORT_RUN)
def home() -> str:
    """Upload a newer timetable; what waits, what was taken from a day on."""
    return _home()


@blueprint.post("/")
@needs(Action.IMPORT_RUN)
def upload() -> Any:
    """Keep the file as a draft and show how it differs. One that cannot be read is refused."""
    file, since = request.files.get("file"), _since(request.form.get("from", ""))
    if file is None or not file.filename:
        return _home(_("Choose a file first.")), 422
    name, data = import_desk.shown_name(file.filename), file.read()
    _kind, refusal = import_desk.recognise(name, data)
    if refusal is not None:
        return _home(f"{name}: {refusal.text()}"), 422
    by = deeds.author()
    draft_id = import_desk.keep(config(), name, data, KIND, by.account_id, by.now)
    return redirect(url_for("revisions.page", draft_id=draft_id, **{"from": since.isoformat()}), 303)


@blueprint.get("/<draft_id>")
@needs(Action.IMPORT_RUN)
def page(draft_id: str) -> Any:
    """How the file differs from the timetable that holds, and what it overtakes; or that it is being taken in."""
    row, since = _draft(draft_id), _since(request.args.get("from", ""))
    taking = running().last(import_taking.taking_name(draft_id))
    if taking is not None and taking.state == WAITING:
        return _working(row, taking, _("Taking it in"))
    if row.run_id is not None:
        return redirect(url_for("imports.page", draft_id=draft_id), 303)
    asked = import_check.asked_of(row, str(get_locale() or "ru"), since)
    check, run = import_check.ready(db.session, config(), asked, starter())
    if check is None and run is not None and run.state == WAITING:
        return _working(row, run, _("Comparing the timetables"))
    failed = run if check is None else taking
    wrong = sentence_of(failed.error) if failed is not None and failed.state == FAILED and failed.error else ""
    told = check.revision if check else None
    errors = [one for one in check.findings if one.level == ERROR] if check else []
    return render_template(
        "revisions/page.html", draft=row, since=since, told=told, wrong=wrong, errors=errors, words=revision_words,
        notes=[one for one in check.findings if one.level != ERROR] if check else [],
        by_class=_by_class(told.differences if told else ()), earliest=drafts.moment().today,
    )  # fmt: skip


@blueprint.post("/<draft_id>")
@needs(Action.IMPORT_RUN)
def act(draft_id: str) -> Any:
    """Compare for another day, take it in from the day that was looked at, or put the file aside."""
    row, since = _draft(draft_id), _since(request.form.get("from", ""))
    if request.form.get("act") == "leave":
        import_desk.leave(config(), draft_id)
        flash(_("The file was put aside. Nothing was changed."))
        return redirect(url_for("revisions.home"), 303)
    here = url_for("revisions.page", draft_id=draft_id, **{"from": since.isoformat()})
    if request.form.get("act") == "take" and request.form.get("seen") != since.isoformat():
        flash(_("You changed the day: look at the result once more, then take it in."))
    elif request.form.get("act") == "take" and row.run_id is None:
        import_taking.take(config(), draft_id, False, starter(), str(get_locale() or "ru"), since)
        import_check.wait(import_taking.taking_name(draft_id))
    return redirect(here, 303)


def _home(wrong: str = "") -> str:
    taken = [run for run in imports.history(db.session, RECENT) if run.since is not None]
    waiting = [line for line in import_desk.open_drafts(db.session, deeds.author().account_id) if line.kind == KIND]
    return render_template("revisions/home.html", wrong=wrong, taken=taken, waiting=waiting,
                           since=_since(request.form.get("from", "")), earliest=drafts.moment().today)  # fmt: skip


def _since(text: str) -> date:
    """The day that was asked for, else the next Monday. Raises DomainError for what is no day."""
    if text:
        return parse_day(text)
    return calendar.monday(drafts.moment().today) + timedelta(days=7)


def _draft(draft_id: str) -> ImportDraft:
    row = import_desk.draft(db.session, draft_id)
    if row.kind != KIND:
        raise DomainError("not_found")
    return row


def _by_class(found: Iterable[Difference]) -> list[tuple[str, list[Difference]]]:
    """Class → its differences; one of joined classes stands at the first."""
    grouped: dict[str, list[Difference]] = {}
    for one in found:
        grouped.setdefault((one.classes or ("",))[0], []).append(one)
    return sorted(grouped.items(), key=lambda pair: _in_order(pair[0]))


def _in_order(name: str) -> tuple[int, str]:
    digits = "".join(letter for letter in name if letter.isdecimal())
    return int(digits or 99), name


def _working(row: ImportDraft, run: Run, title: str) -> str:
    told = progress.told(run, deeds.author().account_id)
    return render_template("imports/working.html", draft=row, run=run, told=told, title=title)
