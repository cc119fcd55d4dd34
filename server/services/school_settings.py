"""What the school says of itself: name, address, hotline, language, A/B weeks, and which contacts are public."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Account, CourseTeacher, Person, RoleGrant, School
from server.security import LOCALES
from server.services.accounts import record
from server.services.content_draft import clean
from server.services.people import full_name
from server.services.works import current

FIELDS = {"name": 200, "address": 300, "hotline_phone": 60, "hotline_hours": 200, "site_address": 100}  # characters
SITE = re.compile(r"https?://[!-~]+")  # in a QR, so ASCII, and short enough for one that a cheap phone reads
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
RELEASES = ("name", "phone", "email")


@dataclass(frozen=True)
class Settings:
    """What can be set. ``week_anchor``: a Monday of the first kind of week; ``week_cycle`` 2 = A/B weeks.

    ``publish_at``: "HH:MM" at the school, when the approved next day goes out by itself, "" for never;
    ``remind_minutes``: how long before that; ``week_length``: days a week with lessons; ``languages``: of the reader,
    beside ``locale``, which is always one; ``site_address``: where ``public/`` is served to families, "" for nowhere.
    """

    name: str
    address: str
    hotline_phone: str
    hotline_hours: str
    locale: str
    week_cycle: int
    week_anchor: date | None
    publish_at: str
    remind_minutes: int
    week_length: int
    languages: tuple[str, ...] = ()
    site_address: str = ""


@dataclass(frozen=True)
class StaffContact:
    """A member of staff and what of them is released."""

    id: str
    name: str
    phone: str
    email: str
    released: tuple[str, ...]


def read(session: Session) -> Settings:
    """What is set now. Raises DomainError home_missing."""
    row = _school(session)
    return Settings(row.name, row.address, row.hotline_phone, row.hotline_hours, row.locale, row.week_cycle,
                    row.week_anchor, row.publish_at or "", row.remind_minutes, row.week_length,
                    tuple(row.languages), row.site_address)  # fmt: skip


def normal(settings: Settings) -> Settings:
    """As it would be stored: cleaned, the anchor moved to its Monday, the school's own language first."""
    anchor = settings.week_anchor
    texts = {field: " ".join(clean(getattr(settings, field)).split()) for field in FIELDS}
    texts["site_address"] = _plain_address(texts["site_address"])
    languages = tuple(dict.fromkeys([settings.locale, *(code for code in LOCALES if code in settings.languages)]))
    return replace(settings, **texts, publish_at=settings.publish_at.strip(), languages=languages,
                   week_anchor=anchor - timedelta(days=anchor.weekday()) if anchor else None)  # fmt: skip


def _plain_address(typed: str) -> str:
    """An address without fragment, its host in ASCII («школа.рф» → "xn--…"); what is none stays as it is."""
    try:
        parts = urlsplit(typed)
        host = parts.netloc.encode("idna").decode()
        return parts._replace(netloc=host, query="", fragment="").geturl()
    except ValueError:
        return typed


def problems(settings: Settings) -> dict[str, DomainError]:
    """What keeps them from being stored, by field."""
    found = {
        field: DomainError("text_long", length=len(getattr(settings, field)), limit=limit)
        for field, limit in FIELDS.items() if len(getattr(settings, field)) > limit
    }  # fmt: skip
    if not settings.name:
        found["name"] = DomainError("field_needed", field=_l("name of the school"))
    if settings.site_address and not SITE.fullmatch(settings.site_address):
        found["site_address"] = DomainError("value_invalid", field=_l("address of the site"),
                                            value=settings.site_address[:40])  # fmt: skip
    if settings.locale not in LOCALES:
        found["locale"] = DomainError("value_invalid", field=_l("language"), value=settings.locale[:10])
    if settings.week_cycle not in (1, 2):
        found["week_cycle"] = DomainError("value_invalid", field=_l("weeks"), value=str(settings.week_cycle))
    if settings.publish_at and not CLOCK.fullmatch(settings.publish_at):
        found["publish_at"] = DomainError("value_invalid", field=_l("time to publish"), value=settings.publish_at[:10])
    if not 0 <= settings.remind_minutes <= 1440:
        found["remind_minutes"] = DomainError("value_invalid", field=_l("minutes before"), value="")
    if settings.week_length not in (5, 6):
        found["week_length"] = DomainError("value_invalid", field=_l("days a week"), value="")
    if settings.week_cycle == 2 and settings.week_anchor is None:
        found["week_anchor"] = DomainError("field_needed", field=_l("a day of an A week"))
    return found


def save(settings: Settings, now: datetime, account_id: str) -> None:
    """Store them. Raises the first of ``problems``."""
    wanted = normal(settings)
    if found := problems(wanted):
        raise next(iter(found.values()))

    def write(session: Session) -> None:
        row = _school(session)
        for field in FIELDS:
            setattr(row, field, getattr(wanted, field))
        row.locale, row.week_cycle = wanted.locale, wanted.week_cycle
        row.publish_at, row.remind_minutes = wanted.publish_at or None, wanted.remind_minutes
        row.week_length = wanted.week_length
        row.week_anchor = wanted.week_anchor or row.week_anchor
        row.languages = list(wanted.languages)
        record(session, now, account_id, "school.settings", row.id)

    store.write(write)


def staff(session: Session, today: date) -> list[StaffContact]:
    """Who works at the school on a day: by a role, a course or an account."""
    roles = select(RoleGrant.person_id).where(current(RoleGrant.since, RoleGrant.until, today))
    teachers = select(CourseTeacher.person_id).where(current(CourseTeacher.since, CourseTeacher.until, today))
    rows = session.scalars(
        select(Person)
        .where(Person.left_on.is_(None),
               or_(Person.id.in_(roles), Person.id.in_(teachers), Person.id.in_(select(Account.person_id))))
        .order_by(Person.last_name, Person.first_name, Person.id)
    )  # fmt: skip
    return [StaffContact(row.id, full_name(row), row.phone, row.email, tuple(row.released)) for row in rows]


def release(wanted: dict[str, Collection[str]], today: date, now: datetime, account_id: str) -> int:
    """Set what is released of each person named; a phone or an e-mail brings the name with it.

    Returns how many changed. Raises DomainError person_unknown for somebody who is not staff.
    """

    def write(session: Session) -> int:
        known = {contact.id for contact in staff(session, today)}
        changed = 0
        for person_id, chosen in wanted.items():
            if person_id not in known:
                raise DomainError("person_unknown")
            person = session.get_one(Person, person_id)
            released = [what for what in RELEASES if what in chosen or (what == "name" and chosen)]
            if set(person.released) != set(released):
                person.released = released
                record(session, now, account_id, "person.release", person_id)
                changed += 1
        return changed

    return store.write(write)


def _school(session: Session) -> School:
    row = session.scalar(select(School))
    if row is None:
        raise DomainError("home_missing", home="")
    return row
