"""`korablik ops import`: files that phones saved their records to."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from server.errors import sentence_of
from server.extensions import db
from server.security import config
from server.services import afar, op_report
from server.services.commands.console import Call, Console, place
from sync.errors import SyncError


def import_ops(call: Call, console: Console) -> dict[str, Any]:
    """Take the files in, once or ten times, in any order; a bad file does not hold up the next.

    ``refused`` names the files and the records that were not stored.
    """
    here = place()
    files: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for name, data in call.files:
        try:
            taken = afar.take_file(db.session, data, config(), here.now, here.today)
        except SyncError as error:
            sentence = sentence_of(error)
            refused.append({"file": name, "reason": error.code, "text": sentence})
            console.warn(f"{name}: {sentence}")
            continue
        lines = list(op_report.lines(taken))
        files.append({"file": name, "device": taken.device, "owner": taken.owner,
                      "ops": [vars(line) for line in lines]})  # fmt: skip
        refused += [{"file": name, **vars(line)} for line in lines if line.outcome == "rejected"]
        _tell(console, name, taken, lines)
    return {"files": files, "refused": refused}


def _tell(console: Console, name: str, taken: afar.FileTaken, lines: list[op_report.Told]) -> None:
    console.say(f"{name}: {taken.owner}, {taken.device}")
    for line in lines:
        if not line.taken:
            tell = console.warn if line.outcome == "rejected" else console.say
            tell(f"  {line.n}  {line.type}  {line.code}  {line.text}")
    counts = [sum(line.outcome == outcome for line in lines) for outcome in ("accepted", "duplicate")]
    console.say("  " + ngettext("%(num)s record was taken in", "%(num)s records were taken in", counts[0]) + "; "
                + _("known already: %(number)s", number=counts[1]))  # fmt: skip
