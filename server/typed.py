"""What people type, as the program takes it: without characters that no keyboard has and not every database keeps."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from apiflask import APIFlask
from flask import Request, request
from werkzeug.datastructures import ImmutableMultiDict

from server.errors import DomainError

# Spreadsheets, XML and paper refuse them, PostgreSQL the first; tab and the ends of lines stay.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Fields(ImmutableMultiDict):
    """The fields of a form or of an address, each value without unseen characters."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__([(UNSEEN.sub("", name), _clean(value)) for name, value in _pairs(mapping)])


def _clean(value: Any) -> Any:
    return UNSEEN.sub("", value) if isinstance(value, str) else value  # files stay as they are


def _pairs(mapping: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(mapping, ImmutableMultiDict):
        yield from mapping.items(multi=True)
    elif isinstance(mapping, Mapping):
        yield from mapping.items()
    else:
        yield from mapping or ()


class Asked(Request):
    """A request whose fields are clean."""

    parameter_storage_class = Fields


def init_app(app: APIFlask) -> None:
    """Let the application read requests so; an address with unseen characters names nothing."""
    app.request_class = Asked

    @app.before_request
    def _seen() -> None:
        if UNSEEN.search(request.path):
            raise DomainError("not_found")
