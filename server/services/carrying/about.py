"""What stick and ZIM say of themselves: school, edition, classes as people call them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from server.config import Config
from server.errors import DomainError
from server.naming import klass
from server.services import publishing
from server.services.carrying.start_page import start_page
from server.services.carrying.usb import About
from server.services.carrying.zim import Words
from sync.edition import read_edition
from sync.pages import languages


@dataclass(frozen=True)
class Issue:
    """The edition that is out."""

    number: int
    issued_at: datetime
    content: dict[str, Any]

    @property
    def slugs(self) -> list[str]:
        """Its classes, as the list of classes orders them."""
        groups = self.content["groups"]
        return sorted(groups, key=lambda slug: (groups[slug]["grade"] or 99, groups[slug]["name"]))

    def name(self, slug: str) -> str:
        """«7 «А» класс», or the name of another group."""
        return klass(self.content["groups"][slug]["name"])


def issue(session: Session, config: Config) -> Issue:
    """The newest edition. Raises DomainError ``site_missing`` before the first, SyncError ``edition_unreadable``."""
    row = publishing.newest(session)
    if row is None:
        raise DomainError("site_missing", slug="index.html")
    return Issue(row.number, row.issued_at, read_edition(config.editions / row.id).content)


def about_stick(issue: Issue) -> About:
    """For usb.carry."""
    school = issue.content["school"]
    return About(school["id"], issue.number, tuple(languages(school)), start_page)


def about_zim(issue: Issue, slug: str) -> Words:
    """For zim.write_zim."""
    school = issue.content["school"]
    moment = issue.issued_at.astimezone(ZoneInfo(school["timezone"]))
    day = format_datetime(moment, "d MMMM y, HH:mm", locale=get_locale())
    edition = _("edition %(number)s", number=issue.number) + " · " + day
    return Words(issue.name(slug), f"{school['name']}: {edition}", school["name"], school["locale"],
                 f"korablik_{school['id']}_{slug}", edition)  # fmt: skip
