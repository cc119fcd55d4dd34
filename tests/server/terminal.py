"""The command line in tests: run in this process with a home of its own, or as the real program."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from server import cli
from tests.server import apps

PROGRAM = [sys.executable, "-m", "server.cli"]
NOW = "2026-12-07T08:00"  # Monday of the sample week, at the school
SETTINGS = ("HOME", "DATABASE", "HOST", "PORT", "THREADS", "PROXIES", "UPLOAD_MB", "NOW")


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one document of ``--json``; more than one is an error."""
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The code of the error that ``--json`` tells; the person was told a sentence, and nobody a traceback."""
        if self.code != 1 or "Traceback" in self.err or not self.err.strip():
            raise AssertionError(self)
        return self.document["error"]["code"]


def heeds_ctrl_c() -> None:
    """A suite that a script started in the background ignores SIGINT, and so would every program it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class Korablik:
    """``korablik`` with its settings; ``run`` calls it here, ``start`` as a process."""

    home: Path
    patch: pytest.MonkeyPatch
    capture: Any
    settings: dict[str, str] = field(default_factory=lambda: {"KORABLIK_NOW": NOW})

    def environment(self) -> dict[str, str]:
        """The process's environment with these settings and no others of ours."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("KORABLIK_")}
        return others | {"KORABLIK_HOME": str(self.home), **self.settings}

    def run(self, *arguments: object) -> Answer:
        """Exit code and what was said."""
        for name in SETTINGS:
            self.patch.delenv(f"KORABLIK_{name}", raising=False)
        for name, value in self.environment().items():
            if name.startswith("KORABLIK_"):
                self.patch.setenv(name, value)
        self.capture.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("server.child.Child", lambda: apps.CHILD)  # one for all commands: it is long in starting
            code = cli.run([str(argument) for argument in arguments])
        said = self.capture.readouterr()
        return Answer(code, said.out, said.err)

    def start(self, *arguments: object, **more: Any) -> "subprocess.Popen[str]":
        """The program as a process of its own."""
        settings = {
            "text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": self.environment(),
            "preexec_fn": heeds_ctrl_c,
        }  # fmt: skip
        return subprocess.Popen([*PROGRAM, *(str(argument) for argument in arguments)], **{**settings, **more})
