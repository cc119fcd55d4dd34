"""Finds the merged cells of an OpenDocument spreadsheet (.ods), which the spreadsheet library leaves out.

Source: OpenDocument 1.2, part 1, 9.1: table:table-row and table:table-cell with their repeats and spans.
"""

import io
import zipfile
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

Place = tuple[int, int]
Ranges = tuple[tuple[Place, Place], ...]


def merged_ranges(archive: bytes) -> list[Ranges]:
    """The ranges of each sheet in order, from a checked archive; [] when it is no OpenDocument or cannot be read."""
    with zipfile.ZipFile(io.BytesIO(archive)) as parts:
        if "content.xml" not in parts.namelist():
            return []
        content = parts.read("content.xml")
    handler = _Spans()
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    try:
        parser.parse(io.BytesIO(content))
    except (DefusedXmlException, SAXException, UnicodeError, ValueError):
        return []
    return [tuple(ranges) for ranges in handler.sheets]


class _Spans(ContentHandler):
    """Walks rows and cells; a table inside a cell is not the sheet's."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[list[tuple[Place, Place]]] = []
        self.depth = self.row = self.column = self.tall = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        if name == "table:table":
            self.depth += 1
            if self.depth == 1:
                self.sheets.append([])
                self.row = 0
        elif self.depth == 1 and name == "table:table-row":
            self.column, self.tall = 0, _number(attrs, "table:number-rows-repeated")
        elif self.depth == 1 and name in ("table:table-cell", "table:covered-table-cell"):
            wide, high = _number(attrs, "table:number-columns-spanned"), _number(attrs, "table:number-rows-spanned")
            if wide > 1 or high > 1:
                self.sheets[-1].append(((self.row, self.column), (self.row + high - 1, self.column + wide - 1)))
            self.column += _number(attrs, "table:number-columns-repeated")

    def endElement(self, name: str) -> None:
        if name == "table:table":
            self.depth -= 1
        elif self.depth == 1 and name == "table:table-row":
            self.row += self.tall


def _number(attrs: AttributesImpl, name: str) -> int:
    text = attrs.get(name, "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
