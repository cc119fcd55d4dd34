"""How a clash that would arise, and what else speaks against a place, is said to people, with names."""

from collections.abc import Mapping

from flask_babel import gettext as _

from server import naming
from server.services.days.checks import away, workload
from server.services.days.clashes import ROOM, TEACHER
from server.services.days.finding import Finding
from server.services.days.reading import Facts, Held
from server.services.days.trying import Hindrance
from sync import wording


def hindrance_said(one: Hindrance, facts: Facts, names: Mapping[str, str] = {}) -> str:
    """«Петрова М. И. teaches 8 «Б» then». ``names``: of home-taught students' groups, for who may read them."""
    other = groups_said(one.other, facts, names)
    if one.clash.kind == TEACHER:
        who = ", ".join(facts.people[id] for id in one.clash.who)
        return _("%(name)s has %(group)s then.", name=who, group=other)
    if one.clash.kind == ROOM:
        rooms = ", ".join(naming.room(facts.rooms[id]) for id in one.clash.who)
        return naming.capital(_("%(room)s is taken by %(group)s.", room=rooms, group=other))
    subject = wording.inside(subjects_said(one.other, facts))
    return _("%(group)s has %(subject)s then.", group=other, subject=subject)


def unfit_said(finding: Finding, facts: Facts) -> str:
    """Of the one lesson that is tried: «Петрова М. И. is away then»."""
    name = ", ".join(facts.people.get(id, "…") for id in finding.who)
    if finding.code == away.AWAY:
        return _("%(name)s is away then.", name=name)
    if finding.code == workload.METHODICAL:
        return _("%(name)s has a methodical day.", name=name)
    if finding.code == workload.OFF:
        return _("%(name)s is not at work this day.", name=name)
    if finding.code == workload.OUTSIDE:
        times = f"{finding.data['starts'] or '…'}–{finding.data['ends'] or '…'}"
        return _("%(name)s is at work %(times)s.", name=name, times=times)
    return _("%(name)s would have %(count)s lessons this day, agreed are at most %(most)s.", name=name, **finding.data)


def groups_said(lesson: Held, facts: Facts, names: Mapping[str, str] = {}) -> str:
    """The groups of a lesson: «7 «А», Группа 1», «1, 3 классы»."""
    return naming.klasses(dict.fromkeys(names.get(id) or facts.group_name(id) for id in lesson.groups))


def subjects_said(lesson: Held, facts: Facts) -> str:
    """The subjects of a lesson, mostly one."""
    return ", ".join(dict.fromkeys(facts.subjects[part.subject] for part in lesson.parts))
