"""Takes a sheet that WeasyPrint drew apart into what a class file can use (printables/parts.py)."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pikepdf

from printables.parts import FONT_MARK, MARK, Parts
from printables.pdfwriter import name

_SCALARS = {"None": "null", "True": "true", "False": "false"}  # anything else that is no object is a whole number
_LONG = re.compile(rb"(?<![\w.])-?\d{1,3}\.\d{4,}\b")
_GLYPHS = re.compile(rb"\[[0-9a-f<>. -]*\] ?TJ")


def take_apart(pdf: pikepdf.Pdf, ours: Mapping[str, str]) -> Parts:
    """The parts of a document whose pages have one resource dictionary.

    ``ours``: names of fonts, in it and in drawings alike, that the class file embeds itself → their files.
    """
    resources = dict(pdf.pages[0].obj.Resources.items())
    fonts = resources.pop("/Font", {})
    apart = _Apart({fonts[key].objgen: file for key, file in ours.items()})
    return Parts(
        tuple(zlib.compress(b"q\n" + _slim(page.Contents.read_bytes()) + b"\nQ\n", 9) for page in pdf.pages),
        apart.entries(resources), apart.entries(fonts), tuple(apart.objects),
    )  # fmt: skip


def _slim(operators: bytes) -> bytes:
    """The same drawing in fewer bytes: numbers of six figures, and glyphs that follow each other at their own widths
    in one string, ``<0041>0<0042>`` → ``<00410042>``.
    """
    operators = _LONG.sub(_shorter, operators)
    return _GLYPHS.sub(lambda found: found[0].replace(b">0<", b""), operators)


def _shorter(number: re.Match[bytes]) -> bytes:
    value = float(number[0])
    return b"%g" % value if abs(value) > 0.001 else number[0]  # PDF has no exponents


@dataclass
class _Apart:
    """Writes objects as PDF text; an object that others refer to is written once and marked by its place."""

    ours: dict[tuple[int, int], str]
    objects: list[Any] = field(default_factory=list)
    _places: dict[tuple[int, int], int] = field(default_factory=dict)

    def entries(self, items: Any) -> str:
        """The inside of a dictionary."""
        return "".join(f"{name(key[1:])} {self.value(value)}" for key, value in sorted(items.items()))

    def value(self, value: Any) -> str:
        """Any object, or the mark of one that stands by itself."""
        if not isinstance(value, pikepdf.Object):
            return f"{value:f}" if isinstance(value, Decimal) else _SCALARS.get(str(value), str(value))
        if not value.is_indirect and not isinstance(value, pikepdf.Stream):
            return self._direct(value)
        if value.objgen in self.ours:
            return f"{FONT_MARK}{self.ours[value.objgen]}{FONT_MARK}"
        if value.objgen not in self._places:
            self._places[value.objgen] = place = len(self.objects)
            self.objects.append(None)
            if isinstance(value, pikepdf.Stream):
                kept = {key: entry for key, entry in value.items() if key != "/Length"}
                self.objects[place] = self.entries(kept), value.read_raw_bytes()
            else:
                self.objects[place] = self._direct(value), None
        return f"{MARK}{self._places[value.objgen]}{MARK}"

    def _direct(self, value: Any) -> str:
        if isinstance(value, pikepdf.Dictionary):
            return f"<<{self.entries(value)}>>"
        if isinstance(value, pikepdf.Array):
            return f"[{' '.join(self.value(member) for member in value)}]"
        if isinstance(value, pikepdf.Name):
            return name(str(value)[1:])
        return f"<{bytes(value).hex()}>"
