"""Brings a home's database to the newest form and fills the rows every school starts with."""

from flask import current_app
from flask_migrate import upgrade

from server import store
from server.config import Config
from server.reference import add_missing
from server.security import private_folder


def prepare() -> None:
    """Migrate to head, then add missing reference rows. Safe to call at every start."""
    config = current_app.extensions["korablik"]
    if not config.home.exists():
        private_folder(config.home)
    for folder in (config.keys, config.packs, config.cache, config.run):
        private_folder(folder)
    upgrade()
    if config.database_url.startswith("sqlite"):
        (config.home / "korablik.db").chmod(0o600)
    store.write(add_missing)


def has_home(config: Config) -> bool:
    """True when there is a database to open: a file for SQLite; elsewhere the settings are believed."""
    return not config.database_url.startswith("sqlite") or (config.home / "korablik.db").exists()
