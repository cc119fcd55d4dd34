"""Files that come in: upload, see what was understood, correct it, take it in, take it back."""

import io
import re
from datetime import datetime
from functools import partial
from typing import Any

from apiflask import APIBlueprint
from flask import flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.importers.fields import LABELS
from server.importers.findings import Finding
from server.models import ImportDraft
from server.policy import Action
from server.security import config
from server.services import findings_book, import_check, import_desk, import_taking, imports, pictures
from server.services.import_check import Check
from server.services.imports import beside
from server.services.running import FAILED, WAITING, Run, running
from server.web import drafts, import_pages, import_words, progress
from server.web.access import needs
from server.web.deeds import starter

blueprint = APIBlueprint("imports", __name__, url_prefix="/imports", enable_openapi=False)
RECENT, KNOWN = 15, 200  # imports that the first page lists, and those that it knows of
_ANSWERS = ("same", "new")
_LETTER = re.compile("[A-Z]{1,3}")


@blueprint.get("/")
@needs(Action.IMPORT_RUN)
def home() -> str:
    """Upload, what waits, what was taken in."""
    return _home([])


@blueprint.post("/")
@needs(Action.IMPORT_RUN)
def upload() -> Any:
    """Keep the files as drafts; a single one is shown at once. Those that nothing can be read from are refused."""
    files = [file for file in request.files.getlist("file") if file.filename]
    kind = _kind(request.form.get("kind", ""))
    if not files:
        return _home([], _("Choose a file first.")), 422
    if len(files) > import_desk.AT_ONCE:
        return _home([], _("At most %(number)s files at once.", number=import_desk.AT_ONCE)), 422
    kept, refused, now = [], [], drafts.moment().at
    sent = [(import_desk.shown_name(file.filename or ""), file.read()) for file in files]
    joined = beside.join(sent, partial(_take_picture, now))
    refused += [(finding.value, finding) for finding in joined.findings]
    for name, data in joined.files:
        guess, refusal = import_desk.recognise(name, data)
        if refusal is None:
            kept.append(import_desk.keep(config(), name, data, kind or guess, current_user.account_id, now))
        else:
            refused.append((name, refusal))
    if refused:
        return _home(refused), 422
    if len(kept) == 1:
        return redirect(url_for("imports.page", draft_id=kept[0]), 303)
    return redirect(url_for("imports.home"), 303)


def _take_picture(now: datetime, data: bytes) -> str:
    budget = pictures.budgets(db.session)[0]
    return pictures.take(config(), data, budget, current_user.person_id, now).name


def _home(refused: list[tuple[str, Finding]], wrong: str = "") -> str:
    known = imports.history(db.session, KNOWN)
    last = next((run.id for run in known if run.can_undo or run.undone_at), "")
    all_run = running().last(import_taking.all_name(current_user.account_id))
    return render_template(
        "imports/home.html", told=_told(all_run), refused=refused, wrong=wrong, guides=import_words.guides(),
        kinds=_kinds(), words=import_words, pages=import_pages, taken=known[:RECENT],
        waiting=import_desk.open_drafts(db.session, current_user.account_id),
        brought={run.kind: run.at for run in reversed(known) if run.undone_at is None},
        undo=_told_undo(running().last(import_taking.undoing_name(last))), last=last,
    )  # fmt: skip


@blueprint.post("/all")
@needs(Action.IMPORT_RUN)
def take_all() -> Any:
    """Take in the own uploads that have no errors, in the order in which a school brings them."""
    order = {kind: place for place, (kind, _guide) in enumerate(import_words.guides())}
    lines = import_desk.open_drafts(db.session, current_user.account_id)
    own = sorted(
        (line for line in reversed(lines) if line.mine and line.kind), key=lambda line: order.get(line.kind, 99)
    )
    import_taking.take_all(config(), [line.id for line in own], starter(), _locale())
    import_check.wait(import_taking.all_name(current_user.account_id))
    return redirect(url_for("imports.home"), 303)


