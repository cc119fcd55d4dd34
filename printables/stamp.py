"""Personal and group data onto shared pages: text in our own embedded faces, lines, and the QR, as PDF operators.

Operators: ISO 32000-1 (text 9.4, paths 8.5, inline images 8.9.7).
"""

from dataclasses import dataclass, field

import zxingcpp

from printables.fonts import BOLD, CODE, REGULAR, Face, face
from printables.layout import LEAST, QR_SIDE, RULE, Box
from printables.qr_small import MODULES, STRIDE, small_qr

FONT_NAMES = {REGULAR: "SR", BOLD: "SB", CODE: "SC", "DejaVuSans.ttf": "SS", "DejaVuSans-Bold.ttf": "ST"}
_FALLBACK = {REGULAR: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf", CODE: "DejaVuSans.ttf"}
_NO_LETTER = "\u25a1"
LEADING = 1.2
QUIET = 4  # modules of white around a QR
_WHITE = (1 << MODULES * STRIDE) - 1
_BITS = bytes([ord("0")]) + bytes([ord("1")]) * 255


@dataclass
class Ink:
    """What is drawn on one page, in order; ``letters`` tells which letters of which file the page needs."""

    operators: list[str] = field(default_factory=list)
    letters: dict[str, set[str]] = field(default_factory=dict)

    def text(
        self, x: float, y: float, text: str, file: str = REGULAR, size: float = LEAST, align: str = "left"
    ) -> None:
        """One line with its baseline at ``y``; ``x`` is its left end, its right end or its middle."""
        typeface = face(file)
        try:
            shown = typeface.written(text)
        except KeyError:  # letters of another face
            self._pieces(x, y, _runs(text, file), size, align)
            return
        if align != "left":
            x -= typeface.width(text, size) / (1 if align == "right" else 2)
        self.letters.setdefault(file, set()).update(text)
        self.operators.append(f"BT /{FONT_NAMES[file]} {size:g} Tf {x:.2f} {y:.2f} Td <{shown}> Tj ET")

    def _pieces(self, x: float, y: float, runs: list[tuple[str, str]], size: float, align: str) -> None:
        """One line of several faces."""
        if align != "left":
            x -= sum(face(name).width(run, size) for name, run in runs) / (1 if align == "right" else 2)
        for name, run in runs:
            self.text(x, y, run, name, size)
            x += face(name).width(run, size)

    def fitted(
        self, box: Box, text: str, file: str = REGULAR, size: float = 12, align: str = "left", least: float = LEAST
    ) -> None:
        """Text inside a box, in the middle of its height, in as many lines as its height has room for."""
        lines, size = fit(text, face(file), size, box, least)
        step = size * LEADING
        x = box.x0 if align == "left" else box.x1 if align == "right" else (box.x0 + box.x1) / 2
        y = (box.y0 + box.y1) / 2 + step * (len(lines) - 1) / 2 - size * 0.36
        for number, line in enumerate(lines):
            self.text(x, y - number * step, line, file, size, align)

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = RULE) -> None:
        """A straight black line."""
        self.operators.append(f"{width:g} w {x0:.2f} {y0:.2f} m {x1:.2f} {y1:.2f} l S")

    def frame(self, box: Box) -> None:
        """The outline of a box."""
        self.operators.append(f"{RULE:g} w {box.x0:.2f} {box.y0:.2f} {box.width:.2f} {box.height:.2f} re S")

    def qr(self, box: Box, text: str) -> None:
        """A QR of 24 mm in the upper right corner of ``box``; the caller keeps four modules free around it."""
        x, y = box.x1 - QR_SIDE, box.y1 - QR_SIDE
        self.operators.append(f"q {QR_SIDE:.3f} 0 0 {QR_SIDE:.3f} {x:.2f} {y:.2f} cm {_qr_image(text)} Q")

    def matrix(self, box: Box, text: str) -> None:
        """A QR of any version, as large as ``box`` allows with four modules free around it, in its middle."""
        modules, image = _qr_of_any_size(text)
        side = min(box.width, box.height) * modules / (modules + 2 * QUIET)
        x, y = (box.x0 + box.x1 - side) / 2, (box.y0 + box.y1 - side) / 2
        self.operators.append(f"q {side:.3f} 0 0 {side:.3f} {x:.2f} {y:.2f} cm {image} Q")

    def join(self, other: "Ink") -> None:
        """Draw what the other one draws, too."""
        self.operators += other.operators
        for file, letters in other.letters.items():
            self.letters.setdefault(file, set()).update(letters)

    def stream(self) -> bytes:
        """The page's operators, leaving the graphics state as it was."""
        return ("q 0 g 0 G\n" + "\n".join(self.operators) + "\nQ\n").encode()


