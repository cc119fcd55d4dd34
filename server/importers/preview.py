"""Writes rows as a person reads them before they are stored: field by field, in the order of the fields."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields as parts_of
from dataclasses import is_dataclass
from datetime import date
from typing import Any

from server.importers.fields import LABELS, WORDS
from server.importers.rows import ConnectivityRow, GuardianRow, GuardianshipRow, StudentRow, TermRow

_CODED = ("sex", "roles", "may_receive", "shared", "tv")
_RENAMED = {"class_name": "class", "siblings_text": "siblings", "device_shared": "shared", "term": "name"}
_OWNERS = ("parent", "parent2")


def shown(kind: str, rows: Sequence[Any], columns: Iterable[str]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Each row as (field, text), all with the same fields: those of ``columns`` and those that any row fills.

    Dates are written 31.12.2026, codes in words of the current language.
    """
    texts = [_texts(kind, row) for row in rows]
    filled = {field for row in texts for field, text in row.items() if text}
    wanted = filled | ({field for field in columns if field} & {field for row in texts for field in row})
    order = [field for field in LABELS[kind] if field in wanted]
    return tuple(tuple((field, row.get(field, "")) for field in order) for row in texts)


def _texts(kind: str, row: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    if not is_dataclass(row):
        return found
    for part in parts_of(row):
        name, value = _RENAMED.get(part.name, part.name), getattr(row, part.name)
        if special := _SPECIAL.get((type(row), part.name)):
            found.update(special(value))
        elif name in LABELS[kind]:
            found[name] = _text(name, value)
    return found


def _text(field: str, value: Any) -> str:
    if field in _CODED:
        values = value if isinstance(value, tuple) else (value,)
        return ", ".join(str(WORDS.get(one, one)) for one in values if one not in ("", None))
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, tuple | list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _family(guardians: Sequence[GuardianRow]) -> dict[str, str]:
    found: dict[str, str] = {}
    others = iter(_OWNERS)
    for guardian in guardians:
        known = guardian.relation if guardian.relation in ("mother", "father") else next(others, "")
        if known and known not in found:
            found[known] = " ".join(part for part in (guardian.last, guardian.first, guardian.middle) if part)
            found[f"{known}_phone"], found[f"{known}_email"] = guardian.phone, guardian.email
            if known in _OWNERS:
                found[f"{known}_relation"] = str(WORDS.get(guardian.relation, guardian.relation))
    return found


_SPECIAL: dict[tuple[type, str], Callable[[Any], dict[str, str]]] = {
    (StudentRow, "guardians"): _family,
    (GuardianshipRow, "guardian"): lambda guardian: _family([guardian]),
    (TermRow, "kind"): lambda code: {"kind": str(WORDS.get(code, code))},
    (ConnectivityRow, "tv"): lambda value: {"tv": _text("tv", value)},
}
