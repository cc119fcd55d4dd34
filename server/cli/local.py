"""Commands that run in this process: the office itself, a new home, and any command while no office serves."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from apiflask import APIFlask
from flask_babel import force_locale

from server import clock, create_app
from server.cli import remote
from server.cli.words import TRANSLATIONS, _, language
from server.config import Config, read_config
from server.errors import DomainError, sentence_of
from server.services.commands.console import Call, Console
from sync.errors import SyncError


def told(error: SyncError) -> str:
    """The sentence of an error in the terminal's language."""
    from flask import Flask
    from flask_babel import Babel

    app = Flask("server.errors")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app)
    with app.app_context(), force_locale(language(os.environ)):
        return sentence_of(error)


def environment() -> Config:
    """The Config of this process's environment."""
    return read_config(os.environ)


@contextmanager
def office(config: Config) -> Iterator[APIFlask]:
    """An application on a home, in its context; everything it started ends with the block."""
    app = create_app(config)
    try:
        with app.app_context():
            yield app
    finally:
        app.extensions["child"].close()
        app.extensions["store"].close()


def run(call: Call, console: Console) -> dict[str, Any]:
    """Run a command in the office that serves the home, else here. Raises Refused with the sentence."""
    from server.services import commands, schema

    config = environment()
    if call.command == "verify" and "key" in call.options:
        pass  # needs no school
    elif not schema.has_home(config):
        raise DomainError("home_missing", home=config.home)
    if call.command in commands.READS_ONLY:
        with office(config):
            return _here(call, console)
    with remote.held(config) as ours:
        if not ours:
            return remote.hand_over(config, call, console)
        remote.remove_stale(config.run)
        with office(config):
            schema.prepare()
            return _here(call, console)


def _here(call: Call, console: Console) -> dict[str, Any]:
    from server.security import school
    from server.services import commands

    row = school() if not (call.command == "verify" and "key" in call.options) else None
    with force_locale(row.locale if row else "ru"):
        try:
            return commands.run(call, console)
        except SyncError as error:
            raise remote.Refused(sentence_of(error)) from error
        except BrokenPipeError:
            raise
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            sys.stderr.write(f"{type(error).__name__}, {where.name}:{where.lineno}\n")
            raise remote.Refused(sentence_of(DomainError("internal"))) from error


def init(wanted: Any) -> None:
    """Create the school of this home; prints the administrator's one-time password."""
    from server.services import schema, setup

    config = environment()
    with remote.held(config) as ours:
        if not ours:
            raise DomainError("home_exists", home=config.home)
        with office(config):
            schema.prepare()
            with force_locale(wanted.locale):
                school_id, password = setup.create(wanted, now=clock.now(config, "UTC"))
            print(_("School %(id)s is ready in %(home)s.") % {"id": school_id, "home": config.home})
            print(_("Login: %(login)s  Password: %(password)s") % {"login": wanted.admin, "password": password})
            print(_("Next: korablik import people FILE…, then korablik serve"))


def serve(host: str | None, port: int | None) -> None:
    """Serve this home until interrupted."""
    config = environment()
    config = replace(config, host=host or config.host, port=port or config.port)
    serve_home(config, lambda address: print(_("The office is open: %(address)s") % {"address": address}, flush=True))


def serve_home(config: Config, ready: Any) -> None:
    """Hold the home's lock, tell command lines where to find the office, and answer until interrupted.

    ``ready(address)`` is called when requests are answered. Raises ``database_busy`` when another office serves.
    """
    from waitress import create_server

    from server import jobs
    from server.security import school
    from server.services import schema

    if not schema.has_home(config):
        raise DomainError("home_missing", home=config.home)
    with remote.held(config) as ours:
        if not ours:
            raise DomainError("office_open")
        with office(config) as app:
            schema.prepare()
            row = school()
            if config.fixed_now is not None and not (row and row.is_demo):
                raise DomainError("home_not_demo")
            try:
                server = create_server(app, host=config.host, port=config.port, threads=config.threads)
            except OSError as error:
                raise DomainError("port_taken", port=config.port) from error
            scheduler = jobs.start(app)
            try:
                with remote.announced(config, config.port) as token:
                    app.extensions["command_token"] = token
                    ready(f"http://{config.host}:{config.port}/")
                    server.run()
            finally:
                scheduler.shutdown(wait=False)
                server.close()
