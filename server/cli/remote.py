"""Where a command runs: in the office that serves this home, or here under the home's lock."""

import base64
import json
import os
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from filelock import FileLock, Timeout

from server.config import Config
from server.errors import DomainError
from server.security import private_folder
from server.services.commands.console import Call, Console

RUN_FILE = "server.json"
WAIT_SECONDS = 30.0  # for another command line at work in the same home


class Refused(Exception):
    """A refusal with its sentence, in the school's language; the exit code is 1."""

    def __init__(self, code: str, sentence: str):
        super().__init__(sentence)
        self.code = code


def lock_of(config: Config) -> FileLock:
    """The lock of a home: held by the office while it serves, else by the command that writes."""
    return FileLock(private_folder(config.run) / "lock", mode=0o600)


@contextmanager
def announced(config: Config) -> Iterator[str]:
    """Tell command lines where the office listens; yields the token they must show."""
    token = secrets.token_hex(32)
    path = private_folder(config.run) / RUN_FILE
    staged = path.with_suffix(".new")
    staged.unlink(missing_ok=True)
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"address": f"http://{_reachable(config.host)}:{config.port}", "token": token}, file)
    staged.replace(path)  # whoever sees the file sees all of it
    try:
        yield token
    finally:
        path.unlink(missing_ok=True)


def _reachable(host: str) -> str:
    """The host as an address names it; "every address" is reached at the loopback one."""
    host = {"0.0.0.0": "127.0.0.1", "*": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


@contextmanager
def held(config: Config) -> Iterator[bool]:
    """True with the home's lock held; False when the office serves this home. Raises ``database_busy``.

    Waits for another command line, which holds the lock without having announced itself.
    """
    lock, until = lock_of(config), time.monotonic() + WAIT_SECONDS
    while not _acquired(lock):
        if (config.run / RUN_FILE).exists():
            yield False
            return
        if time.monotonic() > until:
            raise DomainError("database_busy")
    try:
        (config.run / RUN_FILE).unlink(missing_ok=True)  # of an office that was killed: the lock is ours
        yield True
    finally:
        lock.release()


def _acquired(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0.2)
    except Timeout:
        return False
    return True


def hand_over(config: Config, call: Call, console: Console) -> dict[str, Any]:
    """Let the serving office run the call; its lines and files come back as they are made. Raises Refused."""
    try:
        told = json.loads((config.run / RUN_FILE).read_text(encoding="utf-8"))
        request = urllib.request.Request(
            f"{told['address']}/api/v1/commands",
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
    except urllib.error.HTTPError as error:
        raise _refusal(error) from error
    except (OSError, ValueError, KeyError) as error:
        raise DomainError("office_unreachable") from error
    raise DomainError("office_unreachable")


def _refusal(error: urllib.error.HTTPError) -> Exception:
    """The office's problem JSON as a refusal of ours."""
    try:
        told = json.loads(error.read())
        return Refused(told["type"].rpartition(":")[2], told["title"])
    except (OSError, ValueError, KeyError, AttributeError):
        return DomainError("office_unreachable")


def _take(message: dict[str, Any], console: Console) -> dict[str, Any] | None:
    match message:
        case {"say": text}:
            console.say(text)
        case {"warn": text}:
            console.warn(text)
        case {"progress": [what, done, total]}:
            console.progress(what, done, total)
        case {"put": data}:
            console.put(base64.b64decode(data))
        case {"refused": [code, sentence]}:
            raise Refused(code, sentence)
        case {"result": result}:
            return result
    return None
