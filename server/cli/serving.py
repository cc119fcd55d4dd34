"""`korablik serve`: the office answers requests until it is stopped."""

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from apiflask import APIFlask

from server.cli import local, remote
from server.cli.terminal import Terminal
from server.cli.words import _
from server.config import Config
from server.errors import DomainError


def serve(host: str | None, port: int | None) -> None:
    """Serve this home until interrupted."""
    config = local.environment()
    config = replace(config, host=host or config.host, port=port or config.port)
    terminal = Terminal()

    def ready(address: str) -> None:
        for worry in local.risks(config):
            terminal.warn(worry)
        terminal.say(_("The office is open: %(address)s") % {"address": address})

    serve_home(config, ready)


def serve_home(config: Config, ready: Callable[[str], None]) -> None:
    """Hold the home's lock, tell command lines where to find the office, and answer until interrupted.

    ``ready(address)`` is called when requests are answered. Raises DomainError ``home_missing``, ``office_open`` when
    another office serves, ``home_not_demo`` when the clock is fixed, ``port_taken`` and its like.
    """
    from server.services import afar, schema

    if not schema.has_home(config):
        raise DomainError("home_missing", home=config.home)
    with local.lock(config) as ours:
        if not ours:
            raise DomainError("office_open")
        with local.office(config) as app:
            schema.prepare()
            _check_school(config)
            afar.decide_newly_known(config)
            with _listening(config, app) as run, remote.announced(config) as token:
                app.extensions["command_token"] = token
                with suppress(KeyboardInterrupt, SystemExit):  # whoever stops the office gets what was asked for
                    ready(f"http://{config.host}:{config.port}/")
                    run()


def _check_school(config: Config) -> None:
    from server.extensions import db
    from server.security import school

    row = school()
    if row is None:
        raise DomainError("home_missing", home=config.home)
    if config.fixed_now is not None and not row.is_demo:
        raise DomainError("home_not_demo")
    db.session.remove()


@contextmanager
def _listening(config: Config, app: APIFlask) -> Iterator[Callable[[], None]]:
    """The port is ours and the scheduler at work; yields what answers requests until a signal ends it."""
    from waitress import create_server

    from server import jobs

    try:
        server = create_server(app, host=config.host, port=config.port, threads=config.threads, ident=None)
    except (OSError, OverflowError, ValueError) as error:
        raise _port_refusal(config, error) from error
    scheduler = jobs.start(app)
    try:
        yield server.run
    finally:
        scheduler.shutdown(wait=False)
        server.close()


def require_port(config: Config) -> None:
    """Raises DomainError ``port_taken`` or ``setting_invalid`` now instead of after minutes of other work."""
    try:
        family, kind, proto, _name, address = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            probe.bind(address)
    except (OSError, OverflowError, ValueError) as error:
        raise _port_refusal(config, error) from error


def _port_refusal(config: Config, error: Exception) -> DomainError:
    if isinstance(error, (socket.gaierror, ValueError)) or getattr(error, "errno", None) == errno.EADDRNOTAVAIL:
        return DomainError("setting_invalid", name="KORABLIK_HOST", value=config.host)
    if isinstance(error, OverflowError):
        return DomainError("setting_invalid", name="KORABLIK_PORT", value=config.port)
    if isinstance(error, PermissionError):
        return DomainError("port_forbidden", port=config.port)
    return DomainError("port_taken", port=config.port)
