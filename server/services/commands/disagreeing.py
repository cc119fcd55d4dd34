"""`korablik conflicts`: where two values were saved, for who keeps the school's computer; students by their slugs."""

from typing import Any

from flask_babel import gettext as _

from server.extensions import db
from server.policy import Realm
from server.services import conflicts
from server.services.commands.console import Call, Console, place
from server.services.conflict_kinds import KINDS
from server.services.conflicts import Conflict, Saying

EVERYWHERE = Realm(True, frozenset(), frozenset())


def list_conflicts(call: Call, console: Console) -> dict[str, Any]:
    """All of them with both sides."""
    place()
    found = conflicts.find(db.session, dict.fromkeys(KINDS, EVERYWHERE))
    said = conflicts.histories(db.session, found)
    for each in found:
        values = " / ".join(value[1] or value[0] for value in each.sides)
        console.say(f"{each.place.group}, {each.place.subject}, {each.place.title or each.key}: {values}")
    if not found:
        console.say(_("Nobody disagrees."))
    else:
        console.say(_("They are decided in the office: %(path)s", path="/conflicts/"))
    return {"conflicts": [_plain(each, said[each.kind, each.key]) for each in found]}


def _plain(conflict: Conflict, said: list[Saying]) -> dict[str, Any]:
    here = conflict.place
    return {
        "kind": conflict.kind, "key": conflict.key, "student": here.slug, "group": here.group,
        "subject": here.subject, "title": here.title, "on": here.on.isoformat() if here.on else None,
        "values": [
            {"value": value[1], "verdict": value[0],
             "said": [{"author": one.author, "at": one.at.isoformat(), "received_at": one.received_at.isoformat(),
                       "channel": one.channel, "device": one.device, "comment": one.comment}
                      for one in said if one.is_head and one.value == value]}
            for value in conflict.sides
        ],
        "history": len(said),
    }  # fmt: skip
