"""A new school: its row, its keys and its first administrator."""

import re
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from zoneinfo import ZoneInfo, available_timezones

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Account, Person, RoleGrant, School
from server.security import LOCALES
from server.services import accounts, keys
from sync.ids import content_id, uuid7

ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ23456789"  # no I, O, Q, 0, 1: they are misread
ZONES = {"RU": "Europe/Moscow", "KZ": "Asia/Almaty"}
LANGUAGES = {"RU": ["ru"], "KZ": ["kk", "ru"]}


@dataclass(frozen=True)
class NewSchool:
    """What the person at the command line says; empty means the country's usual."""

    name: str
    admin: str
    country: str = "RU"
    timezone: str = ""
    locale: str = "ru"
    address: str = ""
    hotline_phone: str = ""
    hotline_hours: str = ""
    is_demo: bool = False
    site_address: str = ""


def create(wanted: NewSchool, *, now: datetime) -> tuple[str, str]:
    """Create school, keys and administrator; returns the school's id and the one-time password.

    Raises DomainError ``home_exists``, ``field_needed``, ``value_invalid``, ``login_invalid``.
    """
    config = current_app.extensions["korablik"]
    check(wanted)
    random = SystemRandom()
    school_id = "".join(random.choice(ALPHABET) for _unused in range(4))
    with force_locale(wanted.locale):
        title = _("Administrator")
    keys.ensure(config.keys)
    admin_id, school_id = store.write(
        lambda session: _rows(session, wanted, school_id, title, now, random, str(config.home))
    )
    _account, password = accounts.create_account(admin_id, wanted.admin, None, now)
    return school_id, password


def check(wanted: NewSchool) -> None:
    """Raises DomainError ``field_needed``, ``value_invalid``, ``login_invalid`` before anything is made."""
    if not wanted.name.strip():
        raise DomainError("field_needed", field="--school")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,39}", accounts.clean_login(wanted.admin)):
        raise DomainError("login_invalid")
    if wanted.timezone and wanted.timezone not in available_timezones():
        raise DomainError("value_invalid", field="--timezone", value=wanted.timezone)
    if wanted.locale not in LOCALES:
        raise DomainError("value_invalid", field="--language", value=wanted.locale)


def _rows(
    session: Session, wanted: NewSchool, school_id: str, title: str, now: datetime, random: SystemRandom, home: str
) -> tuple[str, str]:
    known = session.scalars(select(School)).first()
    if known is not None:
        begun = session.scalars(select(RoleGrant).where(RoleGrant.role == "admin")).first()
        if begun is None or session.scalars(select(Account)).first() is not None:
            raise DomainError("home_exists", home=home)
        return begun.person_id, known.id  # interrupted before the account was made
    zone = wanted.timezone or ZONES[wanted.country]
    session.add(
        School(id=school_id, name=wanted.name.strip(), timezone=zone, country=wanted.country, locale=wanted.locale,
               languages=LANGUAGES[wanted.country], address=wanted.address, hotline_phone=wanted.hotline_phone,
               hotline_hours=wanted.hotline_hours, epoch=f"{random.getrandbits(128):032x}", is_demo=wanted.is_demo,
               site_address=wanted.site_address)
    )  # fmt: skip
    admin = Person(id=uuid7(int(now.timestamp() * 1000), random.randbytes), slug=f"{random.getrandbits(40):010x}",
                   last_name=title, released=[])  # fmt: skip
    session.add(admin)
    session.flush()
    since = now.astimezone(ZoneInfo(zone)).date()
    grant = content_id("grant", admin.id, "admin", "", "", since.isoformat())
    session.add(RoleGrant(id=grant, person_id=admin.id, role="admin", since=since))
    return admin.id, school_id
