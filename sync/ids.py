"""Ids of rows that travel: made by whoever creates the row, by time and chance or by content."""

import hashlib
from collections.abc import Callable
from json.encoder import encode_basestring


def uuid7(unix_ms: int, randbytes: Callable[[int], bytes]) -> str:
    """A UUIDv7 (RFC 9562, 5.7) as 32 hex digits without dashes; ids sort by ``unix_ms``.

    ``randbytes(n)`` returns n random bytes. Raises ValueError when the time does not fit into 48 bits.
    """
    if not 0 <= unix_ms < 1 << 48:
        raise ValueError("milliseconds since 1970 expected, below 2**48")
    chance = int.from_bytes(randbytes(10))
    rand_a, rand_b = chance >> 68, chance & ((1 << 62) - 1)
    return f"{unix_ms << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b:032x}"


def content_id(*parts: str) -> str:
    """32 hex digits that the same parts always give: the first half of SHA-256 over the canonical JSON list of them."""
    text = f"[{','.join(map(encode_basestring, parts))}]"  # RFC 8785, for strings; a year of lessons needs many
    return hashlib.sha256(text.encode()).hexdigest()[:32]
