"""How proposals and decisions about a teacher's lessons are said to people."""

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server.services.days.reading import Facts, Held
from server.services.days.state import LessonState
from server.services.substitution.given import Given
from server.services.substitution.ranking import Proposal
from sync.wording import inside

DOUBTS = {"methodical": _l("methodical day"), "off": _l("does not work that day"), "hours": _l("outside working hours")}


def why(one: Proposal, subjects: str) -> str:
    """«free · teaches algebra · knows the class · 18 lessons this week»."""
    said = [_("free")]
    if one.teaches:
        said.append(_("teaches %(subject)s", subject=inside(subjects)))
    if one.leads:
        said.append(_("class teacher of this class"))
    elif one.knows:
        said.append(_("knows the class"))
    if not one.day:
        said.append(_("has no lessons that day"))
    said.append(ngettext("%(num)s lesson this week", "%(num)s lessons this week", one.week))
    if one.over_week:
        said.append(_("more than the schedule allows a week"))
    if one.over_day:
        said.append(_("more than the schedule allows a day"))
    return " · ".join(said)


def subjects(lesson: Held, facts: Facts) -> str:
    """Names of what is taught."""
    return ", ".join(sorted({facts.subjects[part.subject] for part in lesson.parts}))


def groups(lesson: Held, facts: Facts) -> list[str]:
    """Names of who is taught."""
    return sorted({facts.group_name(id) for id in lesson.groups})


def names(lesson: Held, people: dict[str, str]) -> str:
    """Who holds a lesson."""
    return ", ".join(people.get(id, "?") for id in lesson.teachers)


def decided(one: Given, people: dict[str, str]) -> str:
    """What was decided: who holds it, or how it is held."""
    return _standing(one.before, one.after, people)


def stands(one: Given, people: dict[str, str]) -> str:
    """How it stands now: when and by whom."""
    where = _("%(day)s, lesson %(n)s", day=format_date(one.now.on, "d MMM"), n=one.now.n)
    return f"{where}: {_standing(one.now, one.now, people)}"


def _standing(before: LessonState, after: LessonState, people: dict[str, str]) -> str:
    if after.state == "withdrawn":
        return _("groups joined")
    if after.state == "cancelled":
        return _("not held")
    names = ", ".join(people.get(id, "?") for id in after.teachers)
    if (before.on, before.n) != (after.on, after.n):
        where = _("%(day)s, lesson %(n)s", day=format_date(after.on, "d MMM"), n=after.n)
        return _("swapped: %(name)s, %(where)s", name=names, where=where)
    return names or _("self-study")
