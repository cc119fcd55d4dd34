"""Brings a home's database to the newest form and fills the rows every school starts with."""

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import inspect

from server import store
from server.extensions import db
from server.reference import add_missing
from server.security import private_folder


def prepare() -> None:
    """Migrate to head, then add missing reference rows. Safe to call at every start."""
    config = current_app.extensions["korablik"]
    private_folder(config.home) if not config.home.exists() else None
    private_folder(config.keys)
    upgrade()
    store.write(add_missing)


def exists() -> bool:
    """True when the database has tables."""
    return inspect(db.engine).has_table("school")
