"""What a planned work collides with, in a sentence."""

from flask_babel import gettext as _
from flask_babel import ngettext

from server.naming import capital
from server.services.works_plan import hits
from server.services.works_plan.hits import Hit


def sentence(hit: Hit, kinds: dict[str, str]) -> str:
    """One sentence with the names of what collides; ``kinds``: translated names by code."""
    others = "; ".join(f"{one.subject}, {kinds.get(one.kind, one.kind)} {one.number}" for one in hit.others)
    if hit.rule == hits.A_DAY and hit.norm:
        text = ngettext("%(num)s work of the class on this day, at most %(limit)s may be: %(others)s.",
                        "%(num)s works of the class on this day, at most %(limit)s may be: %(others)s.",
                        hit.count, limit=hit.norm.value, others=others)  # fmt: skip
        return capital(text)
    if hit.rule == hits.SHARE and hit.norm:
        return _("%(count)s such works in %(hours)s hours of the subject this term: more than %(limit)s %%.",
                 count=hit.count, hours=hit.hours, limit=hit.norm.value)  # fmt: skip
    return {
        hits.LAST_DAYS: _("None may be on the last day of the term."),
        hits.NO_LESSON: _("The class has no lesson of this subject on that day."),
        hits.NOT_TAUGHT: _("There are no lessons on that day: a holiday or a free day."),
        hits.OUTSIDE: _("The day is not in the term."),
    }[hit.rule]
