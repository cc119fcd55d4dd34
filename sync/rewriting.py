"""Passes the HTML of the reader's pages through and changes some tags: all else stays the bytes it was."""

from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
Attributes = dict[str, str | None]


class Gone:
    """What becomes of a tag beside new attributes: ``DROP`` it with all it holds, or keep only what it holds."""


DROP, BARE = Gone(), Gone()
Change = Callable[[str, Attributes, list[str]], Attributes | Gone | str | None]


def rewrite(html: str, change: Change) -> str:
    """``change(tag, attributes, open)`` says of each element: None leaves it as it stands, a dict gives it these
    attributes, ``DROP`` takes it out, ``BARE`` makes it a plain ``span``, a text stands in its place. ``open``: the
    names of the elements around.
    """
    rewriter = _Rewriter(change)
    rewriter.feed(html)
    rewriter.close()
    return "".join(rewriter.out)


class _Rewriter(HTMLParser):
    def __init__(self, change: Change):
        super().__init__(convert_charrefs=False)
        self.change = change
        self.out: list[str] = []
        self.open: list[tuple[str, str]] = []  # name, and the name it ends by; "" while it is dropped
        self.dropped = 0  # how many of the open elements are, or stand in one that is

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._begin(tag, attrs, alone=tag in VOID)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._begin(tag, attrs, alone=True)

    def _begin(self, tag: str, attrs: list[tuple[str, str | None]], alone: bool) -> None:
        raw = self.get_starttag_text() or ""
        if self.dropped:
            if not alone:
                self._enter(tag, "")
            return
        wanted = self.change(tag, dict(attrs), [name for name, _ in self.open])
        if isinstance(wanted, str):
            self.out.append(escape(wanted))
        if wanted is DROP or isinstance(wanted, str):
            if not alone:
                self._enter(tag, "")
            return
        name = "span" if wanted is BARE else tag
        if wanted is BARE:
            raw = "<span>"
        elif isinstance(wanted, dict):
            end = "/>" if raw.endswith("/>") else ">"
            raw = f"<{tag}{''.join(map(_written, wanted.items()))}{end}"
        self.out.append(raw)
        if not alone:
            self._enter(tag, name)

    def _enter(self, tag: str, name: str) -> None:
        self.open.append((tag, name))
        self.dropped += not name

    def handle_endtag(self, tag: str) -> None:
        places = [at for at, (name, _) in enumerate(self.open) if name == tag]
        if not places:
            return
        for _ in range(len(self.open) - places[-1]):  # those that the end leaves open (li, p) end with it
            _name, ends = self.open.pop()
            self.dropped -= not ends
        if ends and not self.dropped:
            self.out.append(f"</{ends}>")

    def _keep(self, text: str) -> None:
        if not self.dropped:
            self.out.append(text)

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._keep(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._keep(f"<!{decl}>")


def _written(item: tuple[str, str | None]) -> str:
    name, value = item
    return f" {name}" if value is None else f' {name}="{escape(value)}"'
