"""The school's signing key: made once, kept in keys/ (mode 0700), its public half in public/ for everybody."""

import os
from pathlib import Path

from server.security import private_folder, write_private
from sync.signing import fingerprint, new_keypair

SECRET, PUBLIC = "edition.key", "edition.pub"


def ensure(folder: Path) -> None:
    """Make the pair if there is none."""
    private_folder(folder)
    if not (folder / SECRET).exists():
        secret, public_text = new_keypair(os.urandom)
        (folder / PUBLIC).write_text(public_text, encoding="utf-8")
        write_private(folder / SECRET, secret)


def secret(folder: Path) -> bytes:
    """The secret file's bytes, made at the first need."""
    ensure(folder)
    return (folder / SECRET).read_bytes()


def public(folder: Path) -> str:
    """The public file's text."""
    ensure(folder)
    return (folder / PUBLIC).read_text(encoding="utf-8")


def printed(folder: Path) -> str:
    """The fingerprint as the cover shows it."""
    return fingerprint(public(folder))
