"""Pictures in texts: ``![what it shows](image:NAME)``, and where the page that shows the text finds them.

NAME is SHA-256 (hex) of the file's bytes and its ending, so whoever fetched a picture can check it. An edition tells of
each the size (``images`` of its content) and keeps the file in ``images/``; the reader has it in ``public/images/``.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

FOLDER = "images"
SCHEME = "image:"
NAME = re.compile(r"[0-9a-f]{64}\.(?:webp|png)")
_NAMED = re.compile(rf"{SCHEME}({NAME.pattern})")
# Sanitised HTML holds "<" and ">" only as tags, and every attribute in double quotes.
_IMG = re.compile(r"<img\b([^<>]*)>")
_ATTRIBUTE = re.compile(r'\b(src|alt|title)="([^"]*)"')
_ADDRESS = r"[A-Za-z][A-Za-z0-9+.-]*:|//|#"  # of something elsewhere
_LOCAL = re.compile(rf'!\[([^\]\n]*)\]\([ \t]*<?(?!{_ADDRESS})([^()<>\n"]+?)>?(?:[ \t]+"[^"\n]*")?[ \t]*\)')

Known = Mapping[str, Mapping[str, int]]  # name → {"width", "height", "bytes"}


class Shown(NamedTuple):
    """A picture that a text shows: ``name`` is "" for one whose bytes stand in the text itself."""

    name: str
    alt: str


def names_in(texts: Iterable[str]) -> set[str]:
    """The names of all pictures that Markdown texts speak of."""
    return {name for text in texts if SCHEME in text for name in _NAMED.findall(text)}


def used(images: Known, texts: Iterable[str]) -> dict[str, Any]:
    """Those of an edition's pictures that some texts show, as the edition tells of them."""
    return {name: dict(images[name]) for name in sorted(names_in(texts)) if name in images} if images else {}


def shown_in(html: str) -> list[Shown]:
    """The pictures of a converted text (sync.markdown.convert), in their order."""
    found = []
    for tag in _IMG.finditer(html):
        said = dict(_ATTRIBUTE.findall(tag[1]))
        source = said.get("src", "")
        if source:
            found.append(Shown(source.removeprefix(SCHEME) if source.startswith(SCHEME) else "", said.get("alt", "")))
    return found


def place(html: str, known: Known, at: str) -> str:
    """Converted text with each picture where the page finds it: at the address ``at`` + name.

    What it shows stands in the place of one that is not known.
    """
    if SCHEME not in html:
        return html

    def put(tag: re.Match[str]) -> str:
        said = dict(_ATTRIBUTE.findall(tag[1]))
        source, alt = said.get("src", ""), said.get("alt", "")
        if not source.startswith(SCHEME):
            return tag[0]
        name = source.removeprefix(SCHEME)
        if name not in known:
            return f"<em>{alt}</em>" if alt.strip() else ""
        size = f'width="{known[name]["width"]}" height="{known[name]["height"]}"'
        return f'<img src="{at}{name}" alt="{alt}" {size} loading="lazy">'

    return _IMG.sub(put, html)


def files_beside(text: str) -> list[str]:
    """The files that a Markdown text shows from its own folder: ``![a leaf](leaf.png)``; each once."""
    return list(dict.fromkeys(unquote(found[2].strip()) for found in _LOCAL.finditer(text)))


def with_names(text: str, names: Mapping[str, str]) -> str:
    """The text with the pictures of ``files_beside`` by the names they have here; others stay."""

    def put(found: re.Match[str]) -> str:
        name = names.get(unquote(found[2].strip()))
        return f"![{found[1]}]({SCHEME}{name})" if name else found[0]

    return _LOCAL.sub(put, text)
