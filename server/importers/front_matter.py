"""Front matter: a small, strict subset of YAML, and typed access that says by key what is wrong."""

import unicodedata
from datetime import date, datetime
from typing import Any

import yaml

from server.importers.findings import ERROR, WARNING, Notes, Refused
from server.importers.rows import Where
from server.importers.values import read_date

_DEEPEST = 8
_MOST_ITEMS = 200


class _Loader(yaml.SafeLoader):
    """No anchors and aliases (a few lines of them can mean gigabytes), no merging, no endless depth."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(None, None, "aliases are not taken", event.start_mark)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise yaml.composer.ComposerError(None, None, "nested too deeply", event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _whole_number(loader: _Loader, node: yaml.ScalarNode) -> int:
    if len(node.value) > 20:
        raise yaml.constructor.ConstructorError(None, None, "the number is too long", node.start_mark)
    return loader.construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)


def parse_front_matter(text: str) -> dict[str, Any]:
    """The mapping. Raises Refused ``content_front_matter_broken`` with the line of the file."""
    try:
        found = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, TypeError, KeyError, AttributeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1  # the file's first line is the opening dashes
        raise Refused("content_front_matter_broken", row=line, line=line) from error
    if not isinstance(found, dict):
        raise Refused("content_front_matter_broken", row=1, line=1)
    return {str(key): value for key, value in found.items()}


class Fields:
    """A mapping read key by key. ``path`` is the key around it, e.g. "task" or "resources[2]"."""

    def __init__(self, values: dict[str, Any], notes: Notes, path: str = ""):
        self.values = values
        self.notes = notes
        self.path = path
        self.read: set[str] = set()

    def note(self, level: str, code: str, key: str, **more: Any) -> None:
        """A finding about one key; its column is the full path of the key."""
        column = f"{self.path}.{key}" if self.path else key
        self.notes.add(level, code, Where(self.notes.file), column=column, **more)

    def flag_missing(self, code: str, key: str, **more: Any) -> None:
        """Something the author still has to state; the lesson is taken. What is stated wrongly is said elsewhere."""
        if self.values.get(key) in (None, ""):
            self.note(WARNING, code, key, **more)

    def _take(self, key: str) -> Any:
        self.read.add(key)
        return self.values.get(key)

    def text(self, key: str, required: bool = False) -> str:
        """Text on one line or several; numbers and dates count as their text."""
        value = self._take(key)
        if isinstance(value, dict | list | bytes):
            self.note(ERROR, "content_not_text", key)
            return ""
        text = "" if value is None else unicodedata.normalize("NFC", str(value))
        text = "\n".join(line.rstrip() for line in text.replace("\x00", "").splitlines()).strip()
        if required and not text:
            self.note(ERROR, "content_key_missing", key)
        return text

    def texts(self, key: str) -> list[str]:
        """A list of texts, or one text alone; empty when missing or refused (then said)."""
        value = self.values.get(key)
        if not isinstance(value, list):
            return [text] if (text := self.text(key)) else []
        self.read.add(key)
        if len(value) > _MOST_ITEMS or any(isinstance(one, dict | list | bytes) or one is None for one in value):
            self.note(ERROR, "content_not_text", key)
            return []
        return [unicodedata.normalize("NFC", str(one)) for one in value]

    def number(self, key: str, least: int, most: int, required: bool = False) -> int | None:
        """A whole number within limits; None when missing or refused (then said)."""
        value = self._take(key)
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 12:
            value = int(value)
        if value is None or value == "":
            if required:
                self.note(ERROR, "content_key_missing", key)
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.note(ERROR, "content_not_number", key, value=str(value)[:80], least=least, most=most)
            return None
        return value

    def date(self, key: str) -> date | None:
        """YYYY-MM-DD as text or as YAML's own date."""
        value = self._take(key)
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        found = read_date(value) if isinstance(value, str) else None
        if found is None or found.value is None:
            self.note(ERROR, "content_not_date", key, value=str(value)[:80])
            return None
        return found.value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """One of ``choices``; "" when missing. Anything else is an error."""
        value = self.text(key).casefold()
        if value and value not in choices:
            self.note(ERROR, "content_not_a_choice", key, value=value[:80], choices=", ".join(choices))
            return ""
        return value

    def section(self, key: str) -> "Fields | None":
        """A mapping below ``key``; None when missing or of another type (then said)."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.note(ERROR, "content_not_mapping", key)
            return None
        return Fields({str(name): item for name, item in value.items()}, self.notes, self._below(key))

    def sections(self, key: str) -> list["Fields"]:
        """A list of mappings below ``key``."""
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > _MOST_ITEMS or not all(isinstance(item, dict) for item in value):
            self.note(ERROR, "content_not_list", key)
            return []
        return [
            Fields({str(name): item for name, item in one.items()}, self.notes, f"{self._below(key)}[{n}]")
            for n, one in enumerate(value, 1)
        ]

    def say_unknown(self) -> None:
        """Keys that nobody asked for: a spelling mistake must not vanish in silence."""
        for key in self.values:
            if key not in self.read:
                self.note(WARNING, "content_key_unknown", key[:80])

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key
