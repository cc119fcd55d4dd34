"""Reads an XML file of flat tables safely: no document types, no entities, every element with its line."""

import io
import re
from dataclasses import dataclass
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, InputSource, Locator

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from server.importers import charset, limits
from server.importers.findings import WARNING, Notes, Refused

_DECLARATION = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]{1,40})["']""")
_CUT_OFF = ("no element found", "unclosed token", "unclosed CDATA section")


@dataclass(frozen=True)
class Element:
    """One element: its name in lower case, its attributes, the line where it begins."""

    name: str
    attributes: dict[str, str]
    line: int

    def get(self, attribute: str) -> str:
        """The trimmed attribute, "" when it is missing."""
        return " ".join(self.attributes.get(attribute, "").split())

    def list(self, attribute: str) -> list[str]:
        """A comma list, which may be empty."""
        return [part.strip() for part in self.get(attribute).split(",") if part.strip()]


def read_elements(data: bytes, notes: Notes) -> list[Element]:
    """All elements in the order of the file, the root first.

    Raises Refused ``xml_doctype``, ``xml_cut_off``, ``xml_broken`` (with the line), ``not_text``,
    ``encoding_unknown``, ``file_too_large``. A wrong declared encoding is mended and said.
    """
    declared = _DECLARATION.match(data.removeprefix(b"\xef\xbb\xbf"))
    found = charset.decode(data, declared.group(1).decode() if declared else "")
    if found.declared_wrong:
        notes.add(WARNING, "encoding_declared_wrong", declared=found.declared_wrong, found=found.encoding)
    return _parse(found.text)


def _parse(text: str) -> list[Element]:
    handler = _Collector()
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    source = InputSource()
    source.setByteStream(io.BytesIO(text.encode("utf-8")))
    source.setEncoding("utf-8")  # overrules the declaration: the bytes are ours now
    try:
        parser.parse(source)
    except DefusedXmlException as error:
        raise Refused("xml_doctype", row=_line(parser)) from error
    except SAXParseException as error:
        line = error.getLineNumber() or 0
        code = "xml_cut_off" if any(words in error.getMessage() for words in _CUT_OFF) else "xml_broken"
        raise Refused(code, row=line, line=line) from error
    except (SAXException, UnicodeError) as error:
        raise Refused("xml_broken", line=0) from error
    return handler.elements


def _line(parser: DefusedExpatParser) -> int:
    return parser.getLineNumber() or 0


class _Collector(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:
        self.locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        if len(self.elements) >= limits.MAX_XML_ELEMENTS:
            raise Refused("file_too_large", megabytes=limits.MAX_FILE // 1_000_000)
        line = self.locator.getLineNumber() if self.locator else 0
        self.elements.append(Element(name.casefold(), dict(attrs.items()), line or 0))
