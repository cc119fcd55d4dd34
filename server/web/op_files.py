"""Files that phones saved their records to: brought by anybody, taken in in the name of the phone's person."""

from dataclasses import dataclass
from typing import Any

from apiflask import APIBlueprint
from flask import render_template, request
from flask_babel import gettext as _

from server.errors import sentence_of
from server.extensions import db
from server.security import config
from server.services import afar, import_desk, op_report
from server.services.op_report import Told
from server.web import drafts, held
from server.web.access import signed_in
from sync.errors import SyncError

blueprint = APIBlueprint("op_files", __name__, url_prefix="/devices/files", enable_openapi=False)
AT_ONCE = 20  # files


@dataclass(frozen=True)
class Taken:
    """A file of the page's answer: who wrote it and what became of each record, or why it is refused."""

    name: str
    refused: str = ""
    device: str = ""
    owner: str = ""
    lines: tuple[Told, ...] = ()

    @property
    def asked(self) -> list[Told]:
        """The records that were not simply taken in."""
        return [line for line in self.lines if not line.taken]


@blueprint.get("/")
@signed_in
def page() -> str:
    """The form."""
    return _page([])


@blueprint.post("/")
@signed_in
def take() -> Any:
    """Take the files in and tell of every record; a bad file does not hold up the next."""
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        return _page([], _("Choose a file first.")), 422
    if len(files) > AT_ONCE:
        return _page([], _("At most %(number)s files at once.", number=AT_ONCE)), 422
    told = [_taken(import_desk.shown_name(file.filename or ""), file.read()) for file in files]
    return _page(told), 422 if all(one.refused for one in told) else 200


def _taken(name: str, data: bytes) -> Taken:
    now = drafts.moment()
    try:
        found = afar.take_file(db.session, data, config(), now.at, now.today)
    except SyncError as error:
        return Taken(name, sentence_of(error))
    return Taken(name, "", found.device, found.owner, tuple(op_report.lines(found)))


def _page(told: list[Taken], wrong: str = "") -> str:
    return render_template("devices/files.html", told=told, wrong=wrong, types=held.TYPES)
