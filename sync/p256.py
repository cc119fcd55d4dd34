"""Keys of devices and of the school's op files: P-256 points, and signatures over bytes (ECDSA with SHA-256).

On the wire everything is base64url (RFC 4648, 5; padding may be left out): a key as its raw point (65 bytes, SEC 1
uncompressed), a signature as r ‖ s (64 bytes), as WebCrypto gives both.
"""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.errors import SyncError

PrivateKey = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey
_SIZE = 32  # bytes of a coordinate


def b64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_b64url(text: str) -> bytes:
    """The bytes. Raises ValueError for anything else."""
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare.encode("ascii") + b"=" * (-len(bare) % 4), b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error


def read_point(text: str) -> PublicKey:
    """A public key from its point. Raises SyncError ``device_key_invalid``."""
    try:
        raw = from_b64url(text)
        if len(raw) != 2 * _SIZE + 1:
            raise ValueError("65 bytes expected")
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError as error:
        raise SyncError("device_key_invalid") from error


def point_of(key: PublicKey) -> str:
    """A public key as its point."""
    return b64url(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def sign(key: PrivateKey, data: bytes) -> str:
    """The signature of bytes."""
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
    return b64url(r.to_bytes(_SIZE) + s.to_bytes(_SIZE))


def is_signed(key: PublicKey, signature: str, data: bytes) -> bool:
    """True if the key made this signature of exactly these bytes."""
    try:
        raw = from_b64url(signature)
        if len(raw) != 2 * _SIZE:
            return False
        pair = encode_dss_signature(int.from_bytes(raw[:_SIZE]), int.from_bytes(raw[_SIZE:]))
        key.verify(pair, data, ec.ECDSA(SHA256()))
        return True
    except (ValueError, InvalidSignature):
        return False
