"""A class's two weeks as one HTML file: for phones that open single files and cannot follow links to others beside.

Every page of the site becomes a section with an id, every link to a page an anchor, every picture ``data:``; style and
scripts stand once. With script one section is shown at a time, and of the timetable one day; without, all of them, one
after another. A link that leads out of the file but not into the internet is taken away.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from html import escape, unescape
from posixpath import normpath
from urllib.parse import unquote

from sync.rewriting import BARE, DROP, Attributes, Gone, rewrite

INDEX = "index.html"
Read = Callable[[str], bytes | None]
PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
            "avif": "image/avif", "svg": "image/svg+xml"}  # fmt: skip
STYLE = """main{display:block;max-width:40rem}
[data-page]{display:grid;gap:16px}
[data-page]>*{min-width:0}
[data-page]+[data-page]{border-top:4px double;padding-top:16px}
[data-page]:focus{outline:0}
[hidden]{display:none!important}
.bar{flex-wrap:wrap}
#edition{flex:0 1 auto}
.rows>.link,.rows>li.link a{flex-wrap:wrap}
.link .tag{flex:0 1 auto}
.tag,.l>div,.link a>*{overflow-wrap:anywhere;min-width:0}
body.one [data-page]{border:0;padding:0}
"""
SCRIPT = """(function () {
var pages = [].slice.call(document.querySelectorAll("[data-page]"));
var left = {}, tapped = false;
function show() {
var at = document.getElementById(location.hash.slice(1)) || pages[0], page = at;
while (page && pages.indexOf(page) < 0) page = page.parentNode;
page = page || pages[0];
var other = page.hidden;
pages.forEach(function (x) { x.hidden = x !== page; });
[].forEach.call(document.querySelectorAll("[data-current]"), function (x) { x.setAttribute("aria-current", "page"); });
document.title = page.getAttribute("data-page");
if (other && tapped) { page.tabIndex = -1; page.focus(); }
if (other) scrollTo(0, tapped ? 0 : left[location.hash] || 0);
if (at !== page && !at.hasAttribute("data-day")) at.scrollIntoView();
tapped = false;
}
document.addEventListener("click", function (event) {
var link = event.target.closest && event.target.closest("a[href^='#']");
if (link) { left[location.hash] = pageYOffset; tapped = true; }
});
document.body.className += " one";
addEventListener("hashchange", show);
show();
})();
"""
_MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL)
_HEADER = re.compile(r"<header\b.*?</header>", re.DOTALL)
_FOOTER = re.compile(r"<footer\b.*?</footer>", re.DOTALL)
_LANGUAGES = re.compile(r"<nav\b[^>]*>(?:(?!</nav>).)*?\bhreflang=.*?</nav>", re.DOTALL)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_LANG = re.compile(r"<html\b[^>]*\blang=\"([^\"]*)\"")
_ID = re.compile(r"\sid=\"([^\"]*)\"")
_LINK = re.compile(r"\shref=\"([^\"#?]+)")
_ABROAD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LOCAL_URL = re.compile(r"url\((['\"]?)#([^)'\"]+)\1\)")
_IDREFS = ("for", "headers", "list", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns",
           "aria-details", "aria-activedescendant")  # fmt: skip


def week_page(pages: Mapping[str, str], read: Read, edition_js: str = "") -> str:
    """The file. ``pages``: html by path, with ``index.html``; ``read(path)``: bytes of a picture by its path from the
    pages' folder ("../images/x.webp"), None when there is none; ``edition_js``: the script that tells the edition's
    number and age. Raises KeyError without ``index.html``.
    """
    index = pages[INDEX]
    held = {path: _MAIN.search(html) for path, html in pages.items()}
    bodies = {path: found[1] for path, found in held.items() if found and not _needs_script(pages[path], path)}
    days = set(_ID.findall(bodies[INDEX]))
    folded = {path: path[4:-5] for path in bodies if path.startswith("day-") and f"d{path[4:-5]}" in days}
    ordered = _order([path for path in bodies if path not in folded], pages)
    anchors = {path: _anchor(path) for path in ordered} | {path: f"d{day}" for path, day in folded.items()}
    ids = {path: set(_ID.findall(bodies[path])) for path in ordered}
    made = [
        f'<section id="{_anchor(path)}" data-page="{_title(pages[path])}">\n'
        f"{rewrite(bodies[path], _Page(path, ids[path], anchors, read))}</section>\n"
        for path in ordered
    ]  # fmt: skip
    around = _Page("", set(anchors.values()), anchors, read)
    header, footer = (rewrite(text, around) for text in (_found(_HEADER, index), _footer(ordered, pages)))
    styles = [*dict.fromkeys(style for path in ordered for style in _STYLE.findall(pages[path])), STYLE]
    scripts = [*_SCRIPT.findall(index), SCRIPT, *([edition_js] if edition_js else [])]
    return (
        f'<!doctype html>\n<html lang="{(_LANG.search(index) or ["", ""])[1]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(styles, scripts)}">\n'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">\n<title>{_title(index)}</title>\n'
        f'<link rel="icon" href="data:,">\n{"".join(f"<style>{style}</style>" for style in styles)}\n</head>\n<body>\n'
        f"{header}\n<main>\n{''.join(made)}</main>\n{footer}\n"
        f"{''.join(f'<script>{script}</script>' for script in scripts)}\n</body>\n</html>\n"
    )


def _needs_script(html: str, path: str) -> bool:
    """A page that is nothing without a script of its own (search) has no place here."""
    return path == "search.html"


def _order(paths: Iterable[str], pages: Mapping[str, str]) -> list[str]:
    """As the pages are met by who follows links from the timetable; those that nothing leads to are last."""
    left = dict.fromkeys([INDEX, *sorted(paths)])
    seen, queue = [], [INDEX]
    while queue or left:
        path = queue.pop(0) if queue else next(iter(left))
        if path in left:
            del left[path]
            seen.append(path)
            queue += [link for link in _LINK.findall(pages[path]) if link in left]
    return seen


def _anchor(path: str) -> str:
    return "p-" + path.removesuffix(".html")


def _title(html: str) -> str:
    return escape(unescape(_found(_TITLE, html, 1)).strip())


def _found(pattern: re.Pattern[str], html: str, group: int = 0) -> str:
    found = pattern.search(html)
    return found[group] if found else ""


def _footer(paths: Iterable[str], pages: Mapping[str, str]) -> str:
    """The timetable's footer without languages, and without what each page says of itself alone."""
    own, *others = [_found(_FOOTER, pages[path]).split("\n") for path in paths]
    common = set(own).intersection(*others)
    lines = (line if line in common else line[line.index("<") :] if "<" in line else "" for line in own)
    return _LANGUAGES.sub("", "\n".join(line for line in lines if line))


