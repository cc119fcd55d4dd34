"""Keys of the home, the security headers, and which language and zone a request gets."""

import os
import secrets
from pathlib import Path

from apiflask import APIFlask
from babel.core import negotiate_locale
from flask import Flask, Response, current_app, g, has_request_context, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from server.config import Config
from server.extensions import db
from server.models import School

LOCALES = ("ru", "en", "kk")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=()",
}
KEPT = ("static", "stacks.picture")  # what a browser may keep, as long as the answer itself says
# For enrolled devices and readers, of which many are on 2G, only what matters for JSON that no browser shows as a page.
BRIEF = {"X-Content-Type-Options": HEADERS["X-Content-Type-Options"]}


def private_folder(path: Path) -> Path:
    """Make a folder only its owner may enter (mode 0700) and return it."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path


def write_private(path: Path, data: bytes) -> None:
    """Create a file of mode 0600 whole or not at all. Raises FileExistsError if it is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def session_key(keys: Path) -> bytes:
    """The secret that signs sessions, made at the first start."""
    path = private_folder(keys) / "session.key"
    if not path.exists():
        write_private(path, secrets.token_bytes(32))
    return path.read_bytes()


def school() -> School | None:
    """The school of this home, or None before ``korablik init``; asked of the database once a request."""
    if not has_request_context():
        return db.session.scalar(db.select(School))
    if "school" not in g:
        g.school = db.session.scalar(db.select(School))
    return g.school


def choose_locale() -> str:
    """The person's choice, else the school's default, else what the browser asks for."""
    chosen = getattr(current_user, "locale", None) if current_user else None
    if chosen in LOCALES:
        return chosen
    row = school()
    if row is not None:
        return row.locale
    return negotiate_locale(list(request.accept_languages.values()), LOCALES) or "ru"


def choose_timezone() -> str:
    """The school's zone."""
    row = school()
    return row.timezone if row else "UTC"


def init_app(app: APIFlask, config: Config) -> None:
    """Headers on every answer; proxies are trusted only as far as configured."""
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, config.proxies, config.proxies, config.proxies)  # type: ignore[method-assign]

    app.session_interface = Sessions()

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in (BRIEF if _is_data() else HEADERS).items():
            response.headers.setdefault(name, value)
        if response.status_code >= 400 or (request.blueprint != "public" and request.endpoint not in KEPT):
            response.headers["Cache-Control"] = "no-store"  # also an error page names who is signed in
        return response


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, which no answer for everybody carries: caches on the way may keep such answers."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """As Flask does, but for the reader's pages."""
        if request.blueprint != "public":
            super().save_session(app, session, response)


def _is_data() -> bool:
    return request.blueprint == "afar" or (request.blueprint == "public" and request.path.endswith(".json.gz"))


def config() -> Config:
    """The Config of the current application."""
    return current_app.extensions["korablik"]
