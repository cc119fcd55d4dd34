"""Parts of a rendered sheet: what a class file takes over as it is, and how it does.

References between objects stand as their places between two control characters, which PDF text in ASCII never has;
references to fonts that a class file embeds for all its sheets, as their files between two others.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from printables.pdfwriter import PdfWriter

MARK, FONT_MARK = "\x01", "\x02"
_MARKED = re.compile(f"{MARK}([0-9]+){MARK}|{FONT_MARK}([^{FONT_MARK}]+){FONT_MARK}")


@dataclass(frozen=True)
class Parts:
    """``contents``: per page its deflated operators in q…Q. ``objects``: (PDF text, data of a stream or None).

    ``resources``: entries of the pages' resources without their fonts; ``fonts``: the entries of those.
    """

    contents: tuple[bytes, ...]
    resources: str
    fonts: str
    objects: tuple[tuple[str, bytes | None], ...]

    def enter(self, writer: PdfWriter, font: Callable[[str], int]) -> tuple[str, str]:
        """Put the objects into a file; returns ``resources`` and ``fonts`` as they read there.

        ``font`` says the number of the object that embeds a font file.
        """
        numbers = [writer.reserve() for _ in self.objects]

        def told(body: str) -> str:
            return _MARKED.sub(lambda found: f"{numbers[int(found[1])] if found[1] else font(found[2])} 0 R", body)

        for number, (body, data) in zip(numbers, self.objects, strict=True):
            if data is None:
                writer.put(number, told(body))
            else:
                writer.fill(number, data, told(body))
        return told(self.resources), told(self.fonts)
