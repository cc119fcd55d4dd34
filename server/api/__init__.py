"""What machines call."""

from apiflask import APIFlask


def init_app(app: APIFlask) -> None:
    """Register every interface."""
