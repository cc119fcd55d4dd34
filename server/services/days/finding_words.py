"""How findings of a timetable are said to people."""

from flask_babel import gettext as _

from server.services.days.checking import Finding
from server.services.days.clashes import GROUP, ROOM, TEACHER
from server.services.days.reading import Days


def sentence(finding: Finding, days: Days) -> str:
    """What is wrong, with names, in the language of the reader."""
    facts = days.facts
    if finding.code == TEACHER:
        return _("%(name)s has two lessons at once.", name=", ".join(facts.people[id] for id in finding.who))
    if finding.code == ROOM:
        return _("Room %(name)s is taken twice.", name=", ".join(facts.rooms[id] for id in finding.who))
    if finding.code == GROUP:
        return _("%(name)s: two lessons at once.", name="; ".join(facts.group_name(id) for id in finding.who))
    return finding.code
