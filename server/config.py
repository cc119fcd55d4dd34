"""The settings of an installation: a frozen Config, read from the environment once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from server.errors import DomainError

CHECKOUT = Path(__file__).resolve().parent.parent
SMS_BODY = '{"to": {to}, "text": {text}}'


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, its default as the README states it, and what it does."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("KORABLIK_HOME", "build/home", "folder of the school's data: database, editions, site, packs, keys"),
    Setting("KORABLIK_DATABASE", "sqlite in the home", "database URL; `postgresql+psycopg://…` for PostgreSQL"),
    Setting("KORABLIK_HOST", "127.0.0.1", "address that `korablik serve` listens on"),
    Setting("KORABLIK_PORT", "8000", "port that `korablik serve` listens on"),
    Setting("KORABLIK_THREADS", "16", "threads that answer requests"),
    Setting("KORABLIK_PROXIES", "0", "number of reverse proxies in front whose X-Forwarded headers are trusted"),
    Setting("KORABLIK_UPLOAD_MB", "32", "largest file or form that is taken, in megabytes"),
    Setting("KORABLIK_BACKUPS", "14", "how many backups of each kind stay in the home's folder `backups`"),
    Setting("KORABLIK_SMTP_HOST", "", "mail server that takes the school's e-mails; without it they are sent by hand"),
    Setting("KORABLIK_SMTP_PORT", "587", "its port"),
    Setting("KORABLIK_SMTP_SECURITY", "starttls", "`starttls`, `tls` (from the first byte, port 465) or `none`"),
    Setting("KORABLIK_SMTP_USER", "", "login there"),
    Setting("KORABLIK_SMTP_PASSWORD", "", "password there"),
    Setting("KORABLIK_SMTP_FROM", "", "address that e-mails come from, e.g. `School <school@example.org>`"),
    Setting("KORABLIK_SMS_URL", "",
            "address of an SMS gateway that takes an HTTP POST; without it SMS are sent by hand"),
    Setting("KORABLIK_SMS_BODY", SMS_BODY,
            "what is posted: JSON with `{to}`, `{text}`, `{id}`, or a form like `phone={to}&mes={text}`"),
    Setting("KORABLIK_SMS_HEADER", "", "a header with the key, e.g. `Authorization: Bearer …`"),
    Setting("KORABLIK_SMS_ACCEPTED", "",
            "what the JSON of an answer must say, e.g. `status=OK` or `result.code=0`; without it any 2xx is a yes"),
    Setting("KORABLIK_SMS_TIMEOUT", "10", "seconds to wait for the gateway and for the mail server"),
    Setting("KORABLIK_NOW", "", "fixes the clock, e.g. `2026-12-07T08:00` in the school's zone; only in a demo home"),
)  # fmt: skip


@dataclass(frozen=True)
class Mail:
    """The mail server that takes the school's e-mails. ``security``: starttls, tls or none."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sender: str = ""
    timeout: float = 10.0


@dataclass(frozen=True)
class Sms:
    """The gateway that takes SMS. ``accepted``: what its JSON must say, as path=value; "" = any 2xx."""

    url: str = field(repr=False)  # some gateways want the key in it
    body: str = field(default=SMS_BODY, repr=False)
    header: str = field(default="", repr=False)
    accepted: str = ""
    timeout: float = 10.0


@dataclass(frozen=True)
class Config:
    """Where things lie and how the server listens. Paths are absolute."""

    home: Path
    database_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 16
    proxies: int = 0
    upload_mb: int = 32
    backups_kept: int = 14
    mail: Mail | None = None
    sms: Sms | None = None
    fixed_now: datetime | None = None  # naive, in the school's zone
    testing: bool = False

    @property
    def editions(self) -> Path:
        return self.home / "editions"

    @property
    def public(self) -> Path:
        return self.home / "public"

    @property
    def packs(self) -> Path:
        return self.home / "packs"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @property
    def images(self) -> Path:
        return self.home / "media" / "images"

    @property
    def backups(self) -> Path:
        return self.home / "backups"

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    @property
    def run(self) -> Path:
        return self.home / "run"


