"""Reads XML files safely, flat tables or nested ones: no document types, no entities, every element with its line."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, InputSource, Locator

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from server.importers import charset, limits
from server.importers.findings import WARNING, Notes, Refused
from server.importers.rows import Where

_DECLARATION = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]{1,40})["']""")
_CUT_OFF = ("no element found", "unclosed token", "unclosed CDATA section")


@dataclass(frozen=True, slots=True)
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


class Node:
    """An element of a nested file: its name in lower case without a prefix, its line, its own text, its children."""

    __slots__ = ("children", "line", "name", "text")

    def __init__(self, name: str, line: int):
        self.name, self.line = name, line
        self.text = ""
        self.children: Sequence[Node] = ()

    def all(self, *path: str) -> list["Node"]:
        """The elements below by their names, one name for each level."""
        found = [self]
        for name in path:
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def get(self, *names: str) -> str:
        """The text of the first child that has one of these names and a text, "" when there is none."""
        return next((child.text for name in names for child in self.children if child.name == name and child.text), "")

    def list(self, name: str) -> list[str]:
        """The texts of the children of this name, without empty ones."""
        return [child.text for child in self.children if child.name == name and child.text]


def read_elements(data: bytes, notes: Notes) -> list[Element]:
    """All elements in the order of the file, the root first.

    Raises Refused ``xml_doctype``, ``xml_cut_off``, ``xml_broken`` (with the line), ``not_text``,
    ``encoding_unknown``, ``file_too_large``. A wrong declared encoding is mended and said.
    """
    handler = _Collector()
    _parse(data, notes, handler)
    return handler.elements


def read_tree(data: bytes, notes: Notes) -> Node:
    """The root of a nested file. Raises Refused as ``read_elements``."""
    handler = _Nester()
    _parse(data, notes, handler)
    return handler.root.children[0]


def _parse(data: bytes, notes: Notes, handler: ContentHandler) -> None:
    declared = _DECLARATION.match(data.removeprefix(b"\xef\xbb\xbf"))
    found = charset.decode(data, declared.group(1).decode() if declared else "")
    if found.declared_wrong:
        where = Where(notes.file, "", 1)  # the declaration stands in the first line
        notes.add(WARNING, "encoding_declared_wrong", where, declared=found.declared_wrong, found=found.encoding)
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    source = InputSource()
    source.setByteStream(io.BytesIO(found.text.encode("utf-8")))
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


def _line(parser: DefusedExpatParser) -> int:
    return parser.getLineNumber() or 0


class _Handler(ContentHandler):
    """Counts the elements and knows the line."""

    most = limits.MAX_XML_ELEMENTS

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:
        self.locator = locator

    def next_line(self) -> int:
        """The line of an element that begins; raises Refused when there are too many."""
        self.count += 1
        if self.count > self.most:
            raise Refused("file_too_large", megabytes=limits.MAX_FILE // 1_000_000)
        return (self.locator.getLineNumber() if self.locator else 0) or 0


class _Collector(_Handler):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self.elements.append(Element(name.casefold(), dict(attrs.items()), self.next_line()))


class _Nester(_Handler):
    most = 500_000  # a large school's file has some 100,000

    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", 0)
        self.open = [self.root]
        self.texts: list[str] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        node, parent = Node(name.casefold().rpartition(":")[2], self.next_line()), self.open[-1]
        if not isinstance(parent.children, list):
            parent.children = []
        parent.children.append(node)
        self.open.append(node)
        self.texts = []

    def characters(self, content: str) -> None:
        self.texts.append(content)

    def endElement(self, name: str) -> None:
        self.open.pop().text = " ".join("".join(self.texts).split())
        self.texts = []