def fit(text: str, typeface: Face, size: float, box: Box, least: float = LEAST) -> tuple[list[str], float]:
    """The lines and the largest size up to ``size``, not under ``least``, with which ``text`` fits the box.

    What does not fit at the least size loses its end, shown by an ellipsis.
    """
    if typeface.width(text, size) <= box.width:
        return [text], size
    while True:
        room = max(1, int(box.height / (size * LEADING)))
        lines, left = _wrap(text, typeface, size, box.width, room)
        if not left and all(typeface.width(line, size) <= box.width for line in lines):
            return lines, size
        if size <= least:
            return [*lines[:-1], _shortened(lines[-1], typeface, size, box.width)], size
        size = max(least, size - 0.5)


def wrapped(text: str, typeface: Face, size: float, width: float) -> list[str]:
    """The text in as many lines as it takes at this size; [""] for an empty one."""
    lines, left = _wrap(text, typeface, size, width, len(text) + 1)
    return [*lines, *([left] if left else [])]


def _shortened(line: str, typeface: Face, size: float, width: float) -> str:
    while line and typeface.width(f"{line}…", size) > width:
        line = line[:-1].rstrip()
    return f"{line}…"


def _wrap(text: str, typeface: Face, size: float, width: float, room: int) -> tuple[list[str], str]:
    """At most ``room`` lines, and what is left of the text."""
    lines = []
    while text and len(lines) < room:
        line, text = _take(text, typeface, size, width)
        lines.append(line)
    return lines or [""], text


def _take(text: str, typeface: Face, size: float, width: float) -> tuple[str, str]:
    """As many whole words as fit, or letters when the first word alone is too long; and what is left."""
    words = text.split(" ")
    count = len(words)
    while count > 1 and typeface.width(" ".join(words[:count]), size) > width:
        count -= 1
    line, rest = " ".join(words[:count]), " ".join(words[count:])
    letters = len(line)
    while letters > 1 and typeface.width(line[:letters], size) > width:
        letters -= 1
    return line[:letters], f"{line[letters:]} {rest}".strip()


def _runs(text: str, file: str) -> list[tuple[str, str]]:
    """The text in pieces, each with the file that can write it."""
    if not face(file).lacks(text):
        return [(file, text)]
    runs: list[tuple[str, str]] = []
    for letter in text:
        name = file
        if face(file).lacks(letter):
            name = _FALLBACK[file]
            letter = _NO_LETTER if face(name).lacks(letter) else letter
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1] + letter)
        else:
            runs.append((name, letter))
    return runs


def _qr_image(text: str) -> str:
    """An inline one-bit mask of 21 × 21: a dark module is 0, which paints (ISO 32000-1, 8.9.6.2)."""
    return f"BI /W 21 /H 21 /IM true /BPC 1 /F /AHx ID {_WHITE ^ small_qr(text):0126x}> EI"


def _qr_of_any_size(text: str) -> tuple[int, str]:
    """Modules of a side, and an inline one-bit mask, for texts that a small QR cannot hold."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture = barcode.to_image(scale=1, add_quiet_zones=False)
    modules = picture.shape[0]
    pixels = bytes(memoryview(picture).cast("B")).translate(_BITS)
    rows = [pixels[start : start + modules] for start in range(0, len(pixels), modules)]
    bits, digits = -modules % 8, (modules + 7) // 8 * 2  # a row fills whole bytes
    data = "".join(f"{int(row + b'1' * bits, 2):0{digits}x}" for row in rows)
    return modules, f"BI /W {modules} /H {modules} /IM true /BPC 1 /F /AHx ID {data}> EI"