@blueprint.get("/all/progress")
@needs(Action.IMPORT_RUN)
def watch_all() -> Any:
    """How far the taking of all uploads has come, for the page's script."""
    return jsonify(_told(running().last(import_taking.all_name(current_user.account_id))))


@blueprint.get("/<draft_id>")
@needs(Action.IMPORT_RUN)
def page(draft_id: str) -> str:
    """What was understood of a file and what it would change; or that it is being taken in; or what came of it."""
    row = import_desk.draft(db.session, draft_id)
    taking = running().last(import_taking.taking_name(draft_id))
    if taking is not None and taking.state == WAITING:
        return _working(row, taking, _("Taking it in"))
    if row.run_id is not None:
        return _taken(row, taking)
    if not row.kind:
        return _shown(row, None, None)
    check, run = import_check.ready(db.session, config(), import_check.asked_of(row, _locale()), starter())
    if check is None and run is not None and run.state == WAITING:
        return _working(row, run, _("Checking the file"))
    failed = run if check is None else taking
    return _shown(row, check, failed)


@blueprint.get("/<draft_id>/progress")
@needs(Action.IMPORT_RUN)
def watch(draft_id: str) -> Any:
    """How far the work on a draft has come, for the page's script."""
    row = import_desk.draft(db.session, draft_id)
    names = (import_taking.taking_name(row.id), import_check.running_name(row.id))
    runs = [run for run in map(running().last, names) if run is not None]
    return jsonify(_told(next((run for run in runs if run.state == WAITING), runs[-1] if runs else None)))


@blueprint.post("/<draft_id>")
@needs(Action.IMPORT_RUN)
def act(draft_id: str) -> Any:
    """Keep what was corrected; then check again, take in, or forget the file."""
    row = import_desk.draft(db.session, draft_id)
    wanted, here = request.form.get("act", "check"), url_for("imports.page", draft_id=draft_id)
    if wanted == "leave":
        import_desk.leave(config(), draft_id)
        flash(_("The file was put aside. Nothing was changed."))
        return redirect(url_for("imports.home"), 303)
    corrected = _correct(row, request.form)
    if wanted not in ("take", "skip"):
        return redirect(here, 303)
    if corrected:
        flash(_("You changed something: look at the result once more, then take it in."))
        return redirect(here, 303)
    if row.run_id is None and row.kind:
        import_taking.take(config(), draft_id, wanted == "skip", starter(), _locale())
        import_check.wait(import_taking.taking_name(draft_id))
    return redirect(here, 303)


@blueprint.get("/<draft_id>/findings.xlsx")
@needs(Action.IMPORT_RUN)
def download(draft_id: str) -> Any:
    """The file with the findings marked in it."""
    row = import_desk.draft(db.session, draft_id)
    check = None
    if row.kind:
        asked = import_check.asked_of(row, _locale())
        check, _run = import_check.ready(db.session, config(), asked, starter(), patience=60)
    if check is None:
        raise DomainError("not_found")
    book = findings_book.make(import_desk.content(config(), row), check.findings, check.grid)
    findings = _("findings")  # not within the f-string, where Babel would not see it
    name = f"{row.file_name.rsplit('.', 1)[0]} – {findings}.xlsx"
    return send_file(io.BytesIO(book), mimetype=findings_book.MIMETYPE, as_attachment=True, download_name=name)


@blueprint.post("/undo/<run_id>")
@needs(Action.IMPORT_RUN)
def undo(run_id: str) -> Any:
    """Take the last import back."""
    if run_id not in {one.id for one in imports.history(db.session, RECENT) if one.can_undo}:
        flash(_("Only the last import can be taken back."), "error")
        return redirect(url_for("imports.home"), 303)
    import_taking.undo(run_id, starter())
    import_check.wait(import_taking.undoing_name(run_id))
    return redirect(url_for("imports.home"), 303)


@blueprint.get("/undo/<run_id>/progress")
@needs(Action.IMPORT_RUN)
def watch_undo(run_id: str) -> Any:
    """Whether an import is taken back by now, for the page's script."""
    return jsonify(_told(running().last(import_taking.undoing_name(run_id))))


