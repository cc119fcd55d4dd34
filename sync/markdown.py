"""Markdown that teachers write → HTML that is safe to show: one rendering for the reader, the office and paper."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import nh3
from cmarkgfm.cmark import Options, markdown_to_html_with_extensions

from sync import pictures

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
_NONE: Mapping[str, Mapping[str, int]] = MappingProxyType({})


def _is_picture(address: str) -> bool:
    """One whose bytes are here: in the text itself, or known by their name."""
    if address.startswith(pictures.SCHEME):
        return bool(pictures.NAME.fullmatch(address.removeprefix(pictures.SCHEME)))
    return bool(_PICTURE.fullmatch(address))


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """The value to keep, or None: pictures only as data, links never as data, drawings never by reference."""
    if tag == "img" and attribute == "src":
        return value if _is_picture(value) else None
    if tag == "a" and attribute == "href":
        return None if value.strip().lower().startswith(("data:", pictures.SCHEME)) else value
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
    url_schemes={"http", "https", "mailto", "tel", "data", "image"},
    url_relative="deny",
)


# cmark writes its own tags in one form; what a text's raw HTML brings in that form is treated alike.
_HEADING = re.compile(r"<(/?)h([1-6])>")
_CELL = re.compile(r'(<t[dh]) align="(\w+)">')
_SHOWN = re.compile(r'<img src="([^"]*)" alt="([^"]*)"(?: title="[^"]*")? />')


def _convert(text: str) -> str:
    """CommonMark with tables and strikethrough (cmark-gfm) as HTML that is not safe yet: nh3 has the last word."""
    html = markdown_to_html_with_extensions(text, Options.CMARK_OPT_UNSAFE, ["table", "strikethrough"])
    html = _CELL.sub(_aligned, _SHOWN.sub(_shown, _level_headings(html)))
    # a table in a box that scrolls by itself, by finger and by keyboard, where the screen is narrow
    boxed = html.replace("<table>", '<div class="table" tabindex="0"><table>')
    return boxed.replace("</table>", "</table></div>")


def _level_headings(html: str) -> str:
    """Below the page's own h1 a text begins at h2 and skips no level, however its author counted."""
    open_levels: list[int] = []

    def leveled(tag: re.Match[str]) -> str:
        if not tag[1]:
            while open_levels and open_levels[-1] >= int(tag[2]):
                open_levels.pop()
            open_levels.append(int(tag[2]))
        return f"<{tag[1]}h{min(1 + max(len(open_levels), 1), 6)}>"

    return _HEADING.sub(leveled, html)


def _aligned(cell: re.Match[str]) -> str:
    """Alignment as a class: a strict Content-Security-Policy allows no style attribute."""
    return f'{cell[1]} class="{cell[2]}">' if cell[2] in _ALIGNED else f"{cell[1]}>"


def _shown(picture: re.Match[str]) -> str:
    """A picture kept elsewhere becomes a link: a page fetches nothing, but nobody loses the address."""
    address, text = picture[1], picture[2]
    return picture[0] if _is_picture(address) else f'<a href="{address}">{text or address}</a>'


def _scalable(opening: re.Match[str]) -> str:
    """A drawing without viewBox would be cut off on a narrow screen instead of growing smaller."""
    tag = opening.group()
    width, height = _WIDTH.search(tag), _HEIGHT.search(tag)
    if " viewBox=" in tag or not (width and height):
        return tag
    return f'{tag[:-1]} viewBox="0 0 {width[1]} {height[1]}">'


def render(text: str, images: pictures.Known = _NONE, at: str = "") -> str:
    """Sanitised HTML of a Markdown text (CommonMark, tables, inline ``<svg>``). Headings begin at h2.

    Scripts, styles, event handlers, forms, frames, relative links and everything that would be fetched are removed, but
    for the pictures ``images``, which lie at ``at`` (sync/pictures.py).
    """
    return pictures.place(convert(text), images, at)


def convert(text: str) -> str:
    """The same before its pictures have a place: wherever it is shown, it is this."""
    return _DRAWING.sub(_scalable, _CLEANER.clean(_convert(text))).strip()


def drop_title(text: str, title: str) -> str:
    """The text without its first heading where that only repeats the page's own title."""
    first, _, rest = text.lstrip().partition("\n")
    if first.startswith("#") and first.strip("# \t").casefold() == title.strip().casefold():
        return rest.lstrip("\n")
    return text
