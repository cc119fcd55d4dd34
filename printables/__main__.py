"""The print room as a process of its own, so that WeasyPrint's memory never belongs to the office.

``python -m printables``: one JSON job a line on standard input, ``{"edition", "roster", "out", "cache", "locale_dir",
"duplex"}``; on standard output, in order, lines ``{"progress": [done, total]}`` and for each job one
``{"report": {…}}`` or ``{"error": {"code", "data"}}``. The process lasts until its input ends.
"""

import json
import sys
from pathlib import Path
from typing import Any

from printables.errors import PrintError
from printables.pack import print_group
from printables.roster import Roster
from sync.errors import SyncError


def main() -> None:
    """Answer jobs until standard input ends."""
    for line in sys.stdin:
        try:
            _say(report=_do(json.loads(line)))
        except (PrintError, SyncError) as error:
            _say(error={"code": error.code, "data": error.data})


def _do(job: dict[str, Any]) -> dict[str, Any]:
    return print_group(
        Path(job["edition"]),
        Roster.from_json(job["roster"]),
        Path(job["out"]),
        Path(job["cache"]),
        Path(job["locale_dir"]),
        lambda done, total: _say(progress=[done, total]),
        duplex=job.get("duplex", True),
    ).to_json()


def _say(**answer: Any) -> None:
    print(json.dumps(answer, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
