"""Applications for tests: built once and lent to one home after another, warm as an office is after its first minute.

What an application knows of its home is set anew at every loan: configuration, key, database, what was begun. What
it knows of the program stays: addresses, compiled templates, compiled SQL. ``test_apps.py`` proves that a lent
application is what ``create_app`` builds for that home.
"""

import atexit
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from server import create_app, security
from server.child import Child
from server.config import Config, make_config
from server.extensions import db, limiter
from server.services import schema
from server.services.encodings import Encodings
from server.store import Store, prepare_reading


class Kept(Child):
    """The child process of all lent applications: it stays warm when one of them lets it go."""

    def close(self) -> None:
        """Nothing: another application will call it."""


CHILD = Kept()
atexit.register(super(Kept, CHILD).close)
STATEMENTS: LRUCache[Any, Any] = LRUCache(4000)
_dialects: dict[str, Any] = {}
_idle: list["Lent"] = []


def _remember_routes() -> None:
    """Let all applications share what builds their addresses: compiling it is most of an application's start.

    The function is made of the rule alone; werkzeug compiles it anew for every application.
    """
    compiled, known = Rule._compile_builder, {}

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    Rule._compile_builder = once  # type: ignore[method-assign]


_remember_routes()


class Lent:
    """An application and what it was before it was lent."""

    def __init__(self, config: Config):
        self.app = create_app(config)
        self.app._got_first_request = True  # a rule that a test adds would stay: it is refused from the start
        with self.app.app_context():
            db.engine.dispose()
        self.config, self.extensions = dict(self.app.config), dict(self.app.extensions)

    def settle(self, config: Config) -> None:
        """Give the application another home, as ``create_app`` does."""
        app = self.app
        app.config.clear()
        app.config.update(self.config)
        app.config.update(
            SECRET_KEY=security.session_key(config.keys), SQLALCHEMY_DATABASE_URI=config.database_url
        )  # fmt: skip
        app.extensions.clear()
        app.extensions.update(self.extensions)
        app.extensions.update(
            korablik=config, store=Store(config.database_url), child=CHILD,
            encodings=Encodings(config.cache / "encoded"),
        )  # fmt: skip
        limiter.enabled = app.config["RATELIMIT_ENABLED"]  # the application built last decides it for all
        reading = create_engine(config.database_url, **app.config["SQLALCHEMY_ENGINE_OPTIONS"])
        prepare_reading(reading)
        with app.app_context():
            db.engines[None] = reading
        for engine in (reading, app.extensions["store"].writing):
            _knows_statements(engine)
        event.listen(app.extensions["store"].writing, "connect", _at_ease)


def _knows_statements(engine: Engine) -> None:
    """All engines of SQLite share what they compiled; it is remembered by the dialect."""
    if "sqlite" not in _dialects:
        with create_engine("sqlite://").connect() as connection:
            _dialects["sqlite"] = connection.dialect
    engine.dialect = _dialects["sqlite"]
    engine.update_execution_options(compiled_cache=STATEMENTS)


def _at_ease(connection: Any, record: Any) -> None:
    """No power is cut here: what must survive that is tested with homes of its own."""
    connection.execute("PRAGMA synchronous=OFF")


def _is_plain(config: Config) -> bool:
    """An application differs by these only; all else it asks of its Config."""
    return config.testing and not config.proxies and config.upload_mb == 32 and config.database_url.startswith("sqlite")


@contextmanager
def lent(config: Config) -> Iterator[APIFlask]:
    """An application on a home, inside its context; what it holds open ends with the block."""
    if not _is_plain(config):
        with built(config) as app:
            yield app
        return
    loan = _idle.pop() if _idle else Lent(config)
    loan.settle(config)
    try:
        with closed_after(loan.app):
            yield loan.app
    finally:
        _idle.append(loan)


@contextmanager
def built(config: Config) -> Iterator[APIFlask]:
    """An application of a test's own, inside its context: for rules of its own, or settings that no other has."""
    with closed_after(create_app(config)) as app:
        yield app


@contextmanager
def on_postgres(home: Path, url: str, **values: Any) -> Iterator[APIFlask]:
    """An application on an empty database of PostgreSQL, made ready, inside its context; ``home`` is made."""
    home.mkdir(mode=0o700)
    with built(make_config(home, testing=True, database_url=url, **values)) as app:
        schema.prepare()
        yield app


@contextmanager
def closed_after(app: APIFlask) -> Iterator[APIFlask]:
    """The application inside its context; what it holds open ends with the block."""
    child = app.extensions["child"]  # a test may put another in its place
    try:
        with app.app_context():
            yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        app.extensions["store"].close()
        child.close()


def on_home(home: Path, **values: Any) -> AbstractContextManager[APIFlask]:
    """An application on a home with the settings of tests."""
    return lent(make_config(home, testing=True, **values))
