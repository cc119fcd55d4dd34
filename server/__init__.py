"""The school office: the only part that keeps state."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apiflask import APIFlask

    from server.config import Config


def create_app(config: "Config") -> "APIFlask":
    """Wire an application for one home; nothing is decided here."""
    from apiflask import APIFlask

    from server import api, errors_http, extensions, security, typed, web
    from server.child import Child
    from server.services.encodings import Encodings
    from server.store import Store, prepare_reading

    app = APIFlask("server", title="Korablik", version="1", docs_path=None)
    app.config.from_mapping(
        SECRET_KEY=security.session_key(config.keys),
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},  # an error's text must not quote a row
        MAX_CONTENT_LENGTH=config.upload_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        PERMANENT_SESSION_LIFETIME=14 * 24 * 3600,  # seconds; a cookie is not valid longer
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.proxies > 0,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_TRANSLATION_DIRECTORIES="translations",
        RATELIMIT_STORAGE_URI="memory://",
        RATELIMIT_ENABLED=not config.testing,
        TESTING=config.testing,
    )
    app.extensions["korablik"] = config
    app.extensions["store"] = Store(config.database_url)
    app.extensions["child"] = Child()
    app.extensions["encodings"] = Encodings(config.cache / "encoded")
    typed.init_app(app)
    extensions.db.init_app(app)
    with app.app_context():
        prepare_reading(extensions.db.engine)
    extensions.babel.init_app(app, locale_selector=security.choose_locale, timezone_selector=security.choose_timezone)
    extensions.csrf.init_app(app)
    extensions.login.init_app(app)
    extensions.limiter.init_app(app)
    security.init_app(app, config)
    errors_http.init_app(app)
    api.init_app(app)
    web.init_app(app)  # last: it refuses addresses that do not say who may call them
    return app
