"""Where a command runs: in the office that serves this home, or here under the home's lock."""

import base64
import json
import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from server.config import Config
from server.errors import DomainError
from server.security import private_folder
from server.services.commands.console import Call, Console

RUN_FILE = "server.json"
WAIT_SECONDS = 30.0  # for another command line at work in the same home


class Refused(Exception):
    """A sentence for the person; the exit code is 1."""


def lock_of(config: Config) -> FileLock:
    """The lock of a home: held by the office while it serves, else by the command that writes."""
    return FileLock(private_folder(config.run) / "lock", mode=0o600)


@contextmanager
def announced(config: Config, port: int) -> Iterator[str]:
    """Tell command lines where the office listens; yields the token they must show."""
    token = secrets.token_hex(32)
    path = private_folder(config.run) / RUN_FILE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"port": port, "host": _loopback(config.host), "token": token, "pid": os.getpid()}, file)
    try:
        yield token
    finally:
        path.unlink(missing_ok=True)


def _loopback(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host


@contextmanager
def held(config: Config) -> Iterator[bool]:
    """True with the home's lock held; False when the office serves this home. Raises ``database_busy``."""
    lock = lock_of(config)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if (config.run / RUN_FILE).exists():
            yield False
            return
        try:
            lock.acquire(timeout=WAIT_SECONDS)
        except Timeout as error:
            raise DomainError("database_busy") from error
    try:
        yield True
    finally:
        lock.release()


def hand_over(config: Config, call: Call, console: Console) -> dict[str, Any]:
    """Let the serving office run the call; its lines and files come back as they are made. Raises Refused."""
    try:
        told = json.loads((config.run / RUN_FILE).read_text(encoding="utf-8"))
        request = urllib.request.Request(
            f"http://{told['host']}:{told['port']}/api/v1/commands",
            data=json.dumps(
                {"command": call.command, "options": call.options,
                 "files": [[name, base64.b64encode(data).decode()] for name, data in call.files]}
            ).encode(),
            headers={"Content-Type": "application/json", "X-Korablik-Token": told["token"]},
        )  # fmt: skip
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request) as answer:
            for line in answer:
                if (result := _take(json.loads(line), console)) is not None:
                    return result
    except (OSError, ValueError, KeyError) as error:
        raise DomainError("office_unreachable") from error
    raise DomainError("office_unreachable")


def _take(message: dict[str, Any], console: Console) -> dict[str, Any] | None:
    match message:
        case {"say": text}:
            console.say(text)
        case {"progress": [what, done, total]}:
            console.progress(what, done, total)
        case {"put": data}:
            console.put(base64.b64decode(data))
        case {"refused": sentence}:
            raise Refused(sentence)
        case {"result": result}:
            return result
    return None


def remove_stale(folder: Path) -> None:
    """Forget an office that was killed: only whoever holds the lock may."""
    (folder / RUN_FILE).unlink(missing_ok=True)
