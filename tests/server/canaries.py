"""Canaries: what must never leave the school, planted and looked for, however it is packed."""

import base64
import binascii
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

STEM = "Канареечн"  # begins every planted name, and is in every planted word
PHONE = "955 01"  # begins every planted number after +7
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")
_DIGITS = re.compile(rb"\d(?:[ \xa0()-]?\d){8,}")
DEEPEST = 4


def find(folder: Path, codes: set[str]) -> list[str]:
    """What of the planted is found below a folder: "path: canary" for each, file names included."""
    found = []
    for file in sorted(folder.rglob("*")):
        found += [f"{file.name}: {token}" for token in tokens(file.name.encode(), codes)]
        if file.is_file():
            found += [f"{file.relative_to(folder)}: {token}" for token in tokens(file.read_bytes(), codes)]
    return found


def tokens(data: bytes, codes: set[str]) -> set[str]:
    """The canaries in some bytes and in all that is packed into them."""
    found = set()
    for text in readings(data):
        found |= {STEM for spelled in _spellings(STEM) if spelled in text}
        for digits in _DIGITS.findall(text):
            number = re.sub(rb"\D", b"", digits).decode()
            found |= {number} if PHONE.replace(" ", "") in number else set()
            found |= {number} & codes
    return found


def readings(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """The bytes themselves, and what gzip, zip, the texts of a PNG and Base64 in them hold."""
    yield data
    for inner in _unpacked(data) if depth < DEEPEST else ():
        yield from readings(inner, depth + 1)


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png_texts(data)
    else:
        for text in _BASE64.findall(data):
            try:
                text = text.translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
                yield base64.b64decode(text + b"=" * (-len(text) % 4))
            except binascii.Error:
                continue


def _png_texts(data: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind in (b"zTXt", b"iTXt"):
            body = data[at + 8 : at + 8 + size]
            for start in (body.find(b"\x78"), body.find(b"\x78", body.find(b"\x78") + 1)):
                try:
                    yield zlib.decompress(body[start:]) if start >= 0 else b""
                except zlib.error:
                    continue
        at += size + 12


def _spellings(text: str) -> tuple[bytes, ...]:
    """As UTF-8, UTF-16, Windows-1251, JSON's escapes, HTML's numbers, an address's percents."""
    return (
        text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("cp1251"),
        "".join(f"\\u{ord(letter):04x}" for letter in text).encode(), text.upper().encode(), text.lower().encode(),
        "".join(f"&#{ord(letter)};" for letter in text).encode(),
        "".join(f"%{byte:02X}" for byte in text.encode()).encode(),
    )  # fmt: skip
