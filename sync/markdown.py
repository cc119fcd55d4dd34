"""Markdown that teachers write → HTML that is safe to show: one rendering for the reader, the office and paper."""

import re
from typing import Any

import mistune
import nh3

_PLAIN = (
    "abbr b blockquote br caption code del dd div dl dt em h2 h3 h4 h5 h6 hr i ins kbd li mark p pre q s small span"
    " strong sub sup table tbody td tfoot th thead tr u ul var"
)
_HTML = {tag: set() for tag in _PLAIN.split()} | {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
# Presentation attributes that lessons draw with. No href, id, style, class or event handler: nothing that can point
# outside the drawing or reach into the page.
_PAINT = (
    "fill fill-opacity fill-rule stroke stroke-width stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin"
    " stroke-opacity opacity transform font-size font-family font-weight font-style text-anchor dominant-baseline"
    " letter-spacing vector-effect x y dx dy"
)
_SHAPES = {
    "svg": {"xmlns", "width", "height", "viewBox", "preserveAspectRatio", "role", "aria-label", "aria-hidden"},
    "g": set(),
    "path": {"d"},
    "line": {"x1", "y1", "x2", "y2"},
    "rect": {"width", "height", "rx", "ry"},
    "circle": {"cx", "cy", "r"},
    "ellipse": {"cx", "cy", "rx", "ry"},
    "polygon": {"points"},
    "polyline": {"points"},
    "text": {"rotate", "textLength", "lengthAdjust"},
    "tspan": {"rotate"},
}
_SVG = {tag: own | set(_PAINT.split()) for tag, own in _SHAPES.items()}
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
# A paint or geometry value is numbers, names, colours and functions such as rotate(30). CSS escapes and url() are not.
_DRAWN = re.compile(r"(?!.*(?:url|image|var)\s*\()[\w\s#.,%()+\-'\"Ѐ-ӿ]*", re.IGNORECASE | re.DOTALL)
_ALIGNED = {"center", "right"}
# Sanitised text holds "<" and ">" only as tags: nh3 writes them as references inside attributes.
_DRAWING = re.compile(r"<svg [^<>]*>")
_WIDTH = re.compile(r' width="(\d+(?:\.\d+)?)(?:px)?"')
_HEIGHT = re.compile(r' height="(\d+(?:\.\d+)?)(?:px)?"')
_FREE_TEXT = {"aria-label", "xmlns"}


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """The value to keep, or None: pictures only as data, links never as data, drawings never by reference."""
    if tag == "img" and attribute == "src":
        return value if _PICTURE.fullmatch(value) else None
    if tag == "a" and attribute == "href":
        return None if value.strip().lower().startswith("data:") else value
    if tag in _SVG and attribute not in _FREE_TEXT:
        return value if _DRAWN.fullmatch(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(_HTML) | set(_SVG),
    clean_content_tags={"script", "style", "title", "foreignobject"},
    attributes={**_HTML, **_SVG},
    allowed_classes={"div": {"table"}, "td": _ALIGNED, "th": _ALIGNED},
    tag_attribute_values={"div": {"tabindex": {"0"}}},
    attribute_filter=_keep,
    url_schemes={"http", "https", "mailto", "tel", "data"},
    url_relative="deny",
)


def _level_headings(markdown: mistune.Markdown, state: mistune.core.BlockState) -> None:
    """Below the page's own h1 a text begins at h2 and skips no level, however its author counted."""
    open_levels: list[int] = []
    for token in state.tokens:
        if token["type"] == "heading":
            level = token["attrs"]["level"]
            while open_levels and open_levels[-1] >= level:
                open_levels.pop()
            open_levels.append(level)
            token["attrs"]["level"] = min(1 + len(open_levels), 6)


class _Renderer(mistune.HTMLRenderer):
    """Plain HTML; nh3 has the last word, so nothing is escaped that it would remove anyway."""

    def __init__(self) -> None:
        super().__init__(escape=False)

    def safe_url(self, url: str) -> str:
        return url

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture kept elsewhere becomes a link: a page fetches nothing, but nobody loses the address."""
        if _PICTURE.fullmatch(url):
            return super().image(text, url, title)
        return self.link(text or url, url, title)


def _table(renderer: Any, text: str) -> str:
    """A table in a box that scrolls by itself, by finger and by keyboard, where the screen is narrow."""
    return f'<div class="table" tabindex="0"><table>\n{text}</table></div>\n'


def _table_cell(renderer: Any, text: str, align: str | None = None, head: bool = False) -> str:
    """Alignment as a class: a strict Content-Security-Policy allows no style attribute."""
    tag = "th" if head else "td"
    return f'<{tag} class="{align}">{text}</{tag}>' if align in _ALIGNED else f"<{tag}>{text}</{tag}>"


def _converter() -> Any:
    markdown = mistune.create_markdown(renderer=_Renderer(), plugins=["table", "strikethrough"])
    markdown.renderer.register("table", _table)
    markdown.renderer.register("table_cell", _table_cell)
    markdown.before_render_hooks.append(_level_headings)
    return markdown


_CONVERT = _converter()


def _scalable(opening: re.Match[str]) -> str:
    """A drawing without viewBox would be cut off on a narrow screen instead of growing smaller."""
    tag = opening.group()
    width, height = _WIDTH.search(tag), _HEIGHT.search(tag)
    if " viewBox=" in tag or not (width and height):
        return tag
    return f'{tag[:-1]} viewBox="0 0 {width[1]} {height[1]}">'


def render(text: str) -> str:
    """Sanitised HTML of a Markdown text (CommonMark, tables, inline ``<svg>``). Headings begin at h2.

    Scripts, styles, event handlers, forms, frames, relative links and everything that would be fetched are removed.
    """
    return _DRAWING.sub(_scalable, _CLEANER.clean(_CONVERT(text))).strip()


def drop_title(text: str, title: str) -> str:
    """The text without its first heading where that only repeats the page's own title."""
    first, _, rest = text.lstrip().partition("\n")
    if first.startswith("#") and first.strip("# \t").casefold() == title.strip().casefold():
        return rest.lstrip("\n")
    return text
