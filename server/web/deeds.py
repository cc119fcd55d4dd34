"""What pages that change lessons share: who does it, what they may do, and where the deed is shown afterwards."""

from flask_login import current_user

from server.extensions import db
from server.models import Person
from server.policy import Action
from server.services.content import Author
from server.services.days.changing import Rights
from server.services.going_out import Starter
from server.services.people import short_name
from server.web import access, drafts


def author() -> Author:
    """Who sends this request, and when."""
    moment = drafts.moment()
    return Author(current_user.person_id, current_user.account_id, moment.at, moment.today)


def rights() -> Rights:
    """What they may do beyond composing days."""
    return Rights(access.may(Action.DAY_CORRECT), access.may(Action.DAY_APPROVE))


def starter() -> Starter:
    """Who presses the button of what takes long, with the name that others see meanwhile."""
    by = author()
    person = db.session.get(Person, by.person_id)
    name = short_name(person) if person else current_user.login
    return Starter(by.person_id, by.account_id, name, by.now, by.today)
