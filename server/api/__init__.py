"""What machines call."""

from typing import Any

from apiflask import APIFlask


def init_app(app: APIFlask) -> None:
    """Register every interface."""
    from server.api import afar, commands, description, health

    app.register_blueprint(commands.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(afar.blueprint)

    @app.spec_processor
    def _describe(spec: dict[str, Any]) -> dict[str, Any]:
        return description.complete(spec)
