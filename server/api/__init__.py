"""What machines call."""

from apiflask import APIFlask


def init_app(app: APIFlask) -> None:
    """Register every interface."""
    from server.api import commands, health

    app.register_blueprint(commands.blueprint)
    app.register_blueprint(health.blueprint)