def _shown(row: ImportDraft, check: Check | None, failed: Run | None) -> str:
    """The page of a draft that was not taken in yet."""
    views = check.views if check else ()
    return render_template(
        "imports/draft.html", draft=row, check=check, words=import_words, pages=import_pages,
        failed=_told(failed) if failed is not None and failed.state == FAILED else None,
        kinds=_kinds(), layouts=import_pages.layouts(row.kind, views),
        options=import_pages.options(row.kind),
        findings=import_pages.findings(check) if check else [],
        questions=import_pages.questions(check, row.file_name, row.decisions) if check else [],
        changes=import_pages.changes(check.sorts) if check else [],
        counts=import_pages.counts(check.counts) if check else [],
        better=import_check.better_kind(row.kind, check.guesses) if check else "",
        unreadable=check is not None and check.refusal is not None and import_desk.is_unreadable(check.refusal),
    )  # fmt: skip


def _taken(row: ImportDraft, taking: Run | None) -> str:
    """The page of a draft that was taken in."""
    run = next((one for one in imports.history(db.session, KNOWN) if one.id == row.run_id), None)
    result = taking.result if taking is not None else None
    undone = running().last(import_taking.undoing_name(row.run_id or ""))
    return render_template(
        "imports/taken.html", draft=row, run=run, words=import_words, pages=import_pages,
        changes=import_pages.changes(result.sorts) if result else [],
        counts=import_pages.counts(run.counts if run else {}), undo=_told_undo(undone),
        left_out=result.left_out if result else 0,
        steps=import_words.next_steps(row.kind),
    )  # fmt: skip


def _working(row: ImportDraft, run: Run, title: str) -> str:
    return render_template("imports/working.html", draft=row, run=run, told=_told(run), title=title)


def _told(run: Run | None) -> dict[str, Any]:
    told = progress.told(run, current_user.account_id)
    if run is not None and run.state == WAITING and run.total:
        named = _("%(done)s of %(total)s files") if run.what == "files" else _("%(done)s of %(total)s rows")
        told["text"] = named % {"done": run.done, "total": run.total}
    return told


def _told_undo(run: Run | None) -> dict[str, Any] | None:
    """What came of taking an import back: to whoever did it, since the reasons may name a child."""
    if run is None or (run.owner != current_user.account_id and run.state != WAITING):
        return None
    if run.state == WAITING:
        return {"running": _told(run)}
    if run.state == FAILED and run.error is not None:
        return {"wrong": sentence_of(run.error), "reasons": []}
    if run.result.undone:
        return {"done": True}
    return {"wrong": _("It cannot be taken back any more: somebody has worked on what it brought."),
            "reasons": [reason.text() for reason in run.result.blocked]}  # fmt: skip


def _correct(row: ImportDraft, form: MultiDict[str, str]) -> bool:
    """Keep the kind, columns and answers of the form; True if they say anything new."""
    kind = _kind(form.get("better", "")) or _kind(form.get("kind", row.kind)) or row.kind
    shapes: dict[str, dict[str, str]] = {}
    answers: dict[str, str] = {}
    for name, value in form.items():
        what, _colon, rest = name.partition(":")
        if what == "column" and kind == row.kind and (not value or value in LABELS.get(kind, {})):
            shape, _colon, letter = rest.rpartition(":")
            if _LETTER.fullmatch(letter) and form.get(f"was:{rest}") is not None:
                shapes.setdefault(shape, {})[letter] = value
        elif what == "twin" and value in _ANSWERS:
            answers[rest] = value
    changed = {
        shape: said for shape, said in shapes.items()
        if any(form[f"was:{shape}:{letter}"] != field for letter, field in said.items())
    }  # fmt: skip
    return import_desk.correct(row.id, kind, changed, answers)


def _kinds() -> list[tuple[str, str]]:
    return [(kind, str(guide.name)) for kind, guide in import_words.guides()]


def _kind(text: str) -> str:
    return text if text in imports.KINDS else ""


def _locale() -> str:
    return str(get_locale() or "ru")
