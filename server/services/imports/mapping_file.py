"""Reads a mapping that a person wrote: what the columns of a source mean, as JSON.

Form: ``{"kind": "people", "sheets": {"*": {"A": "class", "D": ""}}, "shapes": {"<shape>": {"B": "last"}}}``: a sheet's
name ("*" = any) or a shape → column letter → field, "" = ignore the column.
"""

import json
import re
from typing import Any

from server.errors import DomainError
from server.importers.fields import LABELS
from server.importers.mapping import Mapping

MOST = 1_000_000  # characters


def read_mapping(text: str, kind: str) -> Mapping:
    """The mapping for files of a kind.

    Raises DomainError ``mapping_unreadable`` (not JSON, or of another form), ``mapping_kind`` (made for another kind,
    or the kind has no columns to choose), ``mapping_field``.
    """
    try:
        told = json.loads(text[: MOST + 1])
    except (ValueError, RecursionError) as error:
        raise DomainError("mapping_unreadable", reason=getattr(error, "msg", None) or type(error).__name__) from error
    if not isinstance(told, dict) or not {"sheets", "shapes"} & told.keys():
        raise DomainError("mapping_unreadable", reason='{"sheets": {"*": {"A": "…"}}}')
    if kind not in LABELS or told.get("kind", kind) != kind:
        raise DomainError("mapping_kind", kind=str(told.get("kind", kind))[:40], wanted=kind)
    return Mapping(_part(told, "shapes", kind), _part(told, "sheets", kind))


def _part(told: dict[str, Any], name: str, kind: str) -> dict[str, dict[str, str]]:
    part = told.get(name, {})
    if not isinstance(part, dict) or not all(isinstance(columns, dict) for columns in part.values()):
        raise DomainError("mapping_unreadable", reason=name)
    return {key: {_letter(at): _field(said, kind) for at, said in columns.items()} for key, columns in part.items()}


def _letter(typed: str) -> str:
    letter = typed.strip().upper()
    if not re.fullmatch(r"[A-Z]{1,3}", letter):
        raise DomainError("mapping_unreadable", reason=typed[:40])
    return letter


def _field(typed: Any, kind: str) -> str:
    if typed not in ("", None) and (not isinstance(typed, str) or typed not in LABELS[kind]):
        raise DomainError("mapping_field", value=str(typed)[:40], allowed=", ".join(LABELS[kind]))
    return typed or ""
