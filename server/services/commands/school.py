"""`korablik check`: what the school's data holds and what is wrong with it."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _

from server.extensions import db
from server.services import checks, safety
from server.services.commands.console import Call, Console, place
from server.services.commands.labels import label


def check(call: Call, console: Console) -> dict[str, Any]:
    """Counts by the samples' keys, and problems a person should look at."""
    here = place()
    counts = checks.counts(db.session)
    problems = checks.problems(db.session, here.now)
    console.say(f"{here.school.name} ({here.school.id})")
    for name, value in counts.items():
        if not isinstance(value, dict):
            console.say(f"  {label(name)}: {value}")
    if problems:
        console.say(_("Worth a look:"))
        for problem in problems:
            console.say(f"  {problem}")
    else:
        console.say(_("No problems found."))
    worries = safety.worries(current_app.extensions["korablik"], here.now)
    if worries:
        console.say(_("Safety of the data:"))
        for worry in worries:
            console.say(f"  {worry}")
    return {**counts, "problems": [str(problem) for problem in problems],
            "safety": [{"code": worry.code, "text": str(worry)} for worry in worries]}  # fmt: skip
