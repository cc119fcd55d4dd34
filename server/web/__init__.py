"""The office's pages: one blueprint per workplace; each parses, calls a service and renders."""

from apiflask import APIFlask


def init_app(app: APIFlask) -> None:
    """Register every workplace, then guard every address."""
    from server.web import access, auth, shell, today

    for workplace in (auth, today):
        app.register_blueprint(workplace.blueprint)
    auth.init_app(app)
    shell.init_app(app)
    access.init_app(app)
