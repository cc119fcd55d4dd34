"""HTML → PDF with WeasyPrint, which is loaded at the first sheet and gets our fonts and the sheet's pictures alone."""

import atexit
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from printables.fonts import FACES, face, font_css
from printables.layout import HEIGHT, Box
from printables.pictures import AT, Pictures

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
    """WeasyPrint's HTML class, that of fetchers, the font configuration and the stylesheet, made once a process."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OnlyOurs(URLFetcher):
        """Answers for our fonts and for pictures of the text; everything else is refused unasked."""

        pictures = Pictures()

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            scheme, _, name = url.partition(":")
            if scheme == "paper-font" and name in FACES.values():
                return URLFetcherResponse(url, face(name).path.read_bytes(), {"Content-Type": "font/ttf"})
            if f"{scheme}:" == AT:
                data, kind = self.pictures.grey(name)
                return URLFetcherResponse(url, data, {"Content-Type": kind})
            if scheme == "data":
                return super().fetch(url, headers)
            raise ValueError("paper fetches nothing")

    fetcher, fonts = OnlyOurs(), FontConfiguration()
    css = CSS(string=font_css() + CSS_FILE.read_text("utf-8"), font_config=fonts, url_fetcher=fetcher)
    atexit.register(_engine.cache_clear)  # while the libraries that free the fonts are still there
    return HTML, OnlyOurs, fonts, css


def render(html: str, pictures: Pictures | None = None, **wishes: Any) -> Rendered:
    """Lay out and draw one document. Equal input gives the same PDF page contents. ``wishes``: WeasyPrint's own."""
    document_of, fetcher_of, fonts, css = _engine()
    fetcher = fetcher_of()
    fetcher.pictures = pictures or Pictures()
    document = document_of(string=html, url_fetcher=fetcher).render(font_config=fonts, stylesheets=[css])
    boxes = tuple({name: _flip(place) for name, place in page.anchors.items()} for page in document.pages)
    return Rendered(document.write_pdf(**wishes), boxes)


def _flip(place: tuple[float, ...]) -> Box:
    x0, top, x1, bottom = (value * _PX for value in place)
    return Box(x0, HEIGHT - bottom, x1, HEIGHT - top)
