"""TrueType files: which glyph a letter has and how wide it is; and a file cut down to the outlines of some glyphs.

Formats: OpenType 1.9, tables cmap, head, hhea, hmtx, loca, glyf, maxp. A cut file has all that ISO 32000-1, 9.9 asks of
one whose glyphs are named by number; glyphs keep their numbers and lose their hints. fontTools does the same and far
more; a print needs some twenty such files, and cutting them there took longer than stamping all packs of a school.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

_KEPT = ("cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp")
_UNICODE = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3))  # platforms and encodings, those of all planes first
_WORDS, _SCALE, _MORE, _TWO_SCALES, _MATRIX, _INSTRUCTIONS = 0x1, 0x8, 0x20, 0x40, 0x80, 0x100  # of a component


@dataclass(frozen=True)
class Measures:
    """``glyphs``: code point → glyph; ``advances``: widths of all glyphs, ``ascent`` and ``descent`` in ``units``."""

    glyphs: dict[int, int]
    advances: list[int]
    units: int
    ascent: int
    descent: int


def measures(font: bytes) -> Measures:
    """What text needs of a font file."""
    tables = _tables(font)
    count, full = struct.unpack(">H", tables["maxp"][4:6])[0], struct.unpack(">H", tables["hhea"][34:36])[0]
    advances = list(struct.unpack(f">{2 * full}H", tables["hmtx"][: 4 * full])[::2])
    ascent, descent = struct.unpack(">hh", tables["hhea"][4:8])
    units = struct.unpack(">H", tables["head"][18:20])[0]
    return Measures(_letters(tables["cmap"]), advances + advances[-1:] * (count - full), units, ascent, descent)


def _letters(cmap: bytes) -> dict[int, int]:
    """The largest of the tables for Unicode: in segments (format 4) or in groups (12)."""
    records = [struct.unpack(">HHI", cmap[4 + 8 * n : 12 + 8 * n]) for n in range(struct.unpack(">H", cmap[2:4])[0])]
    places = {(platform, encoding): at for platform, encoding, at in records}
    table = cmap[next(places[known] for known in _UNICODE if known in places) :]
    return _grouped(table) if struct.unpack(">H", table[:2])[0] == 12 else _segmented(table)


def _grouped(table: bytes) -> dict[int, int]:
    found: dict[int, int] = {}
    for at in range(16, 16 + 12 * struct.unpack(">I", table[12:16])[0], 12):
        first, last, glyph = struct.unpack(">III", table[at : at + 12])
        found.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
    return found


def _segmented(table: bytes) -> dict[int, int]:
    double = struct.unpack(">H", table[6:8])[0]
    words = struct.unpack(f">{len(table) // 2}H", table[: len(table) // 2 * 2])
    count, ends = double // 2, 7
    starts, deltas, offsets = ends + count + 1, ends + 2 * count + 1, ends + 3 * count + 1
    found = {}
    for n in range(count):
        delta, offset = words[deltas + n], words[offsets + n]
        for code in range(words[starts + n], words[ends + n] + 1):
            glyph = words[offsets + n + offset // 2 + code - words[starts + n]] if offset else code
            shifted = (glyph + delta) % 65536
            if shifted and (glyph or not offset):
                found[code] = shifted
    return found


def cut(font: bytes, glyphs: Iterable[int]) -> bytes:
    """The font file with these glyphs, those that they are composed of, and the glyph 0."""
    tables = _tables(font)
    places = _places(tables)
    wanted = _with_components(tables["glyf"], places, {0, *glyphs})
    count = max(wanted) + 1
    outlines, loca = bytearray(), []
    for glyph in range(count):
        loca.append(len(outlines))
        if glyph in wanted:
            outlines += _unhinted(tables["glyf"][places[glyph] : places[glyph + 1]])
            outlines += bytes(-len(outlines) % 4)
    loca.append(len(outlines))
    made = {
        "glyf": bytes(outlines), "loca": struct.pack(f">{len(loca)}I", *loca), "hmtx": _metrics(tables, wanted, count),
        "head": tables["head"][:50] + struct.pack(">hh", 1, 0),  # long places
        "hhea": tables["hhea"][:34] + struct.pack(">H", count),
        "maxp": tables["maxp"][:4] + struct.pack(">H", count) + tables["maxp"][6:],
    }  # fmt: skip
    return _file(made)


def _tables(font: bytes) -> dict[str, bytes]:
    tables = {}
    for number in range(struct.unpack(">H", font[4:6])[0]):
        tag, _, start, length = struct.unpack(">4sIII", font[12 + 16 * number : 28 + 16 * number])
        if tag.decode("latin-1") in _KEPT:
            tables[tag.decode("latin-1")] = font[start : start + length]
    return tables


def _places(tables: dict[str, bytes]) -> list[int]:
    """Where each glyph's outline begins, and where the last ends."""
    loca = tables["loca"]
    if struct.unpack(">h", tables["head"][50:52])[0]:
        return list(struct.unpack(f">{len(loca) // 4}I", loca))
    return [2 * place for place in struct.unpack(f">{len(loca) // 2}H", loca)]