def _policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    style, script = (" ".join(map(_source, texts)) for texts in (styles, scripts))
    return (f"default-src 'none'; style-src {style}; script-src {script}; img-src data:; base-uri 'none'; "
            "form-action 'none'")  # fmt: skip


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class _Page:
    """What becomes of a page's tags; ``ids`` are the page's own, which other pages may have too."""

    def __init__(self, path: str, ids: set[str], anchors: Mapping[str, str], read: Read):
        self.ids, self.anchors, self.read = ids, anchors, read
        self.prefix = "" if path in (INDEX, "") else _anchor(path) + "-"

    def __call__(self, tag: str, attributes: Attributes, around: list[str]) -> Attributes | Gone | str | None:
        if tag in ("script", "source", "iframe", "object", "embed", "link", "form"):
            return DROP
        before = dict(attributes)
        self._name(attributes)
        if tag in ("img", "image", "audio", "video", "track") and not self._draw(attributes):
            return attributes.get("alt") or DROP
        if tag in ("a", "area", "use") and not self._lead(attributes):
            return DROP if "nav" in around or "go" in (attributes.get("class") or "").split() or tag != "a" else BARE
        return attributes if attributes != before else None

    def _name(self, attributes: Attributes) -> None:
        """Give ids a prefix, and what names them."""
        if self.prefix:
            if attributes.get("aria-current") == "page":
                attributes["data-current"] = None
            if attributes.get("id"):
                attributes["id"] = f"{self.prefix}{attributes['id']}"
            for name in _IDREFS:
                if attributes.get(name):
                    attributes[name] = " ".join(f"{self.prefix}{one}" for one in (attributes[name] or "").split())
        for name, value in attributes.items():
            if value and "url(" in value:
                attributes[name] = _LOCAL_URL.sub(rf"url(#{self.prefix}\2)", value)

    def _lead(self, attributes: Attributes) -> bool:
        """Turn a link; False when it leads nowhere."""
        name = next((name for name in ("href", "xlink:href") if attributes.get(name)), "")
        target = attributes.get(name) or ""
        if not name or _ABROAD.match(target) or target.startswith("//"):
            return not target.startswith("file:")
        path, _hash, fragment = target.partition("#")
        if path:
            path = normpath(unquote(path.partition("?")[0]))
            anchor = self.anchors.get(path)
            if anchor and fragment:
                anchor = fragment if path == INDEX else f"{anchor}-{fragment}"
        else:
            anchor = self.prefix + fragment if fragment in self.ids else None
        attributes[name] = f"#{anchor}"
        return anchor is not None

    def _draw(self, attributes: Attributes) -> bool:
        """Put a picture in its place; False when there is none."""
        attributes.pop("srcset", None)
        attributes.pop("loading", None)
        for name in ("src", "href", "xlink:href", "poster"):
            value = attributes.get(name)
            if not value or value.startswith("data:"):
                continue
            kind = PICTURES.get(value.partition("?")[0].rpartition(".")[2].lower())
            data = self.read(unquote(value.partition("?")[0])) if kind and not _ABROAD.match(value) else None
            if data is None:
                return False
            attributes[name] = f"data:{kind};base64,{base64.b64encode(data).decode()}"
        return True