def make_config(home: Path, **values: object) -> Config:
    """A Config for a home, with the home's own SQLite file unless a ``database_url`` is given."""
    home = home.resolve()
    values.setdefault("database_url", f"sqlite:///{home / 'korablik.db'}")
    return Config(home=home, **values)  # type: ignore[arg-type]


def read_config(environ: Mapping[str, str]) -> Config:
    """Config from environment variables (see SETTINGS). Raises DomainError ``setting_invalid`` naming the variable."""

    def number(name: str, default: int, least: int, most: int) -> int:
        text = environ.get(name) or str(default)
        if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
            raise DomainError("setting_invalid", name=name, value=text)
        return int(text)

    timeout = float(number("KORABLIK_SMS_TIMEOUT", 10, 1, 120))
    values: dict[str, object] = {
        "host": environ.get("KORABLIK_HOST") or "127.0.0.1",
        "port": number("KORABLIK_PORT", 8000, 1, 65535),
        "threads": number("KORABLIK_THREADS", 16, 1, 512),
        "proxies": number("KORABLIK_PROXIES", 0, 0, 16),
        "upload_mb": number("KORABLIK_UPLOAD_MB", 32, 1, 1024),
        "backups_kept": number("KORABLIK_BACKUPS", 14, 1, 9999),
    }
    values["mail"] = _read_mail(environ, number("KORABLIK_SMTP_PORT", 587, 1, 65535), timeout)
    values["sms"] = _read_sms(environ, timeout)
    if environ.get("KORABLIK_DATABASE"):
        values["database_url"] = environ["KORABLIK_DATABASE"]
    if environ.get("KORABLIK_NOW"):
        try:
            values["fixed_now"] = datetime.fromisoformat(environ["KORABLIK_NOW"]).replace(tzinfo=None)
        except ValueError as error:
            raise DomainError("setting_invalid", name="KORABLIK_NOW", value=environ["KORABLIK_NOW"]) from error
    return make_config(Path(environ.get("KORABLIK_HOME") or CHECKOUT / "build" / "home"), **values)


def _read_mail(environ: Mapping[str, str], port: int, timeout: float) -> Mail | None:
    host = environ.get("KORABLIK_SMTP_HOST", "")
    if not host:
        return None
    security = environ.get("KORABLIK_SMTP_SECURITY") or "starttls"
    if security not in ("starttls", "tls", "none"):
        raise DomainError("setting_invalid", name="KORABLIK_SMTP_SECURITY", value=security)
    sender = environ.get("KORABLIK_SMTP_FROM", "")
    if "@" not in parseaddr(sender)[1]:
        raise DomainError("setting_invalid", name="KORABLIK_SMTP_FROM", value=sender)
    user, password = environ.get("KORABLIK_SMTP_USER", ""), environ.get("KORABLIK_SMTP_PASSWORD", "")
    return Mail(host, port, security, user, password, sender, timeout)


def _read_sms(environ: Mapping[str, str], timeout: float) -> Sms | None:
    """Raises DomainError ``setting_invalid``; a value that may hold a key is not repeated in it."""
    url = environ.get("KORABLIK_SMS_URL", "")
    if not url:
        return None
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise DomainError("setting_invalid", name="KORABLIK_SMS_URL", value="…")
    body = environ.get("KORABLIK_SMS_BODY") or SMS_BODY
    if "{to}" not in body or "{text}" not in body:
        raise DomainError("setting_invalid", name="KORABLIK_SMS_BODY", value="…")
    header = environ.get("KORABLIK_SMS_HEADER", "")
    if header and not re.fullmatch(r"[A-Za-z0-9-]+:[ \t]*[\x20-\x7e]+", header):
        raise DomainError("setting_invalid", name="KORABLIK_SMS_HEADER", value="…")
    accepted = environ.get("KORABLIK_SMS_ACCEPTED", "")
    if accepted and "=" not in accepted:
        raise DomainError("setting_invalid", name="KORABLIK_SMS_ACCEPTED", value=accepted)
    return Sms(url, body, header, accepted, timeout)
