"""Reads a rendered form the way a browser would send it back."""

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.area = ""
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.inside = found.get("method") == "post" and "log" in (found.get("class") or "").split()
        name = found.get("name")
        if not self.inside or not name:
            return
        if tag == "textarea":
            self.area = name
            self.values[name] = ""
        elif tag == "input" and (found.get("type") != "radio" or "checked" in found):
            self.values[name] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data


def form_of(html: str) -> dict[str, str]:
    """What the page's form of class "log" holds before anything is typed."""
    reader = _Reader()
    reader.feed(html)
    return {name: value for name, value in reader.values.items() if name != "csrf_token"}
