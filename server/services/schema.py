"""Brings a home's database to the newest form and fills the rows every school starts with."""

import logging
from pathlib import Path

from flask import current_app
from sqlalchemy import column, inspect, make_url, select, table
from sqlalchemy.exc import ArgumentError

from server import store
from server.config import Config
from server.errors import DomainError
from server.extensions import db
from server.reference import add_missing
from server.security import private_folder

DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
log = logging.getLogger(__name__)


def prepare() -> None:
    """Migrate to head, then add missing reference rows. Safe to call at every start."""
    config = current_app.extensions["korablik"]
    if not config.home.exists():
        private_folder(config.home)
    for folder in (config.keys, config.packs, config.cache, config.run):
        private_folder(folder)
    if not is_newest():
        _back_up(config)
        migrate()
    if (file := database_file(config)) is not None:
        file.chmod(0o600)
    store.write(add_missing)


def _back_up(config: Config) -> None:
    """A backup before every migration: without one nothing is changed.

    PostgreSQL takes a failed migration back by itself; there a missing pg_dump is only told.
    """
    from server import clock
    from server.services import backups

    school = select(column("id")).select_from(table("school"))
    if not inspect(db.engine).has_table("school") or db.session.execute(school).first() is None:
        return
    db.session.rollback()
    try:
        backups.make(config, clock.now(config, "UTC"), "migration")
    except DomainError as error:
        if database_file(config) is not None or error.code not in ("backup_tool_missing", "backup_failed"):
            raise
        log.warning("no backup before the migration: %s", error.code)


def migrate() -> None:
    """Run every migration the database lacks. Alembic is loaded here only: a start mostly finds nothing to do."""
    from flask_migrate import Migrate, upgrade

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    Migrate(app, db, directory=str(MIGRATIONS))
    upgrade()


def revisions() -> list[str]:
    """All migrations, oldest first: files of migrations/versions/ begin with their number, the revision's id."""
    return sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_newest() -> bool:
    """True when the database has every migration. Raises DomainError ``database_newer`` when it has others."""
    if not inspect(db.engine).has_table("alembic_version"):
        return False
    ours, found = revisions(), db.session.scalar(select(table("alembic_version", column("version_num"))))
    if found is not None and found not in ours:
        raise DomainError("database_newer", home=current_app.extensions["korablik"].home)
    return found == ours[-1]


def database_file(config: Config) -> Path | None:
    """The SQLite file of a home; None for another database. Raises DomainError ``setting_invalid``."""
    try:
        url = make_url(config.database_url)
    except (ArgumentError, ValueError) as error:
        raise DomainError("setting_invalid", name="KORABLIK_DATABASE", value="…") from error
    if url.drivername not in DRIVERS:  # the address itself may hold a password
        raise DomainError("setting_invalid", name="KORABLIK_DATABASE", value=f"{url.drivername}://…")
    return Path((url.database or "").removeprefix("file:")) if url.drivername.startswith("sqlite") else None


def has_home(config: Config) -> bool:
    """True when there is a database to open: a file for SQLite; elsewhere the settings are believed."""
    file = database_file(config)
    return file is None or file.exists()
