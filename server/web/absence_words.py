"""How pages tell why an absence is proposed, or why none is, and who can say more."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server.services.absence_decision import Ask, Proposal, Why
from server.web.shell import short_day

ASKS: dict[Ask, Any] = {
    Ask.NOBODY: "",
    Ask.FAMILY: _l("Ask the family."),
    Ask.CLASS_TEACHER: _l("The class teacher finds out how this family is reached."),
    Ask.OFFICE: _l("The pack is to be printed and delivered."),
}


def why(proposal: Proposal, channels: Mapping[str, Any]) -> str:
    """A few words. ``channels``: names of the ways in which work comes back."""
    day = short_day(proposal.day) if proposal.day else ""
    channel = str(channels[proposal.detail]) if proposal.detail in channels else proposal.detail
    if proposal.why is Why.NOT_SEEN:
        return _("was not there (%(place)s)", place=proposal.detail) if proposal.detail else _("was not there")
    told = {
        Why.NOT_HANDED_IN: _("nothing came by %(day)s", day=day),
        Why.LATE: _("handed in late: %(day)s, %(channel)s", day=day, channel=channel),
        Why.CAME_AFTER_ALL: _("the work was handed in in time after all: %(day)s, %(channel)s", day=day,
                              channel=channel),
        Why.CUT_OFF: _("noted as out of reach"),
        Why.TROUBLE: _("the family told of trouble on %(day)s", day=day),
        Why.NO_PACK: _("learns on paper, and no pack was printed for that week"),
        Why.NO_CHANNEL: _("no internet, and no other way is known"),
    }  # fmt: skip
    return told.get(proposal.why, "")
