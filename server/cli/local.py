"""Commands that run in this process: a new home, and any command while no office serves."""

import gc
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask import Flask
from flask_babel import Babel, force_locale

from server import clock, create_app
from server.cli import faults, remote
from server.cli.terminal import Terminal
from server.cli.words import TRANSLATIONS, _, language
from server.config import Config, read_config
from server.errors import DomainError, sentence_of
from server.extensions import db
from server.services.commands.console import Call, Console
from sync.errors import SyncError

HOMELESS = {"verify"}  # commands that need no school and leave no trace in a home
BESIDE = {"backup"}  # read all of a home: beside the office that serves it, else under the lock, so that nothing moves


def told(error: SyncError) -> str:
    """The sentence of an error in the terminal's language."""
    with _no_office(None):
        return sentence_of(error)


def risks(config: Config) -> list[str]:
    """What is wrong with the machine a home lies on, in the terminal's language."""
    from server.services import safety

    with _no_office(config):
        return [str(worry) for worry in safety.sqlite(config)]


@contextmanager
def _no_office(config: Config | None) -> Iterator[None]:
    """Language and settings without a database."""
    app = Flask("server.errors")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    app.extensions["korablik"] = config
    Babel(app)
    with app.app_context(), force_locale(language(os.environ)):
        yield


def environment() -> Config:
    """The Config of this process's environment; a restore that was killed in this home is completed first."""
    from server.services import restoring

    config = read_config(os.environ)
    if restoring.is_unfinished(config):
        with lock(config):  # whoever gets it completes what was begun
            pass
    return config


@contextmanager
def office(config: Config) -> Iterator[APIFlask]:
    """An application on a home, in its context; everything it started ends with the block.

    What goes wrong inside comes out as the catalogue's error.
    """
    from server.services import schema

    try:
        schema.database_file(config)  # an address that is none is said before a driver is looked for
        app = create_app(config)
    except Exception as error:
        raise _known(error, config) from error
    if not gc.isenabled():  # see server.cli.main
        gc.freeze()  # what was loaded stays: no use in looking it through again and again
        gc.enable()
    try:
        with app.app_context():
            yield app
    except Exception as error:
        raise _known(error, config) from error
    finally:
        app.extensions["child"].close()
        with app.app_context():  # readers first: the writer, leaving last, puts everything into the one file
            db.session.remove()
            db.engine.dispose()
        app.extensions["store"].close()


def _known(error: Exception, config: Config) -> Exception:
    if isinstance(error, remote.Refused):
        return error
    refusal = faults.refusal_of(error, config)
    if refusal.code == "internal" and refusal is not error:
        faults.note(error)
    return refusal


def run(call: Call, console: Console) -> dict[str, Any]:
    """Run a command in the office that serves the home, else here. Raises Refused with the sentence."""
    from server.services import commands, schema

    config = environment()
    if call.command in HOMELESS:
        with _no_office(config):
            return commands.run(call, console)
    if not schema.has_home(config):
        raise DomainError("home_missing", home=config.home)
    if call.command in commands.READS_ONLY:
        with office(config):
            if schema.is_newest():  # also while an office serves: readers disturb nobody
                return _here(call, console)
    with lock(config) as ours:
        if not ours and call.command not in BESIDE:
            return remote.hand_over(config, call, console)
        with office(config):
            if ours:
                schema.prepare()
            return _here(call, console)


@contextmanager
def lock(config: Config) -> Iterator[bool]:
    """The home's lock, see ``remote.held``; a folder that cannot be used is said as such."""
    from server.services import restoring

    held = remote.held(config)
    try:
        ours = held.__enter__()
    except OSError as error:
        raise _known(error, config) from error
    try:
        if ours:
            restoring.settle(config)
        yield ours
    finally:
        held.__exit__(None, None, None)


def _here(call: Call, console: Console) -> dict[str, Any]:
    from server.security import school
    from server.services import commands

    row = school()
    with force_locale(row.locale if row else "ru"):
        try:
            return commands.run(call, console)
        except SyncError as error:
            raise remote.Refused(error.code, sentence_of(error)) from error


def init(wanted: Any) -> None:
    """Create the school of this home; prints the administrator's one-time password."""
    from server.services import schema, setup

    config, terminal = environment(), Terminal()
    setup.check(wanted)
    with lock(config) as ours:
        if not ours:
            raise DomainError("home_exists", home=config.home)
        with office(config):
            schema.prepare()
            with force_locale(wanted.locale):
                school_id, password = setup.create(wanted, now=clock.now(config, "UTC"))
            terminal.say(_("School %(id)s is ready in %(home)s.") % {"id": school_id, "home": config.home})
            terminal.say(_("Login: %(login)s  Password: %(password)s") % {"login": wanted.admin, "password": password})
            terminal.say(_("Next: korablik import people FILE…, then korablik serve"))


def arrive(path: Path) -> None:
    """Create this home from the archive of another; prints the administrators' one-time passwords."""
    from server.cli import reading
    from server.services import schema, school_arrival

    config, terminal = environment(), Terminal()
    _name, data = reading.one(path)
    with lock(config) as ours:
        if not ours:
            raise DomainError("home_exists", home=config.home)
        with office(config):
            schema.prepare()
            arrived = school_arrival.put(data, config, terminal.progress)
            terminal.say(_("School %(id)s is ready in %(home)s.") % {"id": arrived.school, "home": config.home})
            terminal.say(_("State: %(state)s") % {"state": arrived.state})
            for login, password in arrived.passwords:
                terminal.say(_("Login: %(login)s  Password: %(password)s") % {"login": login, "password": password})
            terminal.say(_("The signing key is new: publish again, and let the readers fetch it."))


def restore(path: Path, terminal: Terminal) -> dict[str, Any]:
    """Put a backup into this home, under its lock; returns what ``--json`` prints."""
    from server.services import restoring

    config = environment()
    with lock(config) as ours, _no_office(config):
        if not ours:
            raise DomainError("restore_served")
        done = restoring.restore(config, path, clock.now(config, "UTC"), secrets.token_hex(16))
    contents = done.contents
    terminal.say(_("School %(id)s is back in %(home)s, as it was at %(moment)s.")
                 % {"id": contents.school, "home": config.home, "moment": contents.made_at[:16]})  # fmt: skip
    if done.before is not None:
        terminal.say(_("What was there before: %(path)s") % {"path": done.before})
    terminal.say(_("Everybody signs in again. Next: korablik serve, then korablik publish"))
    return {"school": contents.school, "made_at": contents.made_at, "epoch": done.epoch,
            "rows": contents.rows, "before": str(done.before) if done.before else None}  # fmt: skip
