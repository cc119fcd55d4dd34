"""`korablik timetable propose`: a day as the solver would place it, and what that gains. Nothing is changed."""

from typing import Any
from zoneinfo import ZoneInfo

from server.extensions import db
from server.services.commands.console import Call, Console, place
from server.services.proposal import proposing, words
from server.services.weeks import parse_day


def propose_day(call: Call, console: Console) -> dict[str, Any]:
    """Counts before and after, and every lesson that would change."""
    here = place()
    now = here.now.astimezone(ZoneInfo(here.school.timezone))
    found = proposing.propose(db.session, parse_day(call.options["date"]), now, call.options["seconds"])
    for name, text in words.COUNTS.items():
        console.say(f"{text}: {found.before[name]} → {found.after[name]}")
    for move in found.moves:
        console.say(f"  {words.lesson(move, found)}: {words.change(move, found)}")
    return {
        "date": found.day.isoformat(), "gain": found.gain, "before": found.before, "after": found.after,
        "moves": [{"lesson": words.lesson(move, found), "id": move.lesson.id, "from": move.lesson.n, "to": move.n,
                   "substitute": found.names.get(move.substitute, ""), "off_screen": move.off_screen}
                  for move in found.moves],
    }  # fmt: skip
