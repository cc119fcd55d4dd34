"""The office's pages: one blueprint per workplace; each parses, calls a service and renders."""

from apiflask import APIFlask


def init_app(app: APIFlask) -> None:
    """Register every workplace."""
