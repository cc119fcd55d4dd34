"""An outbox saved to a file (``.korablik``): a batch of ops, encrypted to the school, signed by the device.

JSON: ``{"v": 1, "school", "device": origin, "ephemeral": P-256 point, "iv": 12 bytes, "body", "signature"}``, bytes as
base64url. ``body`` is a batch (sync/parcel.py) under AES-256-GCM; its key is HKDF-SHA-256 of the ECDH secret of the
ephemeral key and the school's key for op files, without salt, for ``"korablik ops file 1" ‖ origin``. The device signs
the lines v, school, device, ephemeral, iv, body. So whoever carries the file can neither read nor change it.
"""

import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.errors import SyncError
from sync.p256 import PrivateKey, PublicKey, b64url, from_b64url, is_signed, point_of, read_point, sign

VERSION = 1
LARGEST = 2 * 1024 * 1024  # bytes of a file
SUFFIX = ".korablik"
_PARTS = ("school", "device", "ephemeral", "iv", "body", "signature")
_INFO = b"korablik ops file 1"


@dataclass(frozen=True)
class OpFile:
    """A file as it was read; whose it is, is only said until ``opened`` has proved it."""

    school: str
    device: str
    ephemeral: str
    iv: str
    body: str
    signature: str

    @property
    def signed(self) -> bytes:
        """What the signature is over."""
        return "\n".join((str(VERSION), self.school, self.device, self.ephemeral, self.iv, self.body)).encode()


def write(
    batch: bytes, school: str, device: str, school_key: PublicKey, device_key: PrivateKey, ephemeral: PrivateKey,
    iv: bytes,
) -> bytes:  # fmt: skip
    """The bytes of a file. ``ephemeral`` and ``iv`` (12 bytes) are fresh for each file."""
    key = _key(ephemeral.exchange(ec.ECDH(), school_key), device)
    body = b64url(AESGCM(key).encrypt(iv, batch, None))
    unsigned = OpFile(school, device, point_of(ephemeral.public_key()), b64url(iv), body, "")
    plain = {"v": VERSION, **{part: getattr(unsigned, part) for part in _PARTS}}
    return json.dumps({**plain, "signature": sign(device_key, unsigned.signed)}).encode()


def read(data: bytes) -> OpFile:
    """The file's parts. Raises SyncError ``opfile_unreadable``, ``opfile_newer``, ``opfile_unsigned`` (plain JSON)."""
    if len(data) > LARGEST:
        raise SyncError("opfile_unreadable")
    try:
        parts = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SyncError("opfile_unreadable") from error
    if isinstance(parts, list) or (isinstance(parts, dict) and ({"ops", "columns", "origin"} & parts.keys())):
        raise SyncError("opfile_unsigned")
    if not isinstance(parts, dict) or type(parts.get("v")) is not int:
        raise SyncError("opfile_unreadable")
    if parts["v"] != VERSION:
        raise SyncError("opfile_newer")
    return OpFile(*(_text(parts, part) for part in _PARTS))


def opened(file: OpFile, school_key: PrivateKey, device_key: PublicKey) -> bytes:
    """The batch inside. Raises SyncError ``opfile_signature``, ``opfile_key`` (encrypted to another key)."""
    if not is_signed(device_key, file.signature, file.signed):
        raise SyncError("opfile_signature")
    try:
        secret = school_key.exchange(ec.ECDH(), read_point(file.ephemeral))
        return AESGCM(_key(secret, file.device)).decrypt(from_b64url(file.iv), from_b64url(file.body), None)
    except (InvalidTag, ValueError, SyncError) as error:
        raise SyncError("opfile_key") from error


def _text(parts: dict[str, Any], name: str) -> str:
    value = parts.get(name)
    if not isinstance(value, str) or not value or not value.isascii():
        raise SyncError("opfile_unsigned" if name == "signature" else "opfile_unreadable")
    return value


def _key(secret: bytes, device: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=_INFO + device.encode()).derive(secret)
