"""The settings of an installation: a frozen Config, read from the environment once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.errors import DomainError

CHECKOUT = Path(__file__).resolve().parent.parent


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
    Setting("KORABLIK_NOW", "", "fixes the clock, e.g. `2026-12-07T08:00` in the school's zone; only in a demo home"),
)


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

    values: dict[str, object] = {
        "host": environ.get("KORABLIK_HOST") or "127.0.0.1",
        "port": number("KORABLIK_PORT", 8000, 1, 65535),
        "threads": number("KORABLIK_THREADS", 16, 1, 512),
        "proxies": number("KORABLIK_PROXIES", 0, 0, 16),
        "upload_mb": number("KORABLIK_UPLOAD_MB", 32, 1, 1024),
        "backups_kept": number("KORABLIK_BACKUPS", 14, 1, 9999),
    }
    if environ.get("KORABLIK_DATABASE"):
        values["database_url"] = environ["KORABLIK_DATABASE"]
    if environ.get("KORABLIK_NOW"):
        try:
            values["fixed_now"] = datetime.fromisoformat(environ["KORABLIK_NOW"]).replace(tzinfo=None)
        except ValueError as error:
            raise DomainError("setting_invalid", name="KORABLIK_NOW", value=environ["KORABLIK_NOW"]) from error
    return make_config(Path(environ.get("KORABLIK_HOME") or CHECKOUT / "build" / "home"), **values)
