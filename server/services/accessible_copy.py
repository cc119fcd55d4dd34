"""A class's week as a tagged PDF for screen readers, from the edition that holds it."""

from datetime import date

from flask import current_app
from sqlalchemy.orm import Session

from printables.accessible import AccessibleReport
from server.config import Config
from server.models import Group
from server.services.publishing import LOCALES, edition_of_week
from server.services.weeks import week_name


def make(session: Session, group: Group, monday: date) -> AccessibleReport:
    """The copy of what is published. Raises DomainError ``not_published``, ``week_not_in_edition``; PrintError
    ``group_unknown`` for a group that no edition shows."""
    row, config = edition_of_week(session, monday), _config()
    made: AccessibleReport = current_app.extensions["child"].call(
        "printables.accessible:print_accessible", config.editions / row.id, group.slug, week_name(monday), row.number,
        LOCALES,
    )  # fmt: skip
    return made


def _config() -> Config:
    return current_app.extensions["korablik"]
