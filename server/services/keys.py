"""The school's keys: what signs editions, what op files are encrypted to, what private pages' keys are derived from.

Each is made once, at the first need, and kept in keys/.
"""

import os
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from server.security import private_folder, write_private
from sync.p256 import PrivateKey
from sync.signing import fingerprint, new_keypair

SECRET, PUBLIC = "edition.key", "edition.pub"
OPS = "ops.key"  # PEM, PKCS 8
PAGES = "pages.key"  # 32 bytes


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


def ops_key(folder: Path) -> PrivateKey:
    """The P-256 key for op files, made at the first need (file of mode 0600)."""
    path = private_folder(folder) / OPS
    if not path.exists():
        fresh = ec.generate_private_key(ec.SECP256R1())
        with suppress(FileExistsError):  # another thread was first: its key counts
            write_private(path, fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("keys/ops.key is no P-256 key")
    return key


def pages_master(folder: Path) -> bytes:
    """The 32 bytes from which the keys of all private pages come (file of mode 0600). Who loses them, loses every
    address that was printed."""
    path = private_folder(folder) / PAGES
    if not path.exists():
        with suppress(FileExistsError):  # another thread was first: its bytes count
            write_private(path, os.urandom(32))
    return path.read_bytes()
