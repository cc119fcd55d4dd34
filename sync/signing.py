"""Signatures of what is published: Ed25519 in minisign's format, so that anybody can check them with `minisign`.

Format: https://jedisct1.github.io/minisign/#signature-format. Algorithm ``Ed`` (the bytes themselves are signed) and
not ``ED`` (their BLAKE2b is), because browsers have no BLAKE2b. The secret key is minisign's own file without a
password (what ``minisign -G -W`` writes): it lies in ``keys/``, mode 0700.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.errors import SyncError

_ALGORITHM = b"Ed"
_NO_PASSWORD = _ALGORITHM + b"\0\0" + b"B2"  # algorithm, key derivation, checksum
_DERIVATION, _CHECKSUM = bytes(32 + 8 + 8), bytes(32)  # zeros in a file without a password
_UNTRUSTED = "untrusted comment: "
_TRUSTED = "trusted comment: "


def new_keypair(randbytes: Callable[[int], bytes]) -> tuple[bytes, str]:
    """The secret file's bytes and the public file's text. ``randbytes(n)`` must be fit for keys (os.urandom)."""
    key_id, seed = randbytes(8), randbytes(32)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    secret = _NO_PASSWORD + _DERIVATION + key_id + seed + public + _CHECKSUM
    return (
        _lines(f"{_UNTRUSTED}minisign secret key {_name(key_id)}", _encode(secret)).encode(),
        _lines(f"{_UNTRUSTED}minisign public key {_name(key_id)}", _encode(_ALGORITHM + key_id + public)),
    )


def sign(secret: bytes, data: bytes, trusted_comment: str) -> str:
    """The text of ``FILE.minisig`` for ``data``; the one-line comment is signed with it.

    Raises SyncError ``signature_key`` when the secret file is broken, ValueError for a comment of several lines.
    """
    if any(letter < " " for letter in trusted_comment):
        raise ValueError("a trusted comment is one line")
    key_id, key = _read_secret(secret)
    signature = key.sign(data)
    both = key.sign(signature + trusted_comment.encode())
    return _lines(
        f"{_UNTRUSTED}signature of key {_name(key_id)}",
        _encode(_ALGORITHM + key_id + signature),
        _TRUSTED + trusted_comment,
        _encode(both),
    )


def sign_line(secret: bytes, data: bytes) -> str:
    """A signature's line alone (algorithm, key id and signature in Base64), for what holds its signature itself."""
    key_id, key = _read_secret(secret)
    return _encode(_ALGORITHM + key_id + key.sign(data))


def verify_line(public_text: str, data: bytes, line: str) -> None:
    """Check what ``sign_line`` made. Raises SyncError as ``verify`` does."""
    key_id, public = _read_public(public_text)
    raw = _decode(line)
    if len(raw) != 74 or raw[:2] != _ALGORITHM:
        raise SyncError("signature_format")
    if raw[2:10] != key_id:
        raise SyncError("signature_key", expected=_name(key_id), found=_name(raw[2:10]))
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(raw[10:], data)
    except InvalidSignature as error:
        raise SyncError("signature_bad") from error


def sign_bare(secret: bytes, data: bytes) -> str:
    """The signature alone (64 bytes in Base64), for who knows by which key."""
    return _encode(_read_secret(secret)[1].sign(data))


def verify_bare(public_text: str, data: bytes, signature: str) -> None:
    """Check what ``sign_bare`` made. Raises SyncError ``signature_key`` (of the public key), ``signature_bad``."""
    try:
        Ed25519PublicKey.from_public_bytes(_read_public(public_text)[1]).verify(_decode(signature), data)
    except InvalidSignature as error:
        raise SyncError("signature_bad") from error


def verify(public_text: str, data: bytes, minisig_text: str) -> str:
    """The trusted comment, when both signatures hold.

    Raises SyncError ``signature_format`` (not such a signature), ``signature_key`` (the public key cannot be read,
    or another key signed) or ``signature_bad`` (data, comment or signature were altered).
    """
    key_id, public = _read_public(public_text)
    signer, signature, comment, both = _read_signature(minisig_text)
    if signer != key_id:
        raise SyncError("signature_key", expected=_name(key_id), found=_name(signer))
    key = Ed25519PublicKey.from_public_bytes(public)
    try:
        key.verify(signature, data)
        key.verify(both, signature + comment.encode())
    except InvalidSignature as error:
        raise SyncError("signature_bad") from error
    return comment


def fingerprint(public_text: str) -> str:
    """The key as printed on the cover: 100 bits of its SHA-256 in Base32, ``"ABCD EFGH IJKL MNOP QRST"``.

    Hashed are the 32 key bytes alone: minisign's own key id is only eight free bytes, anybody can copy it.
    Raises SyncError ``signature_key`` when the text is not a public key.
    """
    _, public = _read_public(public_text)
    text = base64.b32encode(hashlib.sha256(public).digest()).decode()[:20]
    return " ".join(text[i : i + 4] for i in range(0, 20, 4))


def _read_public(text: str) -> tuple[bytes, bytes]:
    """Key id and key, from the file's two lines or from the second alone (as in a QR or a page)."""
    raw = _decode(_split(text)[-1])
    if len(raw) != 42 or raw[:2] != _ALGORITHM:
        raise SyncError("signature_key")
    return raw[2:10], raw[10:]


@lru_cache(maxsize=1)  # a publication signs for every class
def _read_secret(secret: bytes) -> tuple[bytes, Ed25519PrivateKey]:
    raw = _decode(_split(secret.decode("ascii", "replace"))[-1])
    head, key_id, seed, public = raw[:6], raw[54:62], raw[62:94], raw[94:126]
    if len(raw) != 158 or head != _NO_PASSWORD:
        raise SyncError("signature_key")
    key = Ed25519PrivateKey.from_private_bytes(seed)
    if key.public_key().public_bytes_raw() != public:
        raise SyncError("signature_key")
    return key_id, key


def _read_signature(text: str) -> tuple[bytes, bytes, str, bytes]:
    """Signer's key id, signature, trusted comment, signature over both."""
    lines = _split(text)
    if len(lines) != 4 or not lines[0].startswith(_UNTRUSTED) or not lines[2].startswith(_TRUSTED):
        raise SyncError("signature_format")
    raw, both = _decode(lines[1]), _decode(lines[3])
    if len(raw) != 74 or raw[:2] != _ALGORITHM or len(both) != 64:
        raise SyncError("signature_format")
    return raw[2:10], raw[10:], lines[2].removeprefix(_TRUSTED), both


def _name(key_id: bytes) -> str:
    """As minisign names a key: the id as a little-endian number."""
    return key_id[::-1].hex().upper()


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def _split(text: str) -> list[str]:
    """Lines as minisign sees them: a stick may have turned them into CRLF."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(text: str) -> bytes:
    """The bytes, or none when it is not Base64: no length that is asked for fits then."""
    try:
        return base64.b64decode(text.encode("ascii", "replace"), validate=True)
    except binascii.Error:
        return b""
