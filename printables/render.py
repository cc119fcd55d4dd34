"""HTML → PDF with WeasyPrint, which is loaded at the first sheet and never fetches anything but our fonts."""

import atexit
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from printables.fonts import FACES, face, font_css
from printables.layout import HEIGHT, Box

CSS_FILE = Path(__file__).parent / "templates" / "paper.css"
_PX = 0.75  # points in a CSS pixel

logging.getLogger("weasyprint").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Rendered:
    """A PDF and, per page, the places of the elements that have an id."""

    pdf: bytes
    boxes: tuple[dict[str, Box], ...]


@cache
def _engine() -> tuple[Any, Any, Any, Any]:
    """WeasyPrint's HTML class, the fetcher, the font configuration and the parsed stylesheet, made once a process."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OnlyOurs(URLFetcher):
        """Answers for our fonts and for pictures inside the text; everything else is refused unasked."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            scheme, _, name = url.partition(":")
            if scheme == "paper-font" and name in FACES.values():
                return URLFetcherResponse(url, face(name).path.read_bytes(), {"Content-Type": "font/ttf"})
            if scheme == "data":
                return super().fetch(url, headers)
            raise ValueError("paper fetches nothing")

    fetcher, fonts = OnlyOurs(), FontConfiguration()
    css = CSS(string=font_css() + CSS_FILE.read_text("utf-8"), font_config=fonts, url_fetcher=fetcher)
    atexit.register(_engine.cache_clear)  # while the libraries that free the fonts are still there
    return HTML, fetcher, fonts, css


def render(html: str) -> Rendered:
    """Lay out and draw one document. Equal input gives the same PDF page contents."""
    document_of, fetcher, fonts, css = _engine()
    document = document_of(string=html, url_fetcher=fetcher).render(font_config=fonts, stylesheets=[css])
    boxes = tuple({name: _flip(place) for name, place in page.anchors.items()} for page in document.pages)
    return Rendered(document.write_pdf(), boxes)


def _flip(place: tuple[float, ...]) -> Box:
    x0, top, x1, bottom = (value * _PX for value in place)
    return Box(x0, HEIGHT - bottom, x1, HEIGHT - top)
