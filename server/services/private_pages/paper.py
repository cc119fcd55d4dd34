"""A student's personal page on a sheet of its own, for who lost the cover or got a new address."""

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.private_slip import Slip
from server.config import Config
from server.models import Person, School
from server.services import people
from server.services.private_pages import addresses
from server.services.publishing import LOCALES


def slip(session: Session, person: Person, group_name: str) -> bytes:
    """The sheet as a PDF. Raises PrintError ``font_lacks``."""
    config: Config = current_app.extensions["korablik"]
    school = session.scalars(select(School)).one()
    sheet = Slip(
        school.name, school.hotline_phone, people.full_name(person), group_name,
        addresses.letters_of(session, config, [person.id])[person.id], addresses.entrance(session),
    )  # fmt: skip
    return current_app.extensions["child"].call("printables.private_slip:slip_pdf", sheet, school.locale, LOCALES)