def _with_components(glyf: bytes, places: list[int], glyphs: set[int]) -> set[int]:
    wanted, left = set(glyphs), list(glyphs)
    while left:
        glyph = left.pop()
        for _, _, part in _components(glyf[places[glyph] : places[glyph + 1]]):
            if part not in wanted:
                wanted.add(part)
                left.append(part)
    return wanted


def _components(outline: bytes) -> list[tuple[int, int, int]]:
    """Of a glyph made of others: where each component begins, its flags and its glyph; last, where they end."""
    if len(outline) < 10 or struct.unpack(">h", outline[:2])[0] >= 0:
        return []
    found, at, flags = [], 10, _MORE
    while flags & _MORE:
        flags, part = struct.unpack(">HH", outline[at : at + 4])
        found.append((at, flags, part))
        scales = 2 if flags & _SCALE else 4 if flags & _TWO_SCALES else 8 if flags & _MATRIX else 0
        at += 4 + (4 if flags & _WORDS else 2) + scales
    return [*found, (at, 0, found[-1][2])]


def _unhinted(outline: bytes) -> bytes:
    """An outline without the instructions to the screens of old."""
    if not outline:
        return b""
    contours = struct.unpack(">h", outline[:2])[0]
    if contours >= 0:
        at = 10 + 2 * contours
        length = struct.unpack(">H", outline[at : at + 2])[0]
        return outline[:at] + b"\0\0" + outline[at + 2 + length :]
    *components, (end, _, _) = _components(outline)
    bare = bytearray(outline[:end])
    for at, flags, _ in components:
        bare[at : at + 2] = struct.pack(">H", flags & ~_INSTRUCTIONS)
    return bytes(bare)


def _metrics(tables: dict[str, bytes], wanted: set[int], count: int) -> bytes:
    """Widths and left bearings; of glyphs that are not there, zeros."""
    hmtx, full = tables["hmtx"], struct.unpack(">H", tables["hhea"][34:36])[0]
    metrics = bytearray(4 * count)
    for glyph in wanted:
        if glyph < full:
            metrics[4 * glyph : 4 * glyph + 4] = hmtx[4 * glyph : 4 * glyph + 4]
        else:  # the last width holds for the rest
            bearing = 4 * full + 2 * (glyph - full)
            metrics[4 * glyph : 4 * glyph + 4] = hmtx[4 * full - 4 : 4 * full - 2] + hmtx[bearing : bearing + 2]
    return bytes(metrics)


def _file(tables: dict[str, bytes]) -> bytes:
    """A font file of these tables, with its sums."""
    tables["head"] = tables["head"][:8] + bytes(4) + tables["head"][12:]
    power = len(tables).bit_length() - 1
    head = struct.pack(">IHHHH", 0x10000, len(tables), 16 << power, power, 16 * (len(tables) - (1 << power)))
    at = len(head) + 16 * len(tables)
    for tag, data in sorted(tables.items()):
        head += struct.pack(">4sIII", tag.encode("ascii"), _sum(data), at, len(data))
        at += len(data) + -len(data) % 4
    body = b"".join(data + bytes(-len(data) % 4) for _, data in sorted(tables.items()))
    adjusted = struct.pack(">I", 0xB1B0AFBA - _sum(head + body) & 0xFFFFFFFF)
    start = sum(len(data) + -len(data) % 4 for tag, data in tables.items() if tag < "head")
    return head + body[: start + 8] + adjusted + body[start + 12 :]


def _sum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
