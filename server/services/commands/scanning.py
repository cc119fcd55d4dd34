"""`korablik scan`: sheets come back as pictures."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.models import Work
from server.services import logging_work, works
from server.services.commands.console import Call, Console, author, place
from server.services.scanning import reasons, taking
from server.services.scanning.balance import BLANK, DOUBLED, ROUTED, WAITING, Row
from server.services.scanning.reading import File
from server.services.scanning.taking import Scanned, Taking
from server.services.weeks import parse_day
from sync.codes import group_digits


def scan_files(call: Call, console: Console) -> dict[str, Any]:
    """Every page finds its work by its own code; what does not waits for a person and is named."""
    here, options = place(), call.options
    known = [code for code, _text in logging_work.channels(db.session)]
    if options["channel"] not in known:
        raise DomainError("channel_unknown", value=options["channel"][:20], allowed=", ".join(known))
    person = author(db.session, options["as"])
    at = logging_work.make_draft(b"", here.now, here.school.timezone, person, ()).at
    day = parse_day(options.get("date") or here.today.isoformat())
    how = Taking(person, here.now, at, here.today, day, options["channel"])
    with TemporaryDirectory(prefix="korablik-scan-") as folder:
        done = taking.take(_laid(call.files, Path(folder)), how, dry_run=options["dry_run"], progress=console.progress)
    _tell(done, options["dry_run"], console)
    return _document(done)


def _laid(files: Sequence[tuple[str, bytes]], folder: Path) -> list[File]:
    """The files where the children that read them find them."""
    laid = [File(name, folder / str(place)) for place, (name, _data) in enumerate(files)]
    for (_name, data), file in zip(files, laid, strict=True):
        file.path.write_bytes(data)
    return laid


def _tell(done: Scanned, trial: bool, console: Console) -> None:
    balance, found = done.balance, done.balance.works()
    views = {row.code: row for row in _views(found)}
    for code, rows in found.items():
        view = views[code]
        pages = ", ".join(str(row.number) for row in rows if row.number) or _("slip")
        line = f"{group_digits(code)}  {view.last_name} {view.first_name}, {view.group_name}, {view.subject}: "
        console.say(line + _("pages %(pages)s", pages=pages))
        if code in done.refused:
            outcome = done.refused[code]
            console.warn("  " + sentence_of(DomainError(outcome.reason, **outcome.data)))
        if code in balance.missing:
            console.say("  " + _("missing: page %(pages)s", pages=", ".join(map(str, balance.missing[code]))))
    for row in balance.rows:
        if row.state in (WAITING, DOUBLED):
            (console.warn if row.state == WAITING else console.say)(_page_line(row))
    console.say(_("In all %(all)s pages: %(routed)s to %(works)s, %(blank)s blank, %(doubled)s doubled, "
                  "%(waiting)s for a person.", all=len(balance.rows), routed=balance.count(ROUTED),
                  works=ngettext("%(num)s work", "%(num)s works", len(found)), blank=balance.count(BLANK),
                  doubled=balance.count(DOUBLED), waiting=balance.count(WAITING)))  # fmt: skip
    if trial:
        console.say(_("This was a trial: nothing was stored."))


def _views(codes: Iterable[str]) -> list[works.WorkView]:
    rows = db.session.execute(works.VIEW.where(Work.code.in_(list(codes))))
    return [works.view_of(row) for row in rows]


def _page_line(row: Row) -> str:
    why = reasons.sentence(taking.told(row))
    return _("%(file)s, page %(number)s: %(why)s", file=row.page.file, number=row.page.number, why=why)


def _document(done: Scanned) -> dict[str, Any]:
    balance = done.balance
    waiting = [
        {"file": row.page.file, "page": row.page.number, "reason": row.reason, "code": row.code}
        for row in balance.rows if row.state == WAITING
    ]  # fmt: skip
    return {
        "stack": done.stack, "pages": len(balance.rows),
        **{state: balance.count(state) for state in (ROUTED, BLANK, DOUBLED, WAITING)},
        "works": [
            {"code": code, "pages": [row.number for row in rows], "missing": list(balance.missing.get(code, ())),
             "taken": code in done.accepted}
            for code, rows in balance.works().items()
        ],
        "refused": waiting + [{"code": code, "reason": outcome.reason} for code, outcome in done.refused.items()],
    }  # fmt: skip
