"""A stand-in for an SMS gateway: takes what the office posts, keeps it in a list, and answers as it is told to.

By hand: ``python -m tests.server.sms_double 8190`` and ``KORABLIK_SMS_URL=http://127.0.0.1:8190/send``. A number that
ends in 500 makes it answer 500, in 408 it waits, in 204 it answers with JSON that nobody agreed on, in 400 it refuses.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

PAUSE = 3.0  # seconds that it waits when it is slow


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    path: str
    kind: str
    body: str
    headers: dict[str, str]


@dataclass
class SmsDouble:
    """The WSGI app. ``mode``: ok, error, slow, odd, refuse, html; "" lets the number decide."""

    mode: str = ""
    got: list[Got] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        headers = {key: value for key, value in environ.items() if key.startswith("HTTP_")}
        self.got.append(Got(environ["PATH_INFO"], environ.get("CONTENT_TYPE", ""), body, headers))
        mode = self.mode or self._by_number(body)
        if mode == "slow":
            time.sleep(PAUSE)
        status, answer = {
            "error": ("500 Internal Server Error", "no"), "refuse": ("400 Bad Request", "no such number"),
            "odd": ("200 OK", json.dumps({"hm": [1, 2]})), "html": ("200 OK", "<h1>Welcome</h1>"),
            "away": ("302 Found", ""),
        }.get(mode, ("200 OK", json.dumps({"status": "OK", "result": [{"code": 0}]})))  # fmt: skip
        extra = [("Location", "http://127.0.0.1:9/elsewhere")] if mode == "away" else []
        start(status, [("Content-Type", "application/json"), *extra])
        return [answer.encode()]

    def _by_number(self, body: str) -> str:
        modes = {"500": "error", "408": "slow", "204": "odd", "400": "refuse"}
        return next((mode for ending, mode in modes.items() if f'{ending}"' in body), "ok")


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Numbers and texts stand in no log."""


@contextmanager
def listening(double: SmsDouble) -> Iterator[str]:
    """The address of the double until the block ends."""
    server = make_server("127.0.0.1", 0, double, handler_class=_Quiet)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/send"
    server.shutdown()
    server.server_close()
    thread.join(5)


if __name__ == "__main__":
    with make_server("127.0.0.1", int(sys.argv[1]), SmsDouble(), handler_class=_Quiet) as listener:  # type: ignore[arg-type]
        listener.serve_forever()
