"""What the command line of the same machine hands over while the office serves: run it here, answer line by line."""

import base64
import binascii
import hmac
import json
import queue
import threading
from collections.abc import Iterator
from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app, request
from flask_babel import force_locale

from server.errors import DomainError, sentence_of
from server.extensions import csrf
from server.security import school
from server.services import commands
from server.services.commands.console import Call
from sync.errors import SyncError

LARGEST = 1024**3  # bytes of files in one command, a third more than on the disk
blueprint = APIBlueprint("commands", __name__, url_prefix="/api/v1", enable_openapi=False)
csrf.exempt(blueprint)


class _Stream:
    """A Console whose lines are sent as they come: one JSON object each."""

    def __init__(self) -> None:
        self.lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def say(self, text: str) -> None:
        """A line of the answer."""
        self.lines.put({"say": text})

    def warn(self, text: str) -> None:
        """A line about what was not done."""
        self.lines.put({"warn": text})

    def progress(self, what: str, done: int, total: int) -> None:
        """How far a long command has come."""
        self.lines.put({"progress": [what, done, total]})

    def put(self, data: bytes) -> None:
        """The bytes of the file that was asked for."""
        self.lines.put({"put": base64.b64encode(data).decode()})

    def refuse(self, error: SyncError) -> None:
        """The end: nothing, or no more, is done."""
        self.lines.put({"refused": [error.code, sentence_of(error)]})


@blueprint.post("/commands")
def run_command() -> Response:
    """Needs the token of the home's run folder, which only its owner can read."""
    token = current_app.extensions.get("command_token", "")
    if not token or not hmac.compare_digest(request.headers.get("X-Korablik-Token", "").encode(), token.encode()):
        raise DomainError("forbidden")
    request.max_content_length = LARGEST  # the machine's own command line; browsers have KORABLIK_UPLOAD_MB
    call = _read_call()
    stream = _Stream()
    app: APIFlask = current_app._get_current_object()  # type: ignore[attr-defined]
    threading.Thread(target=_work, args=(app, call, stream), daemon=True, name="korablik-command").start()
    return Response(_lines(stream), mimetype="application/x-ndjson")


def _read_call() -> Call:
    try:
        raw = request.get_json()
        files = tuple((name, base64.b64decode(data, validate=True)) for name, data in raw["files"])
        call = Call(str(raw["command"]), dict(raw["options"]), files)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise DomainError("bad_request") from error
    if call.command not in commands.COMMANDS:
        raise DomainError("bad_request")
    return call


def _work(app: APIFlask, call: Call, stream: _Stream) -> None:
    try:
        with app.app_context():
            row = school()
            with force_locale(row.locale if row else "ru"):
                _answer(app, call, stream)
    finally:
        stream.lines.put(None)


def _answer(app: APIFlask, call: Call, stream: _Stream) -> None:
    try:
        stream.lines.put({"result": commands.run(call, stream)})
    except SyncError as error:
        stream.refuse(error)
    except Exception as error:
        app.logger.error("command %s: %s", call.command, type(error).__name__)
        stream.refuse(DomainError("internal"))


def _lines(stream: _Stream) -> Iterator[bytes]:
    while (line := stream.lines.get()) is not None:
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"
